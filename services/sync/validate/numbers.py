"""Numbers, money and shares as files write them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, Overflow

from services.sync.validate.memo import Unfit

_SIGNS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "R$": "BRL",
    "zł": "PLN",
    "₽": "RUB",
    "₩": "KRW",
    "৳": "BDT",
    "₺": "TRY",
    "₪": "ILS",
    "Kč": "CZK",
    "Ft": "HUF",
    "Fr.": "CHF",
    "S$": "SGD",
    "HK$": "HKD",
}
_CODES = frozenset(
    [
        "AED",
        "ARS",
        "AUD",
        "BDT",
        "BGN",
        "BHD",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "COP",
        "CZK",
        "DKK",
        "EGP",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "ISK",
        "JOD",
        "JPY",
        "KES",
        "KRW",
        "KWD",
        "MAD",
        "MXN",
        "MYR",
        "NGN",
        "NOK",
        "NZD",
        "OMR",
        "PEN",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TND",
        "TRY",
        "TWD",
        "UAH",
        "USD",
        "UYU",
        "VND",
        "XAF",
        "XOF",
        "ZAR",
    ]
)
_NOT_NUMBER = re.compile(r"[^\d.,+\-()eE'’\s\u00a0\u202f]")
_MARKS = re.compile(r"[\s\u00a0\u202f'’]")
_PLAIN = re.compile(r"[-+]?(?=\.?\d)(\d*)(?:\.\d*)?(?:[eE]([-+]?\d+))?")
# No amount, count or share needs more: 1e999999 would fill the memory when it is written out. The fraction may be as
# long again, as some programs write all digits of a binary number.
_MOST_DIGITS = 30
_LARGEST_EXPONENT = 30
_LARGEST = 2**63 - 1


def currency_of(text: str) -> str:
    """The ISO code that a code or sign stands for."""
    code = text.strip().upper()
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    found = _SIGNS.get(text.strip())
    if found is None:
        raise Unfit("is no currency")
    return found


def currency_in(text: str) -> str | None:
    """The currency that is written with an amount, such as in "$1,250.00" or "116,99 €"; None where there is none."""
    rest = _MARKS.sub("", re.sub(r"[\d.,+\-()%]", "", text))
    if not rest:
        return None
    if rest in _SIGNS:
        return _SIGNS[rest]
    return rest.upper() if rest.upper() in _CODES else None


def plain_number(text: str, decimal_comma: bool) -> str:
    """Rewrite a number with a point and no other marks: "1.234,50 €" is "1234.50" where the comma is decimal.

    Raises
    ------
    Unfit
        The text is no number.
    """
    if text.isdecimal() and text.isascii() and len(text) <= _MOST_DIGITS:
        return text
    body = text.strip()
    negative = body.startswith("(") and body.endswith(")")
    if currency_in(body) is not None:
        body = _NOT_NUMBER.sub("", body)
    body = _MARKS.sub("", body.strip("()") if negative else body)
    if body.endswith("-") and not body.startswith("-"):
        body = "-" + body[:-1]
    if decimal_comma:
        body = body.replace(".", "").replace(",", ".")
    else:
        if "," in body and re.search(r",\d{1,2}$|,\d{4,}$", body):
            raise Unfit("is no number" if "." in body else "has a comma where the others have a point")
        body = body.replace(",", "")
    parts = _PLAIN.fullmatch(body)
    if not parts:
        raise Unfit("is no number")
    if len(parts[1]) > _MOST_DIGITS or len(body) > 2 * _MOST_DIGITS or _is_beyond(parts[2] or "0"):
        raise Unfit("has too many digits for a number")
    if negative:
        body = "-" + body.lstrip("+-")
    return body.lstrip("+")


def _is_beyond(exponent: str) -> bool:
    return len(exponent) > 4 or abs(int(exponent)) > _LARGEST_EXPONENT


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
        raise Unfit("is no whole number")
    if abs(value) > _LARGEST:
        raise Unfit("is too large")
    return int(value)
