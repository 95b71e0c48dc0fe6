"""What never goes to a customer, and no reason makes right: scores and labels, open fields, mark-up, hidden letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import forbidden, phrase, segment_names
from services.outreach.claims.text import Span, fold, lower

BREAKS_OFF: Final = "the text stops mid-sentence here"
_HIDDEN: Final = frozenset(["Cc", "Cf", "Co", "Cn", "Cs"])
_ENDED: Final = re.compile(r"[.!?:,;][\"')\]]*$")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SHARED_WORDS: Final = 4


def find_forbidden(part: Part) -> Iterator[Found]:
    """Yield scores and labels, open fields, mark-up, and where a text breaks off."""
    for kind, group in (("score", "scores"), ("field", "private"), ("field", "fields"), ("markup", "markup")):
        for label, pattern in forbidden(group):
            for found in pattern.finditer(part.small):
                meant = _spelled_so(part, kind, found) and not (group == "private" and _reassured(part, found))
                if found.end() > found.start() and meant:
                    yield Found(found.start(), found.end(), kind, label=label)
    yield from _segments(part)
    yield from _alert_reasons(part)
    yield from _hidden(part)
    if part.last_said is not None:
        yield from _broken_off(part, part.last_said)


def find_links(part: Part) -> Iterator[Found]:
    """Yield links, addresses and phone numbers; ours and those of the facts are right."""
    held = [
        lower(fold(text))
        for source in part.sources.all
        for text in (source.fact.words, *(v.text for v in source.fact.values))
    ]
    taken: list[Span] = []
    for label, pattern in sorted(forbidden("links"), key=lambda one: one[0] != "an address"):
        for found in pattern.finditer(part.small):
            span = Span(found.start(), found.end())
            if label == "a phone number" and _no_phone(found.group()):
                continue
            if any(span.meets(one) for one in taken):
                continue
            taken.append(span)
            said = found.group().rstrip(".,;:!?")
            ours = any(said in one for one in (*part.context.own_links, *held))
            yield Found(
                span.start,
                span.start + len(said),
                "link",
                ours="yours" if ours else "",
                label=f"{label} that is not in your data",
            )


def _no_phone(said: str) -> bool:
    """Whether figures and marks are too few for a phone number, or a date or a sum."""
    figures = [one for one in said if one.isdigit()]
    return len(figures) < 7 or bool(
        re.fullmatch(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}", said) or re.fullmatch(r"\d{1,3}([., ]\d{3})+(\.\d+)?", said)
    )


def _spelled_so(part: Part, kind: str, found: re.Match[str]) -> bool:
    """Whether what was found is what it looks like: "nan" and "null" are names too where they have a capital.

    Nor is a part of the customer's own name an open field: Xx-holding.
    """
    if kind != "field":
        return True
    if found.group() in ("nan", "null") and part.text.find(found.group()) < 0:
        return False
    if found.group() == "todo" and not part.text[found.start() : found.end()].isupper():
        return part.small[found.end() : found.end() + 1] == ":"  # Spanish for all
    return not any(
        place.start() <= found.start() and found.end() <= place.end()
        for name in (lower(fold(one)) for one in part.context.own_names)
        if name and name != found.group()
        for place in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", part.small)
    )


def _reassured(part: Part, found: re.Match[str]) -> bool:
    """Whether a clause says that nobody asks for what it names: "We never ask for your password"."""
    clause = part.clause_at(found.start())
    reassured = list(phrase("reassured").finditer(part.small, *clause))
    asked = phrase("asked").finditer(part.small, *clause)
    return (
        bool(reassured)
        and not phrase("given").match(part.small, found.end())
        and all(any(one.start() <= each.start() < one.end() for one in reassured) for each in asked)
    )


def _segments(part: Part) -> Iterator[Found]:
    names = segment_names()
    starts = {one.start for one in part.sentences}
    for found in _WORD.finditer(part.text):
        if found.group() not in names or found.start() in starts:
            continue
        before = part.text[max(0, found.start() - 1) : found.start()]
        after = part.text[found.end() : found.end() + 2]
        neighbour = after[1:2].isupper() or re.search(r"[A-Z]\w* $", part.text[: found.start()])
        if before == " " and part.where != "greeting" and not neighbour:
            yield Found(found.start(), found.end(), "score", label="a segment")


def _alert_reasons(part: Part) -> Iterator[Found]:
    """Yield where four words in a row are the alert's reason, and neither a name nor what the customer asked for."""
    tokens = list(re.finditer(r"[\w%]+", part.small))
    said = [one.group() for one in tokens]
    runs = _runs(part.context.reasons)
    shared = [at for at in range(len(said) - _SHARED_WORDS + 1) if tuple(said[at : at + _SHARED_WORDS]) in runs]
    theirs = _runs(_words_of_theirs(part)) if shared else frozenset()
    for at in shared:
        if tuple(said[at : at + _SHARED_WORDS]) not in theirs:
            yield Found(tokens[at].start(), tokens[at + _SHARED_WORDS - 1].end(), "score", label="an alert’s reason")


def _runs(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """Return every four words in a row of some texts."""
    said = (re.findall(r"[\w%]+", lower(fold(text))) for text in texts)
    return frozenset(tuple(one[at : at + _SHARED_WORDS]) for one in said for at in range(len(one) - _SHARED_WORDS + 1))


def _words_of_theirs(part: Part) -> Iterator[str]:
    yield from _names_of_matters(part)
    yield part.context.record.said


def _names_of_matters(part: Part) -> Iterator[str]:
    """Yield what an email may say though the alert's reason does so too: tickets, products, what is to be answered."""
    for source in part.sources.all:
        asked = source.fact.key.startswith("matter:")
        for value in source.fact.values:
            named = value.kind == "product" or (value.kind == "quote" and source.fact.table == "tickets")
            if named or (asked and value.kind == "statement"):
                yield value.text


def _hidden(part: Part) -> Iterator[Found]:
    """Yield letters that nobody sees, and words that mix alphabets to look like others."""
    for at, letter in enumerate(part.written):
        if not letter.isascii() or letter < " ":
            category = unicodedata.category(letter)
            if (category in _HIDDEN and letter not in "\n\t") or (letter == "\n" and part.where != "body"):
                yield Found(at, at + 1, "markup", label="a hidden character")
    for found in _WORD.finditer(part.written):
        if not found.group().isascii() and len({_alphabet(one) for one in found.group()}) > 1:
            yield Found(found.start(), found.end(), "markup", label="letters of two alphabets in a word")


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0] if unicodedata.category(letter) in ("Lu", "Ll", "Lo") else "LATIN"


def _broken_off(part: Part, last: Span) -> Iterator[Found]:
    """Yield the last sentence if nothing ends it; a closing and the name under it need no full stop."""
    said = part.text[last.start : last.end]
    if not _ENDED.search(said) or said.endswith((",", ";")):
        yield Found(last.start, last.end, "field", label=BREAKS_OFF)
