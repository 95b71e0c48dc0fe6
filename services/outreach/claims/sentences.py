"""Sentences of an email with their places: abbreviations, initials, decimals and dates end none of them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from services.outreach.claims.lexicon import closings, lexicon, shortened
from services.outreach.claims.text import Span, fold

#: After these a full stop ends nothing. Months and titles by their usual short forms.
#: These end a sentence only where the next word begins one.
_EITHER: Final = frozenset(["etc", "inc", "ltd", "co", "corp", "a.m", "p.m", "no"])
_END: Final = re.compile(r"(?<![.!?])[.!?]++[\"')\]]*+(?=\s|$)")
_BEFORE: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|\.(?=[^\W\d_]))*$")
_BLOCK: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+|\n(?=[ \t]*(?:[-*•·]|\d{1,2}[.)])[ \t])")
_LINE: Final = re.compile(r"\n")
_ORDINAL: Final = re.compile(r"\d\.")
_WORD: Final = re.compile(r"\s([^\W\d_]+)")
_NEXT: Final = re.compile(r"\S")
_BULLET: Final = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)])[ \t]+")
_MOST_CLOSING: Final = 6
#: No word before a full stop is looked at beyond so many letters.
_BACK: Final = 24
#: A name as people sign has so many words at the most, each with a capital but for these.
_MOST_SIGNED: Final = 4
_PARTICLES: Final = frozenset({"de", "la", "der", "van", "von", "zu"})
#: What is longer is no sentence to anybody: its lines are, if it has some.
LONGEST_SENTENCE: Final = 1000


def sentences(text: str) -> tuple[Span, ...]:
    """Return the sentences of a folded text in order; together they hold all its words.

    A blank line and a list's item end a sentence too; a mere line break within a paragraph does not, unless the line
    above it is a closing such as "Kind regards,".
    """
    found: list[Span] = []
    for block in _blocks(text):
        start = block.start
        bullet = _BULLET.match(text, start, block.end)
        start = bullet.end() if bullet else start
        for end in (*_ends(text, start, block.end), block.end):
            _add(found, text, start, end)
            start = end
    return tuple(found)


def says_anything(text: str) -> bool:
    """Return whether a text holds a sentence with a word in it, beside its closing."""
    folded = fold(text)
    said = (folded[start:end] for start, end in sentences(folded))
    return any(not is_sign_off(one) and any(letter.isalnum() for letter in one) for one in said)


def typed_signature(body: str) -> str:
    """Return the name that stands alone in the line under the closing, '' where the text does not end with one."""
    *_, closing, last = ("", "", *(line for line in fold(body).splitlines() if line.strip()))
    words = last.split()
    named = all(word.strip(".").replace("-", "").replace("'", "").isalpha() for word in words)
    called = all(word[0].isupper() or word in _PARTICLES for word in words)
    return last.strip() if is_sign_off(closing) and named and called and len(words) <= _MOST_SIGNED else ""


def is_sign_off(line: str) -> bool:
    """Return whether a line closes the email: "Warm regards,"."""
    words = line.strip().lower().rstrip(",.!").split()
    if not 0 < len(words) <= _MOST_CLOSING or line.strip()[-1:] in tuple("?!:;"):
        return False
    plain = [word.strip(",") for word in words]
    may, must = closings()
    return plain == ["thank", "you"] or (may.issuperset(plain) and not must.isdisjoint(plain))


def _blocks(text: str) -> list[Span]:
    blocks = []
    start = 0
    for found in _BLOCK.finditer(text):
        blocks.append(Span(start, found.start()))
        start = found.end()
    blocks.append(Span(start, len(text)))
    return [part for block in blocks for part in _closing(text, block)]


def _closing(text: str, block: Span) -> list[Span]:
    """Part the closing line, and what stands under it, from a paragraph."""
    parts = []
    start = block.start
    while (end := text.find("\n", start, block.end)) >= 0:
        line = text[start:end]
        if is_sign_off(line):
            if start > block.start:
                parts.append(Span(block.start, start))
            return [*parts, Span(start, end), Span(end + 1, block.end)]
        start = end + 1
    if start > block.start and is_sign_off(text[start : block.end]):
        return [Span(block.start, start), Span(start, block.end)]
    return [block]


def _ends(text: str, start: int, end: int) -> list[int]:
    return [found.end() for found in _END.finditer(text, start, end) if _is_end(text, start, found, end)]


def _is_end(text: str, start: int, found: re.Match[str], end: int) -> bool:
    marks = found.group()
    rest = _NEXT.search(text, found.end(), end)
    if rest is None:
        return True
    before = _BEFORE.search(text, max(start, found.start() - _BACK), found.start())
    if before is None and _ORDINAL.match(text, found.start() - 1) and _month_follows(text, found.end(), end):
        return False
    if set(marks) & set("!?") or marks.startswith("..") or before is None:
        return not rest.group().islower()
    word = before.group().lower()
    if word in _EITHER:
        return rest.group().isupper()
    if word in shortened() or (len(word) == 1 and word != "i"):
        return False
    return not rest.group().islower()


def _month_follows(text: str, start: int, end: int) -> bool:
    """Whether a number with a full stop is a day: "zum 1. Februar"."""
    word = _WORD.match(text, start, end)
    return word is not None and word[1].lower() in lexicon().months


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    if end - start > LONGEST_SENTENCE:
        lines = [start, *(one.end() for one in _LINE.finditer(text, start, end)), end]
    else:
        lines = [start, end]
    for first, last in pairwise(lines):
        one = text[first:last]
        if said := one.strip():
            at = first + len(one) - len(one.lstrip())
            found.append(Span(at, at + len(said)))
