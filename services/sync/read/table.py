"""A file as a table of text: its dialect, its columns, and its rows in batches, never all in memory at once.

A file of rows that this program rejected comes back fixed, and perhaps filled up by a spreadsheet. A row with a cell
too many or too few stands in it as it was, with its two added cells right behind its last one. A spreadsheet fills all
rows up to the longest, and the header too: where the added cells of a row stand is told by what stands in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from models.values.cells import guarded, unguarded
from models.values.errors import UserError
from models.values.reading import Reading, ReadingChoice
from services.sync.formats.headers import REJECT_COLUMNS
from services.sync.read.cells import trimmed
from services.sync.read.conclude import dialect_words
from services.sync.read.content import reading, stamp_of
from services.sync.read.stream import Chunk, RewrittenRows, Rows, with_rows_ahead
from services.sync.read.structure import AHEAD, Ahead, Rules, Sorter, is_ragged, ragged

# Measured: batches that stay in the processor's cache are converted column by column 1.5 times as fast as 20,000 rows.
BATCH_ROWS = 500
_ADDED = len(REJECT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Returned:
    """How rows of a file of rejected rows are read.

    Attributes
    ----------
    own
        How many columns stand before the added ones; None where a person laid the columns out anew.
    """

    own: int | None

    @classmethod
    def of(cls, columns: Sequence[str], as_written: Sequence[str]) -> Returned | None:
        """How to read a file with these columns, `as_written` with blank names; None for any other file."""
        if not set(REJECT_COLUMNS) <= set(columns):
            return None
        named = trimmed([name.strip() for name in as_written])
        return cls(len(named) - _ADDED if tuple(named[-_ADDED:]) == REJECT_COLUMNS else None)

    @property
    def width(self) -> int | None:
        """How many columns such a file has, whatever a spreadsheet put behind them."""
        return None if self.own is None else self.own + _ADDED

    def row(self, cells: Sequence[str]) -> list[str]:
        """A row as it was before it was written: without apostrophes and filling, the added cells at its end."""
        found = [unguarded(cell) for cell in cells]
        if self.own is None:
            return found
        filled = trimmed(found)
        *row, number, why = ["", "", *filled] if len(filled) < _ADDED else filled
        if number.isdecimal() and is_ragged(why):
            return [*trimmed(row, self.own), number, why]
        if len(found) < self.own + _ADDED:
            # Somebody took the added cells away: what a cell too many would do to them must be told again.
            row = trimmed(found, min(self.own, len(found)))
            return [*row, "", ragged(len(row), self.own) if len(row) > self.own else ""]
        return trimmed(found, self.own + _ADDED)


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `header_row` and `skipped` count rows from 0 at the file's start.

    A sheet of a workbook has no encoding, delimiter, quote, escape or newline: they are empty.
    """

    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    escape: str = ""
    newline: str = ""
    header_row: int | None = 0
    skipped: int = 0
    compressed: bool = False
    header_rows: int = 1
    container: str = "text"
    member: str = ""
    sheet: str = ""

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """The dialect as it stands in receipts and in the output of `read`."""
        found = {name: value if value != "" else None for name, value in asdict(self).items()}
        unusual = {"header_rows": self.header_rows > 1, "container": self.container != "text"}
        unusual |= {"member": bool(self.member), "sheet": bool(self.sheet)}
        return {name: value for name, value in found.items() if unusual.get(name, True)}

    def in_words(self) -> str:
        """The dialect in a few words, such as "UTF-8, comma"."""
        return dialect_words(self)


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of a file, each as wide as the header.

    Attributes
    ----------
    first : int
        Place of the first row among the file's rows of data, from 1.
    rows : list of list of str
        The cells. Short rows are filled with empty cells.
    blank : frozenset of int
        Places within the batch of rows in which nothing is written.
    overlong : dict of int to list of str
        Places within the batch of rows that have more or fewer cells than the header and could not be repaired, and
        their cells as they were cut.
    share : float
        How much of the file has been read, 0–1.
    left_out : dict of int to str
        Places of rows that are not rows of the table (a header repeated, a total, a footer, a remark, another table),
        and which they are.
    repaired : dict of int to str
        Places of rows that broke the rules and were repaired with certainty, and what was wrong.
    """

    first: int
    rows: list[list[str]]
    blank: frozenset[int]
    overlong: dict[int, list[str]]
    share: float
    left_out: dict[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A file that was found to be a table of text.

    Attributes
    ----------
    stamp : str
        The state of the file when it was opened; see `stamp_of`.
    """

    path: Path
    dialect: Dialect
    columns: tuple[str, ...]
    size_bytes: int
    stamp: str
    warnings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    reading: Reading = field(repr=False, default_factory=lambda: Reading((), ReadingChoice()))
    _rows: Rows = field(repr=False, kw_only=True)
    _header: tuple[str, ...] = field(repr=False, kw_only=True)
    _first_data_row: int = field(repr=False, kw_only=True)
    _returned: Returned | None = field(default=None, repr=False, kw_only=True)

    def with_cells(self, cells: Mapping[int, Mapping[int, str]]) -> Table:
        """The table with cells written anew: by row of data (from 1) and place of the column."""
        write: Callable[[str], str] = guarded if self._returned else str
        raw = {row: {place: write(text) for place, text in texts.items()} for row, texts in cells.items()}
        width = len(self.columns)
        sample = list(self.sample)
        for number, texts in cells.items():
            if number <= len(sample):
                row = [*sample[number - 1], *[""] * (width - len(sample[number - 1]))]
                for place, text in texts.items():
                    row[place] = text
                sample[number - 1] = tuple(row)
        return replace(self, sample=tuple(sample), _rows=RewrittenRows(self._rows, self._first_data_row, raw, width))

    @property
    def rewritten(self) -> tuple[tuple[int, int, str, str], ...]:
        """Row, place, what stood there and what is to stand there, of each cell that was written anew."""
        rows = self._rows
        if not isinstance(rows, RewrittenRows):
            return ()
        return tuple(
            (row, place, rows.before.get((row, place), ""), text)
            for row, texts in sorted(rows.cells.items())
            for place, text in sorted(texts.items())
        )

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Read the file's rows from the start, `rows` at a time.

        Raises
        ------
        UserError
            The file turns out to be damaged further down, or somebody wrote to it meanwhile.
        EnvironmentFault
            It cannot be read any longer.
        """
        sorter = Sorter(Rules(self._header, self.sample), self.dialect.delimiter, repairs=not self._returned)
        with reading(self.path):
            first = 1
            for chunk, ahead in with_rows_ahead(self._rows.chunks(rows, self._first_data_row), AHEAD):
                yield self._batch(chunk, first, sorter, ahead)
                first += len(chunk.rows)
        if stamp_of(self.path) != self.stamp:
            raise UserError(
                f"{self.path.name} changed during the import. Nothing was imported; import it when it is complete."
            )

    def _batch(self, chunk: Chunk, first: int, sorter: Sorter, ahead: Ahead) -> Batch:
        rows = chunk.rows
        if self._returned:
            rows = [self._returned.row(row) for row in rows]
        found = sorter.sort(rows, len(self.columns), ahead)
        repaired = {place: why for place, why in (chunk.repaired | found.repaired).items() if place not in found.faults}
        return Batch(first, rows, found.blank, found.faults, chunk.share, found.left_out, repaired)
