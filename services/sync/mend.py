"""Cells that a person mended in the check: every later reading of the file finds them as they were mended.

A mended cell belongs to one state of one file: where the file was written again since, its rows may have moved, and
none is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from models.values.errors import UserError
from models.values.imports import ImportOptions, ImportRequest
from services.sync.guard import guarded
from services.sync.read import Table, read_table
from services.sync.read.stream import Chunk, Rows


@dataclass(frozen=True)
class MendedRows:
    """The rows of a file with cells written anew; what stood in them is noted as they pass."""

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
                    chunk.rows[row - number] = self._mended(row, chunk.rows[row - number])
            number += len(chunk.rows)
            yield chunk

    def _mended(self, row: int, cells: list[str]) -> list[str]:
        # Of a row with a cell too many, what was shown and mended is what holds.
        cells = (cells + [""] * (self.width - len(cells)))[: self.width]
        for place, text in self.cells[row].items():
            self.before.setdefault((row, place), cells[place])
            cells[place] = text
        return cells


def stamp_of(path: Path) -> str:
    """A mark that changes whenever the file does."""
    status = path.stat()
    return f"{status.st_mtime_ns}-{status.st_size}"


def table_of(request: ImportRequest) -> Table:
    """Read the file of a request, as a person said how it is written and with the cells that they mended.

    Raises
    ------
    Doubt
        It can be read in two ways that are about equally likely.
    UserError
        It is no table, or was written again since cells of it were mended.
    EnvironmentFault
        It cannot be read.
    """
    return mended(read_table(Path(request.file), request.options.reading), request.options)


def mended(table: Table, options: ImportOptions) -> Table:
    """The table with the cells as a person mended them.

    Raises
    ------
    UserError
        The file was written again since, or no longer has the column.
    """
    if not options.mended:
        return table
    if options.mended_of and options.mended_of != stamp_of(table.path):
        raise UserError(
            f"{table.path.name} was changed after cells of it were mended. Drop it again and mend what is still wrong."
        )
    places = {header: place for place, header in enumerate(table.columns)}
    write: Callable[[str], str] = guarded if table._returned else str
    cells: dict[int, dict[int, str]] = {}
    for one in options.mended:
        if one.column not in places:
            raise UserError(f"{table.path.name} has no column “{one.column}” any more. Drop it again and mend it anew.")
        cells.setdefault(one.row, {})[places[one.column]] = write(one.text)
    rows = MendedRows(table._rows, table._first_data_row, cells, len(table.columns))
    sample = list(table.sample)
    for number, texts in cells.items():
        if number <= len(sample):
            row = [*sample[number - 1], *[""] * (len(table.columns) - len(sample[number - 1]))]
            for place in texts:
                row[place] = texts[place]
            sample[number - 1] = tuple(row)
    return replace(table, sample=tuple(sample), _rows=rows)


def mended_cells(table: Table) -> tuple[dict[str, Any], ...]:
    """What the receipt keeps of mended cells: row, column, what stood there, what was written."""
    rows = table._rows
    if not isinstance(rows, MendedRows):
        return ()
    return tuple(
        {
            "row": row,
            "column": table.columns[place],
            "before": rows.before.get((row, place), ""),
            "after": text,
        }
        for row, cells in sorted(rows.cells.items())
        for place, text in sorted(cells.items())
    )
