"""What undoing an import would do, and whether a later import stands in its way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models import tables
from models.journal import MERGED
from models.store.driver import driver_of
from models.values.errors import UserError
from models.values.imports import UndoPreview
from services.sync.apply.write import UNOWNED

if TYPE_CHECKING:
    from services.workspace import Workspace

# Rows go in this order: what refers to others before what is referred to.
ORDER = tuple(reversed([table.name for table in tables.CONTENT_TABLES if "import_id" in table.c]))
_WORDS = {
    "order_lines": "order lines",
    "email_events": "email events",
    "stage_changes": "stage changes",
    "import_changes": "changes",
    "alert_signals": "alerts",
}

# Alerts come last: of several reasons why a customer stays, the one that a person would give is named.
REFERENCES: dict[str, tuple[tuple[str, str], ...]] = {
    name: tuple(
        (other.name, column.name)
        for other in sorted(tables.metadata.sorted_tables, key=lambda table: table.name in ("alerts", "alert_signals"))
        for column in other.columns
        if any(key.column.table.name == name for key in column.foreign_keys) and other not in tables.COMPUTED_TABLES
    )
    for name in ORDER
}
# The image of an edit that still holds: after the import's own entry (before it, another row had the number), not one
# that compensates an entry, nor one that was compensated. That a row went over to another customer is no edit of it.
EDITED_SINCE = f"""
    p.operation = 'update' AND p.journal_id > (SELECT i.journal_id FROM imports i WHERE i.id = t.import_id)
    AND NOT EXISTS (
        SELECT 1 FROM journal j WHERE j.undoes = p.journal_id OR (
            j.id = p.journal_id AND (
                j.undoes IS NOT NULL OR (j.verb = '{MERGED}' AND p.table_name <> 'customers'))))
"""
NAMED = 20


def table_words(table: str) -> str:
    """A table in the words of the window."""
    return _WORDS.get(table, table.replace("_", " "))


def title_of(table: str, row: dict[str, Any]) -> str:
    """A row in words, such as "Order W1042"."""
    noun = {"opportunities": "Opportunity", "activities": "Activity"}.get(
        table, table_words(table).rstrip("s").capitalize()
    )
    name = row.get("name") if table in ("customers", "products") else row.get("external_id")
    return f"{noun} {name or row.get('external_id')}"


def gone_words(table: str) -> str:
    """Say that a row that the import changed is no longer there."""
    return f"A row of {table_words(table)} that the import changed is gone and cannot be restored."


def changed_again_words(table: str, row: dict[str, Any], name: str) -> str:
    """Say that a field stays as somebody wrote it later."""
    return f"{title_of(table, row)}: “{name.replace('_', ' ')}” was changed again later and is kept."


def stays_words(title: str, why: str) -> str:
    """Say that a row that the import added stays."""
    return f"{title} is kept, because {why}."


def more_kept_words(table: str, count: int) -> str:
    """Say how many more rows stay than are named."""
    return f"{count:,} more {table_words(table)} are kept for the same reasons."


def merged_words(db: sqlite3.Connection, import_id: int) -> list[str]:
    """Say of each customer that the import added and that is a part of another one by now that it stays."""
    found = db.execute(
        """
        SELECT coalesce(nullif(json_extract(m.record, '$.name'), ''), m.external_id), c.name
        FROM merged_customers m JOIN customers c ON c.id = m.customer_id WHERE m.import_id = ? ORDER BY m.id
        """,
        (import_id,),
    ).fetchall()
    said = [stays_words(f"Customer {name}", f"it was merged into {kept}") for name, kept in found[:NAMED]]
    return said + ([more_kept_words("customers", len(found) - NAMED)] if len(found) > NAMED else [])


def undo_preview(workspace: Workspace, import_id: int, *, undone_before: Collection[int] = ()) -> UndoPreview:
    """What undoing an import would take out, put back and keep, or why it cannot be undone now.

    Parameters
    ----------
    workspace : Workspace
    import_id : int
    undone_before : collection of int, optional
        Imports that are undone before this one.
    """
    from services.sync.undo_kept import Kept, kept_by_undo

    with workspace.store.read() as connection:
        db = driver_of(connection)
        record = record_of(db, import_id, undone_too=True)
        refused = refusal(db, import_id)
        free = not refused or undone_before
        kept = kept_by_undo(db, import_id, record.journal_id, undone_before) if free else Kept()
        takes_out = []
        for table in reversed(ORDER):
            if table == "identities":
                continue
            count = db.execute(
                f"SELECT count(*) FROM {table} WHERE import_id = ? AND id NOT IN (SELECT value FROM json_each(?))",
                (import_id, json.dumps(list(kept.rows.get(table, ())))),
            ).fetchone()[0]
            if count:
                takes_out.append((table_words(table), count))
        puts_back = db.execute(
            "SELECT table_name, count(DISTINCT row_id) FROM import_changes WHERE import_id = ? GROUP BY 1 ORDER BY 1",
            (import_id,),
        ).fetchall()
        return UndoPreview(
            takes_out=tuple(takes_out),
            puts_back=tuple(
                (table_words(name), count - kept.unchanged.get(name, 0))
                for name, count in puts_back
                if count > kept.unchanged.get(name, 0)
            ),
            refused=refused,
            keeps=tuple(kept.words),
        )


def overwritten_by(db: sqlite3.Connection, imports: Collection[int]) -> dict[int, str]:
    """Name for each import the first later one, not undone, that changed rows which it added or changed.

    Parameters
    ----------
    db : sqlite3.Connection
    imports : collection of int
        Numbers of imports.

    Returns
    -------
    dict of int to str
        Such as "orders.csv (import 7)"; without the imports whose rows nobody changed.
    """
    asked = f"IN ({', '.join(map(str, imports))})"
    first: dict[int, int] = {}
    found = db.execute(
        f"""
        SELECT m.import_id, min(c.import_id) FROM import_changes m
        JOIN import_changes c ON c.table_name = m.table_name AND c.row_id = m.row_id AND c.import_id > m.import_id
        WHERE m.import_id {asked} AND c.import_id IN (SELECT id FROM imports WHERE undone_by IS NULL)
        GROUP BY m.import_id
        """
    ).fetchall()
    lowest = min(imports, default=0)
    changed = db.execute(
        """
        SELECT DISTINCT c.table_name FROM import_changes c JOIN imports l ON l.id = c.import_id
        WHERE l.id > ? AND l.undone_by IS NULL
        """,
        (lowest,),
    ).fetchall()
    for (table,) in changed:
        found += db.execute(
            f"""
            SELECT t.import_id, min(c.import_id) FROM import_changes c JOIN {table} t ON t.id = c.row_id
            WHERE c.table_name = ? AND c.import_id > t.import_id AND t.import_id {asked} AND c.before <> '{UNOWNED}'
              AND c.import_id IN (SELECT id FROM imports WHERE undone_by IS NULL)
            GROUP BY t.import_id
            """,
            (table,),
        ).fetchall()
    for earlier, later in found:
        first[earlier] = min(later, first.get(earlier, later))
    names = dict(db.execute("SELECT id, file_name FROM imports").fetchall())
    return {earlier: f"{names[later]} (import {later})" for earlier, later in first.items()}


@dataclass(frozen=True)
class ImportHead:
    file_name: str
    journal_id: int


def record_of(db: sqlite3.Connection, import_id: int, *, undone_too: bool = False) -> ImportHead:
    found = db.execute("SELECT file_name, journal_id, undone_by FROM imports WHERE id = ?", (import_id,)).fetchone()
    if found is None:
        raise UserError(f"There is no import {import_id}. “bellwether imports” lists them.")
    if found[2] is not None and not undone_too:
        raise UserError(f"Import {import_id} ({found[0]}) is already undone.")
    return ImportHead(found[0], found[1])


def refusal(db: sqlite3.Connection, import_id: int) -> str:
    later = overwritten_by(db, [import_id]).get(import_id)
    return f"{later} changed rows of this import later. Undo that one first." if later else ""
