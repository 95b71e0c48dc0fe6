"""Numbers and money as files write them.

A text is taken apart once: sign (leading or trailing minus, brackets), currency, percent sign, and the figures between.
The figures are then read with a decimal point or with a decimal comma, strictly: a group has three figures (or two, as
in 12,34,567), and all groups of a number are parted by one and the same mark. So a number of the other kind does not
become another value, it does not fit. Which of the two a column has is decided for the column (`amounts`).

A currency's sign may stand for several ("$", "kr"). Its first is the likeliest and is taken where nobody says which; a
sign that has no likeliest one says only what the amount is not.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow

from models.values.money import CODES
from services.sync.kinds.memo import Unfit
from services.sync.kinds.vocabulary import listed

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u2212": "-", "’": "'", "´": "'"})
_FIGURES = re.compile(r"[0-9][0-9.,' ]*(?:[eE][+-]?[0-9]+)?|[.,][0-9]+(?:[eE][+-]?[0-9]+)?")
_NO_MINOR = re.compile(r"[.,:]\s?[-–—]{1,2}(?=\s*[^\d]*$)")
_POINT = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<mark>[, '])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
    r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}|(?=\.))(?:\.(?P<part>[0-9]*))?(?P<power>[eE][+-]?[0-9]+)?"
)
_COMMA = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<mark>[. '])[0-9]{3}(?:(?P=mark)[0-9]{3})*|(?=,))"
    r"(?:,(?P<part>[0-9]*))?(?P<power>[eE][+-]?[0-9]+)?"
)
_SIMPLE = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_GROUPS = str.maketrans("", "", ",.' ")
# No amount, count or share needs more: 1e999999 would fill the memory when it is written out. The fraction may be as
# long again, as some programs write all digits of a binary number.
_MOST_DIGITS = 30
_LARGEST_EXPONENT = 30
_LARGEST = 2**63 - 1
_CURRENCIES = listed("currencies")
_LARGE, _WORDS = frozenset(_CURRENCIES["large"]), frozenset(_CURRENCIES["words"])
_IN_HEADER = re.compile(
    r"(?:[(\[]\s*([A-Z]{3}|[^\w\s()\[\]]{1,2})\s*[)\]]|\bin ([A-Z]{3})|[\s_-]([A-Z]{3}|[€$£¥₹]))\s*$"
)
# In what a header counts its amounts, and the currency that it counts so: "T€", "k USD", "TEUR", "$K", "M€".
_FORMS = {
    name: re.compile(form.replace("MONEY", _CURRENCIES["money"]).replace("\n", ""), re.IGNORECASE)
    for name, form in _CURRENCIES["forms"].items()
}
# Sign in lower case to the currencies that it may stand for; "" first where none is the likeliest.
_SIGNS: dict[str, tuple[str, ...]] = {
    sign: tuple(codes.replace("?", "").split(" ")) for codes, signs in _CURRENCIES["signs"].items() for sign in signs
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
    return next((name for name in ("thousands", "millions", "minor") if _FORMS[name].search(header)), "")


def header_currency(header: str) -> str:
    """The currency that a header names, such as "Total (EUR)", "Amount in USD" or "Price €"; '' where it names none."""
    if counted := _FORMS["counted"].search(header):
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
    """Compare an amount's own currency with the one in which it is to be kept.

    Raises
    ------
    Unfit
        The amount is written in another one.
    """
    if marks and currency not in marks:
        raise Unfit(f"is in {next(filter(None, marks))}, not in {currency}")


@dataclass(frozen=True, slots=True)
class Written:
    """A number taken apart: its figures without sign, currency and percent sign.

    Attributes
    ----------
    figures
        Figures, decimal sign and marks between groups.
    negative
        Whether it has a minus, before or after, or stands in brackets.
    currencies
        Which currencies its sign or code may stand for; the likeliest first.
    percent
        Whether it has a percent sign.
    """

    figures: str
    negative: bool
    currencies: tuple[str, ...]
    percent: bool


def take_apart(text: str) -> Written:
    """Part a number from what stands around it.

    Raises
    ------
    Unfit
        There is no number, or something around it that is neither sign nor currency.
    """
    body = html.unescape(text) if "&" in text else text
    body = body.translate(_SPACES).strip()
    negative = "(" in body
    if negative:
        if body.count("(") != 1 or body.count(")") != 1 or "-" in body or body.index("(") > body.index(")"):
            raise Unfit("is not a number")
        body = body.replace("(", " ").replace(")", " ").strip()
    body = _NO_MINOR.sub("", body).replace("–", "-")
    found = _FIGURES.search(body)
    if found is None:
        raise Unfit("is not a number")
    before, figures, after = body[: found.start()], found[0].strip(), body[found.end() :].strip()
    if before.endswith((".", ",")) and not currencies_of(before.strip(" -+")):
        before, figures = before[:-1], before[-1] + figures
    minus, percent, marks = _around(before.strip(), after)
    return Written(figures, negative or minus, marks, percent)


def _around(before: str, after: str) -> tuple[bool, bool, tuple[str, ...]]:
    """Minus, percent sign and currencies that stand around the figures."""
    signs = before.count("-") + before.count("+") + after.count("-") + after.count("+")
    minus = "-" in before or "-" in after
    if signs > 1 and "US-$" not in (before.upper(), after.upper()):
        raise Unfit("is not a number")
    marks: tuple[str, ...] = ()
    percent = False
    for side in (before, after):
        word = side.strip("-+ ").strip()
        if word == "%":
            percent = True
        elif word:
            named = currencies_of(word)
            if not named:
                raise Unfit("is not a number")
            marks = tuple(one for one in named if one in marks) if marks else named
            if not marks:
                raise Unfit("names two currencies")
    return minus, percent, marks


def currency_in(text: str) -> str | None:
    """The currency that is written with an amount, such as in "$1,250.00" or "116,99 €"; None where there is none."""
    try:
        found = take_apart(text).currencies
    except Unfit:
        return None
    return (found[0] or None) if found else None


def plain_number(text: str, decimal_comma: bool) -> str:
    """Rewrite a number with a point and no other marks: "1.234,50 €" is "1234.50" where the comma is decimal.

    Raises
    ------
    Unfit
        The text is not a number, or none with this decimal sign.
    """
    if text.isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS:
        return text
    if not decimal_comma and is_simple(text):
        return text
    written = take_apart(text)
    if written.percent:
        raise Unfit("is a percentage, not a number")
    return figures_of(written, decimal_comma)


def is_simple(text: str) -> bool:
    """Whether a text is a number with a point and nothing else, as most programs write it."""
    return _SIMPLE.fullmatch(text) is not None


def figures_of(written: Written, decimal_comma: bool) -> str:
    """A number that was taken apart, with a point and no other marks.

    Raises
    ------
    Unfit
        It is none with this decimal sign.
    """
    parts = (_COMMA if decimal_comma else _POINT).fullmatch(written.figures)
    if parts is None:
        other = (_POINT if decimal_comma else _COMMA).fullmatch(written.figures)
        if other is None:
            raise Unfit("is not a number")
        mine, theirs = ("point", "comma") if decimal_comma else ("comma", "point")
        raise Unfit(f"has a {mine} where the others have a {theirs}")
    whole = parts["whole"].translate(_GROUPS)
    part, power = parts["part"], parts["power"] or ""
    beyond = len(power) > 5 or abs(int(power[1:] or 0)) > _LARGEST_EXPONENT
    if len(whole) > _MOST_DIGITS or len(whole) + len(part or "") >= 2 * _MOST_DIGITS or beyond:
        raise Unfit("has too many digits for a number")
    body = whole + ("" if part is None else f".{part}") + power
    if body in ("", "."):
        raise Unfit("is not a number")
    return "-" + body if written.negative else body


def to_minor(number: str, exponent: int) -> int:
    """A plain number in a currency's minor units, half a unit rounded away from zero.

    Raises
    ------
    Unfit
        Too large to be an amount.
    """
    try:
        value = int(Decimal(number).scaleb(exponent).quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, Overflow):
        raise Unfit("is too large for an amount") from None
    if abs(value) > _LARGEST:
        raise Unfit("is too large for an amount")
    return value


def to_decimal_text(number: str) -> str:
    """A plain number as its shortest decimal text: "2.550" is "2.55", "6.0" is "6"."""
    value = Decimal(number)
    if not value:
        return "0"
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def to_integer(number: str) -> int:
    """A plain number without a fraction.

    Raises
    ------
    Unfit
        It has a fraction, or is too large.
    """
    value = Decimal(number)
    if value != value.to_integral_value():
        raise Unfit("is not a whole number")
    if abs(value) > _LARGEST:
        raise Unfit("is too large")
    return int(value)
