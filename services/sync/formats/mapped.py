"""The columns of a file that become fields, and on what it is decided how their cells are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from models.values.errors import UserError
from models.values.imports import ImportOptions
from models.values.meanings import Meaning
from models.values.money import CODES
from services.entities import Field
from services.sync.formats.headers import normal
from services.sync.formats.recognise import Recognition
from services.sync.kinds.amounts import Numbers
from services.sync.kinds.column import Circumstances, Column, Evidence
from services.sync.kinds.dates import Dates
from services.sync.kinds.decisions import DATES, conclude, decide, observing, take
from services.sync.read import Table

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


@dataclass(frozen=True, slots=True)
class Meant:
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
    """The currency of amounts that name none: the one that most others of the file name."""
    places = [one.place for one in columns if one.kind == "currency"]
    cells = [row[place].strip().upper() for row in table.sample for place in places if place < len(row)]
    codes = Counter(cell for cell in cells if len(cell) == 3 and cell.isascii() and cell.isalpha())
    return min(codes, key=lambda code: (-codes[code], code), default="")


def read_columns(table: Table, basis: Basis, *, survey: bool) -> Meant:
    """Decide how the columns are read, from the first rows where they suffice; `survey`: from all rows."""
    decided = decide(
        (*basis.columns, *_witnesses(table, basis)),
        table.sample,
        lambda: (batch.rows for batch in table.batches()),
        basis.about,
        survey=survey,
    )
    return _meant(basis, decided)


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
