"""Retention: who was not heard of for longer than the policy keeps them is listed, and erased only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.tables import messages, notes
from models.values.errors import UserError
from services.audit import verify_book
from services.pipeline.retention import due_for_erasure, erase_due
from tests.services.sync.book import Book, open_book, write_csv

CUSTOMERS = ["customer_id", "name", "email"]
ORDERS = ["order_id", "customer_id", "order_date", "amount", "currency"]
CONTRACTS = ["contract_id", "customer_id", "start_date", "end_date", "status"]
EMAILS = ["event_id", "customer_id", "event", "date"]
NAMES = ("Gone Ltd", "Here Ltd", "Bound Ltd", "Mailed Ltd", "Opened Ltd", "Noted Ltd", "Never Ltd")


@pytest.fixture
def book(store_path: Path, tmp_path: Path) -> Iterator[Book]:
    """Seven customers: most bought last in 2020, and some of them were heard of since."""
    opened = open_book(store_path)
    people = [[f"C-{n}", name, f"c{n}@example.com"] for n, name in enumerate(NAMES, 1)]
    orders = [[f"O-{n}", f"C-{n}", "2026-07-01" if n == 2 else "2020-03-05", "10.00", "USD"] for n in range(1, 7)]
    contract = [["K-1", "C-3", "2019-01-01", "", "active"]]
    emails = [["E-1", "C-4", "delivered", "2026-06-01"], ["E-2", "C-5", "opened", "2026-06-01"]]
    for name, header, rows in (
        ("customers", CUSTOMERS, people),
        ("orders", ORDERS, orders),
        ("contracts", CONTRACTS, contract),
        ("email_events", EMAILS, emails),
    ):
        opened.bring(write_csv(tmp_path / f"{name}.csv", header, rows), source="crm")
    number = opened.one("SELECT id FROM customers WHERE name = 'Noted Ltd'")
    with opened.workspace.store.unit_of_work(opened.workspace.me, "note", "customer", at=opened.workspace.at) as work:
        said = {"customer_id": number, "text": "They build anew next year.", "author": "Ada"}
        work.insert(notes, {**said, "written_at": opened.workspace.at})
        work.commit()
    yield opened
    opened.workspace.close()


def _listed(book: Book, months: int = 36) -> list[str]:
    return [one.name for one in due_for_erasure(book.workspace, months).due]


def test_who_was_not_heard_of_is_due_and_an_email_sent_to_them_is_no_word_of_theirs(book: Book) -> None:
    found = due_for_erasure(book.workspace, 36)
    assert [(one.name, one.last_on.isoformat(), one.table) for one in found.due] == [
        ("Gone Ltd", "2020-03-05", "orders"),
        ("Mailed Ltd", "2020-03-05", "orders"),
    ]
    assert found.undated == 1 and "2 customers not heard of since" in found.words
    assert found.undated_words == "1 customer without a date: never due."
    assert _listed(book, 600) == []


def test_without_a_period_nobody_is_due_and_nobody_can_be_erased(book: Book) -> None:
    assert due_for_erasure(book.workspace).due == ()
    assert due_for_erasure(book.workspace).words.startswith("Customers are kept for ever.")
    with pytest.raises(UserError, match="No period is set"):
        erase_due(book.workspace, [1, 2])


def test_the_period_of_the_policy_holds_and_recalculates_nothing(book: Book) -> None:
    assert not book.workspace.change_policy(retention_months=36).everyone
    assert [one.name for one in due_for_erasure(book.workspace).due] == ["Gone Ltd", "Mailed Ltd"]


def test_who_is_due_goes_for_good_with_one_receipt_and_the_others_stay(book: Book) -> None:
    due = due_for_erasure(book.workspace, 36).due
    everybody = [number for (number,) in book.ask("SELECT id FROM customers")]
    erased = erase_due(book.workspace, everybody, 36)
    assert sorted(one.customer_id for one in erased.receipts) == sorted(one.customer_id for one in due)
    assert book.one("SELECT count(*) FROM customers") == 5 and _listed(book) == []
    numbers = ", ".join(str(one.customer_id) for one in erased.receipts)
    assert erased.lines[0].startswith(f"Customers {numbers}: erased on ") and "2 orders" in erased.lines[1]
    assert erased.receipts[-1].rewritten and verify_book(book.workspace).ok


def test_only_whom_a_person_read_in_the_list_goes(book: Book) -> None:
    first, _second = due_for_erasure(book.workspace, 36).due
    assert [one.customer_id for one in erase_due(book.workspace, [first.customer_id, 99_999], 36).receipts] == [
        first.customer_id
    ]
    assert _listed(book) == ["Mailed Ltd"]


def test_to_whom_an_email_is_on_its_way_stays_and_is_named(book: Book) -> None:
    first, second = due_for_erasure(book.workspace, 36).due
    written = dict.fromkeys(("goal", "tone", "writer", "origin", "subject", "greeting", "body", "created_by"), "x")
    on_its_way = {"customer_id": first.customer_id, "state": "queued", "facts": "[]", "version": 1}
    with book.workspace.store.unit_of_work(book.workspace.me, "draft", "message", at=book.workspace.at) as work:
        work.insert(messages, {**written, **on_its_way, "created_at": work.at, "changed_at": work.at})
        work.commit()
    erased = erase_due(book.workspace, [first.customer_id, second.customer_id], 36)
    assert [one.customer_id for one in erased.receipts] == [second.customer_id] and erased.left == (first.customer_id,)
    assert erased.lines[-1] == f"Kept, as an email is on its way: {first.customer_id}."
