"""Offers in a text: what gives something away must be what the email is set to offer, within the cap.

A picture can give something away too, or say what nobody can check; only a face says nothing but a mood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import offers, promises
from services.outreach.claims.sources import Source
from services.outreach.claims.states import is_on_record
from services.outreach.claims.text import Span, fold, lower, stems

PICTURE: Final = "a picture, which no record can support"
_NO_PICTURES: Final = frozenset("©®™℠°№")
_FACES: Final = (("\u2639", "\u263b"), ("\U0001f600", "\U0001f64f"), ("\U0001f917", "\U0001f917"))
NOT_ALLOWED: Final = "an offer that this email may not make"
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
        said = part.small[clause.start : clause.end]
        if not offering.search(said):
            source = _mentioned(part, found.group())
            if source is None and (part.context.record.quotes(found.group()) or is_on_record(part, span)):
                continue
        else:
            source = None
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


def find_promises(part: Part) -> Iterator[Found]:
    """Yield sentences that promise, guarantee or press: what will surely or never happen, and by when."""
    for found in promises().finditer(part.small):
        span = Span(*found.span())
        if not _recalled(part, span) and not is_on_record(part, span):
            yield Found(*part.sentence_at(found.start()), "statement")


def _mentioned(part: Part, said: str) -> Source | None:
    """The fact that speaks of what is mentioned: "your refund" of a ticket about a refund."""
    wanted = set(stems(said))
    if not wanted:
        return None
    return next(
        (one for one in part.sources.all if one.fact.group in _MENTIONED and wanted <= {*stems(one.said)}), None
    )
