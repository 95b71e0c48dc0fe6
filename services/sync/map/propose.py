"""What the columns of a file from no known system mean: by their name, a synonym, or what stands in them.

Each proposal says how sure it is. A name counts more than a synonym, a synonym of this program's language more than one
of another, and a column whose cells do not fit loses to one whose cells do. What stands in a column decides only where
a file would lack something needed without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.sync.entities import Entity, Field
from services.sync.entities.questions import asks_for_score, asks_for_words
from services.sync.map.headers import REJECT_COLUMNS, known_headers, lacking, normal
from services.sync.map.synonyms import folded, synonyms, without_unit
from services.sync.read import celltypes

#: Below this, a person is told what a column was taken for.
SURE = 0.8
_ASKED = 1000  # behind all that has a name of its own
_BY_NAME, _BY_SYNONYM, _BY_LANGUAGE, _BY_QUESTION, _BY_CONTENT = 1.0, 0.95, 0.9, 0.75, 0.6
_UNFIT = 0.5
_SHARE = 0.8
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "email": (celltypes.EMAIL,),
    "date": (celltypes.DATE, celltypes.NUMBER),
    "moment": (celltypes.DATE, celltypes.NUMBER),
    "money": (celltypes.NUMBER,),
    "decimal": (celltypes.NUMBER,),
    "integer": (celltypes.NUMBER,),
    "number": (celltypes.NUMBER,),
}
# What can be told from cells alone: an address, a day, an amount with its cents.
_TELLING: Final[Mapping[str, str]] = {
    "email": celltypes.EMAIL,
    "date": celltypes.DATE,
    "moment": celltypes.DATE,
    "money": celltypes.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a column may mean.

    Attributes
    ----------
    field
        Name of the field.
    confidence
        0–1; below `SURE` a person is told.
    why
        In words, as the window shows it.
    """

    field: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Headers with what stands below them in a file's first rows: looked at once, however many entities it is held to.

    Attributes
    ----------
    columns
        The headers.
    cells, kinds
        By place: the filled cells, and the type that most of them fit.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[str], sample: Sequence[Sequence[str]] = ()) -> Seen:
        """Look at the first rows of a file."""
        cells = tuple(
            tuple(text for row in sample if place < len(row) and (text := row[place].strip()))
            for place in range(len(columns))
        )
        return cls(tuple(columns), cells, tuple(celltypes.column_type(column, _SHARE) for column in cells))


def propose(entity: Entity, seen: Seen, *, by_content: bool = False) -> dict[str, Proposal]:
    """Map columns to fields of an entity; each field is given once, to the column that stands for it best.

    Parameters
    ----------
    entity : Entity
    seen : Seen
        The headers, and the file's first rows.
    by_content : bool
        Whether what the entity needs and no header names may be told from what stands in the columns.

    Returns
    -------
    dict of str to Proposal
        By column, in the file's order.
    """
    claims = []
    columns = seen.columns
    for place, (column, cells, kind) in enumerate(zip(columns, seen.cells, seen.kinds, strict=True)):
        if column in REJECT_COLUMNS:
            continue
        for rank, one in _claims(entity, column):
            field = entity.field(one.field)
            if field is not None and _repeats(field, column, cells):
                continue
            fits = field is None or _fits(field, kind)
            unfit = Proposal(one.field, one.confidence - _UNFIT, f"{one.why}, though little in it fits")
            claims.append((not fits, rank, place, one if fits else unfit))
        if entity.name == "surveys":
            claims += [(False, _ASKED, place, one) for one in _asked(column, cells)]
    mapping: dict[str, Proposal] = {}
    taken: set[str] = set()
    for _, _, place, proposal in sorted(claims, key=lambda claim: claim[:3]):
        if proposal.field not in taken and columns[place] not in mapping:
            mapping[columns[place]] = proposal
            taken.add(proposal.field)
    if by_content:
        mapping |= _by_content(entity, seen, mapping)
    return {column: mapping[column] for column in columns if column in mapping}


def _asked(column: str, cells: Sequence[str]) -> Iterable[Proposal]:
    """What a survey's question stands for: forms export it as the header of its answers."""
    if asks_for_score(column, cells):
        yield Proposal("score", _BY_QUESTION, "By its question and the numbers that answer it")
    elif asks_for_words(column, cells):
        yield Proposal("comment", _BY_QUESTION, "By its question and the words that answer it")


def _repeats(field: Field, column: str, cells: Sequence[str]) -> bool:
    """Whether a header would stand for a field only if no text came twice below it."""
    return normal(column) in set(map(normal, field.once)) and len(set(cells)) < len(cells)


def fields_of(proposals: Mapping[str, Proposal]) -> dict[str, str]:
    """Column to field."""
    return {column: proposal.field for column, proposal in proposals.items()}


def _claims(entity: Entity, column: str) -> Iterable[tuple[int, Proposal]]:
    """The fields that a header may stand for, each with a rank over all headers; the lowest is the likeliest."""
    known, others = known_headers(entity), synonyms(entity)
    seen: set[str] = set()
    for shift, header in ((0, column), (200, without_unit(column))):
        for name, rank in known.get(normal(header), ()):
            if name not in seen:
                seen.add(name)
                sure, why = (_BY_NAME, "By its name") if rank < 2 else (_BY_SYNONYM, "By its header")
                yield rank + shift, Proposal(name, sure, why)
        for name, rank, language in others.get(folded(header), ()):
            if name not in seen:
                seen.add(name)
                yield 100 + rank + shift, Proposal(name, _BY_LANGUAGE, f"By its {language} header")


def _by_content(entity: Entity, seen: Seen, mapping: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """Columns for what the entity needs and no header names, where exactly one column can be it."""
    found: dict[str, Proposal] = {}
    for group in lacking(entity, [proposal.field for proposal in mapping.values()]):
        for field in group:
            free = [
                column
                for column, cells in zip(seen.columns, seen.cells, strict=True)
                if column not in mapping
                and column not in found
                and column not in REJECT_COLUMNS
                and _speaks_for(field, cells)
            ]
            if len(free) == 1:
                found[free[0]] = Proposal(field.name, _BY_CONTENT, "By what stands in it")
                break
    return found


def _speaks_for(field: Field, cells: Sequence[str]) -> bool:
    telling = _TELLING.get(field.kind)
    if telling is None or len(cells) < 2 or celltypes.column_type(cells, 0.9) != telling:
        return False
    if field.kind != "money":
        return True
    cents = sum(1 for cell in cells if not cell.isdigit() and cell.strip("-+()").strip()[-3:-2] in (".", ","))
    signs = sum(1 for cell in cells if any(sign in cell for sign in "€$£¥"))
    return max(cents, signs) * 2 > len(cells)


def _fits(field: Field, kind: str) -> bool:
    wanted = _TYPES.get(field.kind)
    return wanted is None or kind in (celltypes.EMPTY, celltypes.OTHER, *wanted)
