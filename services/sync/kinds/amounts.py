"""What the cells of a column say about its decimal sign, its currency, and whether its shares count to 100.

Each number is read with a decimal point and with a decimal comma. One that only the point can read is a witness for the
point; "1.000" can be a thousand or one, and says nothing by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from models.values.meanings import Doubt, Reading
from models.values.money import CODES, exponent
from services.sync.kinds.column import LIKELY, PROVEN, SILENT, Circumstances, Column, Counted, Described
from services.sync.kinds.memo import Unfit
from services.sync.kinds.numbers import figures_of, header_currency, header_scale, plain_number, take_apart
from services.sync.kinds.vocabulary import is_nothing

_SIGNS: Final = ("point", "comma")
_SHARES: Final = ("of_hundred", "of_one")
_SCALED: Final = {
    "thousands": "counted in thousands, as its header says",
    "millions": "counted in millions, as its header says",
    "minor": "counted in cents, as its header says",
}
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
class Numbers(Counted):
    """Counts of cells by what they say.

    They are counted by their `_Seen.reading`.

    Attributes
    ----------
    currencies
        Currencies that signs and codes may stand for, to how many cells.
    """

    currencies: Counter[tuple[str, ...]] = field(default_factory=Counter)
    percent: int = 0
    long_whole: int = 0
    above_one: int = 0
    bare_example: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._open: set[str] = set()
        self._fine: set[str] = set()

    @staticmethod
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

    def _note(self, seen: _Seen, text: str, count: int) -> str:
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
        return seen.reading

    @property
    def open_cells(self) -> int:
        """How many cells the two signs read differently."""
        return self.kinds["."] + self.kinds[","]

    @property
    def sign(self) -> str | None:
        """`point` or `comma` where cells of the column show it, `open` where they contradict each other, else None."""
        point, comma = self.kinds["point"], self.kinds["comma"]
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
        dots, commas = self.kinds["."], self.kinds[","]
        if not dots and not commas:
            return None
        if dots and commas:
            return None
        grouping, decimal = ("comma", "point") if dots else ("point", "comma")
        if self.long_whole:
            return decimal, f"{self.long_whole:,} numbers above 999 have no thousands separator"
        if whole and self._fine:
            return grouping, "counts have no fraction"
        if money and len(self._fine) >= _FEW:
            return grouping, "sums of money have no thousandths"
        if self.kinds["whole"] and len(self._open) >= _MANY:
            return grouping, f"{self.open_cells:,} numbers all have three digits after the mark, others none"
        if delimiter == ";" and dots:
            return "comma", "cells are separated by semicolons, as in programs with a decimal comma"
        if delimiter == "," and commas:
            return "point", "cells are separated by commas, as in programs with a decimal point"
        return None

    @property
    def whole(self) -> bool:
        """Whether every number is written without a fraction or a mark."""
        return self.filled == self.kinds["whole"] + self.kinds["none"]

    @property
    def mixed(self) -> bool:
        """Whether numbers name their currencies, and not all the same one."""
        firsts = {marks[0] for marks in self.currencies}
        return len(firsts) > 1 and "" not in firsts and not self.currency

    @property
    def bare(self) -> int:
        """How many numbers name no currency."""
        return self.filled - self.kinds["none"] - self.currencies.total()

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

    def currency_of(self, header: str) -> str:
        """The currency that cells or their header name; '' where they name none, or several."""
        return self.currency or header_currency(header)

    # -- deciding ---------------------------------------------------------------------------------------------------

    def decide(self, one: Column, about: Circumstances) -> None:
        """Take the sign, the scale and the currencies that cells and header show."""
        sign = self.sign
        # One share above 1 among many below it is a slip, and no proof that they count to 100.
        hundred = "%" in one.header or self.above_one > _SLIPS * self.filled
        own = one.kind == "money" and self.mixed
        scale = header_scale(one.header) if one.kind in ("money", "decimal") else ""
        if scale == "minor" and not self.whole:
            scale = ""  # cents are whole: these amounts have theirs behind a sign
        if scale:
            one.because.append(_SCALED[scale])
        one.form = replace(
            one.form, comma=sign == "comma", sure=sign in _SIGNS, hundred=hundred, own_currency=own, scale=scale
        )
        if not own or not self.bare or about.beside:
            return
        bare = about.currency or header_currency(one.header)
        if not bare:
            one.doubts.append(self._ask_currency(one.header, about.book, about.file))
            bare = one.doubts[0].readings[0].value
        one.form = replace(one.form, bare=bare)

    @staticmethod
    def agree(columns: Sequence[Column], about: Circumstances) -> None:
        """Take the sign of columns that show it for those that do not, or ask."""
        proven = {one.form.comma: one for one in columns if one.form.sure}
        for one in columns:
            numbers = one.evidence
            if one.form.sure or not isinstance(numbers, Numbers):
                continue
            if numbers.sign == "open":
                numbers._ask_sign(one, about)
            elif numbers.open_cells:
                numbers._settle_open(one, proven, about)
            elif len(proven) == 1:
                one.form = replace(one.form, comma=next(iter(proven)))

    def _settle_open(self, one: Column, proven: Mapping[bool, Column], about: Circumstances) -> None:
        own = self.currency_of(one.header) or about.currency
        likely = self.likely(
            money=one.kind == "money" and not one.form.scale and (not own or exponent(own) < 3),
            whole=one.kind == "integer",
            delimiter="",
        )
        if likely is None and len(proven) == 1:
            comma, neighbour = next(iter(proven.items()))
            likely = ("comma" if comma else "point"), f"as the numbers of “{neighbour.header}” show"
        likely = likely or self.likely(money=False, whole=False, delimiter=about.delimiter)
        if likely is None:
            self._ask_sign(one, about)
            return
        sign, why = likely
        one.form = replace(one.form, comma=sign == "comma", sure=True)
        one.because.append(why)

    def is_open(self, one: Column) -> bool:
        """Whether all rows must be seen: shares above and below 1, amounts without a currency, an open sign."""
        mixed = one.kind == "percent" and 0 < self.above_one < self.filled
        bare = one.form.own_currency and self.bare > 0
        return mixed or bare or self.sign == "open" or (self.open_cells > 0 and self.sign is None)

    def choices(self, kind: str) -> tuple[str, ...]:
        """Signs; of shares what they count to, of money a currency."""
        return (*_SIGNS, *{"percent": _SHARES, "money": ("the code of a currency",)}.get(kind, ()))

    def obey(self, one: Column, word: str) -> bool | None:
        """Take a sign, the currency of bare amounts, or what shares count to."""
        if word in _SIGNS:
            one.form = replace(one.form, comma=word == "comma", sure=True)
        elif word in CODES and one.kind == "money":
            one.form = replace(one.form, bare=word, own_currency=True)
            one.doubts = [doubt for doubt in one.doubts if doubt.kind != "currency"]
            return False
        elif word in _SHARES and one.kind == "percent":
            one.form = replace(one.form, hundred=word == "of_hundred")
        else:
            return None
        return True

    # -- in words ---------------------------------------------------------------------------------------------------

    def describe(self, one: Column) -> Described:
        """Which sign they have, how many show it, and what they are written in."""
        form = one.form
        sign, other = ("comma", "point") if form.comma else ("point", "comma")
        proof, against = self.kinds[sign], self.kinds[other]
        words = {"money": "money", "percent": "shares of 100" if form.hundred else "shares of 1"}.get(
            one.kind, "numbers"
        )
        if proof or self.open_cells:
            words += f", decimal {sign}"
        evidence = []
        if proof:
            evidence.append(f"{proof:,} of {self.filled:,} can only have a decimal {sign}")
        elif not self.open_cells:
            evidence.append(f"{self.kinds['whole']:,} of {self.filled:,} are whole numbers")
        if self.open_cells:
            evidence.append(f"{self.open_cells:,} could be read both ways")
        if self.currency:
            evidence.append(f"{sum(self.currencies.values()):,} are written in {self.currency}")
        if form.own_currency:
            parts = (f"{count:,} in {marks[0]}" for marks, count in sorted(self.currencies.items()))
            whose = "amounts name their" if self.bare else "each amount names its"
            evidence.append(f"{whose} currency: {', '.join(parts)}")
            if self.bare and form.bare:
                evidence.append(f"{self.bare:,} that name none are read as {form.bare}")
        if self.percent:
            evidence.append(f"{self.percent:,} have a percent sign")
        unfit = self.kinds["none"] + against
        sure = PROVEN if proof and not unfit else LIKELY if proof or not self.open_cells else SILENT
        fits = against + self.kinds["whole"] + self.open_cells
        readings = [Reading(other, f"decimal {other}", fits)] if self.kinds["whole"] < fits else []
        return Described(words, evidence, unfit, sure, readings)

    def _ask_sign(self, one: Column, about: Circumstances) -> None:
        """Ask whether the comma or the point is the column's decimal sign."""
        whole = self.kinds["whole"] + self.open_cells
        example = self.example.get(".") or self.example.get(",") or self.example.get("point") or ""
        readings = []
        for sign in _SIGNS:
            try:
                value = _grouped(plain_number(example, sign == "comma"))
            except Unfit:
                value = "no number"
            readings.append(Reading(sign, f"Decimal {sign}: {example} is {value}", self.kinds[sign] + whole))
        if self.sign == "open":
            question = (
                f"In {about.file} the numbers of “{one.header}” contradict each other: {self.kinds['point']:,} can "
                f"only have a decimal point (such as {self.example['point']}) and {self.kinds['comma']:,} only a "
                f"decimal comma (such as {self.example['comma']})."
            )
        else:
            question = (
                f"In {about.file} {self.open_cells:,} of {self.filled:,} numbers of “{one.header}” (such as {example}) "
                "could have a decimal sign or a mark between thousands."
            )
        doubt = Doubt("decimal", one.header, question, tuple(sorted(readings, key=lambda one: -one.fits)))
        one.doubts.append(doubt)
        one.form = replace(one.form, comma=doubt.readings[0].value == "comma", sure=True)

    def _ask_currency(self, header: str, book: str, file: str) -> Doubt:
        """The question which currency amounts are in that name none, beside others that name theirs."""
        codes = [code for code in dict.fromkeys((*self.named[:3], book)) if code]
        example = self.bare_example
        question = (
            f"In {file} {self.bare:,} of {self.filled:,} amounts of “{header}” (such as {example}) name no currency, "
            f"while others are in {' or '.join(self.named[:3])}."
        )
        readings = (Reading(code, f"{example} is in {code}", self.bare) for code in codes)
        return Doubt("currency", header, question, tuple(readings))


def _grouped(number: str) -> str:
    whole, point, part = number.partition(".")
    return f"{int(whole or '0'):,}{point}{part}"
