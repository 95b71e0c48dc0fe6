"""A converter for each kind of field: a column of text in, one or two columns of values out.

An empty cell becomes None; a cell that does not fit becomes a `Fault`, which the stage turns into a rejected row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any, Protocol

from models.values.money import exponent
from services.sync.map.plan import MappedColumn
from services.sync.validate import words
from services.sync.validate.memo import Memo, Unfit
from services.sync.validate.moments import Moments
from services.sync.validate.numbers import (
    currency_of,
    plain_number,
    to_decimal_text,
    to_integer,
    to_minor,
)

Values = tuple[list[Any], ...]
_NOTHING = frozenset(("", "-", "--", "NULL", "null", "N/A", "n/a", "NaN", "nan", "None"))


class Converter(Protocol):
    """Turns cells into values and knows whether any cell did not fit."""

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""


class OneColumn:
    """One value a cell, each distinct text converted once."""

    def __init__(self, convert: Callable[[str], Any]) -> None:
        self.memo = Memo(lambda text: None if text.strip() in _NOTHING else convert(text))

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""
        return (list(map(self.memo.__getitem__, cells)),)

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""
        return self.memo.faulty


class Ids:
    """Ids of other systems: text with its case, without blanks around it or a table program's marks."""

    faulty = False

    def __init__(self, strip_zero: bool, apostrophe: bool = False) -> None:
        self._strip_zero = strip_zero
        self._apostrophe = apostrophe

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""
        values: list[Any] = list(map(str.strip, cells))
        if self._strip_zero:
            values = [value[:-2] if value.endswith(".0") else value for value in values]
        if self._apostrophe:
            values = [value.removeprefix("'") for value in values]
        if "" in values:
            values = [value or None for value in values]
        return (values,)


class Texts:
    """Text that seldom repeats: no memory of it is kept."""

    faulty = False

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""
        return ([cell.strip() or None for cell in cells],)


class Stages:
    """A stage of this program, and the stage as the file has it."""

    faulty = False

    def __init__(self, both: bool) -> None:
        self._both = both
        self._memo = Memo(lambda text: words.to_stage(text) if text.strip() else None)
        self.unknown: set[str] = set()

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""
        stages = list(map(self._memo.__getitem__, cells))
        for text in self._memo:
            if text.strip() and not words.knows_stage(text):
                self.unknown.add(text.strip())
        return (stages, [cell.strip() or None for cell in cells]) if self._both else (stages,)


class Days:
    """The first of the two columns of a moment."""

    def __init__(self, order: str, zone: tzinfo) -> None:
        self._moments = Moments(order, zone)

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""
        return (self._moments.convert(cells)[0],)

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""
        return self._moments.faulty


class Amounts:
    """Money in minor units; each currency has its own exponent."""

    def __init__(self, comma: bool, currency: str) -> None:
        self._comma = comma
        self._places = exponent(currency)
        self._memos: dict[int, OneColumn] = {}

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""
        return any(memo.faulty for memo in self._memos.values())

    def convert(self, cells: Sequence[str]) -> Values:
        """Minor units of a column whose currency is that of the file."""
        return self._of(self._places).convert(cells)

    def convert_in(self, cells: Sequence[str], currencies: Sequence[Any]) -> Values:
        """Minor units of a column whose currency stands beside each amount."""
        places = {exponent(currency) if isinstance(currency, str) else self._places for currency in set(currencies)}
        if len(places) == 1:
            return self._of(places.pop()).convert(cells)
        return (
            [
                self._of(exponent(currency) if isinstance(currency, str) else self._places).memo[cell]
                for cell, currency in zip(cells, currencies, strict=True)
            ],
        )

    def _of(self, places: int) -> OneColumn:
        if places not in self._memos:
            comma = self._comma
            self._memos[places] = OneColumn(lambda text: to_minor(plain_number(text, comma), places))
        return self._memos[places]


def make_converter(column: MappedColumn, zone: tzinfo, currency: str) -> Converter:
    """The converter of a mapped column."""
    kind = column.field.kind
    if kind == "id":
        return Ids(column.strip_zero, column.apostrophe)
    if kind == "long_text":
        return Texts()
    if kind == "moment":
        return Moments(column.order, zone)
    if kind == "date":
        return Days(column.order, zone)
    if kind == "money":
        return Amounts(column.comma, currency)
    if kind == "stage":
        return Stages(both=len(column.field.columns) == 2)
    if column.field.name == "preferences":
        return OneColumn(_preferences)
    return OneColumn(_plain_converter(column))


def _plain_converter(column: MappedColumn) -> Callable[[str], Any]:
    comma = column.comma
    number: dict[str, Callable[[str], Any]] = {
        "decimal": lambda text: to_decimal_text(plain_number(text, comma)),
        "integer": lambda text: to_integer(plain_number(text, comma)),
        "number": lambda text: float(plain_number(text, comma)),
        "percent": lambda text: _share(text, column.hundred),
    }
    return number.get(column.field.kind) or _WORDS[column.field.kind]


_WORDS: dict[str, Callable[[str], Any]] = {
    "text": str.strip,
    "phone": lambda text: text.strip().removeprefix("'"),
    "email": words.to_email,
    "boolean": words.to_boolean,
    "flag_deleted": words.to_boolean,
    "rating": words.to_rating,
    "sentiment": words.to_sentiment,
    "currency": currency_of,
    "consent": words.to_consent,
    "order_kind": words.to_order_kind,
    "mail_kind": words.to_mail_kind,
    "activity_kind": lambda text: "_".join(text.strip().lower().replace("-", " ").split()),
    "ticket_status": words.to_ticket_status,
    "survey_kind": words.to_survey_kind,
}


def _share(text: str, hundred: bool) -> float:
    value = float(plain_number(text.strip().removesuffix("%"), decimal_comma=False))
    share = value / 100 if hundred else value
    if not 0 <= share <= 1:
        raise Unfit("is no share between 0 and 100 %")
    return share


def _preferences(text: str) -> str:
    """Preferences as a JSON object; what is no JSON is kept as a note."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        found = {"note": text.strip()}
    return json.dumps(found, ensure_ascii=False, sort_keys=True)
