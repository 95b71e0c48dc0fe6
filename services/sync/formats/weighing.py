"""What rows are, by rules and by what was learnt: weights decide where rules would ask, and ask where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.entities import ENTITIES, Entity
from services.sync.formats import ranking
from services.sync.formats.headers import lacking, same_words
from services.sync.formats.learnt import FEWEST, NONE, learnt, parts_of
from services.sync.formats.propose import UNNAMED, Seen
from services.sync.formats.ranking import Held, Undecided
from services.sync.formats.shapes import CUSTOMER_ABOVE, name_of, named_after, told, weights_of_lists
from services.sync.read import Table

#: So likely rows must be of one entity to be taken for it where the rules would ask, and of none to be left out; what
#: rules leave out is asked about where it is at least so likely of an entity.
TAKEN, TAKEN_STILL, LEFT_OUT, ASKED = 0.7, 0.9, 0.8, 0.7
#: Where what the rules found is not so likely, a person is asked.
DOUBTED: Final = 0.2
#: What a question shows a file as, rather than what the rules would.
SHOWN: Final = 0.3
_WORDS, _NAMED, _CALLED = 1.8, 3.0, 1.5


def what_they_are(table: Table, seen: Seen, chosen: Mapping[str, str]) -> Entity:
    """Say what the rows are about.

    Raises
    ------
    Undecided
        It cannot be told, or they are a list of something else than customers.
    """
    held = Held(seen, chosen, table)
    narrow = len(seen.columns) < FEWEST or all(map(UNNAMED.fullmatch, seen.columns))
    told_otherwise = bool(chosen) or narrow or CUSTOMER_ABOVE in seen.columns
    try:
        found = ranking.what_they_are(table, held)
    except Undecided as question:
        if told_otherwise or question.certain:
            raise
        return _instead(table, held, question)
    # Customers whom nothing names are told from contracts by rules of their own.
    named = found.customer != "self" or not ranking.IDENTIFIES.isdisjoint({*held.named(found)} - {found.known_by})
    if named and not told_otherwise:
        odds = learnt("rows").likelihoods(features_of(table, held))
        if odds[found.name] < DOUBTED:
            raise _could_be(table, [*_likeliest(odds)[:1], found])
    return found


def _instead(table: Table, held: Held, question: Undecided) -> Entity:
    """What rows are most like where the rules would ask or leave them out.

    Raises
    ------
    Undecided
        That is not likely enough.
    """
    odds = learnt("rows").likelihoods(features_of(table, held))
    likely, *_ = _likeliest(odds)
    hardly = likely.customer == "self" and ranking.is_hardly_named(held, likely)
    if odds[NONE] >= LEFT_OUT and not question.left_out:
        raise Undecided(
            f"The rows of {table.path.name} do not look like customers or anything customers do, so they are left out.",
            "To import them anyway, say with --as what they are.",
            likely.name,
            left_out=True,
        )
    if not hardly and odds[likely.name] >= (TAKEN_STILL if question.left_out else TAKEN):
        return likely
    if question.left_out and odds[likely.name] >= ASKED:
        raise _could_be(table, [likely])
    if not question.left_out and odds[likely.name] >= SHOWN:
        question.entity = likely.name
    raise question


def _likeliest(odds: Mapping[str, float]) -> list[Entity]:
    return [ENTITIES[name] for name in sorted(odds, key=lambda name: -odds[name]) if name != NONE]


def _could_be(table: Table, likely: list[Entity]) -> Undecided:
    names = dict.fromkeys(one.name for one in likely)
    labels = " or ".join(ENTITIES[name].label.lower() for name in names)
    return Undecided(
        f"{table.path.name} could be {labels}, or a list of something other than customers.",
        f"If they are, say {' or '.join(f'--as {name}' for name in names)}.",
        next(iter(names)),
    )


def features_of(table: Table, held: Held) -> dict[str, float]:
    """What is weighed of a file: parts of its headers and of its name, and how well rules know it as each entity."""
    seen = held.seen
    parts = {part for header in seen.plain for part in parts_of(header)}
    found = {f"header {part}": _WORDS / len(parts) ** 0.5 for part in parts}
    found |= {f"first {word}": 1.0 for word in same_words(seen.plain[0])}
    found |= {f"name {part}": _CALLED for word in name_of(table) for part in parts_of(word)}
    for kind in {*seen.looks, *seen.kinds}:
        found[f"cells {kind}"] = (seen.looks.count(kind) or seen.kinds.count(kind)) / len(seen.columns)
    for entity in ENTITIES.values():
        if not entity.by_account:
            found |= {f"{sign} {entity.name}": value for sign, value in _signs(table, held, entity).items() if value}
    for words, (alone, together) in weights_of_lists(table).items():
        if alone:
            found |= {"list": max(found.get("list", 0.0), together / 2), f"list {words}": together / 2}
    return found


def _signs(table: Table, held: Held, entity: Entity) -> dict[str, float]:
    fields = held.named(entity)
    own = [name for name in fields if (field := entity.field(name)) is not None and field.role != "customer"]
    return {
        "named": _NAMED * len(fields) / len(held.seen.columns),
        "own": _NAMED * len(own) / len(held.seen.columns),
        "telling": _NAMED * len({*fields} & {*entity.telling}) / len(entity.telling) if entity.telling else 0.0,
        "whole": float(not lacking(entity, fields)),
        "called": _CALLED * named_after(entity, table),
        "told": float(bool(told(entity, table))),
        "score": held.score(entity) or 0.0,
    }
