"""What an undo of an import keeps: found by reading alone, so that it is said before it is done in the same words.

What refers to others is looked at before what is referred to: a row of the import that stays keeps what it refers to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from models import tables
from services.sync.undo_check import (
    EDITED_SINCE,
    NAMED,
    ORDER,
    REFERENCES,
    changed_again_words,
    gone_words,
    merged_words,
    more_kept_words,
    stays_words,
    table_words,
    title_of,
)


@dataclass
class Kept:
    """What stays of an import.

    Attributes
    ----------
    words
        One sentence for each row and field, as `undo_import` says them.
    rows
        By table: the rows that the import, and those undone before it, added and that stay.
    unchanged
        By table: how many rows that it changed cannot be put back in any field.
    """

    words: list[str] = field(default_factory=list)
    rows: dict[str, dict[int, str]] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)


def kept_by_undo(db: sqlite3.Connection, import_id: int, entry: int, undone_before: Collection[int] = ()) -> Kept:
    """Find what an undo would keep.

    Parameters
    ----------
    db : sqlite3.Connection
    import_id : int
    entry : int
        The journal entry of the import.
    undone_before : collection of int, optional
        Imports that are undone before this one: their rows hold nothing any more.
    """
    kept = Kept()
    going = (*going_with(db, import_id), *undone_before)
    changed = db.execute("SELECT DISTINCT table_name FROM import_changes WHERE import_id = ?", (import_id,)).fetchall()
    for (table,) in changed:
        _changed_again(db, import_id, entry, table, kept)
    kept.words += merged_words(db, import_id)
    for table in ORDER:
        if table == "identities":  # nobody is told of them, and nothing is kept because of them
            continue
        if db.execute(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE import_id = ?)", (import_id,)).fetchone()[0]:
            kept.rows[table] = staying(db, going, table, kept.rows)
            kept.words += staying_words(db, table, kept.rows[table], import_id)
    return kept


def going_with(db: sqlite3.Connection, import_id: int) -> tuple[int, ...]:
    """An import with those undone before it: what they left, because others needed it, goes with the last of these."""
    undone = db.execute("SELECT id FROM imports WHERE undone_by IS NOT NULL AND id <> ? ORDER BY id", (import_id,))
    return (import_id, *(number for (number,) in undone))


def _changed_again(db: sqlite3.Connection, import_id: int, entry: int, table: str, kept: Kept) -> None:
    """Rows that the import changed and that somebody changed since, or that are gone."""
    columns = [column.name for column in tables.metadata.tables[table].columns]
    found = db.execute(
        f"""
        SELECT c.before, c.after, t.id IS NULL, {", ".join("t." + name for name in columns)}
        FROM import_changes c LEFT JOIN {table} t ON t.id = c.row_id
        WHERE c.import_id = ?1 AND c.table_name = ?2
          AND (t.id IS NULL OR EXISTS (SELECT 1 FROM journal_payloads p WHERE p.table_name = ?2
               AND p.row_id = CAST(c.row_id AS TEXT) AND p.journal_id > ?3))
        ORDER BY c.id DESC
        """,
        (import_id, table, entry),
    )
    for before_text, after_text, gone, *values in found:
        if gone:
            kept.words.append(gone_words(table))
            kept.unchanged[table] = kept.unchanged.get(table, 0) + 1
            continue
        before, after = json.loads(before_text), json.loads(after_text)
        row = dict(zip(columns, values, strict=True))
        again = [name for name in before if row[name] != after[name]]
        kept.words += [changed_again_words(table, row, name) for name in again]
        if len(again) == len(before):
            kept.unchanged[table] = kept.unchanged.get(table, 0) + 1


def staying(
    db: sqlite3.Connection, going: Collection[int], table: str, rows: Mapping[str, Collection[int]]
) -> dict[int, str]:
    """Find the rows of a table that imports added and that stay: referred to by others, or edited by hand.

    Parameters
    ----------
    db : sqlite3.Connection
    going : collection of int
        The imports that are taken back.
    table : str
    rows : mapping of str to collection of int
        What stays of the tables whose rows refer to it; for identities, of the customers.

    Returns
    -------
    dict of int to str
        Why each stays; '' for identities, of which nobody is told.
    """
    if table == "identities":
        return dict.fromkeys(_identities_of(db, going, rows.get("customers", ())), "")
    stay: dict[int, str] = {}
    own = "t.import_id IN (SELECT value FROM json_each(:going))"
    values = {"going": _numbers(going)}
    for other, column in REFERENCES.get(table, ()):
        for (number,) in db.execute(
            f"""
            SELECT t.id FROM {table} t WHERE {own}
              AND EXISTS (SELECT 1 FROM {other} o WHERE o.{column} = t.id AND {_holds(other, table)})
            """,
            {**values, "stay": _numbers(rows.get(other, ()))},
        ):
            stay.setdefault(number, f"{table_words(other)} refer to it")
    for (number,) in db.execute(
        f"""
        SELECT t.id FROM journal_payloads p JOIN {table} t ON t.id = CAST(p.row_id AS INTEGER)
        WHERE p.table_name = :table AND {own} AND {EDITED_SINCE}
        """,
        {**values, "table": table},
    ):
        stay.setdefault(number, "it was edited by hand since")
    return stay


def _identities_of(db: sqlite3.Connection, going: Collection[int], customers: Collection[int]) -> list[int]:
    """Identities that imports gave to customers whom they added, and those under which a merged record is known."""
    found = db.execute(
        """
        SELECT i.id FROM identities i WHERE i.import_id IN (SELECT value FROM json_each(:going)) AND (
            i.customer_id IN (SELECT c.id FROM customers c WHERE c.import_id = i.import_id
                              AND c.id IN (SELECT value FROM json_each(:stay)))
            OR i.customer_id IN (SELECT m.customer_id FROM merged_customers m WHERE m.import_id = i.import_id))
        """,
        {"going": _numbers(going), "stay": _numbers(customers)},
    )
    return [number for (number,) in found]


def _numbers(numbers: Collection[int]) -> str:
    return json.dumps(list(numbers))


def _holds(other: str, table: str) -> str:
    """The condition on rows ``o`` of another table under which they hold what they refer to."""
    if other == "alerts" and table == "customers":
        return "o.touched <> 0"
    if other == "alert_signals" and table == "customers":
        return "0"
    if other == "messages" and table == "customers":
        return f"NOT {tables.UNTOUCHED_DRAFT}"
    if table == "products":
        return "0"  # rows keep what their files said of a product
    others = "o.import_id NOT IN (SELECT value FROM json_each(:going))"
    if other == "identities":
        # An identity that another import added says that its file knows the customer too.
        return f"o.import_id IS NOT NULL AND {others}"
    if other in ORDER:
        return f"(o.import_id IS NULL OR {others} OR o.id IN (SELECT value FROM json_each(:stay)))"
    return "1"


def staying_words(db: sqlite3.Connection, table: str, stay: Mapping[int, str], import_id: int) -> list[str]:
    """Say of rows that an import added and that stay, the first ones by name, why they do."""
    if not stay or table == "identities":
        return []
    columns = [column.name for column in tables.metadata.tables[table].columns]
    own = f"FROM {table} WHERE import_id = ? AND id IN (SELECT value FROM json_each(?))"
    values = (import_id, _numbers(stay))
    (count,) = db.execute(f"SELECT count(*) {own}", values).fetchone()
    said = []
    for found in db.execute(f"SELECT {', '.join(columns)} {own} ORDER BY id LIMIT {NAMED}", values):
        row = dict(zip(columns, found, strict=True))
        said.append(stays_words(title_of(table, row), stay[row["id"]]))
    return said + ([more_kept_words(table, count - NAMED)] if count > NAMED else [])
