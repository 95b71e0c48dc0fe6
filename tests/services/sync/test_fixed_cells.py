"""Cells fixed in the check become part of the import and of its receipt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.values.errors import UserError
from models.values.imports import FixedCell
from services.sync import imports_history
from tests.services.sync.book import FIXTURES, Book, write_csv

HEADER = ["order_id", "email", "created_at", "total", "channel"]
ROWS = [
    ["W1", "a@shop.example", "2026-11-14 09:12:40", "178.50", "web"],
    ["W2", "orders@harborlane", "2026-11-15 10:12:40", "96.40", "web"],
    ["W3", "c@shop.example", "2026-11-31 10:12:40", "1.00", "pos"],
]


def test_a_fixed_cell_is_imported_as_it_was_fixed(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, ROWS)
    check = book.check(path)
    assert [row.verdict for row in check.rows] == ["new", "rejected", "rejected"]
    cells = (FixedCell(2, "email", "orders@harborlane.example"), FixedCell(3, "created_at", "2026-11-30 10:12:40"))
    again = book.check(path, fixed=cells, fixed_of=check.stamp)
    assert [row.verdict for row in again.rows] == ["new", "new", "new"]
    assert again.rows[1].cells[1].text == "orders@harborlane.example"
    written = path.read_bytes()
    receipt = book.bring(path, fixed=cells, fixed_of=check.stamp)
    assert receipt.rows == again.receipt.rows and receipt.fixed == again.receipt.fixed
    assert book.one("SELECT ordered_on FROM orders WHERE external_id = ?", "W3") == "2026-11-30"
    assert path.read_bytes() == written


def test_the_receipt_keeps_for_ever_what_was_fixed(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, ROWS)
    book.bring(path, fixed=(FixedCell(2, "email", "orders@harborlane.example"),))
    (record,) = imports_history(book.workspace)
    assert record.receipt.fixed == (
        {"row": 2, "column": "email", "before": "orders@harborlane", "after": "orders@harborlane.example"},
    )
    assert record.receipt.as_json()["fixed"] == list(record.receipt.fixed)


def test_a_receipt_of_the_first_version_still_tells_them(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, ROWS)
    book.bring(path, fixed=(FixedCell(2, "email", "orders@harborlane.example"),))
    with book.workspace.store.unit_of_work(book.workspace.me, "old", "import:1", at=book.workspace.at) as work:
        work.sql("UPDATE imports SET receipt = replace(receipt, '\"fixed\":', '\"mended\":')")
        work.digest("an older receipt")
        work.commit()
    assert imports_history(book.workspace)[0].receipt.fixed[0]["after"] == "orders@harborlane.example"


def test_the_same_file_imported_again_unfixed_only_rejects_the_row(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, ROWS)
    book.bring(path, fixed=(FixedCell(2, "email", "orders@harborlane.example"),))
    before = book.hash()
    again = book.bring(path)
    assert (again.rows["unchanged"], again.rows["rejected"]) == (1, 2)
    assert book.hash() == before


def test_a_cell_far_down_and_one_that_is_missing_are_fixed(book: Book, tmp_path: Path) -> None:
    rows = [[f"W{n}", "a@shop.example", "2026-11-14 09:12:40", str(n), "web"] for n in range(1_700)]
    path = write_csv(tmp_path / "orders.csv", HEADER, [*rows, ["W9999", "a@shop.example", "2026-11-14 09:12:40"]])
    cells = (FixedCell(1_650, "total", "7.77"), FixedCell(1_701, "total", "8.88"))
    receipt = book.bring(path, fixed=cells)
    assert receipt.rows["inserted"] == 1_701
    found = book.ask("SELECT amount_minor FROM orders WHERE external_id IN ('W1649', 'W9999') ORDER BY amount_minor")
    assert found == [(777,), (888,)]
    assert receipt.fixed[1]["before"] == ""


def test_a_file_that_changed_since_its_cells_were_fixed_is_refused(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, ROWS)
    stamp = book.check(path).stamp
    cells = (FixedCell(2, "email", "orders@harborlane.example"),)
    write_csv(path, HEADER, ROWS[1:])
    os.utime(path, (1, 1))
    with pytest.raises(UserError, match="has changed since you fixed cells"):
        book.bring(path, fixed=cells, fixed_of=stamp)
    with pytest.raises(UserError, match="no column “mail”"):
        book.bring(path, fixed=(FixedCell(1, "mail", "x"),))


def test_a_cell_of_an_export_with_rules_is_fixed_before_the_rules(book: Book) -> None:
    path = FIXTURES / "retail_lines.csv"
    column = next(one.column for one in book.check(path).columns if one.field == "quantity")
    receipt = book.bring(path, fixed=(FixedCell(1, column, "9"),))
    assert receipt.fixed[0]["after"] == "9"
    assert book.one("SELECT count(*) FROM order_lines WHERE quantity = '9'") >= 1
