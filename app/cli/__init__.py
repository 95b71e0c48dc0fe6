"""The command line of the same program: what DATA.md lists, one module for each group of commands."""

from __future__ import annotations

from app.cli.main import run_command

__all__ = ["run_command"]
