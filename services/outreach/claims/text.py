"""Text as the recognisers see it: folded letter for letter, so that a place in it is a place in what was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

_ALIKE: Final = {
    **dict.fromkeys("’‘ʼ′`´", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u200a\u2002\u2003\t", " "),
    "…": ".",
}
_NOT_PLAIN: Final = re.compile(r"[^\x00-\x7f]|[`\t]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_DOUBLED: Final = re.compile(r"([bdgklmnprt])\1$")
_IRREGULAR: Final = {
    "sent": "send", "made": "make", "told": "tell", "bought": "buy", "got": "get", "came": "come", "went": "go",
    "gone": "go", "kept": "keep", "left": "leave", "gave": "give", "given": "give", "took": "take", "taken": "take",
    "said": "say", "wrote": "write", "written": "write", "found": "find", "paid": "pay", "lost": "lose",
    "chose": "choose", "chosen": "choose", "brought": "bring", "built": "build", "began": "begin", "begun": "begin",
    "held": "hold", "knew": "know", "known": "know", "felt": "feel", "fell": "fall", "broke": "break",
    "broken": "break", "torn": "tear", "tore": "tear", "worn": "wear", "wore": "wear", "sold": "sell", "met": "meet",
    "saw": "see", "seen": "see", "spoke": "speak", "spoken": "speak", "heard": "hear", "thought": "think",
    "grew": "grow", "grown": "grow", "spent": "spend", "women": "woman", "men": "man", "people": "person",
}  # fmt: skip


class Span(NamedTuple):
    """A place in a text, in code points, end exclusive."""

    start: int
    end: int

    def meets(self, other: tuple[int, int]) -> bool:
        """Return whether the two have a place in common."""
        return self.start < other[1] and other[0] < self.end


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place, in small letters, and its stem."""

    start: int
    end: int
    text: str
    stem: str


def fold(text: str) -> str:
    """Return the text with alike characters made one, in the same length."""
    return _NOT_PLAIN.sub(lambda found: _folded(found[0]), text)


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    if letter in _ALIKE:
        return _ALIKE[letter]
    plain = unicodedata.normalize("NFKC", letter)
    if letter.isalpha() and not plain.isascii():
        return letter
    return plain if len(plain) == 1 and plain != "\n" else letter


def lower(text: str) -> str:
    """Return the text in small letters, in the same length."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def words(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """Yield the words of a folded text, without numbers."""
    for found in _WORD.finditer(text, start, len(text) if end is None else end):
        said = found.group().lower()
        yield Word(found.start(), found.end(), said, stem(said))


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text that need not be folded; of facts it is asked at every key that is typed."""
    return tuple(word.stem for word in words(fold(text)))


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return what a word's forms have in common: deliver, delivery, deliveries, delivered.

    It need not be a word: it is only compared with other stems.
    """
    plain = word.split("'")[0] if word.endswith(("'s", "s'", "'")) else word
    if "'" in plain:
        return plain
    plain = _IRREGULAR.get(plain, plain)
    if len(plain) <= 3:
        return plain
    for ending, least in (("ies", 2), ("ied", 2), ("sses", 2)):
        if plain.endswith(ending) and len(plain) >= len(ending) + least:
            return stem(plain[: -len(ending)] + ("ss" if ending == "sses" else "y"))
    if plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        plain = plain[:-1]
    for ending in ("ingly", "edly", "ing", "ed", "ly"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            plain = plain[: -len(ending)]
            break
    plain = _DOUBLED.sub(r"\1", plain)
    return re.sub(r"[eyi]+$", "", plain) if len(plain) > 3 else plain


def within(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    """Return whether a place meets one of some others."""
    return any(span[0] < end and start < span[1] for start, end in spans)
