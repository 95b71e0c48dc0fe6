"""Quotes in a text: they must be the customer's own words, or a name that a fact holds, to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.claims.found import ON_RECORD, Found, Part
from services.outreach.claims.lexicon import phrase
from services.outreach.claims.sources import Source
from services.outreach.claims.text import Span, fold, lower

_QUOTED: Final = re.compile(
    r"(?<!\w)\"(?P<inside>[^\"\n]*)\"(?!\w)|(?<![\w'])'(?P<single>[^'\n]*(?:\w'\w[^'\n]*)*)'(?!\w)"
)
_PLAIN: Final = re.compile(r"[^\w]+")
_PRAISE: Final = frozenset({"excellent", "perfect", "great", "wonderful", "outstanding", "brilliant", "superb"})
#: What may stand before a rule that is quoted, beside its document's title.
_INTRODUCES: Final = frozenset({"our", "the", "as", "in", "it", "has", "reads", "say", "says", "states", "is", "this"})
NOT_THEIR_WORDS: Final = "these are not their words in your data"


def quoted(text: str) -> list[Span]:
    """Return what stands in quotation marks, with them, in order of place."""
    return [Span(*found.span()) for found in _QUOTED.finditer(text)]


def find_quotes(part: Part) -> Iterator[Found]:
    """Yield what stands in quotation marks; a mark without its other half is flagged to the end of its line."""
    end = 0
    for found in _QUOTED.finditer(part.small):
        end = found.end()
        inside = found["inside"] if found["inside"] is not None else found["single"]
        wished = inside in _PRAISE and phrase("wished").search(part.small, 0, found.start()) is not None
        source = _source(part, inside)
        ours = "what you would like to hear" if wished and source is None else ""
        note = ON_RECORD if source is None and part.context.record.quotes(_bare(inside)) else ""
        yield Found(found.start(), found.end(), "quote", source, NOT_THEIR_WORDS, ours=ours, note=note)
    for found in phrase("reported").finditer(part.small):
        said = _source(part, found["said"]) or _source(part, f"you {found['said']}")
        yield Found(found.start(), found.end("said"), "quote", said, NOT_THEIR_WORDS)
    stray = part.small.find('"', end)
    if stray >= 0:
        stop = part.small.find("\n", stray)
        yield Found(stray, len(part.small) if stop < 0 else stop, "quote", label="a quotation mark without its pair")


def our_rules(part: Part) -> Iterator[Span]:
    """Yield sentences that are a document's own, whole, or quoted from its beginning: they state a rule, no fact."""
    rules = [(one, _bare(quote)) for one in part.sources.all if one.fact.group == "document" for quote in one.quotes]
    for sentence in part.sentences if rules else ():
        before, *inside = (_bare(one) for one in part.text[sentence.start : sentence.end].split('"'))
        for source, rule in rules:
            named = _INTRODUCES.union(_bare(source.fact.label).split())
            quotes = [one for one in inside if one]
            is_quoted = len(quotes) == 1 and named.issuperset(before.split()) and f"{rule} ".startswith(f"{quotes[0]} ")
            if is_quoted or (not inside and before == rule):
                yield sentence


def _source(part: Part, inside: str) -> Source | None:
    said = f" {_bare(inside)} "
    if not said.strip():
        return None
    for source in part.sources.all:
        if any(said in f" {_bare(quote)} " for quote in source.quotes):
            return source
    for source, value in part.sources.values("product", "category", "name", "statement"):
        if said == f" {_bare(value.text)} ":
            return source
    return next((source for source in part.sources.all if said in f" {_bare(source.fact.label)} "), None)


def _bare(text: str) -> str:
    return _PLAIN.sub(" ", lower(fold(text))).strip()
