"""What a single cell looks like: the evidence from which delimiter, header row and column types are decided."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

EMPTY, NUMBER, DATE, EMAIL, TOKEN, WORDS, OTHER = "empty", "number", "date", "email", "token", "words", "other"

_SIGN = r"(?:[€$£¥₹]|USD|EUR|GBP|CHF|kr)"
_NUMBER = re.compile(
    rf"[-+(]?\s?{_SIGN}?\s?[-+]?(?:\d{{1,3}}(?:[ .,'\u00a0\u202f]\d{{3}})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?"
    rf"\s?(?:{_SIGN}|%)?\)?"
)
_TIME = (
    r"(?:[T ]\s?\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?"
    r"\s?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|mär|mai|maart|mrt|mei|okt|dez|janv|févr|avr|juin|juil|août|déc)[a-z]*\.?"
)
_WEEKDAY = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|mié|mie|jeu|jue|gio|ven|vie|sam|sáb|sab|dim|dom)"
    r"[^\W\d_]{0,7}\.?,?\s+)?"
)
_DATE = re.compile(
    rf"{_WEEKDAY}(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|(?:19|20)\d{{2}}[01]\d[0-3]\d"
    rf"|\d{{1,2}}[- ./]{{1,2}}{_MONTH}[- ,./]{{0,2}}\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}){_TIME}",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp][Mm])?")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_ADDRESS = re.compile(r"(?:[a-z]{2,8}://|www\.)\S+", re.IGNORECASE)
_TOKEN = re.compile(r"[\w#@&*./:+\-]+")
# No number, date or address is longer; the patterns for those look again and again at every sign of a longer text.
_LONGEST_TYPED = 320
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[\w'’&()/.:\-+#%!?*@ ]{1,120}")


# The same cells are looked at for the delimiter, the header, the kind of the file and each column.
@lru_cache(maxsize=20_000)
def cell_type(cell: str) -> str:
    """Name the plainest type that a cell's text fits."""
    text = cell.strip()
    if not text or text in ("-", "--", "NA", "N/A", "NULL", "null", "NaN"):
        return EMPTY
    if len(text) > _LONGEST_TYPED:
        return TOKEN if _TOKEN.fullmatch(text) or _ADDRESS.fullmatch(text) else OTHER
    if _DIGIT.search(text):
        if _DATE.fullmatch(text) or _CLOCK.fullmatch(text):
            return DATE
        if _NUMBER.fullmatch(text):
            return NUMBER
    if "@" in text and _EMAIL.fullmatch(text):
        return EMAIL
    if _TOKEN.fullmatch(text) or _ADDRESS.fullmatch(text):
        return TOKEN
    if _WORDS.fullmatch(text):
        return WORDS
    return OTHER


def column_type(cells: Iterable[str], share: float = 0.8) -> str:
    """Name the type that at least `share` of a column's filled cells fit; `other` where none does."""
    counts: dict[str, int] = {}
    for cell in cells:
        kind = cell_type(cell)
        if kind != EMPTY:
            counts[kind] = counts.get(kind, 0) + 1
    total = sum(counts.values())
    if not total:
        return EMPTY
    kind, most = max(counts.items(), key=lambda item: item[1])
    return kind if most >= share * total else OTHER
