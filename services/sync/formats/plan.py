"""The plan of an import: everything that is decided about a file before its rows are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.values.errors import UserError
from models.values.imports import ImportOptions
from models.values.meanings import Doubt, Meaning
from models.values.money import CODES
from services.entities import Entity, Field
from services.sync.formats.headers import REJECT_COLUMNS, fingerprint, normal
from services.sync.formats.ranking import Undecided
from services.sync.formats.recognise import Recognition, recognise, recognise_also
from services.sync.formats.reshape import is_used, own_columns
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.column import Circumstances, Column, Evidence
from services.sync.kinds.dates import Dates
from services.sync.kinds.decisions import DATES, conclude, decide, observing, take
from services.sync.kinds.words import is_age
from services.sync.read import Table
from services.sync.read.cells import BLANKS

_WITNESS = Field("", "date", "")


@dataclass(frozen=True, slots=True)
class Basis:
    """On what columns are decided besides their cells: what was said, and what holds where nothing is said.

    Attributes
    ----------
    columns
        Those that become fields, with what a person said of each.
    about
        What is known of the file besides its cells.
    currency_said
        What a person said that amounts are in; '' where nobody did.
    currency
        What bare amounts are in where no amount shows it.
    currency_assumed
        Whether neither a person nor the file's system nor a column of it says that currency.
    """

    columns: tuple[Column, ...]
    about: Circumstances
    currency_said: str
    currency: str
    currency_assumed: bool


class Meant(NamedTuple):
    """How the columns are read, what bare amounts are in, whether nothing says so, and all of it in words."""

    columns: tuple[Column, ...]
    currency: str
    currency_assumed: bool
    meanings: tuple[Meaning, ...]


def basis_of(recognition: Recognition, options: ImportOptions, zone: tzinfo, book_currency: str) -> Basis:
    """Gather on what the columns of a recognised table are decided.

    Raises
    ------
    UserError
        A person named a currency that is none.
    """
    table = recognition.table
    said = {normal(header): words for header, words in options.meanings}
    columns = []
    for place, header in enumerate(table.columns):
        found = recognition.entity.field(recognition.mapping.get(header, ""))
        if found is not None:
            otherwise = options.date_order or "" if found.kind in DATES else ""
            columns.append(Column(place, header, found, said.get(normal(header), "") or otherwise))
    code = _said_currency(options)
    known = recognition.system.currency if recognition.system is not None else ""
    beside = any(one.kind == "currency" for one in columns)
    written = datetime.fromtimestamp(table.path.stat().st_mtime, zone)
    about = Circumstances(
        *(table.dialect.delimiter, zone, code or known, table.path.name, book_currency, beside, written.year)
    )
    named = known or _beside(table, columns)
    return Basis(tuple(columns), about, code, named or book_currency, not (code or named or beside))


def _beside(table: Table, columns: Sequence[Column]) -> str:
    """Return the currency for amounts that name none: the one that most others in the file name."""
    places = [one.place for one in columns if one.kind == "currency"]
    cells = [row[place].strip().upper() for row in table.sample for place in places if place < len(row)]
    codes = Counter(cell for cell in cells if len(cell) == 3 and cell.isascii() and cell.isalpha())
    return min(codes, key=lambda code: (-codes[code], code), default="")


def read_columns(table: Table, basis: Basis) -> Meant:
    """Decide how the columns are read, from the first rows where they suffice."""
    columns = (*basis.columns, *_witnesses(table, basis))
    return _meant(basis, decide(columns, table.sample, lambda: (batch.rows for batch in table.batches()), basis.about))


class Survey:
    """All rows of a file as evidence of how its columns are read, shown to it while they pass by."""

    def __init__(self, table: Table, basis: Basis) -> None:
        self._basis = basis
        self._columns = observing((*basis.columns, *_witnesses(table, basis)))

    def take(self, rows: Sequence[Sequence[str]]) -> None:
        """Show it further rows."""
        take(self._columns, rows)

    def meant(self) -> Meant:
        """How the columns are read, by all rows."""
        conclude(self._columns, self._basis.about, settled=True)
        return _meant(self._basis, self._columns)


def _meant(basis: Basis, observed: Sequence[Column]) -> Meant:
    decided = observed[: len(basis.columns)]
    currency = basis.currency_said or next(
        (found for one in decided if (amounts := _amounts(one)) and (found := amounts.currency_of(one.header))), ""
    )
    has_bare = any(amounts.bare > 0 for one in decided if (amounts := _amounts(one)))
    return Meant(
        # What was seen of the cells is not needed any more, and may be large.
        columns=tuple(replace(one, evidence=Evidence()) for one in decided),
        currency=currency or basis.currency,
        currency_assumed=not currency and basis.currency_assumed and has_bare,
        meanings=tuple(one.meaning() for one in decided),
    )


def _amounts(one: Column) -> Numbers | None:
    """What the cells of a column of amounts or prices say."""
    return one.evidence if one.kind in ("money", "decimal") and isinstance(one.evidence, Numbers) else None


def _witnesses(table: Table, basis: Basis) -> Iterable[Column]:
    """Columns of dates that become no field: one program wrote them all, so they show the order of the others."""
    if not any(one.kind in DATES and not one.said for one in basis.columns):
        return
    mapped = {one.place for one in basis.columns}
    for place, header in enumerate(table.columns):
        dates = Dates()
        if place not in mapped:
            dates.take([row[place] for row in table.sample if place < len(row)])
        if dates.order in ("dmy", "mdy"):
            yield Column(place, header, _WITNESS)


def _said_currency(options: ImportOptions) -> str:
    if not options.currency:
        return ""
    code = options.currency.strip().upper()
    if code not in CODES:
        raise UserError(f"“{options.currency}” is not a currency. Write three letters such as USD or EUR.")
    return code


class MeaningOpen(Undecided):
    """What a column means cannot be told from its cells, and nobody has said it."""

    @classmethod
    def of(cls, doubt: Doubt) -> MeaningOpen:
        """The doubt as an error, which says how a command is told the answer."""
        values = [reading.value for reading in doubt.readings]
        said = " or ".join(f"--read '{doubt.column}={value}'" for value in values)
        if doubt.kind == "date_order":
            said = " or ".join(f"--date-order {value}" for value in values)
        if doubt.kind == "source":
            said = " or ".join(f"--source '{value}'" for value in values)
        return cls(doubt.question, f"Say which with {said}.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from: what was dropped with it, and the systems whose files have the same columns."""

    beside: tuple[tuple[str, str], ...] = ()
    by_headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, what it is about, and what each of its columns becomes.

    ``said`` are the fields that a person named, ``settled`` is whether all rows decided and not the first ones alone.
    """

    table: Table
    recognition: Recognition
    columns: tuple[Column, ...]
    extra: tuple[tuple[int, str], ...]
    source: str
    source_said: bool
    zone: tzinfo
    currency: str
    currency_assumed: bool
    zone_assumed: bool
    words: str
    basis: Basis
    meanings: tuple[Meaning, ...]
    warnings: tuple[str, ...] = field(default=())
    also: tuple[Plan, ...] = field(default=())
    said: frozenset[str] = frozenset()
    settled: bool = False
    origin: Origin = Origin()
    currency_whose: str = ""  # whose currency amounts are taken in, where nothing says which they are in

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

    def column(self, name: str) -> Column | None:
        """The column that becomes a field, or None."""
        return next((column for column in self.columns if column.field.name == name), None)

    def has(self, *names: str) -> bool:
        """Whether the file has any of these fields."""
        return any(self.column(name) is not None for name in names)

    @property
    def only_updates(self) -> bool:
        """Whether its rows say so little of customers that nobody new is made of them."""
        if self.recognition.system is not None:
            return False
        if self.entity.known_by:
            return self.has(self.entity.known_by) and not any(self.has(*group) for group in self.entity.needs)
        named = ("contract_id", "customer_name", "customer_email", "customer_phone")
        return self.entity.name == "contracts" and not self.has(*named)

    @property
    def column_warnings(self) -> tuple[str, ...]:
        """What a person should know about how columns were read, and about damage in them."""
        stripped = [column.header for column in self.columns if column.form.strip_zero]
        said = [f"{meaning.column}: {flag}" for meaning in self.meanings for flag in meaning.flags]
        if stripped:
            said.insert(0, f"IDs in {', '.join(stripped)} are written like 17850.0 and were read as 17850.")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What an earlier file with the same headers was taken to be, and all systems that have such files."""

    source: str
    mapping: Mapping[str, str]
    entity: str
    sources: tuple[str, ...] = ()


def make_plan(
    table: Table,
    options: ImportOptions,
    *,
    local_zone: tzinfo,
    book_currency: str,
    remembered: Remembered | None,
) -> Plan:
    """Decide everything about a file.

    Parameters
    ----------
    options : ImportOptions
        What a person said; it comes before any evidence.
    local_zone : tzinfo
        The zone of times that name none, where nobody said which.
    book_currency : str
        The currency of amounts where neither the file nor a person says which.
    remembered : Remembered, optional
        What an earlier file with the same headers was taken to be.

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
    recognition = recognise(table, entity_name, overrides, options.kind)
    if recognition.system is not None and recognition.system.date_order:
        options = replace(options, date_order=options.date_order or recognition.system.date_order)
    _check_meanings(recognition.table, options)
    zone = _zone(options.timezone, local_zone)
    plan = replace(
        _plan_of(recognition, options, zone, book_currency),
        source=options.source or (recognition.system.name if recognition.system is not None else ""),
        source_said=bool(options.source),
        origin=Origin(by_headers=remembered.sources if remembered is not None else ()),
        said=frozenset(overrides.values()),
    )
    plan = replace(plan, extra=_extra(plan, overrides))
    also = (_plan_of(one, options, zone, plan.currency) for one in recognise_also(recognition))
    return replace(plan, warnings=_warnings(plan), also=tuple(replace(one, source=plan.source) for one in also))


def settle(plan: Plan) -> Plan:
    """Decide the columns of a plan again, from all rows of the file."""
    also = tuple(map(settle, plan.also))
    rows = Survey(plan.table, plan.basis)
    for batch in plan.table.batches():
        rows.take(batch.rows)
    return replace(settled_by(plan, rows.meant()), also=also)


def settled_by(plan: Plan, meant: Meant) -> Plan:
    """The plan as all rows of its file decide."""
    return replace(plan, **meant._asdict(), settled=True)


def reads_alike(plan: Plan, other: Plan) -> bool:
    """Whether two plans of a file make the same values of its cells."""
    forms, others = ([replace(one.form, settled=True) for one in each.columns] for each in (plan, other))
    return plan.currency == other.currency and forms == others and all(map(reads_alike, plan.also, other.also))


def _plan_of(recognition: Recognition, options: ImportOptions, zone: tzinfo, currency: str) -> Plan:
    """The plan of one entity that a file's rows bring, without what holds for the file as a whole.

    Parameters
    ----------
    recognition, options : see `make_plan`
    currency : str
        What its amounts are in where neither the file nor a person says so.
    """
    table = recognition.table
    basis, rows = basis_of(recognition, options, zone, currency), recognition.entity.label.lower()
    return Plan(
        **read_columns(table, basis)._asdict(),
        table=table,
        recognition=recognition,
        extra=(),
        source="",
        source_said=False,
        zone=zone,
        zone_assumed=options.timezone is None and any(one.kind == "moment" for one in basis.columns),
        # The known export, else the named system and what its rows are.
        words=recognition.words if recognition.system is not None or not options.source else f"{options.source} {rows}",
        basis=basis,
    )


def header_signature(table: Table) -> str:
    """What files with the same headers are remembered by."""
    return fingerprint(own_columns(table))


def what_was_said(options: ImportOptions, remembered: Remembered | None) -> tuple[str | None, dict[str, str]]:
    """What the file is about and column to field: as a person said now, else as an earlier file was taken."""
    if remembered is None:
        return options.entity, dict(options.mapping)
    return options.entity or remembered.entity, {**remembered.mapping, **dict(options.mapping)}


def _extra(plan: Plan, overrides: Mapping[str, str]) -> tuple[tuple[int, str], ...]:
    """Place and header of the columns that become no field and that nobody said to leave out."""
    mapped = {column.place for column in plan.columns}
    return tuple(
        (place, header)
        for place, header in enumerate(plan.table.columns)
        if place not in mapped
        and header not in REJECT_COLUMNS
        and overrides.get(header) != ""
        and not is_used(plan.table, place)
    )


def _check_meanings(table: Table, options: ImportOptions) -> None:
    known = {normal(header) for header in table.columns}
    for header, _ in options.meanings:
        if normal(header) not in known:
            columns = ", ".join(table.columns[:12])
            raise UserError(f"{table.path.name} has no column “{header}”. Its columns are {columns}.")


def _zone(named: str | None, local: tzinfo) -> tzinfo:
    if named is None:
        return local
    try:
        return UTC if named.upper() in ("UTC", "GMT", "Z") else ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f"“{named}” is not a time zone. Write one such as Europe/Berlin or UTC.") from None


def source_from_name(name: str) -> str:
    """A file's name without endings, numbers and dates: next month's export has the same, such as "orders_export"."""
    stem = re.sub(r"(?:\.(?:csv|tsv|txt|tab|psv|gz|dat))+$", "", name, flags=re.IGNORECASE)
    stem = re.sub(r"(?:\.\d+)?\.rejects$", "", stem)
    short = re.sub(r"(?:[\s_.\-]*(?:\(?\d+\)?|copy|final|new|latest))+$", "", stem, flags=re.IGNORECASE)
    return (short or stem).strip() or "file"


def _warnings(plan: Plan) -> tuple[str, ...]:
    said = list(plan.table.warnings)
    if plan.recognition.system is not None and plan.recognition.system.remark:
        said.append(plan.recognition.system.remark)
    said += [*plan.recognition.notes, *plan.recognition.unsure]
    if plan.extra and not plan.entity.extras:
        names = ", ".join(header for _, header in plan.extra)
        said.append(f"Not imported, because {plan.entity.label.lower()} have no field for it: {names}.")
    births = plan.column("birth_year")
    if births is not None and any(is_age(row[births.place]) for row in plan.table.sample if births.place < len(row)):
        said.append(
            f"Ages in “{births.header}” are kept as years of birth, counted from {births.form.year}, the file’s year."
        )
    if plan.table.dialect.delimiter == BLANKS:
        said.append("The columns are separated by spaces.")
    return tuple(said)
