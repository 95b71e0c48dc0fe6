"""Who is in a look back: those who were known on its day, and nobody before the book begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.book.as_of import copy_as_of
from services.scoring import score_as_of, score_due
from tests.services.scoring.books import Book

BEGIN = date(2026, 1, 10)


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    """Six customers: two who order from the beginning, one who came later, others known by one thing each."""
    made = Book(store_path)
    made.add("customers", [{"id": number, "name": f"Customer {number}"} for number in range(1, 5)])
    made.add("customers", [{"id": 5, "name": "Signed up early", "signed_up_on": str(BEGIN + timedelta(days=20))}])
    made.add("customers", [{"id": 6, "name": "Undated"}])
    days = range(0, 280, 20)
    made.add_orders((who, BEGIN + timedelta(days=back), 5000) for who in (1, 2) for back in days)
    made.add_orders([(3, BEGIN + timedelta(days=200), 5000)])
    made.add("tickets", [{"customer_id": 4, "opened_on": str(BEGIN + timedelta(days=30))}])
    score_due(made.workspace)
    yield made
    made.workspace.close()


def test_only_who_was_known_on_the_day_is_scored_and_listed(book: Book) -> None:
    day = BEGIN + timedelta(days=100)
    run, scores = score_as_of(book.workspace, day)
    assert [one.customer_id for one in scores] == [1, 2]  # the others are contacts without purchases
    assert (run.customers, run.scored) == (2, 2)
    with copy_as_of(book.workspace, day) as past:
        score_due(past, force_all=True, as_of=day)
        with past.store.read() as connection:
            for table, key, known in (
                ("customers", "id", [1, 2, 4, 5]),
                ("customer_risk_scores", "customer_id", [1, 2]),
            ):
                rows = connection.exec_driver_sql(f"SELECT {key} FROM {table} ORDER BY {key}")
                assert [row[0] for row in rows] == known


def test_before_the_book_begins_there_is_nothing_to_look_at(book: Book) -> None:
    early = BEGIN - timedelta(days=1)
    words = "The book begins on 10 Jan 2026: it has no customers on 9 Jan 2026. Name a day from then on."
    with pytest.raises(UserError, match=words):
        score_as_of(book.workspace, early)
    with pytest.raises(UserError, match=words), copy_as_of(book.workspace, early):
        pass
    assert score_as_of(book.workspace, BEGIN)[0].scored == 2


def test_what_comes_later_changes_nobody_in_a_look_back(book: Book) -> None:
    day = BEGIN + timedelta(days=100)
    before = score_as_of(book.workspace, day)[1]
    book.add_orders((who, day + timedelta(days=1), 900) for who in (3, 5, 6))
    assert score_as_of(book.workspace, day)[1] == before
