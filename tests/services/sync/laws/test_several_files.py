"""Laws of several files: neither their order matters, nor where one ends and the next begins, nor bringing them twice.

All are exports of one system, whose rows have ids; what each says of a customer is known to the file of customers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sync import undo_import
from tests.examples import examples
from tests.services.sync.book import Book, open_book, write_csv

HEADERS = {
    "customers": ["customer_id", "name", "email", "phone", "city"],
    "orders": ["order_id", "customer_id", "order_date", "sku", "quantity", "unit_price", "line_id"],
    "tickets": ["ticket_id", "customer_id", "opened_at", "subject", "priority"],
    "activities": ["activity_id", "customer_id", "activity_date", "activity_type", "subject"],
}
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
_DAY = st.dates(date(2002, 1, 1), date(2026, 1, 1)).map(str)


@dataclass(frozen=True)
class Export:
    """All that one system has, as rows of its files."""

    rows: dict[str, list[list[str]]]

    def parts(self, chance: random.Random, pieces: int) -> list[tuple[str, list[list[str]]]]:
        """The rows in files, each kind cut into up to so many of them, in any order."""
        found = []
        for name, rows in self.rows.items():
            groups: list[list[list[str]]] = [[] for _ in range(pieces)]
            for row in chance.sample(rows, len(rows)):
                chance.choice(groups).append(row)
            found += [(name, group) for group in groups if group]
        chance.shuffle(found)
        return found

    def whole(self) -> list[tuple[str, list[list[str]]]]:
        return [(name, rows) for name, rows in self.rows.items() if rows]


@st.composite
def exports(draw: st.DrawFn) -> Export:
    """Up to six customers, and what they ordered, asked and did."""
    count = draw(st.integers(1, 6))
    people = [
        [f"C{n}", f"Person {draw(_TEXT)} {n}", f"p{n}@post.example", f"+4420794600{n:02d}", draw(_TEXT)]
        for n in range(count)
    ]
    who = st.integers(0, count - 1).map(lambda n: f"C{n}")
    orders = []
    for number in range(draw(st.integers(0, 5))):
        head = [f"O{number}", draw(who), draw(_DAY)]
        for line in range(draw(st.integers(1, 3))):
            amount = [str(draw(st.integers(1, 9))), f"{draw(st.integers(1, 99_999)) / 100:.2f}"]
            orders.append([*head, f"S{draw(st.integers(1, 4))}", *amount, f"{number}-{line}"])
    tickets = [
        [f"T{n}", draw(who), draw(_DAY), draw(_TEXT), draw(st.sampled_from(["High", "Low", ""]))]
        for n in range(draw(st.integers(0, 5)))
    ]
    activities = [
        [f"A{n}", draw(who), draw(_DAY), draw(st.sampled_from(["call", "meeting", "email"])), draw(_TEXT)]
        for n in range(draw(st.integers(0, 5)))
    ]
    return Export({"customers": people, "orders": orders, "tickets": tickets, "activities": activities})


def bring(book: Book, folder: Path, files: list[tuple[str, list[list[str]]]]) -> list[int]:
    """Import files of one system; return the imports' numbers."""
    ids = []
    for number, (name, rows) in enumerate(files):
        path = write_csv(folder / f"{name}_{number}.csv", HEADERS[name], rows)
        receipt = book.bring(path, source="shop", entity=name)
        assert receipt.rows["rejected"] == receipt.rows["ignored"] == 0, receipt.reasons
        assert receipt.import_id is not None
        ids.append(receipt.import_id)
    return ids


def made(folder: Path, files: list[tuple[str, list[list[str]]]]) -> str:
    """The content of a new book into which files were brought in this order."""
    folder.mkdir()
    book = open_book(folder / "book.db")
    try:
        bring(book, folder, files)
        return book.hash()
    finally:
        book.workspace.close()


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(export=exports(), seed=st.integers(0, 999), pieces=st.integers(1, 3))
def test_files_in_any_order_and_in_any_parts_make_the_same_book(
    tmp_path_factory: pytest.TempPathFactory, export: Export, seed: int, pieces: int
) -> None:
    folder = tmp_path_factory.mktemp("law")
    whole = made(folder / "whole", export.whole())
    assert made(folder / "parts", export.parts(random.Random(seed), pieces)) == whole


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(export=exports(), seed=st.integers(0, 999))
def test_all_files_twice_are_all_files_once_and_undone_in_any_allowed_order_they_leave_nothing(
    tmp_path_factory: pytest.TempPathFactory, export: Export, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("law")
    book = open_book(folder / "book.db")
    try:
        empty = book.hash()
        first = bring(book, folder, export.parts(random.Random(seed), 2))
        once = book.hash()
        again = bring(book, folder, export.parts(random.Random(seed + 1), 2))
        assert book.hash() == once
        assert book.one("SELECT sum(rows_inserted + rows_updated) FROM imports WHERE id > ?", max(first)) == 0
        for number in reversed(first + again):
            undo_import(book.workspace, number)
        assert book.hash() == empty
    finally:
        book.workspace.close()
