"""Days and moments as files write them.

A day is kept as the file has it; the moment beside it is UTC. Whether 03/04 is in March or in April, and whether a bare
number counts days or seconds, is decided once for the whole column (`services.sync.kinds.dates`) and handed
in here. A text that could be two days is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from services.sync.kinds.memo import Fault, Memo, Unfit, Unsettled
from services.sync.kinds.vocabulary import is_nothing, listed
from services.sync.kinds.zones import is_zone, to_utc

NUMERIC = ("excel", "excel1904", "unix", "unix_ms", "unix_us")
BARE = re.compile(r"[0-9]+(?:[.,][0-9]+)?")

_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_COMPACT_TIME = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_THREE = re.compile(r"(\d{1,2})\s?([-/. ])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)\.?")
_NAME = r"([^\W\d_]{3,10})"
_DAY_NAME = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|°)?[-\s/.]*(?:de\s+|of\s+)?{_NAME}\.?,?[-\s/.]*(?:de\s+|del\s+)?(\d{{4}}|\d{{2}})(?!\d)",
    re.IGNORECASE,
)
_NAME_DAY = re.compile(rf"{_NAME}\.?[-\s]+(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|[-\s]+)(\d{{4}})(?!\d)", re.IGNORECASE)
_YEAR_NAME = re.compile(rf"(\d{{4}})[-\s/.]+{_NAME}\.?[-\s/.]+(\d{{1,2}})(?!\d)", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"{_NAME}\s+(\d{{1,2}})\s+(\d{{1,2}}:\d{{2}}(?::\d{{2}})?)(\s+[A-Za-z]{{1,5}})?\s+(\d{{4}})")
_WEEKDAY = re.compile(r"([^\W\d_]{2,10})\.?,?\s+(?=\S)")
_TIME = re.compile(
    r"(?:T|,?\s+(?:(?:at|um|à|a\s+las)\s+)?|,\s*)"
    r"(?:(\d{1,2})(?:\s?[:.h]\s?(\d{2})(?:[:.m](\d{2})(?:[.,]\d+)?)?)?|(\d{2})(\d{2})(\d{2}))"
    r"(?:\s*Uhr|\s*([AaPp])\.?\s?[Mm]\b\.?)?"
    r"(?:\s*([+\-−]\d{1,2}(?::?\d{2})?|(?:UTC|GMT)\s?[+\-−]\d{1,2}(?::?\d{2})?|\[?[A-Za-z]+(?:/[A-Za-z_]+)*\]?))?"
    r"(?:\s*[(\[][^()\[\]]*[)\]])?",
)
_EMPTY = frozenset(("0", "NaT", "0/0/00"))
# Programs that must write a day write one that never was or never comes: 0000-00-00, 31.12.9999.
_NEVER = re.compile(r"(?:0000-?00-?00|00[./]00[./]0000|9999-?12-?31|31[./]12[./]9999|12/31/9999)(?:[T ][\d:.]+Z?)?")
_EARLIEST, _LATEST = 1900, 2199
_FROM_ISO = datetime.fromisoformat
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"unix": 1, "unix_ms": 1_000, "unix_us": 1_000_000}
_LEAP_SERIAL = 60
Clock = tuple[int, int, int, str] | None
_LISTED = listed("calendar")
_MONTHS: list[list[str]] = _LISTED["months"]
_WEEKDAYS = frozenset(_LISTED["weekdays"].split())
# Short forms that are no beginning of a month's name.
_SHORT: dict[str, int] = _LISTED["short"]
_SHORTEST = 3


def parse_moment(text: str, order: str, zone: tzinfo) -> tuple[str, str | None]:
    """Read a day, and the moment where the text has a time.

    Parameters
    ----------
    text : str
        As the file has it, not empty.
    order : str
        `dmy`, `mdy` or `ymd`: how dates of three numbers are to be read; `one`: only those that have one meaning, as
        with a year of four digits first. `excel`, `excel1904`: bare numbers are days as
        spreadsheets count them, from 1900 or 1904. `unix`, `unix_ms`, `unix_us`: bare numbers are (thousandths,
        millionths of) seconds since 1970.
    zone : tzinfo
        The zone of times that name none, and of the day of a count of seconds.

    Returns
    -------
    tuple of str and (str or None)
        The calendar day as the file had it, `YYYY-MM-DD`; the moment in UTC, `YYYY-MM-DDTHH:MM:SSZ`.

    Raises
    ------
    Unfit
        It is not a date or time, or could be two.
    """
    body = text.strip()
    if order in NUMERIC and BARE.fullmatch(body):
        if order in _PER_SECOND:
            return _counted_seconds(body, order, zone)
        return _counted_days(body, order, zone)
    day, clock = _split(body, order)
    on = day.isoformat()
    if clock is None:
        return on, None
    hour, minute, second, named = clock
    written = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    at = to_utc(written, named) if named else written.astimezone(UTC)
    return on, at.strftime("%Y-%m-%dT%H:%M:%SZ")


def day_readings(text: str) -> dict[str, date]:
    """The days that a text may mean: order of its numbers to day; empty where it is none.

    A day that has one reading only has it under each of `dmy`, `mdy` and `ymd`.
    """
    body = text.strip()
    three = _THREE.match(_without_weekday(body))
    if three is None or _YEAR_FIRST.match(body):
        try:
            day = _split(body, "one")[0]
        except Unfit:
            return {}
        return dict.fromkeys(("dmy", "mdy", "ymd"), day)
    try:
        _clock(_without_weekday(body)[three.end() :])
    except Unfit:
        return {}
    return _three_readings(three)


def _split(text: str, order: str) -> tuple[date, Clock]:
    try:
        return _split_bare(text, order)
    except Unfit:
        # "Mar" is March, and Tuesday in two languages: a weekday goes only where the text is not a date with it.
        bare = _without_weekday(text)
        if bare == text:
            raise
        return _split_bare(bare, order)


def _split_bare(body: str, order: str) -> tuple[date, Clock]:
    if match := _YEAR_FIRST.match(body):
        return _day(int(match[1]), int(match[3]), int(match[4])), _clock(body[match.end() :])
    if match := _THREE.match(body):
        return _ordered(match, order), _clock(body[match.end() :])
    if match := _COMPACT_TIME.fullmatch(body):
        clock = _clock(f"T{match[4]}:{match[5]}:{match[6] or '00'}")
        return _day(int(match[1]), int(match[2]), int(match[3])), clock
    if match := _COMPACT.match(body):
        return _day(int(match[1]), int(match[2]), int(match[3])), _clock(body[match.end() :])
    return _split_named(body)


def _split_named(body: str) -> tuple[date, Clock]:
    if match := _DAY_NAME.match(body):
        year = _full_year(match[3])
        return _day(year, _month(match[2]), int(match[1])), _clock(body[match.end() :])
    if match := _YEAR_LAST.fullmatch(body):
        clock = _clock(f" {match[3]}{match[4] or ''}")
        return _day(int(match[5]), _month(match[1]), int(match[2])), clock
    if match := _NAME_DAY.match(body):
        return _day(int(match[3]), _month(match[1]), int(match[2])), _clock(body[match.end() :])
    if match := _YEAR_NAME.match(body):
        return _day(int(match[1]), _month(match[2]), int(match[3])), _clock(body[match.end() :])
    raise Unfit("is not a date or time")


def _without_weekday(text: str) -> str:
    match = _WEEKDAY.match(text)
    return text[match.end() :] if match and is_weekday(match[1]) else text


def _ordered(match: re.Match[str], order: str) -> date:
    readings = _three_readings(match)
    if order in ("dmy", "mdy") or (order == "ymd" and len(match[4]) == 2 and "ymd" in readings):
        if order in readings:
            return readings[order]
        if readings:
            first = {"dmy": "day", "mdy": "month"}[order]
            raise Unfit(f"is not a calendar date with the {first} first")
        raise Unfit("is not a calendar date")
    days = set(readings.values())
    if not days:
        raise Unfit("is not a calendar date")
    if len(days) > 1:
        parts = {"dmy": "day/month", "mdy": "month/day", "ymd": "year/month/day"}
        raise Unfit(f"could be {' or '.join(parts[one] for one in sorted(readings))}")
    return days.pop()


def _three_readings(match: re.Match[str]) -> dict[str, date]:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    last_year = _full_year(match[4])
    tries = {"dmy": (last_year, second, first), "mdy": (last_year, first, second)}
    if len(match[4]) == 2 and len(match[1]) == 2:
        tries["ymd"] = (_full_year(match[1]), second, third)
    found = {}
    for order, parts in tries.items():
        try:
            found[order] = _day(*parts)
        except Unfit:
            continue
    return found


def _day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unfit("is not a calendar date") from None
    if not _EARLIEST <= year <= _LATEST:
        raise Unfit("is not a likely date")
    return found


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _month(name: str) -> int:
    found = month_of(name)
    if found is None:
        raise Unfit("is not a date or time")
    return found


def _clock(rest: str) -> Clock:
    """Hour, minute, second and the zone's name ('' if none) of what follows a day; None where nothing follows."""
    if not rest.strip(" .,Z"):
        return None
    match = _TIME.fullmatch(rest)
    if match is None:
        raise Unfit("is not a date or time")
    hour, minute, second = int(match[1] or match[4]), int(match[2] or match[5] or 0), int(match[3] or match[6] or 0)
    half, named = (match[7] or "").lower(), match[8] or ""
    if match[1] and match[2] is None and not half:
        raise Unfit("is not a date or time")
    if named and not is_zone(named.strip("[]")):
        raise Unfit("is not a date or time")
    if half and not 1 <= hour <= 12:
        raise Unfit("is not a time of day")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        raise Unfit("is not a time of day")
    return hour, minute, min(second, 59), named


def _counted_days(text: str, system: str, zone: tzinfo) -> tuple[str, str | None]:
    """A day that a spreadsheet has counted; the one system counts the 29 February 1900, which never was."""
    number = Decimal(text.replace(",", "."))
    whole, part = int(number), number % 1
    if system == "excel1904":
        start = date(1904, 1, 1)
    elif whole == _LEAP_SERIAL:
        raise Unfit("is not a calendar date")
    else:
        start = date(1899, 12, 31) if whole < _LEAP_SERIAL else date(1899, 12, 30)
    if whole > 109_938:
        raise Unfit("is not a likely date")
    second = int((part * 86_400).to_integral_value())
    on = start + timedelta(days=whole + second // 86_400)
    if on.year < _EARLIEST:
        raise Unfit("is not a likely date")
    if not part:
        return on.isoformat(), None
    second %= 86_400
    written = datetime(on.year, on.month, on.day, second // 3_600, second // 60 % 60, second % 60, tzinfo=zone)
    return on.isoformat(), written.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _counted_seconds(text: str, unit: str, zone: tzinfo) -> tuple[str, str | None]:
    seconds = int(Decimal(text.replace(",", ".")) / _PER_SECOND[unit])
    if seconds >= 7_258_118_400:
        raise Unfit("is not a likely date")
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.astimezone(zone).date().isoformat(), moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Moments:
    """A column of days and moments: converts to two columns, the day and the moment in UTC.

    Parameters
    ----------
    order : str
        See `parse_moment`.
    zone : tzinfo
        The zone of times that name none.
    settled : bool
        Whether all cells of the column were seen when `order` was decided.

    Raises
    ------
    Unsettled
        From `convert`, where not all cells were seen and one speaks against `order`.
    """

    def __init__(self, order: str, zone: tzinfo, settled: bool = True) -> None:
        self._order = order
        self._zone = zone
        self._settled = settled
        self._whole: Memo = Memo(self._read)
        self._days: Memo = Memo(self._iso_day)
        self._hours: Memo = Memo(self._utc_hour)
        self._at_utc = zone is UTC or str(zone) in ("UTC", "Etc/UTC", "GMT")
        self.faulty = False

    def convert(self, cells: Sequence[str]) -> tuple[list[Any], list[Any]]:
        """Days and moments of a column; a cell that does not fit becomes a `Fault` in the first, an empty one None."""
        if len(cells[0]) in (19, 20) and len(cells[-1]) in (19, 20):
            quick = self._convert_iso(cells)
            if quick is not None:
                return quick
        pairs = list(map(self._whole.__getitem__, cells))
        if self._whole.faulty:
            self.faulty = True
            pairs = [(pair, None) if pair.__class__ is Fault else pair for pair in pairs]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def _convert_iso(self, cells: Sequence[str]) -> tuple[list[Any], list[Any]] | None:
        """Text like 2026-11-20 09:12:40 or …Z, all of one form; None where it is not."""
        lengths = set(map(len, cells))
        if len(lengths) > 1 or {cell[13:17:3] for cell in cells} != {"::"}:
            return None
        days = list(map(self._days.__getitem__, [cell[:10] for cell in cells]))
        said_utc = lengths == {20} and {cell[19] for cell in cells} == {"Z"}
        if None in days or not (said_utc or lengths == {19}):
            return None
        try:
            list(map(_FROM_ISO, cells))
        except ValueError:
            return None
        if said_utc or self._at_utc:
            return days, [f"{cell[:10]}T{cell[11:19]}Z" for cell in cells]
        hours = list(map(self._hours.__getitem__, [cell[:13] for cell in cells]))
        if None in hours:
            return None
        return days, [f"{hour}{cell[13:]}Z" for hour, cell in zip(hours, cells, strict=True)]

    def _read(self, text: str) -> tuple[str | None, str | None]:
        if is_empty(text):
            return None, None
        if not self._settled and self._order in NUMERIC and not BARE.fullmatch(text.strip()):
            raise Unsettled
        try:
            return parse_moment(text, self._order, self._zone)
        except Unfit:
            if not self._settled and speaks(text):
                raise Unsettled from None
            raise

    def _iso_day(self, text: str) -> str | None:
        try:
            on = parse_moment(text, "one", UTC)[0]
        except Unfit:
            return None
        return on if on == text else None

    def _utc_hour(self, text: str) -> str | None:
        """The hour in UTC of a local hour, or None where it is not simply another hour."""
        start = datetime.fromisoformat(text + ":00").replace(tzinfo=self._zone).astimezone(UTC)
        end = datetime.fromisoformat(text + ":59").replace(tzinfo=self._zone).astimezone(UTC)
        if start.minute or end - start != timedelta(minutes=59):
            return None
        return start.strftime("%Y-%m-%dT%H")


def is_empty(text: str) -> bool:
    """Whether a cell of a column of dates says that there is none."""
    body = text.strip()
    return body in _EMPTY or is_nothing(body, typed=True) or _NEVER.fullmatch(body) is not None


def speaks(text: str) -> bool:
    """Whether a text that does not fit may be a date in another reading, so that all rows are to be looked at."""
    return bool(day_readings(text)) or bool(BARE.fullmatch(text.strip()))


def _bare(word: str) -> str:
    """A word without case and accents."""
    parts = unicodedata.normalize("NFD", word.casefold().strip("."))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def month_of(word: str) -> int | None:
    """The month that a name or its beginning stands for, 1–12; None where it is none or could be two."""
    bare = _bare(word)
    if bare in _SHORT:
        return _SHORT[bare]
    if len(bare) < _SHORTEST:
        return None
    found = {number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(bare) for name in names)}
    return found.pop() if len(found) == 1 else None


def is_weekday(word: str) -> bool:
    """Whether a word is the name of a weekday, whole or shortened."""
    return _bare(word) in _WEEKDAYS
