"""After a merge every export of either record lands at the customer that is left, and does not speak against it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.duplicates import merge_customers
from services.sync import undo_import
from tests.services.duplicates.crowd import undo_merge
from tests.services.sync.book import Book, counts, write_csv

HEAD = ("customer_id", "name", "email", "phone", "city", "email_consent")
JANE = ("C-100", "Jane Doe", "jane@acme.test", "", "Leeds", "given")
JAY = ("C-200", "J. Doe", "", "+44 113 496 0123", "York", "withdrawn")
CRM = ("contact_id", "name", "email", "city", "tier")


def _file(folder: Path, *rows: tuple[str, ...], name: str = "shop.csv", head: tuple[str, ...] = HEAD) -> Path:
    return write_csv(folder / name, head, rows)


@pytest.fixture
def merged(book: Book, tmp_path: Path) -> Book:
    """A book whose two customers of one file were merged."""
    book.bring(_file(tmp_path, JANE, JAY), source="shop")
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY external_id"))
    merge_customers(book.workspace, one, two)
    return book


def _customer(book: Book) -> tuple[object, ...]:
    (row,) = book.ask("SELECT name, email, phone, city, email_consent FROM customers")
    return row


MERGED = ("Jane Doe", "jane@acme.test", "+44 113 496 0123", "Leeds", "withdrawn")


def test_the_same_file_again_changes_nothing(merged: Book, tmp_path: Path) -> None:
    content = merged.hash()
    receipt = merged.bring(_file(tmp_path, JANE, JAY), source="shop")
    assert counts(receipt) == (0, 0, 1, 0, 1)
    assert receipt.ignored_reasons == {"merged into another customer, whose row is used": 1}
    assert _customer(merged) == MERGED
    assert merged.hash() == content


@pytest.mark.parametrize("rows", [(JANE,), (JAY,), (JAY, JANE)])
def test_a_part_of_the_file_or_another_order_changes_nothing(
    merged: Book, tmp_path: Path, rows: tuple[tuple[str, ...], ...]
) -> None:
    content = merged.hash()
    receipt = merged.bring(_file(tmp_path, *rows), source="shop")
    assert counts(receipt)[:2] == (0, 0)
    assert merged.hash() == content


def test_what_the_other_record_says_anew_is_taken_and_can_be_undone(merged: Book, tmp_path: Path) -> None:
    content, before = merged.hash(), merged.ask("SELECT * FROM merged_customers")
    moved = ("C-200", "J. Doe", "", "+44 113 496 0123", "Bath", "withdrawn")
    receipt = merged.bring(_file(tmp_path, moved), source="shop")
    assert counts(receipt) == (0, 1, 0, 0, 0)
    assert _customer(merged) == ("Jane Doe", "jane@acme.test", "+44 113 496 0123", "Bath", "withdrawn")
    assert json.loads(merged.one("SELECT record FROM merged_customers"))["city"] == "Bath"
    again = merged.bring(_file(tmp_path, moved), source="shop")
    assert counts(again) == (0, 0, 1, 0, 0)
    assert again.import_id is not None
    assert receipt.import_id is not None
    undo_import(merged.workspace, again.import_id)
    undo_import(merged.workspace, receipt.import_id)
    assert merged.hash() == content
    assert merged.ask("SELECT * FROM merged_customers") == before


def test_the_own_record_has_the_last_word_where_both_speak(merged: Book, tmp_path: Path) -> None:
    moved = ("C-200", "J. Doe", "", "+44 113 496 0999", "Bath", "withdrawn")
    merged.bring(_file(tmp_path, moved, JANE), source="shop")
    assert _customer(merged) == ("Jane Doe", "jane@acme.test", "+44 113 496 0999", "Leeds", "withdrawn")


def test_consent_that_one_record_withdraws_is_withdrawn(book: Book, tmp_path: Path) -> None:
    given = (*JAY[:5], "given")
    book.bring(_file(tmp_path, JANE, given), source="shop")
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY external_id"))
    merge_customers(book.workspace, one, two)
    assert _customer(book)[4] == "given"
    book.bring(_file(tmp_path, JANE, JAY), source="shop")
    assert _customer(book)[4] == "withdrawn"
    book.bring(_file(tmp_path, JANE), source="shop")
    assert _customer(book)[4] == "withdrawn"
    book.bring(_file(tmp_path, JANE, given), source="shop")
    assert _customer(book)[4] == "withdrawn", "a consent without a day lifts nothing"


def test_orders_of_either_id_are_orders_of_the_customer(merged: Book, tmp_path: Path) -> None:
    orders = write_csv(
        tmp_path / "orders.csv", ("order_id", "customer_id", "order_date", "amount", "currency"),
        [("O1", "C-100", "2026-01-02", "10.00", "USD"), ("O2", "C-200", "2026-01-03", "20.00", "USD")],
    )  # fmt: skip
    receipt = merged.bring(orders, source="shop")
    assert receipt.customers == {"matched": 1, "created": 0}
    assert merged.ask("SELECT count(*), count(DISTINCT customer_id) FROM orders") == [(2, 1)]


def test_a_record_of_another_system_lands_at_the_customer(book: Book, tmp_path: Path) -> None:
    book.bring(_file(tmp_path, JANE), source="shop")
    crm = ("H-77", "J. Doe", "other@acme.test", "York", "Gold")
    book.bring(_file(tmp_path, crm, name="crm.csv", head=CRM), source="crm")
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY id"))
    merge_customers(book.workspace, one, two)
    content = book.hash()
    for _ in range(2):
        receipt = book.bring(_file(tmp_path, crm, name="crm.csv", head=CRM), source="crm")
        assert counts(receipt) == (0, 0, 1, 0, 0)
        assert book.hash() == content
    book.bring(_file(tmp_path, (*crm[:4], "Platinum"), name="crm.csv", head=CRM), source="crm")
    assert book.ask("SELECT name, city, tier FROM customers") == [("Jane Doe", "Leeds", "Platinum")]


def test_customers_without_ids_stay_merged(book: Book, tmp_path: Path) -> None:
    head = ("name", "email", "city")
    rows = [("Ann Lee", "office@acme.test", "Leeds"), ("Bob Ray", "office@acme.test", "Leeds")]
    file = write_csv(tmp_path / "list.csv", head, rows)
    book.bring(file, source="list")
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY id"))
    for kept, other in ((one, two), (two, one)):
        merge_customers(book.workspace, kept, other)
        content = book.hash()
        for order in (rows, rows[::-1]):
            receipt = book.bring(write_csv(tmp_path / "list.csv", head, order), source="list")
            assert counts(receipt)[:2] == (0, 0), kept
        assert book.hash() == content
        assert undo_merge(book) == ()


def test_a_dry_run_says_what_an_import_does(merged: Book, tmp_path: Path) -> None:
    file = _file(tmp_path, JANE, ("C-200", "J. Doe", "j@acme.test", "", "Bath", "given"), ("C-300", *JANE[1:]))
    said, _ = merged.bring_with_changes(file, dry_run=True, source="shop")
    done = merged.bring(file, source="shop")
    assert (said.rows, said.customers, said.ignored_reasons) == (done.rows, done.customers, done.ignored_reasons)


def test_undoing_the_merge_after_a_later_import_keeps_what_came_since(merged: Book, tmp_path: Path) -> None:
    orders = write_csv(
        tmp_path / "orders.csv", ("order_id", "customer_id", "order_date", "amount", "currency"),
        [("O2", "C-200", "2026-01-03", "20.00", "USD")],
    )  # fmt: skip
    merged.bring(orders, source="shop")
    kept = undo_merge(merged)
    assert kept == (
        "1 row that was imported since stays with Jane Doe: import the file again to return each to its own record.",
    )
    assert [row[0] for row in merged.ask("SELECT name FROM customers ORDER BY id")] == ["Jane Doe", "J. Doe"]
    # The order stays where it came; the file brought again finds its customer.
    merged.bring(orders, source="shop")
    assert merged.ask("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id") == [("J. Doe",)]


def test_an_import_that_brought_a_merged_record_can_be_undone(book: Book, tmp_path: Path) -> None:
    first = book.bring(_file(tmp_path, JANE), source="shop")
    second = book.bring(_file(tmp_path, JAY), source="shop")
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY id"))
    merge_customers(book.workspace, one, two)
    assert first.import_id is not None
    assert second.import_id is not None
    kept = undo_import(book.workspace, first.import_id).kept
    assert any("Jane Doe is kept" in sentence for sentence in kept)
    undo_import(book.workspace, second.import_id)
    assert book.one("SELECT count(*) FROM customers") == 1
