"""What the cells of a column say about how its dates are to be read.

Each text is tried in every order of day, month and year. A text that fits one order only is a witness for it; one that
fits two with different days says nothing. Counts do not depend on the order in which cells are seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.sync.kinds.memo import Memo
from services.sync.kinds.moments import BARE, day_readings, is_empty

# How many witnesses against a reading are taken for slips, for each witness for it.
_SLIPS = 0.02
# Years of two digits: the reading whose years lie this much closer together is meant.
_CLOSER_YEARS = 5
_DOTTED = re.compile(r"\s*\d{1,2}\s?\.\s?\d{1,2}\s?\.")
_BY_DIGITS = {5: "excel", 9: "unix", 10: "unix", 12: "unix_ms", 13: "unix_ms", 15: "unix_us", 16: "unix_us"}
Kind = tuple[str, ...]
_ONE: Kind = ("one",)
_DAY_ONLY = 10
_ISO_LENGTHS = {_DAY_ONLY, 19, 20}
_FROM, _TO = "1900", "2200"


@dataclass
class DateTally:
    """Counts of cells by the readings that they have.

    Attributes
    ----------
    kinds
        Readings that a cell may have, such as ("dmy", "mdy") or ("excel",), to how many cells; () for no date,
        ("one",) for a date with one meaning.
    example
        For each of them a text that has them, the first in order of the alphabet.
    """

    kinds: Counter[Kind] = field(default_factory=Counter)
    example: dict[Kind, str] = field(default_factory=dict)
    years: dict[str, tuple[int, int]] = field(default_factory=dict)
    timed: int = 0

    def __post_init__(self) -> None:
        self._memo = Memo(_classify)

    def take(self, cells: Sequence[str]) -> None:
        """Add cells to the evidence."""
        if self._take_iso(cells):
            return
        for text, count in Counter(cells).items():
            found = self._memo[text]
            if found is None:
                continue
            kind, readings = found
            self.kinds[kind] += count
            self.timed += count if ":" in text else 0
            if kind not in self.example or text < self.example[kind]:
                self.example[kind] = text
            for order, day in readings:
                low, high = self.years.get(order, (day.year, day.year))
                self.years[order] = (min(low, day.year), max(high, day.year))

    def _take_iso(self, cells: Sequence[str]) -> bool:
        """Take cells that are all of the one form that most programs write, many times faster."""
        lengths = set(map(len, cells))
        if not lengths or not lengths <= _ISO_LENGTHS or {cell[4:8:3] for cell in cells} != {"--"}:
            return False
        first = min(cells)
        if first < _FROM or max(cells) >= _TO:
            return False
        try:
            list(map(datetime.fromisoformat, cells))
        except ValueError:
            return False
        self.kinds[_ONE] += len(cells)
        self.timed += sum(len(cell) > _DAY_ONLY for cell in cells) if lengths != {_DAY_ONLY} else 0
        if _ONE not in self.example or first < self.example[_ONE]:
            self.example[_ONE] = first
        return True

    @property
    def filled(self) -> int:
        """How many cells have something in them."""
        return sum(self.kinds.values())

    @property
    def orders(self) -> tuple[str, ...]:
        """Orders that a date of three numbers in the column fits."""
        return tuple(sorted({order for kind in self.kinds for order in kind if order in ("dmy", "mdy", "ymd")}))

    def fits(self, order: str) -> int:
        """How many cells can be read where this order or count is meant; '' for none decided: those that any fits."""
        if not order:
            return self.filled - self.kinds[()]
        wanted = _count_of(order)
        return sum(cells for kind, cells in self.kinds.items() if wanted in kind or kind == _ONE)

    def numbers(self, count: str) -> int:
        """How many cells are bare numbers that can be meant by this count."""
        return self.kinds[(_count_of(count),)]

    def witnesses(self, order: str) -> int:
        """How many cells fit this order and no other one."""
        return self.kinds[(order,)]

    @property
    def open_cells(self) -> int:
        """How many cells fit several orders with different days."""
        return sum(count for kind, count in self.kinds.items() if len(kind) > 1)

    @property
    def order(self) -> str | None:
        """The order or count that the evidence speaks for; None where it must be asked.

        `one` where all dates have one meaning.
        """
        numeric = {unit: self.kinds[(unit,)] for unit in set(_BY_DIGITS.values()) if self.kinds[(unit,)]}
        texts = self.filled - sum(numeric.values()) - self.kinds[()]
        if numeric:
            unit = max(sorted(numeric), key=lambda one: numeric[one])
            others = sum(numeric.values()) - numeric[unit] + texts - self.kinds[("one",)]
            if others <= _SLIPS * numeric[unit] and self.kinds[("one",)] <= numeric[unit]:
                return unit
        orders = self.orders
        if not orders:
            return "one"
        winners = [one for one in orders if all(self._beats(one, other) for other in orders if other != one)]
        return winners[0] if winners else None

    def _beats(self, one: str, other: str) -> bool:
        for_it = sum(count for kind, count in self.kinds.items() if one in kind and other not in kind)
        against = sum(count for kind, count in self.kinds.items() if other in kind and one not in kind)
        if for_it or against:
            return against <= _SLIPS * for_it
        if "ymd" in (one, other) and one in self.years and other in self.years:
            mine, theirs = self.years[one], self.years[other]
            return mine[1] - mine[0] + _CLOSER_YEARS <= theirs[1] - theirs[0]
        return False


def _count_of(order: str) -> str:
    """The count that a bare number shows: both of a spreadsheet look alike."""
    return "excel" if order == "excel1904" else order


def _classify(text: str) -> tuple[Kind, tuple[tuple[str, date], ...]] | None:
    body = text.strip()
    if is_empty(body):
        return None
    readings = day_readings(body)
    if BARE.fullmatch(body) and not readings:
        unit = _BY_DIGITS.get(len(re.split(r"[.,]", body)[0]))
        return ((unit,) if unit else ()), ()
    if not readings:
        return (), ()
    if _DOTTED.match(body) and "dmy" in readings:
        # No country writes month.day.year.
        readings = {order: day for order, day in readings.items() if order != "mdy"}
    if len(set(readings.values())) == 1 and len(readings) > 1:
        return ("one",), ()
    years = tuple(readings.items()) if "ymd" in readings else ()
    return tuple(sorted(readings)), years
