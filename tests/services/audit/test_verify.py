"""What the check of a book tells: rows edited outside the program, a journal altered or cut off, and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.keyrings import SystemKeyring
from models.journal import erase_images
from models.schema_version import SCHEMA_VERSION
from models.store import connect
from models.values.changes import Changes
from services.audit import digest_imports, remember_head, undo_last, verify_book
from services.duplicates.removal import delete_customer
from services.pipeline import after_change
from services.sync import add_customer, edit_customer, record_consent, undo_import
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


DIFFERS = (
    "Rows 1 to 99 of customers are not as import 1 wrote them: one or more were changed, added or deleted outside "
    "Bellwether."
)


@pytest.fixture
def digested(book: Book, tmp_path: Path) -> Book:
    """A book whose customers an import brought, and nobody changed since; digests are kept of them."""
    rows = [[str(number), f"Tree {number}", f"t{number}@oak.example", "Silver"] for number in range(1, 6)]
    book.bring(write_csv(tmp_path / "trees.csv", HEADER, rows))
    after_change(book.workspace, Changes(tables=frozenset({"customers"})))
    assert verify_book(book.workspace).problems == ()
    return book


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE customers SET tier = 'Lead' WHERE external_id = '2'",
        "UPDATE customers SET name = 'Tree 9' WHERE external_id = '2'",
        "UPDATE customers SET import_id = NULL WHERE external_id = '2'",
        "DELETE FROM customers WHERE external_id = '2'",
        "INSERT INTO customers (source, external_id, import_id, name) VALUES ('x', '9', 1, 'Elm')",
    ],
)
def test_rows_of_an_import_that_were_edited_added_or_deleted_behind_the_program_are_told(
    digested: Book, edit: str
) -> None:
    if edit.startswith(("DELETE", "UPDATE customers SET import_id")):
        behind(digested.workspace, "DELETE FROM identities", "DELETE FROM customer_risk_scores")
        behind(digested.workspace, "DELETE FROM score_history")
    behind(digested.workspace, edit)
    assert DIFFERS in verify_book(digested.workspace).problems


def test_rows_with_digests_are_counted_apart_from_those_without(digested: Book, tmp_path: Path) -> None:
    rows = digested.one("SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM identities)")
    (note, *_) = verify_book(digested.workspace).notes
    assert f"digests of their imports: {rows}." in note and "Rows without either: 0." in note
    digested.bring(write_csv(tmp_path / "more.csv", HEADER, [["77", "Ash", "", ""]]))
    (note, *_) = verify_book(digested.workspace).notes
    assert f"digests of their imports: {rows}." in note and "Rows without either: 2," in note


def test_digests_hold_through_a_migration_that_leaves_rows_as_they_are(
    digested: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("models.journal.import_digests", "services.audit.audit"):
        monkeypatch.setattr(f"{module}.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    found = verify_book(digested.workspace)
    assert found.ok and "digests of their imports: 0." not in found.notes[0]
    assert not any("date from before" in note for note in found.notes)
    assert digest_imports(digested.workspace).entry is None
    behind(digested.workspace, "UPDATE customers SET tier = 'Lead' WHERE external_id = '2'")
    assert DIFFERS in verify_book(digested.workspace).problems


def test_digests_from_before_a_migration_of_rows_are_said_to_be_compared_no_more(
    digested: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("models.journal.import_digests", "services.audit.audit"):
        monkeypatch.setattr(f"{module}.ROWS_SCHEMA", SCHEMA_VERSION + 1)
    found = verify_book(digested.workspace)
    assert found.ok and "digests of their imports: 0." in found.notes[0]
    assert found.notes[1].startswith("The digests of 1 import date from before this book was updated")
    assert digest_imports(digested.workspace).entry is not None


def test_digests_hold_through_edits_imports_undos_and_deletions_of_the_program(digested: Book, tmp_path: Path) -> None:
    workspace = digested.workspace
    one = digested.one("SELECT id FROM customers WHERE external_id = '1'")
    edit_customer(workspace, one, {"tier": "Bronze"})
    assert verify_book(workspace).problems == ()
    changed = digested.bring(write_csv(tmp_path / "b.csv", HEADER, [["2", "Tree 2", "t2@oak.example", "Gold"]]))
    assert changed.import_id is not None
    assert verify_book(workspace).problems == ()
    delete_customer(workspace, one)
    assert verify_book(workspace).problems == ()
    undo_last(workspace)
    undo_import(workspace, changed.import_id)
    assert verify_book(workspace).problems == ()
    behind(workspace, "UPDATE customers SET city = 'Oslo' WHERE external_id = '3'")
    assert verify_book(workspace).problems == (DIFFERS,)


def test_a_field_that_a_later_import_left_alone_is_still_compared(digested: Book, tmp_path: Path) -> None:
    digested.bring(write_csv(tmp_path / "b.csv", HEADER, [["2", "Tree 2", "t2@oak.example", "Gold"]]))
    behind(digested.workspace, "UPDATE customers SET city = 'Oslo' WHERE external_id = '2'")
    assert verify_book(digested.workspace).problems == (DIFFERS,)


def test_fractions_and_what_is_not_known_are_compared_too(book: Book, tmp_path: Path) -> None:
    header = ["ticket_id", "customer_id", "created_at", "subject", "sentiment"]
    first = [["1", "7", "2026-03-01", "Late", "-0.35"], ["2", "7", "2026-03-02", "Thanks", ""]]
    book.bring(write_csv(tmp_path / "tickets.csv", header, first))
    digest_imports(book.workspace)
    book.bring(write_csv(tmp_path / "again.csv", header, [[*first[0][:4], "0.5"], [*first[1][:4], "0"]]))
    assert book.ask("SELECT sentiment FROM tickets ORDER BY id") == [(0.5,), (0.0,)]
    assert verify_book(book.workspace).problems == ()
    behind(book.workspace, "UPDATE tickets SET subject = 'Later' WHERE external_id = '2'")
    assert any(one.startswith("Rows 1 to 99 of tickets") for one in verify_book(book.workspace).problems)


def test_digests_hold_through_the_undo_of_an_import_that_they_were_taken_after(book: Book, tmp_path: Path) -> None:
    second = _two_imports(book, tmp_path)
    digest_imports(book.workspace)
    undo_import(book.workspace, second)
    assert book.one("SELECT tier FROM customers WHERE external_id = '1'") == "Silver"
    assert verify_book(book.workspace).problems == ()
    behind(book.workspace, "UPDATE customers SET city = 'Oslo' WHERE external_id = '1'")
    assert verify_book(book.workspace).problems == (DIFFERS,)


def test_digests_hold_through_the_undo_of_fractions(book: Book, tmp_path: Path) -> None:
    header = ["ticket_id", "customer_id", "created_at", "subject", "sentiment"]
    first = [["1", "7", "2026-03-01", "Late", "-0.35"], ["2", "7", "2026-03-02", "Thanks", ""]]
    book.bring(write_csv(tmp_path / "tickets.csv", header, first))
    before = book.ask("SELECT sentiment FROM tickets ORDER BY id")
    again = [[*first[0][:4], "0.7"], [*first[1][:4], "0"]]
    number = book.bring(write_csv(tmp_path / "again.csv", header, again)).import_id
    assert number is not None
    digest_imports(book.workspace)
    undo_import(book.workspace, number)
    assert book.ask("SELECT sentiment FROM tickets ORDER BY id") == before
    assert verify_book(book.workspace).problems == ()


def test_an_edit_of_what_an_undo_put_back_is_told(book: Book, tmp_path: Path) -> None:
    second = _two_imports(book, tmp_path)
    digest_imports(book.workspace)
    undo_import(book.workspace, second)
    behind(book.workspace, "UPDATE customers SET tier = 'Lead' WHERE external_id = '1'")
    assert DIFFERS in verify_book(book.workspace).problems


@pytest.mark.parametrize("tier", ["Silver", "Bronze"])
def test_an_undo_that_keeps_an_edit_leaves_nothing_to_tell(book: Book, tmp_path: Path, tier: str) -> None:
    second = _two_imports(book, tmp_path)
    edit_customer(book.workspace, book.one("SELECT id FROM customers WHERE external_id = '1'"), {"tier": tier})
    digest_imports(book.workspace)
    undo_import(book.workspace, second)
    assert book.one("SELECT tier FROM customers WHERE external_id = '1'") == tier
    assert verify_book(book.workspace).problems == ()


def test_an_import_that_is_undone_is_not_compared(digested: Book) -> None:
    undo_import(digested.workspace, 1)
    assert verify_book(digested.workspace).problems == ()


def test_erased_images_leave_their_block_without_a_comparison(digested: Book) -> None:
    workspace = digested.workspace
    one = digested.one("SELECT id FROM customers WHERE external_id = '1'")
    delete_customer(workspace, one)
    with workspace.store.unit_of_work(workspace.me, "erase", f"customer:{one}", at=workspace.at) as work:
        erase_images(work, "customers", [one])
        work.commit()
    assert verify_book(workspace).problems == ()
    assert "Rows without either: 4," in verify_book(workspace).notes[0]


def test_digests_that_are_taken_again_hide_no_edit(digested: Book) -> None:
    behind(
        digested.workspace,
        "UPDATE customers SET tier = 'Lead' WHERE external_id = '2'",
        "DELETE FROM book WHERE key = 'imports_digested'",
    )
    assert digest_imports(digested.workspace).entry is not None
    assert verify_book(digested.workspace).problems == (DIFFERS,)


def test_a_suppression_that_was_taken_out_by_hand_is_told(book: Book) -> None:
    record_consent(book.workspace, "a@linden.example", "withdrawn")
    behind(book.workspace, "DELETE FROM suppression_ledger")
    (problem,) = verify_book(book.workspace).problems
    assert problem.startswith("Row 1 of suppression ledger was deleted outside Bellwether")


def test_without_a_keyring_the_end_is_said_not_to_be_checked(book: Book) -> None:
    assert any("removed from its end cannot be detected" in note for note in verify_book(book.workspace).notes)


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
