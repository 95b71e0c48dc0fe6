"""What a person said of a file: cells that they fixed, and what is remembered for the next file with the same headers.

A fixed cell belongs to one state of one file: where the file was written again since, its rows may have moved, and none
is fixed. Its system and its mapping are remembered for files with the same headers; which currency, zone, order of
dates and reading of columns was said holds for one system only: another shop may export the same columns. What each
import said stands with its receipt, so that undoing the import makes the book forget it again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models import sqlite
from models.tables import mappings
from models.values.errors import UserError
from models.values.imports import ImportOptions, ImportRequest
from services.sync.formats.headers import normal
from services.sync.formats.plan import Plan, Remembered
from services.sync.read import Table, read_table, stamp_of

_SAID = ("date_order", "currency", "timezone", "kind")
_ORDERS = {"dmy": "dates with the day before the month", "mdy": "dates with the month before the day"}


def table_of(request: ImportRequest) -> Table:
    """Read the file of a request, as a person said how it is written and with the cells that they fixed.

    Raises
    ------
    Doubt
        It can be read in two ways that are about equally likely.
    UserError
        It is not a table, was written again since cells of it were fixed, or no longer has their column.
    EnvironmentFault
        It cannot be read.
    """
    table, options = read_table(Path(request.file), request.options.reading), request.options
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


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is remembered of files with the same headers, the options completed with it, and what that was in words."""

    remembered: Remembered | None
    options: ImportOptions
    words: tuple[str, ...] = ()


def recall(connection: Connection, signature: str, options: ImportOptions, columns: Sequence[str] = ()) -> Recalled:
    """Look up what is remembered of files with these headers, and say it of the columns of this one.

    Headers are the same where they differ in case, blanks or the zone behind them: who said what “Created (PST)” is has
    said it of “Created (PDT)”.
    """
    found = connection.execute(select(mappings).where(mappings.c.header_signature == signature)).first()
    if found is None:
        return Recalled(None, options)
    kept = json.loads(found.options)
    sources = sorted(kept["said"], key=lambda name: name != kept["source"])
    remembered = Remembered(kept["source"], _as_here(json.loads(found.mapping), columns), found.entity, tuple(sources))
    said = kept["said"].get(options.source or remembered.source, {})
    read = _not_said(said.get("meanings", {}), options)
    applied = {name: value for name, value in said.items() if name in _SAID and getattr(options, name) is None}
    if options.entity not in (None, remembered.entity):
        remembered = replace(remembered, mapping={}, entity=options.entity or "")
    mapped = {column: field for column, field in remembered.mapping.items() if column not in dict(options.mapping)}
    options = replace(options, **applied, meanings=(*options.meanings, *read.items()))
    return Recalled(remembered, options, _words(applied, mapped, read))


def _as_here(mapping: dict[str, str], columns: Sequence[str]) -> dict[str, str]:
    """A remembered mapping with the headers as this file writes them."""
    here: dict[str, str] = {}
    for column in columns:
        here.setdefault(normal(column), column)
    return {
        column if column in columns else here.get(normal(column), column): field for column, field in mapping.items()
    }


def _not_said(meanings: dict[str, str], options: ImportOptions) -> dict[str, str]:
    """Return how columns were read before, where nothing is said about them now."""
    now = {normal(column) for column, _ in options.meanings}
    return {column: read for column, read in meanings.items() if normal(column) not in now}


def remember(db: sqlite.Connection, signature: str, plan: Plan, request: ImportRequest) -> dict[str, Any]:
    """Keep what a person said, and under which system the rows are known; return it as the import's receipt has it."""
    options = request.options
    said = {
        "signature": signature,
        "entity": plan.entity.name,
        "source": plan.source,
        "mapping": dict(options.mapping),
        "said": {name: value for name in _SAID if (value := getattr(options, name)) is not None}
        | ({"meanings": dict(options.meanings)} if options.meanings else {}),
        "at": request.now,
    }
    _merge(db, said)
    return said


def forget(db: sqlite.Connection, import_id: int) -> None:
    """Remember of the headers of an import's file only what other imports said that are not undone."""
    (text,) = db.execute("SELECT receipt FROM main.imports WHERE id = ?", (import_id,)).fetchone()
    own = json.loads(text).get("remembered")
    if own is None:
        return
    db.execute("DELETE FROM main.mappings WHERE header_signature = ?", (own["signature"],))
    others = db.execute(
        """
        SELECT json_extract(receipt, '$.remembered') FROM main.imports
        WHERE id <> ? AND undone_by IS NULL AND json_extract(receipt, '$.remembered.signature') = ? ORDER BY id
        """,
        (import_id, own["signature"]),
    ).fetchall()
    for (said,) in others:
        _merge(db, json.loads(said))


def _merge(db: sqlite.Connection, said: dict[str, Any]) -> None:
    found = db.execute(
        "SELECT mapping, options FROM main.mappings WHERE header_signature = ?", (said["signature"],)
    ).fetchone()
    now = {normal(column) for column in said["mapping"]}
    before = (
        {column: field for column, field in json.loads(found[0]).items() if normal(column) not in now} if found else {}
    )
    mapping = {**before, **said["mapping"]}
    of_sources = json.loads(found[1])["said"] if found else {}
    earlier = of_sources.get(said["source"], {})
    of_sources[said["source"]] = {**earlier, **said["said"]}
    if "meanings" in earlier:
        of_sources[said["source"]]["meanings"] = {**earlier["meanings"], **said["said"].get("meanings", {})}
    db.execute(
        """
        INSERT INTO main.mappings (header_signature, entity, mapping, options, confirmed_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (header_signature) DO UPDATE
        SET entity = excluded.entity, mapping = excluded.mapping, options = excluded.options,
            confirmed_at = excluded.confirmed_at
        """,
        (
            said["signature"],
            said["entity"],
            json.dumps(mapping),
            json.dumps({"source": said["source"], "said": of_sources}),
            said["at"],
        ),
    )


def _words(applied: dict[str, str], columns: dict[str, str], read: dict[str, str]) -> tuple[str, ...]:
    parts = []
    if applied.get("date_order") in _ORDERS:
        parts.append(_ORDERS[applied["date_order"]])
    if "currency" in applied:
        parts.append(f"amounts in {applied['currency']}")
    if "timezone" in applied:
        parts.append(f"times in {applied['timezone']}")
    if "kind" in applied:
        parts.append(f"all rows of the kind “{applied['kind']}”")
    parts += [f"“{column}” as {field.replace('_', ' ')}" for column, field in columns.items() if field]
    parts += [f"“{column}” read as {words}" for column, words in read.items()]
    parts += [f"“{column}” left out" for column, field in columns.items() if not field]
    return (f"Remembered from an earlier file with these columns: {', '.join(parts)}.",) if parts else ()
