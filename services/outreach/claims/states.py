"""What a sentence says of what is one thing or another, against the record: settled, of an open ticket.

Only where it is wrong of each that is on record, so that it cannot be another one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import Topic, Value, compiled, phrase, topics
from services.outreach.claims.said import contradiction, excluded, learnt_topics, marked
from services.outreach.claims.sources import Source, Sources
from services.outreach.claims.text import Span, fold, lower

#: The subject of a ticket in a fact's line, and its words that may be the name of a thing.
_QUOTED: Final = re.compile(r'"([^"]+)"')
#: A word that ends the name of a thing may stand for it: "Liege" for "Praxisliege".
_TAIL: Final = 5
_LONG: Final = re.compile(r"[^\W\d_]{5,}")
OwnNouns = list[tuple[re.Pattern[str], str]]


def find_states(part: Part) -> Iterator[Found]:
    """Yield sentences that say what is not on record of a topic, or deny what is."""
    held, own = held_states(part)
    ruled_out = excluded({name: values for name, (values, _) in held.items()})
    single = {name: (values[0], feature) for name, (values, feature) in held.items() if len(values) == 1}
    by_patterns = [one for one in topics() if one.name in single and one.name not in learnt_topics()]
    said = [(single[topic.name][0], *one) for topic in by_patterns for one in _said(part, topic, single[topic.name][1])]
    for start, end in part.sentences:
        if (value := contradiction(marked(part.small[start:end], own), ruled_out)) is not None:
            yield Found(start, end, "statement", label=value.label)
        elif not part.small[start:end].rstrip("\"')").endswith("?"):
            for value, one, pattern in said:
                if any(_contradicts(part, found, one, value) for found in pattern.finditer(part.small, start, end)):
                    yield Found(start, end, "statement", label=value.label)


def _said(part: Part, topic: Topic, feature: str) -> Iterator[tuple[Value, re.Pattern[str]]]:
    """Yield the values of a topic with the patterns of theirs that a text holds."""
    for one in topic.values:
        for pattern in (compiled(one.says, feature), one.strong):
            if pattern is not None and pattern.search(part.small):
                yield one, pattern


def _contradicts(part: Part, found: re.Match[str], one: Value, value: Value) -> bool:
    """Whether a place says another value of a topic than its own, or denies its own."""
    clause = part.clause_at(found.start())
    if not one.negative and phrase("supposed").search(part.small, *clause):
        return False
    denied = part.denies(clause.start, found.start()) or part.denies(found.end(), clause.end)
    return one.name in value.includes if denied else one.name not in value.includes | value.allows


def held_states(part: Part) -> tuple[dict[str, tuple[list[Value], str]], OwnNouns]:
    """Return by topic the values on record with the name of its feature, and what facts call the things of topics."""
    every, own = _known(part)
    found = ((topic.name, _held(part, topic, every)) for topic in topics())
    return {name: value for name, value in found if value is not None}, own


def is_on_record(part: Part, span: Span) -> bool:
    """Return whether a place says of a topic what is on record: "on its way", of an order that is."""
    held, _ = held_states(part)
    for value, feature in ((value, feature) for values, feature in held.values() for value in values):
        for pattern in (compiled(value.says, feature), value.strong, value.words, value.glad):
            found = pattern.search(part.small, span.start) if pattern is not None else None
            if found is not None and found.start() < span.end:
                return True
    return False


def _known(part: Part) -> tuple[Sequence[Source], OwnNouns]:
    """Return all sources, and by topic what the facts that hold it call the thing: "zipper", "leather boots"."""
    every = Sources(part.context.known, part.context.today).all or part.sources.all
    own: OwnNouns = []
    spoken = {word.text for word in part.words if len(word.text) >= _TAIL}
    for topic in topics():
        words: set[str] = set()
        for source in every:
            if source.fact.group in topic.groups and any(v.holds and v.holds.search(source.said) for v in topic.values):
                names = [lower(fold(value.text)) for value in source.fact.values if value.kind == "product"]
                words.update(*([name, name.split()[-1]] for name in names if name))
                words.update(said for said in spoken for name in names if name.endswith(said))
                quoted = _QUOTED.search(lower(fold(source.fact.words))) if topic.name == "ticket" else None
                words.update(_LONG.findall(quoted[1]) if quoted else ())
        if words:
            own.append((re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b"), topic.name))
    return every, own


def _held(part: Part, topic: Topic, every: Sequence[Source]) -> tuple[list[Value], str] | None:
    """Return the values of a topic that are on record, None without any; several where they have several."""
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
    values = [one for one in topic.values if one.name in names]
    return (values, _feature_of(found[0][1]) if found and topic.name == "feature" else "") if values else None


def _feature_of(source: Source) -> str:
    return next((value.text.lower() for value in source.fact.values if value.kind == "statement"), "")
