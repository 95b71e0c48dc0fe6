"""Phone numbers as they are compared: digits, international where that is known."""

from __future__ import annotations

import re
import unicodedata

from models.values.phones import FEWEST_DIGITS, MOST_DIGITS, dialled
from services.sync.kinds.vocabulary import listed

# As a spreadsheet writes a number that it took for a fraction, and what stands between two numbers of one cell.
_FRACTION = re.compile(r"(\+?\d{7,})\.0$")
_BETWEEN = re.compile(r"\s+[/|]\s+|\s*[;,|\n]\s*|\s+(?:or|oder|ou|o)\s+")
_FEWEST_OF_SEVERAL = 7
_SPOILED = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
# Country to its calling code and the digit that numbers within it begin with ('' where there is none).
_COUNTRIES: dict[str, tuple[str, str]] = {
    name: (code, trunk)
    for codes, names in listed("countries")["calling"].items()
    for code, _, trunk in (codes.partition(" "),)
    for name in names.split()
}


# Calling code to how many digits numbers behind it have, where that is the same for nearly all.
_DIGITS: dict[str, range] = {
    code: range(int(least), int(most) + 1)
    for lengths, codes in listed("countries")["digits"].items()
    for least, _, most in (lengths.partition("-"),)
    for code in codes.split()
}
#: Calling code to the numbers that are shorter or longer than the others there, behind the code.
_UNUSUAL: dict[str, re.Pattern[str]] = {code: re.compile(form) for code, form in listed("countries")["unusual"].items()}


def phone_key(text: str, country: str = "") -> str:
    """A phone number as it is compared: digits, with a + where it is international; '' where it is none.

    Of several numbers in one cell the first is meant. One that is too short or too long for its country is none.

    Parameters
    ----------
    text : str
        As written: "+44 (0)20 5550 1234 ext. 7".
    country : str
        Where the number is, a code or a name in English, German, French or Spanish; a number that does not say its
        country is completed with it. '' or one that is not known: the number stays national.
    """
    body = text.strip()
    if is_spoilt(body):
        return ""
    body = dialled(_first_of(_FRACTION.sub(r"\1", body)))
    digits = "".join(str(unicodedata.digit(sign)) for sign in body if sign.isdecimal())
    key = _complete(body, digits, country)
    if any(key.startswith(f"+{code}") and form.fullmatch(key, len(code) + 1) for code, form in _UNUSUAL.items()):
        return key
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS + 3 or not digits.strip("0"):
        return ""
    code = next((key[1:end] for end in (2, 3, 4) if key[1:end] in _DIGITS), "") if key.startswith("+") else ""
    return key if not code or len(key) - 1 - len(code) in _DIGITS[code] else ""


def _first_of(body: str) -> str:
    """The first of several numbers of a cell; the cell itself where there is one."""
    parts = _BETWEEN.split(body)
    several = len(parts) > 1 and all(sum(map(str.isdecimal, part)) >= _FEWEST_OF_SEVERAL for part in parts)
    return parts[0] if several else body


def _complete(body: str, digits: str, country: str) -> str:
    """The digits of a number with the code of its country, where it or the country says that."""
    if body.lstrip("'( ").startswith("+"):
        return "+" + digits
    if digits.startswith("00") and len(digits) > 9:
        return "+" + digits[2:]
    known = _COUNTRIES.get(_bare(country)) if country else None
    if known is None:
        return digits
    code, trunk = known
    if code == "1":
        national = digits.removeprefix("1") if len(digits) == 11 else digits
        return "+1" + national if len(national) == 10 else digits
    if trunk and digits.startswith(trunk):
        return f"+{code}{digits.removeprefix(trunk)}"
    if digits.startswith(code) and len(digits) > 10:
        return "+" + digits
    return f"+{code}{digits}"


def is_spoilt(text: str) -> bool:
    """Whether a spreadsheet wrote a number so that nobody can call it: 4.42056E+11."""
    return _SPOILED.fullmatch(text.strip()) is not None


def _bare(country: str) -> str:
    parts = unicodedata.normalize("NFD", country.strip())
    return "".join(sign for sign in parts if sign.isascii() and sign.isalpha()).upper()
