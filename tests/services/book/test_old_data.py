"""Old data is a question and not a flood of silence; how often a file comes is learnt from the file's own past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.tables import imports
from services.book.sources import asked_end, silence_held, source_ages
from services.settings import Policy
from tests.app.conftest import ask, moment
from tests.services.alerting.book import Book

__all__ = ["ask", "moment"]

SILENT = {"gap_beyond_usual", "likely_to_leave", "activity_dropped", "win_back_due"}


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    opened = Book(store_path)
    yield opened
    opened.close()


def orders_file(folder: Path, last: date) -> Path:
    """Thirty customers who order every other week for a year; five of them stop three months before the end."""
    rows = [
        f"O{who}-{week},C{who},{last - timedelta(days=7 * week + who % 7)},{40 + who}.00,USD"
        for who in range(30) for week in range(14 if who < 5 else 0, 54, 2)
    ]  # fmt: skip
    path = folder / "orders.csv"
    path.write_text("\n".join(["Order ID,Customer ID,Ordered on,Amount,Currency", *rows, ""]), encoding="utf-8")
    return path


def rules_of(document: Any) -> set[str]:
    return {one["rule"] for one in document["alerts"]}


@pytest.mark.usefixtures("moment")
def test_a_book_that_ends_long_ago_asks_first_and_the_answer_is_kept_and_undone(ask: Any, tmp_path: Path) -> None:
    code, _, said = ask("import", str(orders_file(tmp_path, date(2011, 12, 9))))
    assert code == 0 and "Your data ends on 9 Dec 2011" in said and "score --as-of data-end" in said
    _, before, said = ask("alerts", "--all")
    assert before["data_end_asked"] == before["as_of"] == "2011-12-09"
    assert not rules_of(before) & SILENT and "Inactivity alerts start once you choose a date" in said
    assert ask("score", "--as-of", "data-end")[0] == 0
    _, after, said = ask("alerts", "--all")
    assert after["data_end_asked"] is None and after["as_of"] == "2011-12-09"
    assert rules_of(after) & SILENT and "data end" not in said
    ask("undo")
    assert ask("alerts", "--all")[1]["data_end_asked"] == "2011-12-09"
    assert ask("score", "--as-of", "today")[1]["as_of"] == "2026-11-19"
    assert ask("alerts", "--as-of", "data-end")[0] == 2
    assert ask("verify")[0] == 0


@pytest.mark.usefixtures("moment")
def test_a_book_of_last_week_is_not_asked_about(ask: Any, tmp_path: Path) -> None:
    _, _, said = ask("import", str(orders_file(tmp_path, date(2026, 11, 12))))
    _, document, _ = ask("alerts", "--all")
    assert "Your data end" not in said and document["data_end_asked"] is None
    assert rules_of(document) & SILENT


def delivered(book: Book, *ago: int) -> None:
    for days in ago:
        counts = dict.fromkeys(("read", "inserted", "updated", "unchanged", "rejected", "ignored"), 9)
        at = f"{book.day(days)}T08:00:00Z"
        book.add(imports, file_name="a", file_path="a", file_sha256="", file_bytes=0, source="x",
                    recognised_as="Orders", started_at=at, finished_at=at, seconds=0.0, actor="Ada", journal_id=1,
                    receipt='{"entities": {"orders": {"inserted": 9}}}',
                    **{f"rows_{name}": value for name, value in counts.items()})  # fmt: skip


def ages(book: Book) -> dict[str, bool]:
    with book.workspace.store.snapshot() as driver:
        return {one.words: one.stale for one in source_ages(driver, book.today, Policy())}


@pytest.mark.parametrize(
    ("last", "deliveries", "stale"),
    [
        (8, (), False),  # may be the export of a month
        (33, (), True),
        (8, (8, 15, 22, 29), False),
        (20, (20, 27, 34, 41), True),
        (33, (33, 63, 94), False),
        (9, (9, 10, 11, 12), True),
    ],
)
def test_how_often_a_file_comes_is_learnt(book: Book, last: int, deliveries: tuple[int, ...], stale: bool) -> None:
    customer = book.customer()
    for ago in range(last, last + 70):
        book.order(customer, ago)
    delivered(book, *deliveries)
    assert ages(book)["orders"] is stale


def test_silence_is_held_back_where_orders_ended_before_the_rest(book: Book) -> None:
    customer = book.customer()
    for ago in range(60, 160, 2):
        book.order(customer, ago)
    for ago in range(0, 100, 3):
        book.review(customer, 4, ago)
    with book.workspace.store.snapshot() as driver:
        held = silence_held(driver, book.today, book.today, Policy())
        assert held.startswith("your orders end on")
        assert asked_end(driver, book.today, Policy()) is None
        assert silence_held(driver, book.today - timedelta(days=62), book.today, Policy()) == ""
