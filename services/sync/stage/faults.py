"""Why a row is not taken: a cell that does not fit (rejected), or nothing that could be kept (ignored)."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLANK = "blank row"
NO_CUSTOMER = "without a customer"
NAMELESS = "has nothing by which it could be known again"
TOTALS = "totals or footer"
DELETED = "deleted in the source"
REPEATED = "the same id again further down"
_RAGGED = re.compile(r"has [\d,]+ cells where the header has [\d,]+")


def ragged(cells: int, width: int) -> str:
    """Why a row with another number of cells than the header is not taken."""
    return f"has {cells:,} cells where the header has {width:,}"


def is_ragged(why: str) -> bool:
    """Whether a row was not taken for its number of cells."""
    return _RAGGED.fullmatch(why) is not None


@dataclass(frozen=True, slots=True)
class CellFault:
    """One cell that does not fit: its place in the row, its header, and why in words that follow the header."""

    place: int
    header: str
    why: str

    @property
    def reason(self) -> str:
        """The reason in words: "Email has no domain ending"."""
        return f"{self.header} {self.why}"
