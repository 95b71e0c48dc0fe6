"""What a file is about: a known export, or the entity whose fields its headers name best."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models.values.errors import UserError
from services.sync.entities import ENTITIES, Entity, Field
from services.sync.map.headers import lacking, normal
from services.sync.map.propose import SURE, Proposal, Seen, fields_of, propose
from services.sync.read import Table
from services.sync.recognise.reshape import as_read, fixed_header, own_columns, reshape
from services.sync.recognise.systems import System, all_systems
from services.sync.validate.memo import Unfit
from services.sync.validate.words import to_direction, to_mail_kind, to_survey_kind

_ONLY_BY_HEADERS = 0.75
# So many more columns must name something else.
_MORE = 2
# Where another entity reaches this part of the best one's score, headers alone do not decide.
_ABOUT_EQUAL = 0.85
# Kinds of which the words are known: cells that are none of them speak against an entity, cells that are speak for it.
_WORDS: Mapping[str, Callable[[str], str]] = {
    "mail_kind": to_mail_kind,
    "survey_kind": to_survey_kind,
    "direction": to_direction,
}


class Undecided(UserError):
    """Something of a file must be said by a person first.

    Attributes
    ----------
    question
        What is open, for a window that asks it; the error's own words say too how a command is told.
    entity
        What the file looks most like; '' where nothing speaks for anything.
    """

    def __init__(self, question: str, advice: str, entity: str = "") -> None:
        super().__init__(question, advice)
        self.question, self.entity = question, entity

    def __str__(self) -> str:
        return " ".join(self.args)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a file was found to be.

    Attributes
    ----------
    entity
        What its rows are about.
    mapping
        Column to field.
    system
        The known export that it is, or None.
    table
        The file as that export's rules leave it.
    proposals
        For a file of no known system: what each column was taken for, and how sure that is.
    """

    entity: Entity
    mapping: dict[str, str]
    system: System | None
    table: Table
    proposals: Mapping[str, Proposal] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The export in words: "Online Retail order lines", or the entity where no system is known."""
        return self.system.words if self.system else self.entity.label

    @property
    def unsure(self) -> tuple[str, ...]:
        """What a person should know about columns that were taken for something on little evidence."""
        labels = {one.name: one.label for one in self.entity.fields}
        return tuple(
            f"“{column}” was taken as “{labels[proposal.field]}”: {proposal.why[:1].lower()}{proposal.why[1:]}."
            for column, proposal in self.proposals.items()
            if proposal.confidence < SURE and self.mapping.get(column) == proposal.field
        )


def recognise(table: Table, entity_name: str | None = None, overrides: Mapping[str, str] | None = None) -> Recognition:
    """Find out what a file is about.

    Parameters
    ----------
    table : Table
    entity_name : str, optional
        What a person said it is about (``--as``).
    overrides : mapping of str to str, optional
        What a person said columns mean (``--map``): column to field, or to '' to leave the column out.

    Raises
    ------
    UserError
        An entity or a field is not known, or nothing is recognised; the message says what can be said.
    """
    chosen = dict(overrides or {})
    entity = _entity(entity_name) if entity_name is not None else None
    system = _system_of(table, entity)
    if system is not None:
        if system.refuse and entity is None:
            raise UserError(f"{table.path.name} is a file of {system.words}. {system.refuse}")
        table, entity = reshape(table, system), ENTITIES[system.entity]
    _check_columns(table, chosen)
    if entity is not None:
        _check_fields(entity, chosen)
        if system is not None:
            mapping = _merge(table, of_system(table, system), chosen)
            needed = [(one,) for one in entity.fields if one.required and one.name not in mapping.values()]
            _refuse_lacking(table, entity, needed)
            return Recognition(entity, mapping, system, table)
        return _unknown(table, Seen.of(table.columns, table.sample), entity, chosen)
    _check_names(chosen)
    seen = Seen.of(table.columns, table.sample)
    return _unknown(table, seen, _best_entity(table, seen, chosen), chosen)


def recognise_also(recognition: Recognition) -> list[Recognition]:
    """The further entities that the rows of a known export bring, where the file has the columns for them."""
    system = recognition.system
    found: list[Recognition] = []
    if system is None:
        return found
    for also in system.also:
        entity = ENTITIES[also.entity]
        table = reshape(as_read(recognition.table), system, (*system.rules, *also.rules))
        mapping = of_system(table, system, also.mapping)
        needed = {field.name for field in entity.fields if field.required}
        if needed <= set(mapping.values()) and not lacking(entity, mapping.values()):
            found.append(Recognition(entity, mapping, system, table))
    return found


def of_system(table: Table, system: System, mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """Columns to fields as an export declares them; of several headers for a field the first that the file has."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for header, name in (system.mapping if mapping is None else mapping).items():
        place = system.place(table.columns, header)
        if place is not None and name not in taken and table.columns[place] not in found:
            found[table.columns[place]] = name
            taken.add(name)
    if mapping is None:
        found |= {fixed_header(name): name for name in system.fixed if name not in taken}
    return found


def rank_entities(columns: Sequence[str]) -> list[tuple[float, Entity]]:
    """Entities by how well headers name their fields, best first; those that lack something needed are left out."""
    return _ranked(Seen.of(columns), {})


def _ranked(seen: Seen, chosen: Mapping[str, str], *, by_content: bool = False) -> list[tuple[float, Entity]]:
    ranked = []
    for entity in ENTITIES.values():
        mapping = _with(fields_of(propose(entity, seen, by_content=by_content)), chosen)
        fields = [name for name in mapping.values() if name]
        if any(entity.field(name) is None for name in fields) or lacking(entity, fields):
            continue
        told = {
            name for column, name in mapping.items() if name in entity.telling and normal(column) not in entity.vague
        }
        if entity.vague and not told:
            continue
        telling = len(told) / len(entity.telling)
        named = sum(_named_outright(entity, column, name) for column, name in mapping.items() if name)
        ranked.append((telling + len(fields) / max(1, len(seen.columns)) + named / max(1, len(seen.columns)), entity))
    return sorted(ranked, key=lambda item: -item[0])


def _named_outright(entity: Entity, column: str, field: str) -> float:
    """1 where a header names the entity's own field in its own words, such as "Review ID"; less for a synonym."""
    if normal(column) == normal(field):
        return 1.0 if field in entity.telling else 0.5
    return 0.0


def _best_entity(table: Table, seen: Seen, chosen: Mapping[str, str]) -> Entity:
    ranked = _ranked(seen, chosen) or _ranked(seen, chosen, by_content=True)
    if not ranked:
        raise Undecided(
            f"{table.path.name} is not recognised: its columns ({_some(table.columns)}) do not say what its rows are.",
            f"Say it with --as {'|'.join(ENTITIES)}, and name columns with --map 'Column=field'.",
        )
    even = _by_their_words(seen, [entity for score, entity in ranked if score >= _ABOUT_EQUAL * ranked[0][0]], chosen)
    if len(even) > 1:
        names = " or ".join(entity.label.lower() for entity in even)
        choices = " or ".join(f"--as {entity.name}" for entity in even)
        raise Undecided(f"{table.path.name} could be {names}.", f"Say which with {choices}.")
    _ask_where_more_is_named(table, seen, even[0], chosen)
    return even[0]


def _by_their_words(seen: Seen, even: list[Entity], chosen: Mapping[str, str]) -> list[Entity]:
    """Of entities that are about equally likely those for which the cells speak: "opened" is of emails, "call" is not.

    Those without a column of known words are kept unless the words of exactly one other are there.
    """
    if len(even) == 1:
        return even
    told = {entity.name: _knows_its_words(seen, entity, chosen) for entity in even}
    sure = [entity for entity in even if told[entity.name]]
    return sure if len(sure) == 1 else [entity for entity in even if told[entity.name] is not False] or even


def _knows_its_words(seen: Seen, entity: Entity, chosen: Mapping[str, str]) -> bool | None:
    """Whether most cells of an entity's columns of known words are such words; None where it has no such column."""
    kinds = {one.name: one.kind for one in entity.fields}
    mapping = _with(fields_of(propose(entity, seen)), chosen)
    known = [
        _is_word(_WORDS[kinds[name]], cell)
        for column, cells in zip(seen.columns, seen.cells, strict=True)
        if (name := mapping.get(column, "")) and kinds.get(name) in _WORDS
        for cell in cells
    ]
    return sum(known) * 2 > len(known) if known else None


def _is_word(convert: Callable[[str], str], cell: str) -> bool:
    try:
        convert(cell)
    except Unfit:
        return False
    return True


def _ask_where_more_is_named(table: Table, seen: Seen, entity: Entity, chosen: Mapping[str, str]) -> None:
    """A list of sales without customers is none of products, though it names products and prices.

    Raises
    ------
    Undecided
        Most columns name something that only lacks what it needs.
    """
    own = len(_named(seen, entity, chosen))
    if own * 2 >= len(own_columns(table)):
        return
    for other in ENTITIES.values():
        names = _named(seen, other, chosen)
        missing = lacking(other, names)
        if missing and len(names) >= own + _MORE:
            label = other.label.lower()
            raise Undecided(
                f"{table.path.name} looks like {label}, but no column is {_named_fields(missing[0])}.",
                f"Name it with --map 'Column={missing[0][0].name}', or say with --as what the rows are.",
                other.name,
            )


def _named(seen: Seen, entity: Entity, chosen: Mapping[str, str]) -> list[str]:
    mapping = _with(fields_of(propose(entity, seen)), chosen)
    return [name for name in mapping.values() if name and entity.field(name) is not None]


def _system_of(table: Table, entity: Entity | None) -> System | None:
    """The known export for which the headers speak most strongly."""
    bare = table.dialect.header_row is None
    best, most = None, 0.0
    for system in all_systems():
        if entity is not None and system.entity != entity.name:
            continue
        if bare and _has_shape(table, system.shape):
            return system
        evidence = system.evidence(table.columns)
        if evidence > most:
            best, most = system, evidence
    return best


def _has_shape(table: Table, shape: tuple[str, ...]) -> bool:
    if not shape or len(table.columns) != len(shape):
        return False
    rows = [row for row in table.sample if len(row) == len(shape)]
    return len(rows) > _ONLY_BY_HEADERS * len(table.sample) and all(
        re.fullmatch(form, cell) for row in rows for form, cell in zip(shape, row, strict=True)
    )


def _entity(name: str) -> Entity:
    found = ENTITIES.get(name.strip().lower().replace(" ", "_").replace("-", "_"))
    if found is None:
        raise UserError(f"“{name}” is nothing that can be imported. Choose one of {', '.join(ENTITIES)}.")
    return found


def _check_columns(table: Table, chosen: Mapping[str, str]) -> None:
    for column in chosen:
        if column not in table.columns:
            raise UserError(f"{table.path.name} has no column “{column}”. Its columns are {_some(table.columns)}.")


def _check_fields(entity: Entity, chosen: Mapping[str, str]) -> None:
    for name in chosen.values():
        if name and entity.field(name) is None:
            fields = ", ".join(field.name for field in entity.fields)
            raise UserError(f"{entity.label} have no field “{name}”. Choose one of {fields}.")


def _check_names(chosen: Mapping[str, str]) -> None:
    known = {field.name for entity in ENTITIES.values() for field in entity.fields}
    for name in chosen.values():
        if name and name not in known:
            raise Undecided(f"Nothing has a field “{name}”.", "Say what the rows are with --as to see their fields.")


def _with(mapping: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    taken = {field for field in chosen.values() if field}
    kept = {column: field for column, field in mapping.items() if column not in chosen and field not in taken}
    return {**kept, **chosen}


def _merge(table: Table, mapping: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Columns of the file to fields, in the file's order; what a person said comes before what was found."""
    merged = _with(mapping, chosen)
    return {column: merged[column] for column in table.columns if merged.get(column)}


def _unknown(table: Table, seen: Seen, entity: Entity, chosen: Mapping[str, str]) -> Recognition:
    """The columns of a file of no known system, whose rows are of this entity."""
    proposals = propose(entity, seen)
    if lacking(entity, [*fields_of(proposals).values(), *chosen.values()]):
        told = propose(entity, seen, by_content=True)
        # What stands in the columns helps only where nothing is left to ask then.
        if not lacking(entity, [*fields_of(told).values(), *chosen.values()]):
            proposals = told
    mapping = _merge(table, fields_of(proposals), chosen)
    # What a person confirmed is not unsure any more, whatever the evidence alone would have said.
    proposals = {column: one for column, one in proposals.items() if one.confidence >= SURE or column not in chosen}
    _refuse_lacking(table, entity, lacking(entity, mapping.values()))
    return Recognition(entity, mapping, None, table, proposals)


def _refuse_lacking(table: Table, entity: Entity, missing: Sequence[tuple[Field, ...]]) -> None:
    if missing:
        raise Undecided(
            f"{table.path.name} has no column for {_named_fields(missing[0])} of {entity.label.lower()}.",
            f"Name it with --map 'Column={missing[0][0].name}'. Its columns are {_some(own_columns(table))}.",
        )


def _named_fields(fields: Sequence[Field]) -> str:
    """Fields as the boxes of a window name them."""
    return " or ".join(f"“{one.label}”" for one in fields)


def _some(columns: Sequence[str]) -> str:
    shown = ", ".join(column.replace("\n", " ")[:40] for column in columns[:12])
    return shown + (f" and {len(columns) - 12} more" if len(columns) > 12 else "")
