"""What was learnt from headers and cells of known exports: what rows are, and what columns are that no rule names.

Rules know whole headers. New exports put known words together in a new way, and cut them short ("CODCLI", "ord_dt"), so
their words, beginnings and endings are weighed beside what the rules found. ``python -m tests.benchmarks.fit_exports``
fits the weights from headers of exports that people wrote with what each column means, also those that mean nothing
here. They are `resources/learnt/rows.tsv` and `resources/learnt/columns.tsv`, which can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from math import exp
from pathlib import Path
from typing import Final, NamedTuple

from services.entities import ENTITIES, Entity
from services.sync.formats.headers import REJECT_COLUMNS, lacking, same_words, words_of
from services.sync.formats.looks import contradicts, is_word
from services.sync.formats.propose import UNNAMED, Seen, fits
from services.sync.formats.settle import SURE, Proposal
from services.sync.kinds.words import to_boolean

FOLDER: Final = Path(__file__).resolve().parents[3] / "resources" / "learnt"
#: Weights are written as whole hundredths.
SCALE: Final = 100
#: Rows of none of the entities, and columns that mean nothing here.
NONE: Final = "none"
#: A column that no rule names is taken for a field that is at least so likely.
BAR: Final = 0.5
_PARTS: Final = ("first_name", "last_name")
#: Files with fewer columns say too little: what people wrote to learn from has more.
FEWEST: Final = 8
_WHY: Final = "By parts of its header and its values"
#: So long are the beginnings and endings of words that are weighed.
_BEGINNING, _ENDING, _SHORTEST = 4, 5, 4
_FEW, _LONG_TEXT = 0.5, 35


#: Fields that say the same in several entities.
_SAME: Final = {"agent": "owner", "changed_by": "owner", "refund": "amount", "comment": "text"}


class Learnt(NamedTuple):
    """What can be told, what each name begins with, and by feature the names that it speaks for or against."""

    names: tuple[str, ...]
    first: tuple[float, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]

    def likelihoods(self, features: Mapping[str, float], among: frozenset[str] | None = None) -> dict[str, float]:
        """How likely each name is, of all or `among` some; together they are 1."""
        sums = list(self.first)
        for feature, value in features.items():
            for place, weight in self.weights.get(feature, ()):
                sums[place] += value * weight
        told = {name: one for name, one in zip(self.names, sums, strict=True) if among is None or name in among}
        highest = max(told.values())
        odds = {name: exp(one - highest) for name, one in told.items()}
        whole = sum(odds.values())
        return {name: one / whole for name, one in odds.items()}


@cache
def learnt(name: str) -> Learnt:
    """Return the weights of "rows" or "columns", read once: names, what each begins with, then a line a feature."""
    head, start, *lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    weights = {}
    for line in lines:
        feature, *cells = line.split("\t")
        told = (cell.split(":") for cell in cells)
        weights[feature] = tuple((int(place), int(weight) / SCALE) for place, weight in told)
    first = tuple(int(one) / SCALE for one in start.split("\t")[1:])
    return Learnt(tuple(head.split("\t")[1:]), first, weights)


@cache
def parts_of(header: str) -> frozenset[str]:
    """The words of a header as they stand and written out, with their beginnings and endings: "art-", "-nummer"."""
    return frozenset(part for word in {*same_words(header), *words_of(header)} for part in _parts(word))


def _parts(word: str) -> Iterator[str]:
    yield word
    if len(word) >= _SHORTEST and not word.isdigit():
        yield f"{word[:_BEGINNING]}-"
        if len(word) >= _ENDING:
            yield f"-{word[-_ENDING:]}"


def sense(entity: Entity, name: str) -> str:
    """What a field means in whatever entity: all have keys and days of their own, and say who a customer is."""
    field = entity.field(name)
    if field is None or field.part:
        return field.part if field is not None else name
    if name == entity.day:
        return "day"
    if name == entity.key and name != "customer_id":
        return "key"
    if (entity.customer == "self" or entity.by_account) and _is_of_customers(name):
        return f"customer_{name}"
    return _SAME.get(name, name)


@cache
def _is_of_customers(name: str) -> bool:
    """Whether rows about customers say it of them where others say it with "customer" in front."""
    return ENTITIES["orders"].field(f"customer_{name}") is not None


def features_of(entity: Entity, seen: Seen, place: int, taken: frozenset[str]) -> dict[str, float]:
    """What is weighed of one column: parts of its header, kinds of cells, the entity, and what it lacks.

    Parameters
    ----------
    taken : frozenset of str
        The fields that other columns are.
    """
    cells, looks = seen.cells[place], seen.looks[place] or seen.kinds[place]
    rows = max(map(len, seen.cells), default=0)
    shape = [f"cells {looks}", f"kind {seen.kinds[place]}"]
    if place == 0:
        shape.append("first")
    if rows:
        shape.append("full" if len(cells) == rows else "some" if cells else "empty")
        shape.append("once" if len(set(cells)) == len(cells) > 1 else "again")
    if cells and all(is_word(to_boolean, cell) for cell in cells):
        shape.append("yes or no")
    if cells and all(":" in cell for cell in cells):
        shape.append("clock")
    if cells and sum(map(len, cells)) > _LONG_TEXT * len(cells):
        shape.append("long")
    free = [f"no {sense(entity, group[0].name)}" for group in lacking(entity, taken)]
    parts = parts_of(seen.plain[place])
    found = dict.fromkeys((f"{entity.name} {one}" for one in (*parts, *shape, "")), _FEW)
    found |= dict.fromkeys(parts, 1.0)
    found |= dict.fromkeys((*shape, *(f"{one} {looks}" for one in free), *(f"{one} {looks}" for one in parts)), _FEW)
    return found


def guessed(entity: Entity, seen: Seen, known: Mapping[str, str]) -> dict[str, Proposal]:
    """Columns that no rule names, and what each is most likely, where that is likely enough and its cells fit."""
    if len(seen.columns) < FEWEST:
        return {}
    taken = frozenset(known.values())
    whole = not taken.isdisjoint(("name", "customer_name"))
    free = [one for one in entity.fields if one.name not in taken and not (whole and one.name.endswith(_PARTS))]
    senses = {sense(entity, one.name): one for one in reversed(free)}
    among = frozenset({NONE, *senses})
    found: dict[str, tuple[float, str]] = {}
    for place, column in enumerate(seen.columns):
        if column in known or column in REJECT_COLUMNS or UNNAMED.fullmatch(column) or not seen.cells[place]:
            continue
        odds = learnt("columns").likelihoods(features_of(entity, seen, place, taken), among)
        name, sure = max(odds.items(), key=lambda one: one[1])
        if name == NONE or sure < BAR or sure <= found.get(name, (0.0, ""))[0]:
            continue
        field, cells, looks = senses[name], seen.cells[place], seen.looks[place]
        if fits(field, seen.kinds[place]) and not contradicts(entity, field, column, cells, looks):
            found[name] = sure, column
    return {column: Proposal(senses[name].name, min(sure, SURE - 0.01), _WHY) for name, (sure, column) in found.items()}
