"""What the cells of a column say about how its dates are to be read.

Each text is tried in every order of day, month and year. A text that fits one order only is a witness for it; one that
fits two with different days says nothing. Counts do not depend on the order in which cells are seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from models.values.meanings import Doubt, Reading
from models.values.words import long_month
from services.sync.kinds.column import LIKELY, PROVEN, Circumstances, Column, Counted, Described
from services.sync.kinds.moments import BARE, NUMERIC, day_readings, is_empty
from services.sync.kinds.vocabulary import listed
from services.sync.kinds.zones import header_zone, place_named, several

# How many witnesses against a reading are taken for slips, for each witness for it.
_SLIPS = 0.02
# Years of two digits: the reading whose years lie this much closer together is meant.
_CLOSER_YEARS = 5
_DOTTED = re.compile(r"\s*\d{1,2}\s?\.\s?\d{1,2}\s?\.")
_BY_DIGITS = {5: "excel", 9: "unix", 10: "unix", 12: "unix_ms", 13: "unix_ms", 15: "unix_us", 16: "unix_us"}
_DAY_ORDERS: Final = ("dmy", "mdy", "ymd")
_ORDER_WORDS: Final[Mapping[str, str]] = listed("calendar")["orders"]
Kind = tuple[str, ...]
_ONE: Kind = ("one",)
_DAY_ONLY = 10
_ISO_LENGTHS = {_DAY_ONLY, 19, 20}
_FROM, _TO = "1900", "2200"


@dataclass
class Dates(Counted):
    """Counts of cells by the readings that they have.

    Attributes
    ----------
    kinds
        Readings that a cell may have, such as ("dmy", "mdy") or ("excel",), to how many cells; () for no date,
        ("one",) for a date with one meaning.
    """

    years: dict[str, tuple[int, int]] = field(default_factory=dict)
    timed: int = 0

    def take(self, cells: Sequence[str]) -> None:
        if not self._take_iso(cells):
            super().take(cells)

    @staticmethod
    def _see(text: str) -> tuple[Kind, tuple[tuple[str, date], ...]] | None:
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

    def _note(self, seen: Any, text: str, count: int) -> Kind:
        kind: Kind
        kind, readings = seen
        self.timed += count if ":" in text else 0
        for order, day in readings:
            low, high = self.years.get(order, (day.year, day.year))
            self.years[order] = (min(low, day.year), max(high, day.year))
        return kind

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

    # -- deciding ---------------------------------------------------------------------------------------------------

    def decide(self, one: Column, about: Circumstances) -> None:
        """Take the order that the cells show, and the zone that the header names."""
        named = header_zone(one.header, about.zone)
        one.form = replace(one.form, order=self.order or "", zone=named[0] if named else None)
        if named:
            one.because.append(f"times in {named[1]}, as its header says")
        name, places = several(one.header)
        if not named and places and self.timed:
            one.doubts.append(self._ask_zone(one.header, name, places, about.file))

    @staticmethod
    def agree(columns: Sequence[Column], about: Circumstances) -> None:
        """One program wrote all columns of a file: what the dates of one prove holds for those of its neighbours."""
        proven = {
            one.form.order: one
            for one in columns
            if one.form.order in ("dmy", "mdy") or (one.obeyed and one.form.order)
        }
        for one in columns:
            dates = one.evidence
            if one.form.order or not isinstance(dates, Dates):
                continue
            fitting = [order for order in proven if order in dates.orders]
            contradicted = min(dates.witnesses("dmy"), dates.witnesses("mdy")) > 0
            if len(fitting) == 1 and not contradicted:
                one.form = replace(one.form, order=fitting[0])
                one.because.append(f"as the dates of “{proven[fitting[0]].header}” show")
            else:
                doubt = dates._ask_order(one.header, about.file)
                one.doubts.append(doubt)
                one.form = replace(one.form, order=doubt.readings[0].value)

    def is_open(self, one: Column) -> bool:
        """Whether all rows must be seen: years of two digits are told from days by how close they lie together."""
        open_zone = one.form.zone is None and bool(several(one.header)[1])
        return self.order is None or "ymd" in self.orders or open_zone

    def choices(self, kind: str) -> tuple[str, ...]:
        """Orders and counts."""
        return (*_DAY_ORDERS, *NUMERIC)

    def obey(self, one: Column, word: str) -> bool | None:
        """Take an order, a count or a zone."""
        if word in _DAY_ORDERS and self.order in NUMERIC:
            return False  # it is said of dates of three numbers; these are bare numbers
        if (zone := place_named(word)) is not None:
            one.form = replace(one.form, zone=zone)
            one.doubts.clear()
            return False
        if word not in _ORDER_WORDS:
            return None
        one.form = replace(one.form, order=word)
        return True

    # -- in words ---------------------------------------------------------------------------------------------------

    def describe(self, one: Column) -> Described:
        """Whether they are dates or times, in which order, and how many say so."""
        order = one.form.order
        what = "times" if self.timed else "dates"
        evidence = []
        proof = self.witnesses(order)
        if order in _DAY_ORDERS:
            if proof:
                evidence.append(f"{proof:,} of {self.filled:,} can only be {_ORDER_WORDS[order]}")
            if self.open_cells:
                evidence.append(f"{self.open_cells:,} could be read both ways")
        elif order == "one":
            evidence.append(f"{self.fits('one'):,} of {self.filled:,} read without doubt")
        elif order:
            evidence.append(f"{self.numbers(order):,} of {self.filled:,} are bare numbers")
        unfit = self.filled - self.fits(order)
        certain = not unfit and (order == "one" or (proof and order in _DAY_ORDERS))
        others = [*self.orders, *(count for count in NUMERIC if self.numbers(count))]
        return Described(
            f"{what}, {_ORDER_WORDS[order]}" if order in _ORDER_WORDS else what,
            evidence,
            unfit,
            PROVEN if certain else LIKELY,
            [Reading(other, _ORDER_WORDS[other], self.fits(other)) for other in others if other != order],
        )

    def _ask_order(self, header: str, file: str) -> Doubt:
        """The question how the dates of a column are to be read."""
        kind = max((kind for kind in self.kinds if len(kind) > 1), key=lambda one: (self.kinds[one], one), default=())
        example = self.example.get(kind, "")
        days = day_readings(example)
        orders = [order for order in _DAY_ORDERS if order in self.orders]
        readings = tuple(
            Reading(order, _order_reading(order, example, days), self.fits(order))
            for order in sorted(orders, key=lambda order: -self.fits(order))
        )
        contradicting = [order for order in orders if self.witnesses(order)]
        if len(contradicting) > 1:
            parts = " and ".join(
                f"{self.witnesses(order):,} can only be {_ORDER_WORDS[order]} (such as {self.example[(order,)]})"
                for order in contradicting
            )
            question = f"In {file} the dates of “{header}” contradict each other: {parts}."
        else:
            question = (
                f"In {file} {self.open_cells:,} of {self.filled:,} dates of “{header}” (such as {example}) could be "
                "day/month or month/day."
            )
        return Doubt("date_order", header, question, readings)

    def _ask_zone(self, header: str, name: str, places: Sequence[tuple[str, str]], file: str) -> Doubt:
        """Ask which region the name of a time zone in a header means."""
        regions = " or ".join(words for _, words in places)
        times = f"{self.timed:,} times of “{header}” are" if self.timed > 1 else f"one time of “{header}” is"
        question = f"In {file} the {times} in {name}, which could be the zone of {regions}."
        readings = [Reading(zone, f"{words[:1].upper()}{words[1:]} ({zone})", self.timed) for zone, words in places]
        return Doubt("zone", header, question, tuple(readings))


def _order_reading(order: str, example: str, days: Mapping[str, date]) -> str:
    words, day = _ORDER_WORDS[order].capitalize(), days.get(order)
    return words if day is None else f"{words}: {example} is {day.day} {long_month(day)}"


def _count_of(order: str) -> str:
    """The count that a bare number shows: both of a spreadsheet look alike."""
    return "excel" if order == "excel1904" else order
