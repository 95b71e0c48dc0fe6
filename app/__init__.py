"""What wires the program: bootstrap, desktop, command line, paths, logs, crash reports."""

from __future__ import annotations

__version__ = "0.1.0"
