"""A file that gives ID and address of one customer joins what was known of each; erasure, undo, decisions hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.duplicates import decide_later, erase_customer, keep_apart, merge_customers
from services.sync import undo_import
from tests.services.sync.book import Book, open_book, write_csv

ADA = "ada@stone.example"


@pytest.fixture
def book(store_path: Path, tmp_path: Path) -> Iterator[Book]:
    """Customer 1 is known by ID alone, customer 2 by address alone."""
    opened = open_book(store_path)
    orders = [["O1", "C1", "2026-03-01", "9.50"], ["O2", "C1", "2026-04-01", "9.50"]]
    opened.bring(_file(tmp_path, "orders", ["order_id", "customer_id", "order_date", "total"], orders), source="shop")
    tickets = ["ticket_id", "requester email", "subject", "status", "created_at"]
    opened.bring(_file(tmp_path, "tickets", tickets, [["T1", ADA, "late", "open", "2026-05-01"]]), source="help")
    yield opened
    opened.workspace.close()


def _file(folder: Path, name: str, header: list[str], rows: list[list[str]]) -> Path:
    return write_csv(folder / f"{name}.csv", header, rows)


def _both(book: Book, folder: Path) -> tuple[int, tuple[str, ...]]:
    receipt = book.bring(
        _file(folder, "people", ["customer_id", "name", "email"], [["C1", "Ada Stone", ADA]]), source="shop"
    )
    assert receipt.import_id is not None
    return receipt.import_id, receipt.warnings


def _customers(book: Book) -> list[str]:
    return [name for (name,) in book.ask("SELECT name FROM customers ORDER BY id")]


def test_they_are_joined_and_the_note_says_so_without_a_name(book: Book, tmp_path: Path) -> None:
    _, said = _both(book, tmp_path)
    assert _customers(book) == ["Ada Stone"]
    assert "Joined 1 customer, as this file gives both their ID and their address." in said


@pytest.mark.parametrize("decide", [keep_apart, decide_later])
def test_whom_a_person_kept_apart_or_left_for_later_no_file_joins(
    book: Book, tmp_path: Path, decide: type[keep_apart]
) -> None:
    decide(book.workspace, 1, 2)
    _both(book, tmp_path)
    assert len(_customers(book)) == 2


def test_erasing_who_was_joined_erases_what_was_known_of_both_and_no_undo_brings_it_back(
    book: Book, tmp_path: Path, store_path: Path
) -> None:
    number, _ = _both(book, tmp_path)
    erase_customer(book.workspace, 1)
    undo_import(book.workspace, number)
    assert _customers(book) == []
    assert (
        book.one(
            "SELECT count(*) FROM journal_payloads WHERE coalesce(before, '') || coalesce(after, '') LIKE '%stone%'"
        )
        == 0
    )
    assert "stone" not in str(book.ask("SELECT receipt FROM imports")).lower()
    for table in ("identities", "customers", "contacts"):
        assert book.one(f"SELECT count(*) FROM {table}") == 0
    assert all(ADA.encode() not in one.read_bytes() for one in store_path.parent.iterdir() if one.is_file())


def test_a_customer_whose_rows_went_elsewhere_does_not_come_back_without_them(book: Book, tmp_path: Path) -> None:
    number, _ = _both(book, tmp_path)
    book.bring(
        _file(tmp_path, "others", ["customer_id", "name", "email"], [["C9", "Ada Stone Ltd", "office@stone.example"]]),
        source="crm",
    )
    other = book.one("SELECT id FROM customers WHERE name = 'Ada Stone Ltd'")
    merge_customers(book.workspace, other, 1)
    undo_import(book.workspace, number)
    known = "SELECT count(*) FROM identities i WHERE i.customer_id = c.id"
    assert book.ask(f"SELECT c.name FROM customers c WHERE ({known}) = 0") == []
