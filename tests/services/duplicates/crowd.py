"""Customers written straight into a book, with a row in every table that can name one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Table

from models.journal import MERGED, entries, entry_images, undo_images, without_what_stays
from models.tables import COMPUTED_TABLES, alerts, customers, identities, metadata
from models.values.journal import Actor
from services.duplicates.parts import moved_columns
from services.workspace import Workspace
from tests.services.sync.book import Book

TESTER = Actor("system", "test")
#: What a column that must have a value gets where its type alone would not do.
GIVEN: dict[str, Any] = {"state": "resolved", "facts": "[]", "attributes": None}


def add(book: Book | Workspace, name: str, key: str, *, source: str = "shop", **values: Any) -> int:
    """Add a customer with the identities of its key, address and number; return its number."""
    workspace = book.workspace if isinstance(book, Book) else book
    with workspace.store.unit_of_work(TESTER, "add", "customer", at=workspace.at) as work:
        number = work.insert(customers, {"source": source, "external_id": key, "name": name, **values})
        known = [("external_id", source, key), ("email", "", values.get("email")), ("phone", "", values.get("phone"))]
        for kind, system, value in known:
            if value:
                row = {"customer_id": number, "kind": kind, "source": system, "value": value}
                work.insert(identities, row)
        work.commit()
    return number


def insert(book: Book, table: Table, **values: Any) -> int:
    """Add a row to any table, its mandatory columns filled."""
    with book.workspace.store.unit_of_work(TESTER, "add", table.name, at=book.workspace.at) as work:
        row_id = work.insert(table, {**filler(table, str(values)), **values})
        work.commit()
    return row_id


def filler(table: Table, salt: str) -> dict[str, Any]:
    """Values for the columns that must have one."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.primary_key or column.nullable or column.server_default is not None or column.foreign_keys:
            continue
        if column.name in GIVEN:
            row[column.name] = GIVEN[column.name]
        elif isinstance(column.type, Integer):
            row[column.name] = 1
        else:
            row[column.name] = f"2026-01-0{1 + len(salt) % 9}" if column.name.endswith(("_on", "_at")) else salt
    return row


def fill_every_table(book: Book, number: int, salt: str) -> dict[str, int]:
    """Give a customer a row in every table that names one; return table to the row's number."""
    made: dict[str, int] = {}
    alert = insert(book, alerts, customer_id=number, kind="risk", rule=f"rule {salt}", reason=salt)
    made["alerts"] = alert
    for table, column in moved_columns():
        if table.name in ("alerts", "customers", "identities") or table in COMPUTED_TABLES:
            continue
        values: dict[str, Any] = {column: number}
        if "external_id" in table.c:
            values["external_id"] = f"{salt} {table.name}"
        if "alert_id" in table.c:
            values["alert_id"] = alert
        if table.name == "merged_customers":
            values["record"] = "{}"
        made[table.name] = insert(book, table, **values)
    return made


def undo_merge(book: Book) -> tuple[str, ...]:
    """Undo the last merge whatever came since, past what a person's own undo would take first; return what is kept."""
    with book.workspace.store.unit_of_work(book.workspace.me, "undo", "merge", at=book.workspace.at) as work:
        number = int(work.sql("SELECT max(id) FROM journal WHERE verb = ?", (MERGED,)).scalar())
        (entry,) = entries(work.connection, limit=1, before=number + 1)
        undo_images(work, without_what_stays(work, entry, entry_images(work.connection, number)))
        return work.commit().kept


def everything(book: Book) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the book but the journal, what is computed, and what says when rows were written."""
    left_out = {"journal", "journal_payloads", "book", "likely_pairs", "people_keys"}
    found = {}
    for table in metadata.sorted_tables:
        if table.name in left_out or table in COMPUTED_TABLES:
            continue
        found[table.name] = sorted(book.ask(f"SELECT * FROM {table.name}"), key=repr)
    return found
