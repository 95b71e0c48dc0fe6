"""What a trial of a rule on the past found: with the figures in force, and with those that were tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.values.past_cases import wilson
from models.values.rule_records import SPENT_LESS, early_words
from models.values.words import DASH, THIN, count, money, percent, whole

#: How far back a trial looks: the past 12 months.
TRIAL_WEEKS: Final = 52
TOO_EARLY: Final = "too early to judge"


@dataclass(frozen=True, slots=True)
class TrialWeek:
    """Alerts that the rule would have opened as of one day; the first week also finds what had piled up before."""

    as_of: str
    opened: int


@dataclass(frozen=True, slots=True)
class TrialCase:
    """A customer who would have had an alert: when first, and whether it was correct; None: not to be judged (yet).

    Attributes
    ----------
    gap
        How often their usual gap fitted into their silence then; None without both.
    year_minor
        What they had spent in the 12 months before, in minor units of `currency`; None: nothing is known.
    """

    customer_id: int
    name: str
    raised_on: str
    correct: bool | None
    gap: float | None = None
    year_minor: int | None = None
    currency: str = ""

    @property
    def gap_words(self) -> str:
        """The silence then: "2.7 ×"; a dash where nothing is known."""
        return DASH if self.gap is None else f"{self.gap:.1f}{THIN}×"

    @property
    def year_words(self) -> str:
        """What the customer was worth a year then: "$1,560"; a dash where nothing is known."""
        return DASH if self.year_minor is None or not self.currency else money(self.year_minor, self.currency)


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
        Active customers of the correct alerts; one may have had several.
    leavers
        All active customers who left (or spent less) after one of the weeks, named or not.
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
    leavers: int = 0

    @property
    def alerts(self) -> int:
        """All of them."""
        return sum(week.opened for week in self.weeks)

    @property
    def a_week(self) -> float:
        """Alerts a week after the first one, which also finds what had piled up."""
        return (self.alerts - self.weeks[0].opened) / max(1, len(self.weeks) - 1)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the correct share (Wilson)."""
        return wilson(self.correct, self.judged)

    @property
    def range_words(self) -> str:
        """The interval in words: "15–39 %"."""
        low, high = self.interval
        return f"{round(100 * low)}–{percent(high)}"


@dataclass(frozen=True, slots=True)
class Tried:
    """A figure that differs from the one in force, both in words."""

    title: str
    before: str
    after: str


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
    tried
        The figures that differ from those in force.
    """

    rule: str
    title: str
    outcome: str
    before: TrialSide
    after: TrialSide
    added: tuple[TrialCase, ...] = ()
    gone: tuple[TrialCase, ...] = ()
    tried: tuple[Tried, ...] = ()

    @property
    def period(self) -> str:
        """The time that the trial looked at: "past 12 months"."""
        weeks = len(self.after.weeks)
        return "past 12 months" if weeks == TRIAL_WEEKS else f"past {count(weeks, 'week')}"

    @property
    def words(self) -> str:
        """The trial in a sentence; the figures in force only where others were tried."""
        before, after = self.before, self.after
        other = bool(self.tried)
        parts = [count(after.alerts, "alert") + (f" instead of {whole(before.alerts)}" if other else "")]
        if self.outcome and after.judged:
            caught = f"{whole(after.caught)} of {self._leavers(after.leavers)} caught"
            known = other and before.judged
            parts.append(f"{caught} instead of {whole(before.caught)}" if known else caught)
        if after.early_by is not None:
            parts.append(f"{early_words(after.early_by)}{' early' if after.early_by else ''}")
        said = f"{', '.join(parts)}."
        if self.outcome and not after.judged:
            said = f"{said} None can be judged yet."
        if len(self.tried) == 1:
            (one,) = self.tried
            return f"{one.title}: {one.after} instead of {one.before}. {said}"
        return f"With {len(self.tried)} changes: {said}" if other else f"Figures in force: {said}"

    @property
    def lines(self) -> tuple[tuple[str, ...], ...]:
        """The comparison as a table: what is counted, in force, tried, and by how much they differ."""
        before, after = sides = (self.before, self.after)
        weekly = [f"{one.a_week:.1f}" for one in sides]
        lines = [
            ("Alerts", whole(before.alerts), whole(after.alerts), _more(after.alerts - before.alerts)),
            ("Alerts a week", *weekly, _more(after.a_week - before.a_week, 1)),
            ("Open at the end", whole(before.today), whole(after.today), _more(after.today - before.today)),
        ]
        if not self.outcome:
            return tuple(lines)
        both = before.judged and after.judged
        title = "Spent less, caught" if self.outcome == SPENT_LESS else "Leavers caught"
        caught = [f"{whole(one.caught)} of {whole(one.leavers)}" if one.judged else DASH for one in sides]
        lines.append((title, *caught, _more(after.caught - before.caught) if both else ""))
        shares = [f"{whole(one.correct)} of {whole(one.judged)}" if one.judged else DASH for one in sides]
        lines.append(("Correct alerts", *shares, _change(before, after) if both else ""))
        ranges = [one.range_words if one.judged else DASH for one in sides]
        lines.append(("95 % range", *ranges, _chance(before, after) if both else ""))
        if before.early_by is not None or after.early_by is not None:
            early = [DASH if one.early_by is None else early_words(one.early_by) for one in sides]
            lines.append(("Early by, median", *early, _earlier(before, after)))
        return tuple(lines)

    def verdict(self, case: TrialCase) -> str:
        """What became of a customer: "left", "stayed", "too early to judge"; '' where that is not judged."""
        right, wrong = self.outcomes
        return {True: right, False: wrong, None: TOO_EARLY}[case.correct] if self.outcome else ""

    @property
    def outcomes(self) -> tuple[str, str]:
        """What a customer of a correct alert did, and one of an incorrect alert."""
        return ("spent less", "did not") if self.outcome == SPENT_LESS else ("left", "stayed")

    @property
    def note(self) -> str:
        """Why fewer customers were caught than alerts were correct; '' where they are as many."""
        sides = [self.before, self.after] if self.tried else [self.after]
        if not any(one.correct > one.caught for one in sides):
            return ""
        said = "; ".join(f"{count(one.correct, 'correct alert')} for {self._leavers(one.caught)}" for one in sides)
        return f"Some had several alerts, or were not active: {said}."

    def _leavers(self, number: int) -> str:
        if self.outcome == SPENT_LESS:
            return count(number, "customer who spent less", "customers who spent less")
        return count(number, "leaver")


def _more(change: float, digits: int = 0) -> str:
    number = f"{abs(change):,.{digits}f}"
    return "the same" if not float(number.replace(",", "")) else f"{number} {'more' if change > 0 else 'fewer'}"


def _change(before: TrialSide, after: TrialSide) -> str:
    return f"{percent(before.correct / before.judged)} → {percent(after.correct / after.judged)}"


def _chance(before: TrialSide, after: TrialSide) -> str:
    """Whether the two ranges overlap, so that the difference may be chance."""
    if before == after:
        return ""
    overlap = before.interval[0] <= after.interval[1] and after.interval[0] <= before.interval[1]
    return "may be chance" if overlap else "beyond chance"


def _earlier(before: TrialSide, after: TrialSide) -> str:
    if before.early_by is None or after.early_by is None:
        return ""
    days = after.early_by - before.early_by
    return f"{count(abs(days), 'day')} {'more' if days > 0 else 'fewer'}" if days else "the same"
