"""A file's rows from its start, in bounded memory: the fast reader as long as the file keeps the rules, then with care.

The fast reader of the standard library is strict here: at the first row that breaks the rules of quoting it stops, the
file is opened again, the rows that were handed on are skipped, and the rest is cut with the forgiving splitter.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Protocol

from services.sync.read.cells import BLANKS, FIXED, Cut, Record, Splitter
from services.sync.read.content import Content, open_text
from services.sync.read.dialect import MAX_CELL

UNCLOSED = "has a quotation mark that is not closed"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows as they were cut, and how much of the file was read (0 to 1).

    Attributes
    ----------
    repaired : dict of int to str
        Places of rows whose quotation marks broke the rules, and what was taken of them.
    """

    rows: list[list[str]]
    share: float
    repaired: dict[int, str]


class Rows(Protocol):
    """A place that rows come from: a text file, a sheet."""

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        ...


def with_rows_ahead(chunks: Iterator[Chunk], count: int) -> Iterator[tuple[Chunk, Callable[[], list[list[str]]]]]:
    """Each chunk with a way to look at the first rows of the next one.

    The next one is read early only where somebody looks: rows that are worked on at once are still in the cache.
    """
    early: list[Chunk] = []

    def ahead() -> list[list[str]]:
        if not early:
            early.extend(islice(chunks, 1))
        return [list(row) for chunk in early for row in chunk.rows[:count]]

    while (chunk := early.pop() if early else next(chunks, None)) is not None:
        yield chunk, ahead


@dataclass(frozen=True)
class TextRows:
    """The rows of a text file."""

    content: Content
    cut: Cut
    width: int

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        done = first
        if self.cut.plain:
            csv.field_size_limit(MAX_CELL)
            with self._lines() as (lines, raw):
                reader = self.cut.fast_rows(lines)
                try:
                    for _ in islice(reader, first):
                        pass
                    while rows := list(islice(reader, size)):
                        yield Chunk(rows, self._share(raw), {})
                        done += len(rows)
                    return
                except csv.Error:
                    pass
        yield from self._with_care(size, done)

    def _with_care(self, size: int, first: int) -> Iterator[Chunk]:
        with self._lines() as (lines, raw):
            records = self._records(lines, first)
            for _ in islice(records, first):
                pass
            while found := list(islice(records, size)):
                rows = [row for row, _ in found]
                repaired = {place: word for place, (_, word) in enumerate(found) if word}
                yield Chunk(rows, self._share(raw), repaired)

    def _records(self, lines: Iterator[str], first: int) -> Iterator[tuple[list[str], str]]:
        if self.cut.delimiter in (BLANKS, FIXED):
            for row in self.cut.rows(lines):
                yield row, ""
            return
        splitter = Splitter(self.cut.marks, lines)
        for number, record in enumerate(splitter):
            if record.regular or number < first:
                yield record.cells, ""
            else:
                yield from self._irregular(record)

    def _irregular(self, record: Record) -> Iterator[tuple[list[str], str]]:
        """A row whose marks break the rules, or the rows that an unclosed mark in it would have swallowed."""
        # Each line on its own: marks that close are obeyed, others are text.
        alone = [next(iter(Splitter(self.cut.marks, [line]))).cells for line in record.lines]
        if len(alone) > 1 and all(len(cells) == self.width for cells in alone[1:]):
            yield from ((cells, UNCLOSED) for cells in alone)
        elif len(record.cells) != self.width and len(alone) == 1 and len(alone[0]) == self.width:
            yield alone[0], UNCLOSED
        else:
            yield record.cells, "has a quotation mark within a cell"

    def _share(self, raw: BinaryIO) -> float:
        return min(1.0, raw.tell() / max(1, self.content.size_bytes))

    @contextmanager
    def _lines(self) -> Iterator[tuple[Iterator[str], BinaryIO]]:
        with open_text(self.content) as (text, raw):
            lines = (line.replace("\0", "") for line in text) if self.content.encoding.has_nul else iter(text)
            for _ in range(self.cut.skipped):
                next(lines, None)
            yield lines, raw


@dataclass(frozen=True)
class RewrittenRows:
    """The rows of a file with cells written anew; what stood in them is noted as they pass.

    Attributes
    ----------
    cells
        By row of data (from 1): place of a column to what is to stand there.
    before
        By row and place: what stood there, of the rows that were read.
    """

    base: Rows
    first_data_row: int
    cells: Mapping[int, Mapping[int, str]]
    width: int
    before: dict[tuple[int, int], str] = field(default_factory=dict)

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        number = first - self.first_data_row + 1
        for chunk in self.base.chunks(size, first):
            for row in self.cells:
                if number <= row < number + len(chunk.rows):
                    chunk.rows[row - number] = self._rewritten(row, chunk.rows[row - number])
            number += len(chunk.rows)
            yield chunk

    def _rewritten(self, row: int, cells: list[str]) -> list[str]:
        # Of a row with a cell too many, what was shown and fixed is what holds.
        cells = (cells + [""] * (self.width - len(cells)))[: self.width]
        for place, text in self.cells[row].items():
            self.before.setdefault((row, place), cells[place])
            cells[place] = text
        return cells
