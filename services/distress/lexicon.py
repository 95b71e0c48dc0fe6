"""The sentiment of what customers write, and how pressing their tickets are, by words in four languages.

The words are data: `resources/lexicon`, a file for each language.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import filterfalse
from pathlib import Path
from typing import Any, Final

LEXICON_FILES: Final = Path(__file__).resolve().parents[2] / "resources" / "lexicon"
#: A word of a text that is made plain.
WORD: Final = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)*")
_PLAIN: Final = str.maketrans(
    {"'": "’", "‘": "’", "`": "’", "´": "’", "ß": "ss", "œ": "oe", "æ": "ae", "¿": " ", "¡": " "}
)


@dataclass(frozen=True, slots=True)
class _Language:
    """One language's lexicon, compiled."""

    common: frozenset[str]
    phrases: re.Pattern[str]
    weights: Mapping[str, float]
    negations: frozenset[str]
    stronger: frozenset[str]


@cache
def lexicons() -> tuple[Mapping[str, Any], ...]:
    """The lexicon of each language as its file has it, read once."""
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(LEXICON_FILES.glob("??.toml")))


@cache
def _languages() -> tuple[_Language, ...]:
    return tuple(map(_language, lexicons()))


def _language(data: Mapping[str, Any]) -> _Language:
    feeling = data["sentiment"]
    weights = {plain(word): value for name, value in _WEIGHTS.items() for word in feeling[name].split()}
    phrases = [plain(phrase) for phrase in feeling["mocking"]]
    return _Language(
        common=frozenset(data["common"].split()),
        phrases=re.compile(rf"\b(?:{'|'.join(phrases)})\b"),
        weights=weights | {_joined(phrase): _WEIGHTS["very_bad"] for phrase in phrases},
        negations=frozenset(plain(feeling["negations"]).split()),
        stronger=frozenset(plain(feeling["stronger"]).split()),
    )


_WEIGHTS: Final = {"good": 1.0, "very_good": 2.0, "bad": -1.0, "very_bad": -2.0}


def _joined(phrase: str) -> str:
    """A phrase as one word."""
    return phrase.replace(" ", "’")


def plain(text: str) -> str:
    """A text as it is compared: lower case, without accents, with one kind of apostrophe."""
    if text.isascii():
        return text.lower().replace("'", "’").replace("`", "’")
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFD", text.translate(_PLAIN).lower())))


def sentiment_of(text: str) -> float | None:
    """The sentiment of a text from -1 to 1, or None where no word of it tells.

    Each language's words are counted; the language that knows most of them is the text's, of two that know as many
    the one whose common words it has.
    """
    own = plain(text)
    best, value = (0.0, 0), None
    for language in _languages():
        words = WORD.findall(language.phrases.sub(lambda found: _joined(found[0]), own))
        score, weight = _score(words, language)
        known = (weight, sum(word in language.common for word in words))
        if weight and known > best:
            best, value = known, round(max(-1.0, min(1.0, score / (weight + 1))), 3)
    return value


def _score(words: list[str], language: _Language) -> tuple[float, float]:
    """The weighted sum of a text's words, and the sum of the weights without their sign."""
    score = total = 0.0
    times, reach = 1.0, 0
    for word in words:
        value = language.weights.get(word, 0.0)
        if value:
            weight = abs(value) * times
            score += weight * (1 if value > 0 else -1) * (-0.7 if reach else 1.0)
            total += weight
            times, reach = 1.0, 0
        elif word in language.negations:
            reach = 4
        elif word in language.stronger:
            times = 1.5
        else:
            times, reach = 1.0, max(0, reach - 1)
    return score, total


@cache
def _priorities() -> dict[str, int]:
    data = tomllib.loads((LEXICON_FILES / "priorities.toml").read_text(encoding="utf-8"))
    return {plain(word): rank for rank, name in ((1, "high"), (2, "urgent")) for word in data[name]}


def urgency(priority: str | None) -> int:
    """How pressing a ticket's priority is, in the words of whatever system: 2 urgent, 1 high, 0 neither."""
    return _priorities().get(" ".join(WORD.findall(plain(priority))) or priority.strip(), 0) if priority else 0
