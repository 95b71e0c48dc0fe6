"""Watches: a metric of the catalogue, when it raises an alert of the book, and what is said of its figure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Literal

from models.values.metrics import Condition
from models.values.words import count, in_unit, percent

#: Begins the code of every watch among the rules; no shipped rule has a colon.
PREFIX: Final = "watch:"
#: The subject of such a rule.
SUBJECT: Final = "metric"
Test = Literal["above", "below", "rises", "falls"]
TESTS: Final[tuple[Test, ...]] = ("above", "below", "rises", "falls")
#: Periods that go along with the data.
ROLLING: Final = re.compile(r"all|\d{1,4}[dwmy]")
#: So many values are shown, a week apart.
SHOWN: Final = 12
_WHY: Final = {
    "few": "too few rows for a figure",
    "none": "nothing to count",
    "short": "the data does not reach back far enough",
    "ended": "no recent data of this kind",
    "unscored": "the book is not scored",
    "unrated": "amounts without an exchange rate",
    "currency": "the limit is in a different currency from the book",
    "now": "scores are kept for the present only",
}


@dataclass(frozen=True, slots=True)
class Watch:
    """When a metric raises an alert.

    Attributes
    ----------
    than
        A level in the metric's unit, money in major units; of a change its share of 1.
    period
        Of a level: the days counted, such as ``30d`` (a state has none).
    weeks
        Of a change: the last week is compared with the mean of so many weeks before.
    currency
        Of a level of money, '' where the book's is meant.
    code, title
        As the book keeps it; '' where it does not yet.
    """

    metric: str
    test: Test
    than: float
    where: tuple[Condition, ...] = ()
    period: str = "30d"
    weeks: int = 8
    severity: str = "medium"
    cooldown_days: int = 14
    currency: str = ""
    code: str = ""
    title: str = ""

    @property
    def is_change(self) -> bool:
        """Whether a change is watched, not a level."""
        return self.test in ("rises", "falls")

    @property
    def asked(self) -> str:
        """The period of the figure."""
        return "7d" if self.is_change else self.period

    @property
    def step(self) -> float:
        """By how much it must get worse to be told again within the cool-down."""
        return 0.1 if self.is_change else abs(self.than) / 5

    def size(self, value: float, before: float | None) -> float:
        """Return how far a figure lies in the direction that is watched."""
        if not self.is_change:
            return value if self.test == "above" else -value
        share = (value - before) / abs(before) if before else 0.0
        return share if self.test == "rises" else -share

    def holds(self, value: float, before: float | None, *, raised: bool) -> bool:
        """Return whether a figure raises an alert, or keeps one that is open: that takes less (hysteresis).

        A raised level is left by a tenth of it, a raised change by a quarter.
        """
        size = self.size(value, before)
        if self.is_change:
            return size >= self.than * (0.75 if raised else 1) - 1e-9
        bound = self.than if self.test == "above" else -self.than
        return size > bound - (abs(bound) / 10 if raised else 0) + 1e-9


@dataclass(frozen=True, slots=True)
class WatchFigure:
    """A watched metric on one day.

    Attributes
    ----------
    value
        Money in minor units, as the catalogue has it; None where it cannot be computed.
    before
        Of a change: the mean of the weeks before.
    why
        Why it cannot be computed; see `why_not`.
    rows
        How many rows are behind it.
    """

    day: str
    value: float | None
    before: float | None = None
    why: str = ""
    rows: int = 0

    @property
    def why_not(self) -> str:
        """Why there is no figure, in words; '' where there is one."""
        return _WHY.get(self.why, "")


@dataclass(frozen=True, slots=True)
class WatchState:
    """A watch with its present figure.

    Attributes
    ----------
    title, counts, unit, currency
        Of the metric; money of the figure is in minor units.
    past
        The last values, a week apart, the present one last.
    raised
        How many alerts it would have raised on those days.
    beyond
        Whether its open alert is beyond today's limit, so that the queue only counts it.
    """

    watch: Watch
    enabled: bool
    figure: WatchFigure
    title: str
    counts: str
    unit: str
    currency: str
    open_alert: int | None = None
    past: tuple[WatchFigure, ...] = ()
    raised: int = 0
    beyond: bool = False

    @property
    def alert_words(self) -> str:
        """What its alert is, ``Alert open, beyond today’s limit``; '' without one."""
        return "" if self.open_alert is None else "Alert open, beyond today’s limit" if self.beyond else "Alert open"

    @property
    def day(self) -> date:
        """The day of the figure."""
        return date.fromisoformat(self.figure.day)

    @property
    def words(self) -> str:
        """The present figure, or why there is none."""
        if self.figure.value is None:
            return f"Not evaluated: {self.figure.why_not}"
        return in_unit(self.figure.value, self.unit, self.currency)

    @property
    def record(self) -> str:
        """How often it would have raised an alert."""
        known = sum(one.value is not None and not one.why for one in self.past)
        if not known:
            return "No past values to test this limit on."
        raised = f"would have raised {count(self.raised, 'alert')}" if self.raised else "would have raised no alert"
        return f"In the last {count(len(self.past), 'week')} it {raised}."


def limit_words(watch: Watch, unit: str, currency: str, factor: int) -> str:
    """Return ``above 5``, or ``falls by 20 % against the mean of 8 weeks``."""
    if watch.is_change:
        return f"{watch.test} by {percent(watch.than)} against the mean of {count(watch.weeks, 'week')}"
    than = watch.than * factor if unit == "money" else watch.than
    return f"{watch.test} {in_unit(than, unit, currency)}"


def figures_of(watch: Watch, figure: WatchFigure, words: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an alert keeps of a figure, from which `reason_of` makes its words.

    `words`: the figure's title, unit, currency, and the factor of its level.
    """
    limit = {"test": watch.test, "than": watch.than, "weeks": watch.weeks}
    return {**{name: words[name] for name in ("title", "unit", "currency", "factor")}, **limit, **asdict(figure)}


def reason_of(kept: Mapping[str, Any]) -> str:
    """Return ``Open negative tickets: 7 (alert above 5)`` from what an alert keeps."""
    unit, currency = kept["unit"], kept["currency"]
    watch = Watch("", kept["test"], kept["than"], weeks=kept["weeks"])
    limit = limit_words(watch, unit, currency, kept["factor"])
    value = in_unit(kept["value"], unit, currency)
    if kept["before"] is None:
        return f"{kept['title']}: {value} (alert {limit})"
    change = (kept["value"] - kept["before"]) / abs(kept["before"])
    moved = f"{'up' if change > 0 else 'down'} {percent(abs(change))}"
    mean = in_unit(kept["before"], unit, currency)
    return f"{kept['title']}: {value} last week, {moved} on a mean of {mean} (alert: {limit})"
