"""Which customers look alike, why, and how little is compared to know it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.values.people import LISTED, VERY_LIKELY
from services.duplicates import find_duplicates, merge_customers, read_pairs
from services.duplicates.keys import MOST, keys_of
from services.duplicates.likeness import likeness, name_likeness
from services.duplicates.normal import Person, Raw, person_of, words_of
from services.sync import edit_customer, undo_import
from tests.examples import examples
from tests.services.duplicates.crowd import add
from tests.services.sync.book import Book, write_csv


def _person(number: int = 1, name: str = "", **values: Any) -> Person:
    fields = dict.fromkeys(Raw._fields, None) | {"emails": (), "phones": ()} | values
    return person_of(Raw(**{**fields, "id": number, "name": name}))


TEXTS = st.sampled_from(
    ["", "Jane Doe", "J. Doe", "Doe, Jane", "Bob Smith", "Robert Smith", "Müller GmbH", "Mueller", "Ann Sørensen",
     "Harbor Lane Café", "harbor lane cafe ltd", "李小龙", "O'Brien & Sons", "X", "Customer 12"]
)  # fmt: skip
PEOPLE = st.builds(
    _person,
    name=TEXTS,
    company=TEXTS,
    city=st.sampled_from([None, "Leeds", "leeds", "York", "Köln", "Koeln"]),
    country=st.sampled_from([None, "UK", "United Kingdom", "Germany"]),
    email=st.sampled_from([None, "jane.doe@acme.test", "jane.doe@gmail.com", "info@acme.test", "x@y.test"]),
    phone=st.sampled_from([None, "+44 113 496 0123", "0113 4960123", "12"]),
)


@given(PEOPLE, PEOPLE)
def test_likeness_is_the_same_whichever_comes_first(one: Person, two: Person) -> None:
    assert likeness(one, two) == likeness(two, one)
    assert 0 <= likeness(one, two).score <= 100
    least = likeness(one, two, least=LISTED)
    assert least == likeness(one, two) or (least.score == 0 and likeness(one, two).score < LISTED)


@given(TEXTS, TEXTS)
def test_names_are_as_alike_from_either_side(one: str, two: str) -> None:
    found = name_likeness(words_of(one), words_of(two))
    assert found == name_likeness(words_of(two), words_of(one))
    assert found is None or 0.0 <= found <= 1.0


@pytest.mark.parametrize(
    ("one", "two", "reasons"),
    [
        (
            {"name": "Jane Doe", "phone": "+44 113 496 0123", "city": "Leeds"},
            {"name": "Jane Does", "phone": "0113 4960123", "city": "Leeds"},
            "same phone; name 96 % alike; both in Leeds",
        ),
        ({"name": "Bob Smith", "city": "York"}, {"name": "SMITH, Robert", "city": "york"}, "same name; both in york"),
        (
            {"name": "Harbor Lane Café", "city": "Leeds"},
            {"name": "Harbor Lane Cafe Ltd.", "city": "Leeds"},
            "same name; both in Leeds",
        ),
        (
            {"name": "Jürgen Müller", "city": "Köln"},
            {"name": "Juergen Mueller", "city": "Koeln"},
            "name 98 % alike; both in Köln",
        ),
        (
            {"name": "J. Doe", "email": "jane.doe@acme.test"},
            {"name": "Jane Doe", "email": "jane.doe@gmail.com"},
            "name 95 % alike; same name before the @",
        ),
        (
            {"name": "Alex Kowalski", "company": "Northwind GmbH", "city": "Bonn"},
            {"name": "Alexander Kowalsky", "company": "Northwind", "city": "Bonn"},
            "name 94 % alike; same company; both in Bonn",
        ),
        ({"name": "Jane Doe", "email": "j@a.test"}, {"name": "Customer 12", "email": "J@A.test"}, "same email"),
    ],
)
def test_the_same_customer_is_listed_with_its_reasons_and_meets_under_a_key(
    one: dict[str, str], two: dict[str, str], reasons: str
) -> None:
    left, right = _person(1, **one), _person(2, **two)
    found = likeness(left, right)
    assert found.words == reasons
    assert found.score >= LISTED
    assert keys_of(left) & keys_of(right)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"name": "Maria Lopez", "city": "Madrid"}, {"name": "Mario Lopez", "city": "Madrid"}),
        ({"name": "John Smith", "city": "London", "email": "j@a.test"},
         {"name": "John Smith", "city": "London", "email": "k@b.test"}),
        ({"name": "Jane Doe", "email": "office@acme.test"}, {"name": "Tom Baker", "email": "office@acme.test"}),
        ({"name": "Christopher Henderson"}, {"name": "Christopher Henderson"}),
        ({"name": "Jane Doe", "city": "Leeds", "country": "UK"},
         {"name": "Jane Doe", "city": "Leeds", "country": "USA"}),
        ({"name": "Customer 1"}, {"name": "Customer 2"}),
    ],
)  # fmt: skip
def test_who_is_probably_somebody_else_is_not_listed(one: dict[str, str], two: dict[str, str]) -> None:
    assert likeness(_person(1, **one), _person(2, **two)).score < LISTED


def test_everyone_is_looked_at_once_and_then_those_who_changed(book: Book) -> None:
    one = add(book, "Jane Doe", "1", city="Leeds", phone="+441134960123")
    two = add(book, "Jane Does", "2", city="Leeds", phone="+441134960123")
    add(book, "Tom Baker", "3", city="Leeds")
    first = find_duplicates(book.workspace)
    assert (first.everyone, first.customers, len(first.found)) == (True, 3, 1)
    (pair,) = read_pairs(book.workspace)
    assert (pair.first_id, pair.second_id, pair.first_place) == (one, two, "Leeds")
    assert pair.score >= VERY_LIKELY
    assert find_duplicates(book.workspace).customers == 0

    changes = edit_customer(book.workspace, two, {"name": "Zacharias Quill", "city": "Bonn"})
    again = find_duplicates(book.workspace, changes)
    assert (again.everyone, again.customers) == (False, 1)
    assert read_pairs(book.workspace) == ()


def test_a_change_that_nobody_told_of_is_found_in_the_journal(book: Book) -> None:
    add(book, "Jane Doe", "1", phone="+441134960123")
    find_duplicates(book.workspace)
    add(book, "Jane Doe", "2", phone="+441134960123")
    search = find_duplicates(book.workspace)
    assert (search.customers, len(search.found)) == (1, 1)


def test_an_import_of_orders_looks_at_nobody_again(book: Book, tmp_path: Path) -> None:
    add(book, "Jane Doe", "C-100", email="jane@acme.test")
    find_duplicates(book.workspace)
    head = ("order_id", "customer_id", "order_date", "amount", "currency")
    book.bring(write_csv(tmp_path / "o.csv", head, [("O1", "C-100", "2026-01-02", "10.00", "USD")]), source="shop")
    assert find_duplicates(book.workspace).customers == 0
    mark = book.one("SELECT value FROM book WHERE key = 'duplicates_found_to_entry'")
    assert int(mark) == book.one("SELECT max(id) FROM journal")


def test_an_undone_import_takes_its_pairs_along(book: Book, tmp_path: Path) -> None:
    add(book, "Robert Smith", "1", city="Leeds")
    file = write_csv(tmp_path / "c.csv", ("customer_id", "name", "city"), [("C-900", "Bob Smith", "Leeds")])
    receipt = book.bring(file, source="crm")
    assert len(find_duplicates(book.workspace).found) == 1
    assert receipt.import_id is not None
    changes = undo_import(book.workspace, receipt.import_id)
    find_duplicates(book.workspace, changes)
    assert book.one("SELECT count(*) FROM likely_pairs") == 0
    assert book.one("SELECT count(DISTINCT person_id) FROM people_keys") == 1


def test_who_was_merged_leaves_the_list(book: Book) -> None:
    for key in "123":
        add(book, "Jane Doe", key, phone="+441134960123")
    find_duplicates(book.workspace)
    assert len(read_pairs(book.workspace)) == 3
    changes = merge_customers(book.workspace, 1, 2)
    assert len(read_pairs(book.workspace)) == 1
    find_duplicates(book.workspace, changes)
    assert [(row.first_id, row.second_id) for row in read_pairs(book.workspace)] == [(1, 3)]


def test_nothing_is_written_into_the_journal_where_nothing_was_found(book: Book) -> None:
    add(book, "Jane Doe", "1")
    entries = book.one("SELECT count(*) FROM journal")
    find_duplicates(book.workspace)
    assert book.one("SELECT count(*) FROM journal") == entries


def test_a_switchboard_says_nothing(book: Book) -> None:
    for key in range(MOST + 5):
        add(book, f"{'ABCDEFGH'[key % 8]}{'aeiou'[key % 5] * 3}{key} Person{key * 7}", str(key), phone="+441134960000")
    search = find_duplicates(book.workspace)
    assert search.compared < 50


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_looking_at_some_finds_what_looking_at_all_finds(store_factory: Any, chance: random.Random) -> None:
    names = ["Jane Doe", "J. Doe", "Jane Does", "Bob Smith", "Robert Smith", "Tom Baker"]
    phones = [None, "+441134960123", "+441134960999"]
    book: Book = store_factory()
    for key in range(8):
        add(book, chance.choice(names), str(key), city=chance.choice(["Leeds", "York"]), phone=chance.choice(phones))
        if chance.random() < 0.5:
            find_duplicates(book.workspace)
    find_duplicates(book.workspace)
    some = {(row.first_id, row.second_id, row.score) for row in read_pairs(book.workspace)}
    assert all(first < second for first, second, _ in some)
    with book.workspace.store.unit_of_work(book.workspace.me, "x", "y", at=book.workspace.at) as work:
        work.sql("DELETE FROM book WHERE key = 'duplicates_found_to_entry'")
        work.commit()
    assert find_duplicates(book.workspace).everyone
    assert {(row.first_id, row.second_id, row.score) for row in read_pairs(book.workspace)} == some


def test_the_work_grows_with_the_book_and_not_with_its_square(book: Book) -> None:
    chance = random.Random(7)
    syllables = [
        "ka",
        "lo",
        "mi",
        "ra",
        "ten",
        "dor",
        "vil",
        "son",
        "ber",
        "hart",
        "man",
        "ley",
        "wick",
        "ston",
        "field",
        "ford",
    ]
    rows = []
    for key in range(3_000):
        first, last = ("".join(chance.choices(syllables, k=2)).title() for _ in "ab")
        city = "".join(chance.choices(syllables[:6], k=2)).title()
        rows.append(("shop", str(key), f"{first} {last}", city, f"{first}.{last}{key}@gmail.com".lower()))
    with book.workspace.store.unit_of_work(book.workspace.me, "fill", "book", at=book.workspace.at) as work:
        work.driver.executemany(
            "INSERT INTO customers (source, external_id, name, city, email) VALUES (?, ?, ?, ?, ?)", rows
        )
        work.digest("filled")
        work.commit()
    search = find_duplicates(book.workspace)
    assert search.customers == 3_000
    assert search.compared < 5 * 3_000
