"""What a sentence says of what is one thing or another, against the record: settled, of an open ticket.

Only where all facts that hold a topic agree, so that it cannot be another one that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from services.outreach.claims.found import Found, Part
from services.outreach.claims.lexicon import Topic, Value, compiled, lexicon, topics
from services.outreach.claims.said import contradiction, excluded, learnt_topics, marked
from services.outreach.claims.sources import Source, Sources
from services.outreach.claims.text import Span, fold, lower

_FIRST: Final = re.compile(r"\w+")
#: A word says something of a noun that is no further away.
_FAR: Final = 70
#: A question that takes for granted what it holds: "How do you like the coat that you received?", and one whether
#: they have decided.
_SUPPOSES: Final = re.compile(
    r"[\"'¿ ]*(?:how|what|which|wie|was|welche\w*|comment|que|quel\w*|qué|cómo|cuál\w*"
    r"|have you (?:\w+ )?(?:decided|made up|(?:had|been able) [^?]{0,30}\b(?:decide|think|consider|make up)"
    r"|(?:come to|reached|made) a decision)|haben sie (?:\w+ ){0,4}(?:entschieden|eine entscheidung)"
    r"|avez-vous (?:\w+ ){0,3}(?:décidé|une décision)|han? (?:podido decidir|decidido|tomado una decisión))\b"
)
#: A clause of a question that states: "As the coat has arrived, may I …?"
_SINCE: Final = re.compile(
    r"[\"'¿ ]*(?:as|since|now that|after|because|given that|da|nachdem|weil|puisque|comme|ya que|como|ahora que|tras)\b"
)


#: Between a noun and one that only says more about it: "the matter of the damaged parcel" is about the matter.
_OF_A_NOUN: Final = re.compile(
    r" (?:of|with|about|regarding|concerning|over|around|mit|von|zu[mr]?|über|wegen|um|bezüglich|rund um|du|des?|d'"
    r"|au sujet d(?:es?|u)|concernant|sur|avec|del?|con|sobre|acerca de)(?: \w+){0,3} ?"
)


#: The subject of a ticket in a fact's line, and its words that may be the name of a thing.
_QUOTED: Final = re.compile(r'"([^"]+)"')
#: Who is glad of something says that it is so: behind these words in a sentence.
_GLAD: Final = re.compile(
    r"\b(?:glad|happy|pleased|relieved|delighted|thrilled|great|good|wonderful|schön|gut|froh|freut|freue|erleichtert|super"
    r"|ravie?s?|heureu\w+|contente?s?|soulagée?s?|réjoui\w*|alegr\w+|content[oa]s?|encantad[oa]s?)\b"
)
#: A word that ends the name of a thing may stand for it: "Liege" for "Praxisliege".
_TAIL: Final = 5
_LONG: Final = re.compile(r"[^\W\d_]{5,}")
OwnNouns = list[tuple[re.Pattern[str], str]]


def find_states(part: Part) -> Iterator[Found]:
    """Yield sentences that say what is not on record of a topic, or deny what is."""
    held, own = held_states(part)
    ruled_out = excluded({name: value for name, (value, _) in held.items()})
    for start, end in part.sentences:
        if (value := contradiction(marked(part.small[start:end], own), ruled_out)) is not None:
            yield Found(start, end, "statement", label=value.label)
    for topic in topics():
        if topic.name in learnt_topics() or topic.name not in held:
            continue
        value, feature = held[topic.name]
        for one in topic.values:
            for start, denied in _said(part, topic, one, feature, own):
                if one.name in value.includes if denied else one.name not in value.includes | value.allows:
                    yield Found(*part.sentence_at(start), "statement", label=value.label)


def held_states(part: Part) -> tuple[dict[str, tuple[Value, str]], OwnNouns]:
    """Return by topic the value on record with the name of its feature, and what facts call the things of topics."""
    every, own = _known(part)
    found = ((topic.name, _held(part, topic, every)) for topic in topics())
    return {name: value for name, value in found if value is not None}, own


def is_on_record(part: Part, span: Span) -> bool:
    """Return whether a place says of a topic what is on record: "on its way", of an order that is."""
    every, own = _known(part)
    for topic in topics():
        held = _held(part, topic, every)
        if held is not None and any(
            not denied and span.start <= start < span.end for start, denied in _said(part, topic, *held, own)
        ):
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


def _said(part: Part, topic: Topic, value: Value, feature: str, own: OwnNouns) -> Iterator[tuple[int, bool]]:
    """Yield the places where a value is said, and whether it is denied there."""
    for pattern in (compiled(value.says, feature), value.strong, value.words, value.glad):
        if pattern is None or pattern.search(part.small) is None:
            continue
        for start, end in part.sentences:
            asks = part.small[start:end].rstrip("\"')").endswith("?")
            for found in pattern.finditer(part.small, start, end):
                alone = pattern not in (value.strong, value.words, value.glad)
                near = {topic.name} if alone else _nearest(part, found, start, end, own)
                if topic.name not in near and (near or pattern is not value.strong):
                    continue
                if pattern is value.glad and _GLAD.search(part.small, start, found.start()) is None:
                    continue
                clause = part.clause_at(found.start())
                if asks and not (_SUPPOSES.match(part.small, start) or _SINCE.match(part.small, clause.start)):
                    continue
                last = max(found.end(), part.clause_at(found.end() - 1).end)
                if value.negative or not lexicon().supposed.search(part.small, clause.start, last):
                    yield found.start(), _denied(part, found, clause.start, last, value)


def _denied(part: Part, found: re.Match[str], start: int, end: int, value: Value) -> bool:
    """Whether a clause denies what is said in it: "nothing is open" is what it says, not a "not" that denies it."""
    if not value.label:
        return part.denies(start, found.start())  # "your complaint is not settled" denies no complaint
    first = _FIRST.match(part.small, found.start())
    inside = found.end() if value.negative or first is None else first.end()
    return part.denies(start, found.start()) or part.denies(inside, end)


@cache
def _nouns() -> OwnNouns:
    return [(topic.nouns, topic.name) for topic in topics() if topic.nouns is not None]


def _nearest(part: Part, said: re.Match[str], start: int, end: int, own: OwnNouns) -> frozenset[str]:
    """Return the topics whose nouns stand nearest to a word; those of other sentences are far."""
    first, last = max(start, said.start() - _FAR), min(end, said.end() + _FAR)
    nouns = [
        (noun.start(), noun.end(), name)
        for pattern, name in (*_nouns(), *own)
        for noun in pattern.finditer(part.small, first, last)
    ]
    heads = [
        one
        for one in nouns
        if not any(_OF_A_NOUN.fullmatch(part.small, other[1], one[0]) for other in nouns if other[1] < one[0])
    ]
    near = [
        (said.start() - end if end <= said.start() else begin - said.end(), name)
        for begin, end, name in heads
        if end <= said.start() or begin >= said.end()
    ]
    least = min(near, default=(0, ""))[0]
    return frozenset(name for far, name in near if far == least)
