"""Digests of the rows that each import wrote, kept in the journal: an edit outside the program shows in its block.

They are taken once, when what was imported is scored, and hold for rows as they were then. ``check_digests`` walks the
images that later journal entries left of those rows back to that day, so that only what no entry tells of differs.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, zip_longest
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, Float, Table

from models import sqlite
from models.schema_version import LATER_COLUMNS, ROWS_SCHEMA, SCHEMA_VERSION
from models.tables import CONTENT_TABLES

#: Written for many rows at once and without images: what is worked out from other rows.
UNWATCHED: Final = frozenset({"leaving", "product_id"})
#: Rows of neighbouring numbers share a digest: fewer would tell more exactly where, and take more of the journal.
_BLOCK: Final = 100
_IDS_AT_ONCE: Final = 10_000
#: So much of a SHA-256 tells a block that was edited from one that was not.
_LENGTH: Final = 16
TABLES: Final = tuple(table for table in CONTENT_TABLES if "import_id" in table.c)
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_FRACTION: Final = "%.6f"
_NEW_IMPORTS: Final = "SELECT id FROM imports WHERE id > ? AND undone_by IS NULL ORDER BY id"
_CHANGED: Final = """
    SELECT i.journal_id, c.id, c.row_id, c.before, c.after, i.undone_by, i.undone_by IS NOT NULL AND EXISTS (
        SELECT 1 FROM journal_payloads p WHERE p.table_name = c.table_name AND p.row_id = CAST(c.row_id AS TEXT)
        AND p.operation = 'update' AND p.journal_id > i.journal_id AND p.journal_id < i.undone_by)
    FROM import_changes c JOIN imports i ON i.id = c.import_id WHERE c.table_name = ? AND c.row_id BETWEEN ? AND ?"""

#: Number, import, and what the columns that are compared say.
Row = tuple[int, int, str]
#: Table, import and number of a block.
Block = tuple[str, int, int]


@dataclass(slots=True)
class DigestCheck:
    """Sentences about blocks that differ, and the blocks whose rows are as their import left them.

    ``older`` counts imports whose digests were taken before a migration changed their rows: they say nothing now.
    """

    problems: list[str] = field(default_factory=list)
    good: set[Block] = field(default_factory=set)
    rows: int = 0
    older: int = 0

    def covers(self, table: str, row_id: int, import_id: int | None) -> bool:
        """Return whether a row is in a block that was compared and found as it was."""
        return import_id is not None and (table, import_id, row_id // _BLOCK) in self.good


class _Event(NamedTuple):
    """What an entry did to a row; ``before`` is None where nobody knows any more, or where there was no row."""

    entry: int
    position: int
    row_id: int
    operation: str
    before: Mapping[str, Any] | None
    put_back: Mapping[str, Any] | None = None  # by an undo, where the row did hold ``before``


@dataclass(frozen=True, slots=True)
class _Taken:
    """The digests of one table and import: the entry that has them, and each block's."""

    entry: int
    blocks: Mapping[int, str]


def largest_numbers(db: sqlite.Connection) -> dict[str, int]:
    """Return the largest number of a row in each table that imports write: what one adds lies above it."""
    return {
        table.name: db.execute(f"SELECT coalesce(max(id), 0) FROM main.{table.name}").fetchone()[0] for table in TABLES
    }


def take_digests(connection: Connection, after: int) -> tuple[int, list[str]]:
    """Digest the rows of every import above ``after`` that is not undone.

    Returns
    -------
    tuple of int and list of str
        The number of imports, and a text for each table of each of them: for the journal's entry.
    """
    imports = [row[0] for row in connection.exec_driver_sql(_NEW_IMPORTS, (after,))]
    texts: list[str] = []
    for table in TABLES if imports else ():
        blocks: dict[int, dict[str, str]] = defaultdict(dict)
        rows = _driver(connection).execute(
            f"SELECT id, import_id, {row_text(table)} FROM {table.name} WHERE id > ? AND import_id > ? ORDER BY id",
            (_above(connection, table, imports), after),
        )
        for block, some in groupby(rows, key=lambda row: row[0] // _BLOCK):
            for number, one in _by_import(some).items():
                blocks[number][str(block)] = _digest(one)
        texts += [
            _JSON({"rows_of": table.name, "import": number, "schema": SCHEMA_VERSION, "blocks": blocks[number]})
            for number in imports
            if number in blocks
        ]
    return len(imports), texts


def _by_import(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(row)
    return found


def _above(connection: Connection, table: Table, imports: list[int]) -> int:
    """The number above which lie all rows that imports added; 0 where one of them did not note it."""
    noted: dict[int, int] = {}
    texts = connection.exec_driver_sql(
        "SELECT i.id, p.after FROM journal_payloads p JOIN imports i ON i.journal_id = p.journal_id "
        "WHERE i.id >= ? AND p.operation = 'digest'",
        (imports[0],),
    )
    for number, text in texts:
        document = json.loads(json.loads(text)["digest"])
        if "above" in document:
            noted[number] = int(document["above"].get(table.name, 0))
    return min(noted.get(number, 0) for number in imports)


def check_digests(connection: Connection, texts: Mapping[int, list[str]]) -> DigestCheck:
    """Compare the rows of imports with the digests that were taken of them.

    Parameters
    ----------
    connection
        A reader.
    texts
        Journal entry to the texts that it digests. Those from before `ROWS_SCHEMA` are left out: a migration has
        changed rows since.
    """
    check = DigestCheck()
    undone = {row[0] for row in connection.exec_driver_sql("SELECT id FROM imports WHERE undone_by IS NOT NULL")}
    taken, older = _read(texts, undone)
    check.older = len(older - {number for some in taken.values() for number in some})
    for table in TABLES:
        if taken[table.name]:
            _check_table(connection, table, taken[table.name], check)
    return check


def _read(texts: Mapping[int, list[str]], undone: set[int]) -> tuple[dict[str, dict[int, _Taken]], set[int]]:
    """By table and import the first digests that hold: who takes others later cannot hide an edit.

    At the second place the imports with digests from before `ROWS_SCHEMA`.
    """
    taken: dict[str, dict[int, _Taken]] = defaultdict(dict)
    older: set[int] = set()
    for entry, some in sorted(texts.items()):
        for text in some:
            if not text.startswith('{"rows_of":'):
                continue
            document = json.loads(text)
            if document["import"] in undone:
                continue
            if document["schema"] < ROWS_SCHEMA:
                older.add(document["import"])
            else:
                blocks = {int(number): digest for number, digest in document["blocks"].items()}
                taken[document["rows_of"]].setdefault(document["import"], _Taken(entry, blocks))
    return taken, older


def _check_table(connection: Connection, table: Table, taken: Mapping[int, _Taken], check: DigestCheck) -> None:
    since = min(one.entry for one in taken.values())
    images = _images(connection, table, since)
    largest = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table.name}").scalar_one()
    last = max(largest // _BLOCK, *(max(one.blocks, default=0) for one in taken.values()))
    for first in range(0, (last + 1) * _BLOCK, _IDS_AT_ONCE):
        asked = (first, first + _IDS_AT_ONCE - 1)
        rows = _by_import(
            _driver(connection).execute(
                f"SELECT id, import_id, {row_text(table)} FROM {table.name} WHERE id BETWEEN ? AND ? ORDER BY id", asked
            )
        )
        events = _events(connection, table, asked, images)
        wanted = range(first // _BLOCK, (first + _IDS_AT_ONCE) // _BLOCK)
        for number, one in taken.items():
            later = [event for event in events if event.entry > one.entry]
            unknown: set[int] = set()
            now = Counter(row[0] // _BLOCK for row in rows[number])
            if later:
                rows[number], unknown = _walk_back(connection, table, number, rows[number], later)
            found = {block: _digest(some) for block, some in groupby(rows[number], key=lambda row: row[0] // _BLOCK)}
            for block in sorted({block for block in wanted if block in one.blocks} | found.keys()):
                if block in unknown:
                    continue
                if found.get(block) == one.blocks.get(block):
                    check.good.add((table.name, number, block))
                    check.rows += now[block]
                else:
                    check.problems.append(_differs(table, number, block))


def _differs(table: Table, number: int, block: int) -> str:
    return (
        f"Rows {max(1, block * _BLOCK)} to {(block + 1) * _BLOCK - 1} of {table.name.replace('_', ' ')} are not as "
        f"import {number} wrote them: one or more were changed, added or deleted outside Bellwether."
    )


def _walk_back(
    connection: Connection, table: Table, number: int, rows: list[Row], events: Iterable[_Event]
) -> tuple[list[Row], set[int]]:
    """Return rows of an import as they were before the events, which come last first.

    Returns
    -------
    tuple of list and set of int
        The rows by number, and the blocks whose rows nobody knows any more: a person's images were erased.
    """
    names = _columns(table)
    found = {row_id: text for row_id, _import, text in rows}
    values: dict[int, dict[str, Any]] = {}
    unknown: set[int] = set()
    for event in events:
        before = event.before or {}
        row_id = event.row_id
        if event.operation == "erased":
            unknown.add(row_id // _BLOCK)
        elif event.operation == "insert":
            found.pop(row_id, None)
            values.pop(row_id, None)
        elif event.operation == "delete" and before.get("import_id") == number:
            values[row_id] = {name: before.get(name) for name in names}
        elif event.operation == "update" and (row_id in found or row_id in values):
            if row_id not in values:
                said = json.loads(found[row_id])
                values[row_id] = dict(zip_longest(names, said))
            was, now = event.put_back or {}, values[row_id]
            values[row_id] = now | {
                name: value
                for name, value in before.items()
                if name in names and (name not in was or _told(now[name]) == _told(was[name]))
            }
    for row_id, row in values.items():
        told = without_later(table, [_told(value) for value in row.values()])
        marks = f"SELECT json_array({', '.join('?' * len(told))})"
        found[row_id] = _driver(connection).execute(marks, told).fetchone()[0]
    return [(row_id, number, found[row_id]) for row_id in sorted(found)], unknown


def _told(value: Any) -> Any:
    """A value as the row's text has it."""
    return _FRACTION % value if isinstance(value, float) else value


def _images(connection: Connection, table: Table, since: int) -> list[_Event]:
    """What entries after one did to rows of a table by hand, by a rule or by a merge."""
    found = connection.exec_driver_sql(
        "SELECT journal_id, position, row_id, operation, before, erased_at FROM journal_payloads "
        "WHERE table_name = ? AND journal_id > ? AND operation IN ('insert', 'update', 'delete')",
        (table.name, since),
    )
    return [
        _Event(entry, position, int(row_id), operation if erased is None else "erased", _loaded(before))
        for entry, position, row_id, operation, before, erased in found
    ]


def _events(connection: Connection, table: Table, asked: tuple[int, int], images: list[_Event]) -> list[_Event]:
    """What was done to rows of a range of numbers, the last first: images, and what imports and their undos changed.

    An undo leaves no images: it put back what its import found, in the fields that still held what the import wrote.
    Where somebody edited the row in between, nobody knows which these were.
    """
    first, last = asked
    found = connection.exec_driver_sql(_CHANGED, (table.name, *asked))
    changed: list[_Event] = []
    for entry, position, row_id, before, after, undone_by, edited in found:
        changed.append(_Event(entry, position, row_id, "update", _loaded(before)))
        if undone_by is not None:  # the last change was put back first
            operation = "erased" if edited else "update"
            changed.append(_Event(undone_by, -position, row_id, operation, _loaded(after), _loaded(before)))
    mine = [*changed, *(one for one in images if first <= one.row_id <= last)]
    return sorted(mine, key=lambda one: (one.entry, one.position), reverse=True)


def _loaded(text: str | None) -> Mapping[str, Any] | None:
    return json.loads(text) if text else None


def _columns(table: Table) -> tuple[str, ...]:
    others = (column.name for column in table.columns if column.name not in UNWATCHED | {"id", "import_id"})
    return ("id", "import_id", *others)


@cache
def row_text(table: Table) -> str:
    """SQL of what a row says, alike under every version of SQLite: these write fractions differently.

    Later columns that say nothing are left out, so that the row's digest stays what it was before they came.
    """
    columns = (table.c[name] for name in _columns(table))
    fraction = f"iif({{0}} IS NULL, NULL, printf('{_FRACTION}', {{0}}))"
    said = [fraction.format(one.name) if isinstance(one.type, Float) else one.name for one in columns]
    later = LATER_COLUMNS.get(table.name, ())
    first = len(said) - len(later)
    longer = [f"WHEN {name} IS NOT NULL THEN {_array(said[: first + at])}" for at, name in enumerate(later, start=1)]
    shortest = _array(said[:first])
    return f"CASE {' '.join(reversed(longer))} ELSE {shortest} END" if later else shortest


def _array(columns: Iterable[str]) -> str:
    return f"json_array({', '.join(columns)})"


def without_later(table: Table, row: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row without what its last, later columns do not say: as it was before these columns came."""
    end, least = len(row), len(row) - len(LATER_COLUMNS.get(table.name, ()))
    while end > least and row[end - 1] is None:
        end -= 1
    return tuple(row[:end])


def _driver(connection: Connection) -> sqlite.Connection:
    return cast(sqlite.Connection, connection.connection.driver_connection)


def _digest(rows: Iterable[Row]) -> str:
    return hashlib.sha256("\n".join([row[2] for row in rows]).encode()).hexdigest()[:_LENGTH]
