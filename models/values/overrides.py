"""Values of overrides: what a person knows better than a model, for how long and why; read from text, said in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from models.values import words
from models.values.errors import UserError
from models.values.money import exponent
from models.values.scores import SEGMENTS

#: The figures that a person may set, with their names.
FIGURES: Final = {
    "churn_risk": "churn risk",
    "health": "health",
    "engagement": "engagement",
    "segment": "segment",
    "clv": "lifetime value",
}
#: An override ends within so many days: what nobody looked at for a year is no knowledge any more.
LONGEST_DAYS: Final = 366
MOST_REASON: Final = 200
_MOST_MINOR: Final = 10**13

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Override:
    """One figure of one customer as a person set it.

    Attributes
    ----------
    figure, value
        One of `FIGURES`; a share of 1, a score of 100, a segment's name, or minor units of the book's currency.
    made_at, made_by
        Moment (UTC) and person.
    expires_on
        The last day on which it counts.
    """

    id: int
    customer_id: int
    figure: str
    value: Value
    reason: str
    made_at: str
    made_by: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class OverrideMark:
    """An override as it is shown beside its figure.

    Attributes
    ----------
    title
        The figure's name: "churn risk".
    short
        "set by you until 3 Jan".
    model
        What the model says, in its figure's words: "62 %"; "nothing" where it says nothing.
    line
        All of it: "Churn risk is set by you until 3 Jan: they renewed by phone; the model says 62 %".
    """

    figure: str
    title: str
    value: Value
    short: str
    model: str
    reason: str
    until: str

    @property
    def line(self) -> str:
        """The mark in one sentence."""
        return f"{words.capital(self.title)} is {self.short}: {self.reason}; the model says {self.model}"


def parse_value(figure: str, text: str, currency: str) -> Value:
    """Read what a person typed for a figure.

    Parameters
    ----------
    figure
        One of `FIGURES`.
    text
        A risk as "20 %", 20 or 0.2 (a bare 1 could be either), a score from 0 to 100, a segment's name,
        an amount of ``currency``.

    Raises
    ------
    UserError
        With what to write instead.
    """
    bare = " ".join(text.split())
    if figure == "segment":
        return _segment(bare)
    if figure == "churn_risk":
        return checked_value(figure, _risk(bare))
    number = _number(bare.removesuffix(currency).strip())
    if figure == "clv":
        if number is None:
            raise UserError(f"Write the lifetime value as an amount of {currency}, such as 5000.")
        return checked_value(figure, round(number.scaleb(exponent(currency))))
    if figure not in FIGURES:
        return checked_value(figure, bare)
    if number is None:
        raise UserError(f"Write {FIGURES[figure]} as a number from 0 to 100.")
    return checked_value(figure, float(number))


def checked_value(figure: str, value: Value) -> Value:
    """Return a value as it is kept, or say why it is none for this figure.

    Raises
    ------
    UserError
        An unknown figure, or a value outside its bounds.
    """
    if figure not in FIGURES:
        raise UserError(f"“{figure}” cannot be overridden; choose one of: {', '.join(FIGURES.values())}.")
    if figure == "segment":
        return _segment(str(value))
    if isinstance(value, str) or value != value:
        raise UserError(f"Write {FIGURES[figure]} as a number.")
    if figure == "churn_risk":
        if not 0 <= value <= 1:
            raise UserError(f"Churn risk must be between 0 and 100{words.THIN}%.")
        return round(float(value), 4)
    if figure == "clv":
        if not 0 <= value <= _MOST_MINOR:
            raise UserError("Lifetime value cannot be negative or this large; write an amount such as 5000.")
        return round(value)
    if not 0 <= value <= 100:
        raise UserError(f"{words.capital(FIGURES[figure])} must be between 0 and 100.")
    return round(float(value), 1)


def stored_value(figure: str, text: str) -> Value:
    """Return a value from its text in the store."""
    if figure == "segment":
        return text
    return int(text) if figure == "clv" else float(text)


def value_words(figure: str, value: Value | None, currency: str) -> str:
    """Return a figure's value in words: "20 %", "55 of 100", "$5,000", "Champion"; "nothing" for None."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value
    if figure == "churn_risk":
        return words.percent(value)
    return words.money(int(value), currency) if figure == "clv" else f"{words.whole(value)} of 100"


def model_words(figure: str, value: Value | None, currency: str) -> str:
    """Return what the model says as `value_words` would, but foretells nothing as certain: ">99 %"."""
    if figure == "churn_risk" and isinstance(value, int | float):
        return words.chance(value)
    return value_words(figure, value, currency)


def _risk(text: str) -> float:
    signed = text.endswith("%")
    number = _number(text.removesuffix("%").strip(f" {words.THIN}"))
    if number is None:
        raise UserError(f"Write the churn risk as a percentage, such as 20{words.THIN}%.")
    if number == 1 and not signed:
        raise UserError(f"1 may be one percent or all: write 1{words.THIN}% or 100{words.THIN}%.")
    return float(number / 100 if signed or number > 1 else number)


def _segment(text: str) -> str:
    for name in SEGMENTS:
        if name.casefold() == text.casefold():
            return name
    raise UserError(f"“{text}” is not a segment; choose one of: {', '.join(reversed(SEGMENTS))}.")


def _number(text: str) -> Decimal | None:
    """Return a number; a comma before three digits parts thousands, any other stands for a point."""
    bare = text.replace(words.THIN, "").replace(" ", "").lstrip("$€£¥")
    whole, comma, rest = bare.rpartition(",")
    if comma:
        bare = f"{whole}{rest}".replace(",", "") if len(rest.partition(".")[0]) == 3 and whole else f"{whole}.{rest}"
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None
