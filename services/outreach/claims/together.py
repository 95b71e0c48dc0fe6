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
from services.outreach.claims.dates import dated_things
from services.outreach.claims.found import Found, Part
from services.outreach.claims.sources import Source
from services.outreach.claims.text import stems, within
from services.outreach.claims.vocabulary import vocabulary

APART: Final = "its parts are of different records"
#: Groups whose facts are each of one event; a count, a suggestion or a tier goes with any.
_EVENTS: Final = frozenset({"order", "ticket", "review", "survey"})
_SOON_DAYS: Final = 45
_LAST: Final = re.compile(r"\b(?:last|latest|most recent|newest) (?:order|purchase|delivery|parcel)\b")
_BOUGHT_BEFORE: Final = re.compile(r"\b(?:bought|ordered|chose|purchased|picked)\b[^.;,]{0,40}$")
_BOUGHT_AFTER: Final = re.compile(r"^ (?:that |which )?you (?:have |had )?(?:bought|ordered|chose|purchased)\b")
_WHOLE: Final = re.compile(r"\b(?:rated|rate|gave) (?:your|the|that) (?:last |latest )?(?:order|delivery|parcel)\b")


def find_apart(part: Part, found: Sequence[Found]) -> Iterator[Found]:
    """Yield sentences in a clause of which parts of different records are put together."""
    taken = [(one.start, one.end) for one in found if one.kind not in ("statement", "score")]
    for clause in part.clauses:
        items = [one for one in found if clause.start <= one.start < clause.end and one.source is not None]
        if _bought_what_is_only_suggested(part, items) or not _fits(part, clause, items, taken):
            yield Found(*part.sentence_at(clause.start), "statement", label=APART)


def _fits(part: Part, clause: Clause, items: Sequence[Found], taken: Sequence[tuple[int, int]]) -> bool:
    held = [_holders(one) for one in items if one.kind in ("date", "number", "product", "quote")]
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
