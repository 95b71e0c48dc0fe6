"""A file as a table of text: its dialect, its columns, and its rows in batches, never all in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.values.errors import UserError
from services.sync.guard import unguarded
from services.sync.map.headers import REJECT_COLUMNS
from services.sync.read.content import SAMPLE_BYTES, Content, inspect, open_text, reading
from services.sync.read.cut import BLANKS, FIXED, Cut
from services.sync.read.dialect import find_cut, sample_rows
from services.sync.read.header import Header, find_header
from services.sync.read.stream import Chunk, Rows, TextRows

# Measured: batches that stay in the processor's cache are converted column by column 1.5 times as fast as 20,000 rows.
BATCH_ROWS = 500
_DELIMITER_WORDS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    BLANKS: "blanks",
    FIXED: "fixed width",
}
_ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
}


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `header_row` and `skipped` count rows from 0 at the file's start."""

    encoding: str
    delimiter: str
    quote: str
    escape: str
    newline: str
    header_row: int | None
    skipped: int
    compressed: bool

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """The dialect as it stands in receipts and in the output of `read`."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "quote": self.quote or None,
            "escape": self.escape or None,
            "newline": self.newline,
            "header_row": self.header_row,
            "skipped": self.skipped,
            "compressed": self.compressed,
        }

    def in_words(self) -> str:
        """The dialect in a few words, such as "UTF-8, comma"."""
        words = [
            _ENCODING_WORDS.get(self.encoding, self.encoding),
            _DELIMITER_WORDS.get(self.delimiter, self.delimiter),
        ]
        if self.compressed:
            words.append("gzip")
        if self.header_row is None:
            words.append("no header row")
        return ", ".join(words)


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
    overlong : dict of int to int
        Places within the batch of rows with more filled cells than the header has columns, and how many they have.
    share : float
        How much of the file has been read, 0–1.
    """

    first: int
    rows: list[list[str]]
    blank: frozenset[int]
    overlong: dict[int, int]
    share: float


@dataclass(frozen=True)
class Table:
    """A file that was found to be a table of text."""

    path: Path
    dialect: Dialect
    columns: tuple[str, ...]
    size_bytes: int
    warnings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    _rows: Rows = field(repr=False)
    _first_data_row: int = field(repr=False)
    _guarded: bool = field(default=False, repr=False)

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Read the file's rows from the start, `rows` at a time.

        Raises
        ------
        UserError
            The file turns out to be damaged further down; the message names the line.
        """
        with reading(self.path):
            first = 1
            for chunk in self._rows.chunks(rows, self._first_data_row):
                yield self._batch(chunk, first)
                first += len(chunk.rows)

    def _batch(self, chunk: Chunk, first: int) -> Batch:
        rows = chunk.rows
        if self._guarded:
            rows = [[unguarded(cell) for cell in row] for row in rows]
        width = len(self.columns)
        overlong = {} if set(map(len, rows)) == {width} else _even_out(rows, width)
        blank: frozenset[int] = frozenset()
        if "" in [row[0] for row in rows]:
            blank = frozenset(place for place, row in enumerate(rows) if not any(row))
        return Batch(first, rows, blank, overlong, chunk.share)


def _even_out(rows: list[list[str]], width: int) -> dict[int, int]:
    overlong = {}
    for place, row in enumerate(rows):
        if len(row) < width:
            rows[place] = row + [""] * (width - len(row))
        else:
            if any(row[width:]):
                overlong[place] = len(row)
            rows[place] = row[:width]
    return overlong


def read_table(path: Path, *, rowless: bool = False) -> Table:
    """Find out how a file is written and hand it over as a table of text.

    Parameters
    ----------
    path : Path
    rowless : bool
        Whether a header without rows is a table too.

    Raises
    ------
    UserError
        The file is missing, a folder, empty, has no rows, or is no table of text.
    EnvironmentFault
        The file cannot be read.
    """
    content = inspect(path)
    with reading(path):
        text, raw = open_text(content)
        with raw, text:
            sample = text.read(SAMPLE_BYTES).lstrip("\ufeff").replace("\0", "")
            whole = not text.read(1)
    if not sample.strip():
        raise UserError(f"{path.name} is empty. Export it again, then import the new file.")
    cut = find_cut(sample, whole=whole)
    rows = sample_rows(cut, sample, whole=whole)
    header = find_header(rows)
    if not rowless and not any(any(row) for row in rows[header.first_data_row :]):
        raise UserError(f"{path.name} has a header but no rows below it. Export it again with the rows included.")
    # Rejected rows as this program wrote them: the apostrophes before what looks like a formula are its own.
    own = set(REJECT_COLUMNS) <= set(header.columns)
    clean = unguarded if own else str
    return Table(
        path=path,
        dialect=_dialect(content, cut, header),
        columns=tuple(map(clean, header.columns)),
        size_bytes=content.size_bytes,
        warnings=_warnings(content),
        sample=tuple(tuple(map(clean, row)) for row in rows[header.first_data_row :]),
        _rows=TextRows(content, cut, len(header.columns)),
        _first_data_row=header.first_data_row,
        _guarded=own,
    )


def _dialect(content: Content, cut: Cut, header: Header) -> Dialect:
    return Dialect(
        encoding=content.encoding,
        delimiter=cut.delimiter,
        quote=cut.quote,
        escape=cut.escape,
        newline=cut.newline,
        header_row=None if header.row is None else header.row + cut.skipped,
        skipped=(header.first_data_row if header.row is None else header.row) + cut.skipped,
        compressed=content.compressed,
    )


def _warnings(content: Content) -> tuple[str, ...]:
    found = []
    if content.broken_bytes:
        found.append(f"{content.broken_bytes:,} characters were broken in the file and are shown as \ufffd.")
    if content.has_nul:
        found.append("The file has NUL bytes in it; they were left out.")
    return tuple(found)
