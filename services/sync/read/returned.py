"""Rows that this program rejected, as they come back in a file: fixed, and perhaps filled up by a spreadsheet.

A row with a cell too many or too few stands in the file as it was, with its two added cells right behind its last one.
A spreadsheet fills all rows up to the longest, and the header too: where the added cells of a row stand is told by what
stands in them, not by the header above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.values.cells import unguarded
from services.sync.formats.headers import REJECT_COLUMNS
from services.sync.read.structure import is_ragged, ragged

_ADDED = len(REJECT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Returned:
    """How rows of a file of rejected rows are read.

    Attributes
    ----------
    own
        How many columns stand before the added ones; None where a person laid the columns out anew.
    """

    own: int | None

    @classmethod
    def of(cls, columns: Sequence[str], as_written: Sequence[str]) -> Returned | None:
        """How to read a file with these columns, `as_written` with blank names; None for any other file."""
        if not set(REJECT_COLUMNS) <= set(columns):
            return None
        named = _trimmed([name.strip() for name in as_written])
        return cls(len(named) - _ADDED if tuple(named[-_ADDED:]) == REJECT_COLUMNS else None)

    @property
    def width(self) -> int | None:
        """How many columns such a file has, whatever a spreadsheet put behind them."""
        return None if self.own is None else self.own + _ADDED

    def row(self, cells: Sequence[str]) -> list[str]:
        """A row as it was before it was written: without apostrophes and filling, the added cells at its end."""
        found = [unguarded(cell) for cell in cells]
        if self.own is None:
            return found
        filled = _trimmed(found)
        *row, number, why = ["", "", *filled] if len(filled) < _ADDED else filled
        if number.isdecimal() and is_ragged(why):
            return [*_trimmed(row, self.own), number, why]
        if len(found) < self.own + _ADDED:
            # Somebody took the added cells away: what a cell too many would do to them must be told again.
            row = _trimmed(found, min(self.own, len(found)))
            return [*row, "", ragged(len(row), self.own) if len(row) > self.own else ""]
        return _trimmed(found, self.own + _ADDED)


def _trimmed(cells: Sequence[str], least: int = 0) -> list[str]:
    """Cells without the empty ones at their end, down to as many as `least`."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return list(cells[:end])
