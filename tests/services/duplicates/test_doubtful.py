"""What a check counts as doubtful is what the review list gets from the import."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.store import remove_staging, staging_path
from services.duplicates import find_duplicates, read_pairs
from services.duplicates.doubtful import doubtful_customers
from services.sync.apply.analysis import Analysis, Watch
from services.sync.run import comparing, plan_for
from tests.services.duplicates.crowd import add
from tests.services.sync.book import Book, write_csv

HEAD = ("customer_id", "name", "phone", "city")
ROWS = [
    ("N-100", "Jane Does", "0113 4960123", "Leeds"),  # like one of the book
    ("N-200", "Tom Baker", "", "York"),
    ("N-300", "Baker, Tom", "", "York"),  # like one of the file
    ("N-400", "Zoe Quill", "", "Bath"),
]


def _doubtful(book: Book, file: Path) -> int | None:
    store = Path(book.workspace.store.path)
    analysis = Analysis(plan_for(book.workspace, book.request(file, source="crm")), Watch(None, None))
    staging = staging_path(store)
    try:
        analysis.stage(staging, None, keep_raw=False)
        with comparing(book.workspace.store, staging, Watch(None, None)) as db:
            analysis.compare(db)
            own = analysis.plan.entity.customer == "self"
            return doubtful_customers(db, analysis.layout.columns if own else ())
    finally:
        remove_staging(staging)


def test_new_customers_who_look_like_somebody_are_counted(book: Book, tmp_path: Path) -> None:
    add(book, "Jane Doe", "1", phone="+441134960123", city="Leeds")
    find_duplicates(book.workspace)
    file = write_csv(tmp_path / "new.csv", HEAD, ROWS)
    before = _doubtful(book, file)
    book.bring(file, source="crm")
    find_duplicates(book.workspace)
    new = {row[0] for row in book.ask("SELECT id FROM customers WHERE source = 'crm'")}
    listed = {number for row in read_pairs(book.workspace) for number in (row.first_id, row.second_id)} & new
    assert before == len(listed) == 3
    assert _doubtful(book, file) == 0


def test_of_a_file_with_too_many_new_customers_nobody_knows_before_its_import(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(book, "Jane Doe", "1", phone="+441134960123", city="Leeds")
    find_duplicates(book.workspace)
    file = write_csv(tmp_path / "new.csv", HEAD, ROWS)
    monkeypatch.setattr("services.duplicates.doubtful.MOST_LOOKED_AT", len(ROWS))
    assert _doubtful(book, file) == 3
    monkeypatch.setattr("services.duplicates.doubtful.MOST_LOOKED_AT", len(ROWS) - 1)
    assert _doubtful(book, file) is None


def test_a_key_that_very_many_share_makes_nobody_doubtful(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_duplicates(book.workspace)
    twins = [("N-1", "Tom Baker", "", "York"), ("N-2", "Baker, Tom", "", "York"), ("N-3", "Tom Baker", "", "York")]
    file = write_csv(tmp_path / "new.csv", HEAD, twins)
    assert _doubtful(book, file) == 3
    monkeypatch.setattr("services.duplicates.doubtful.MOST", 1)
    assert _doubtful(book, file) == 0


def test_rows_about_something_else_count_their_customers_too(book: Book, tmp_path: Path) -> None:
    add(book, "Jane Doe", "1", email="jane.doe@acme.test")
    find_duplicates(book.workspace)
    head = ("order_id", "customer_name", "email", "order_date", "amount", "currency")
    orders = [("O1", "Jane Doe", "jane.doe@gmail.com", "2026-01-02", "10.00", "USD")]
    assert _doubtful(book, write_csv(tmp_path / "orders.csv", head, orders)) == 1
