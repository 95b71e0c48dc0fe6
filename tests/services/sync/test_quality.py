"""Data quality: what is missing, what is old, what contradicts itself."""

from __future__ import annotations

from pathlib import Path

from services.sync import data_quality
from tests.services.sync.book import Book, write_csv

CUSTOMERS = ["Customer ID", "Name", "Email", "Country", "Owner"]
PEOPLE = [
    ["C1", "Ada Elm", "ada@elm.example", "GB", "Ines"],
    ["C2", "Bo Ash", "", "GB", ""],
    ["C3", "Cy Oak", "cy@oak.example", "", ""],
]
ORDERS = ["order_id", "customer_id", "created_at", "total", "channel"]


def test_an_empty_book_has_nothing_to_say(book: Book) -> None:
    found = data_quality(book.workspace)
    assert found.fields == () and found.ages == () and found.contradictions == ()
    assert found.pairs.pending == 0


def test_each_field_says_how_many_rows_have_it(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "people.csv", CUSTOMERS, PEOPLE))
    rows = [["W1", "C1", "2026-11-14 09:12:40", "10", "web"], ["W2", "C2", "2026-11-15 09:12:40", "12", ""]]
    book.bring(write_csv(tmp_path / "orders.csv", ORDERS, rows))
    found = data_quality(book.workspace)
    fills = {(one.kind, one.name): one for one in found.fields}
    assert (fills["Customers", "Email"].filled, fills["Customers", "Email"].of) == (2, 3)
    assert fills["Customers", "Email"].missing == 1 and "email" in fills["Customers", "Email"].matters
    assert fills["Customers", "Owner"].share == 1 / 3
    assert fills["Customers", "Email consent"].filled == 0
    assert fills["Orders", "Channel"].filled == 1 and fills["Orders", "Customer"].share == 1
    assert ("Tickets", "Day") not in fills
    (age,) = found.ages
    assert (age.kind, age.last_on.isoformat(), age.age_days, age.stale) == ("orders", "2026-11-15", 6, False)


def test_contradicting_ids_and_likely_duplicates_are_among_it(book: Book, tmp_path: Path) -> None:
    shared = [["C1", "Ada Elm", "info@elm.example", "GB", ""], ["C2", "Zoltan Birch", "info@elm.example", "GB", ""]]
    book.bring(write_csv(tmp_path / "people.csv", CUSTOMERS, shared))
    found = data_quality(book.workspace)
    assert [row.kind for row in found.contradictions] == ["shared_email"]
    assert {number for number, _ in found.contradictions[0].customers} == {1, 2}
