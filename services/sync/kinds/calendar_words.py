"""Names of months and weekdays in English and six other languages, whole and shortened."""

from __future__ import annotations

import unicodedata

from services.sync.kinds.vocabulary import listed

_LISTED = listed("calendar")
_MONTHS: list[list[str]] = _LISTED["months"]
_WEEKDAYS = frozenset(_LISTED["weekdays"].split())
# Short forms that are no beginning of a month's name.
_SHORT: dict[str, int] = _LISTED["short"]
_SHORTEST = 3


def _bare(word: str) -> str:
    """A word without case and accents."""
    parts = unicodedata.normalize("NFD", word.casefold().strip("."))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def month_of(word: str) -> int | None:
    """The month that a name or its beginning stands for, 1–12; None where it is none or could be two."""
    bare = _bare(word)
    if bare in _SHORT:
        return _SHORT[bare]
    if len(bare) < _SHORTEST:
        return None
    found = {number for number, names in enumerate(_MONTHS, 1) if any(name.startswith(bare) for name in names)}
    return found.pop() if len(found) == 1 else None


def is_weekday(word: str) -> bool:
    """Whether a word is the name of a weekday, whole or shortened."""
    return _bare(word) in _WEEKDAYS
