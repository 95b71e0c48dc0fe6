"""Whether a text needs a person today: it is urgent and angry at once, in words of four languages.

Haste alone is an ordinary request, and anger alone a bad review. So what a text says is counted by the patterns under
``[pressing]`` in `resources/lexicon`: what is angry, was not answered, is shouted or threatens to bring in others, and
what stands still or is at stake, is demanded, or has to be done at once. Thanks and friendly questions count against
it, and so does what is over. `docs/distress.md` has the figures on texts by other writers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from models.values import words
from services.distress.leaving_words import QUOTED, own_words, sentences
from services.distress.lexicon import WORD, lexicons, plain

#: A text is read so far.
_READ: Final = 4_000
_REMEMBERED: Final = 10_000
#: So many sentences in a row are weighed together: a long text says much, here and there, that presses nobody.
_IN_A_ROW: Final = 5
_QUOTED: Final = 2
#: A text with so many points presses.
_BAR: Final = 9
#: By kind, the points of each different thing that is said, and how many of them count.
_POINTS: Final = {
    "anger": (3, 3), "unanswered": (3, 3), "standstill": (3, 3), "stakes": (3, 3), "now": (2, 3), "demand": (3, 2),
    "escalate": (2, 2), "shouted": (1, 2), "marks": (1, 2), "calm": (-3, 3), "over": (-5, 2),
}  # fmt: skip
#: These two speak for the whole text, wherever they stand.
_OF_WHOLE: Final = ("calm", "over")
#: A word in capitals is shouted from three letters on, and one alone may be a name.
_CAPITALS: Final = re.compile(r"\b[A-ZÀ-ÖØ-Þ]{3,}\b")
_SHOUTED: Final = 2
_MARKS: Final = re.compile(r"[!?]{2,}|!")


class _Language(NamedTuple):
    """One language's patterns by their names, and its commonest words."""

    patterns: Mapping[str, re.Pattern[str]]
    common: frozenset[str]


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(
        _Language(
            {name: re.compile(rf"\b(?:{'|'.join(found)})") for name, found in file["pressing"].items()},
            frozenset(file["common"].split()),
        )
        for file in lexicons()
    )


@lru_cache(_REMEMBERED)
def presses(text: str | None) -> str | None:
    """Return the two sentences in a row that press most of a text that needs a person today, None of any other text.

    Parameters
    ----------
    text
        What a customer wrote, or what was noted of them, in English, German, French or Spanish.
    """
    said = sentences(own_words(text[:_READ])) if text else []
    languages = _languages_of("".join(said)) if said else []
    if max((_weighed(language, said) for language in languages), default=0) < _BAR:
        return None
    pairs = ["".join(said[first : first + _QUOTED]) for first in range(max(1, len(said) - _QUOTED + 1))]
    return words.shortened(max(pairs, key=lambda one: max(_sum(_counted(each, one)) for each in languages)), QUOTED)


def _languages_of(text: str) -> list[_Language]:
    """The language whose commonest words a text has most of; of equal ones each."""
    said = WORD.findall(plain(text))
    known = {place: sum(word in one.common for word in said) for place, one in enumerate(_languages())}
    return [_languages()[place] for place, count in known.items() if count == max(known.values())]


def _weighed(language: _Language, said: list[str]) -> int:
    """The points of the sentences in a row that press most."""
    whole = _counted(language, "".join(said))
    if _points(whole) < _BAR or len(said) <= _IN_A_ROW:
        return _points(whole)
    rows = range(len(said) - _IN_A_ROW + 1)
    found = (_counted(language, "".join(said[first : first + _IN_A_ROW])) for first in rows)
    return max(_points(one | {name: whole[name] for name in _OF_WHOLE}) for one in found)


def _counted(language: _Language, text: str) -> dict[str, int]:
    """How many different things of each kind a text says."""
    flat = plain(text)
    found = {name: len({match[0] for match in one.finditer(flat)}) for name, one in language.patterns.items()}
    return found | {"shouted": _shouted(language, text), "marks": len(_MARKS.findall(text))}


def _shouted(language: _Language, text: str) -> int:
    """How many common words, and words that press, stand in capitals; others may be headings, names and codes."""
    found = {plain(word) for word in _CAPITALS.findall(text)}
    return sum(word in language.common or any(one.match(word) for one in language.patterns.values()) for word in found)


def _points(found: Mapping[str, int]) -> int:
    """The points of what is said; none where it could wait, or nothing is angry and they do not ask for it at once.

    That an answer is missing is a reminder, and not anger, unless something stands still or they say so with force.
    Capitals are such force, and alone no anger: headings and notices have them too.
    """
    hurries = found["now"] or found["standstill"] or found["stakes"]
    shouted = found["shouted"] >= _SHOUTED
    forceful = found["standstill"] or found["marks"] or found["escalate"] or found["unanswered"] > 1 or shouted
    angry = found["anger"] or (found["unanswered"] and forceful)
    stuck = found["standstill"] and found["now"] and found["demand"] and not found["calm"]
    return _sum(found) if hurries and (angry or stuck) else 0


def _sum(found: Mapping[str, int]) -> int:
    return sum(points * min(found[name], most) for name, (points, most) in _POINTS.items())
