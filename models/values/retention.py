"""Retention: who is due to be erased, as there was no contact for longer than customers are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.values.changes import Changes
from models.values.words import count, full_day


@dataclass(frozen=True, slots=True)
class Due:
    """A customer who is due to be erased: the last contact was on `last_on`, which a row of `table` says."""

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
        For how long customers are kept after the last contact; 0: indefinitely.
    before
        Whose last contact was before this day is due; None where customers are kept indefinitely.
    due
        Who is due, the longest ago first.
    kept
        How many would be due but for an open task or a running contract.
    undated
        Customers of whom no row has a day: they are never due.
    """

    months: int
    before: date | None
    due: tuple[Due, ...]
    kept: int = 0
    undated: int = 0

    @property
    def words(self) -> str:
        """What a person reads above the list."""
        if self.before is None:
            return "Customers are kept indefinitely. Set a period in Settings, Privacy."
        period = count(self.months, "month")
        words = [f"No customer is due to be erased after {period} without contact."]
        if self.due:
            words = [f"{count(len(self.due), 'customer')} without contact since {full_day(self.before)} ({period})."]
        if self.kept:
            stay = "stays" if self.kept == 1 else "stay"
            words.append(f"{count(self.kept, 'customer')} with an open task or a running contract {stay}.")
        if self.undated:
            have = "has no date and is" if self.undated == 1 else "have no date and are"
            words.append(f"{count(self.undated, 'customer')} {have} never due.")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of customers who were to be erased together.

    Attributes
    ----------
    customers
        Who is gone.
    lines
        The receipt, as a person reads it.
    fault
        Why it ended early, '' where it did not; who was erased before stays erased.
    """

    customers: tuple[int, ...]
    lines: tuple[str, ...]
    changes: Changes
    fault: str = ""
