"""A customer who is erased is nowhere: not in rows, journal, file or log; and no file brings them back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.audit import undo_last, verify_book
from services.backups import back_up, backups_of, restore
from services.duplicates import erase_customer, receipt_text
from services.sync import add_customer, edit_customer, record_consent, undo_import
from services.workspace import SessionKeyring
from tests.services.sync.book import Book, open_book, write_csv

CUSTOMERS = ["customer_id", "name", "email", "created"]
ORDERS = ["order_id", "customer_id", "order_date", "amount", "currency"]
NAME, MAIL = "Zyxomma Quarnell", "zyx@quarnell.example"


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = open_book(store_path)
    yield opened
    opened.workspace.close()


@pytest.fixture
def files(book: Book, tmp_path: Path) -> tuple[Path, Path]:
    """Two customers with orders, one of them with all that a person writes."""
    people = [["Q-7", NAME, MAIL, "2026-01-05"], ["Q-8", "Bea Stone", "bea@stone.example", "2026-01-05"]]
    orders = [[f"O-{n}", f"Q-{7 + n % 2}", f"2026-0{1 + n}-05", "120.00", "USD"] for n in range(6)]
    found = write_csv(tmp_path / "customers.csv", CUSTOMERS, people), write_csv(tmp_path / "orders.csv", ORDERS, orders)
    for file in found:
        book.bring(file, source="crm")
    edit_customer(book.workspace, _number(book), {"city": "Quarnell Falls", "name": f"{NAME} Ltd"})
    record_consent(book.workspace, MAIL, "withdrawn")
    return found


def _number(book: Book) -> int:
    return int(book.one("SELECT id FROM customers WHERE email = ?", MAIL))


def _traces(*folders: Path) -> list[str]:
    return [
        f"{one.name}: {word!r}"
        for folder in folders
        for one in folder.rglob("*")
        if one.is_file() and one.suffix != ".csv"
        for word in (b"Quarnell", b"quarnell", b"Q-7")
        if word in one.read_bytes()
    ]


def test_nothing_of_them_is_left_and_the_journal_still_holds(
    book: Book, files: tuple[Path, Path], store_path: Path
) -> None:
    number, entries = _number(book), book.one("SELECT count(*) FROM journal")
    found = erase_customer(book.workspace, number)
    assert verify_book(book.workspace).ok, verify_book(book.workspace).problems
    assert book.one("SELECT count(*) FROM journal") == entries + 2
    assert (found.rows["customers"], found.rows["orders"], found.marks) == (1, 3, 2) and found.details > 5
    assert book.ask("SELECT name FROM customers") == [("Bea Stone",)] and book.one("SELECT count(*) FROM orders") == 3
    book.workspace.close()
    assert _traces(store_path.parent) == []
    assert "Quarnell" not in receipt_text(found, ())
    assert "3 orders" in receipt_text(found, ()) and f"Customer {number} was erased" in receipt_text(found, ())


def test_no_file_brings_them_back_and_the_receipt_says_why(
    book: Book, files: tuple[Path, Path], tmp_path: Path
) -> None:
    erase_customer(book.workspace, _number(book))
    again = [book.bring(file, source="crm") for file in files]
    assert [receipt.rows["ignored"] for receipt in again] == [1, 3]
    assert all("erased on request" in next(iter(receipt.ignored_reasons)) for receipt in again)
    other = write_csv(tmp_path / "shop.csv", CUSTOMERS, [["77", "Z. Quarnell", MAIL.upper(), "2026-02-01"]])
    assert book.bring(other, source="shop").rows["ignored"] == 1, "by the address, from another system"
    late = write_csv(tmp_path / "late.csv", ORDERS, [["O-9", "Q-7", "2026-09-05", "9.00", "USD"]])
    assert book.bring(late, source="crm").rows["ignored"] == 1
    assert book.one("SELECT count(*) FROM customers") == 1
    for (import_id,) in book.ask("SELECT id FROM imports ORDER BY id DESC"):
        undo_import(book.workspace, import_id)
    assert book.one("SELECT count(*) FROM customers") == 0 and verify_book(book.workspace).ok


def test_who_is_entered_by_hand_again_comes_with_files_again(book: Book, files: tuple[Path, Path]) -> None:
    erase_customer(book.workspace, _number(book))
    add_customer(book.workspace, {"name": "Zoe Quarnell", "email": MAIL})
    assert book.one("SELECT count(*) FROM erasures WHERE kind = 'email'") == 0


def test_ctrl_z_takes_back_what_was_done_before_and_nobody_returns(book: Book, files: tuple[Path, Path]) -> None:
    edit_customer(book.workspace, int(book.one("SELECT id FROM customers WHERE name = 'Bea Stone'")), {"city": "Leeds"})
    erase_customer(book.workspace, _number(book))
    undo_last(book.workspace)
    assert book.ask("SELECT name, city FROM customers") == [("Bea Stone", None)]


def test_a_restored_backup_leaves_them_out(book: Book, files: tuple[Path, Path], store_path: Path) -> None:
    backup = back_up(book.workspace)
    erase_customer(book.workspace, _number(book))
    workspace = book.workspace
    workspace.close()
    restore(store_path, backup, SessionKeyring(), person="Ana", clock=workspace.clock)
    book.workspace = open_book(store_path).workspace
    assert book.ask("SELECT name FROM customers") == [("Bea Stone",)] and verify_book(book.workspace).ok
    book.workspace.close()
    for one in backups_of(store_path):
        one.path.unlink()
    assert _traces(store_path.parent) == []


def test_nobody_is_erased_twice(book: Book, files: tuple[Path, Path]) -> None:
    number = _number(book)
    erase_customer(book.workspace, number)
    with pytest.raises(UserError, match="no customer"):
        erase_customer(book.workspace, number)
