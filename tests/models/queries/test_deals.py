"""On which day a deal closed: its history says so, or the file's closing day; an expected one is only a plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.queries.deals import closed_on
from services.scoring.events import last_day_covered
from tests.services.sync.book import Book, open_book, write_csv

ROWS = [
    ["1", "a@example.org", "Won", "100", "2026-01-02", "2026-02-20"],
    ["2", "a@example.org", "Lost", "200", "2026-01-05", "2026-02-25"],
    ["3", "a@example.org", "Negotiation", "300", "2026-01-09", "2026-02-27"],
]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = open_book(tmp_path / "book.db")
    yield opened
    opened.workspace.close()


@pytest.mark.parametrize(
    ("column", "closed"),
    [
        ("Close date", ["2026-02-20", "2026-02-25", None]),
        ("expected_close_date", [None, "2026-02-03", None]),
    ],
)
def test_an_expected_closing_day_closes_no_deal(
    book: Book, tmp_path: Path, column: str, closed: list[str | None]
) -> None:
    head = ["opportunity_id", "email", "stage", "amount", "created_date", column]
    book.bring(write_csv(tmp_path / "deals.csv", head, ROWS))
    if column == "expected_close_date":
        changes = [["9", "2", "Proposal", "Lost", "2026-02-03"]]
        names = ["change_id", "opportunity_id", "from_stage", "to_stage", "changed_at"]
        book.bring(write_csv(tmp_path / "changes.csv", names, changes))
    found = book.ask(f"SELECT {closed_on('o')} FROM opportunities o ORDER BY o.external_id")
    assert [row[0] for row in found] == closed
    with book.workspace.store.read() as connection:
        day = last_day_covered(connection, book.workspace.clock.today())
    # In a book without orders a won deal is a purchase, of which the expected day is the best guess.
    assert str(day) == ("2026-02-25" if column == "Close date" else "2026-02-20")
