"""Cells that a person fixed in the check: every later reading of the file finds them as they were fixed.

A fixed cell belongs to one state of one file: where the file was written again since, its rows may have moved, and
none is fixed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.values.errors import UserError
from models.values.imports import ImportOptions, ImportRequest
from services.sync.read import Table, read_table, stamp_of


def table_of(request: ImportRequest) -> Table:
    """Read the file of a request, as a person said how it is written and with the cells that they fixed.

    Raises
    ------
    Doubt
        It can be read in two ways that are about equally likely.
    UserError
        It is not a table, or was written again since cells of it were fixed.
    EnvironmentFault
        It cannot be read.
    """
    return _with_fixes(read_table(Path(request.file), request.options.reading), request.options)


def _with_fixes(table: Table, options: ImportOptions) -> Table:
    """The table with the cells as a person fixed them.

    Raises
    ------
    UserError
        The file was written again since, or no longer has the column.
    """
    if not options.fixed:
        return table
    if options.fixed_of and options.fixed_of != stamp_of(table.path):
        raise UserError(
            f"{table.path.name} has changed since you fixed cells in it. Drop it again and fix what is still wrong."
        )
    places = {header: place for place, header in enumerate(table.columns)}
    cells: dict[int, dict[int, str]] = {}
    for one in options.fixed:
        if one.column not in places:
            raise UserError(
                f"{table.path.name} has no column “{one.column}” any more. Drop it again and fix the cell again."
            )
        cells.setdefault(one.row, {})[places[one.column]] = one.text
    return table.with_cells(cells)


def fixed_cells(table: Table) -> tuple[dict[str, Any], ...]:
    """What the receipt keeps of fixed cells: row, column, what stood there, what was written."""
    return tuple(
        {"row": row, "column": table.columns[place], "before": before, "after": after}
        for row, place, before, after in table.rewritten
    )
