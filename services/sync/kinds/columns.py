"""A converter for each kind of field: a column of text in, one or two columns of values out.

An empty cell becomes None; a cell that does not fit becomes a `Fault`, which the stage turns into a rejected row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Protocol

from models.values.money import exponent
from services.sync.kinds import words
from services.sync.kinds.column import Column, Form
from services.sync.kinds.durations import to_seconds
from services.sync.kinds.ids import Ids
from services.sync.kinds.memo import Memo, Unfit, Unsettled
from services.sync.kinds.moments import Moments
from services.sync.kinds.numbers import (
    agree,
    currency_in,
    currency_of,
    figures_of,
    is_simple,
    plain_number,
    take_apart,
    to_decimal_text,
    to_integer,
    to_minor,
)
from services.sync.kinds.phones import phone_key
from services.sync.kinds.vocabulary import is_nothing, listed, phrase

Values = tuple[list[Any], ...]
_MOST_UNKNOWN = 1_000
_HOUR = 3_600
_KINDS_UNKNOWN = "Orders with an unknown type or status, or only partly returned, count as purchases"
_TURNED = "1 is the best mark on this scale, so marks were reversed"
_TYPED = frozenset(listed("kinds")["such"]["typed"])


class Converter(Protocol):
    """Turns cells into values and knows whether any cell did not fit."""

    def convert(self, cells: Sequence[str]) -> Values:
        """Columns of values for a column of cells."""

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""


class OneColumn:
    """One value a cell, each distinct text converted once."""

    def __init__(self, convert: Callable[[str], Any], *, typed: bool = False) -> None:
        self.memo = Memo(lambda text: None if is_nothing(text, typed=typed) else convert(text))

    def convert(self, cells: Sequence[str]) -> Values:
        return (list(map(self.memo.__getitem__, cells)),)

    @property
    def faulty(self) -> bool:
        return self.memo.faulty


class Texts:
    """Text that seldom repeats: no memory of it is kept."""

    faulty = False

    def convert(self, cells: Sequence[str]) -> Values:
        return ([cell.strip() or None for cell in cells],)


class Told(OneColumn):
    """Words of other systems; those that are not known are kept, so that a person is told what they were taken for."""

    def __init__(
        self, convert: Callable[[str], Any], knows: Callable[[str], bool], said: str, *, typed: bool = False
    ) -> None:
        #: By what is said of them.
        self.found: dict[str, set[str]] = {said: set()}

        def noting(text: str) -> Any:
            if not knows(text):
                self.note(said, text.strip())
            return convert(text)

        super().__init__(noting, typed=typed)

    def note(self, said: str, text: str) -> None:
        """Keep a text of which something is said."""
        texts = self.found.setdefault(said, set())
        if len(texts) < _MOST_UNKNOWN:
            texts.add(text)


class Statuses(Told):
    """How contracts stand; what a part of a word tells is said, with what it was taken for."""

    def __init__(self) -> None:
        def guessing(text: str) -> str:
            if guessed := words.guessed_contract_status(text):
                self.note(f"By part of a word, contract statuses were read as {guessed}", text.strip())
            return words.to_contract_status(text)

        unknown = "Unrecognised contract statuses count as unknown"
        super().__init__(guessing, lambda text: words.to_contract_status(text) != "unknown", unknown)


class Stages(Told):
    """A stage of this program, and where two columns are wanted the stage as the file has it."""

    def __init__(self, both: bool) -> None:
        self._both = both
        super().__init__(words.to_stage, words.knows_stage, "Unknown stages were read as Identified")

    def convert(self, cells: Sequence[str]) -> Values:
        stages = super().convert(cells)
        return (*stages, [cell.strip() or None for cell in cells]) if self._both else stages


class Days:
    """A moment in one column: its day, or the moment where a text has one."""

    def __init__(self, form: Form, zone: tzinfo, *, exact: bool) -> None:
        self._moments = Moments(form.order, form.zone or zone, form.settled)
        self._exact = exact

    def convert(self, cells: Sequence[str]) -> Values:
        days, moments = self._moments.convert(cells)
        return ([at or day for day, at in zip(days, moments, strict=True)] if self._exact else days,)

    @property
    def faulty(self) -> bool:
        return self._moments.faulty


class Amounts:
    """Money in minor units; each currency has its own exponent, and an amount written in another one does not fit."""

    def __init__(self, form: Form, currency: str) -> None:
        self._form = form
        self._currency = currency
        self._memos: dict[str, OneColumn] = {}
        self._own = Memo(currency_in)

    @property
    def faulty(self) -> bool:
        return any(memo.faulty for memo in self._memos.values())

    def convert(self, cells: Sequence[str]) -> Values:
        """Minor units of a column whose currency is that of the file."""
        return self._in(self._currency).convert(cells)

    def convert_in(self, cells: Sequence[str], currencies: Sequence[Any]) -> Values:
        """Minor units of a column whose currency stands beside each amount."""
        bare = self._form.bare or self._currency
        named = {currency if isinstance(currency, str) else bare for currency in set(currencies)}
        if len(named) == 1:
            return self._in(named.pop()).convert(cells)
        return (
            [
                self._in(currency if isinstance(currency, str) else bare).memo[cell]
                for cell, currency in zip(cells, currencies, strict=True)
            ],
        )

    def currencies_of(self, cells: Sequence[str]) -> list[str | None] | None:
        """The currency of each amount, None where nothing says it; nothing where the column is in one currency.

        Raises
        ------
        Unsettled
            Not all cells of the column were seen when that was decided.
        """
        if not self._form.own_currency:
            return None
        if not self._form.settled:
            raise Unsettled
        bare = self._form.bare or None
        return [self._own[cell] or bare for cell in cells]

    def _in(self, currency: str) -> OneColumn:
        if currency not in self._memos:
            form, places = self._form, exponent(currency)
            self._memos[currency] = OneColumn(
                lambda text: to_minor(_scaled(_number(text, form, currency), form, places), places), typed=True
            )
        return self._memos[currency]


def make_converter(column: Column, zone: tzinfo, currency: str) -> Converter:
    """The converter of a mapped column."""
    kind, form = column.field.kind, column.form
    if kind == "id":
        return Ids(form)
    if kind == "long_text":
        return Texts()
    if kind == "moment":
        return Moments(form.order, form.zone or zone, form.settled)
    if kind in ("date", "instant"):
        return Days(form, zone, exact=kind == "instant")
    if kind == "money":
        return Amounts(form, currency)
    if kind == "contract_status":
        return Statuses()
    if kind == "stage":
        return Stages(both=len(column.field.columns) == 2)
    if column.field.name == "preferences":
        return OneColumn(_preferences)
    if kind == "order_kind":
        if words.is_cancelled_flag(column.header):
            return Told(words.to_cancelled, words.knows_cancelled, _KINDS_UNKNOWN)
        status = words.is_status(column.header)
        return Told(lambda text: words.to_order_kind(text, status=status), words.knows_order_kind, _KINDS_UNKNOWN)
    if kind == "one_of":
        values = {phrase(word): value for value, said_so in column.field.words for word in said_so}
        otherwise, unknown = column.field.otherwise, column.field.unknown
        return Told(lambda text: values.get(phrase(text), otherwise), lambda text: phrase(text) in values, unknown)
    if kind in ("rating", "score") and (scale := words.turned_scale(column.header)) is not None:
        turned = words.to_turned_rating if kind == "rating" else words.to_turned_score
        return Told(lambda text: turned(text, scale), lambda text: not words.is_turned_mark(text), _TURNED, typed=True)
    if kind in _TOLD:
        return Told(*_TOLD[kind], typed=kind == "rating")
    if kind == "decimal" and form.scale:
        places = exponent(currency)
        return OneColumn(lambda text: to_decimal_text(_scaled(_number(text, form), form, places)), typed=True)
    return OneColumn(_plain_converter(column), typed=kind in _TYPED)


def _plain_converter(column: Column) -> Callable[[str], Any]:
    form = column.form
    number: dict[str, Callable[[str], Any]] = {
        "decimal": lambda text: to_decimal_text(_number(text, form)),
        "integer": lambda text: to_integer(_number(text, form)),
        "number": lambda text: float(_number(text, form)),
        "score": lambda text: _score(text, form),
        "percent": lambda text: _share(text, form),
        "duration": lambda text: _duration(text, form),
        "hours": lambda text: round(_duration(text, form) / _HOUR, 2),
        "birth_year": lambda text: words.to_birth_year(text, form.year),
    }
    return number.get(column.field.kind) or _WORDS[column.field.kind]


def _number(text: str, form: Form, currency: str = "", *, share: bool = False) -> str:
    """A number of a column with a point and no other marks; in this currency, if one is given."""
    if text.isdecimal() or (form.sure and not form.comma and is_simple(text)):
        return plain_number(text, form.comma)
    written = take_apart(text)
    if written.percent and not share:
        raise Unfit("is a percentage, not a number")
    try:
        if currency:
            agree(written.currencies, currency)
        number = figures_of(written, form.comma)
        if not form.sure and number != figures_of(written, not form.comma):
            raise Unfit("has a point or comma that could mark thousands or decimals")
    except Unfit:
        if not form.settled:
            raise Unsettled from None
        raise
    return number


def _scaled(number: str, form: Form, places: int) -> str:
    """A number that counts thousands, millions or the smallest unit of a currency, in whole units of it."""
    if not form.scale:
        return number
    return format(Decimal(number).scaleb({"thousands": 3, "millions": 6, "minor": -places}[form.scale]), "f")


#: Kinds whose words are told where they are not known: how they are read, whether they are known, and what is said.
_TOLD: dict[str, tuple[Callable[[str], Any], Callable[[str], bool], str]] = {
    "phone": (
        lambda text: text.strip().removeprefix("'"),
        lambda text: bool(phone_key(text)) or is_nothing(text, typed=True),
        "Cells that are not phone numbers are kept unchanged "
        "(if a spreadsheet damaged them, export them again as text)",
    ),
    "rating": (
        *(words.to_rating, words.is_whole_rating),
        "Ratings between two whole numbers were rounded, with halves rounded up",
    ),
    "consent": (
        *(words.to_consent, words.knows_consent),
        "Words that do not say whether consent was given count as unknown",
    ),
    "ticket_status": (
        *(words.to_ticket_status, words.knows_ticket_status),
        "Unknown ticket statuses were read as open",
    ),
}
_WORDS: dict[str, Callable[[str], Any]] = {
    "text": str.strip,
    "email": words.to_email,
    "boolean": words.to_boolean,
    "flag_deleted": words.to_boolean,
    "sentiment": words.to_sentiment,
    "currency": currency_of,
    "opt_out": words.to_opt_out,
    "mail_kind": words.to_mail_kind,
    "activity_kind": lambda text: "_".join(text.strip().lower().replace("-", " ").split()),
    "survey_kind": words.to_survey_kind,
    "direction": words.to_direction,
    "gender": words.to_gender,
}


def _score(text: str, form: Form) -> float | words.Mark:
    if any(map(str.isdecimal, text)) and "/" not in text and not any(map(str.isalpha, text)):
        return float(_number(text, form, share=True))
    return words.to_score(text)


def _share(text: str, form: Form) -> float:
    share = float(_number(text, form, share=True))
    if form.hundred or "%" in text:
        share /= 100
    if not 0 <= share <= 1:
        if not form.settled:
            raise Unsettled
        raise Unfit("is not a percentage between 0 and 100 %")
    return share


def _duration(text: str, form: Form) -> int:
    try:
        return to_seconds(text, form.unit, form.clock)
    except Unfit:
        if not form.settled and not form.clock:
            raise Unsettled from None
        raise


def _preferences(text: str) -> str:
    """Preferences as a JSON object; what is not JSON is kept as a note."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        found = {"note": text.strip()}
    return json.dumps(found, ensure_ascii=False, sort_keys=True)
