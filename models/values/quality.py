"""Values of data quality: how complete the book's fields are, how old each kind of data is, what contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from models.values.people import PairCounts, QualityRow


@dataclass(frozen=True, slots=True)
class FieldFill:
    """How many rows of a kind have a field.

    Attributes
    ----------
    kind
        What the rows are, in words: "Customers".
    name
        The field in words: "Email".
    filled, of
        Rows that have it, and all.
    matters
        What the program cannot do without it, '' where nothing depends on it.
    """

    kind: str
    name: str
    filled: int
    of: int
    matters: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.filled / self.of if self.of else 0.0

    @property
    def missing(self) -> int:
        """Rows that lack it."""
        return self.of - self.filled


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old one kind of data is: its last day, days since, and whether that is more than is usual for it."""

    kind: str
    last_on: date
    age_days: int
    stale: bool


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What a person should know about the data of the book."""

    fields: tuple[FieldFill, ...] = ()
    ages: tuple[DataAge, ...] = ()
    pairs: PairCounts = field(default_factory=PairCounts)
    contradictions: tuple[QualityRow, ...] = ()
