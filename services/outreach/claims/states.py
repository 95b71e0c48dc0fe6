"""What a sentence says of what is one thing or another, against the record: settled, of an open ticket.

Only where all facts that hold a topic agree, so that it cannot be another one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import Topic, Value, compiled, lexicon, topics
from services.outreach.claims.sources import Source, Sources

_FIRST: Final = re.compile(r"\w+")
#: A word says something of a noun that is no further away.
_FAR: Final = 70
#: A question that takes for granted what it holds: "How do you like the coat that you received?"
_SUPPOSES: Final = re.compile(r"[\"'¿ ]*(?:how|what|wie|was|comment|qué|cómo)\b")
#: A clause of a question that states: "As the coat has arrived, may I …?"
_SINCE: Final = re.compile(
    r"[\"'¿ ]*(?:as|since|now that|after|because|given that|da|nachdem|weil|puisque|comme|ya que|como|ahora que|tras)\b"
)


def find_states(part: Part) -> Iterator[Found]:
    """Yield sentences that say what is not on record of a topic, or deny what is."""
    every = Sources(part.context.known, part.context.today).all or part.sources.all
    for topic in topics():
        held = _held(part, topic, every)
        if held is None:
            continue
        value, feature = held
        for one in topic.values:
            for start, denied in _said(part, topic, one, feature):
                if one.name in value.includes if denied else one.name not in value.includes | value.allows:
                    yield Found(*part.sentence_at(start), "statement", label=value.label)


def _held(part: Part, topic: Topic, every: Sequence[Source]) -> tuple[Value, str] | None:
    """Return the value of a topic that is on record, None without one and where there are several."""
    found = [
        (value, source)
        for value in topic.values
        for source in every
        if value.holds
        and source.fact.group in topic.groups
        and not source.fact.key.endswith(":rating")
        and value.holds.search(source.said)
    ]
    names = {value.name for value, _ in found}
    names -= {value.name for value, _ in found if value.allows & names}
    names = names or {value for what, value in part.context.record.states if what == topic.name}
    if len(names) != 1:
        return None
    value = next(one for one in topic.values if one.name in names)
    return value, _feature_of(found[0][1]) if found and topic.name == "feature" else ""


def _feature_of(source: Source) -> str:
    return next((value.text.lower() for value in source.fact.values if value.kind == "statement"), "")


def _said(part: Part, topic: Topic, value: Value, feature: str) -> Iterator[tuple[int, bool]]:
    """Yield the places where a value is said, and whether it is denied there."""
    for pattern in (compiled(value.says, feature), value.strong, value.words):
        if pattern is None or pattern.search(part.small) is None:
            continue
        for start, end in part.sentences:
            asks = part.small[start:end].rstrip("\"')").endswith("?")
            for found in pattern.finditer(part.small, start, end):
                near = _nearest(part, found, start, end) if pattern in (value.strong, value.words) else {topic.name}
                if topic.name not in near and (near or pattern is value.words):
                    continue
                clause = part.clause_at(found.start())
                if asks and not (_SUPPOSES.match(part.small, start) or _SINCE.match(part.small, clause.start)):
                    continue
                last = max(found.end(), part.clause_at(found.end() - 1).end)
                if value.negative or not lexicon().supposed.search(part.small, clause.start, last):
                    yield found.start(), _denied(part, found, clause.start, last, value)


def _denied(part: Part, found: re.Match[str], start: int, end: int, value: Value) -> bool:
    """Whether a clause denies what is said in it: "nothing is open" is what it says, not a "not" that denies it."""
    first = _FIRST.match(part.small, found.start())
    inside = found.end() if value.negative or first is None else first.end()
    return part.denies(start, found.start()) or part.denies(inside, end)


def _nearest(part: Part, said: re.Match[str], start: int, end: int) -> frozenset[str]:
    """Return the topics whose nouns stand nearest to a word; those of other sentences are far."""
    first, last = max(start, said.start() - _FAR), min(end, said.end() + _FAR)
    near = [
        (said.start() - noun.end() if noun.end() <= said.start() else noun.start() - said.end(), topic.name)
        for topic in topics()
        if topic.nouns is not None
        for noun in topic.nouns.finditer(part.small, first, last)
        if noun.end() <= said.start() or noun.start() >= said.end()
    ]
    least = min(near, default=(0, ""))[0]
    return frozenset(name for far, name in near if far == least)
