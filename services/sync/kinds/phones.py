"""Phone numbers as they are compared: digits, international where that is known."""

from __future__ import annotations

import re
import unicodedata

from models.values.phones import FEWEST_DIGITS, MOST_DIGITS, dialled
from services.sync.kinds.vocabulary import listed

_SPOILED = re.compile(r"\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE)
# Country to its calling code and the digit that numbers within it begin with ('' where there is none).
_COUNTRIES: dict[str, tuple[str, str]] = {
    name: (code, trunk)
    for codes, names in listed("countries")["calling"].items()
    for code, _, trunk in (codes.partition(" "),)
    for name in names.split()
}


def phone_key(text: str, country: str = "") -> str:
    """A phone number as it is compared: digits, with a + where it is international; '' where it is none.

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
    body = dialled(body)
    digits = "".join(str(unicodedata.digit(sign)) for sign in body if sign.isdecimal())
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS + 3:
        return ""
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
