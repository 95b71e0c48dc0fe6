"""Relative times: which days "last Tuesday", "this month" or "next winter" are, seen from a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"

RELATIVE: Final = re.compile(
    rf"(?<!\w)(?:the day before yesterday|yesterday(?: (?:morning|afternoon|evening))?|last night|"
    rf"this (?:morning|afternoon|evening)|tonight|"
    rf"tomorrow(?: (?:morning|afternoon|evening))?|the day after tomorrow|(?:earlier )?today|"
    rf"(?:(?:on|by|until|since|from|every) )?(?:(?P<side>last|past|previous|this past|this|next|coming|"
    rf"following) )?(?P<weekday>{_WEEKDAY})s?(?: (?:morning|afternoon|evening|night))?|"
    rf"(?:earlier |later )?(?P<which>last|past|previous|this|next|coming|the (?:last|past|previous|next|"
    rf"coming)) (?P<unit>week|weekend|month|quarter|year|spring|summer|autumn|fall|winter|christmas|easter)|"
    rf"(?:the|a) (?:week|month|year|day) (?:before|after)|the other day|at the (?:beginning|end|"
    rf"start) of (?:the|this|last|next) (?:week|month|year|quarter)|"
    rf"(?:within|in) the (?:hour|day|week)|by the (?:end of the )?(?:day|week|month|year|weekend))(?!\w)"
)

_NEAR: Final = (
    ("day before yesterday", -2), ("day after tomorrow", 2), ("yesterday", -1), ("last night", -1), ("tomorrow", 1),
)  # fmt: skip
_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}


def stretches(today: date, found: re.Match[str]) -> list[tuple[date, date]]:
    """Return what a match of `RELATIVE` may mean, each as its first and last day; nothing where that is uncertain."""
    said = found.group()
    for word, away in _NEAR:
        if word in said:
            return [(today + timedelta(away), today + timedelta(away))]
    if found["weekday"]:
        return _weekday(today, found["weekday"], found["side"] or "")
    if found["unit"]:
        which = found["which"].removeprefix("the ")
        way = -1 if which in ("last", "past", "previous") else 1 if which in ("next", "coming") else 0
        unit = _unit(today, found["unit"], way)
        return [unit] if unit is not None else []
    if said.endswith(("today", "this morning", "this afternoon", "this evening", "tonight")):
        return [(today, today)]
    return []


def whole_month(year: int, month: int) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    first = date(year, month, 1)
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def season_of(year: int, season: str) -> list[tuple[date, date]]:
    """Return what a season of a year may be: a winter is of the year in which it begins, or in which it ends."""
    first, last = _SEASONS[season]
    begun = [year, year - 1] if last > 12 else [year]
    return [(date(one, first, 1), whole_month(one + last // 13, (last - 1) % 12 + 1)[1]) for one in begun]


def _weekday(today: date, name: str, side: str) -> list[tuple[date, date]]:
    at = WEEKDAYS.index(name)
    back = today - timedelta((today.weekday() - at) % 7 or 7)
    ahead = today + timedelta((at - today.weekday()) % 7 or 7)
    if side in ("last", "past", "previous", "this past"):
        return [(back, back)]
    if side == "next":
        return [(ahead, ahead + timedelta(7))]
    return [(ahead, ahead)] if side else [(back, back), (ahead, ahead)]


def _unit(today: date, unit: str, way: int) -> tuple[date, date] | None:
    if unit in ("week", "weekend"):
        monday = today - timedelta(today.weekday()) + timedelta(7 * way)
        return (monday if unit == "week" else monday + timedelta(5)), monday + timedelta(6)
    if unit == "month":
        at = today.year * 12 + today.month - 1 + way
        return whole_month(at // 12, at % 12 + 1)
    if unit == "quarter":
        at = today.year * 4 + (today.month - 1) // 3 + way
        return date(at // 4, at % 4 * 3 + 1, 1), whole_month(at // 4, at % 4 * 3 + 3)[1]
    if unit == "year":
        return date(today.year + way, 1, 1), date(today.year + way, 12, 31)
    if unit in _SEASONS:
        return _season(today, unit, way)
    return None


def _season(today: date, season: str, way: int) -> tuple[date, date]:
    first, last = _SEASONS[season]
    found = []
    for year in (today.year - 2, today.year - 1, today.year, today.year + 1):
        begins = date(year, first, 1)
        ends = whole_month(year + (last > 12), (last - 1) % 12 + 1)[1]
        found.append((begins, ends))
    if way < 0:
        return max(one for one in found if one[1] < today)
    if way > 0:
        return min(one for one in found if one[0] > today)
    return min(
        found,
        key=lambda one: 0 if one[0] <= today <= one[1] else min(abs((one[0] - today).days), abs((today - one[1]).days)),
    )
