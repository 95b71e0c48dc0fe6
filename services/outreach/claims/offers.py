"""Offers in a text: what gives something away must be what the email is set to offer, within the cap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.sources import Source
from services.outreach.claims.text import Span, words
from services.outreach.claims.vocabulary import offers, vocabulary

NOT_ALLOWED: Final = "an offer that this email is not set to make"
_MENTIONED: Final = frozenset({"ticket", "order", "deal", "contract", "conversation"})


def find_offers(part: Part, amounts: Sequence[Found]) -> Iterator[Found]:
    """Yield offers.

    An offer is right where its sentence names the amount that the email is set to offer. What only speaks of the past
    ("your refund arrived late") is right where a fact other than the customer's own words says so.
    """
    finds, offering = offers()
    taken: list[Span] = []
    for found in finds.finditer(part.small):
        span = Span(found.start(), found.end())
        if any(span.meets(one) for one in taken):
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


def _mentioned(part: Part, said: str) -> Source | None:
    known = vocabulary()
    wanted = {known.meaning(word.stem) for word in words(said)} - known.light
    if not wanted:
        return None
    return next((one for one in part.sources.all if one.fact.group in _MENTIONED and wanted <= one.meanings), None)
