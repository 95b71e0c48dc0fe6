"""Cells that a person mended in the check: every later reading of the file finds them as they were mended.

A mended cell belongs to one state of one file: where the file was written again since, its rows may have moved, and
none is mended.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.values.errors import UserError
from models.values.imports import ImportOptions, ImportRequest
from services.sync.read import Table, read_table


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
    return _mended(read_table(Path(request.file), request.options.reading), request.options)


def _mended(table: Table, options: ImportOptions) -> Table:
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
    cells: dict[int, dict[int, str]] = {}
    for one in options.mended:
        if one.column not in places:
            raise UserError(f"{table.path.name} has no column “{one.column}” any more. Drop it again and mend it anew.")
        cells.setdefault(one.row, {})[places[one.column]] = one.text
    return table.with_cells(cells)


def mended_cells(table: Table) -> tuple[dict[str, Any], ...]:
    """What the receipt keeps of mended cells: row, column, what stood there, what was written."""
    return tuple(
        {"row": row, "column": table.columns[place], "before": before, "after": after}
        for row, place, before, after in table.rewritten
    )
