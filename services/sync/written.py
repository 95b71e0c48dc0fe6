"""Numbers and amounts as a person writes them, read alike wherever one is asked for, with either decimal sign."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from models.values.errors import UserError
from models.values.money import exponent
from models.values.words import count
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.memo import Unfit
from services.sync.kinds.numbers import figures_of, plain_number, take_apart, to_minor

#: Words for thousands and millions behind a number: 12k, 1.5M, 3 Mio. €, 15 tkr.
_COUNTED: Final = re.compile(
    r"(?P<number>.*\d)\s*(?:(?P<thousands>[kK]|[Tt]sd\.?|t(?=kr\b))|(?P<millions>M|[Mm]io\.?|[Mm]ln\.?|mn))"
    r"(?:(?<=t)|(?![a-zA-Z]))\s*(?P<behind>[^\d]*)"
)
#: A figure with an exponent is one that a program wrote, or a slip: 1e3.
_EXPONENT: Final = re.compile(r"\d[eE][+-]?\d")
_THREE_BEHIND: Final = re.compile(r"[.,]\d{3}$")


def number_of(text: str, *, fraction: bool = False) -> tuple[Decimal, bool]:
    """Return the number that a person wrote, and whether in percent; three digits after a mark are thousands.

    A percentage has no thousands: 12.125 % is a fraction. ``fraction``: nor has this figure, such as an exchange rate.

    Raises
    ------
    UserError
        It is none, or an amount with its currency.
    """
    refused = UserError(f"“{text.strip()}” is not a figure such as 5, 1200.50 or 20%.")
    evidence = Numbers()
    evidence.take([text])
    try:
        written = take_apart(text)
        comma = evidence.kinds.keys() <= {"comma", "," if fraction or written.percent else "."}
        number = Decimal(figures_of(written, comma))
    except Unfit:
        raise refused from None
    if written.currencies:
        raise refused
    return number, written.percent


def amount_of(label: str, text: str, currency: str) -> int:
    """Return the amount of money that a person wrote, in minor units of a currency: 1.5M is one and a half million.

    Raises
    ------
    UserError
        It is none, is too large, has more decimal places than the currency, or could be thousands or a fraction.
    """
    bare, power = _counted(text)
    if _EXPONENT.search(text) or (power and _THREE_BEHIND.search(bare)):
        raise UserError(f"{label} “{text.strip()}” can be read in more than one way. Write all its digits.")
    try:
        comma = decimal_comma(label, bare, currency, power=power)
        return int(Decimal(plain_number(bare, comma)).scaleb(exponent(currency) + power))
    except Unfit as unfit:
        raise UserError(f"{label} “{text.strip()}” {unfit}.") from None


def _counted(text: str) -> tuple[str, int]:
    """Return an amount without its word for thousands or millions, and its power of ten."""
    found = _COUNTED.fullmatch(text.strip())
    if found is None:
        return text, 0
    return f"{found['number']} {found['behind']}".strip(), 3 if found["thousands"] else 6


def decimal_comma(label: str, text: str, currency: str, *, power: int = 0) -> bool:
    """Return whether the comma is the decimal sign of an amount; three digits after a mark are thousands, as in 1.200.

    ``power``: the power of ten that a word behind the amount stands for.

    Raises
    ------
    UserError
        It is too large, has more decimal places than the currency, or could be thousands or a fraction.
    """
    evidence, digits = Numbers(), exponent(currency)
    evidence.take([text])
    (reading,) = evidence.kinds or ("none",)
    if reading in (".", ",") and digits == 3:
        raise UserError(f"{label}: {text.strip()} could be thousands or a fraction. Write it without a mark.")
    comma = reading in ("comma", ".")
    if reading == "none":
        return comma
    number = plain_number(text, comma)
    to_minor(number, digits + power)  # refuses what no amount can be
    if Decimal(number).scaleb(digits + power) % 1:
        decimals = count(digits, "decimal place") if digits else "no decimal places"
        raise UserError(f"{label} {text.strip()} is too precise: {currency} has {decimals}. Round it first.")
    return comma
