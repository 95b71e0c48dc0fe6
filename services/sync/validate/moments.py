"""Days and moments as files write them.

A day is kept as the file has it; the moment beside it is UTC. Whether 03/04 is in March or in April is decided once for
the whole column (`services.sync.map.decide`) and handed in here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from services.sync.validate.memo import Fault, Memo, Unfit

_TIME = (
    r"(?:[T\s,]+(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?"
    r"\s*([AaPp])?\.?[Mm]?\.?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.IGNORECASE)
_COMPACT = re.compile(rf"((?:19|20)\d{{2}})(\d{{2}})(\d{{2}}){_TIME}", re.IGNORECASE)
_THREE = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_DAY_NAME = re.compile(rf"(\d{{1,2}})[-.\s]+([^\W\d_]{{3,9}})[-.,\s]+(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_NAME_DAY = re.compile(rf"([^\W\d_]{{3,9}})\.?\s+(\d{{1,2}}),?\s+(\d{{4}}){_TIME}", re.IGNORECASE)
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "fev": 2,
    "fév": 2,
    "mar": 3,
    "mär": 3,
    "mrz": 3,
    "apr": 4,
    "avr": 4,
    "abr": 4,
    "may": 5,
    "mai": 5,
    "jun": 6,
    "jui": 6,
    "jul": 7,
    "aug": 8,
    "aoû": 8,
    "ago": 8,
    "sep": 9,
    "oct": 10,
    "okt": 10,
    "nov": 11,
    "dec": 12,
    "dez": 12,
    "déc": 12,
    "dic": 12,
}
_EMPTY = frozenset(
    ("", "-", "--", "0", "0000-00-00", "0000-00-00 00:00:00", "NULL", "null", "NaT", "nan", "N/A", "None", "0/0/00")
)
_EARLIEST, _LATEST = 1900, 2199
_FROM_ISO = datetime.fromisoformat


def parse_moment(text: str, order: str, zone: tzinfo) -> tuple[str, str | None]:
    """Read a day, and the moment where the text has a time.

    Parameters
    ----------
    text : str
        As the file has it, not empty.
    order : str
        `dmy`, `mdy` or `ymd`: how dates of three numbers are to be read.
    zone : tzinfo
        The zone of times that name none.

    Returns
    -------
    tuple of str and (str or None)
        The calendar day as the file had it, `YYYY-MM-DD`; the moment in UTC, `YYYY-MM-DDTHH:MM:SSZ`.

    Raises
    ------
    Unfit
        It is no date or time.
    """
    day, clock = _split(text.strip(), order)
    on = day.isoformat()
    if clock[0] is None:
        return on, None
    return on, _utc(day, clock, zone)


def _split(text: str, order: str) -> tuple[date, tuple[Any, ...]]:
    match = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _THREE.fullmatch(text):
        first, second, third = int(match[1]), int(match[2]), int(match[3])
        if order == "ymd" and len(match[3]) == 2:
            year, month, day = _full_year(first, 2), second, third
        elif order == "mdy":
            year, month, day = _full_year(third, len(match[3])), first, second
        else:
            year, month, day = _full_year(third, len(match[3])), second, first
    elif match := _DAY_NAME.fullmatch(text):
        year, month, day = _full_year(int(match[3]), len(match[3])), _month(match[2]), int(match[1])
    elif match := _NAME_DAY.fullmatch(text):
        year, month, day = int(match[3]), _month(match[1]), int(match[2])
    else:
        raise Unfit("is no date or time")
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unfit("is no day of the calendar") from None
    if not _EARLIEST <= year <= _LATEST:
        raise Unfit("is no likely date")
    return found, match.groups()[3:]


def _full_year(year: int, digits: int) -> int:
    if digits == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _month(name: str) -> int:
    found = _MONTHS.get(name[:3].lower())
    if found is None:
        raise Unfit("is no date or time")
    if name[:4].lower() in ("juil", "luglio"):
        return 7
    return found


def _utc(day: date, clock: tuple[Any, ...], zone: tzinfo) -> str:
    hour, minute, second = int(clock[0]), int(clock[1]), int(clock[2] or 0)
    half = (clock[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise Unfit("is no time of day")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        raise Unfit("is no time of day")
    offset = (clock[4] or "").upper()
    here = UTC if offset else zone
    written = datetime(day.year, day.month, day.day, hour, minute, min(second, 59), tzinfo=here)
    moment = written - _shift(offset) if offset else written.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shift(offset: str) -> timedelta:
    if offset in ("Z", "UTC", "GMT"):
        return timedelta()
    sign = -1 if offset[0] == "-" else 1
    digits = offset[1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


class Moments:
    """A column of days and moments: converts to two columns, the day and the moment in UTC."""

    def __init__(self, order: str, zone: tzinfo) -> None:
        self._order = order
        self._zone = zone
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
        if text.strip() in _EMPTY:
            return None, None
        return parse_moment(text, self._order, self._zone)

    def _iso_day(self, text: str) -> str | None:
        try:
            on = parse_moment(text, "ymd", UTC)[0]
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
