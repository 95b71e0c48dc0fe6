"""The plan of an import: everything that is decided about a file before its rows are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.values.errors import UserError
from models.values.imports import ImportOptions
from models.values.meanings import Doubt, Meaning
from services.sync.entities import Entity, Field
from services.sync.map.headers import REJECT_COLUMNS, fingerprint, normal
from services.sync.read import Table
from services.sync.read.dialect import BLANKS
from services.sync.recognise import Recognition, Undecided, is_used, own_columns, recognise, recognise_also
from services.sync.validate.currencies import CODES
from services.sync.validate.decisions import DATES, Circumstances, Column, Decided, decide, meaning_of
from services.sync.validate.form import PLAIN, Form


class MeaningOpen(Undecided):
    """What a column means cannot be told from its cells, and nobody has said it."""

    @classmethod
    def of(cls, doubt: Doubt) -> MeaningOpen:
        """The doubt as an error, which says how a command is told the answer."""
        values = [reading.value for reading in doubt.readings]
        said = " or ".join(f"--read '{doubt.column}={value}'" for value in values)
        if doubt.kind == "date_order":
            said = " or ".join(f"--date-order {value}" for value in values)
        return cls(doubt.question, f"Say which with {said}.")


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One column of the file that becomes a field, with what was decided about it.

    Attributes
    ----------
    place
        Its place in the file, from 0.
    header
        Its header.
    field
        What it becomes.
    form
        How its cells are read.
    """

    place: int
    header: str
    field: Field
    form: Form = PLAIN

    @property
    def order(self) -> str:
        """How its dates are read."""
        return self.form.order

    @property
    def comma(self) -> bool:
        """Whether the comma is its decimal sign."""
        return self.form.comma


@dataclass(frozen=True, slots=True)
class Basis:
    """On what columns are decided besides their cells: what was said, and what holds where nothing is said."""

    wanted: tuple[Column, ...]
    about: Circumstances
    currency_said: str
    currency: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, what it is about, and what each of its columns becomes; ``said`` are the fields that a person named."""

    table: Table
    recognition: Recognition
    columns: tuple[MappedColumn, ...]
    extra: tuple[tuple[int, str], ...]
    source: str
    source_said: bool
    zone: tzinfo
    currency: str
    zone_assumed: bool
    words: str
    basis: Basis
    meanings: tuple[Meaning, ...]
    warnings: tuple[str, ...] = field(default=())
    also: tuple[Plan, ...] = field(default=())
    said: frozenset[str] = frozenset()

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What must be said before the file can be imported."""
        own = tuple(doubt for meaning in self.meanings for doubt in meaning.doubts)
        asked = {doubt.column for doubt in own}
        return own + tuple(doubt for one in self.also for doubt in one.doubts if doubt.column not in asked)

    @property
    def entity(self) -> Entity:
        """What the file is about."""
        return self.recognition.entity

    @property
    def mapping(self) -> dict[str, str]:
        """Column to field, as the receipt has it."""
        return {column.header: column.field.name for column in self.columns}

    def column(self, name: str) -> MappedColumn | None:
        """The column that becomes a field, or None."""
        return next((column for column in self.columns if column.field.name == name), None)

    def has(self, *names: str) -> bool:
        """Whether the file has any of these fields."""
        return any(self.column(name) is not None for name in names)

    @property
    def column_warnings(self) -> tuple[str, ...]:
        """What a person should know about how columns were read, and about damage in them."""
        stripped = [column.header for column in self.columns if column.form.strip_zero]
        said = [f"{meaning.column}: {flag}" for meaning in self.meanings for flag in meaning.flags]
        if stripped:
            said.insert(0, f"Ids in {', '.join(stripped)} are written like 17850.0 and were read as 17850.")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier file with the same headers was taken to be."""

    source: str
    mapping: Mapping[str, str]
    entity: str


def make_plan(
    table: Table,
    options: ImportOptions,
    *,
    local_zone: tzinfo,
    book_currency: str,
    remembered: Remembered | None,
    survey: bool = False,
) -> Plan:
    """Decide everything about a file.

    Parameters
    ----------
    table : Table
    options : ImportOptions
        What a person said; it comes before any evidence.
    local_zone : tzinfo
        The zone of times that name none, where nobody said which.
    book_currency : str
        The currency of amounts where neither the file nor a person says which.
    remembered : Remembered, optional
        What an earlier file with the same headers was taken to be.
    survey : bool
        Whether all rows are counted even where the first ones decide.

    Returns
    -------
    Plan
        Its `doubts` are open; until they are answered, the likeliest reading holds.

    Raises
    ------
    UserError
        The file is not recognised, or something must be said first.
    """
    entity_name, overrides = what_was_said(options, remembered)
    recognition = recognise(table, entity_name, overrides)
    table = recognition.table
    if recognition.system is not None and recognition.system.date_order:
        options = replace(options, date_order=options.date_order or recognition.system.date_order)
    _check_meanings(table, options)
    fields = _fields(table, recognition)
    zone, assumed = _zone(options.timezone, local_zone, fields)
    basis = _basis(table, recognition, fields, options, zone, book_currency)
    decided = _decide(table, basis, survey=survey)
    columns = _columns(fields, decided)
    extra = _extra(table, columns, overrides)
    plan = Plan(
        table=table,
        recognition=recognition,
        columns=columns,
        extra=extra,
        source_said=bool(options.source) or remembered is not None,
        source=options.source or _source(table, recognition, remembered),
        zone=zone,
        currency=_currency(basis, decided),
        zone_assumed=assumed,
        words=_words(recognition, options),
        basis=basis,
        meanings=_meanings(decided),
        warnings=_warnings(table, recognition, extra),
        said=frozenset(overrides.values()),
    )
    also = tuple(_part(plan, one, options, survey=survey) for one in recognise_also(recognition))
    return replace(plan, also=also)


def settle(plan: Plan) -> Plan:
    """Decide the columns of a plan again, from all rows of the file."""
    decided = _decide(plan.table, plan.basis, survey=True)
    fields = {column.place: (column.header, column.field) for column in plan.columns}
    return replace(
        plan,
        columns=_columns(fields, decided),
        currency=_currency(plan.basis, decided),
        meanings=_meanings(decided),
        also=tuple(settle(one) for one in plan.also),
    )


def _part(plan: Plan, recognition: Recognition, options: ImportOptions, *, survey: bool) -> Plan:
    """The plan of a further entity that a file's rows bring."""
    table = recognition.table
    fields = _fields(table, recognition)
    basis = _basis(table, recognition, fields, options, plan.zone, plan.currency)
    decided = _decide(table, basis, survey=survey)
    return replace(
        plan,
        table=table,
        recognition=recognition,
        columns=_columns(fields, decided),
        basis=basis,
        meanings=_meanings(decided),
        extra=(),
        warnings=(),
    )


def header_signature(table: Table) -> str:
    """What files with the same headers are remembered by."""
    return fingerprint(own_columns(table))


def what_was_said(options: ImportOptions, remembered: Remembered | None) -> tuple[str | None, dict[str, str]]:
    """What the file is about and column to field: as a person said now, else as an earlier file was taken."""
    if remembered is None:
        return options.entity, dict(options.mapping)
    return options.entity or remembered.entity, {**remembered.mapping, **dict(options.mapping)}


def _extra(
    table: Table, columns: tuple[MappedColumn, ...], overrides: Mapping[str, str]
) -> tuple[tuple[int, str], ...]:
    """Place and header of the columns that become no field and that nobody said to leave out."""
    mapped = {column.place for column in columns}
    return tuple(
        (place, header)
        for place, header in enumerate(table.columns)
        if place not in mapped
        and header not in REJECT_COLUMNS
        and overrides.get(header) != ""
        and not is_used(table, place)
    )


def _fields(table: Table, recognition: Recognition) -> dict[int, tuple[str, Field]]:
    """Header and field of each column that becomes one, by place."""
    places = {header: place for place, header in enumerate(table.columns)}
    return {
        places[header]: (header, found)
        for header, name in recognition.mapping.items()
        if (found := recognition.entity.field(name)) is not None
    }


def _basis(
    table: Table,
    recognition: Recognition,
    fields: Mapping[int, tuple[str, Field]],
    options: ImportOptions,
    zone: tzinfo,
    book_currency: str,
) -> Basis:
    said = {normal(header): words for header, words in options.meanings}
    wanted = []
    for place, (header, found) in sorted(fields.items()):
        words = said.get(normal(header), "")
        if found.kind in DATES and options.date_order and not words:
            words = options.date_order
        wanted.append(Column(place, header, found.kind, words))
    code = _said_currency(options)
    known = recognition.system.currency if recognition.system is not None else ""
    beside = any(column.kind == "currency" for column in wanted)
    about = Circumstances(table.dialect.delimiter, zone, code or known, table.path.name, book_currency, beside)
    return Basis(tuple(wanted), about, code, known or _beside(table, fields) or book_currency)


def _beside(table: Table, fields: Mapping[int, tuple[str, Field]]) -> str:
    """What amounts are in beside which no currency stands: what stands beside most others of the file."""
    places = [place for place, (_, found) in fields.items() if found.kind == "currency"]
    cells = [row[place].strip().upper() for row in table.sample for place in places if place < len(row)]
    codes = Counter(cell for cell in cells if len(cell) == 3 and cell.isascii() and cell.isalpha())
    return min(codes, key=lambda code: (-codes[code], code), default="")


def _check_meanings(table: Table, options: ImportOptions) -> None:
    known = {normal(header) for header in table.columns}
    for header, _ in options.meanings:
        if normal(header) not in known:
            columns = ", ".join(table.columns[:12])
            raise UserError(f"{table.path.name} has no column “{header}”. Its columns are {columns}.")


def _decide(table: Table, basis: Basis, *, survey: bool) -> dict[int, Decided]:
    return decide(
        basis.wanted, table.sample, lambda: (batch.rows for batch in table.batches()), basis.about, survey=survey
    )


def _columns(fields: Mapping[int, tuple[str, Field]], decided: Mapping[int, Decided]) -> tuple[MappedColumn, ...]:
    return tuple(
        MappedColumn(place, header, found, decided[place].form) for place, (header, found) in sorted(fields.items())
    )


def _meanings(decided: Mapping[int, Decided]) -> tuple[Meaning, ...]:
    return tuple(meaning_of(decided[place]) for place in sorted(decided))


def _zone(named: str | None, local: tzinfo, fields: Mapping[int, tuple[str, Field]]) -> tuple[tzinfo, bool]:
    if named is not None:
        try:
            return (UTC if named.upper() in ("UTC", "GMT", "Z") else ZoneInfo(named)), False
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UserError(f"“{named}” is no time zone. Write one such as Europe/Berlin or UTC.") from None
    return local, any(found.kind == "moment" for _, found in fields.values())


def _words(recognition: Recognition, options: ImportOptions) -> str:
    """What the file was recognised as: the known export, else the named system and what its rows are."""
    if recognition.system is None and options.source:
        return f"{options.source} {recognition.entity.label.lower()}"
    return recognition.words


def _source(table: Table, recognition: Recognition, remembered: Remembered | None) -> str:
    if remembered is not None:
        return remembered.source
    if recognition.system is not None:
        return recognition.system.name
    return source_from_name(table.path.name)


def source_from_name(name: str) -> str:
    """A file's name without endings, numbers and dates: next month's export has the same, such as "orders_export"."""
    stem = re.sub(r"(?:\.(?:csv|tsv|txt|tab|psv|gz|dat))+$", "", name, flags=re.IGNORECASE)
    stem = re.sub(r"(?:\.\d+)?\.rejects$", "", stem)
    short = re.sub(r"(?:[\s_.\-]*(?:\(?\d+\)?|copy|final|new|latest))+$", "", stem, flags=re.IGNORECASE)
    return (short or stem).strip() or "file"


def _said_currency(options: ImportOptions) -> str:
    if not options.currency:
        return ""
    code = options.currency.strip().upper()
    if code not in CODES:
        raise UserError(f"“{options.currency}” is no currency. Write three letters such as USD or EUR.")
    return code


def _currency(basis: Basis, decided: Mapping[int, Decided]) -> str:
    """What bare amounts are in: as a person said, else as amounts of the file show, else as its system has it."""
    if basis.currency_said:
        return basis.currency_said
    for one in decided.values():
        if one.column.kind in ("money", "decimal") and one.currency:
            return one.currency
    return basis.currency


def _warnings(table: Table, recognition: Recognition, extra: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    said = list(table.warnings)
    if recognition.system is not None and recognition.system.remark:
        said.append(recognition.system.remark)
    said += recognition.unsure
    if extra and recognition.entity.name != "customers":
        names = ", ".join(header for _, header in extra[:6]) + (", …" if len(extra) > 6 else "")
        said.append(f"Not imported, because {recognition.entity.label.lower()} have no field for it: {names}.")
    if table.dialect.delimiter == BLANKS:
        said.append("The columns are separated by blanks.")
    return tuple(said)
