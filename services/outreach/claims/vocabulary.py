"""The word lists and patterns of resources/claims, read once and compiled."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.outreach.claims.text import stem

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "claims"


@dataclass(frozen=True)
class Vocabulary:
    """Words by what they do in a sentence, as stems; and turns of phrase that mean a word.

    Attributes
    ----------
    light, courteous, felt
        State nothing; state nothing in a courteous letter; state nothing that we would have to prove of ourselves.
    said
        Tell what customers said.
    openers, capital
        Begin a sentence without being a name; have a capital without being one (as written in small letters).
    counted, units
        What ordinals and numbers count, as meanings.
    alike
        The stem that stands for all of one meaning.
    idioms
        Turns of phrase that state nothing.
    phrases
        What to find in a folded text in small letters, and the stems that it means.
    """

    light: frozenset[str]
    courteous: frozenset[str]
    felt: frozenset[str]
    said: frozenset[str]
    openers: frozenset[str]
    counted: frozenset[str]
    units: frozenset[str]
    capital: frozenset[str]
    alike: dict[str, str]
    idioms: re.Pattern[str]
    phrases: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]

    def meaning(self, word: str) -> str:
        """Return the stem that stands for a stem's meaning."""
        return self.alike.get(word, word)


@dataclass(frozen=True)
class Patterns:
    """Patterns of one kind, each with what is said where it is found."""

    all: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def vocabulary() -> Vocabulary:
    """Return the words."""
    raw = _read("words")
    alike: dict[str, str] = {}
    for line in raw["alike"].strip().splitlines():
        found = [stem(word) for word in line.split()]
        alike |= dict.fromkeys(found, found[0])
    return Vocabulary(
        **{name: frozenset(map(stem, raw[name].split())) for name in ("light", "courteous", "felt", "said", "openers")},
        **{
            name: frozenset(alike.get(stem(word), stem(word)) for word in raw[name].split())
            for name in ("counted", "units")
        },
        capital=frozenset(raw["capital"].split()),
        alike=alike,
        idioms=re.compile("|".join(rf"\b(?:{one})\b" for one in raw["idioms"])),
        phrases=tuple(
            (
                re.compile(rf"\b(?:{one['finds']})\b"),
                tuple(alike.get(stem(word), stem(word)) for word in one["means"].split()),
            )
            for one in raw["phrase"]
        ),
    )


@cache
def forbidden(kind: str) -> Patterns:
    """Return the patterns of what never goes out: scores | fields | markup | links."""
    groups: dict[str, list[str]] = _read("forbidden")[kind]
    return Patterns(
        tuple((label, re.compile("|".join(f"(?:{_scoped(one)})" for one in some))) for label, some in groups.items())
    )


@cache
def segment_names() -> frozenset[str]:
    """Return the names of segments, with their capitals, that are words too."""
    return frozenset(_read("forbidden")["segment_names"])


@cache
def offers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of what gives something away, and of the words with which it is offered."""
    raw = _read("offers")
    return re.compile("|".join(f"(?:{one})" for one in raw["finds"])), re.compile(raw["offering"])


def _scoped(pattern: str) -> str:
    """A pattern's ``(?m)`` holds only for itself among others; ``^`` without it is the beginning of the text."""
    return f"(?m:{pattern[4:]})" if pattern.startswith("(?m)") else pattern


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def shortened() -> frozenset[str]:
    """Return the abbreviations after which a full stop ends no sentence."""
    return frozenset(_read("words")["shortened"].split())


@cache
def closings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of which a closing line may be made, and those of which it has one at least."""
    raw = _read("words")
    closes = frozenset(raw["closes"].split())
    return closes | frozenset(raw["may_close"].split()), closes
