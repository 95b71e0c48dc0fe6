"""Reports as plain values: a dashboard with all its answers, and what stands at its head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from models.values.dashboards import PERIODS, Dashboard, Filters, TileAnswer, TileSpec
from models.values.metrics import Condition
from models.values.words import full_day

_COMPARED: Final = {"previous": "the period before", "year": "a year before"}


@dataclass(frozen=True, slots=True)
class Report:
    """A dashboard as it is at one state of the book.

    Attributes
    ----------
    book
        What the book is called.
    as_of
        The last day of its data.
    answers
        By the key of a tile.
    courses
        How figures went over the last 12 months, by the key of a tile, where that was asked for.
    """

    dashboard: Dashboard
    book: str
    as_of: date
    filters: Filters
    where: tuple[Condition, ...]
    answers: Mapping[str, TileAnswer]
    courses: Mapping[str, TileAnswer] = field(default_factory=dict)

    def tiles(self, *, figures: bool) -> Iterator[tuple[TileSpec, TileAnswer]]:
        """Yield the figures, or all the other tiles, in reading order."""
        for tile in self.dashboard.tiles:
            if (tile.form == "figure") == figures:
                yield tile, self.answers[tile.key]

    @property
    def period(self) -> str:
        """The period in words; of one that the filter bar does not offer its days."""
        words = dict(PERIODS).get(self.filters.period)
        found = (one.answer.period for one in self.answers.values() if one.query.period == self.filters.period)
        days = next(found, None) if words is None else None
        if days is None:
            return words or self.filters.period
        first = full_day(days.first) if days.first is not None else "the first day of the book"
        return f"{first} to {full_day(days.last)}"

    @property
    def compared(self) -> str:
        """What the period is compared with, in words; '' for nothing, as for all time."""
        return _COMPARED.get(self.filters.compare or "", "") if self.filters.period != "all" else ""

    @property
    def filtered(self) -> str:
        """What is left out, in words; '' where all counts."""
        named = [f"{name} = {said}" for name, _title, said in self.filters.chosen]
        return ", ".join([*named, *(one.in_words for one in self.where)])

    @property
    def head(self) -> tuple[tuple[str, str], ...]:
        """What the figures are of: a name and its words each."""
        return (
            ("Book", self.book), ("As of", full_day(self.as_of)), ("Period", self.period),
            ("Compared with", self.compared or "nothing"), ("Filters", self.filtered or "none"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a brief: its heading and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """One customer on one page.

    Attributes
    ----------
    as_of
        The day of the scores; '' before the first ones.
    alert
        The open alert and what is suggested; () without one.
    left, right
        What stands in the two columns.
    events
        When and what, the newest first.
    earlier
        How many more events there are.
    """

    name: str
    book: str
    as_of: str
    headline: tuple[str, ...]
    alert: tuple[str, ...]
    left: tuple[Section, ...]
    right: tuple[Section, ...]
    events: tuple[tuple[str, str], ...]
    earlier: int


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """A customer in the contents of a pack: who, why first, and their part of the revenue at risk; '' for none."""

    customer_id: int
    name: str
    why: str
    at_risk: str


@dataclass(frozen=True, slots=True)
class Handover:
    """What a pack for a portfolio that changes hands says before its briefs.

    Attributes
    ----------
    to
        Who takes over; '' where that is not known yet.
    as_of, printed
        The last day of the data, and the day on which it is printed.
    figures
        Title and words of each.
    lines
        All customers, in the order of their briefs.
    """

    owner: str
    to: str
    book: str
    as_of: str
    printed: str
    figures: tuple[tuple[str, str], ...]
    lines: tuple[HandoverLine, ...]
