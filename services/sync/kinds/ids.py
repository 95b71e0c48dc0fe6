"""Ids of other systems: text, with its zeros and its case, and what spreadsheets have done to it.

A spreadsheet drops leading zeros, writes 17850 as 17850.0, long ids as 9.01E+12, and keeps fifteen digits of longer
ones. The first cannot be seen; the second is undone where the whole column has it; the others cannot be undone, and an
id that may stand for several does not fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.values.meanings import Reading
from services.sync.kinds.column import LIKELY, PLAIN, PROVEN, Circumstances, Column, Counted, Described, Form
from services.sync.kinds.memo import Fault, Memo, Unfit, Unsettled

_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}", re.IGNORECASE)
_ZERO = re.compile(r"([0-9]+)\.0+")
_GUARDED = re.compile(r"'(?=[+0-9])")
_LONGEST_EXACT = 15
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SALESFORCE = re.compile(
    r"(?:00[0-9A-Za-z]|01[0-9A-Za-z]|02[0-9A-Za-z]|500|570|70[01]|80[01]|a[0-9A-Za-z]{2})[0-9A-Za-z]{12}"
)
_FEWEST = 3
# Cells with none of these, and of no length that Salesforce's ids have, are plain words.
_MARKS = (" ", "\t", "\xa0", "'", ".", "+")
_TELLING_LENGTHS = {0, 15, 18}
_ROUNDED = "was rounded by a spreadsheet: {} no longer says which one it was"


def salesforce_id(text: str) -> str:
    """A Salesforce id of 18 characters, from one of 15 or of 18.

    The last three characters say which of the first fifteen are capitals: bit n of each is set where the n-th letter
    of its five is one. They make up for programs that do not tell capitals apart.

    Raises
    ------
    Unfit
        It is none, or its last three characters do not belong to the others.
    """
    if len(text) == 15 and text.isascii() and text.isalnum():
        return text + salesforce_checksum(text)
    if len(text) != 18 or not text.isascii() or not text.isalnum():
        raise Unfit("is not a Salesforce ID of 15 or 18 characters")
    signs = []
    for place, sign in enumerate(text[:15]):
        bits = _ALPHABET.find(text[15 + place // 5].upper())
        capital = bits >> place % 5 & 1
        if bits < 0 or (capital and not sign.isalpha()):
            raise Unfit("is not a Salesforce ID: its last three characters do not belong to it")
        signs.append(sign.upper() if capital else sign.lower())
    return "".join(signs) + text[15:].upper()


def salesforce_checksum(first: str) -> str:
    """The three characters that complete the fifteen of a Salesforce id."""
    return "".join(
        _ALPHABET[sum(1 << place for place, sign in enumerate(first[start : start + 5]) if "A" <= sign <= "Z")]
        for start in (0, 5, 10)
    )


@dataclass
class IdEvidence(Counted):
    """Counts of ids by what they look like; an id may have several traits, such as "filled"."""

    def __post_init__(self) -> None:
        self._memo = Memo(_look)
        self._long: set[str] = set()

    @property
    def filled(self) -> int:
        return self.kinds["filled"]

    def take(self, cells: Sequence[str]) -> None:
        if self._take_plain(cells):
            return
        for text, count in Counter(cells).items():
            traits: tuple[str, ...] = self._memo[text]
            for trait in traits:
                self.kinds[trait] += count
                if trait != "filled" and (trait not in self.example or text < self.example[trait]):
                    self.example[trait] = text
            if "long" in traits and len(self._long) < _FEWEST:
                self._long.add(text)

    def _take_plain(self, cells: Sequence[str]) -> bool:
        """Take cells that are all single words and no numbers, as most programs write ids."""
        lengths = set(map(len, cells))
        together = "\n".join(cells)
        if lengths & _TELLING_LENGTHS or any(mark in together for mark in _MARKS) or any(map(str.isdecimal, cells)):
            return False
        self.kinds["filled"] += len(cells)
        return True

    @property
    def form(self) -> Form:
        """How the ids are to be read."""
        found, filled = self.kinds, self.filled
        of_numbers = found["digits"] + found["with_zero"] + found["scientific"] == filled
        shaped = found["salesforce"] == filled
        return Form(
            strip_zero=of_numbers and found["with_zero"] > 0,
            digits=of_numbers,
            rounded=len(self._long) >= _FEWEST and found["long"] == found["long_rounded"],
            salesforce=shaped and found["lettered"] > 0,
            sure=filled > 0 and (not shaped or found["lettered"] > 0),
        )

    def decide(self, one: Column, about: Circumstances) -> None:
        """Take what spreadsheets did to them as their cells show it."""
        one.form = replace(self.form, settled=one.form.settled)

    def choices(self, kind: str) -> tuple[str, ...]:
        """Only that nothing is undone."""
        return ("as_written",)

    def obey(self, one: Column, word: str) -> bool | None:
        """Take them as they are written."""
        if word != "as_written":
            return None
        one.form = PLAIN
        return True

    def describe(self, one: Column) -> Described:
        """What was seen of systems and spreadsheets, and what is damaged."""
        form, found, evidence = one.form, self.kinds, []
        if form.salesforce:
            evidence.append(f"{self.filled:,} are Salesforce IDs")
            if found["short_salesforce"]:
                evidence.append(f"{found['short_salesforce']:,} of 15 characters are completed to 18")
        if form.strip_zero:
            evidence.append(f"{found['with_zero']:,} are written like {self.example['with_zero']}: the .0 is removed")
        if found["leading_zero"]:
            evidence.append(f"{found['leading_zero']:,} begin with zeros, which are kept")
        if found["guarded"]:
            evidence.append(f"{found['guarded']:,} start with an apostrophe, which is removed")
        damaged = {"scientific": "damaged"} | ({"long": "rounded"} if form.rounded else {})
        flags = [
            f"{found[trait]:,} were {how} by a spreadsheet, such as {self.example[trait]}: export them again as text."
            for trait, how in damaged.items()
            if found[trait]
        ]
        unfit = sum(found[trait] for trait in damaged)
        readings = [Reading("as_written", "text as written", self.filled)] if form != PLAIN else []
        words = "Salesforce IDs" if form.salesforce else "IDs, kept as text"
        return Described(words, evidence, unfit, LIKELY if flags else PROVEN, readings, flags)


def _look(text: str) -> tuple[str, ...]:
    body = text.strip()
    if not body:
        return ()
    traits = ["filled"]
    if _GUARDED.match(body):
        body = body[1:]
        traits.append("guarded")
    if body.isascii() and body.isdecimal():
        traits.append("digits")
        if body.startswith("0") and len(body) > 1:
            traits.append("leading_zero")
        if len(body) > _LONGEST_EXACT:
            traits.append("long")
            if not body[_LONGEST_EXACT:].strip("0"):
                traits.append("long_rounded")
    elif _ZERO.fullmatch(body):
        traits.append("with_zero")
    elif _SCIENTIFIC.fullmatch(body):
        traits.append("scientific")
    if _SALESFORCE.match(body):
        try:
            salesforce_id(body)
        except Unfit:
            return tuple(traits)
        traits += ["salesforce"] if text.strip()[3:].isdecimal() else ["salesforce", "lettered"]
        if len(body) == 15:
            traits.append("short_salesforce")
    return tuple(traits)


class Ids:
    """Converts a column of ids: text with its case, without blanks around it or a table program's marks.

    Raises
    ------
    Unsettled
        From `convert`, where the first rows decided and a later id speaks against them.
    """

    def __init__(self, form: Form = PLAIN) -> None:
        self._form = form
        self.faulty = False

    def convert(self, cells: Sequence[str]) -> tuple[list[Any], ...]:
        form = self._form
        values: list[Any] = list(map(str.strip, cells))
        if not form.settled and not form.sure and any(values):
            raise Unsettled
        together = "\n".join(values)
        if "'" in together:
            values = [_GUARDED.sub("", value, count=1) if value[:1] == "'" else value for value in values]
        if form.digits or form.strip_zero:
            values = self._digits(values, together)
        if "E+" in together or "e+" in together:
            values = self._without(values, _SCIENTIFIC.fullmatch)
        if form.salesforce:
            values = [self._completed(value) for value in values]
        if "" in values:
            values = [value or None for value in values]
        return (values,)

    def _digits(self, values: list[Any], together: str) -> list[Any]:
        form = self._form
        if "." in together:
            if form.strip_zero:
                values = [found[1] if (found := _ZERO.fullmatch(value)) else value for value in values]
            elif not form.settled and any(map(_ZERO.fullmatch, values)):
                raise Unsettled
        of_digits = (not value or value.isdecimal() or _SCIENTIFIC.fullmatch(value) for value in values)
        if not form.settled and form.strip_zero and not all(of_digits):
            raise Unsettled
        if max(map(len, values)) > _LONGEST_EXACT:
            if not form.settled:
                raise Unsettled
            if form.rounded:
                values = self._without(values, lambda value: len(value) > _LONGEST_EXACT and value.isdecimal())
        return values

    def _without(self, values: list[Any], damaged: Callable[[str], object]) -> list[Any]:
        """Values with a fault for each that a spreadsheet has damaged."""
        faults = [Fault(_ROUNDED.format(one)) if isinstance(one, str) and damaged(one) else one for one in values]
        self.faulty = self.faulty or any(one.__class__ is Fault for one in faults)
        return faults

    def _completed(self, value: Any) -> Any:
        if not value or isinstance(value, Fault):
            return value
        try:
            return salesforce_id(value)
        except Unfit as problem:
            if not self._form.settled:
                raise Unsettled from None
            self.faulty = True
            return Fault(str(problem))
