"""What a clause says of a fact's state, against what the fact states: settled, of a ticket that is open, and the like.

Only where all ticked facts that hold a topic agree, so that it cannot be another one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import State, compiled, lexicon, states
from services.outreach.claims.sources import Source, Sources

_FIRST: Final = re.compile(r"\w+")


def find_states(part: Part) -> Iterator[Found]:
    """Yield clauses that say the opposite of what a fact states."""
    for state, holders in _held(part):
        feature = _feature_of(holders[0]) if state.topic == "feature" else ""
        against, says = compiled(state.against, feature), compiled(state.says)
        for start, end in part.sentences:
            if part.small[start:end].rstrip("\"')").endswith("?"):
                continue
            for found in against.finditer(part.small, start, end) if against is not None else ():
                if not _softened(part, found.start(), found.end()):
                    yield Found(start, end, "statement", label=state.label)
            for found in says.finditer(part.small, start, end) if says is not None else ():
                if _turned(part, found.start(), found.end()):
                    yield Found(start, end, "statement", label=state.label)


def _held(part: Part) -> Iterator[tuple[State, list[Source]]]:
    """Yield what the ticked facts state, without the topics on which they differ."""
    every = Sources(part.context.known, part.context.today).all or part.sources.all
    held: dict[str, list[tuple[State, list[Source]]]] = {}
    for state in states():
        holders = [
            one
            for one in every
            if one.fact.group in state.groups and not one.fact.key.endswith(":rating") and state.holds.search(one.said)
        ]
        if holders:
            held.setdefault(state.topic, []).append((state, holders))
    for some in held.values():
        if len(some) == 1:
            yield some[0]


def _feature_of(source: Source) -> str:
    return next((value.text.lower() for value in source.fact.values if value.kind == "statement"), "")


def _softened(part: Part, start: int, end: int) -> bool:
    """Whether a clause denies what it would contradict with, or only asks for it."""
    clause = part.clause_at(start)
    last = max(end, part.clause_at(end - 1).end)
    first = _FIRST.match(part.small, start)  # "nothing is open" is what it says, not a "not" that denies it
    inside = first.end() if first is not None else start
    denied = part.denies(clause.start, start) or part.denies(inside, last)
    return denied or lexicon().open.search(part.small, clause.start, last) is not None


def _turned(part: Part, start: int, end: int) -> bool:
    """Whether a clause denies what the fact states."""
    clause = part.clause_at(start)
    last = max(end, part.clause_at(end - 1).end)
    return part.denies(clause.start, last) and not lexicon().open.search(part.small, clause.start, last)
