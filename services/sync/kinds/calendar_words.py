"""Names of months and weekdays in English, German, French and Spanish, whole and shortened."""

from __future__ import annotations

import unicodedata

_MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "januar", "jaenner", "janner", "janvier", "enero"),
    ("february", "februar", "feber", "fevrier", "febrero"),
    ("march", "marz", "maerz", "mrz", "mars", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "aout", "agosto"),
    ("september", "septembre", "septiembre", "setiembre"),
    ("october", "oktober", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "decembre", "diciembre"),
)
_WEEKDAY_NAMES = """
monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
lunes martes miercoles jueves viernes sabado domingo mie jue vie sab dom
"""
_WEEKDAYS = frozenset(_WEEKDAY_NAMES.split())
# Short forms that are no beginning of a month's name.
_SHORT = {"jun": 6, "jul": 7, "juil": 7, "mrz": 3, "jan": 1, "jän": 1}
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
