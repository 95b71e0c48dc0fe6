"""What the cells of a column say about its decimal sign, its currency, and whether its shares count to 100.

Each number is read with a decimal point and with a decimal comma. One that only the point can read is a witness for the
point; "1.000" can be a thousand or one, and says nothing by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from services.sync.kinds.memo import Memo, Unfit
from services.sync.kinds.nothing import is_nothing
from services.sync.kinds.numbers import figures_of, take_apart

_SLIPS = 0.02
# If the last of three figures after the sign were a fraction's, one number in ten would be written shorter.
_MANY = 30
_FEW = 3
_THREE_AFTER = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one text says.

    `reading`: `whole` (both signs read it as the same number), `point` or `comma` (only that sign reads it), `.` or `,`
    (both read it, differently: the sign is followed by three figures), `none` (it is not a number).
    """

    reading: str
    currencies: tuple[str, ...] = ()
    percent: bool = False
    long_whole: bool = False
    above_one: bool = False
    fine: bool = False


_GROUP = 3
_PLAIN = re.compile(r"(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,15}))?")
_PLAIN_SEEN = {
    (part, long, above): _Seen("point", above_one=above) if part else _Seen("whole", long_whole=long, above_one=above)
    for part in (False, True)
    for long in (False, True)
    for above in (False, True)
}


@dataclass
class NumberTally:
    """Counts of cells by what they say.

    Attributes
    ----------
    readings
        See `_Seen.reading`.
    currencies
        Currencies that signs and codes may stand for, to how many cells.
    """

    readings: Counter[str] = field(default_factory=Counter)
    currencies: Counter[tuple[str, ...]] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    percent: int = 0
    long_whole: int = 0
    above_one: int = 0
    bare_example: str = ""

    def __post_init__(self) -> None:
        self._memo = Memo(_see)
        self._open: set[str] = set()
        self._fine: set[str] = set()

    def take(self, cells: Iterable[str]) -> None:
        """Add cells to the evidence."""
        for text, count in Counter(cells).items():
            seen: _Seen | None = self._memo[text]
            if seen is None:
                continue
            self.readings[seen.reading] += count
            if seen.reading not in self.example or text < self.example[seen.reading]:
                self.example[seen.reading] = text
            self.percent += count if seen.percent else 0
            self.long_whole += count if seen.long_whole else 0
            self.above_one += count if seen.above_one and not seen.percent else 0
            if seen.currencies:
                self.currencies[seen.currencies] += count
            elif seen.reading != "none" and (not self.bare_example or text < self.bare_example):
                self.bare_example = text
            if seen.reading in (".", ",") and len(self._open) < _MANY:
                self._open.add(text)
            if seen.fine and len(self._fine) < _FEW:
                self._fine.add(text)

    @property
    def filled(self) -> int:
        """How many cells have something in them."""
        return sum(self.readings.values())

    @property
    def open_cells(self) -> int:
        """How many cells the two signs read differently."""
        return self.readings["."] + self.readings[","]

    @property
    def sign(self) -> str | None:
        """`point` or `comma` where cells of the column show it, `open` where they contradict each other, else None."""
        point, comma = self.readings["point"], self.readings["comma"]
        if not point and not comma:
            return None
        if min(point, comma) > _SLIPS * max(point, comma):
            return "open"
        return "point" if point > comma else "comma"

    def likely(self, *, money: bool, whole: bool, delimiter: str) -> tuple[str, str] | None:
        """The decimal sign that circumstances speak for where no cell shows it, and why in words.

        Parameters
        ----------
        money : bool
            Whether the column holds sums of money in a currency without thousandths.
        whole : bool
            Whether it holds counts, which have no fraction.
        delimiter : str
            What parts the cells of the file.
        """
        dots, commas = self.readings["."], self.readings[","]
        if not dots and not commas:
            return None
        if dots and commas:
            return None
        grouping, decimal = ("comma", "point") if dots else ("point", "comma")
        if self.long_whole:
            return decimal, f"{self.long_whole:,} numbers above 999 have no mark between thousands"
        if whole and self._fine:
            return grouping, "counts have no fraction"
        if money and len(self._fine) >= _FEW:
            return grouping, "sums of money have no thousandths"
        if self.readings["whole"] and len(self._open) >= _MANY:
            return grouping, f"{self.open_cells:,} numbers all have three figures after the mark, others none"
        if delimiter == ";" and dots:
            return "comma", "cells are parted by semicolons, as by programs with a decimal comma"
        if delimiter == "," and commas:
            return "point", "cells are parted by commas, as by programs with a decimal point"
        return None

    @property
    def whole(self) -> bool:
        """Whether every number is written without a fraction or a mark."""
        return self.filled == self.readings["whole"] + self.readings["none"]

    @property
    def mixed(self) -> bool:
        """Whether numbers name their currencies, and not all the same one."""
        firsts = {marks[0] for marks in self.currencies}
        return len(firsts) > 1 and "" not in firsts and not self.currency

    @property
    def bare(self) -> int:
        """How many numbers name no currency."""
        return self.filled - self.readings["none"] - self.currencies.total()

    @property
    def named(self) -> tuple[str, ...]:
        """The currencies that numbers are likeliest written with, the most frequent first."""
        counts: Counter[str] = Counter()
        for marks, count in self.currencies.items():
            counts[marks[0]] += count
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))

    @property
    def currency(self) -> str | None:
        """The one currency that cells are written with; None where there is none, or several."""
        if not self.currencies:
            return None
        common = set.intersection(*(set(marks) for marks in self.currencies))
        firsts = {marks[0] for marks in self.currencies if len(marks) == 1} or {marks[0] for marks in self.currencies}
        firsts &= common
        return firsts.pop() or None if len(firsts) == 1 else None


def _see(text: str) -> _Seen | None:
    if (parts := _PLAIN.fullmatch(text)) is not None and (parts[2] is None or len(parts[2]) != _GROUP):
        # As most programs write numbers: no other reading of such a text has the same figures.
        return _PLAIN_SEEN[parts[2] is not None, len(parts[1]) > _GROUP, float(text) > 1]
    body = text.strip()
    if is_nothing(body, typed=True):
        return None
    try:
        written = take_apart(body)
    except Unfit:
        return _Seen("none")
    found = {}
    for name, comma in (("point", False), ("comma", True)):
        try:
            found[name] = Decimal(figures_of(written, comma))
        except Unfit:
            continue
    if not found:
        return _Seen("none")
    value = abs(next(iter(found.values())))
    above = value > 1
    if len(found) == 1:
        return _Seen(next(iter(found)), written.currencies, written.percent, above_one=above)
    if found["point"] == found["comma"]:
        long_whole = written.figures.isdecimal() and len(written.figures) > 3
        return _Seen("whole", written.currencies, written.percent, long_whole=long_whole, above_one=above)
    mark = "." if "." in written.figures else ","
    fine = bool(_THREE_AFTER.fullmatch(written.figures)) and not written.figures.endswith("0")
    return _Seen(mark, written.currencies, written.percent, above_one=above, fine=fine)
