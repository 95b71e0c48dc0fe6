"""The plan of an import: everything that is decided about a file before its rows are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.values.errors import UserError
from models.values.imports import ImportOptions
from services.sync.entities import Entity, Field
from services.sync.map import decide
from services.sync.map.headers import REJECT_COLUMNS, fingerprint
from services.sync.read import Table
from services.sync.read.dialect import BLANKS
from services.sync.recognise import Recognition, Undecided, recognise

_NUMERIC = ("money", "decimal", "integer", "number")


class DateOrderOpen(Undecided):
    """Day and month of a column cannot be told apart, and nobody has said which is first."""


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
    order
        How its dates are to be read.
    comma
        Whether the comma is its decimal sign.
    strip_zero
        Whether ids are written as 17850.0 and are to be read as 17850.
    apostrophe
        Whether ids have an apostrophe before them that keeps a table program from reading them as numbers.
    hundred
        Whether its shares count to 100.
    """

    place: int
    header: str
    field: Field
    order: str = "ymd"
    comma: bool = False
    strip_zero: bool = False
    apostrophe: bool = False
    hundred: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, what it is about, and what each of its columns becomes."""

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
    warnings: tuple[str, ...] = field(default=())

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

    Raises
    ------
    UserError
        The file is not recognised, or something must be said first.
    DateOrderOpen
        Day and month cannot be told apart.
    """
    entity_name, overrides = _said(options, remembered)
    recognition = recognise(table, entity_name, overrides)
    columns = _decided(table, recognition, options)
    extra = _extra(table, columns, overrides)
    zone, assumed = _zone(options.timezone, local_zone, columns)
    return Plan(
        table=table,
        recognition=recognition,
        columns=columns,
        extra=extra,
        source_said=bool(options.source) or remembered is not None,
        source=options.source or _source(table, recognition, remembered),
        zone=zone,
        currency=_currency(table, recognition, columns, options, book_currency),
        zone_assumed=assumed,
        words=_words(recognition, options),
        warnings=_warnings(table, recognition, columns, extra),
    )


def header_signature(table: Table) -> str:
    """What files with the same headers are remembered by."""
    return fingerprint(table.columns)


def _said(options: ImportOptions, remembered: Remembered | None) -> tuple[str | None, dict[str, str]]:
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
        if place not in mapped and header not in REJECT_COLUMNS and overrides.get(header) != ""
    )


def _decided(table: Table, recognition: Recognition, options: ImportOptions) -> tuple[MappedColumn, ...]:
    places = {header: place for place, header in enumerate(table.columns)}
    fields = {
        places[header]: found
        for header, name in recognition.mapping.items()
        if (found := recognition.entity.field(name)) is not None
    }
    orders = _date_orders(table, fields, options)
    comma = _decimal_comma(table, fields)
    columns = []
    for place, found in sorted(fields.items()):
        cells = [row[place] for row in table.sample if place < len(row)]
        columns.append(
            MappedColumn(
                place=place,
                header=table.columns[place],
                field=found,
                order=orders.get(place, "ymd"),
                comma=comma.get(place, False),
                strip_zero=found.kind == "id" and decide.whole_number_ids(cells),
                apostrophe=found.kind == "id" and any(cell.startswith("'") for cell in cells),
                hundred=found.kind == "percent" and decide.shares_of_hundred(cells),
            )
        )
    return tuple(columns)


def _date_orders(table: Table, fields: Mapping[int, Field], options: ImportOptions) -> dict[int, str]:
    dated = [place for place, found in fields.items() if found.kind in ("date", "moment")]
    if options.date_order is not None:
        return dict.fromkeys(dated, options.date_order)
    orders = decide.date_orders(table, dated)
    for place, order in orders.items():
        if order is None:
            header = table.columns[place]
            example = next(
                (row[place] for row in table.sample if place < len(row) and row[place].strip()), "03/04/2026"
            )
            raise DateOrderOpen(
                f"In {table.path.name} the dates of “{header}” (such as {example}) could be day/month or month/day.",
                "Say which with --date-order dmy or --date-order mdy.",
            )
    return {place: order for place, order in orders.items() if order is not None}


def _decimal_comma(table: Table, fields: Mapping[int, Field]) -> dict[int, bool]:
    """Decide the decimal sign for all numeric columns together: one program wrote them all."""
    numeric = [place for place, found in fields.items() if found.kind in _NUMERIC]
    cells = [row[place] for row in table.sample for place in numeric if place < len(row)]
    comma = decide.decimal_comma(cells, continental=table.dialect.delimiter == ";")
    return dict.fromkeys(numeric, comma)


def _zone(named: str | None, local: tzinfo, columns: tuple[MappedColumn, ...]) -> tuple[tzinfo, bool]:
    if named is not None:
        try:
            return (UTC if named.upper() in ("UTC", "GMT", "Z") else ZoneInfo(named)), False
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise UserError(f"“{named}” is no time zone. Write one such as Europe/Berlin or UTC.") from None
    return local, any(column.field.kind == "moment" for column in columns)


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


def _currency(
    table: Table,
    recognition: Recognition,
    columns: tuple[MappedColumn, ...],
    options: ImportOptions,
    book_currency: str,
) -> str:
    if options.currency:
        code = options.currency.strip().upper()
        if len(code) != 3 or not (code.isascii() and code.isalpha()):
            raise UserError(f"“{options.currency}” is no currency. Write three letters such as USD or EUR.")
        return code
    for column in columns:
        if column.field.kind in ("money", "decimal"):
            found = decide.sign_currency(row[column.place] for row in table.sample if column.place < len(row))
            if found:
                return found
    if recognition.system is not None and recognition.system.currency:
        return recognition.system.currency
    return book_currency


def _warnings(
    table: Table, recognition: Recognition, columns: tuple[MappedColumn, ...], extra: tuple[tuple[int, str], ...]
) -> tuple[str, ...]:
    said = list(table.warnings)
    if recognition.system is not None and recognition.system.remark:
        said.append(recognition.system.remark)
    stripped = [column.header for column in columns if column.strip_zero]
    if stripped:
        said.append(f"Ids in {', '.join(stripped)} are written like 17850.0 and were read as 17850.")
    if extra and recognition.entity.name != "customers":
        names = ", ".join(header for _, header in extra[:6]) + (", …" if len(extra) > 6 else "")
        said.append(f"Not imported, because {recognition.entity.label.lower()} have no field for it: {names}.")
    if table.dialect.delimiter == BLANKS:
        said.append("The columns are separated by blanks.")
    return tuple(said)
