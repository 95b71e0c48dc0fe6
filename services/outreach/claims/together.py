"""What a clause says together must belong together: a fault to its own order, a product and its day to one purchase.

Each part of a clause may have its source, and the whole be untrue: the jacket of one order, the delay of another. Facts
belong together that are of one row, and a ticket with the order whose day it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Final

from services.outreach.claims.clauses import Clause
from services.outreach.claims.dates import dated_things, names_day
from services.outreach.claims.found import Found, Part
from services.outreach.claims.sources import Source
from services.outreach.claims.text import stems, within
from services.outreach.claims.vocabulary import vocabulary

APART: Final = "its parts are of different records"
#: Groups whose facts are each of one event; a count, a suggestion or a tier goes with any.
_EVENTS: Final = frozenset({"order", "ticket", "review", "survey"})
_SOON_DAYS: Final = 45
_NO_ORDERS: Final = frozenset({"ticket", "review", "survey", "conversation"})
_LAST: Final = re.compile(r"\b(?:last|latest|most recent|newest) (?:order|purchase|delivery|parcel)\b")
_BOUGHT_BEFORE: Final = re.compile(r"\b(?:bought|ordered|chose|purchased|picked)\b[^.;,]{0,40}$")
_BOUGHT_AFTER: Final = re.compile(r"^ (?:that |which )?you (?:have |had )?(?:bought|ordered|chose|purchased)\b")
#: What says of a thing that they have it, or had it in an order; with the words below it is only held beside one.
_THEIR_OWN: Final = re.compile(
    r"\b(?:your|you (?:now |already |also )?(?:own|have|had|got|wear|wore|received|tried))(?: [a-z]+)? $"
)
_THEIR_ORDER: Final = re.compile(
    r"\b(?:your|the|that|this|an?|each|every) (?:[a-z]+ ){0,2}"
    r"(?:orders?|purchases?|deliver(?:y|ies)|parcels?|packages?|shipments?)\b"
)
_THEIR_VERDICT: Final = re.compile(
    r"\b(?:your (?:[a-z]+ )?(?:review|verdict|rating|words)|you (?:rated|reviewed|called|gave|praised|named|found))\b"
)
_IN_THEIRS: Final = re.compile(
    r"^ (?:in|from|of|with|that (?:came|was) (?:in|with)) (?:your|the|that) (?:[a-z]+ ){0,2}"
    r"(?:order|purchase|delivery|parcel)\b"
)
_LIKED: Final = re.compile(r"\byou (?:still |really |do |already )?(?:enjoy|like|love)(?:ed|d)?(?: the| our)? $")
_BESIDE: Final = re.compile(
    r"\b(?:goes|go|going|would|could|can|may|might|match\w*|suits?|suited|fits?|fitting|pairs?|paired|complements?|beside|"
    r"next to|along with)\b"
)
_WHOLE: Final = re.compile(r"\b(?:rated|rate|gave) (?:your|the|that) (?:last |latest )?(?:order|delivery|parcel)\b")


def find_apart(part: Part, found: Sequence[Found]) -> Iterator[Found]:
    """Yield sentences in a clause of which parts of different records are put together."""
    taken = [(one.start, one.end) for one in found if one.kind not in ("statement", "score")]
    for clause in part.clauses:
        items = [one for one in found if clause.start <= one.start < clause.end and one.source is not None]
        if (
            _bought_what_is_only_suggested(part, items)
            or _had_what_is_only_suggested(part, clause, items)
            or any(_day_of_another(part, clause, one) for one in items if one.kind == "date")
            or not _fits(part, clause, items, taken)
        ):
            yield Found(*part.sentence_at(clause.start), "statement", label=APART)


def _fits(part: Part, clause: Clause, items: Sequence[Found], taken: Sequence[tuple[int, int]]) -> bool:
    held = [_holders(one) for one in items if one.kind in ("date", "number", "product", "quote")]
    stated = _stated(part, clause)
    held = [[one for one in some if not one.is_activity or _speaks_of(one, stated)] for some in held]
    troubles = _troubles(part, clause, taken)
    last = _LAST.search(part.small, clause.start, clause.end)
    if troubles and last is not None:
        held.append([one for one in part.sources.all if one.fact.group == "order" and "last order" in _said(one)])
    counted = [some for some in held if all(one.fact.key == "orders:count" for one in some)]
    if counted and (troubles or re.search(r"\beach\b", part.small[clause.start : clause.end])):
        return False
    if _WHOLE.search(part.small, clause.start, clause.end) and any(_all_of(some, "review") for some in held):
        return False
    events = [some for some in held if some and all(_is_event(one) for one in some)]
    pairs = [*combinations(events, 2), *((some, troubles) for some in events if troubles)]
    return all(any(_linked(one, other, part) for one in some for other in others) for some, others in pairs)


def _holders(found: Found) -> list[Source]:
    assert found.source is not None
    return list(found.others) or [found.source]


def _troubles(part: Part, clause: Clause, taken: Sequence[tuple[int, int]]) -> list[Source]:
    """The tickets of whose fault a clause speaks: they alone hold one of its words."""
    known = vocabulary()
    asked: set[str] = set()
    for word in part.words:
        inside = clause.start <= word.start < clause.end and not within((word.start, word.end), taken)
        if inside and word.stem not in known.light | known.courteous | known.said:
            asked.add(known.meaning(word.stem))
    for finds, means in known.phrases:
        if finds.search(part.small, clause.start, clause.end):
            asked.update(means)
    for meaning in sorted(asked & _FAULTS):
        holders = [one for one in part.sources.all if meaning in one.meanings]
        if holders and all(one.fact.group == "ticket" for one in holders):
            return holders
    return []


def _meanings(words: str) -> frozenset[str]:
    known = vocabulary()
    return frozenset(known.meaning(one) for one in stems(words))


_OF_ORDERS: Final = _meanings("order delivery")
_OF_TALK: Final = _meanings(
    "ticket resolved review write told said asked message right reported contact scan called words"
)
_FAULTS: Final = _meanings(
    "late wrong size quality faulty damaged missing charged invoice mistake poor fault apart small large"
)


def _bought_what_is_only_suggested(part: Part, items: Sequence[Found]) -> bool:
    for one in items:
        if one.kind == "product" and all(source.fact.group == "suggestion" for source in _holders(one)):
            before, after = part.small[max(0, one.start - 60) : one.start], part.small[one.end : one.end + 40]
            if _BOUGHT_BEFORE.search(before) or _BOUGHT_AFTER.search(after):
                return True
    return False


def _had_what_is_only_suggested(part: Part, clause: Clause, items: Sequence[Found]) -> bool:
    """Whether a clause says that they have a thing, or had it in an order, that no record but a suggestion names."""
    small = part.small
    for one in items:
        if one.kind != "product" or not all(source.fact.group == "suggestion" for source in _holders(one)):
            continue
        if one.source is not None and _of_a_category(one, part):
            continue
        before = small[clause.start : one.start]
        if _THEIR_OWN.search(before) or _IN_THEIRS.search(small[one.end : clause.end]):
            return True
        if clause.kind != "open" and _LIKED.search(before):
            return True
        said_of = (_THEIR_ORDER, _THEIR_VERDICT) if clause.kind != "open" else ()
        if any(pattern.search(small, clause.start, clause.end) for pattern in said_of):
            return not _BESIDE.search(small, clause.start, clause.end)
    return False


def _of_a_category(one: Found, part: Part) -> bool:
    said = part.small[one.start : one.end]
    return any(
        value.kind == "category" and value.text.lower() == said
        for source in _holders(one)
        for value in source.fact.values
    )


def _day_of_another(part: Part, clause: Clause, one: Found) -> bool:
    """Whether a clause speaks of an order, or of a delivery, and of a day that is only that of something else."""
    if clause.kind == "open":
        return False
    holders = _holders(one)
    if not all(source.is_activity or source.fact.group in _NO_ORDERS for source in holders):
        return False
    said = _stated(part, clause)
    if not said & _OF_ORDERS or said & _OF_TALK or any(_speaks_of(one, said) for one in holders if one.is_activity):
        return False
    today = part.context.today
    days = {day for source in holders for thing, day in dated_things(source, today) if thing == "order"}
    return not any(names_day(part.small[one.start : one.end], day, today) for day in days)


def _stated(part: Part, clause: Clause) -> set[str]:
    known = vocabulary()
    return {known.meaning(word.stem) for word in part.words if clause.start <= word.start < clause.end}


def _speaks_of(activity: Source, stated: set[str]) -> bool:
    """Whether a clause has a word of what a fact of activity counts."""
    known = vocabulary()
    return bool(stated & activity.meanings - known.light - known.courteous)


def _all_of(some: Sequence[Source], group: str) -> bool:
    return bool(some) and all(one.fact.group == group for one in some)


def _is_event(source: Source) -> bool:
    row = source.fact.key.split(":")
    return source.fact.group in _EVENTS | {"product"} and len(row) > 1 and row[1].isdigit()


def _said(source: Source) -> str:
    stated = (value.text for value in source.fact.values if value.kind == "statement")
    return " ".join((source.fact.words.lower(), *stated))


def _linked(one: Source, other: Source, part: Part) -> bool:
    if _row(one) == _row(other):
        return True
    for ticket, order in ((one, other), (other, one)):
        if ticket.fact.group == "ticket" and order.fact.key.startswith("order:"):
            named = {day for thing, day in dated_things(ticket, part.context.today) if thing == "order"}
            days = {day for source, day in part.sources.days if _row(source) == _row(order)}
            return bool(named & days) or (not named and _soon_after(ticket, days, part))
    return False


def _soon_after(ticket: Source, days: set[date], part: Part) -> bool:
    """Whether a ticket that names no order was on record soon after an order, and so may well be about it."""
    told = [day for source, day in part.sources.days if source is ticket]
    return any(0 <= (one - day).days <= _SOON_DAYS for one in told for day in days)


def _row(source: Source) -> tuple[str, ...]:
    return tuple(source.fact.key.split(":")[:2])
