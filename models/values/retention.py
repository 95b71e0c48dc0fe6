"""Retention: who is due to be erased, as nothing has been heard of them for longer than customers are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.values.words import count, full_day


@dataclass(frozen=True, slots=True)
class Due:
    """A customer who is due to be erased: nothing was heard since `last_on`, which a row of `table` says."""

    customer_id: int
    name: str
    last_on: date
    table: str


@dataclass(frozen=True, slots=True)
class Retention:
    """What the policy says of retention, and who is due by it.

    Attributes
    ----------
    months
        For how long customers are kept of whom nothing is heard; 0: for ever.
    before
        Who was last heard of before this day is due; None where customers are kept for ever.
    due
        Who is due, heard of longest ago first.
    undated
        Customers of whom no row has a day: they are never due.
    """

    months: int
    before: date | None
    due: tuple[Due, ...]
    undated: int

    @property
    def words(self) -> str:
        """What a person reads above the list."""
        if self.before is None:
            return "Customers are kept for ever. Set a period under Settings, Emails, Retention, or with --months."
        since = f"since {full_day(self.before)} ({count(self.months, 'month')})"
        if not self.due:
            return f"Nobody is due to be erased: every customer with a date was heard of {since}."
        return f"{count(len(self.due), 'customer')} not heard of {since}."

    @property
    def undated_words(self) -> str:
        """How many are never due, '' if none."""
        return f"{count(self.undated, 'customer')} without a date: never due." if self.undated else ""
