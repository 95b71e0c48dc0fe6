"""Hold rows against what the journal last wrote into them: an edit outside the program shows.

Known are the fields that a person, a rule or a merge wrote (images of the journal) and those that an import changed
(`import_changes`). What an import brought and nobody changed since is known by its digests (`import_digests`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from models.journal.import_digests import UNWATCHED, DigestCheck
from models.tables import (
    CONTENT_TABLES,
    dashboards,
    import_changes,
    imports,
    journal_payloads,
    notes,
    policies,
    saved_views,
    suppression_ledger,
    tasks,
)

_CHECKED: Final = (*CONTENT_TABLES, dashboards, notes, policies, saved_views, suppression_ledger, tasks)
_UNCOMPARED: Final = UNWATCHED | {"id", "import_id"}
_AT_ONCE: Final = 500
_MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What came of it: sentences about rows that are not as the journal says, and how many rows were looked at.

    ``unknown`` counts those of which neither the journal nor a digest knows anything.
    """

    problems: tuple[str, ...]
    checked: int
    unknown: int


@dataclass(slots=True)
class _Row:
    """What is known of one row.

    Attributes
    ----------
    fields
        Field to the entry that last wrote it and what it wrote.
    there
        Whether the last entry left a row there.
    last
        The last entry that is known to have touched it.
    """

    fields: dict[str, tuple[int, Any]] = field(default_factory=dict)
    there: bool = False
    last: int = 0


_Event = tuple[int, str, Mapping[str, Any]]


def check_rows(connection: Connection, digests: DigestCheck) -> RowCheck:
    """Compare each row that the journal has recorded with its record.

    Parameters
    ----------
    connection
        A reader.
    digests
        What came of comparing the rows of imports with their digests.
    """
    problems: list[str] = []
    checked = covered = rows = 0
    came: dict[int, int] = {
        row.id: row.journal_id for row in connection.execute(select(imports.c.id, imports.c.journal_id))
    }
    undone = connection.execute(select(func.max(imports.c.undone_by))).scalar() or 0
    written = _written_tables(connection)
    for table in _CHECKED:
        rows += connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one()
        known = _known_rows(connection, table) if table.name in written else iter(())
        while some := dict(islice(known, _AT_ONCE)):
            found = connection.execute(select(table).where(table.c.id.in_(list(some)))).mappings()
            there = {row["id"]: row for row in found}
            checked += len(there)
            covered += sum(digests.covers(table.name, one["id"], one.get("import_id")) for one in there.values())
            for row_id, one in some.items():
                problems += _faults(table, row_id, one, there.get(row_id), came, undone)
    return RowCheck(tuple(shortened(problems)), checked, max(0, rows - digests.rows - (checked - covered)))


def _written_tables(connection: Connection) -> frozenset[str]:
    """Return the tables with a row in the journal; most have none and are not read."""
    rows = connection.exec_driver_sql(
        "SELECT table_name FROM journal_payloads UNION SELECT table_name FROM import_changes"
    )
    return frozenset(row[0] for row in rows)


def shortened(problems: list[str]) -> list[str]:
    """Return the first sentences, and how many more there are."""
    more = len(problems) - _MOST_NAMED
    return problems if more <= 0 else [*problems[:_MOST_NAMED], f"{more:,} more like these were found."]


def check_import_changes(connection: Connection, digests: Mapping[int, list[str]]) -> list[str]:
    """Hold the images of what imports changed against the digests in their journal entries.

    Parameters
    ----------
    digests
        Journal entry to the JSON texts that it digests; those of versions that did not name `import_changes` are
        left out.
    """
    problems = []
    for number, entry in connection.execute(select(imports.c.id, imports.c.journal_id).order_by(imports.c.id)):
        told = [known for text in digests.get(entry, ()) if (known := _of_changes(text))]
        if told and told[0] != _digest_of_changes(connection, number):
            problems.append(f"What import {number} changed was altered after it was written.")
    return problems


def _of_changes(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return ""
    return str(document.get("import_changes", "")) if isinstance(document, dict) else ""


def change_line(table: str, row_id: int, before: str, after: str) -> bytes:
    """Return what one changed row adds to the digest of all that an import changed."""
    return f"{table}\x1f{row_id}\x1f{before}\x1f{after}\n".encode()


def _digest_of_changes(connection: Connection, number: int) -> str:
    digest = hashlib.sha256()
    table = import_changes.c
    query = select(table.table_name, table.row_id, table.before, table.after)
    for row in connection.execute(query.where(table.import_id == number).order_by(table.id)):
        digest.update(change_line(*row))
    return digest.hexdigest()


def _known_rows(connection: Connection, table: Table) -> Iterator[tuple[int, _Row]]:
    """Yield each row's number with what is known of it; imports' images are read as a stream."""
    by_hand: dict[int, list[_Event]] = {}
    for row_id, event in _images(connection, table):
        by_hand.setdefault(row_id, []).append(event)
    changed = _changes(connection, table)
    for row_id, events in groupby(changed, key=lambda one: one[0]):
        yield row_id, _known((*by_hand.pop(row_id, ()), *(event for _, event in events)))
    for row_id, own in by_hand.items():
        yield row_id, _known(own)


def _images(connection: Connection, table: Table) -> Iterator[tuple[int, _Event]]:
    c = journal_payloads.c
    query = select(c.journal_id, c.row_id, c.operation, c.after, c.erased_at).where(
        c.table_name == table.name, c.operation.in_(("insert", "update", "delete"))
    )
    for entry, row_id, operation, after, erased in connection.execute(query.order_by(c.journal_id, c.position)):
        values = json.loads(after) if after and erased is None else {}
        yield int(row_id), (entry, "erased" if erased is not None else operation, values)


def _changes(connection: Connection, table: Table) -> Iterator[tuple[int, _Event]]:
    c = import_changes.c
    query = (
        select(c.row_id, imports.c.journal_id, imports.c.undone_by, c.after)
        .join(imports, imports.c.id == c.import_id)
        .where(c.table_name == table.name)
        .order_by(c.row_id, c.id)
    )
    for row_id, entry, undone, after in connection.execution_options(stream_results=True).execute(query):
        values = json.loads(after)
        yield row_id, (entry, "update", values)
        if undone is not None:
            yield row_id, (undone, "undone", values)


def _known(events: Iterable[_Event]) -> _Row:
    row = _Row()
    for entry, operation, values in sorted(events, key=lambda one: one[0]):
        row.last = entry
        if operation in ("insert", "delete", "erased"):
            row.fields.clear()
        if operation == "undone":  # put back, or kept where it was changed meanwhile
            for name in values:
                row.fields.pop(name, None)
            continue
        row.there = operation in ("insert", "update")
        row.fields |= {name: (entry, value) for name, value in values.items()}
    return row


def _faults(
    table: Table, row_id: int, known: _Row, row: Mapping[Any, Any] | None, came: Mapping[int, int], undone: int
) -> Iterator[str]:
    where = f"Row {row_id} of {table.name.replace('_', ' ')}"
    if row is None:
        # The undo of an import takes rows out without an image of each.
        if known.there and (known.last > undone or known.fields.get("import_id", (0, 0))[1] is None):
            yield f"{where} was deleted outside Bellwether: journal entry {known.last} left it there."
        return
    # Numbers are given again: what was written before the row's own import is of another row.
    since = came.get(row.get("import_id") or 0, 0)
    wrong = [
        (name, entry)
        for name, (entry, value) in known.fields.items()
        if entry >= since and name not in _UNCOMPARED and name in row and row[name] != value
    ]
    if wrong:
        names = ", ".join(f"“{name.replace('_', ' ')}”" for name, _ in sorted(wrong))
        yield f"{where} was changed outside Bellwether: {names} is not what journal entry {wrong[0][1]} wrote."
