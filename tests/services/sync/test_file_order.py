"""For files with ids and disjoint keys neither their order nor how they are cut into parts matters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sync import order_of_import
from tests.examples import examples
from tests.services.sync.book import open_book, write_csv

PEOPLE = ["Customer ID", "Name", "Email", "City"]
ORDERS = ["Order ID", "Customer ID", "Ordered at", "Line total", "Currency"]
TICKETS = ["Ticket ID", "Customer ID", "Subject", "Created at", "Status"]


def people(count: int) -> list[list[str]]:
    return [[f"C{n:03}", f"Person {n} of {n * 7}", f"p{n}@shop.example", "Leeds"] for n in range(count)]


def orders(count: int, customers: int) -> list[list[str]]:
    return [
        [f"W{n}", f"C{n % customers:03}", f"2026-{n % 12 + 1:02}-14T09:12:40Z", f"{n}.50", "USD"] for n in range(count)
    ]


def tickets(count: int, customers: int) -> list[list[str]]:
    return [
        [f"T{n}", f"C{n % customers:03}", f"Late {n}", f"2026-{n % 12 + 1:02}-15T09:12:40Z", "open"]
        for n in range(count)
    ]


@settings(max_examples=examples(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    customers=st.integers(2, 6),
    cuts=st.tuples(st.integers(1, 9), st.integers(1, 6)),
    order=st.permutations(range(5)),
)
def test_the_order_of_files_and_how_they_are_cut_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, customers: int, cuts: tuple[int, int], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    bought, asked = orders(10, customers), tickets(7, customers)
    whole = [
        write_csv(folder / "customers.csv", PEOPLE, people(customers)),
        write_csv(folder / "orders.csv", ORDERS, bought),
        write_csv(folder / "tickets.csv", TICKETS, asked),
    ]
    parts = [
        whole[0],
        write_csv(folder / "orders_1.csv", ORDERS, bought[: cuts[0]]),
        write_csv(folder / "orders_2.csv", ORDERS, bought[cuts[0] :]),
        write_csv(folder / "tickets_1.csv", TICKETS, asked[: cuts[1]]),
        write_csv(folder / "tickets_2.csv", TICKETS, asked[cuts[1] :]),
    ]
    assert _content(folder / "one.db", whole) == _content(folder / "two.db", [parts[place] for place in order])


def _content(store: Path, files: list[Path]) -> str:
    book = open_book(store)
    for file in files:
        book.bring(file, source="shop")
    found = book.hash()
    book.workspace.close()
    return found


def test_people_with_ids_of_their_own_come_after_customers_who_name_a_company(tmp_path: Path) -> None:
    accounts = ["Customer ID", "Name", "Email", "Company", "City"]
    persons = ["Contact ID", "Customer ID", "Name", "Role", "Email"]
    shops = [[f"C{n:03}", f"Shop {n}", f"hello@shop{n}.example", f"Shop {n}", "Leeds"] for n in range(8)]
    buyers = [[f"P{n:03}", f"C{n:03}", f"Buyer {n}", "Buyer", f"b{n}@shop{n}.example"] for n in range(8)]
    book = open_book(tmp_path / "book.db")
    files = [
        write_csv(tmp_path / "contacts.csv", persons, buyers),
        write_csv(tmp_path / "customers.csv", accounts, shops),
    ]
    requests = [book.request(path) for path in files]
    assert order_of_import(book.workspace, requests) == (1, 0)
    assert order_of_import(book.workspace, requests[::-1]) == (0, 1)
