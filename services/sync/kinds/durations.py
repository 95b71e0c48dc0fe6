"""Durations as files write them: 01:30:00, 1 day 2:03:04, "2 days 3 hrs", PT1H30M, 90 in a column of minutes.

Whether 1:30 is an hour and a half or a minute and a half is decided for the column: by its header, or by longer ones
beside it (who writes 4:05 and 1:02:03 leaves the hours out of the first). Months and years have no fixed length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from models.values.meanings import Doubt, Reading
from services.sync.kinds.column import LIKELY, PROVEN, Circumstances, Column, Counted, Described
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import is_nothing, listed

_UNITS: dict[str, Decimal] = {
    name: Decimal(size) for size, names in listed("calendar")["durations"].items() for name in names.split()
}
_CLOCK = re.compile(
    r"(?:(\d+)\s*(?:days?|d|tage?|jours?|j|d[ií]as?)?[,.\s]\s*)?(\d+):([0-5]\d):([0-5]\d(?:[.,]\d+)?)", re.IGNORECASE
)
_TWO = re.compile(r"(\d+):([0-5]\d)")
_ISO = re.compile(r"P(?:([\d.,]+)W)?(?:([\d.,]+)D)?(?:T(?:([\d.,]+)H)?(?:([\d.,]+)M)?(?:([\d.,]+)S)?)?", re.IGNORECASE)
_ISO_SECONDS = (604_800, 86_400, 3_600, 60, 1)
_PIECE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)\.?(?:\s*(?:,|and|und|et|y|&)?\s*)", re.IGNORECASE)
_BARE = re.compile(r"\d+(?:[.,]\d+)?")
_HEADER_CLOCK = re.compile(r"(?<![:\w])(hh?:?mm|mm?:ss)(?![:\w])", re.IGNORECASE)
# Words of headers that seldom name a unit: "day of the call", "second call".
_NO_UNITS = frozenset(("m", "d", "j", "w", "s", "h", "tag", "day", "second"))
_LONGEST = 10**11
_CLOCK_WORDS = {"hm": "hours and minutes", "ms": "minutes and seconds"}
# How many seconds a bare number counts where nothing says it.
_BARE_SECONDS = {"duration": 1.0, "hours": 3600.0}
_SAID_UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86_400.0}


def to_seconds(text: str, unit: float = 1, clock: str = "") -> int:
    """A duration in whole seconds, half a second rounded up.

    Parameters
    ----------
    unit : float
        How many seconds a bare number counts.
    clock : str
        Whether 1:30 is `hm`, hours and minutes, or `ms`, minutes and seconds; '' if it could be both.

    Raises
    ------
    Unfit
        It is not a duration, is negative, or could be two.
    """
    body = text.strip()
    seconds = _seconds(body, Decimal(str(unit)), clock)
    if seconds >= _LONGEST:
        raise Unfit("is too long for a duration")
    return int(seconds + Decimal("0.5"))


def _seconds(body: str, unit: Decimal, clock: str) -> Decimal:
    if _BARE.fullmatch(body):
        return _decimal(body) * unit
    if found := _CLOCK.fullmatch(body):
        days, hours, minutes = int(found[1] or 0), int(found[2]), int(found[3])
        if found[1] and hours > 23:
            raise Unfit("is not a duration")
        return Decimal(days * 86_400 + hours * 3_600 + minutes * 60) + _decimal(found[4])
    if found := _TWO.fullmatch(body):
        if clock not in ("hm", "ms"):
            raise Unfit("could be hours and minutes or minutes and seconds")
        larger = 3_600 if clock == "hm" else 60
        return Decimal(int(found[1]) * larger + int(found[2]) * larger // 60)
    found = _ISO.fullmatch(body)
    if found and any(found.groups()):
        parts = zip(found.groups(), _ISO_SECONDS, strict=True)
        return sum((_decimal(part) * size for part, size in parts if part), Decimal())
    return _worded(body)


def _worded(body: str) -> Decimal:
    """A duration in words: numbers with units, each unit once, the largest first."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", body) if not unicodedata.combining(sign))
    place, total, last = 0, Decimal(), Decimal("Infinity")
    while place < len(plain):
        found = _PIECE.match(plain, place)
        size = _UNITS.get(found[2].lower()) if found else None
        if found is None or size is None or size >= last:
            raise Unfit("is not a duration")
        total += _decimal(found[1]) * size
        place, last = found.end(), size
    if not place:
        raise Unfit("is not a duration")
    return total


def _decimal(text: str) -> Decimal:
    parts = text.replace(",", ".")
    if parts.count(".") > 1:
        raise Unfit("is not a duration")
    return Decimal(parts)


@cache
def header_unit(header: str) -> float | None:
    """Seconds that a bare number counts, as its header says: "Response time (in hrs)" 3600; None if it does not."""
    words = re.split(r"[^a-zäöüéèíá]+", header.casefold())
    found = {_UNITS[word] for word in words if word in _UNITS and word not in _NO_UNITS}
    return float(found.pop()) if len(found) == 1 else None


def header_clock(header: str) -> str:
    """`hm` or `ms` where a header says how two numbers with a colon are meant: "Length (mm:ss)"; '' if it does not."""
    found = _HEADER_CLOCK.search(header)
    if found is None:
        return ""
    return "hm" if found[1].lower().startswith("h") else "ms"


@dataclass
class Durations(Counted):
    """Counts of cells by how they are written: `two` (1:30), `three` (1:02:03), `bare`, `worded`, `none`."""

    @staticmethod
    def _see(text: str) -> str | None:
        body = text.strip()
        if is_nothing(body, typed=True):
            return None
        if _BARE.fullmatch(body):
            return "bare"
        if _TWO.fullmatch(body):
            return "two"
        try:
            to_seconds(body)
        except Unfit:
            return "none"
        return "three" if _CLOCK.fullmatch(body) else "worded"

    @property
    def clock(self) -> str:
        """`ms` where longer durations have hours before; '' where nothing shows what 1:30 would be."""
        return "ms" if self.kinds["three"] else ""

    def decide(self, one: Column, about: Circumstances) -> None:
        """Take the unit and the clock that the header names or the cells show."""
        unit, clock = header_unit(one.header), header_clock(one.header) or self.clock
        if unit is not None:
            one.because.append("bare numbers count as its header says")
        if self.kinds["two"] and not clock:
            one.doubts.append(self._ask_clock(one.header, about.file))
            clock = one.doubts[0].readings[0].value
        one.form = replace(one.form, unit=unit or _BARE_SECONDS[one.kind], clock=clock)

    def is_open(self, one: Column) -> bool:
        """Whether 1:30 can still be two."""
        return bool(one.doubts)

    def choices(self, kind: str) -> tuple[str, ...]:
        """Clocks and units."""
        return (*_CLOCK_WORDS, *_SAID_UNITS)

    def obey(self, one: Column, word: str) -> bool | None:
        """Take a clock or the unit of bare numbers."""
        if word in _CLOCK_WORDS:
            one.form = replace(one.form, clock=word)
            one.doubts.clear()
        elif word in _SAID_UNITS:
            one.form = replace(one.form, unit=_SAID_UNITS[word])
        else:
            return None
        return True

    def describe(self, one: Column) -> Described:
        """How many are read by which clock, and what bare numbers count."""
        kinds, form = self.kinds, one.form
        evidence = []
        if kinds["two"] and form.clock:
            evidence.append(f"{kinds['two']:,} are read as {_CLOCK_WORDS[form.clock]}")
        if kinds["two"] and kinds["three"]:
            evidence.append(f"{kinds['three']:,} longer ones start with hours")
        if kinds["bare"]:
            evidence.append(f"{kinds['bare']:,} bare numbers are units of {form.unit:g} seconds")
        other = {"hm": "ms", "ms": "hm"}.get(form.clock, "")
        fits = self.filled - kinds["none"]
        readings = [Reading(other, _CLOCK_WORDS[other], fits)] if kinds["two"] and other else []
        sure = LIKELY if kinds["none"] or kinds["bare"] else PROVEN
        return Described("durations", evidence, kinds["none"], sure, readings)

    def _ask_clock(self, header: str, file: str) -> Doubt:
        """The question whether 1:30 is an hour and a half or a minute and a half."""
        example, fits = self.example["two"], self.filled - self.kinds["none"]
        readings = []
        for clock, words in _CLOCK_WORDS.items():
            minutes, seconds = divmod(to_seconds(example, clock=clock), 60)
            readings.append(Reading(clock, f"{words.capitalize()}: {example} is {minutes:,} min {seconds} s", fits))
        question = (
            f"In {file} {self.kinds['two']:,} of {self.filled:,} durations of “{header}” (such as {example}) could be "
            "hours and minutes or minutes and seconds."
        )
        return Doubt("duration", header, question, tuple(readings))
