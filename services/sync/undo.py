"""Take an import back: what it added goes, what it changed returns, what others need by now stays and is named.

Set-based, like the import itself: inserted rows are known by the import that they bear, updated ones by their images.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from models import tables
from models.journal import clear_derived
from models.store import UnitOfWork
from models.values.changes import EVERYONE_FROM, Changes
from models.values.errors import UserError
from models.values.journal import Actor
from services.sync.apply.indexes import BULK_ROWS, build_indexes, drop_indexes
from services.sync.driver import driver
from services.sync.remember import forget
from services.sync.undo_check import (
    EDITED_SINCE,
    NAMED,
    ORDER,
    REFERENCES,
    changed_again_words,
    gone_words,
    merged_words,
    more_kept_words,
    record_of,
    refusal,
    stays_words,
    table_words,
    title_of,
)

# SQLite notes the rows that a statement deletes before it deletes them: so many take little memory.
_AT_ONCE = 100_000

if TYPE_CHECKING:
    from services.workspace import Workspace


def undo_import(workspace: Workspace, import_id: int) -> Changes:
    """Undo an import by a compensating entry.

    Parameters
    ----------
    workspace : Workspace
    import_id : int
        Number of the import, as its receipt has it.

    Returns
    -------
    Changes
        With a sentence in `kept` for each row and field that stays as it is.

    Raises
    ------
    UserError
        There is no such import, it is undone already, or a later import must be undone first.
    """
    with workspace.store.unit_of_work(
        Actor("person", workspace.person), "undo-import", f"import:{import_id}", at=workspace.at
    ) as work:
        db = driver(work.connection)
        record = record_of(db, import_id)
        refused = refusal(db, import_id)
        if refused:
            raise UserError(refused)
        undo = _Undo(db, work, import_id, record.journal_id)
        work.undoes = record.journal_id
        undo.put_back()
        undo.take_out()
        forget(db, import_id)
        work.say(f"Undid the import of {record.file_name}: {undo.removed_rows:,} rows taken out, {undo.put:,} put back")
        work.digest(json.dumps({"import": import_id, "removed": undo.removed, "put_back": undo.put}, sort_keys=True))
        work.touch(customers=undo.customers, everyone=undo.everyone, tables=undo.tables)
        db.execute("UPDATE imports SET undone_by = ? WHERE id = ?", (work.journal_entry(), import_id))
        return work.commit()


@dataclass
class _Undo:
    db: sqlite3.Connection
    work: UnitOfWork
    import_id: int
    entry: int
    removed: dict[str, int] = field(default_factory=dict)
    put: int = 0
    customers: set[int] = field(default_factory=set)
    everyone: bool = False
    tables: set[str] = field(default_factory=set)

    @property
    def removed_rows(self) -> int:
        return sum(count for table, count in self.removed.items() if table != "identities")

    # -- updated rows -------------------------------------------------------------------------------------------

    def put_back(self) -> None:
        """Return each field to its before-image where it still holds the after-image."""
        changed = self.db.execute(
            "SELECT DISTINCT table_name FROM import_changes WHERE import_id = ?", (self.import_id,)
        ).fetchall()
        for (table,) in changed:
            self.tables.add(table)
            cursor = self.db.execute(
                "SELECT row_id, before, after FROM import_changes "
                "WHERE import_id = ? AND table_name = ? ORDER BY id DESC",
                (self.import_id, table),
            )
            columns = [column.name for column in tables.metadata.tables[table].columns]
            while images := list(islice(cursor, 500)):
                self._put_back_some(table, columns, images)

    def _put_back_some(self, table: str, columns: list[str], images: list[Any]) -> None:
        marks = ", ".join("?" * len(images))
        rows = {
            row[0]: dict(zip(columns, row, strict=True))
            for row in self.db.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE id IN ({marks})", [image[0] for image in images]
            )
        }
        for row_id, before_text, after_text in images:
            before, after = json.loads(before_text), json.loads(after_text)
            row = rows.get(row_id)
            if row is None:
                self._keep(gone_words(table))
                continue
            back = {name: value for name, value in before.items() if row[name] == after[name]}
            for name in before.keys() - back.keys():
                self._keep(changed_again_words(table, row, name))
            if back:
                sets = ", ".join(f"{name} = ?" for name in back)
                self.db.execute(f"UPDATE {table} SET {sets} WHERE id = ?", (*back.values(), row_id))
                self.put += 1
            self._touch(table, row)
            self._touch(table, before)

    # -- inserted rows ------------------------------------------------------------------------------------------

    def take_out(self) -> None:
        """Remove rows that the import added, unless others refer to them or a person changed them since."""
        self._gather_customers()
        for sentence in merged_words(self.db, self.import_id):
            self._keep(sentence)
        for table in ORDER:
            total = self.db.execute(f"SELECT count(*) FROM {table} WHERE import_id = ?", (self.import_id,)).fetchone()[
                0
            ]
            if not total:
                continue
            self.tables.add(table)
            if table == "customers":
                self._withdraw_scores()
            self._protect(table)
            removed = self._remove(table, total)
            if removed:
                self.removed[table] = removed
            self._name_kept(table, total - removed)
            self.db.execute("DROP TABLE temp.kept")

    def _remove(self, table: str, total: int) -> int:
        """Delete the import's rows but those that stay; where most of the table goes, indexes are built anew."""
        indexes: list[str] = []
        if total >= BULK_ROWS:
            others = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE import_id IS NOT ? LIMIT ?)"
            if self.db.execute(others, (self.import_id, total)).fetchone()[0] < total:
                indexes = drop_indexes(self.db, table)
        first, last = self.db.execute(
            f"SELECT min(id), max(id) FROM {table} WHERE import_id = ?", (self.import_id,)
        ).fetchone()
        removed = 0
        for start in range(first, last + 1, _AT_ONCE):
            removed += self.db.execute(
                f"DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2 AND import_id = ?3 AND id NOT IN "
                "(SELECT id FROM temp.kept)",
                (start, start + _AT_ONCE - 1, self.import_id),
            ).rowcount
        if indexes:
            build_indexes(self.db, indexes)
        return removed

    def _protect(self, table: str) -> None:
        """List the rows that stay: referred to by rows of others, or edited by hand."""
        self.db.execute("CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY, why TEXT)")
        for other, column in REFERENCES.get(table, ()):
            if table == "customers" and other == "identities":
                # An identity that another import added says that its file knows the customer too.
                condition = "o.import_id IS NOT NULL AND o.import_id <> ?1"
            else:
                condition = "1"
            self.db.execute(
                f"""
                INSERT OR IGNORE INTO temp.kept
                SELECT t.id, ?2 FROM {table} t WHERE t.import_id = ?1
                  AND EXISTS (SELECT 1 FROM {other} o WHERE o.{column} = t.id AND {condition})
                """,
                (self.import_id, f"{table_words(other)} refer to it"),
            )
        if table != "identities":
            self.db.execute(
                f"""
                INSERT OR IGNORE INTO temp.kept
                SELECT t.id, 'it was edited by hand since' FROM journal_payloads p
                JOIN {table} t ON t.id = CAST(p.row_id AS INTEGER)
                WHERE p.table_name = ?2 AND t.import_id = ?1 AND {EDITED_SINCE}
                """,
                (self.import_id, table, self.entry),
            )
            return
        # Under its ids and addresses a record that was merged is known as long as it is a part of another one.
        self.db.execute(
            "INSERT OR IGNORE INTO temp.kept SELECT i.id, '' FROM identities i WHERE i.import_id = ?1 "
            "AND i.customer_id IN (SELECT customer_id FROM merged_customers WHERE import_id = ?1)",
            (self.import_id,),
        )
        if self._kept_customers():
            # The identities of a customer who stays stay with it.
            self.db.execute(
                "INSERT OR IGNORE INTO temp.kept "
                "SELECT i.id, '' FROM identities i JOIN customers c ON c.id = i.customer_id "
                "WHERE i.import_id = ?1 AND c.import_id = ?1 AND c.id IN (SELECT id FROM temp.staying)",
                (self.import_id,),
            )

    def _kept_customers(self) -> bool:
        """Find, before identities go, the customers of this import who will stay."""
        self.db.execute("CREATE TEMP TABLE IF NOT EXISTS staying (id INTEGER PRIMARY KEY)")
        for other, column in REFERENCES["customers"]:
            if other in ("alerts", "alert_signals"):
                condition = "o.touched <> 0" if other == "alerts" else "0"
            elif other == "messages":
                condition = f"NOT {tables.UNTOUCHED_DRAFT}"
            else:
                condition = "o.import_id IS NOT NULL AND o.import_id <> ?1" if other == "identities" else "1"
            self.db.execute(
                f"""
                INSERT OR IGNORE INTO temp.staying
                SELECT c.id FROM customers c WHERE c.import_id = ?1
                  AND EXISTS (SELECT 1 FROM {other} o WHERE o.{column} = c.id AND {condition})
                """,
                (self.import_id,),
            )
        self.db.execute(
            f"""
            INSERT OR IGNORE INTO temp.staying
            SELECT c.id FROM journal_payloads p JOIN customers c ON c.id = CAST(p.row_id AS INTEGER)
            WHERE p.table_name = ?2 AND c.import_id = ?1 AND {EDITED_SINCE}
            """,
            (self.import_id, "customers", self.entry),
        )
        return bool(self.db.execute("SELECT EXISTS (SELECT 1 FROM temp.staying)").fetchone()[0])

    def _name_kept(self, table: str, count: int) -> None:
        if not count or table == "identities":
            return
        columns = [column.name for column in tables.metadata.tables[table].columns]
        listed = self.db.execute(
            f"SELECT k.why, {', '.join('t.' + name for name in columns)} "
            f"FROM temp.kept k JOIN {table} t ON t.id = k.id LIMIT {NAMED}"
        ).fetchall()
        for why, *values in listed:
            self._keep(stays_words(title_of(table, dict(zip(columns, values, strict=True))), why))
        if count > len(listed):
            self._keep(more_kept_words(table, count - len(listed)))

    def _withdraw_scores(self) -> None:
        """Scores and untouched cards of customers who go are computed, not brought: they go first."""
        self._kept_customers()
        cursor = self.db.execute(
            "SELECT id FROM customers WHERE import_id = ? AND id NOT IN (SELECT id FROM temp.staying)",
            (self.import_id,),
        )
        clear_derived(self.work.connection, [row[0] for row in cursor.fetchall()])

    # -- what it means for scoring ------------------------------------------------------------------------------

    def _gather_customers(self) -> None:
        for table in ORDER:
            column = "id" if table == "customers" else "customer_id"
            if table in ("order_lines", "stage_changes", "products", "identities"):
                continue
            self._add_customers(
                self.db.execute(
                    f"SELECT DISTINCT {column} FROM {table} WHERE import_id = ? AND {column} IS NOT NULL "
                    f"LIMIT {EVERYONE_FROM + 1}",
                    (self.import_id,),
                )
            )
        for child, parent, key in (
            ("order_lines", "orders", "order_id"),
            ("stage_changes", "opportunities", "opportunity_id"),
        ):
            self._add_customers(
                self.db.execute(
                    f"""
                    SELECT DISTINCT p.customer_id FROM {child} c JOIN {parent} p ON p.id = c.{key}
                    WHERE c.import_id = ? AND p.customer_id IS NOT NULL LIMIT {EVERYONE_FROM + 1}
                    """,
                    (self.import_id,),
                )
            )
        if self.db.execute("SELECT EXISTS (SELECT 1 FROM products WHERE import_id = ?)", (self.import_id,)).fetchone()[
            0
        ]:
            self.everyone = True

    def _add_customers(self, rows: Iterable[Any]) -> None:
        if not self.everyone:
            self.customers.update(row[0] for row in rows)
            self.everyone = len(self.customers) > EVERYONE_FROM

    def _touch(self, table: str, row: dict[str, Any]) -> None:
        customer = row.get("id") if table == "customers" else row.get("customer_id")
        if table == "order_lines" and row.get("order_id"):
            found = self.db.execute("SELECT customer_id FROM orders WHERE id = ?", (row["order_id"],)).fetchone()
            customer = found[0] if found else None
        if isinstance(customer, int):
            self._add_customers([(customer,)])

    def _keep(self, sentence: str) -> None:
        self.work.keep(sentence)
