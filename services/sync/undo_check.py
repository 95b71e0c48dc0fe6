"""What undoing an import would do, what it keeps, and whether a later import stands in its way.

What it keeps is found by reading alone, so that it is said before it is done in the same words. What refers to others
is looked at before what is referred to: a row of the import that stays keeps what it refers to.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models import sqlite, tables
from models.journal import MERGED
from models.store.driver import driver_of
from models.values import words
from models.values.errors import UserError
from models.values.imports import UndoPreview
from services.sync.apply.write import UNOWNED
from services.sync.stage.layout import exists

if TYPE_CHECKING:
    from services.workspace import Workspace


# Rows go in this order: what refers to others before what is referred to.
ORDER = tuple(reversed([table.name for table in tables.CONTENT_TABLES if "import_id" in table.c]))
_WORDS = {"import_changes": "changes", "alert_signals": "alerts"}

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
# that compensates an entry, nor one that was compensated. That a row went over to another customer is no edit of it,
# nor what an import joined.
EDITED_SINCE = f"""
    p.operation = 'update' AND p.journal_id > (SELECT i.journal_id FROM imports i WHERE i.id = t.import_id)
    AND NOT EXISTS (
        SELECT 1 FROM journal j WHERE j.undoes = p.journal_id OR (
            j.id = p.journal_id AND (
                j.undoes IS NOT NULL OR j.verb = 'import' OR (j.verb = '{MERGED}' AND p.table_name <> 'customers'))))
"""
#: So many rows are named one by one; more are one sentence.
NAMED = 5
_PEOPLE = frozenset({"customers", "contacts"})
_REFER = " refer to "


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


def all_stay_words(table: str, count: int, why: str) -> str:
    """Say that many rows of a table stay."""
    return f"{count:,} {table_words(table)} are kept, because {why}."


def merged_words(db: sqlite.Connection, import_id: int) -> list[str]:
    """Say of each customer that the import added and that is a part of another one by now that it stays."""
    found = db.execute(
        """
        SELECT coalesce(nullif(json_extract(m.record, '$.name'), ''), m.external_id), c.name
        FROM merged_customers m JOIN customers c ON c.id = m.customer_id WHERE m.import_id = ? ORDER BY m.id
        """,
        (import_id,),
    ).fetchall()
    if len(found) > NAMED:
        return [all_stay_words("customers", len(found), "they were merged into others")]
    return [stays_words(f"Customer {name}", f"they were merged into {kept}") for name, kept in found]


def undo_preview(workspace: Workspace, import_id: int, *, undone_before: Collection[int] = ()) -> UndoPreview:
    """What undoing an import would take out, put back and keep, or why it cannot be undone now.

    Parameters
    ----------
    undone_before : collection of int, optional
        Imports that are undone before this one.
    """
    with workspace.store.read() as connection:
        db = driver_of(connection)
        _, entry = record_of(db, import_id, undone_too=True)
        refused = refusal(db, import_id)
        free = not refused or undone_before
        kept = kept_by_undo(db, import_id, entry, undone_before) if free else Kept()
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


def overwritten_by(db: sqlite.Connection, imports: Collection[int]) -> dict[int, str]:
    """Name for each import the first later one, not undone, that changed rows which it added or changed.

    Parameters
    ----------
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


def record_of(db: sqlite.Connection, import_id: int, *, undone_too: bool = False) -> tuple[str, int]:
    """The name of an import's file, and its journal entry."""
    found = db.execute("SELECT file_name, journal_id, undone_by FROM imports WHERE id = ?", (import_id,)).fetchone()
    if found is None:
        raise UserError(f"There is no import {import_id}. “bellwether imports” lists them.")
    if found[2] is not None and not undone_too:
        raise UserError(f"Import {import_id} ({found[0]}) is already undone.")
    return found[0], found[1]


def refusal(db: sqlite.Connection, import_id: int) -> str:
    later = overwritten_by(db, [import_id]).get(import_id)
    return f"{later} changed rows of this import later. Undo that one first." if later else ""


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


def kept_by_undo(db: sqlite.Connection, import_id: int, entry: int, undone_before: Collection[int] = ()) -> Kept:
    """Find what an undo would keep.

    Parameters
    ----------
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
        if exists(db, f"{table} WHERE import_id = ?", (import_id,)):
            kept.rows[table] = staying(db, going, table, kept.rows)
            kept.words += staying_words(db, table, kept.rows[table], import_id, going)
    return kept


def going_with(db: sqlite.Connection, import_id: int) -> tuple[int, ...]:
    """An import with those undone before it: what they left, because others needed it, goes with the last of these."""
    undone = db.execute("SELECT id FROM imports WHERE undone_by IS NOT NULL AND id <> ? ORDER BY id", (import_id,))
    return (import_id, *(number for (number,) in undone))


def _changed_again(db: sqlite.Connection, import_id: int, entry: int, table: str, kept: Kept) -> None:
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
    db: sqlite.Connection, going: Collection[int], table: str, rows: Mapping[str, Collection[int]]
) -> dict[int, str]:
    """Find the rows of a table that imports added and that stay: referred to by others, or edited by hand.

    Parameters
    ----------
    going : collection of int
        The imports that are taken back.
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
    them = "them" if table in _PEOPLE else "it"
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
            stay.setdefault(number, f"{table_words(other)}{_REFER}{them}")
    for (number,) in db.execute(
        f"""
        SELECT t.id FROM journal_payloads p JOIN {table} t ON t.id = CAST(p.row_id AS INTEGER)
        WHERE p.table_name = :table AND {own} AND {EDITED_SINCE}
        """,
        {**values, "table": table},
    ):
        stay.setdefault(number, f"{'they were' if table in _PEOPLE else 'it was'} edited by hand since")
    return stay


def _identities_of(db: sqlite.Connection, going: Collection[int], customers: Collection[int]) -> list[int]:
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


def staying_words(
    db: sqlite.Connection, table: str, stay: Mapping[int, str], import_id: int, going: Collection[int]
) -> list[str]:
    """Say of rows that an import added and that stay why they do: a few by name, many in one sentence a reason."""
    if not stay or table == "identities":
        return []
    columns = [column.name for column in tables.metadata.tables[table].columns]
    own = f"FROM {table} WHERE import_id = ? AND id IN (SELECT value FROM json_each(?))"
    values = (import_id, _numbers(stay))
    numbers = [number for (number,) in db.execute(f"SELECT id {own} ORDER BY id", values)]
    if len(numbers) <= NAMED:
        found = db.execute(f"SELECT {', '.join(columns)} {own} ORDER BY id", values)
        rows = [dict(zip(columns, one, strict=True)) for one in found]
        return [stays_words(title_of(table, row), stay[row["id"]]) for row in rows]
    referred = [number for number in numbers if _REFER in stay[number]]
    said = []
    if referred:
        by = words.listed(list(dict.fromkeys(stay[number].partition(_REFER)[0] for number in referred)))
        said.append(all_stay_words(table, len(referred), f"{by}{_REFER}them") + _undo_too(db, table, referred, going))
    if len(referred) < len(numbers):
        said.append(all_stay_words(table, len(numbers) - len(referred), "they were edited by hand since"))
    return said


def _undo_too(db: sqlite.Connection, table: str, numbers: Collection[int], going: Collection[int]) -> str:
    """Name the imports whose rows refer to some of a table: undone too, they need them no longer."""
    imports: set[int] = set()
    for other, column in REFERENCES.get(table, ()):
        if other in ORDER:
            imports |= {
                number
                for (number,) in db.execute(
                    f"SELECT DISTINCT import_id FROM {other} WHERE {column} IN (SELECT value FROM json_each(?))"
                    " AND import_id NOT IN (SELECT value FROM json_each(?))",
                    (_numbers(numbers), _numbers(going)),
                )
            }
    if not imports:
        return ""
    spans: list[list[int]] = []
    for number in sorted(imports):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    named = words.listed([f"{first}" if first == last else f"{first}–{last}" for first, last in spans])
    return f" Undo {'import' if len(imports) == 1 else 'imports'} {named} to remove them too."
