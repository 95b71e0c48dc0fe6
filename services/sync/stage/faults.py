"""Why a row is not taken: a cell that does not fit (rejected), or nothing that could be kept (ignored)."""

from __future__ import annotations

from dataclasses import dataclass

BLANK = "blank row"
NO_CUSTOMER = "without a customer"
NAMELESS = "has nothing by which it could be known again"
TOTALS = "totals or footer"
DELETED = "deleted in the source"
REPEATED = "the same id again further down"


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
