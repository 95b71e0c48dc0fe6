"""Two records side by side, the list by what was decided, and identifiers that contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.tables import messages, orders
from models.values.errors import UserError
from services.duplicates import (
    count_pairs,
    decide_later,
    find_duplicates,
    identifier_quality,
    keep_apart,
    merge_customers,
    read_pair,
    read_pairs,
)
from tests.services.duplicates.crowd import add, insert
from tests.services.sync.book import Book, write_csv


def test_two_records_stand_side_by_side_with_what_would_become_of_them(book: Book) -> None:
    one = add(book, "Jane Doe", "1", email="jane@acme.test", city="Leeds", email_consent="given")
    two = add(book, "J. Doe", "2", source="crm", city="York", tier="Gold", email_consent="withdrawn")
    for key in "ab":
        insert(book, orders, customer_id=two, source="s", external_id=key, ordered_on="2026-01-02", amount_minor=100)
    pair = read_pair(book.workspace, one, two)
    assert (pair.kept.id, pair.other.id) == (two, one)  # the one with more history
    assert pair.kept.history == ("2 orders",)
    pair = read_pair(book.workspace, one, two, keep=one)
    fields = {row.name: (row.kept, row.other, row.differs, row.result) for row in pair.fields}
    assert fields == {
        "name": ("Jane Doe", "J. Doe", True, "Jane Doe"),
        "email": ("jane@acme.test", "", False, "jane@acme.test"),
        "city": ("Leeds", "York", True, "Leeds"),
        "tier": ("", "Gold", False, "Gold"),
        "email_consent": ("given", "withdrawn", True, "withdrawn"),
    }
    assert (pair.moves, pair.refused, pair.state) == (("2 orders",), "", "pending")
    assert pair.notes[0] == "One of them withdrew consent, so it counts as withdrawn for the merged customer."
    insert(book, messages, customer_id=two, state="queued", goal="thank", tone="warm", writer="person")
    assert "is on its way" in read_pair(book.workspace, one, two).refused
    with pytest.raises(UserError, match="no longer in the book"):
        read_pair(book.workspace, one, 99)


def test_amounts_that_differ_are_shown_so_that_one_sees_it(book: Book) -> None:
    one = add(book, "Jane Doe", "1", acquisition_cost_minor=1_240)
    two = add(book, "J. Doe", "2", acquisition_cost_minor=1_249)
    (cost,) = (row for row in read_pair(book.workspace, one, two).fields if row.name == "acquisition_cost_minor")
    assert (cost.kept, cost.other, cost.differs) == ("$12.40", "$12.49", True)


def test_what_is_shown_is_what_merging_does(book: Book) -> None:
    one = add(book, "Customer 1", "1", city="Leeds", suppressed_until="2026-12-01")
    two = add(book, "Jane Doe", "2", tier="Gold", suppressed_until="2027-01-01", tracking_consent="given")
    shown = {row.name: row.result for row in read_pair(book.workspace, one, two, keep=one).fields}
    merge_customers(book.workspace, one, two)
    names = list(shown)
    row = book.ask(f"SELECT {', '.join(names)} FROM customers")[0]
    assert dict(zip(names, row, strict=True)) == shown


def test_the_list_counts_each_state(book: Book) -> None:
    for key in range(4):
        add(book, "Jane Doe", str(key), phone="+441134960123")
    find_duplicates(book.workspace)
    assert count_pairs(book.workspace).pending == 6
    keep_apart(book.workspace, 1, 2)
    decide_later(book.workspace, 1, 3)
    merge_customers(book.workspace, 1, 4)
    counts = count_pairs(book.workspace)
    assert (counts.pending, counts.later, counts.apart, counts.merged) == (1, 1, 1, 1)
    for state in ("pending", "later", "apart", "merged"):
        assert len(read_pairs(book.workspace, state)) == getattr(counts, state)  # type: ignore[arg-type]
    (apart,) = read_pairs(book.workspace, "apart")
    assert (apart.decided_by, apart.decided_at) == ("Ana", book.workspace.at)


def test_a_decision_holds_for_whoever_the_record_belongs_to(book: Book) -> None:
    for key in range(3):
        add(book, "Jane Doe", str(key), phone="+441134960123")
    keep_apart(book.workspace, 1, 2)
    merge_customers(book.workspace, 3, 1)
    changes = find_duplicates(book.workspace)
    assert changes.customers
    assert read_pairs(book.workspace) == ()
    assert [(row.first_id, row.second_id) for row in read_pairs(book.workspace, "apart")] == [(2, 3)]


def test_contradicting_identifiers_are_named(book: Book, tmp_path: Path) -> None:
    add(book, "Jane Doe", "1", email="office@acme.test", country="UK")
    add(book, "Tom Baker", "2", email="office@acme.test")
    add(book, "Ann Lee", "3", phone="+441134960123")
    add(book, "A. Lee", "4", phone="+441134960123", country="Austria")
    five = add(book, "Ann Lee", "5", country="Germany")
    head = ("customer_id", "name", "email")
    for email in ("one@b.test", "two@b.test"):
        book.bring(write_csv(tmp_path / "c.csv", head, [("C-900", "Zoe Quill", email)]), source="crm")
    merge_customers(book.workspace, five, 4)
    found = {row.kind: row for row in identifier_quality(book.workspace)}
    assert found["shared_email"].words == "2 customers with different names share the address office@acme.test."
    assert found["shared_email"].customers == ((1, "Jane Doe"), (2, "Tom Baker"))
    assert found["several_emails"].words == "Zoe Quill has one ID and 2 addresses: one@b.test, two@b.test."
    assert found["several_countries"].words == "Ann Lee was merged from Germany and Austria."
    assert set(found) == {"shared_email", "several_emails", "several_countries"}


def test_one_id_of_two_customers_is_named(book: Book) -> None:
    from models.tables import identities

    one, two = add(book, "Jane Doe", "1"), add(book, "Tom Baker", "2")
    insert(book, identities, customer_id=two, kind="external_id", source="shop", value="1")
    (row,) = identifier_quality(book.workspace)
    assert (row.words, row.count) == ("shop uses one ID, 1, for 2 customers.", 2)
    assert [number for number, _ in row.customers] == [one, two]
