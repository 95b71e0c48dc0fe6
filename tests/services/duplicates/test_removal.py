"""A customer deleted by hand: everything that refers to them goes with them, and an undo brings all of it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.journal import content_hash
from models.tables import COMPUTED_TABLES, customers, metadata, orders, suppression_ledger
from models.values.errors import UserError
from services import alerting, insight
from services.audit import redo_last, undo_last, verify_book
from services.duplicates import delete_customer
from services.pipeline import after_change
from services.workspace import Workspace
from tests.views.books import opened, sample_copy


@pytest.fixture
def book(store_path: Path) -> Iterator[Workspace]:
    made = opened(sample_copy(store_path))
    yield made
    made.close()


def content(book: Workspace) -> str:
    with book.store.read() as connection:
        return content_hash(connection)


def references(book: Workspace, customer_id: int) -> list[str]:
    with book.store.read() as connection:
        return [
            table.name
            for table in metadata.sorted_tables
            if "customer_id" in table.c and table is not suppression_ledger
            and connection.execute(select(table).where(table.c.customer_id == customer_id)).first() is not None
        ]  # fmt: skip


def test_deleting_takes_everything_and_undo_brings_it_back(book: Workspace) -> None:
    alert = insight.queue(book).rows[0]
    assert alert.customer_id is not None
    alerting.add_task(book, alert.id, "Call the store manager", book.clock.today())
    alerting.add_note(book, alert.id, "Prefers a call before noon")
    before, had = content(book), references(book, alert.customer_id)
    assert {"orders", "alerts", "tasks", "notes"} <= set(had)
    changes = delete_customer(book, alert.customer_id)
    assert changes.words.startswith(f"Deleted {alert.customer}: ") and "orders" in changes.words
    assert references(book, alert.customer_id) == []
    after_change(book, changes)
    assert alert.customer_id not in {row.customer_id for row in insight.queue(book, beyond_budget=True).rows}
    assert undo_last(book).kept == ()
    assert content(book) == before
    computed = {table.name for table in COMPUTED_TABLES}
    assert set(references(book, alert.customer_id)) == set(had) - computed
    assert verify_book(book).problems == ()


def test_every_customer_of_the_book_can_go_and_come_back(book: Workspace) -> None:
    with book.store.read() as connection:
        numbers = list(connection.execute(select(customers.c.id)).scalars())
    before = content(book)
    for number in numbers[::20]:
        delete_customer(book, number)
        undo_last(book)
        assert content(book) == before, number


def test_a_deletion_can_be_redone(book: Workspace) -> None:
    number = insight.queue(book).rows[0].customer_id
    assert number is not None
    delete_customer(book, number)
    gone = content(book)
    undo_last(book)
    redo_last(book)
    assert content(book) == gone
    with book.store.read() as connection:
        assert connection.execute(select(orders.c.id).where(orders.c.customer_id == number)).first() is None


def test_who_is_not_there_cannot_be_deleted(book: Workspace) -> None:
    with pytest.raises(UserError, match="no customer"):
        delete_customer(book, 999_999)
