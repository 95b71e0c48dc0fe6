"""Cells of a file for another system: no spreadsheet runs one, no number or phone number is spoiled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from models.values.cells import guarded


def cell(value: Any) -> str:
    """Return a value as a cell: text that a spreadsheet would run has an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(value, "f").rstrip("0").rstrip(".")
    return str(value) if isinstance(value, int | Decimal) else guarded(str(value))
