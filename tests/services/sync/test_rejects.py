"""The file of rejected rows: harmless in a table program, mended and imported again, and never an orphan."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sync.guard import guarded, unguarded
from tests.services.sync.book import Book, counts, write_csv

HEADER = ["customer_id", "name", "email", "=2+2"]
ROWS = [
    ["C001", '=HYPERLINK("http://x.example";"a")', "ann@x", "-1.50"],
    ["C002", "@Home", "home@x.example", "x"],
    ["C003", "'+Plus", "plus@x", "\t=1+1"],
]
DEAD = 999_999_999


def folder(book: Book) -> Path:
    return Path(book.workspace.store.path).parent / "rejects"


def test_a_rejected_formula_is_text_and_reads_back_as_it_was(book: Book, tmp_path: Path) -> None:
    receipt = book.bring(write_csv(tmp_path / "customers.csv", HEADER, ROWS))
    assert counts(receipt) == (1, 0, 0, 2, 0)
    path = Path(receipt.rejects_file or "")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
    assert "-1.50" in cells
    path.write_text(path.read_text(encoding="utf-8").replace("ann@x", "ann@x.example").replace("plus@x", "plus@x.io"))
    assert counts(book.bring(path)) == (2, 0, 0, 0, 0)
    assert book.ask("SELECT name, json_extract(attributes, '$.\"=2+2\"') FROM customers ORDER BY external_id") == [
        (ROWS[0][1], "-1.50"),
        ("@Home", "x"),
        ("'+Plus", "=1+1"),
    ]


@given(st.one_of(st.text(), st.from_regex(r"['= \-+@1]{0,6}", fullmatch=True)))
def test_law_what_is_guarded_reads_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


def test_a_killed_run_leaves_no_file_that_the_book_does_not_know(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "customers.csv", HEADER, ROWS)
    with monkeypatch.context() as killed:
        killed.setattr("services.sync.run.publish_rejects", lambda path: None)
        receipt = book.bring(path)
    (unpublished,) = folder(book).iterdir()
    unpublished.rename(folder(book) / f".customers.rejects.csv.{DEAD}.part")
    (folder(book) / f".other.rejects.csv.{DEAD}.part").write_text("left by a run that never committed")
    book.bring(write_csv(tmp_path / "good.csv", HEADER, ROWS[1:2]))
    assert [str(found) for found in folder(book).iterdir()] == [receipt.rejects_file]


def test_an_import_that_fails_leaves_no_file(book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr("services.sync.run.remember", fail)
    with pytest.raises(RuntimeError):
        book.bring(write_csv(tmp_path / "customers.csv", HEADER, ROWS))
    assert list(folder(book).iterdir()) == []
