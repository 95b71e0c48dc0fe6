"""The watch between refits: are customers still those on whom the scores were fitted, and does the risk still hold?

Features are compared by the population stability index over the tenths of the day of the fit, among customers who did
something in the year before each day (the dead of a book pile up, and are no news). What was predicted of a window that
has closed since is compared with what came of it. Pure: events and earlier risks in, values out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.values.drift import CalibrationDrift, DriftReport, FeatureDrift, Shift
from models.values.past_cases import wilson
from models.values.words import capital, count, day_of, full_day, money, percent
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger, Rows
from services.scoring.rows import day_text

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: The usual borders of the index: below the first nothing moved, from the second on it did much.
MOVED, CHANGED = 0.10, 0.25
_BINS = 10
_ALIVE_DAYS = 365
#: Fewer customers on either day tell nothing.
_FEWEST = 50
_NAMED = 3
_MONEY = "money"


@dataclass(frozen=True)
class _Watched:
    """One feature: its name, its label in "… is 41 days; it was 28 days", its unit, how it is had, digits shown."""

    name: str
    label: str
    unit: str
    of: Callable[[Features], Floats]
    digits: int = 0


_WATCHED = (
    _Watched("days_since", "the time since the last order", " days", lambda seen: seen.days_since),
    _Watched("usual_gap", "the usual gap between orders", " days", lambda seen: seen.usual_gap),
    _Watched("rhythm_12m", "the number of purchase days in a year", "", lambda seen: seen.rhythm_12m),
    _Watched("mean_value", "the value of an order", _MONEY, lambda seen: seen.mean_value),
    _Watched("answer_share", "the share of emails clicked or answered", "", lambda seen: seen.answer_share, 2),
    _Watched("tickets_90d", "the number of tickets in 90 days", "", lambda seen: seen.tickets_90d),
    _Watched("satisfaction", "satisfaction (1 to 5)", "", lambda seen: seen.satisfaction, 1),
    _Watched("review_score", "the rating in reviews", "", lambda seen: seen.review_score, 1),
    _Watched("visits_30d", "the number of visits in 30 days", "", lambda seen: seen.visits_30d),
    _Watched("discount_share_6m", "the share of spend at a discount", "", lambda seen: seen.discount_share_6m, 2),
)


@dataclass(frozen=True)
class SaidBefore:
    """Risks as they were shown: index of the customer, day number of the score, and the risk; shape (scores,) each."""

    row: Whole
    day: Whole
    risk: Floats


def stability(before: Floats, now: Floats) -> tuple[float, float]:
    """Population stability index of two samples, and what chance alone would exceed in one case of twenty.

    Bins are the tenths of `before`, a figure that many share, and what is not known; half a customer is added to each
    (no logarithm of zero). By chance the index is about (1/n + 1/m) times a chi-square with one degree less than bins.
    """
    from scipy.stats import chi2

    borders = _borders(before)

    def shares(sample: Floats) -> Floats:
        place = np.where(np.isnan(sample), borders.size + 1, np.searchsorted(borders, sample, side="left"))
        counts = np.bincount(place, minlength=borders.size + 2) + 0.5
        return np.asarray(counts / counts.sum())

    one, other = shares(before), shares(now)
    index = float(((other - one) * np.log(other / one)).sum())
    degrees = borders.size + 1
    return index, float(chi2.ppf(0.95, degrees)) * (1.0 / max(before.size, 1) + 1.0 / max(now.size, 1))


def _borders(before: Floats) -> Floats:
    """Upper borders of the bins but the last. A value of a tenth of the customers or more has a bin of its own.

    Else whoever was at that value, and fell below it, would still be in the bin that ends with it.
    """
    known = before[np.isfinite(before)]
    if not known.size:
        return known
    tenths, times = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS), return_counts=True)
    return np.union1d(tenths, np.nextafter(tenths[times > 1], -np.inf))


def _active(seen: Features) -> Flags:
    return np.asarray(seen.days_since <= _ALIVE_DAYS)


def _shift(index: float, chance: float) -> Shift:
    if index < MOVED or index <= chance:
        return "steady"
    return "changed" if index >= CHANGED else "moved"


def features_drift(before: Features, now: Features) -> tuple[FeatureDrift, ...]:
    """Each feature that anybody has, the most shifted first; none where either day has too few customers."""
    then, today = _active(before), _active(now)
    if min(int(then.sum()), int(today.sum())) < _FEWEST:
        return ()
    found = []
    for one in _WATCHED:
        early, late = one.of(before)[then], one.of(now)[today]
        if not np.isfinite(early).any() and not np.isfinite(late).any():
            continue
        index, chance = stability(early, late)
        found.append(
            FeatureDrift(one.name, one.label, round(index, 4), _median(early), _median(late), _shift(index, chance))
        )
    return tuple(sorted(found, key=lambda drift: -drift.psi))


def _median(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(np.median(known)), 4) if known.size else None


def calibration_drift(ledger: Ledger, said: SaidBefore, horizon_days: int) -> CalibrationDrift | None:
    """Predicted against actual churn in each score's own window; None where fewer than fifty can be judged.

    Raises
    ------
    ValueError
        If a window ends after the ledger's day.
    """
    if said.row.size < _FEWEST:
        return None
    if int(said.day.max()) + horizon_days > ledger.day:
        raise ValueError("A window ends after the day of the events.")
    ordered = _counted(ledger.orders, said.row, np.zeros_like(said.day), said.day) > 0
    orders = _counted(ledger.orders, said.row, said.day, said.day + horizon_days)
    other = _counted(ledger.activity, said.row, said.day, said.day + horizon_days)
    left = np.where(ordered, orders, orders + other) == 0
    share, size = float(left.mean()), int(left.size)
    low, high = wilson(float(left.sum()), size)
    on = day_text(int(np.median(said.day)))
    return CalibrationDrift(on, size, float(said.risk.mean()), share, low, high)


def _counted(rows: Rows, row: Whole, after: Whole, until: Whole) -> Floats:
    """Events of the customers `row` in their own (after, until]."""
    customers = rows.start.size
    begin, end = np.zeros(customers, np.int64), np.zeros(customers, np.int64)
    begin[row], end[row] = after, until
    return rows.counted(begin, end)[row]


def watch(book: BookEvents, fitted_on: int, said: SaidBefore, horizon_days: int) -> DriftReport:
    """The watch of the book at its day against that of the fit; `said` has one score a customer at most."""
    ledger = Ledger(book, book.as_of)
    before, now = features_at(Ledger(book, fitted_on)), features_at(ledger)
    features = features_drift(before, now) if fitted_on < book.as_of else ()
    calibration = calibration_drift(ledger, said, horizon_days)
    return DriftReport(
        as_of=day_text(book.as_of),
        since=day_text(fitted_on),
        customers=(int((before.rhythm_count > 0).sum()), int((now.rhythm_count > 0).sum())),
        features=features,
        calibration=calibration,
        sentences=(
            *_about_customers(features, fitted_on, book),
            *([_told(calibration, horizon_days)] if calibration else ()),
        ),
    )


def _about_customers(features: tuple[FeatureDrift, ...], fitted_on: int, book: BookEvents) -> list[str]:
    since = _day(day_text(fitted_on))
    shifted = [one for one in features if one.shift != "steady"]
    if fitted_on == book.as_of:
        return [f"The model was trained on {since}, so there is nothing to compare yet."]
    if not features:
        return [f"Too few customers bought within a year to show changes since the model was trained on {since}."]
    if not shifted:
        return [f"Customers have not changed since the model was trained on {since}."]
    much = " much" if any(one.shift == "changed" for one in shifted) else ""
    head = f"Customers have changed{much} since the model was trained on {since}."
    return [head, *(_moved(one, book.currency) for one in shifted[:_NAMED])]


def _moved(one: FeatureDrift, currency: str) -> str:
    watched = next(other for other in _WATCHED if other.name == one.name)

    def figure(value: float | None) -> str:
        if value is None:
            return "not known"
        if watched.unit == _MONEY:
            return money(round(value), currency)
        return f"{value:,.{watched.digits}f}{watched.unit}"

    return f"{capital(one.label)} is {figure(one.now)} (median); it was {figure(one.before)}."


def _told(one: CalibrationDrift, horizon_days: int) -> str:
    words = (
        f"Of {count(one.customers, 'customer')} scored about {_day(one.on)}, {percent(one.said)} were predicted to "
        f"leave within {horizon_days} days; {percent(one.left)} did."
    )
    if not one.off:
        return words
    way = "too high" if one.said > one.left else "too low"
    return f"{words} Predicted churn has been {way}. Retrain the model, and allow for seasons."


def _day(text: str) -> str:
    day = day_of(text)
    return full_day(day) if day is not None else text
