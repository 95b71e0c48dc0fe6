"""The columns of a file that become fields, and on what it is decided how their cells are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from models.values.errors import UserError
from models.values.imports import ImportOptions
from models.values.meanings import Meaning
from models.values.money import CODES
from services.entities import Field
from services.sync.formats.headers import normal
from services.sync.formats.recognise import Recognition
from services.sync.kinds.date_evidence import DateTally
from services.sync.kinds.decisions import DATES, Circumstances, Column, Decided, decide, meaning_of
from services.sync.kinds.form import PLAIN, Form
from services.sync.kinds.number_evidence import NumberTally
from services.sync.read import Table


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
    """On what columns are decided besides their cells: what was said, and what holds where nothing is said.

    Attributes
    ----------
    fields
        Header and field of each column that becomes one, by place.
    wanted
        The same columns with what a person said of each.
    about
        What is known of the file besides its cells.
    currency_said
        What a person said that amounts are in; '' where nobody did.
    currency
        What bare amounts are in where no amount shows it.
    currency_assumed
        Whether neither a person nor the file's system nor a column of it says that currency.
    """

    fields: Mapping[int, tuple[str, Field]]
    wanted: tuple[Column, ...]
    about: Circumstances
    currency_said: str
    currency: str
    currency_assumed: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """How the columns are read, what bare amounts are in, whether nothing says so, and all of it in words."""

    columns: tuple[MappedColumn, ...]
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
    fields = _fields(table, recognition)
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
    written = datetime.fromtimestamp(table.path.stat().st_mtime, zone)
    about = Circumstances(
        *(table.dialect.delimiter, zone, code or known, table.path.name, book_currency, beside, written.year)
    )
    named = known or _beside(table, fields)
    return Basis(fields, tuple(wanted), about, code, named or book_currency, not (code or named or beside))


def _fields(table: Table, recognition: Recognition) -> dict[int, tuple[str, Field]]:
    """Header and field of each column that becomes one, by place."""
    places = {header: place for place, header in enumerate(table.columns)}
    return {
        places[header]: (header, found)
        for header, name in recognition.mapping.items()
        if (found := recognition.entity.field(name)) is not None
    }


def _beside(table: Table, fields: Mapping[int, tuple[str, Field]]) -> str:
    """What amounts are in beside which no currency stands: what stands beside most others of the file."""
    places = [place for place, (_, found) in fields.items() if found.kind == "currency"]
    cells = [row[place].strip().upper() for row in table.sample for place in places if place < len(row)]
    codes = Counter(cell for cell in cells if len(cell) == 3 and cell.isascii() and cell.isalpha())
    return min(codes, key=lambda code: (-codes[code], code), default="")


def read_columns(table: Table, basis: Basis, *, survey: bool) -> Meant:
    """Decide how the columns are read, from the first rows where they suffice; `survey`: from all rows."""
    decided = decide(
        (*basis.wanted, *_witnesses(table, basis)),
        table.sample,
        lambda: (batch.rows for batch in table.batches()),
        basis.about,
        survey=survey,
    )
    decided = {place: decided[place] for place in basis.fields}
    currency = _currency(basis, decided)
    return Meant(
        columns=tuple(
            MappedColumn(place, header, found, decided[place].form)
            for place, (header, found) in sorted(basis.fields.items())
        ),
        currency=currency or basis.currency,
        currency_assumed=not currency and basis.currency_assumed and any(map(_has_amounts, decided.values())),
        meanings=tuple(meaning_of(decided[place]) for place in sorted(decided)),
    )


def _witnesses(table: Table, basis: Basis) -> Iterable[Column]:
    """Columns of dates that become no field: one program wrote them all, so they show the order of the others."""
    if not any(one.kind in DATES and not one.said for one in basis.wanted):
        return
    for place, header in enumerate(table.columns):
        tally = DateTally()
        if place not in basis.fields:
            tally.take([row[place] for row in table.sample if place < len(row)])
        if tally.order in ("dmy", "mdy"):
            yield Column(place, header, "date")


def _said_currency(options: ImportOptions) -> str:
    if not options.currency:
        return ""
    code = options.currency.strip().upper()
    if code not in CODES:
        raise UserError(f"“{options.currency}” is not a currency. Write three letters such as USD or EUR.")
    return code


def _currency(basis: Basis, decided: Mapping[int, Decided]) -> str:
    """What bare amounts are in: as a person said, else as amounts of the file show; '' where neither does."""
    if basis.currency_said:
        return basis.currency_said
    for one in decided.values():
        if one.column.kind in ("money", "decimal") and one.currency:
            return one.currency
    return ""


def _has_amounts(one: Decided) -> bool:
    return one.column.kind in ("money", "decimal") and isinstance(one.tally, NumberTally) and one.tally.bare > 0
