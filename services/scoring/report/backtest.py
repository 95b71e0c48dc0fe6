"""The backtest: the book's past is scored from earlier days, with what was known then, and compared with what came.

Model selection judges the models; this adds what people ask of them: how often customers of like risk left, who left
unseen and who was flagged and stayed, whether lifetime value came true, and what this time of the year did to the
scores a year ago.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.values.backtest import MBG, RULE, WAYS, BacktestReport, CalibrationBin, Miss
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.words import full_day, percent
from services.scoring.events import EPOCH, BookEvents, day_number, last_day_covered, read_events
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection import Judged, Judgement, Label, cutoffs_before, judge
from services.scoring.model_selection.measures import curve, log_losses
from services.scoring.model_selection.windows import times_told
from services.scoring.report.clv import clv_of
from services.scoring.report.kept import scored_day
from services.scoring.rows import day_text
from services.settings import Policy, minor_rates, reporting_currency

if TYPE_CHECKING:
    from services.workspace import Workspace

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]

STEP = "Back-testing the scores"
#: Test cutoffs, about a month apart, the newest closing on the last day of data; so many of a book of so many customers
#: tell no less, in two thirds of the time.
CUTOFFS, OF_LARGE, LARGE = 6, 4, 10_000
#: Customers named of those who left unseen, and of those who were flagged and stayed; all are counted.
_NAMED = 500
_YEAR_DAYS = 365
#: A year ago is looked at where the book had about a year behind it then: of a younger one, its youth would be judged.
_KNOWN_DAYS = 330
#: The season is said where the bias of a year ago is so large and no chance: two points, two standard errors.
_SEASON_BIAS, _SEASON_ERRORS = 0.02, 2.0


@dataclass(frozen=True)
class InUse:
    """The model that scores come from, and why; `as_assumed`: by what is assumed of every shop, learnt from no past."""

    name: str
    why: str
    as_assumed: bool = False


def has_events(workspace: Workspace) -> bool:
    """Whether there is any past to look at."""
    with workspace.store.read() as connection:
        return last_day_covered(connection, workspace.clock.today()) is not None


def read_book(workspace: Workspace) -> BookEvents:
    """All events of the book through the day of its scores; before it was scored, the last that its files cover.

    Raises
    ------
    UserError
        If there are none.
    """
    policy = workspace.policy
    with workspace.store.read() as connection:
        as_of = last_day_covered(connection, workspace.clock.today())
        if as_of is None:
            raise UserError(
                "The book has no orders and no other activity yet, so there is nothing to back-test. Import some."
            )
        as_of = min(as_of, scored_day(workspace) or as_of)
        currency = reporting_currency(connection, policy)
        return read_events(connection, as_of, currency=currency, rates=minor_rates(policy, currency))


def backtest_of(
    book: BookEvents,
    policy: Policy,
    *,
    horizon_days: int,
    cutoffs: Sequence[int] | None = None,
    label: Label | None = None,
    in_use: InUse | None = None,
    progress: ProgressCall | None = None,
    cancelled: CancelCall | None = None,
) -> BacktestReport:
    """The report on a book's past; pure.

    Parameters
    ----------
    label
        What leaving means; None: no order, or in a book of no orders no other activity.
    in_use
        The model from which the book's scores come; None: the one that told the past best.
    cutoffs
        Day numbers to score from; None: the newest six (four of a large book) of about one a month, and a year ago
        where a year lies before that.

    Raises
    ------
    UserError
        If the days after a cutoff are not over yet, or there is no history before it.
    Cancelled
        If `cancelled` says so between two steps.
    """
    begun = time.perf_counter()
    tell = progress or (lambda _progress: None)
    judged = judge(
        book,
        book.as_of,
        horizon_days,
        _default_cutoffs(book, horizon_days) if cutoffs is None else _checked(book, cutoffs, horizon_days),
        label=label or label_of(book),
        as_assumed=in_use is not None and in_use.as_assumed,
        progress=lambda step: tell(Progress(STEP, step.done, (step.total or 0) + 1)),
        cancelled=cancelled or (lambda: False),
    )
    report = _report(book, policy, judged, _used(judged, in_use))
    tell(Progress(STEP, 1, 1))
    return replace(report, seconds=round(time.perf_counter() - begun, 2))


def _report(book: BookEvents, policy: Policy, judged: Judged, used: InUse) -> BacktestReport:
    missed, alarmed = _misses(book, policy, judged, used.name)
    return BacktestReport(
        as_of=day_text(book.as_of),
        horizon_days=judged.horizon_days,
        label=judged.label,
        used=used.name,
        why=used.why,
        beats_rule=_beats_rule(judged, used.name),
        models=judged.reports,
        calibration=_calibration(judged, used.name),
        missed=missed.worst,
        alarmed=alarmed.worst,
        clv=clv_of(book, policy.clv_horizon_months, policy.churn_horizon_days),
        seasonal=_seasonal(judged, used.name),
        missed_count=missed.count,
        alarmed_count=alarmed.count,
    )


def label_of(book: BookEvents) -> Label:
    """Leaving is told by orders; in a book of no orders, by other activity."""
    return "activity" if not book.orders.day.size and book.activities.day.size else "orders"


def _default_cutoffs(book: BookEvents, horizon_days: int) -> list[int]:
    first = book.first_day()
    if first is None:
        return []
    most = OF_LARGE if book.customer_ids.size > LARGE else CUTOFFS
    newest = cutoffs_before(book.as_of, first, horizon_days, most=most)
    year_ago = book.as_of - _YEAR_DAYS
    known_then = year_ago - first >= _KNOWN_DAYS
    return [year_ago, *newest] if known_then and newest and year_ago < newest[0] else newest


def _checked(book: BookEvents, cutoffs: Sequence[int], horizon_days: int) -> list[int]:
    first = book.first_day()
    latest = book.as_of - horizon_days
    for cutoff in cutoffs:
        if cutoff > latest:
            raise UserError(
                f"The {horizon_days} days after {day_text(cutoff)} are not over in this book's data. "
                f"Choose a day up to {day_text(latest)}."
            )
        if first is None or cutoff <= first:
            raise UserError(f"The book has no history before {day_text(cutoff)}. Choose a later day.")
    return sorted(set(cutoffs))


def _used(judged: Judged, in_use: InUse | None) -> InUse:
    """The model that the report is on: the one in use where these windows could judge it, and why it is used.

    A refit chooses on fewer customers and windows: where these would have chosen another, that is said too.
    """
    if in_use is not None and in_use.as_assumed:
        return in_use
    if in_use is None or not any(in_use.name in one.risks for one in judged.tests):
        return InUse(judged.used, judged.why)
    if judged.used == in_use.name:
        return InUse(in_use.name, judged.why)
    other = f"This back-test favours {WAYS[judged.used]}; the next training of the model decides."
    return InUse(in_use.name, f"{in_use.why} {other}")


def _beats_rule(judged: Judged, used: str) -> bool | None:
    """Whether the model predicted the windows with a risk of both better than the rule; None: there is none."""
    both = [one for one in judged.tests if used in one.risks and RULE in one.risks and one.left.size]
    if not both:
        return None
    gains = [np.mean(log_losses(one.risks[RULE], one.left) - log_losses(one.risks[used], one.left)) for one in both]
    return bool(np.mean(gains) > 0)


def _said(one: Judgement, used: str) -> Floats | None:
    """What the model in use said at a cutoff; before it could be judged, what the closed form said."""
    return one.risks.get(used, one.risks.get(MBG))


def _calibration(judged: Judged, used: str) -> tuple[CalibrationBin, ...]:
    told = [(one, risk) for one in judged.tests if (risk := one.risks.get(used)) is not None and one.left.size]
    if not told:
        return ()
    return curve(
        np.concatenate([risk for _, risk in told]),
        np.concatenate([one.left for one, _ in told]),
        times_told([one.cutoff for one, _ in told], judged.horizon_days),
    )


@dataclass(frozen=True)
class _Misses:
    """Customers of one kind of error: the worst of them, and how many there are."""

    worst: tuple[Miss, ...] = ()
    count: int = 0


def _misses(book: BookEvents, policy: Policy, judged: Judged, used: str) -> tuple[_Misses, _Misses]:
    """Who left below the warning, and who stayed at or above the critical risk, at the last cutoff.

    The worst first: by how wrong the risk was, times what the customer had spent in the year before.
    """
    if not judged.tests or (risk := _said(judged.tests[-1], used)) is None:
        return _Misses(), _Misses()
    last = judged.tests[-1]
    rows = np.searchsorted(book.customer_ids, last.customers)
    spent = features_at(Ledger(book, last.cutoff)).spend_12m[rows]
    wrong = np.abs(last.left - risk) * np.maximum(spent, 1.0)
    unseen = last.left & (risk < policy.churn_warning)
    flagged = ~last.left & (risk >= policy.churn_critical)

    def value_of(at: int) -> int | None:
        return round(float(spent[at])) if book.orders.day.size else None

    def worst(among: Flags) -> _Misses:
        places = np.flatnonzero(among)
        order = places[np.lexsort((last.customers[places], -wrong[places]))][:_NAMED]
        found = (
            Miss(int(last.customers[at]), round(float(risk[at]), 4), bool(last.left[at]), value_of(at))
            for at in order.tolist()
        )
        return _Misses(tuple(found), int(places.size))

    return worst(unseen), worst(flagged)


def _seasonal(judged: Judged, used: str) -> str:
    """What this time of the year did to the scores a year ago, where that was no chance."""
    year_ago = judged.as_of - _YEAR_DAYS
    near = [one for one in judged.tests if abs(one.cutoff - year_ago) <= 15 and one.left.size]
    if not near or (risk := _said(near[0], used)) is None:
        return ""
    one = near[0]
    bias = float(risk.mean() - one.left.mean())
    by_chance = float(np.sqrt((risk * (1.0 - risk)).sum())) / risk.size
    if abs(bias) < max(_SEASON_BIAS, _SEASON_ERRORS * by_chance):
        return ""
    way, rather = ("over", "fewer") if bias > 0 else ("under", "more")
    points = round(100 * abs(bias))
    on = full_day(EPOCH + timedelta(days=one.cutoff))
    return (
        f"At this time last year the model {way}-predicted churn by {points} points: of the customers scored on {on}, "
        f"{percent(float(risk.mean()))} were predicted to leave and {percent(float(one.left.mean()))} did. "
        f"If the season repeats, {rather} will leave than the scores predict."
    )


def days_of(cutoffs: Sequence[date] | None) -> list[int] | None:
    """Day numbers of days."""
    return None if cutoffs is None else [day_number(day) for day in cutoffs]
