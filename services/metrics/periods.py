"""Periods as people name them, and the days, weeks, months, quarters and years in them. Nothing here reads a clock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Literal

from models.values.errors import UserError
from models.values.metrics import Compare, Period, Value
from models.values.notes import Note
from models.values.words import full_day, listed

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: Final[tuple[Grain, ...]] = ("day", "week", "month", "quarter", "year")
#: A list of days that is longer than this is no chart, and nobody reads it.
MOST_BUCKETS: Final = 4_000
_BACK: Final = re.compile(r"(\d{1,5})([dwmy])")
_MONTHS_OF: Final = {"m": 1, "y": 12}
_CALENDAR: Final = re.compile(r"(\d{4})(?:-(\d{2})|-?[Qq]([1-4]))?")


def period_of(text: str, as_of: date) -> Period:
    """Return the period that a text names; it never reaches beyond the as-of day.

    Raises
    ------
    UserError
        Nothing that is known is called so.
    """
    said = text.strip()
    if said == "all":
        return Period(None, as_of)
    try:
        found = _back(said, as_of) or _calendar(said) or _days(said)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise UserError(
            f"“{text}” is not a period. Write 30d, 12w, 12m, 2y, 2026, 2026-03, 2026-Q1, 2026-01-01..2026-03-31 or all."
        )
    if found.first is not None and found.first > as_of:
        raise UserError(
            f"The period begins after {full_day(as_of)}, the last day of the data. Choose one that begins earlier."
        )
    return replace(found, last=min(found.last, as_of))


def _back(text: str, as_of: date) -> Period | None:
    known = _BACK.fullmatch(text)
    if known is None or int(known[1]) == 0:
        return None
    number, unit = int(known[1]), known[2]
    if unit in _MONTHS_OF:
        return Period(months_later(as_of, -number * _MONTHS_OF[unit]) + timedelta(days=1), as_of)
    return Period(as_of - timedelta(days=number * (7 if unit == "w" else 1) - 1), as_of)


def _calendar(text: str) -> Period | None:
    known = _CALENDAR.fullmatch(text)
    if known is None:
        return None
    year = int(known[1])
    if known[2]:
        first, grain = date(year, int(known[2]), 1), "month"
    elif known[3]:
        first, grain = date(year, 3 * int(known[3]) - 2, 1), "quarter"
    else:
        first, grain = date(year, 1, 1), "year"
    return Period(first, _next(first, grain) - timedelta(days=1))


def _days(text: str) -> Period | None:
    first, dots, last = text.partition("..")
    if not dots:
        return None
    found = Period(date.fromisoformat(first), date.fromisoformat(last))
    return found if found.first is not None and found.first <= found.last else None


def months_later(day: date, months: int) -> date:
    """Return the same day of another month, or its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def compared(period: Period, how: Compare) -> Period:
    """Return the period that one is compared with: the one of equal length before it, or the same a year before.

    Raises
    ------
    UserError
        It has no beginning.
    """
    if period.first is None:
        raise UserError("A comparison needs a period with a beginning, such as 30d or 12m.")
    if how == "year":
        return Period(months_later(period.first, -12), months_later(period.last, -12))
    end = period.first - timedelta(days=1)
    if period.first.day == 1 and (period.last + timedelta(days=1)).day == 1:  # whole months before whole months
        months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
        return Period(months_later(period.first, -months), end)
    return Period(end - (period.last - period.first), end)


def start_of(day: date, grain: str) -> date:
    """Return the first day of the week, month, quarter or year of a day; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if grain == "year" else day


def _next(start: date, grain: str) -> date:
    if grain == "week":
        return start + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    return months_later(start, months) if months else start + timedelta(days=1)


def label(start: date, grain: str) -> str:
    """Return what a bucket is called: ``2026-03-09`` (a day, or a week by its Monday), 2026-03, 2026-Q1, 2026."""
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "quarter":
        return f"{start.year:04d}-Q{(start.month + 2) // 3}"
    return f"{start.year:04d}" if grain == "year" else start.isoformat()


def first_day(name: str) -> date:
    """Return the first day of a bucket by its name."""
    if len(name) == len("2026-03-09"):
        return date.fromisoformat(name)
    found = _calendar(name)
    assert found is not None and found.first is not None
    return found.first


def buckets(period: Period, grain: str) -> Iterator[tuple[str, Period]]:
    """Yield the weeks, months … of a period with a beginning, by name, each cut off at the period's ends.

    Raises
    ------
    UserError
        They are too many to be shown.
    """
    assert period.first is not None
    start, made = start_of(period.first, grain), 0
    while start <= period.last:
        after = _next(start, grain)
        yield label(start, grain), Period(max(start, period.first), min(after - timedelta(days=1), period.last))
        start, made = after, made + 1
        if made > MOST_BUCKETS:
            raise UserError(f"The period has too many {grain}s. Choose a shorter period, or months.")


def cut_off(period: Period, grain: str, as_of: date) -> Iterator[Note]:
    """Yield what must be known of the last and the first bucket of a period: that they are not whole."""
    start = start_of(period.last, grain)
    partial = period.last == as_of and _next(start, grain) > as_of + timedelta(days=1)
    if partial:
        yield Note("partial", "", (grain, label(start, grain), full_day(as_of)))
    if period.first is None or (begins := start_of(period.first, grain)) == period.first:
        return
    if not partial or begins != start:
        yield Note("begins", "", (grain, label(begins, grain), full_day(period.first)))


def paired(then: Period, now: Period, grain: str) -> tuple[dict[Value, Value], frozenset[Value], list[Note]]:
    """Pair the buckets of two periods, the first with the first.

    Returns
    -------
    dict, frozenset, list of Note
        The names of the earlier ones with those of the later ones; the later ones that cannot be compared, because
        one of both is cut off and their days differ by more than one; and what is said of these.
    """
    pairs = list(zip(buckets(then, grain), buckets(now, grain), strict=False))
    uneven = [name for (_, one), (name, other) in pairs if not _are_alike(grain, one, other)]
    noted = [Note("uneven", "", (listed(uneven),))] if uneven else []
    return {old: new for (old, _), (new, _) in pairs}, frozenset(uneven), noted


def _are_alike(grain: str, one: Period, other: Period) -> bool:
    assert one.days is not None and other.days is not None
    return abs(one.days - other.days) <= 1 or (_is_whole(grain, one) and _is_whole(grain, other))


def _is_whole(grain: str, bucket: Period) -> bool:
    start = start_of(bucket.last, grain)
    return bucket.first == start and bucket.last == _next(start, grain) - timedelta(days=1)
