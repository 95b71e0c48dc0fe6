"""One writer: a transaction with its journal entry, committed once, rolled back by default.

Small writes go through ``insert``, ``update`` and ``delete``, which keep before- and after-images, so that the journal
can undo them. Set-based work goes through ``execute`` and says what it did with ``digest``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, CursorResult, Executable, Table, select

from models import sqlite
from models.journal.chain import Image, append_entry
from models.values.changes import EVERYONE_FROM, Changes
from models.values.journal import Actor

if TYPE_CHECKING:
    from models.store.store import Permitting


class UnitOfWork:
    """One journalled change of the book. Made by ``Store.unit_of_work``; ends with ``commit`` or a rollback."""

    def __init__(
        self, connection: Connection, actor: Actor, verb: str, subject: str, at: str, permit: Permitting | None = None
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.verb = verb
        self.subject = subject
        self.at = at
        self._permit = permit
        self.undoes: int | None = None
        self._words = ""
        self._images: list[Image] = []
        self._digests: list[str] = []
        self._customers: set[int] = set()
        self._everyone = False
        self._alerts: set[int] = set()
        self._tables: set[str] = set()
        self._policy: set[str] = set()
        self._kept: list[str] = []
        self._entry: int | None = None
        #: The id of the journal entry, once it is committed.
        self.committed: int | None = None
        self._open = False

    # -- life ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Take the writer's place; waits for another writer as long as the connection's time-out allows."""
        self.connection.exec_driver_sql("BEGIN IMMEDIATE")
        self._open = True

    def commit(self) -> Changes:
        """Write the journal entry and commit. A unit of work that changed nothing leaves no entry."""
        if self.wrote:
            if self._permit is not None:
                self._permit.commit(self.connection, self.actor, self.verb, self._owners())
            self.journal_entry()
        self.connection.exec_driver_sql("COMMIT")
        self._open = False
        self.committed = self._entry
        everyone = self._everyone or len(self._customers) > EVERYONE_FROM
        return Changes(
            entry=self._entry,
            entries=frozenset(() if self._entry is None else (self._entry,)),
            customers=frozenset() if everyone else frozenset(self._customers),
            everyone=everyone,
            alerts=frozenset(self._alerts),
            tables=frozenset(self._tables),
            policy=frozenset(self._policy),
            kept=tuple(self._kept),
            words=self._words,
        )

    def close(self) -> None:
        """Roll back what was not committed."""
        if self._open:
            self._open = False
            rollback(self.connection)

    def journal_entry(self) -> int:
        """Append this unit's journal entry now (its id may be needed in other rows) and return its id."""
        if self._entry is None:
            self._entry = append_entry(
                self.connection,
                at=self.at,
                actor=self.actor,
                verb=self.verb,
                subject=self.subject,
                words=self._words,
                images=self._images,
                digests=self._digests,
                undoes=self.undoes,
                role=self._role,
            )
        return self._entry

    def _owners(self) -> dict[int, str | None]:
        """Who owned each changed customer before this unit; of those that it adds, nobody did."""
        query = "SELECT id, owner FROM customers WHERE id IN (SELECT value FROM json_each(?))"
        rows = self.connection.exec_driver_sql(query, (json.dumps(sorted(self._customers)),))
        owners: dict[int, str | None] = {row[0]: row[1] for row in rows}
        for image in self._images:
            if image.table == "customers" and isinstance(image.row_id, int):
                if image.operation == "insert":
                    owners[image.row_id] = None
                elif image.before and "owner" in image.before:
                    owners[image.row_id] = image.before["owner"]
        return owners

    @property
    def _role(self) -> str | None:
        """In which role a person writes this; None where there are no roles, and of the program's own work."""
        by_hand = self.actor.kind in ("person", "import")
        return self._permit.role if self._permit is not None and by_hand else None

    # -- writing ------------------------------------------------------------------------------------------------

    def insert(self, table: Table, values: Mapping[str, Any]) -> int:
        """Insert one row with its after-image and return its id."""
        result = self.connection.execute(table.insert().values(**values))
        key = result.inserted_primary_key
        assert key is not None
        row_id = _row_key(table, key[0])
        after = self._row(table, row_id)
        self._record(table, row_id, "insert", None, after)
        return row_id if isinstance(row_id, int) else 0

    def update(self, table: Table, row_id: int | str, values: Mapping[str, Any]) -> bool:
        """Update fields of one row, keeping images of those that really change; return whether any did."""
        row = self._row(table, row_id)
        if row is None:
            raise LookupError(f"{table.name} has no row {row_id}")
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return False
        self.connection.execute(table.update().where(_key_is(table, row_id)).values(**changed))
        now = self._row(table, row_id)
        assert now is not None
        before = {name: row[name] for name in changed}
        self._record(table, row_id, "update", before, {name: now[name] for name in changed}, row)
        return True

    def move(self, table: Table, row_ids: Sequence[int], column: str, to: int | None) -> None:
        """Let many rows refer to another row, by one statement, with an image of each row."""
        chosen = table.c[column]
        for start in range(0, len(row_ids), 500):
            ids = list(row_ids[start : start + 500])
            there = self.connection.execute(select(table).where(_primary(table).in_(ids)).order_by(_primary(table)))
            rows = [dict(row) for row in there.mappings()]
            self.connection.execute(table.update().where(_primary(table).in_(ids)).values({chosen: to}))
            for row in rows:
                if row[column] != to:
                    key = _row_key(table, row[_primary(table).name])
                    self._record(table, key, "update", {column: row[column]}, {column: to}, row)

    def delete(self, table: Table, row_id: int | str) -> None:
        """Delete one row with its before-image."""
        row = self._row(table, row_id)
        if row is None:
            raise LookupError(f"{table.name} has no row {row_id}")
        self.connection.execute(table.delete().where(_key_is(table, row_id)))
        self._record(table, row_id, "delete", row, None)

    @property
    def wrote(self) -> bool:
        """Return whether anything was written that leaves an entry."""
        return bool(self._images or self._digests)

    @property
    def driver(self) -> sqlite.Connection:
        """SQLite's own connection, inside this transaction: for reading what is about to be changed."""
        return cast(sqlite.Connection, self.connection.connection.driver_connection)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a set-based statement inside the transaction; say what it did with ``digest``."""
        result: CursorResult[Any] = self.connection.execute(statement, parameters)
        return result

    def sql(self, statement: str, parameters: Any = None) -> CursorResult[Any]:
        """Run driver SQL (attached staging tables, bulk inserts) inside the transaction."""
        return self.connection.exec_driver_sql(statement, parameters)

    # -- saying what was done -----------------------------------------------------------------------------------

    def digest(self, text: str) -> None:
        """Take ``text`` (counts, hashes of changes) into the entry's payload: for set-based work."""
        self._digests.append(text)

    def say(self, words: str) -> None:
        """Set the words of the entry: "Snoozed Linden Supply to Monday". No more personal data than a name."""
        self._words = words

    def keep(self, sentence: str) -> None:
        """Add a sentence about a row or field that an undo left as it is."""
        self._kept.append(sentence)

    def touch(
        self,
        *,
        customers: Iterable[int] = (),
        everyone: bool = False,
        alerts: Iterable[int] = (),
        tables: Iterable[str] = (),
        policy: Iterable[str] = (),
    ) -> None:
        """Add to what this unit of work says it changed."""
        self._customers.update(customers)
        self._everyone = self._everyone or everyone
        self._alerts.update(alerts)
        self._tables.update(tables)
        self._policy.update(policy)

    # -- inside -------------------------------------------------------------------------------------------------

    def _row(self, table: Table, row_id: int | str) -> dict[str, Any] | None:
        found = self.connection.execute(select(table).where(_key_is(table, row_id))).mappings().first()
        return dict(found) if found is not None else None

    def _record(
        self,
        table: Table,
        row_id: int | str,
        operation: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        whole: dict[str, Any] | None = None,
    ) -> None:
        self._images.append(Image(table.name, row_id, operation, before, after))
        self._tables.add(table.name)
        row = whole or after or before or {}
        customer = row_id if table.name == "customers" else row.get("customer_id")
        if isinstance(customer, int):
            self._customers.add(customer)
        if table.name == "alerts" and isinstance(row_id, int):
            self._alerts.add(row_id)
        elif isinstance(row.get("alert_id"), int):
            self._alerts.add(row["alert_id"])


def rollback(connection: Connection) -> None:
    """Roll back if a transaction is still open; SQLite has ended it already after some faults, a full disk for one."""
    driver = connection.connection.driver_connection
    if driver is not None and driver.in_transaction:
        connection.exec_driver_sql("ROLLBACK")


def _primary(table: Table) -> Any:
    columns: Sequence[Any] = list(table.primary_key.columns)
    return columns[0]


def _key_is(table: Table, row_id: int | str) -> Any:
    return _primary(table) == row_id


def _row_key(table: Table, value: Any) -> int | str:
    return int(value) if isinstance(value, int) else str(value)
