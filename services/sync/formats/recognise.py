"""What a file is about: a known export, or the entity whose fields its headers name best."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from models.values.errors import UserError
from services.entities import ENTITIES, Entity, Field
from services.sync.formats.headers import lacking
from services.sync.formats.learnt import guessed
from services.sync.formats.propose import BY_SYNONYM, Seen, fields_of, propose
from services.sync.formats.ranking import Undecided, merged_with, named_fields, some_of, unreadable
from services.sync.formats.reshape import as_read, fixed_header, is_used, own_columns, reshape
from services.sync.formats.settle import SURE, Proposal
from services.sync.formats.shapes import lay_out, with_groups
from services.sync.formats.systems import System, all_systems
from services.sync.formats.weighing import what_they_are
from services.sync.kinds.vocabulary import listed
from services.sync.read import Table

_ONLY_BY_HEADERS = 0.75
_GAINED: Final = frozenset(listed("kinds")["such"]["gained"])

#: Fields of people that are called differently where they are contacts.
_AS_CONTACT: Final = {"customer_id": "contact_id", "company": "customer_name"}


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
    notes
        How its rows were laid out, where they do not lie in the file as this program keeps them.
    """

    entity: Entity
    mapping: dict[str, str]
    system: System | None
    table: Table
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The export in words: "Online Retail order lines", or the entity where no system is known."""
        return self.system.words if self.system else self.entity.label

    @property
    def unsure(self) -> tuple[str, ...]:
        """What a person should know about columns that were taken for something on little evidence."""
        labels = {one.name: one.label for one in self.entity.fields}
        return tuple(
            f"“{column}” was read as “{labels[proposal.field]}”: {proposal.why[:1].lower()}{proposal.why[1:]}."
            for column, proposal in self.proposals.items()
            if proposal.confidence < SURE and self.mapping.get(column) == proposal.field
        )


def recognise(
    table: Table,
    entity_name: str | None = None,
    overrides: Mapping[str, str] | None = None,
    kind: str | None = None,
) -> Recognition:
    """Find out what a file is about.

    Parameters
    ----------
    entity_name : str, optional
        What a person said it is about (``--as``).
    overrides : mapping of str to str, optional
        What a person said columns mean (``--map``): column to field, or to '' to leave the column out.
    kind : str, optional
        Of what kind a person said all rows are (``--kind``), such as "store_visit".

    Raises
    ------
    UserError
        An entity or a field is not known, or nothing is recognised; the message says what can be said.
    """
    chosen = dict(overrides or {})
    entity = _entity(entity_name) if entity_name is not None else None
    if entity is not None and entity.by_account:
        return _of_accounts(table, entity, chosen)
    system = _system_of(table, entity)
    if system is not None:
        if system.refuse and entity is None:
            raise Undecided(f"{table.path.name} is a file of {system.words}.", system.refuse)
        table, entity = reshape(table, system), ENTITIES[system.entity]
    _check_columns(table, chosen)
    if entity is not None:
        _check_fields(entity, chosen)
        if system is not None:
            mapping = _merge(table, _completed(table, entity, of_system(table, system)), chosen)
            needed = [(one,) for one in entity.fields if one.required and one.name not in mapping.values()]
            _refuse_lacking(table, entity, needed)
            return Recognition(entity, mapping, system, table)
        return _unknown(table, entity, chosen, kind)
    _check_names(chosen)
    shown = with_groups(table)
    found = _unknown(table, what_they_are(shown, Seen.of(shown.columns, shown.sample), chosen), chosen, kind)
    beside = ENTITIES.get(found.entity.asked_beside)
    if beside is None:
        return found
    apart = f"{found.entity.label} do not count as purchases. If no other file has what was bought, import this one as"
    return replace(found, notes=(*found.notes, f"{apart} {beside.label.lower()}."))


def recognise_also(recognition: Recognition) -> list[Recognition]:
    """The further entities that the rows of a known export bring, where the file has the columns for them."""
    system = recognition.system
    found = _contracts_of(recognition)
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


def _contracts_of(recognition: Recognition) -> list[Recognition]:
    """The contracts that rows about something else bring in columns of their own."""
    fields = {column: recognition.entity.field(name) for column, name in recognition.mapping.items()}
    mapping = {column: field.part for column, field in fields.items() if field is not None and field.part}
    if not mapping:
        return []
    return [Recognition(ENTITIES["contracts"], mapping, recognition.system, recognition.table)]


def contacts_of(recognition: Recognition, chosen: Mapping[str, str]) -> Recognition | None:
    """What a list of people says of them as contacts of accounts; None where it names no accounts or no people."""
    contacts, table = ENTITIES["contacts"], recognition.table
    mapping: dict[str, str] = {}
    if recognition.system is not None:
        renamed = ((column, _AS_CONTACT.get(name, name)) for column, name in recognition.mapping.items())
        mapping = {column: name for column, name in renamed if contacts.field(name) is not None}
    for column, name in fields_of(propose(contacts, Seen.of(table.columns, table.sample))).items():
        if column not in mapping and name not in mapping.values():
            mapping[column] = name
    mapping = _merge(table, mapping, chosen)
    if lacking(contacts, mapping.values()) or contacts.name == recognition.entity.name:
        return None
    return Recognition(contacts, mapping, recognition.system, table)


def _of_accounts(table: Table, entity: Entity, chosen: Mapping[str, str]) -> Recognition:
    people = ENTITIES["customers"]
    system = _system_of(table, people)
    if system is not None:
        table = reshape(table, system)
    _check_columns(table, chosen)
    _check_fields(entity, chosen)
    mapping = of_system(table, system) if system is not None else {}
    found = contacts_of(Recognition(people, mapping, system, table), chosen)
    if found is None:
        said = [*fields_of(propose(entity, Seen.of(table.columns, table.sample))).values(), *chosen.values()]
        _refuse_lacking(table, entity, lacking(entity, said))
        raise Undecided(f"{table.path.name} names no contacts of accounts.", "Say with --as what its rows are.")
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


def _completed(table: Table, entity: Entity, mapping: dict[str, str]) -> dict[str, str]:
    """The mapping of a known export with columns that its declaration does not name: it grew, or offers a choice.

    Only of fields that say something of a row or of whom it is, by headers that say so outright: keys, days, amounts
    and kinds mean in each system what its declaration says.
    """
    proposals = propose(entity, Seen.of(table.columns, table.sample))
    kinds = _GAINED if "email_consent" in mapping.values() else _GAINED | {"opt_out"}
    free = {
        one.name
        for one in entity.fields
        if one.kind in kinds and one.role in ("row", "customer", "control") and one.name not in mapping.values()
    }
    gained = {
        column: one.field
        for place, column in enumerate(table.columns)
        if column not in mapping and not is_used(table, place)
        if (one := proposals.get(column)) is not None and one.field in free and one.confidence >= BY_SYNONYM
    }
    return mapping | gained


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
        raise UserError(f"“{name}” cannot be imported. Choose one of {', '.join(ENTITIES)}.")
    return found


def _check_columns(table: Table, chosen: Mapping[str, str]) -> None:
    for column in chosen:
        if column not in table.columns:
            raise UserError(f"{table.path.name} has no column “{column}”. Its columns are {some_of(table.columns)}.")


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


def _merge(table: Table, mapping: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Columns of the file to fields, in the file's order; what a person said comes before what was found."""
    merged = merged_with(mapping, chosen)
    return {column: merged[column] for column in table.columns if merged.get(column)}


def _unknown(table: Table, entity: Entity, chosen: Mapping[str, str], kind: str | None) -> Recognition:
    """The columns of a file of no known system, whose rows are of this entity."""
    laid = lay_out(table, Seen.of(table.columns, table.sample), entity, kind, chosen)
    table, chosen = laid.table, {**laid.mapping, **chosen}
    seen = Seen.of(table.columns, table.sample)
    proposals = _with_guesses(entity, seen, propose(entity, seen), chosen)
    if lacking(entity, [*fields_of(proposals).values(), *chosen.values()]):
        told = _with_guesses(entity, seen, propose(entity, seen, by_content=True), chosen)
        # What stands in the columns helps only where nothing is left to ask then.
        if not lacking(entity, [*fields_of(told).values(), *chosen.values()]):
            proposals = told
    mapping = _supported(entity, _merge(table, fields_of(proposals), chosen), chosen)
    # What a person confirmed is not unsure any more, whatever the evidence alone would have said.
    proposals = {column: one for column, one in proposals.items() if one.confidence >= SURE or column not in chosen}
    _refuse_lacking(table, entity, lacking(entity, mapping.values()))
    return Recognition(entity, mapping, None, table, proposals, laid.notes)


def _with_guesses(
    entity: Entity, seen: Seen, proposals: dict[str, Proposal], chosen: Mapping[str, str]
) -> dict[str, Proposal]:
    return guessed(entity, seen, merged_with(fields_of(proposals), chosen)) | proposals


def _supported(entity: Entity, mapping: dict[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The mapping without fields that nobody chose and that mean nothing without others, which the file lacks."""
    said = set(mapping.values())
    alone = {field.name for field in entity.fields if field.beside and not said & set(field.beside)}
    return {column: name for column, name in mapping.items() if name not in alone or column in chosen}


def _refuse_lacking(table: Table, entity: Entity, missing: Sequence[tuple[Field, ...]]) -> None:
    if missing:
        raise unreadable(table, Seen.of(table.columns, table.sample), entity, missing[0]) or Undecided(
            f"{table.path.name} has no column for {named_fields(missing[0])} of {entity.label.lower()}.",
            f"Name it with --map 'Column={missing[0][0].name}'. Its columns are {some_of(own_columns(table))}.",
            entity.name,
        )
