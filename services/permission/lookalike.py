"""Domains that read like others: letters of two scripts in one word, or another script's letters for a known domain."""

from __future__ import annotations

import unicodedata
from typing import Final

from models import sqlite

#: Letters of other scripts that look like Latin ones, from Unicode's list of confusables (UTS 39).
_LIKE_LATIN: Final = str.maketrans("аеорсухіјѕһԁԛԝѵӏкмтονραικυχτհոսօ", "aeopcyxijshdqwvlkmtovpaikuxthnuo")
#: Japanese is written with these together.
_TOGETHER: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_KNOWN: Final = "SELECT EXISTS (SELECT 1 FROM identities WHERE kind = 'email' AND source = '' AND value LIKE ?)"


def about_domain(driver: sqlite.Connection, address: str) -> str:
    """Return what is suspicious about the domain of a normalised address, '' where nothing is."""
    domain = address.rpartition("@")[2]
    if "xn--" not in domain:
        return ""
    try:
        shown = domain.encode("ascii").decode("idna")
    except UnicodeError:
        return ""
    scripts = max((_scripts(label) for label in shown.split(".")), key=len)
    if len(scripts) > 1:
        return f"The domain “{shown}” mixes {' and '.join(sorted(scripts))} letters: check the address"
    alike = shown.translate(_LIKE_LATIN)
    if alike != shown and alike.isascii() and driver.execute(_KNOWN, (f"%@{alike}",)).fetchone()[0]:
        return f"The domain “{shown}” only looks like {alike}, which others in the book have: check the address"
    return ""


def _scripts(label: str) -> frozenset[str]:
    """The scripts of a word's letters, by the first word of their names in Unicode."""
    found = {unicodedata.name(sign, "").split(" ")[0] for sign in label if sign.isalpha()}
    return frozenset(one.capitalize() for one in (found - _TOGETHER if found & _TOGETHER else found))
