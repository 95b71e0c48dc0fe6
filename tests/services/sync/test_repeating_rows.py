"""Megabytes of the same row: what is staged on the disk and held in memory grows with the file and no faster."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from models import sqlite
from services.sync.apply import analysis
from tests.services.sync.book import Book

MEGABYTES = 8
ORDERS = ("order_id,customer_id,order_date,total", "1,1,2026-01-02,9.50")
NUMBERLESS = ("customer_id,order_date,total", "1,2026-01-02,9.50")
HEADERS = ",".join(f"Answer to the question that nobody else asked number {number}" for number in range(40))
ANSWERS = (f"customer_id,name,email,{HEADERS}", "1,Ann Lee,ann@b.example," + ",".join("1" * 40))


def repeated(path: Path, said: tuple[str, str], megabytes: float = MEGABYTES) -> Path:
    header, row = said
    path.write_text(f"{header}\n" + f"{row}\n" * int(megabytes * 1_000_000 / (len(row) + 1)), encoding="utf-8")
    return path


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each staging file when everything is staged."""
    found: list[int] = []
    close = analysis.close_staging

    def measure(db: sqlite.Connection) -> None:
        pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        found.append(pages * size)
        close(db)

    monkeypatch.setattr(analysis, "close_staging", measure)
    return found


@pytest.mark.parametrize(("said", "new"), [(ORDERS, 1), (ANSWERS, 1), (NUMBERLESS, None)])
def test_repeating_rows_are_staged_in_a_few_times_their_own_size(
    book: Book, tmp_path: Path, staged: list[int], said: tuple[str, str], new: int | None
) -> None:
    path = repeated(tmp_path / "rows.csv", said)
    receipt = book.bring(path)
    assert receipt.rows["read"] > 75_000
    assert receipt.rows["inserted"] == (new or receipt.rows["read"])
    assert max(staged) < 5 * path.stat().st_size


def test_the_last_of_repeating_rows_keeps_all_that_it_says(book: Book, tmp_path: Path) -> None:
    path = repeated(tmp_path / "rows.csv", ANSWERS, megabytes=0.2)
    with path.open("a", encoding="utf-8") as file:
        file.write(ANSWERS[1][:-1] + "7\n" + ANSWERS[1].replace("1,Ann", "2,Bob") + "\n")
    book.bring(path)
    last = HEADERS.split(",")[-1]
    assert book.ask(f"SELECT json_extract(attributes, '$.\"{last}\"') FROM customers ORDER BY external_id") == [
        ("7",),
        ("1",),
    ]


def test_memory_does_not_grow_with_the_number_of_repeating_rows(book: Book, tmp_path: Path) -> None:
    peaks = []
    for number, megabytes in enumerate((0.3, 0.3, 1.2)):  # the first one loads what every import needs
        path = repeated(tmp_path / f"rows{number}.csv", ORDERS, megabytes)
        tracemalloc.start()
        try:
            book.bring(path)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[2] < peaks[1] + 3_000_000
