"""What a trial of a rule on the past found: with the figures in force, and with those that were tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.values.past_cases import wilson
from models.values.words import count, percent

_DAYS_A_MONTH: Final = 365.25 / 12


@dataclass(frozen=True, slots=True)
class TrialWeek:
    """Alerts that the rule would have opened as of one day; the first week also finds what had piled up before."""

    as_of: str
    opened: int


@dataclass(frozen=True, slots=True)
class TrialCase:
    """A customer who would have had an alert: when first, and whether it was correct; None: not to be judged (yet)."""

    customer_id: int
    name: str
    raised_on: str
    correct: bool | None


@dataclass(frozen=True, slots=True)
class TrialSide:
    """What the rule would have raised with some figures.

    Attributes
    ----------
    today
        Alerts that would be open as of the last day.
    judged, correct
        Alerts that are old enough to judge, and those of them whose customer left (or spent less).
    caught
        Customers of the correct alerts; one may have had several.
    early_by
        Median of the days from a correct alert until its customer counted as gone; None without one, or where the
        outcome is not leaving.
    """

    weeks: tuple[TrialWeek, ...]
    today: int
    judged: int
    correct: int
    caught: int = 0
    early_by: int | None = None

    @property
    def alerts(self) -> int:
        """All of them."""
        return sum(week.opened for week in self.weeks)

    @property
    def a_month(self) -> float:
        """Alerts a month after the first week, which also finds what had piled up."""
        later = self.alerts - self.weeks[0].opened
        return later / max(1, len(self.weeks) - 1) * _DAYS_A_MONTH / 7

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the correct share (Wilson)."""
        return wilson(self.correct, self.judged)

    @property
    def words(self) -> str:
        """The side in a sentence."""
        said = (
            f"{count(self.alerts, 'alert')} in {count(len(self.weeks), 'week')}, {self.a_month:.1f} a month after the "
            f"first week, {self.today:,} open at the end"
        )
        if not self.judged:
            return f"{said}; none can be judged yet"
        share = f"{percent(self.correct / self.judged)}, 95 % range {self.range_words}"
        return f"{said}; {self.correct:,} of {self.judged:,} correct ({share})"

    @property
    def range_words(self) -> str:
        """The interval in words: "15–39 %"."""
        low, high = self.interval
        return f"{round(100 * low)}–{percent(high)}"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found.

    Attributes
    ----------
    outcome
        What makes an alert correct; '' for a rule whose alerts are not judged.
    before, after
        With the figures in force, and with those that were tried.
    added, gone
        Customers who would have had an alert only with the figures tried, and only with those in force.
    """

    rule: str
    title: str
    outcome: str
    before: TrialSide
    after: TrialSide
    added: tuple[TrialCase, ...] = ()
    gone: tuple[TrialCase, ...] = ()

    @property
    def words(self) -> str:
        """The trial in a sentence; the figures in force only where others were tried."""
        if self.before == self.after and not self.added and not self.gone:
            return self.after.words
        customers = f"{count(len(self.added), 'customer')} added, {len(self.gone):,} no longer named"
        return f"{self.after.words}. In force: {self.before.words}. {customers}"
