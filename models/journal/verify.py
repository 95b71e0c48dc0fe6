"""Check the chain entry by entry and the rows that it tells of, and hash the content of the book."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, UniqueConstraint, select

from models.journal.chain import GENESIS, entry_hash, erasure, payload_digest, row_digest, stands
from models.journal.import_digests import check_digests, without_later
from models.journal.rows import check_import_changes, check_rows, shortened
from models.schema_version import LATER_TABLES
from models.tables import CONTENT_TABLES, journal, journal_payloads
from models.values.journal import Actor, Verification
from models.values.words import count

#: Columns that say when or by which import a row was written, surrogate keys, or what is worked out: not content.
_NOT_CONTENT = {"id", "import_id", "leaving"}
#: Fetched one by one, rows cost twice as long; fetched all at once, the memory of the largest table.
_ROWS_AT_ONCE = 1_000


def verify(connection: Connection, remembered_head: tuple[int, str] | None = None) -> Verification:
    """Check pages, foreign keys and the chain.

    Parameters
    ----------
    connection
        A reader.
    remembered_head
        Number and hash of the head as the operating system's keyring remembers it, or None: a journal cut off
        at its end holds together in itself and is known only from there.
    """
    problems = _pages(connection)
    payloads = _read_payloads(connection)
    entries, last, found = _walk(connection, payloads.digests)
    problems += [*payloads.problems, *found]
    if remembered_head is not None and not stands(connection, remembered_head):
        problems.append(
            f"The journal is not the one that this computer remembers: entry {remembered_head[0]} is missing or "
            "changed. If you restored a copy of the book, run “bellwether verify --accept”."
        )
    digests = check_digests(connection, payloads.texts)
    rows = check_rows(connection, digests)
    problems += [*check_import_changes(connection, payloads.texts), *rows.problems, *shortened(digests.problems)]
    return Verification(
        ok=not problems,
        entries=entries,
        head=last,
        content_hash=content_hash(connection),
        problems=tuple(problems),
        notes=(
            f"Rows compared with the digests of their imports: {digests.rows:,}. Rows compared with what the journal "
            f"last wrote into them: {rows.checked:,}. Rows without either: {rows.unknown:,}"
            + (", where an edit outside Bellwether shows only in the content hash." if rows.unknown else "."),
            *_outdated(digests.older),
        ),
    )


def _outdated(imports: int) -> tuple[str, ...]:
    """Say that digests no longer count, so that a comparison of fewer rows is no surprise."""
    if not imports:
        return ()
    return (
        f"The digests of {count(imports, 'import')} date from before this book was updated for a newer Bellwether. "
        "The update may have changed the rows, so they are not compared. New imports get digests again.",
    )


def _pages(connection: Connection) -> list[str]:
    problems = [
        f"The store's pages are inconsistent: {row[0]}."
        for row in connection.exec_driver_sql("PRAGMA quick_check(5)")
        if row[0] != "ok"
    ]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    return problems + [f"A row of {row[0]} refers to a row of {row[2]} that is missing." for row in broken]


def _walk(connection: Connection, digests: Mapping[int, list[str]]) -> tuple[int, str, list[str]]:
    problems: list[str] = []
    previous, expected, count = GENESIS, 1, 0
    for row in connection.execute(select(journal).order_by(journal.c.id)):
        count += 1
        if row.id != expected:
            problems.append(f"Journal entries {expected} to {row.id - 1} are missing.")
        if row.previous_hash != previous:
            problems.append(f"Journal entry {row.id} does not follow the entry before it.")
        actor = Actor(row.actor_kind, row.actor)
        expected_hash = entry_hash(
            row.previous_hash, row.id, row.at, actor, row.verb, row.subject, row.digest, row.undoes
        )
        if row.hash != expected_hash:
            problems.append(f"Journal entry {row.id} was changed after it was written.")
        if row.digest != payload_digest(digests.get(row.id, ())):
            problems.append(f"The details of journal entry {row.id} were changed after they were written.")
        previous, expected = row.hash, row.id + 1
    return count, previous, problems


@dataclass
class _Payloads:
    """What the entries' payloads say: by entry their digests and the texts they digest, and what is wrong with them."""

    digests: dict[int, list[str]] = field(default_factory=dict)
    texts: dict[int, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def _read_payloads(connection: Connection) -> _Payloads:
    read = _Payloads()
    erased: list[tuple[int, str]] = []
    table = journal_payloads
    for row in connection.execute(select(table).order_by(table.c.journal_id, table.c.position)):
        read.digests.setdefault(row.journal_id, []).append(row.digest)
        if row.erased_at is not None:
            erased.append((row.journal_id, erasure(row.journal_id, row.position, row.digest, row.erased_at)))
            if row.before is not None or row.after is not None:
                read.problems.append(f"A detail of journal entry {row.journal_id} is marked as erased but still there.")
        elif row.digest != row_digest(row.table_name, row.row_id, row.operation, row.before, row.after):
            read.problems.append(f"A detail of journal entry {row.journal_id} was changed after it was written.")
        elif row.operation == "digest":
            read.texts.setdefault(row.journal_id, []).append(json.loads(row.after)["digest"])
    told = {text for texts in read.texts.values() for text in texts} if erased else set()
    read.problems += [
        f"A detail of journal entry {entry} is marked as erased, but no later entry says who erased it."
        for entry, text in erased
        if text not in told
    ]
    return read


def content_hash(connection: Connection) -> str:
    """Return the SHA-256 over all that files and people brought, free of surrogate keys and times of writing.

    Each row is taken in the order of its key, with references replaced by the key that they name.
    """
    digest = hashlib.sha256()
    for table in CONTENT_TABLES:
        head = f"\n#{table.name}\n".encode()
        # A table of a later version says nothing before its first row: books that have none keep their hash.
        if table.name not in LATER_TABLES:
            digest.update(head)
            head = b""
        for rows in connection.execute(_content_query(table)).partitions(_ROWS_AT_ONCE):
            digest.update(head)
            head = b""
            for row in rows:
                digest.update(repr(without_later(table, row)).encode())
    return digest.hexdigest()


@cache
def _content_query(table: Table) -> Select[Any]:
    columns: list[ColumnElement[Any]] = []
    source: FromClause = table
    for column in table.columns:
        if column.name in _NOT_CONTENT:
            continue
        keys = list(column.foreign_keys)
        if not keys:
            columns.append(column)
            continue
        target = keys[0].column.table.alias(f"of_{column.name}")
        source = source.outerjoin(target, target.c.id == column)
        columns += [target.c.source, target.c.external_id]
    key = next((one for one in table.constraints if one.name == f"uq_{table.name}_key"), None)
    order = list(key.columns) if isinstance(key, UniqueConstraint) else columns
    return select(*columns).select_from(source).order_by(*order)
