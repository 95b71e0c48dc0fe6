"""How well a few typed letters fit a name: beginnings first, then typing mistakes, then letters in order.

One number from 0 (does not fit) to about 1.2; what is typed is matched word by word, without case and accents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

EXACT, PREFIX, MISTAKEN, INSIDE, SCATTERED = 1.0, 0.9, 0.6, 0.5, 0.4
#: What is found by its description only counts so much.
ALIAS_SHARE: Final = 0.7
#: Below this share of the best fit something is noise.
NOISE_SHARE: Final = 0.5
_NO_WORD: Final = re.compile(r"[^\w]+")


def rank(query: str, text: str, aliases: str = "") -> float:
    """Return how well ``query`` fits ``text``, or less well its ``aliases``; 0 where it does not fit."""
    tokens = words_of(query)
    if not tokens:
        return 0.0
    own = _rank(tokens, words_of(text))
    # Each letter typed may stand for a word: "sb" for "sample book".
    own = own or _initials("".join(tokens), words_of(text))
    other = _rank(tokens, words_of(f"{text} {aliases}")) * ALIAS_SHARE if aliases and own < ALIAS_SHARE else 0.0
    return max(own, other)


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return tuple(word for word in _NO_WORD.split(plain) if word)


def distance(left: str, right: str, most: int) -> int:
    """Letters changed, missing, added or swapped between two words; ``most`` + 1 for more than that."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before, row = [], list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _rank(tokens: tuple[str, ...], words: tuple[str, ...]) -> float:
    """Every token must fit some word; the mean of their fits, more for the first word and for the order."""
    total, places = 0.0, []
    for token in tokens:
        fit, place = max(((_fit(token, word), -at) for at, word in enumerate(words)), default=(0.0, 0))
        if fit == 0.0:
            return 0.0
        total += fit
        places.append(-place)
    score = total / len(tokens)
    score += 0.1 if places and places[0] == 0 else 0.0
    score += 0.05 if places == sorted(places) and len(places) > 1 else 0.0
    # Of two that fit alike, the one with less besides what was typed.
    return score - 0.002 * min(20, max(0, len(words) - len(tokens)))


def _fit(token: str, word: str) -> float:
    if word == token:
        return EXACT
    if word.startswith(token):
        return PREFIX + 0.05 * len(token) / len(word)
    if len(token) >= 4 and _mistaken(token, word):
        return MISTAKEN
    if len(token) >= 3 and token in word:
        return INSIDE
    if len(token) >= 3 and word[0] == token[0] and _in_order(token, word) and 2 * len(token) >= len(word):
        return SCATTERED
    return 0.0


def _mistaken(token: str, word: str) -> bool:
    """Whether the token is the word's beginning with a mistake in it, with two in a long one."""
    most = 1 if len(token) < 8 else 2
    lengths = range(len(token) - most, len(token) + most + 1)
    return any(distance(token, word[:length], most) <= most for length in lengths if length > most)


def _in_order(token: str, word: str) -> bool:
    letters = iter(word)
    return all(letter in letters for letter in token)


def _initials(letters: str, words: tuple[str, ...]) -> float:
    initials = "".join(word[0] for word in words)
    if 2 <= len(letters) <= len(initials) and letters in initials:
        return SCATTERED + 0.1 * len(letters) / len(initials)
    return 0.0
