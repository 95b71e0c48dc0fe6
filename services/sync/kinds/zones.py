"""Zones of time as values and headers name them: +0530, UTC, PST, Europe/Berlin, "Signed up (AEDT)".

An abbreviation that the import's own zone bears on that day means that zone. Of the others only those are taken that
have one meaning in writing: those of North America are fixed by RFC 5322 §4.3, the rest name one region each. "IST" is
India, Israel or Ireland, and is asked for by naming the zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import listed

_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s?)?([+\-−])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_PLACE = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Za-z_+\-0-9]+){1,2}")
_IN_HEADER = re.compile(
    r"[(\[]\s*([A-Za-z]{1,5}|(?:UTC|GMT)?\s?[+\-−]\d{1,2}:?\d{0,2}|[A-Z][A-Za-z]+/\S+)\s*[)\]]\s*\*?\s*$"
)
_UTC_WORD = re.compile(r"(?:^|[\s_])(?:UTC|GMT)\s*$", re.IGNORECASE)
_LISTED = listed("zones")
# Hours from UTC, and a place whose clocks bear the name; names that several regions bear; zones in words.
_NAMES: dict[str, tuple[float, str]] = {name: (hours, place) for name, (hours, place) in _LISTED["names"].items()}
_SEVERAL: dict[str, tuple[tuple[str, str], ...]] = {
    name: tuple((zone, words) for zone, words in places) for name, places in _LISTED["several"].items()
}
_IN_WORDS: dict[str, str] = _LISTED["in_words"]
_FURTHEST = timedelta(hours=14)


def is_zone(text: str) -> bool:
    """Whether a text names a zone: an offset, a known abbreviation, a place."""
    word = text.strip().upper()
    if word in ("Z", "UTC", "GMT", "UT") or word in _NAMES or word in _SEVERAL:
        return True
    return (
        bool(_OFFSET.fullmatch(text.strip())) or (_PLACE.fullmatch(text.strip()) and _place(text.strip())) is not None
    )


def behind_a_time(text: str) -> str:
    """A zone as it can stand behind a time that is read later: an offset where its name has one meaning in writing.

    A name that several regions bear stays that name, so that it is asked for; '' where the text names no zone.
    """
    word = text.strip()
    if word.upper() in _NAMES:
        minutes = round(_NAMES[word.upper()][0] * 60)
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    if is_zone(word):
        return word
    return _IN_WORDS.get(word.casefold(), "")


def to_utc(written: datetime, named: str) -> datetime:
    """The moment of a time that names its zone.

    Parameters
    ----------
    written : datetime
        As written, in the zone of the import: an abbreviation that its clocks bear means it.
    named : str
        The zone beside it.

    Raises
    ------
    Unfit
        The zone is not known, or several bear its name.
    """
    word = named.strip().strip("[]").strip()
    upper = word.upper()
    if upper in ("Z", "UTC", "GMT", "UT"):
        return written.replace(tzinfo=UTC)
    if parts := _OFFSET.fullmatch(word):
        shift = timedelta(hours=int(parts[2]), minutes=int(parts[3] or 0))
        if shift > _FURTHEST or int(parts[3] or 0) > 59:
            raise Unfit("is not a time of day")
        naive = written.replace(tzinfo=UTC)
        return naive - shift if parts[1] == "+" else naive + shift
    if "/" in word and (place := _place(word)) is not None:
        return written.replace(tzinfo=place).astimezone(UTC)
    for fold in (0, 1):
        local = written.replace(fold=fold)
        if (local.tzname() or "").upper() == upper:
            return local.astimezone(UTC)
    if upper in _NAMES:
        return written.replace(tzinfo=UTC) - timedelta(hours=_NAMES[upper][0])
    if upper in _SEVERAL:
        names = [words for _, words in _SEVERAL[upper]]
        places = f"{', '.join(names[:-1])} and {names[-1]}"
        raise Unfit(f"has a time in {upper}, which is a zone of {places}: name the zone of the file")
    raise Unfit("is not a date or time")


def header_zone(header: str, zone: tzinfo) -> tuple[tzinfo, str] | None:
    """The zone that a header says its times are in, such as "Created (UTC)" or "Signed up (AEDT)".

    Some programs write the short name that the zone had on the day of the export over times of the whole year: the
    name then stands for the place, whose clocks change.

    Parameters
    ----------
    zone : tzinfo
        The zone of the import: a short name that its clocks bear means it.

    Returns
    -------
    tuple of tzinfo and str, or None
        The zone, and its name in words; None where the header names none that is known.
    """
    found = _IN_HEADER.search(header)
    word = found[1].strip() if found else ("UTC" if _UTC_WORD.search(header) else "")
    upper = word.upper()
    if upper in ("UTC", "GMT"):
        return UTC, "UTC"
    if parts := _OFFSET.fullmatch(word):
        shift = timedelta(hours=int(parts[2]), minutes=int(parts[3] or 0))
        if shift > _FURTHEST:
            return None
        return timezone(shift if parts[1] == "+" else -shift), word
    if "/" in word:
        place = _place(word)
        return (place, word) if place is not None else None
    if len(word) < 3 or word != upper:
        return None
    # Its short names in winter and summer of this century.
    if upper in {(datetime(2026, month, 1, tzinfo=zone).tzname() or "").upper() for month in (1, 7)}:
        return zone, f"{upper} ({zone})"
    if upper in _NAMES and (place := _place(_NAMES[upper][1])) is not None:
        return place, f"{upper} ({_NAMES[upper][1]})"
    return None


def several(header: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The short name of a zone in a header that several regions bear, and their places; ('', ()) if there is none.

    It stands in capitals: "Liefertermin (Ist)" is the actual one.
    """
    found = _IN_HEADER.search(header)
    name = found[1] if found else ""
    return (name, _SEVERAL[name]) if name in _SEVERAL else ("", ())


def place_named(word: str) -> tzinfo | None:
    """The zone of a place such as Europe/Berlin, or UTC; None where it is none."""
    if word.upper() == "UTC":
        return UTC
    return _place(word) if "/" in word else None


@lru_cache(maxsize=64)
def _place(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
