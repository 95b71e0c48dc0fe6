"""Relative times: which days "last Tuesday", "diesen Monat" or "la semaine dernière" are, seen from a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import Final

from services.outreach.claims.lexicon import lexicon

#: Words to days away.
_NEAR: Final = {
    "the day before yesterday": -2, "vorgestern": -2, "avant-hier": -2, "anteayer": -2,
    "the day after tomorrow": 2, "übermorgen": 2, "après-demain": 2, "pasado mañana": 2,
    "yesterday": -1, "last night": -1, "gestern": -1, "hier": -1, "ayer": -1,
    "tomorrow": 1, "demain": 1,
    "earlier today": 0, "this morning": 0, "heute morgen": 0, "ce matin": 0, "esta mañana": 0,
}  # fmt: skip
_PAST: Final = "last|past|previous|letzten?|letzte[mrs]?|vergangene[nmrs]?|vorige[nmrs]?"
_NEXT: Final = "next|coming|following|nächste[nmrs]?|kommende[nmrs]?"
_THIS: Final = "this|diese[nmrs]?"
_BEHIND: Final = "derni[eè]re?|passée?|prochaine?|pasad[oa]|próxim[oa]|que viene"
_UNITS: Final = {
    "week": "week", "woche": "week", "semaine": "week", "semana": "week", "weekend": "weekend", "wochenende": "weekend",
    "month": "month", "monat": "month", "mois": "month", "mes": "month", "quarter": "quarter", "quartal": "quarter",
    "year": "year", "jahr": "year", "année": "year", "an": "year", "año": "year",
    "spring": "spring", "frühling": "spring", "frühjahr": "spring", "printemps": "spring", "primavera": "spring",
    "summer": "summer", "sommer": "summer", "été": "summer", "verano": "summer",
    "autumn": "autumn", "fall": "autumn", "herbst": "autumn", "automne": "autumn", "otoño": "autumn",
    "winter": "winter", "hiver": "winter", "invierno": "winter",
}  # fmt: skip
_SEASONS: Final = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 14)}


@cache
def relative() -> re.Pattern[str]:
    """Return the pattern of relative times."""
    weekday = "|".join(sorted(lexicon().weekdays, key=len, reverse=True))
    unit = "|".join(sorted(_UNITS, key=len, reverse=True))
    near = "|".join(map(re.escape, _NEAR))
    return re.compile(
        rf"(?<!\w)(?:(?P<near>{near})|(?:(?P<side>{_PAST}|{_NEXT}|{_THIS})\s+)?(?P<weekday>{weekday})s?"
        rf"(?:\s+(?P<behind>dernier|passé|prochain|pasado|próximo|que viene))?"
        rf"|(?:the\s+)?(?P<which>{_PAST}|{_NEXT}|{_THIS})\s+(?P<unit>{unit})"
        rf"|(?:la|le|l'|el)\s?(?P<roman>{unit})\s+(?P<then>{_BEHIND})"
        rf"|(?:el|la)\s+(?P<told>pasad[oa]|próxim[oa])\s+(?P<units>{unit}))(?!\w)"
    )


def stretches(today: date, found: re.Match[str]) -> list[tuple[date, date]]:
    """Return what a match of `relative` may mean, each as its first and last day."""
    if found["near"]:
        day = today + timedelta(_NEAR[found["near"]])
        return [(day, day)]
    if found["weekday"]:
        return _weekday(today, lexicon().weekdays[found["weekday"]], _way(found["side"] or found["behind"] or ""))
    unit = found["unit"] or found["roman"] or found["units"]
    way = _way(found["which"] or found["then"] or found["told"])
    return [_unit(today, _UNITS[unit], 0 if way is None else way)]


def whole_month(year: int, month: int) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    first = date(year, month, 1)
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def season_of(year: int, season: str) -> list[tuple[date, date]]:
    """Return what a season of a year may be: a winter is of the year in which it begins, or in which it ends."""
    first, last = _SEASONS[_UNITS[season]]
    begun = [year, year - 1] if last > 12 else [year]
    return [(date(one, first, 1), whole_month(one + last // 13, (last - 1) % 12 + 1)[1]) for one in begun]


def _way(said: str) -> int | None:
    """-1 for what is past, 1 for what comes, 0 for this, None for neither said."""
    if not said:
        return None
    if re.fullmatch(rf"{_PAST}|derni[eè]re?|passée?|pasad[oa]", said):
        return -1
    return 0 if re.fullmatch(_THIS, said) else 1


def _weekday(today: date, at: int, way: int | None) -> list[tuple[date, date]]:
    back = today - timedelta((today.weekday() - at) % 7 or 7)
    ahead = today + timedelta((at - today.weekday()) % 7 or 7)
    if way == -1:
        return [(back, back)]
    if way is None:
        return [(back, back), (ahead, ahead)]
    return [(ahead, ahead + timedelta(7 * way))]


def _unit(today: date, unit: str, way: int) -> tuple[date, date]:
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
    return _season(today, unit, way)


def _season(today: date, season: str, way: int) -> tuple[date, date]:
    found = [season_of(year, season)[0] for year in range(today.year - 2, today.year + 2)]
    if way < 0:
        return max(one for one in found if one[1] < today)
    if way > 0:
        return min(one for one in found if one[0] > today)
    return min(found, key=lambda one: max(0, (one[0] - today).days, (today - one[1]).days))
