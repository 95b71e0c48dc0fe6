"""What the check of a book tells: rows edited outside the program, a journal altered or cut off, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.keyrings import SystemKeyring
from models.store import connect
from services.audit import remember_head, verify_book
from services.sync import add_customer, record_consent, undo_import
from services.workspace import Workspace
from tests.services.sync.book import Book, open_book, write_csv
from tests.vault import Vault

HEADER = ["customer_id", "name", "email", "tier"]


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    made = open_book(store_path)
    yield made
    made.workspace.close()


def behind(workspace: Workspace, *statements: str) -> None:
    driver = connect(workspace.store.path)
    for statement in statements:
        driver.execute(statement)
    driver.close()


def _two_imports(book: Book, folder: Path) -> int:
    book.bring(write_csv(folder / "a.csv", HEADER, [["1", "Oak", "a@oak.example", "Silver"], ["2", "Elm", "", ""]]))
    second = book.bring(
        write_csv(folder / "b.csv", HEADER, [["1", "Oak", "a@oak.example", "Gold"], ["2", "Elm", "", ""]])
    )
    assert second.import_id is not None
    return second.import_id


def test_a_row_that_an_import_changed_and_somebody_edited_is_named(book: Book, tmp_path: Path) -> None:
    _two_imports(book, tmp_path)
    assert verify_book(book.workspace).problems == ()
    behind(book.workspace, "UPDATE customers SET tier = 'Lead' WHERE external_id = '1'")
    assert verify_book(book.workspace).problems == (
        "Row 1 of customers was changed outside Bellwether: “tier” is not what journal entry 2 wrote.",
    )


def test_altered_images_of_an_import_are_told(book: Book, tmp_path: Path) -> None:
    number = _two_imports(book, tmp_path)
    behind(
        book.workspace,
        "UPDATE import_changes SET after = json_set(after, '$.tier', 'Lead')",
        "UPDATE customers SET tier = 'Lead' WHERE external_id = '1'",
    )
    assert verify_book(book.workspace).problems == (f"What import {number} changed was altered after it was written.",)


def test_an_undone_import_leaves_nothing_to_tell(book: Book, tmp_path: Path) -> None:
    undo_import(book.workspace, _two_imports(book, tmp_path))
    assert book.one("SELECT tier FROM customers WHERE external_id = '1'") == "Silver"
    assert verify_book(book.workspace).problems == ()


def test_a_number_that_was_given_again_is_not_mistaken(book: Book, tmp_path: Path) -> None:
    number = book.bring(write_csv(tmp_path / "a.csv", HEADER, [["1", "Oak", "a@oak.example", "Silver"]])).import_id
    assert number is not None
    undo_import(book.workspace, _two_imports(book, tmp_path))
    undo_import(book.workspace, number)
    book.bring(write_csv(tmp_path / "c.csv", HEADER, [["9", "Ash", "", "Bronze"]]))
    assert verify_book(book.workspace).problems == ()


def test_a_suppression_that_was_taken_out_by_hand_is_told(book: Book) -> None:
    record_consent(book.workspace, "a@linden.example", "withdrawn")
    behind(book.workspace, "DELETE FROM suppression_ledger")
    (problem,) = verify_book(book.workspace).problems
    assert problem.startswith("Row 1 of suppression ledger was deleted outside Bellwether")


def test_without_a_keyring_the_end_is_said_not_to_be_checked(book: Book) -> None:
    assert any("cut off at its end cannot be seen" in note for note in verify_book(book.workspace).notes)


def test_a_shortened_journal_is_not_remembered_in_place_of_the_whole_one(book: Book) -> None:
    workspace = replace(book.workspace, keyring=SystemKeyring(Vault()))
    assert any("does not remember the end" in note for note in verify_book(workspace).notes)
    for name in ("Linden", "Oak"):
        add_customer(workspace, {"name": name})
    assert remember_head(workspace) == ""
    assert not any("remember" in note for note in verify_book(workspace).notes)
    last = book.one("SELECT max(id) FROM journal")
    behind(
        workspace,
        f"DELETE FROM journal WHERE id = {last}",
        f"DELETE FROM journal_payloads WHERE journal_id = {last}",
    )
    add_customer(workspace, {"name": "Elm"})
    for _ in range(2):
        assert "verify --accept" in remember_head(workspace)
        assert any("is not the one that this computer remembers" in one for one in verify_book(workspace).problems)
    assert remember_head(workspace, accept=True) == ""
    assert not any("remember" in one for one in verify_book(workspace).problems)
