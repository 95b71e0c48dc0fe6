"""Offers in a text: what gives something away must be what the email is set to offer, within the cap.

A picture can give something away too, or say what nobody can check; only a face says nothing but a mood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.sources import Source
from services.outreach.claims.text import Span, fold, lower, words
from services.outreach.claims.vocabulary import offers, vocabulary

PICTURE: Final = "a picture, whose meaning no record can hold"
_NO_PICTURES: Final = frozenset("©®™℠°№")
_FACES: Final = (("\u2639", "\u263b"), ("\U0001f600", "\U0001f64f"), ("\U0001f917", "\U0001f917"))
NOT_ALLOWED: Final = "an offer that this email is not set to make"
_MENTIONED: Final = frozenset({"ticket", "order", "deal", "contract", "conversation"})


def find_offers(part: Part, amounts: Sequence[Found]) -> Iterator[Found]:
    """Yield offers.

    An offer is right where its sentence names the amount that the email is set to offer. What only speaks of the past
    ("your refund arrived late") is right where a fact other than the customer's own words says so. The quoted subject
    of a ticket is none (you wrote to us about “Prices for next season”).
    """
    finds, offering = offers()
    taken: list[Span] = []
    for found in finds.finditer(part.small):
        span = Span(found.start(), found.end())
        if any(span.meets(one) for one in taken) or _recalled(part, span):
            continue
        taken.append(span)
        sentence = part.sentence_at(found.start())
        set_to = next(
            (one for one in amounts if one.note == "incentive" and sentence.start <= one.start < sentence.end), None
        )
        if set_to is not None:
            yield Found(*span, "offer", ours=set_to.ours, note="incentive")
            continue
        clause = part.clause_at(found.start())
        said = part.small[clause.start : clause.end] if clause else part.small[sentence.start : sentence.end]
        source = None if offering.search(said) else _mentioned(part, found.group())
        yield Found(*span, "offer", source, NOT_ALLOWED)


def find_pictures(part: Part) -> Iterator[Found]:
    """Yield pictures among the letters, but for faces and the signs of trade marks."""
    for at, letter in enumerate(part.written):
        if letter.isascii() or letter in _NO_PICTURES or unicodedata.category(letter) != "So":
            continue
        if not any(first <= letter <= last for first, last in _FACES):
            yield Found(at, at + 1, "statement", label=PICTURE)


def _recalled(part: Part, span: Span) -> bool:
    """Return whether a place lies in the subject of their ticket, word for word behind the words that recall it."""
    for source, value in part.sources.values("statement"):
        said = lower(fold(value.text))
        at = said.find('"')
        if at < 0 or not said.endswith('"') or source.fact.group != "ticket":
            continue
        places = (one.start() for one in re.finditer(re.escape(said), part.small))
        if any(start + at < span.start and span.end < start + len(said) for start in places):
            return True
    return False


def _mentioned(part: Part, said: str) -> Source | None:
    known = vocabulary()
    wanted = {known.meaning(word.stem) for word in words(said)} - known.light
    if not wanted:
        return None
    return next((one for one in part.sources.all if one.fact.group in _MENTIONED and wanted <= one.meanings), None)
