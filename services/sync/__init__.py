"""Sync: files of other programs become rows of the book, and any of it can be taken back.

In this order: read (any file → a table of text) · recognise · map · validate · stage · match customers · compare · apply ·
undo. A dry run and an import are the same up to the last step.
"""

from __future__ import annotations

from services.sync.read import Table, read_table
from services.sync.run import run_import

__all__ = ["Table", "read_table", "run_import"]
