"""A merge loses no row, doubles none, and an undo brings the book back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.tables import (
    COMPUTED_TABLES,
    alert_signals,
    alerts,
    customers,
    identities,
    messages,
    metadata,
    notes,
    orders,
    tasks,
)
from models.values.errors import UserError
from services.audit import undo_last
from services.duplicates import decide_later, keep_apart, merge_customers, read_pairs
from services.duplicates.parts import moved_columns
from tests.services.duplicates.crowd import TESTER, add, everything, fill_every_table, insert, undo_merge
from tests.services.sync.book import Book, write_csv


def _two(book: Book) -> tuple[int, int]:
    one = add(book, "Jane Doe", "1", email="jane@acme.test", city="Leeds")
    two = add(book, "J. Doe", "2", source="crm", phone="+441134960123", city="York", tier="Gold")
    return one, two


def test_every_column_that_names_a_customer_is_moved() -> None:
    """A table that is added later is found from the tables themselves, or this says so."""
    named = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is customers for key in column.foreign_keys) or column.name == "customer_id"
    }
    moved = {(table.name, column) for table, column in moved_columns()}
    assert named - moved == {(table.name, "customer_id") for table in COMPUTED_TABLES}
    assert all("id" in table.c for table, _ in moved_columns())


def test_no_row_of_any_table_is_lost_and_an_undo_brings_all_back(book: Book) -> None:
    one, two = _two(book)
    for number in (one, two):
        fill_every_table(book, number, f"of {number}")
    before, content = everything(book), book.hash()

    changes = merge_customers(book.workspace, one, two)

    after = everything(book)
    for table in before:
        gone = {"customers": 1}.get(table, 0)
        new = {"merged_customers": 1}.get(table, 0)
        assert len(after[table]) == len(before[table]) - gone + new, table
    for table, column in moved_columns():
        assert book.one(f"SELECT count(*) FROM {table.name} WHERE {column} = ?", two) == 0, table.name
    assert changes.customers == {one, two}
    assert book.hash() != content

    undo_last(book.workspace)
    assert everything(book) == before
    assert book.hash() == content


def test_the_journal_says_what_went_over_and_what_differed(book: Book) -> None:
    one, two = _two(book)
    insert(book, orders, customer_id=two, source="crm", external_id="o1", ordered_on="2026-01-02", amount_minor=100)
    words = merge_customers(book.workspace, one, two).words
    assert words == "Merged J. Doe into Jane Doe: 1 order; kept its city"


def test_fields_are_the_kept_ones_and_else_the_others(book: Book) -> None:
    one = add(book, "Customer 17", "17", city="Leeds", attributes=json.dumps({"colour": "red"}))
    two = add(book, "Jane Doe", "2", city="York", tier="Gold", attributes=json.dumps({"colour": "blue", "size": "M"}))
    merge_customers(book.workspace, one, two)
    row = book.ask("SELECT name, city, tier, attributes FROM customers")[0]
    assert row[:3] == ("Jane Doe", "Leeds", "Gold")
    assert json.loads(row[3]) == {"colour": "red", "size": "M"}
    kept = json.loads(book.one("SELECT record FROM merged_customers"))
    assert (kept["city"], json.loads(kept["attributes"])["colour"]) == ("York", "blue")


def test_merging_twice_is_merging_once(book: Book) -> None:
    one, two = _two(book)
    merge_customers(book.workspace, one, two)
    entries = book.one("SELECT count(*) FROM journal")
    again = merge_customers(book.workspace, one, two)
    assert (again.entry, again.words) == (None, "They are already one customer: Jane Doe.")
    assert book.one("SELECT count(*) FROM journal") == entries


def test_nobody_is_merged_with_oneself_or_with_nobody(book: Book) -> None:
    one, _ = _two(book)
    with pytest.raises(UserError, match="cannot be merged with itself"):
        merge_customers(book.workspace, one, one)
    with pytest.raises(UserError, match="There is no customer 99"):
        merge_customers(book.workspace, one, 99)


@pytest.mark.parametrize("state", ["approved", "queued", "sending"])
@pytest.mark.parametrize("whose", [0, 1])
def test_an_email_on_its_way_is_waited_for(book: Book, state: str, whose: int) -> None:
    pair = _two(book)
    insert(book, messages, customer_id=pair[whose], state=state, goal="thank", tone="warm", writer="person")
    content = everything(book)
    with pytest.raises(UserError, match="is on its way"):
        merge_customers(book.workspace, *pair)
    assert everything(book) == content


@pytest.mark.parametrize("state", ["draft", "in_review", "sent", "failed", "in_doubt", "discarded"])
def test_other_emails_go_over_and_come_back(book: Book, state: str) -> None:
    one, two = _two(book)
    insert(book, messages, customer_id=two, state=state, goal="thank", tone="warm", writer="person")
    before = everything(book)
    merge_customers(book.workspace, one, two)
    assert book.ask("SELECT customer_id, state FROM messages") == [(one, state)]
    undone = undo_last(book.workspace)
    assert undone.kept == ()
    assert everything(book) == before


def test_an_email_that_left_since_stays_with_whom_it_went_to(book: Book) -> None:
    one, two = _two(book)
    email = insert(book, messages, customer_id=two, state="draft", goal="thank", tone="warm", writer="person")
    merge_customers(book.workspace, one, two)

    def become(state: str, sent_at: str | None) -> None:
        with book.workspace.store.unit_of_work(TESTER, "send", "email", at=book.workspace.at) as work:
            work.update(messages, email, {"state": state, "sent_at": sent_at})
            work.commit()

    become("queued", None)
    with pytest.raises(UserError, match="is on its way"):
        undo_last(book.workspace)
    become("sent", "2026-11-22T08:00:00Z")
    undone = undo_last(book.workspace)
    assert undone.kept == ("The email sent since stays with Jane Doe.",)
    assert book.ask("SELECT customer_id, state FROM messages") == [(one, "sent")]
    assert book.one("SELECT count(*) FROM customers") == 2


def test_two_open_alerts_become_one_with_all_work_on_them(book: Book) -> None:
    one, two = _two(book)
    first = insert(book, alerts, customer_id=one, kind="risk", rule="quiet", severity=2, state="open", reason="quiet",
                   due_at="2026-02-02T00:00:00Z", opened_at="2026-01-05T00:00:00Z")  # fmt: skip
    second = insert(book, alerts, customer_id=two, kind="risk", rule="ticket", severity=4, state="in_work", touched=1,
                    reason="ticket", due_at="2026-02-01T00:00:00Z", opened_at="2026-01-07T00:00:00Z")  # fmt: skip
    for alert, customer, rule, severity in (
        (first, one, "quiet", 2), (first, one, "spend", 1), (second, two, "ticket", 4), (second, two, "quiet", 3)
    ):  # fmt: skip
        insert(book, alert_signals, alert_id=alert, customer_id=customer, rule=rule, severity=severity, reason=rule)
    insert(book, tasks, customer_id=one, alert_id=first, title="Call")
    insert(book, notes, customer_id=two, alert_id=second, text="Said so")
    before = everything(book)

    changes = merge_customers(book.workspace, one, two)

    assert changes.words.endswith("both alerts are one; kept its city")
    alert = book.ask("SELECT id, customer_id, state, due_at, opened_at, touched FROM alerts")
    assert alert == [(second, one, "in_work", "2026-02-01T00:00:00Z", "2026-01-05T00:00:00Z", 1)]
    signals = book.ask("SELECT rule, severity, alert_id, customer_id FROM alert_signals ORDER BY rule")
    assert signals == [("quiet", 3, second, one), ("spend", 1, second, one), ("ticket", 4, second, one)]
    assert book.ask("SELECT alert_id, customer_id FROM tasks UNION ALL SELECT alert_id, customer_id FROM notes") == [
        (second, one), (second, one)
    ]  # fmt: skip
    undo_last(book.workspace)
    assert everything(book) == before


def test_two_drafts_for_two_alerts_are_both_kept(book: Book) -> None:
    pair = _two(book)
    for number in pair:
        alert = insert(book, alerts, customer_id=number, kind="risk", rule="quiet", state="open", reason="quiet")
        insert(book, messages, customer_id=number, alert_id=alert, state="draft", goal="thank", tone="warm", writer="p")
    before = everything(book)
    merge_customers(book.workspace, *pair)
    assert sorted(book.ask("SELECT customer_id, alert_id IS NULL FROM messages")) == [(pair[0], 0), (pair[0], 1)]
    undo_last(book.workspace)
    assert everything(book) == before


def test_an_address_of_both_is_kept_once(book: Book) -> None:
    one = add(book, "Jane Doe", "1", email="jane@acme.test")
    two = add(book, "Jane Doe", "2", email="jane@acme.test")
    content = book.hash()
    merge_customers(book.workspace, one, two)
    assert book.ask("SELECT kind, value FROM identities WHERE customer_id = ? ORDER BY 1, 2", one) == [
        ("email", "jane@acme.test"), ("external_id", "1"), ("external_id", "2")
    ]  # fmt: skip
    undo_last(book.workspace)
    assert book.hash() == content


def test_a_number_that_was_given_away_does_not_make_a_stranger_of_who_comes_back(book: Book) -> None:
    """SQLite gives the last number again: the undo must not hand the orders of one to the other."""
    one = add(book, "Jane Doe", "1")
    two = add(book, "J. Doe", "2", email="j@acme.test")
    insert(book, orders, customer_id=two, source="shop", external_id="o1", ordered_on="2026-01-02", amount_minor=100)
    content = book.hash()
    merge_customers(book.workspace, one, two)
    stranger = add(book, "Mo Stranger", "3", email="mo@else.test")
    assert stranger == two
    undo_last(book.workspace)
    assert book.ask("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id") == [("J. Doe",)]
    assert book.ask("SELECT name FROM customers WHERE id = ?", stranger) == [("Mo Stranger",)]
    owners = book.ask(
        "SELECT i.value FROM identities i JOIN customers c ON c.id = i.customer_id WHERE c.name = 'J. Doe'"
    )
    assert sorted(owners) == [("2",), ("j@acme.test",)]
    with book.workspace.store.unit_of_work(book.workspace.me, "remove", "customer", at=book.workspace.at) as work:
        for number in work.sql("SELECT id FROM identities WHERE customer_id = ?", (stranger,)).scalars().all():
            work.delete(identities, number)
        work.delete(customers, stranger)
        work.commit()
    assert book.hash() == content


def test_what_was_changed_later_is_kept_and_named(book: Book) -> None:
    from services.sync import edit_customer

    one, two = _two(book)
    merge_customers(book.workspace, one, two)
    edit_customer(book.workspace, one, {"tier": "Platinum"})
    kept = undo_merge(book)
    assert kept == (f"Customer {one}: “tier” was changed again later and is kept.",)
    assert book.ask("SELECT name, tier FROM customers ORDER BY id") == [("Jane Doe", "Platinum"), ("J. Doe", "Gold")]


def test_what_was_said_of_two_is_forgotten_when_they_are_merged_and_comes_back(book: Book) -> None:
    one, two = _two(book)
    keep_apart(book.workspace, one, two)
    merge_customers(book.workspace, one, two)
    assert read_pairs(book.workspace, "apart") == ()
    assert [(row.first_id, row.second_id) for row in read_pairs(book.workspace, "merged")] == [(one, two)]
    undo_last(book.workspace)
    assert [row.first_name for row in read_pairs(book.workspace, "apart")] == ["Jane Doe"]
    assert read_pairs(book.workspace, "merged") == ()


def test_deciding_twice_is_deciding_once_and_can_be_changed(book: Book) -> None:
    one, two = _two(book)
    assert keep_apart(book.workspace, two, one).words == "Kept Jane Doe and J. Doe apart"
    assert keep_apart(book.workspace, one, two).entry is None
    assert decide_later(book.workspace, one, two).entry is not None
    assert (len(read_pairs(book.workspace, "apart")), len(read_pairs(book.workspace, "later"))) == (0, 1)
    undo_last(book.workspace)
    assert (len(read_pairs(book.workspace, "apart")), len(read_pairs(book.workspace, "later"))) == (1, 0)


def test_keeping_apart_survives_an_import_that_is_undone_and_done_again(book: Book, tmp_path: Path) -> None:
    from services.duplicates import find_duplicates
    from services.sync import undo_import

    file = write_csv(
        tmp_path / "shop.csv", ("customer_id", "name", "email"),
        [("A-100", "Jane Doe", "jane@acme.test"), ("A-200", "Jane Doe", "jane@acme.test")],
    )  # fmt: skip
    first = book.bring(file, source="shop")
    find_duplicates(book.workspace)
    (pair,) = read_pairs(book.workspace)
    keep_apart(book.workspace, pair.first_id, pair.second_id)
    assert read_pairs(book.workspace) == ()
    assert first.import_id is not None
    changes = undo_import(book.workspace, first.import_id)
    find_duplicates(book.workspace, changes)
    book.bring(file, source="shop")
    find_duplicates(book.workspace)
    assert read_pairs(book.workspace) == ()
    assert [row.state for row in read_pairs(book.workspace, "apart")] == ["apart"]
