"""Take an import back: what it added goes, what it changed returns, what others need by now stays and is named.

Set-based, like the import itself: inserted rows are known by the import that they bear, updated ones by their images.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models import sqlite, tables
from models.journal import clear_derived, entry_images, undo_images
from models.journal.chain import Image
from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.changes import EVERYONE_FROM, Changes
from models.values.errors import UserError
from models.values.journal import Actor
from services.permission.ledger import forget_import
from services.sync.apply.products import LINKED, unlink_products
from services.sync.apply.write import BULK_ROWS, build_indexes, drop_indexes
from services.sync.owners import give_alerts_back
from services.sync.said import forget
from services.sync.stage.layout import exists
from services.sync.undo_check import (
    ORDER,
    changed_again_words,
    going_with,
    gone_words,
    merged_words,
    record_of,
    refusal,
    staying,
    staying_words,
)

# SQLite notes the rows that a statement deletes before it deletes them: so many take little memory.
_AT_ONCE = 100_000

if TYPE_CHECKING:
    from services.workspace import Workspace


def undo_import(workspace: Workspace, import_id: int) -> Changes:
    """Undo an import by a compensating entry.

    Parameters
    ----------
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
        db = driver_of(work.connection)
        file, entry = record_of(db, import_id)
        refused = refusal(db, import_id)
        if refused:
            raise UserError(refused)
        undo = _Undo(db, work, import_id, going_with(db, import_id))
        work.undoes = entry
        undo.put_back()
        undo_images(work, undo.joined(entry_images(work.connection, entry)))
        give_alerts_back(work, entry)
        undo.take_out()
        forget(db, import_id)
        stays = forget_import(db, import_id)
        if stays:
            work.keep(stays)
        rows = sum(count for table, count in undo.removed.items() if table != "identities")
        done = f"Undid the import of {file}: {rows:,} rows removed, {undo.put:,} restored"
        work.say(done if rows or undo.put else f"Nothing was removed. The import of {file} counts as undone")
        work.digest(json.dumps({"import": import_id, "removed": undo.removed, "put_back": undo.put}, sort_keys=True))
        work.touch(customers=undo.customers, everyone=undo.everyone, tables=undo.tables)
        db.execute("UPDATE imports SET undone_by = ? WHERE id = ?", (work.journal_entry(), import_id))
        return work.commit()


@dataclass
class _Undo:
    db: sqlite.Connection
    work: UnitOfWork
    import_id: int
    going: tuple[int, ...]
    removed: dict[str, int] = field(default_factory=dict)
    put: int = 0
    stay: dict[str, dict[int, str]] = field(default_factory=dict)
    customers: set[int] = field(default_factory=set)
    everyone: bool = False
    tables: set[str] = field(default_factory=set)

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
                self.work.keep(gone_words(table))
                continue
            back = {name: value for name, value in before.items() if row[name] == after[name]}
            for name in before:
                if name not in back:
                    self.work.keep(changed_again_words(table, row, name))
            if back:
                sets = ", ".join(f"{name} = ?" for name in back)
                self.db.execute(f"UPDATE {table} SET {sets} WHERE id = ?", (*back.values(), row_id))
                self.put += 1
            self._touch(table, row)
            self._touch(table, before)

    def joined(self, images: Sequence[Image]) -> list[Image]:
        """Of what the import joined: the rows that went over and are still there, and the customers they return to.

        A customer all of whose rows went elsewhere since does not come back without them.
        """
        there = {(one.table, one.row_id): row for one in images if (row := self._row(one)) is not None}
        returns = {
            value
            for one in images
            if one.operation == "update" and (row := there.get((one.table, one.row_id))) is not None
            for name, value in (one.before or {}).items()
            if row[name] == (one.after or {})[name]
        }
        return [
            one
            for one in images
            if (int(one.row_id) in returns if one.operation == "delete" else (one.table, one.row_id) in there)
        ]

    def _row(self, image: Image) -> dict[str, Any] | None:
        table = tables.metadata.tables[image.table]
        row = self.work.connection.execute(select(table).where(table.c.id == image.row_id)).mappings().first()
        return dict(row) if row is not None else None

    # -- inserted rows ------------------------------------------------------------------------------------------

    def take_out(self) -> None:
        """Remove rows that the import added, unless others refer to them or a person changed them since.

        What imports undone before left, because others needed it, goes as soon as nothing does.
        """
        self._gather_customers()
        for sentence in merged_words(self.db, self.import_id):
            self.work.keep(sentence)
        for table in ORDER:
            totals = self.db.execute(
                f"SELECT import_id, count(*) FROM {table} "
                "WHERE import_id IN (SELECT value FROM json_each(?)) GROUP BY 1",
                (json.dumps(self.going),),
            ).fetchall()
            if not totals:
                continue
            self.tables.add(table)
            if table == "customers":
                self._withdraw_scores()
            stay = self._stay(table)
            for number, total in totals:
                if table == "products":
                    unlink_products(self.db, number, json.dumps(list(stay)))
                    self.tables.update(LINKED)
                removed = self._remove(table, number, total, stay)
                if removed:
                    self.removed[table] = self.removed.get(table, 0) + removed
            for sentence in staying_words(self.db, table, stay, self.import_id, self.going):
                self.work.keep(sentence)

    def _stay(self, table: str) -> dict[int, str]:
        """Rows of a table that stay, found when what refers to them is gone; customers already for their identities."""
        if table == "identities":
            self._stay("customers")
        if table not in self.stay:
            self.stay[table] = staying(self.db, self.going, table, self.stay)
        return self.stay[table]

    def _remove(self, table: str, import_id: int, total: int, stay: Collection[int]) -> int:
        """Delete the import's rows but those that stay; where most of the table goes, indexes are built anew."""
        indexes: list[str] = []
        if total >= BULK_ROWS:
            others = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE import_id IS NOT ? LIMIT ?)"
            if self.db.execute(others, (import_id, total)).fetchone()[0] < total:
                indexes = drop_indexes(self.db, table)
        first, last = self.db.execute(
            f"SELECT min(id), max(id) FROM {table} WHERE import_id = ?", (import_id,)
        ).fetchone()
        self.db.execute("CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)")
        self.db.executemany("INSERT INTO temp.kept VALUES (?)", ((number,) for number in stay))
        removed = 0
        for start in range(first, last + 1, _AT_ONCE):
            removed += self.db.execute(
                f"DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2 AND import_id = ?3 AND id NOT IN "
                "(SELECT id FROM temp.kept)",
                (start, start + _AT_ONCE - 1, import_id),
            ).rowcount
        self.db.execute("DROP TABLE temp.kept")
        if indexes:
            build_indexes(self.db, indexes)
        return removed

    def _withdraw_scores(self) -> None:
        """Scores and untouched alerts of customers who go are computed, not brought: they go first."""
        stay = self._stay("customers")
        added = self.db.execute(
            "SELECT id FROM customers WHERE import_id IN (SELECT value FROM json_each(?))", (json.dumps(self.going),)
        )
        clear_derived(self.work.connection, [number for (number,) in added.fetchall() if number not in stay])

    # -- what it means for scoring ------------------------------------------------------------------------------

    def _gather_customers(self) -> None:
        for table in ORDER:
            column = "id" if table == "customers" else "customer_id"
            if table == "identities" or column not in tables.metadata.tables[table].c:
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
        if exists(self.db, "products WHERE import_id = ?", (self.import_id,)):
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
