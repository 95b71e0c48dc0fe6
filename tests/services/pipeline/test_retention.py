"""Retention: who was not heard of for longer than the policy keeps them is listed, and erased only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.tables import contracts, customers, messages, notes
from models.values.errors import EnvironmentFault, UserError
from services.audit import verify_book
from services.duplicates import Erasure, erase_one_of
from services.pipeline import retention
from services.pipeline.retention import due_for_erasure, erase_due, with_receipt
from services.workspace import Workspace
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


def test_who_had_no_contact_is_due_and_an_email_sent_to_them_is_no_contact(book: Book) -> None:
    found = due_for_erasure(book.workspace, 36)
    assert [(one.name, one.last_on.isoformat(), one.table) for one in found.due] == [
        ("Gone Ltd", "2020-03-05", "orders"),
        ("Mailed Ltd", "2020-03-05", "orders"),
    ]
    assert found.undated == 1 and found.kept == 1
    assert found.words == (
        "2 customers without contact since 21 Nov 2023 (36 months). 1 customer with an open task or a running contract"
        " stays. 1 customer has no date and is never due."
    )
    assert _listed(book, 600) == []


def test_without_a_period_nobody_is_due_and_nobody_can_be_erased(book: Book) -> None:
    assert due_for_erasure(book.workspace).due == ()
    assert due_for_erasure(book.workspace).words.startswith("Customers are kept indefinitely.")
    with pytest.raises(UserError, match="No period is set"):
        erase_due(book.workspace, [1, 2])


def test_the_period_of_the_policy_holds_and_recalculates_nothing(book: Book) -> None:
    assert not book.workspace.change_policy(retention_months=36).everyone
    assert [one.name for one in due_for_erasure(book.workspace).due] == ["Gone Ltd", "Mailed Ltd"]


def test_who_is_due_goes_for_good_with_one_receipt_and_the_others_stay(book: Book) -> None:
    due = due_for_erasure(book.workspace, 36).due
    everybody = [number for (number,) in book.ask("SELECT id FROM customers")]
    erased = erase_due(book.workspace, everybody, 36)
    assert sorted(erased.customers) == sorted(one.customer_id for one in due)
    assert book.one("SELECT count(*) FROM customers") == 5 and _listed(book) == []
    numbers = ", ".join(map(str, erased.customers))
    assert erased.lines[0].startswith(f"Customers {numbers} were erased on ") and "2 orders" in erased.lines[1]
    assert len(erased.lines) == 4 and verify_book(book.workspace).ok


def test_only_whom_a_person_read_in_the_list_goes(book: Book) -> None:
    first, _second = due_for_erasure(book.workspace, 36).due
    assert erase_due(book.workspace, [first.customer_id, 99_999], 36).customers == (first.customer_id,)
    assert _listed(book) == ["Mailed Ltd"]


def test_to_whom_an_email_is_on_its_way_stays_and_is_named(book: Book) -> None:
    first, second = due_for_erasure(book.workspace, 36).due
    written = dict.fromkeys(("goal", "tone", "writer", "origin", "subject", "greeting", "body", "created_by"), "x")
    on_its_way = {"customer_id": first.customer_id, "state": "queued", "facts": "[]", "version": 1}
    with book.workspace.store.unit_of_work(book.workspace.me, "draft", "message", at=book.workspace.at) as work:
        work.insert(messages, {**written, **on_its_way, "created_at": work.at, "changed_at": work.at})
        work.commit()
    erased = erase_due(book.workspace, [first.customer_id, second.customer_id], 36)
    assert erased.customers == (second.customer_id,)
    assert erased.lines[-1] == f"Not erased, because an email is on its way: {first.customer_id}."


def test_a_consent_and_an_unsubscribe_are_contact_and_our_own_call_is_none(book: Book, tmp_path: Path) -> None:
    number = book.one("SELECT id FROM customers WHERE name = 'Gone Ltd'")
    calls = [["V-1", "C-1", "call", "to_customer", "2026-06-01", "Left a message."]]
    header = ["conversation_id", "customer_id", "channel", "direction", "date", "text"]
    book.bring(write_csv(tmp_path / "calls.csv", header, calls), source="crm")
    assert _listed(book) == ["Gone Ltd", "Mailed Ltd"]
    book.bring(write_csv(tmp_path / "left.csv", EMAILS, [["E-9", "C-4", "unsubscribed", "2026-06-01"]]), source="crm")
    assert _listed(book) == ["Gone Ltd"]
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "customer", at=book.workspace.at) as work:
        work.update(customers, number, {"email_consent": "given", "email_consent_since": "2026-06-01"})
        work.commit()
    assert _listed(book) == []


def test_a_fault_on_the_way_keeps_what_was_done_and_leaves_nothing_of_it_in_the_file(
    book: Book, monkeypatch: pytest.MonkeyPatch, store_path: Path
) -> None:
    first, second = due_for_erasure(book.workspace, 36).due

    def stops(workspace: Workspace, customer_id: int, still: Any) -> Erasure | None:
        if customer_id == second.customer_id:
            raise EnvironmentFault("The disk is full.")
        return erase_one_of(workspace, customer_id, still)

    monkeypatch.setattr(retention, "erase_one_of", stops)
    erased = erase_due(book.workspace, [first.customer_id, second.customer_id], 36)
    assert erased.customers == (first.customer_id,) and erased.fault == erased.lines[-1] == "The disk is full."
    held = b"".join(one.read_bytes() for one in store_path.parent.iterdir() if one.is_file())
    assert b"Gone Ltd" not in held and b"Mailed Ltd" in held


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ({"status": "active", "ends_on": "2020-01-01", "renews": None}, True),
        ({"status": "active", "ends_on": "2020-01-01", "renews": 1}, True),
        ({"status": "active", "ends_on": "2020-01-01", "renews": 0}, False),
        ({"status": None, "ends_on": None, "renews": None}, True),
        ({"status": None, "ends_on": "2020-01-01", "renews": None}, False),
        ({"status": "ended", "ends_on": None, "renews": 1}, False),
    ],
)
def test_a_contract_that_is_not_known_to_have_ended_keeps_its_customer(
    book: Book, said: dict[str, Any], stays: bool
) -> None:
    number = book.one("SELECT id FROM customers WHERE name = 'Gone Ltd'")
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "contract", at=book.workspace.at) as work:
        work.insert(contracts, {"customer_id": number, "source": "crm", "external_id": "K-9", **said})
        work.commit()
    assert ("Gone Ltd" not in _listed(book)) == stays


def test_a_book_that_somebody_else_writes_is_said_not_to_be_rewritten_and_the_receipt_is_there(
    book: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def busy(_workspace: Workspace) -> bool:
        raise EnvironmentFault("The book is busy.")

    monkeypatch.setattr(retention, "rewrite_book", busy)
    due = [one.customer_id for one in due_for_erasure(book.workspace, 36).due]
    path = tmp_path / "receipt.txt"
    erased, text = with_receipt(book.workspace, path, lambda: erase_due(book.workspace, due, 36))
    assert len(erased.customers) == 2 and "may still hold earlier values" in text and path.read_text("utf-8") == text


def test_who_was_erased_before_a_stop_stays_erased_and_the_receipt_says_that_it_was_stopped(book: Book) -> None:
    first, second = (one.customer_id for one in due_for_erasure(book.workspace, 36).due)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 1

    erased = erase_due(book.workspace, [first, second], 36, cancelled=stop)
    assert erased.customers == (first,) and erased.lines[-1] == "Stopped."
    assert [one.customer_id for one in due_for_erasure(book.workspace, 36).due] == [second]
