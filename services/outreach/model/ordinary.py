"""Names that are words: a customer who is called "Gold" or "Customer" garbles no text that speaks of gold or customers.

Written small such a word names nobody, and where the words around it show that it is meant as a word it stays, too.
Everywhere else it is taken for the name: that costs nothing, as it is put back as it was written.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from services.distress.lexicon import lexicons

_FILE: Final = Path(__file__).resolve().parents[3] / "resources" / "vocabulary" / "names_that_are_words.txt"
#: What follows a word that is meant as such: "Gold tier", "Customer since", "Will you", "May I".
_AFTER: Final = re.compile(
    r"[\s\-]+(?:tiers?|members?|membership|status|plan|level|card|since|services?|support|care|orders?|numbers?|ids?"
    r"|accounts?|success|experience|feedback|reviews?|tickets?|deals?|edition|collection|you|i|we|they|he|she|it|this"
    r"|that|these|those|the|a|an|my|our|your|there|of|seit|nummer|konto|depuis|num[eé]ro|desde|n[uú]mero)\b",
    re.IGNORECASE,
)
#: Where a word of grammar ("An", "So") is somebody's name after all: after a greeting, or before a comma or an "'s".
_CALLED: Final = re.compile(
    r"(?:\b(?:dear|hi|hello|hey|thanks|thank you|mr|mrs|ms|dr|frau|herr|hallo|liebe[rs]?|danke|bonjour|ch[eè]re?|merci"
    r"|monsieur|madame|hola|gracias|se[ñn]ora?)\b[\s.,]*)$",
    re.IGNORECASE,
)


def is_ordinary(name: str) -> bool:
    """Return whether a name is a word of everyday use in one of four languages."""
    return name.casefold() in _ordinary() or _is_grammar(name)


def meant_as_word(text: str, start: int, end: int) -> bool:
    """Return whether an everyday word at its place in a text names nobody."""
    found = text[start:end]
    if not is_ordinary(found):
        return False
    if found.islower() or _AFTER.match(text, end):
        return True
    return _is_grammar(found) and not (_CALLED.search(text[:start]) or text[end : end + 1] in (",", "'", "’"))


def _is_grammar(word: str) -> bool:
    return word.casefold() in _grammar()


@cache
def _ordinary() -> frozenset[str]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _grammar() -> frozenset[str]:
    return frozenset(word for language in lexicons() for word in language["common"].split())
