"""Orders against their usual rhythm: the purchase days of a year, and those that were expected and did not come."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import quantiles

from models.queries.purchases import PURCHASES
from models.values import words
from models.values.alerts import Rhythm, RhythmPoint
from models.values.scores import missed_orders
from services.insight.reader import Reader

WINDOW_DAYS = 365
_MOST_MISSING = 12
_LEAST_FOR_BAND = 4


def read_rhythm(reader: Reader, customer_id: int, usual_gap: float | None) -> Rhythm | None:
    """Return the data of the chart for the year up to the as-of day; None for a customer without orders.

    Amounts are in the reporting currency; orders in a currency without a rate count as purchase days of no amount.
    """
    last_day = reader.present
    first_day = last_day - timedelta(days=WINDOW_DAYS)
    totals: dict[date, int] = {}
    for on, amount, currency in reader.driver.execute(
        f"""SELECT ordered_on, SUM(amount_minor), currency FROM {PURCHASES}
            WHERE customer_id = ? AND ordered_on BETWEEN ? AND ? GROUP BY ordered_on, currency""",
        (customer_id, first_day.isoformat(), last_day.isoformat()),
    ):
        day = words.day_of(on)
        if day is not None:
            totals[day] = totals.get(day, 0) + (reader.converted(amount, currency) or 0)
    latest = max(totals, default=None) or words.day_of(
        reader.value(
            f"SELECT MAX(ordered_on) FROM {PURCHASES} WHERE customer_id = ? AND ordered_on <= ?",
            (customer_id, last_day.isoformat()),
        )
    )
    if latest is None:
        return None
    missing = missed_orders((last_day - latest).days, usual_gap)
    low, high = _band(sorted(totals.values()))
    expected = _expected(latest, usual_gap or 0, missing, first_day)
    level = (low + high) // 2 if low is not None and high is not None else max(totals.values(), default=0)
    points = [RhythmPoint(day.isoformat(), amount, False) for day, amount in sorted(totals.items())]
    points += [RhythmPoint(day.isoformat(), level, True) for day in expected]
    return Rhythm(
        points=tuple(points),
        usual_low_minor=low,
        usual_high_minor=high,
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
        missing=missing,
        sentence=_sentence(reader, len(totals), (low, high), missing, latest),
    )


def _band(amounts: list[int]) -> tuple[int | None, int | None]:
    """Return the middle half of the purchase days' values (quartiles)."""
    if len(amounts) < _LEAST_FOR_BAND:
        return None, None
    lower, _, upper = quantiles(amounts, n=4, method="inclusive")
    return round(lower), round(upper)


def _expected(latest: date, usual_gap: float, missing: int, first_day: date) -> list[date]:
    """Return the latest days on which an order was expected; a long silence shows its last ones."""
    days = [latest + timedelta(days=round(usual_gap * step)) for step in range(1, missing + 1)]
    return [day for day in days if day >= first_day][-_MOST_MISSING:]


def _sentence(reader: Reader, days: int, band: tuple[int | None, int | None], missing: int, latest: date) -> str:
    parts = [f"{words.count(days, 'purchase day')} in 12 months, the last on {words.full_day(latest)}"]
    low, high = band
    if low is not None and high is not None:
        parts.append(f"usually {reader.money(low)} to {reader.money(high)}")
    if missing:
        parts.append(f"{words.count(missing, 'expected order')} did not come")
    return words.sentence("; ".join(parts))
