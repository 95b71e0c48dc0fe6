"""Files of five systems, one by one in any order: the same customers and rows, and an undo that leaves none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.duplicates import find_duplicates
from services.sync import undo_import
from tests.examples import examples
from tests.services.sync.book import Book, open_book, write_csv
from tests.services.sync.laws.test_undo_in_any_order import undo_all

PEOPLE = ["customer_id", "name", "email", "city"]
ORDERS = ["order_id", "customer_id", "order_date", "total"]
TICKETS = ["ticket_id", "requester email", "subject", "status", "created_at"]
#: Everything that belongs to a customer, by what it says itself.
_ROWS = """
    SELECT customer_id, 'order', source, external_id FROM orders
    UNION ALL SELECT customer_id, 'ticket', source, external_id FROM tickets
    UNION ALL SELECT customer_id, 'deal', source, external_id FROM opportunities
    UNION ALL SELECT customer_id, kind, source, value FROM identities"""


def _files(folder: Path, chance: random.Random) -> list[tuple[Path, str]]:
    """Two shops of six customers each, a CRM and its deals for four of them, a help desk and a newsletter."""
    found: list[tuple[Path, str]] = []

    def add(source: str, name: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        (folder / source).mkdir(exist_ok=True)
        found.append((write_csv(folder / source / f"{name}.csv", header, rows), source))

    everybody = []
    for shop, names in (("north", "Ada Ben Cy Dot Eli Fay"), ("south", "Gus Hal Ivy Jon Kit Lea")):
        people = [(n, f"{name} {shop.title()}", f"{name.lower()}@{shop}.example", "Leeds")
                  for n, name in enumerate(names.split(), 1)]  # fmt: skip
        add(shop, "customers", PEOPLE, people)
        add(shop, "orders", ORDERS, [(n, chance.randint(1, 6), f"2026-03-{n:02}", "9.50") for n in range(1, 15)])
        everybody += people
    accounts = chance.sample(everybody, 4)
    add("crm", "accounts", ["account id", "account name", "email", "tier"],
        [(f"ACC{n}", who[1], who[2], "Gold") for n, who in enumerate(accounts)])  # fmt: skip
    add("crm", "deals", ["deal id", "account id", "deal name", "stage", "amount", "close date"],
        [(f"D{n}", f"ACC{n % 4}", "Big", "Won", "500.00", "2026-05-01") for n in range(6)])  # fmt: skip
    add("help", "tickets", TICKETS,
        [(f"T{n}", who[2], "late", "open", "2026-08-01") for n, who in enumerate(everybody[::2])])  # fmt: skip
    add("mail", "newsletter", ["email address", "first name", "last name", "subscribed"],
        [(who[2], *who[1].split(), "yes") for who in everybody[::3]])  # fmt: skip
    return found


def _said(book: Book) -> set[tuple[object, ...]]:
    """What the book says, whichever of its systems gave a customer the key."""
    rows: dict[object, list[tuple[object, ...]]] = {}
    for customer, *row in book.ask(_ROWS):
        rows.setdefault(customer, []).append(tuple(row))
    customers = book.ask("SELECT id, name, email, city, tier FROM customers")
    return {(*fields, tuple(sorted(rows.get(number, [])))) for number, *fields in customers}


@settings(max_examples=examples(6), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 9_999))
def test_systems_in_any_order_make_the_same_customers_and_their_undo_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    chance = random.Random(seed)
    files = _files(tmp_path_factory.mktemp("systems"), chance)
    said = []
    for order in (files, chance.sample(files, len(files))):
        book = open_book(tmp_path_factory.mktemp("book") / "book.db")
        try:
            before = book.hash()
            for path, source in order:
                book.bring(path, source=source)
            said.append(_said(book))
            book.hash()  # which verifies the journal
            undo_all(book, chance)
            assert book.hash() == before
        finally:
            book.workspace.close()
    assert said[0] == said[1]
    assert len(said[0]) == 12


def _one_by_one(book: Book, folder: Path, *people: tuple[str, str, str, str]) -> list[str]:
    """Orders of number 1, then a ticket from an address, then who that is."""
    book.bring(write_csv(folder / "orders.csv", ORDERS, [("O1", "C1", "2026-03-01", "9.50")]), source="shop")
    book.bring(
        write_csv(folder / "t.csv", TICKETS, [("T1", people[0][2], "late", "open", "2026-08-01")]), source="help"
    )
    receipt = book.bring(write_csv(folder / "people.csv", PEOPLE, people), source="shop")
    return [note for note in receipt.notes if "Joined" in note]


ADA = ("C1", "Ada Stone", "ada@stone.example", "Leeds")


def test_a_number_and_an_address_that_a_later_file_gives_one_person_are_one(book: Book, tmp_path: Path) -> None:
    said = _one_by_one(book, tmp_path, ADA)
    assert said == ["Joined 1 customer, as this file gives both their ID and their address."]
    assert book.ask("SELECT name, source, external_id FROM customers") == [("Ada Stone", "shop", "C1")]
    assert book.one("SELECT count(DISTINCT customer_id) FROM (SELECT customer_id FROM orders UNION ALL "
                    "SELECT customer_id FROM tickets)") == 1  # fmt: skip


def test_the_undo_of_that_file_takes_them_apart_and_the_next_import_joins_them_again(
    book: Book, tmp_path: Path
) -> None:
    book.bring(write_csv(tmp_path / "o.csv", ORDERS, [("O0", "C9", "2026-03-01", "9.50")]), source="shop")
    _one_by_one(book, tmp_path, ADA)
    content = book.hash()
    undo_import(book.workspace, 4)
    assert book.one("SELECT count(*) FROM customers") == 3
    find_duplicates(book.workspace)
    book.bring(tmp_path / "people.csv", source="shop")
    assert book.hash() == content


@pytest.mark.parametrize(
    "people",
    [
        (ADA, ("C2", "Ada Stone", "ada@stone.example", "Leeds")),  # two records with one address
        (("C1", "Ada Stone", "info@stone.example", "Leeds"),),  # the address of a desk
    ],
)
def test_where_one_row_does_not_say_it_alone_nobody_is_joined(
    book: Book, tmp_path: Path, people: tuple[tuple[str, str, str, str], ...]
) -> None:
    assert _one_by_one(book, tmp_path, *people) == []


def test_two_customers_with_names_of_their_own_are_left_to_the_list_of_duplicates(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "a.csv", ["customer_id", "name"], [("C1", "Ada Stone")]), source="shop")
    book.bring(write_csv(tmp_path / "b.csv", ["email", "name"], [(ADA[2], "Bea Hill")]), source="letter")
    receipt = book.bring(write_csv(tmp_path / "c.csv", PEOPLE, [ADA]), source="shop")
    assert not [note for note in receipt.notes if "Joined" in note]
    assert book.one("SELECT count(*) FROM customers") == 2
