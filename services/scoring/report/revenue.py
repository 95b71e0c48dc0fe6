"""The book's revenue by calendar month, forecast with an 80 % range.

What customers of today will spend is purchases expected times value, summed; those still to come arrive at the pace of
the past year and then buy like any other. How far such forecasts are off is learnt from the book itself: it is cut
at the end of each past month, forecast from there, and compared with what came. The range is that error, by how many
months ahead, drawn to a usual one while there are few months to learn it from; a past month's own range knows only
errors that were known by then. Pure: events in, values out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.values.errors import Cancelled
from models.values.forecast import MonthForecast, PastMonth
from services.scoring import monetary, pareto
from services.scoring.events import BookEvents
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.range_levels import has_value, known_of, value_models
from services.scoring.report.months import Daily, Month, daily_revenue, months_from, seasonal_index, whole_months

Floats = NDArray[np.float64]

MONTHS_AHEAD = 12
#: Months at whose end the book is cut, and the days of orders that must lie before.
_CUTS, _CUTS_OF_LARGE, _HISTORY_DAYS = 12, 6, 180
_LARGE = 50_000
_SHOWN_MONTHS = 24
#: What a forecast of a month is off in ordinary shops (log scale), and how many months that belief is worth.
_USUAL_ERROR, _BELIEVED_MONTHS = 0.15, 3.0
_LARGEST_ERROR = 3.0
#: Months ahead, from 0, with which a sum is of half a year or more.
_HALF_A_YEAR = 5
_UPPER_TAIL = 0.9
_ARRIVALS_DAYS = 365
_STEPS = 120

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class _Ahead:
    """Revenue expected in consecutive periods: of customers of today, of those to come, and its relative variance."""

    known: Floats
    new: Floats
    noise: Floats


@dataclass
class _Errors:
    """How far forecasts were off, ln(actual / predicted), by months ahead; each with the day on which it was known."""

    found: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, known_on: int, lead: int, actual: float, predicted: float) -> None:
        away = np.log(max(actual, 1.0) / max(predicted, 1.0))
        self.found.append((known_on, lead, float(np.clip(away, -_LARGEST_ERROR, _LARGEST_ERROR))))

    def factors(self, day: int, noise: Floats) -> Floats:
        """By what a forecast made on `day` is divided and multiplied for its range, by months ahead."""
        from scipy.stats import t

        variance, degrees = np.empty(noise.size), np.empty(noise.size)
        for lead in range(noise.size):
            away = np.array([one for known_on, ahead, one in self.found if ahead == lead and known_on <= day])
            believed = _BELIEVED_MONTHS * (_USUAL_ERROR**2 + noise[lead])
            variance[lead] = (believed + float((away**2).sum())) / (_BELIEVED_MONTHS + away.size)
            degrees[lead] = _BELIEVED_MONTHS + away.size
        # Nobody sees further ahead better.
        spread = np.sqrt(np.maximum.accumulate(variance)) * t.ppf(_UPPER_TAIL, degrees)
        return np.asarray(np.exp(np.minimum(np.maximum.accumulate(spread), _LARGEST_ERROR)))

    def factor_of_all(self, noise: float) -> float:
        """The same for the sum of all months, from errors of sums of half a year or more.

        Such sums share most of their days: however many there are, they count as three.
        """
        from scipy.stats import t

        away = np.array([one for _, ahead, one in self.found if ahead >= _HALF_A_YEAR])
        counted = min(float(away.size), _BELIEVED_MONTHS)
        seen = counted * float((away**2).mean()) if away.size else 0.0
        variance = (_BELIEVED_MONTHS * (_USUAL_ERROR**2 + noise) + seen) / (_BELIEVED_MONTHS + counted)
        spread = float(np.sqrt(variance) * t.ppf(_UPPER_TAIL, _BELIEVED_MONTHS + counted))
        return float(np.exp(min(spread, _LARGEST_ERROR)))


@dataclass(frozen=True)
class BookForecast:
    """What `forecast_months` found; see `models.values.forecast.RevenueForecast`."""

    months: tuple[MonthForecast, ...]
    low: int
    high: int
    past: tuple[PastMonth, ...]
    index: tuple[float, ...]
    bias: float | None


def _ahead(book: BookEvents, day: int, ends: Floats) -> _Ahead:
    """Revenue in the periods after day number `day` that end so many days after it, from what was known by then."""
    ledger = Ledger(book, day)
    everyone, one = features_at(ledger), np.ones(1)
    seen = known_of(everyone)
    buys, value = value_models(seen)
    x, t_x, age = seen.frequency, seen.recency, seen.age
    each = monetary.expected_value(value, x + 1.0, seen.mean_value)
    alive = pareto.p_alive(buys, x, t_x, age)
    counts = [alive * pareto.expected_if_alive(buys, x, age, np.array([end]), one) for end in ends]
    known = np.diff([0.0, *(float(count @ each) for count in counts)])
    squares = np.diff([0.0, *(float(count @ each**2) for count in counts)])
    new, new_squares = _of_newcomers(ledger, everyone, buys, value.mean, ends)
    # Of a sum of purchases of varying value: the variance is that of their number times the mean square of value.
    varying = 1.0 + 1.0 / value.p + 1.0 / value.q
    noise = varying * (squares + new_squares) / np.maximum(known + new, 1.0) ** 2
    return _Ahead(known, new, noise)


def _of_newcomers(
    ledger: Ledger, seen: Features, buys: pareto.ParetoParameters, repeat_value: float, ends: Floats
) -> tuple[Floats, Floats]:
    """Revenue of customers who will come at the pace of the past year, and the sum of its squares, by period.

    Of a history that is shorter than two years its second half tells the pace: to begin with, everybody looks new.
    """
    begun = has_value(seen)
    first = seen.first_order[begun]
    if not first.size:
        return np.zeros(ends.size), np.zeros(ends.size)
    since = max(ledger.day - _ARRIVALS_DAYS, (int(first.min()) + ledger.day) // 2)
    arrived = first > since
    rate = float(arrived.sum()) / max(ledger.day - since, 1)
    if not rate:
        return np.zeros(ends.size), np.zeros(ends.size)
    value = float(ledger.bought.value[ledger.orders.start[begun]][arrived].mean())
    grid = np.linspace(0.0, float(ends[-1]), _STEPS + 1)
    later = _repeats(buys, grid)
    area = np.concatenate(([0.0], np.cumsum((later[1:] + later[:-1]) / 2.0 * np.diff(grid))))
    repeats = rate * np.diff([0.0, *np.interp(ends, grid, area)])
    firsts = rate * np.diff([0.0, *ends])
    return firsts * value + repeats * repeat_value, firsts * value**2 + repeats * repeat_value**2


def _repeats(buys: pareto.ParetoParameters, until: Floats) -> Floats:
    """Repeat purchases expected of a customer who is new, by each of the days in `until`; shape (days,)."""
    new, one = np.zeros(1), np.ones(1)
    return np.array([float(pareto.expected_if_alive(buys, new, new, np.array([day]), one)[0]) for day in until])


def _weighted(index: Floats | None, months: list[Month], revenue: Floats) -> Floats:
    return revenue if index is None else revenue * index[[month.of_year for month in months]]


def _cut(book: BookEvents, daily: Daily, day: int, count: int) -> tuple[list[Month], _Ahead]:
    """What would have been forecast at the end of `day` of `count` months, weighted by the seasons known by then."""
    months = months_from(day + 1, count)
    ahead = _ahead(book, day, np.array([float(month.last - day) for month in months]))
    index = seasonal_index(daily, day)
    known, new = (_weighted(index, months, part) for part in (ahead.known, ahead.new))
    return months, _Ahead(known, new, ahead.noise)


def forecast_months(
    book: BookEvents, tell: Tell | None = None, cancelled: Callable[[], bool] | None = None
) -> BookForecast | None:
    """Forecast the revenue of the present month and those after it; None for a book without orders.

    Parameters
    ----------
    tell
        Told how many of how many cuts are done.

    Raises
    ------
    Cancelled
        Where `cancelled` says so between two cuts.
    """
    daily = daily_revenue(book)
    if daily is None:
        return None
    over = whole_months(daily.first, book.as_of)
    cuts = [month.last for month in over[:-1] if month.last - daily.first >= _HISTORY_DAYS]
    cuts = cuts[-(_CUTS_OF_LARGE if book.customer_ids.size > _LARGE else _CUTS) :]
    errors, sums, checked = _Errors(), _Errors(), {}
    for number, cut in enumerate(cuts):
        if cancelled is not None and cancelled():
            raise Cancelled
        if tell is not None:
            tell(number, len(cuts) + 1)
        months, ahead = _cut(book, daily, cut, MONTHS_AHEAD)
        predicted = ahead.known + ahead.new
        factor = float(errors.factors(cut, ahead.noise)[0])
        checked[months[0].name] = (predicted[0], predicted[0] / factor, predicted[0] * factor)
        for lead, month in enumerate(months):
            if month.last <= book.as_of:
                errors.add(month.last, lead, daily.between(month.first, month.last), float(predicted[lead]))
                sums.add(
                    month.last, lead, daily.between(months[0].first, month.last), float(predicted[: lead + 1].sum())
                )
    months, ahead = _cut(book, daily, book.as_of, MONTHS_AHEAD)
    index = seasonal_index(daily, book.as_of)
    low, high = _of_all(daily, book.as_of, months, ahead, sums)
    return BookForecast(
        months=_to_come(daily, book.as_of, months, ahead, errors),
        low=low,
        high=high,
        past=_past(daily, over, checked),
        index=() if index is None else tuple(float(factor) for factor in index),
        bias=_bias(daily, over, checked),
    )


def _to_come(daily: Daily, day: int, months: list[Month], ahead: _Ahead, errors: _Errors) -> tuple[MonthForecast, ...]:
    factors = errors.factors(day, ahead.noise)
    found = []
    for month, known, new, factor in zip(months, ahead.known, ahead.new, factors, strict=True):
        so_far = daily.between(month.first, day) if month.first <= day else 0.0
        rest = known + new
        found.append(
            MonthForecast(
                month=month.name,
                expected=round(so_far + rest),
                low=round(so_far + rest / factor),
                high=round(so_far + rest * factor),
                so_far=round(so_far),
                from_new=round(new),
            )
        )
    return tuple(found)


def _of_all(daily: Daily, day: int, months: list[Month], ahead: _Ahead, sums: _Errors) -> tuple[int, int]:
    """The range of all months together."""
    so_far = daily.between(months[0].first, day) if months[0].first <= day else 0.0
    each = ahead.known + ahead.new
    rest = float(each.sum())
    factor = sums.factor_of_all(float((ahead.noise * each**2).sum()) / max(rest, 1.0) ** 2)
    return round(so_far + rest / factor), round(so_far + rest * factor)


def _past(daily: Daily, over: list[Month], checked: dict[str, tuple[float, float, float]]) -> tuple[PastMonth, ...]:
    return tuple(
        PastMonth(
            month.name,
            round(daily.between(month.first, month.last)),
            *(round(figure) for figure in checked.get(month.name, ())),
        )
        for month in over[-_SHOWN_MONTHS:]
    )


def _bias(daily: Daily, over: list[Month], checked: dict[str, tuple[float, float, float]]) -> float | None:
    judged = [month for month in over if month.name in checked]
    actual = sum(daily.between(month.first, month.last) for month in judged)
    return sum(checked[month.name][0] for month in judged) / actual - 1.0 if actual > 0 else None
