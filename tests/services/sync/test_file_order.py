"""For files with ids and disjoint keys neither their order nor how they are cut into parts matters."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
