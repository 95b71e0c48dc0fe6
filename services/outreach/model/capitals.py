"""Names that nobody holds: a word that has a capital without need may be somebody's name, and is hidden.

No book knows every name, and people are called Olive and Summer. So each run of words with a capital is taken for a
name, but for months, days, words all in capitals, and a single word that begins a sentence. In German, where every noun
has a capital, and in a text whose language is not certain, only two of them in a row are. Names that are written small
cannot be told from words: they leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.claims.lexicon import lexicon
from services.outreach.model.known import Hit
from services.outreach.model.ordinary import is_ordinary, meant_as_word

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CAPITAL: Final = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž]")
#: Here a word has a capital because something begins.
_BEGINS: Final = re.compile(r"(?:[.!?:;…\n(“”\"‘«»•·/–—-])[\s“”\"‘’«»(]*$")
_BACK: Final = 6
_YEAR: Final = re.compile(r" (?:19|20)\d\d\b")
_GERMAN_RUN: Final = 2


def capitalised(text: str) -> Iterator[Hit]:
    """Yield runs of words with a capital that may be a name."""
    words = list(_WORD.finditer(text))
    least = _GERMAN_RUN if lexicon().language_of((word.group().lower() for word in words), "de") == "de" else 1
    run: list[re.Match[str]] = []
    for word in words:
        if run and text[run[-1].end() : word.start()] not in (" ", "-", ". ", " & "):
            yield from _hit(text, run, least)
            run = []
        if _may_be_a_name(text, word):
            run.append(word)
        else:
            yield from _hit(text, run, least)
            run = []
    yield from _hit(text, run, least)


def _hit(text: str, run: list[re.Match[str]], least: int) -> Iterator[Hit]:
    alone = len(run) == 1 and _begins(text, run[0].start()) and text[run[0].end() :].strip(" .!") != ""
    if len(run) >= least and not alone:
        said = text[run[0].start() : run[-1].end()]
        yield Hit(run[0].start(), run[-1].end(), "name", said.casefold(), said)


def _may_be_a_name(text: str, word: re.Match[str]) -> bool:
    said, known = word.group(), lexicon()
    small = said.lower()
    if not _CAPITAL.match(said) or said.isupper() or _YEAR.match(text, word.end()):
        return False
    if small in known.capital | known.months.keys() | known.weekdays.keys() or meant_as_word(text, *word.span()):
        return False
    return not (_begins(text, word.start()) and (known.is_common(small) or is_ordinary(said)))


def _begins(text: str, start: int) -> bool:
    return start == 0 or _BEGINS.search(text[max(0, start - _BACK) : start]) is not None
