"""Currencies as amounts carry them: signs, codes and short names, before or after the number.

A sign may stand for several currencies ("$", "kr"). Its first is the likeliest and is taken where nobody says which;
a sign that has no likeliest one says only what the amount is not.
"""

from __future__ import annotations

import re

from models.values.money import CODES
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import listed

# Codes that are believed at the end of a header without brackets: "Total EUR"; others may be words.
_LARGE = frozenset(("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR"))
# Codes that are English words: "Sales (ALL)" are all sales, and none in Albanian lek.
_WORDS = frozenset(("ALL", "TOP", "CUP"))
_IN_HEADER = re.compile(
    r"(?:[(\[]\s*([A-Z]{3}|[^\w\s()\[\]]{1,2})\s*[)\]]|\bin ([A-Z]{3})|[\s_-]([A-Z]{3}|[€$£¥₹]))\s*$"
)
_MONEY = r"(?:€|£|\$|eur|euros?|usd|gbp|chf|us\$|dollars?)"
# A currency that is counted in thousands or millions: "T€", "k USD", "TEUR", "$K", "M€".
_COUNTED = re.compile(
    rf"(?<![^\W_])(?:[tkm]|mio\.?|mn|mill?\.?)[. ]?({_MONEY})(?![^\W_])|({_MONEY})\s?k(?![^\W_])", re.IGNORECASE
)
_SCALES = {
    "thousands": re.compile(
        rf"(?<![^\W_])[tk][. ]?{_MONEY}(?![^\W_])|{_MONEY}\s?k(?![^\W_])"
        r"|[(\[]\s*(?:in )?(?:k|tsd\.?|000s?|'000)\s*[)\]]"
        r"|\b(?:in[ _](?:thousands?|tausend|tsd)|en[ _](?:milliers|miles))\b|\bthousands\b",
        re.IGNORECASE,
    ),
    "millions": re.compile(
        rf"(?<![^\W_])(?:m|mio\.?|mn|mill?\.?) ?{_MONEY}(?![^\W_])"
        r"|\b(?:in|en)[ _](?:millions?|millionen|mio|millones)\b",
        re.IGNORECASE,
    ),
    "minor": re.compile(
        r"(?<!per[ _])(?<![^\W_])(?:cents?|centimes?|c[eé]ntimos?|pence|minor(?:[ _]units?)?|rappen)(?![^\W_])",
        re.IGNORECASE,
    ),
}
# Sign in lower case to the currencies that it may stand for; "" first where none is the likeliest.
_SIGNS: dict[str, tuple[str, ...]] = {
    sign: tuple(codes.replace("?", "").split(" "))
    for codes, signs in listed("currencies")["signs"].items()
    for sign in signs
}


def currencies_of(mark: str) -> tuple[str, ...]:
    """The currencies that a sign or code may stand for, the likeliest first ('' where none is); none if unknown."""
    if mark.upper() in CODES:
        return (mark.upper(),)
    return _SIGNS.get(mark.lower(), ())


def currency_of(text: str) -> str:
    """The ISO code that a code or sign stands for.

    Raises
    ------
    Unfit
        It is not a currency, or may be several and none is the likeliest.
    """
    code = text.strip().upper()
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    found = currencies_of(text.strip())
    if not found:
        raise Unfit("is not a currency")
    if not found[0]:
        raise Unfit(f"could be {', '.join(found[1:-1])} or {found[-1]}: write the code")
    return found[0]


def header_scale(header: str) -> str:
    """In what the amounts of a column are counted: `thousands` ("T€", "k USD"), `millions`, `minor` ("cents") or ''."""
    return next((name for name, form in _SCALES.items() if form.search(header)), "")


def header_currency(header: str) -> str:
    """The currency that a header names, such as "Total (EUR)", "Amount in USD" or "Price €"; '' where it names none."""
    if counted := _COUNTED.search(header):
        return currencies_of(counted[1] or counted[2])[0]
    found = _IN_HEADER.search(header)
    if found is None:
        return ""
    word = next(filter(None, found.groups()))
    named = currencies_of(word)
    if not named or word in _WORDS or (word.isalpha() and found[3] and word not in _LARGE):
        return ""
    return named[0]


def agree(marks: tuple[str, ...], currency: str) -> None:
    """Hold an amount's own currency against the one that it is to be kept in.

    Raises
    ------
    Unfit
        The amount is written in another one.
    """
    if marks and currency not in marks:
        raise Unfit(f"is in {next(filter(None, marks))}, not in {currency}")
