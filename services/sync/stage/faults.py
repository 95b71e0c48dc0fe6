"""Why a row is not taken: a cell that does not fit (rejected), or nothing that could be kept (ignored)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.entities import Entity, Field
from services.sync.kinds.memo import Fault
from services.sync.kinds.vocabulary import listed

BLANK = "blank row"
NO_CUSTOMER = "without a customer"
STRANGER = "its customer is not in the book"
NAMELESS = "has no ID or other detail to recognise it by"
TOTALS = "totals or footer"
DELETED = "deleted in the source"
REPEATED = "the same ID appears again further down"
_SHOWN = 40
_ADDED = frozenset(listed("kinds")["such"]["added"])


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


@dataclass
class LeftOut:
    """Cells that cannot be read and without which their rows still say whose they are and what: counted, and named.

    Attributes
    ----------
    entity
        What the rows are.
    cells
        Header and reason to how many cells were left out.
    example
        One text of each.
    """

    entity: Entity
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    example: dict[tuple[str, str], str] = field(default_factory=dict)

    def may(self, one: Field) -> bool:
        """Whether a row is kept without what cannot be read of a field."""
        if self.entity.customer == "self":
            return one.role == "row" and one.kind in _ADDED
        if self.entity.customer not in ("required", "optional") or self.entity.table == "orders":
            return False
        return one.role in ("row", "item", "customer") and not one.required

    def note(self, fault: CellFault, text: str) -> None:
        """Count a cell that is left out."""
        key = fault.header, fault.why
        self.cells[key] += 1
        self.example.setdefault(key, text.strip()[:_SHOWN])

    def clear(self, header: str, texts: Sequence[str], columns: Sequence[list[Any]]) -> None:
        """Empty the values of a column that could not be read."""
        for place, value in enumerate(columns[0]):
            if value.__class__ is Fault:
                self.note(CellFault(0, header, value.why), texts[place])
                for column in columns:
                    column[place] = None

    @property
    def warnings(self) -> list[str]:
        """What was left out, column by column."""
        return [
            f"{count:,} {'cell' if count == 1 else 'cells'} of “{header}” could not be read: "
            f"“{self.example[header, why]}” {why}. The rest of the row is kept."
            for (header, why), count in self.cells.most_common()
        ]
