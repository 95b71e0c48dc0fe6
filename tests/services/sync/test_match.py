"""Customers are found by what a file says of them, and nobody is lost or taken for somebody else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.sync import add_customer
from tests.services.sync.book import Book, counts, write_csv

BY_NAME = ["order_id", "customer", "date", "amount", "currency"]


@pytest.mark.parametrize("others", [(), ({"name": "Other", "email": "o@other.example"},)])
def test_orders_that_only_name_their_customer_find_one_added_by_hand(
    book: Book, tmp_path: Path, others: tuple[dict[str, str], ...]
) -> None:
    """Whether or not anybody in the book has an id, an address or a number."""
    for fields in ({"name": "Linden Supply"}, *others):
        add_customer(book.workspace, fields)
    path = write_csv(tmp_path / "o.csv", BY_NAME, [["A1", "linden supply ", "2026-01-05", "10.00", "USD"]])
    assert book.bring(path).customers == {"matched": 1, "created": 0}
    assert book.ask("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id") == [("Linden Supply",)]


def test_a_name_that_two_bear_by_now_still_means_the_one_of_its_file(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "o.csv", BY_NAME, [["A1", "Linden Supply", "2026-01-05", "10.00", "USD"]])
    book.bring(path)
    add_customer(book.workspace, {"name": "Linden Supply"})
    assert counts(book.bring(path)) == (0, 0, 1, 0, 0)


def test_a_column_of_ids_with_addresses_in_it_makes_one_customer_an_address(book: Book, tmp_path: Path) -> None:
    rows = [["A1", "a@x.example", "", "2026-01-05", "1"], ["A2", "", "a@x.example", "2026-01-05", "1"]]
    path = write_csv(tmp_path / "o.csv", ["order_id", "customer_id", "email", "date", "amount"], rows)
    assert book.bring(path).customers == {"matched": 0, "created": 1}
    assert counts(book.bring(path)) == (0, 0, 2, 0, 0)


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["name", "city"], [["Ann", "Xanten"], ["Bob", "Ypern"]]),
        (["name", "city"], [["Ann", "Xanten"], ["Bob", "Ypern"], ["Ann", "Zell"]]),
        (
            ["name", "phone", "city"],
            [["Ann", "+49 30 1234567", "X"], ["Bob", "+49 30 1234567", "Y"], ["Ann", "+49 40 7654321", "Z"]],
        ),
        (["name", "email"], [["Ann", "we@home.example"], ["Bob", "we@home.example"], ["Cy", "we@home.example"]]),
    ],
)
def test_customers_without_ids_stay_themselves(
    book: Book, tmp_path: Path, header: list[str], rows: list[list[str]]
) -> None:
    before = book.hash()
    path = write_csv(tmp_path / "customers.csv", header, rows)
    assert counts(book.bring(path)) == (len(rows), 0, 0, 0, 0)
    columns = ", ".join(header)
    assert sorted(book.ask(f"SELECT {columns} FROM customers")) == sorted(tuple(row) for row in rows)
    assert counts(book.bring(path)) == (0, 0, len(rows), 0, 0)
    if len({row[0] for row in rows}) == len(rows):
        random.Random(1).shuffle(rows)
        assert counts(book.bring(write_csv(path, header, rows))) == (0, 0, len(rows), 0, 0)
    book.bring(write_csv(path, header, [*rows, ["Zoe", *rows[0][1:]]]))
    assert book.one("SELECT count(*) FROM customers") == len(rows) + 1
    assert before != book.hash()


def test_a_row_that_says_the_same_again_is_no_second_customer(book: Book, tmp_path: Path) -> None:
    rows = [["Ann", "Xanten"], ["Ann", "Xanten"]]
    path = write_csv(tmp_path / "customers.csv", ["name", "city"], rows)
    assert counts(book.bring(path)) == (1, 0, 0, 0, 1)
    assert counts(book.bring(path)) == (0, 0, 1, 0, 1)


PEOPLE = ["id", "name", "phone", "country"]
CALLS = ["order_id", "customer", "phone", "date", "amount"]


def test_a_number_at_home_is_the_number_from_abroad(book: Book, tmp_path: Path) -> None:
    people = [["A-1", "Ada Stone", "030 555 0123", "Germany"], ["A-2", "Eve Stone", "030 555 0123", "Austria"]]
    book.bring(write_csv(tmp_path / "people.csv", PEOPLE, people), source="crm")
    orders = [["1", "", "+49 30 5550123", "2026-01-05", "1"], ["2", "", "0043 30 5550123", "2026-01-05", "1"]]
    receipt = book.bring(write_csv(tmp_path / "o.csv", CALLS, orders), source="shop")
    assert receipt.customers == {"matched": 2, "created": 0}
    assert book.ask("SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.external_id") == [
        ("Ada Stone",),
        ("Eve Stone",),
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_a_file_that_names_no_country_finds_a_number_and_is_found(book: Book, tmp_path: Path, first: int) -> None:
    people = write_csv(tmp_path / "people.csv", PEOPLE, [["A-1", "Ada Stone", "030 555 0123", "Germany"]])
    bare = write_csv(tmp_path / "bare.csv", PEOPLE[:3], [["77", "Ada Stone", "030/5550123"]])
    files = [(people, "crm"), (bare, "list")]
    for path, source in (files[first], files[1 - first]):
        receipt = book.bring(path, source=source)
    assert receipt.customers["created"] == 0
    assert book.one("SELECT count(*) FROM customers") == 1


@pytest.mark.parametrize("first", [0, 1])
def test_a_number_that_stands_in_for_a_name_contradicts_no_name(book: Book, tmp_path: Path, first: int) -> None:
    named = write_csv(tmp_path / "a.csv", PEOPLE[:3], [["A-1", "Ada Stone", "+49 30 5550123"]])
    bare = write_csv(tmp_path / "b.csv", PEOPLE[:3], [["1", "+49 30 5550123", "+49 30 5550123"]])
    files = [(named, "crm"), (bare, "shop")]
    for path, source in (files[first], files[1 - first]):
        book.bring(path, source=source)
    assert book.one("SELECT count(*) FROM customers") == 1


def test_a_person_at_the_number_of_their_firm_is_the_firms_customer(book: Book, tmp_path: Path) -> None:
    head = [*PEOPLE[:3], "company"]
    firm = [["A-1", "Linden Supply", "+49 30 5550123", ""]]
    book.bring(write_csv(tmp_path / "a.csv", head, firm), source="crm")
    person = [["1", "Max Bergmann", "+49 30 5550123", "Linden Supply"]]
    book.bring(write_csv(tmp_path / "b.csv", head, person), source="shop")
    assert book.one("SELECT count(*) FROM customers") == 1


def test_another_name_under_a_known_number_is_another_customer(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "a.csv", PEOPLE[:3], [["A-1", "Ada Stone", "+49 30 5550123"]]), source="crm")
    others = [["1", "Max Bergmann", "+49 30 5550123"], ["2", "A. Stone", "+49 30 5550123"]]
    path = write_csv(tmp_path / "b.csv", PEOPLE[:3], others)
    assert counts(book.bring(path, source="shop"))[:2] == (1, 1)
    assert book.ask("SELECT name FROM customers ORDER BY id") == [("A. Stone",), ("Max Bergmann",)]
    assert counts(book.bring(path, source="shop")) == (0, 0, 2, 0, 0)


def test_a_number_that_a_spreadsheet_damaged_is_told_and_finds_nobody(book: Book, tmp_path: Path) -> None:
    people = [["A-1", "Ada Stone", "4.91512E+11"], ["A-2", "Ben Frost", "4.91512E+11"]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", PEOPLE[:3], people))
    assert any("not phone numbers are kept unchanged" in warning for warning in receipt.warnings)
    assert book.one("SELECT count(*) FROM identities WHERE kind = 'phone'") == 0


def test_a_text_that_is_no_number_is_kept_and_told(book: Book, tmp_path: Path) -> None:
    people = [["A-1", "Ada Stone", "banana"], ["A-2", "Ben Frost", "+44 20 5550 1234"], ["A-3", "Cy Hill", "n/a"]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", PEOPLE[:3], people))
    assert [warning for warning in receipt.warnings if "phone number" in warning] == [
        "Cells that are not phone numbers are kept unchanged (if a spreadsheet damaged them, export them again as "
        "text): banana (“phone”)."
    ]
    assert book.one("SELECT phone FROM customers WHERE name = 'Ada Stone'") == "banana"


def test_another_name_at_the_address_of_a_desk_is_another_customer(book: Book, tmp_path: Path) -> None:
    head = ["id", "name", "email"]
    known = [["A-1", "Ada Stone", "info@acme.example"], ["A-2", "Eve Miller", "eve@acme.example"]]
    book.bring(write_csv(tmp_path / "a.csv", head, known), source="crm")
    others = [["1", "Max Bergmann", "info@acme.example"], ["2", "Eva Huber", "eve@acme.example"]]
    path = write_csv(tmp_path / "b.csv", head, others)
    assert counts(book.bring(path, source="shop"))[:2] == (1, 1), "who marries has the same address"
    assert book.ask("SELECT name FROM customers ORDER BY id") == [("Ada Stone",), ("Eva Huber",), ("Max Bergmann",)]
    assert counts(book.bring(path, source="shop")) == (0, 0, 2, 0, 0)


def test_a_list_and_what_refers_to_it_are_of_one_system_in_one_folder(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "customers.csv", ["id", "name"], [["1", "Ann Lee"], ["2", "Bob Ray"]]))
    head = ["order_id", "customer_id", "date", "total"]
    rows = [["10", "1", "2026-01-05", "10"], ["11", "2", "2026-01-06", "20"]]
    path = write_csv(tmp_path / "orders.csv", head, rows)
    check = book.check(path)
    assert (check.source, check.sources, check.question) == ("files", ("files",), "")
    other = book.check(path, source="shop")
    assert (other.source, other.receipt.customers) == ("shop", {"matched": 0, "created": 2})
    assert book.bring(path).customers == {"matched": 2, "created": 0}
