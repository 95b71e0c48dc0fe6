"""A customer who is erased is nowhere: not in rows, journal, file or log; and no file brings them back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.audit import undo_last, verify_book
from services.backups import back_up, backups_of, restore
from services.duplicates import erase_customer, merge_customers, receipt_text
from services.sync import add_contact, add_customer, edit_customer, record_consent, undo_import
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
    assert "Quarnell" not in receipt_text(found.lines, ())
    assert "3 orders" in receipt_text(found.lines, ()) and f"Customer {number} was erased" in receipt_text(
        found.lines, ()
    )


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


def test_no_file_brings_the_only_customer_of_a_book_back(book: Book, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "one.csv", CUSTOMERS, [["Q-7", NAME, MAIL, "2026-01-05"]])
    book.bring(file, source="crm")
    erase_customer(book.workspace, _number(book))
    assert book.bring(file, source="crm").rows["ignored"] == 1
    assert book.one("SELECT count(*) FROM customers") == 0


def test_who_is_entered_by_hand_again_comes_with_files_again_and_their_no_still_stands(
    book: Book, files: tuple[Path, Path]
) -> None:
    erase_customer(book.workspace, _number(book))
    assert book.ask("SELECT * FROM suppression_ledger") == []
    add_customer(book.workspace, {"name": "Zoe Quarnell", "email": MAIL})
    assert book.ask("SELECT * FROM erasures") == []
    assert book.ask("SELECT address, said FROM suppression_ledger") == [(MAIL, "withdrawn")]
    assert [book.bring(file, source="crm").rows["ignored"] for file in files] == [0, 0]


def test_an_undone_entry_by_hand_leaves_them_out_again(book: Book, files: tuple[Path, Path]) -> None:
    erase_customer(book.workspace, _number(book))
    marks = book.ask("SELECT kind, mark FROM erasures ORDER BY mark")
    add_customer(book.workspace, {"name": "Zoe Quarnell", "email": MAIL})
    undo_last(book.workspace)
    assert book.ask("SELECT kind, mark FROM erasures ORDER BY mark") == marks
    assert book.bring(files[0], source="crm").rows["ignored"] == 1


def test_whose_address_it_is_too_stays_with_their_rows_also_after_a_restore(
    book: Book, store_path: Path, tmp_path: Path
) -> None:
    people = [
        ["A-1", "Acme North", "ap@acme.example", "2026-01-05"],
        ["A-2", "Acme South", "ap@acme.example", "2026-01-05"],
    ]
    header = ["order_id", "customer_id", "email", "order_date", "amount", "currency"]
    orders = [["O-1", "A-1", "ap@acme.example", "2026-02-05", "9.00", "USD"],
              ["O-2", "A-2", "ap@acme.example", "2026-02-06", "9.00", "USD"]]  # fmt: skip
    files = write_csv(tmp_path / "c.csv", CUSTOMERS, people), write_csv(tmp_path / "o.csv", header, orders)
    for file in files:
        book.bring(file, source="crm")
    backup = back_up(book.workspace)
    erase_customer(book.workspace, int(book.one("SELECT id FROM customers WHERE name = 'Acme North'")))
    assert [book.bring(file, source="crm").rows["ignored"] for file in files] == [1, 1]
    assert book.ask("SELECT name FROM customers") == [("Acme South",)] and book.one("SELECT count(*) FROM orders") == 1
    workspace = book.workspace
    workspace.close()
    restore(store_path, backup, SessionKeyring(), person="Ana", clock=workspace.clock)
    book.workspace = open_book(store_path).workspace
    assert book.ask("SELECT name FROM customers") == [("Acme South",)]


def test_who_was_erased_entered_and_erased_again_is_left_out_of_a_backup_between(
    book: Book, files: tuple[Path, Path], store_path: Path
) -> None:
    erase_customer(book.workspace, _number(book))
    backup = back_up(book.workspace)
    add_customer(book.workspace, {"name": NAME, "email": MAIL})
    erase_customer(book.workspace, _number(book))
    workspace = book.workspace
    workspace.close()
    restore(store_path, backup, SessionKeyring(), person="Ana", clock=workspace.clock)
    book.workspace = open_book(store_path).workspace
    assert book.ask("SELECT name FROM customers") == [("Bea Stone",)] and verify_book(book.workspace).ok


def test_a_merged_record_and_a_contact_deleted_before_go_too(
    book: Book, files: tuple[Path, Path], store_path: Path, tmp_path: Path
) -> None:
    second = write_csv(
        tmp_path / "second.csv", CUSTOMERS, [["Q-9", "Quarnell Two", "two@quarnell.example", "2026-01-05"]]
    )
    book.bring(second, source="shop")
    number, other = _number(book), int(book.one("SELECT id FROM customers WHERE name = 'Quarnell Two'"))
    edit_customer(book.workspace, other, {"city": "Quarnell Hill"})
    add_contact(book.workspace, number, {"name": "Ines Quarnell", "role": "Buyer of Q-7"})
    undo_last(book.workspace)
    merge_customers(book.workspace, number, other)
    erase_customer(book.workspace, number)
    assert verify_book(book.workspace).ok
    book.workspace.close()
    assert _traces(store_path.parent) == []


def test_rejected_rows_of_others_with_the_name_inside_a_word_stay(book: Book, tmp_path: Path) -> None:
    orders = [["O-1", "1", "2026-02-05", "5.00", "USD", "Anna"], ["O-2", "2", "2026-02-05", "abc", "USD", "Joanna"],
              ["O-3", "1", "rubbish", "5.00", "USD", "Anna"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "c.csv", CUSTOMERS, [["1", "Anna", "anna@q.example", "2026-01-05"]]), source="crm")
    book.bring(write_csv(tmp_path / "o.csv", [*ORDERS, "note"], orders), source="crm")
    before = book.one("SELECT count(*) FROM import_rejects")
    erase_customer(book.workspace, int(book.one("SELECT id FROM customers WHERE name = 'Anna'")))
    assert (before, book.one("SELECT count(*) FROM import_rejects WHERE instr(cells, 'Joanna') > 0")) == (2, 1)
    assert book.one("SELECT count(*) FROM import_rejects") == 1


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


def test_who_was_taken_apart_again_keeps_what_the_journal_has_of_them(
    book: Book, files: tuple[Path, Path], tmp_path: Path
) -> None:
    one, other = _number(book), book.one("SELECT id FROM customers WHERE name = 'Bea Stone'")
    merge_customers(book.workspace, one, other)
    assert undo_last(book.workspace).entry is not None
    edit_customer(book.workspace, other, {"city": "Leeds"})
    erase_customer(book.workspace, one)
    undo_last(book.workspace)
    assert book.ask("SELECT name, city FROM customers") == [("Bea Stone", None)]


def test_whoever_has_the_number_of_a_merged_record_since_keeps_what_the_journal_has_of_them(
    book: Book, files: tuple[Path, Path], tmp_path: Path
) -> None:
    one, other = _number(book), book.one("SELECT max(id) FROM customers")
    merge_customers(book.workspace, one, other)
    book.bring(
        write_csv(tmp_path / "new.csv", CUSTOMERS, [["Q-9", "Cy Reed", "cy@reed.example", "2026-01-05"]]), source="crm"
    )
    assert book.one("SELECT id FROM customers WHERE name = 'Cy Reed'") == other
    edit_customer(book.workspace, other, {"city": "Leeds"})
    erase_customer(book.workspace, one)
    undo_last(book.workspace)
    assert book.ask("SELECT name, city FROM customers") == [("Cy Reed", None)]
    assert book.one("SELECT count(*) FROM journal_payloads WHERE before LIKE '%stone%' OR after LIKE '%stone%'") == 0
