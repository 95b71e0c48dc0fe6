"""What tickets are about: their kind, telling words of their subject, and products that they name. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from models.values.emerging import About

Topic = tuple[About, str]

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LONGEST_NAME = 6
_LEAST_LETTERS = 4
_EMPTY_WORDS = Path(__file__).resolve().parents[2] / "resources" / "topics" / "empty_words.toml"


@cache
def empty_words() -> frozenset[str]:
    """Words that say nothing of what a ticket is about."""
    lists: dict[str, str] = tomllib.loads(_EMPTY_WORDS.read_text(encoding="utf-8"))
    return frozenset(word for text in lists.values() for word in text.split())


def words_of(text: str) -> list[str]:
    """The words of a text in small letters; numbers, and so ids and dates, are none."""
    return [match.group().casefold() for match in _WORD.finditer(text)]


def names_of(products: Iterable[str]) -> Mapping[tuple[str, ...], str]:
    """Products by the words of their names; a name of one short word would be found everywhere, and is left out."""
    found = {}
    for name in products:
        key = tuple(words_of(name))[:_LONGEST_NAME]
        if len(key) > 1 or (key and len(key[0]) > 2 * _LEAST_LETTERS):
            found[key] = name
    return found


def topics_of(kind: str | None, subject: str, text: str, names: Mapping[tuple[str, ...], str]) -> set[Topic]:
    """All that one ticket is about.

    Parameters
    ----------
    names
        Products by the words of their names, see `names_of`.
    """
    found: set[Topic] = set()
    if kind and kind.strip():
        found.add(("ticket kind", kind.strip()))
    said = words_of(subject)
    named = {name: key for key, name in _named([*said, "", *words_of(text)], names)} if names else {}
    found |= {("product in tickets", name) for name in named}
    own = {word for key in named.values() for word in key}
    telling = [word if _tells(word) and word not in own else "" for word in said]
    found |= {("ticket words", word) for word in telling if len(word) >= _LEAST_LETTERS}
    found |= {("ticket words", f"{first} {second}") for first, second in pairwise(telling) if first and second}
    return found


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in empty_words()


def _named(said: list[str], names: Mapping[tuple[str, ...], str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The products that are named, the longest name at each place."""
    at = 0
    while at < len(said):
        for length in range(min(_LONGEST_NAME, len(said) - at), 0, -1):
            key = tuple(said[at : at + length])
            if key in names:
                yield key, names[key]
                at += length - 1
                break
        at += 1


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Share of the smaller set that lies in the other, 0 to 1."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
