"""The file of rejected rows: harmless in a table program, fixed and imported again, and never an orphan."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.values.cells import guarded, unguarded
from models.values.imports import FixedCell
from services.sync.formats.headers import REJECT_COLUMNS
from services.sync.read import ragged, stamp_of
from services.sync.read.table import Returned
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


def test_rejected_rows_are_kept_with_their_reason_and_can_be_fixed(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "email", "created_at", "total", "note"]
    rows = [
        ["W1", "a@shop.example", "2026-11-14 09:12:40 -0800", "12.50", "x"],
        ["W2", "a@shop.example", "2026-11-14 31:15", "13.50", "y"],
        ["W3", "orders@harborlane", "2026-11-15 09:12:40 -0800", "14.50", "z"],
        ["W4", "b@shop.example", "2026-11-16 09:12:40 -0800", "", ""],
        ["", "", "", "", ""],
        ["Grand Totals (3 records)", "", "", "", ""],
    ]
    receipt = book.bring(write_csv(tmp_path / "orders_export_1.csv", header, rows))
    assert counts(receipt) == (1, 0, 0, 3, 2)
    assert receipt.reasons == {
        "created_at is not a time of day": 1,
        "email has no domain ending": 1,
        "total is empty": 1,
    }
    assert receipt.ignored_reasons == {"blank row": 1, "totals or footer": 1}
    kept = book.ask("SELECT line, field, reason FROM import_rejects ORDER BY line")
    assert kept[0] == (2, "created_at", "created_at is not a time of day")
    rejects = Path(receipt.rejects_file or "")
    assert rejects.parent == Path(book.workspace.store.path).parent / "rejects"
    text = rejects.read_text(encoding="utf-8")
    assert "email has no domain ending" in text
    fixed = (
        text.replace("31:15", "11:15 -0800").replace("harborlane", "harborlane.example").replace(",,,4,", ",9.99,,4,")
    )
    rejects.write_text(fixed.replace("-0800,,,4", "-0800,9.99,,4"), encoding="utf-8")
    again = book.bring(rejects)
    assert counts(again) == (3, 0, 0, 0, 0), again.reasons
    assert book.ask("SELECT DISTINCT source FROM orders") == [("files",)]


def test_a_rejected_row_whose_name_begins_like_a_total_is_rejected_and_no_footer(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer", "date", "total", "channel", "note"]
    rows = [["", "Total Energy", "2026-02-31", "", "", ""], ["Total of May", "", "", "5.00", "", ""]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", header, [["1", "Ada", "2026-01-05", "5.00", "web", "x"], *rows]))
    assert receipt.reasons == {"date is not a calendar date": 1}
    assert receipt.ignored_reasons == {"totals or footer": 1}


LONG = [
    ["F1", "C1", "2026-06-01", "12.50", "EUR"],
    ["F2", "C2", "2026-06-02", "abc", "EUR"],
    ["F9", "C9", "2026-06-09", "19.00", "EUR", "extra"],
]


def test_a_row_with_a_cell_too_many_keeps_it_and_stays_rejected_until_it_is_fixed(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Total", "Currency"]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, LONG))
    assert counts(receipt) == (1, 0, 0, 2, 0)
    assert receipt.customers == {"matched": 0, "created": 1}
    path = Path(receipt.rejects_file or "")
    assert "F9,C9,2026-06-09,19.00,EUR,extra,3,The row has 6 cells where the header has 5" in path.read_text("utf-8")
    again = book.bring(path)
    assert again.rows["rejected"] == 2
    assert again.reasons["The row has 6 cells where the header has 5"] == 1
    second = Path(again.rejects_file or "")
    text = second.read_text("utf-8")
    assert "19.00,EUR,extra,2,The row has 6" in text
    second.write_text(text.replace("EUR,extra,", "EUR,"), "utf-8")
    assert counts(book.bring(second))[:4] == (1, 0, 0, 1)


def test_a_spreadsheet_that_fills_up_the_rows_hides_no_cell_too_many(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Total", "Currency"]
    short = ["F3", "C3", "EUR"]
    path = Path(book.bring(write_csv(tmp_path / "orders.csv", header, [*LONG, short])).rejects_file or "")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    width = max(map(len, rows)) + 1
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    again = book.bring(write_csv(tmp_path / "filled.csv", filled[0], filled[1:]))
    assert again.reasons.keys() == {
        "Total is not a number",
        "The row has 6 cells where the header has 5",
        "The row has 3 cells where the header has 5",
    }
    fixed = [row for row in filled if row[0] != "F2"]
    fixed[1][5] = ""
    fixed[2] = ["F3", "C3", "2026-06-03", "4.00", "EUR", *fixed[2][3:5], "", ""]
    assert counts(book.bring(write_csv(tmp_path / "fixed.csv", fixed[0], fixed[1:]))) == (2, 0, 0, 0, 0)
    assert book.ask("SELECT external_id, amount_minor FROM orders ORDER BY 1 DESC LIMIT 2") == [
        ("F9", 1900),
        ("F3", 400),
    ]


def test_a_row_whose_reason_was_taken_away_keeps_all_its_cells(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Total", "Currency"]
    path = Path(book.bring(write_csv(tmp_path / "orders.csv", header, LONG)).rejects_file or "")
    text = path.read_text("utf-8").replace("EUR,extra,3,The row has 6 cells where the header has 5", "EUR,extra")
    path.write_text(text.replace('12.50,EUR,2,"', "12.50,EUR"), "utf-8")
    again = book.bring(path)
    assert "The row has 6 cells where the header has 5" in again.reasons
    assert "F9,C9,2026-06-09,19.00,EUR,extra,2,The row has 6" in Path(again.rejects_file or "").read_text("utf-8")


_OWN = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=4), max_size=7)


@given(own=_OWN, width=st.integers(1, 5), filling=st.integers(0, 4))
def test_law_a_rejected_row_reads_back_however_it_was_filled_up(own: list[str], width: int, filling: int) -> None:
    columns = [*(f"c{place}" for place in range(width)), *REJECT_COLUMNS]
    returned = Returned.of(columns, [*columns, *[""] * filling])
    assert returned is not None and returned.width == len(columns)
    why = "Total is not a number" if len(own) == width else f"The row {ragged(len(own), width)}"
    row = returned.row([*map(guarded, own), "3", why, *[""] * filling])
    while len(own) > width and not own[-1].strip():
        own = own[:-1]
    assert row == [*own, "3", why]


def test_a_cell_fixed_in_the_check_takes_a_row_that_is_too_long_as_it_is_shown(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", ["Order ID", "Customer ID", "Order date", "Total", "Currency"], LONG)
    cell = FixedCell(3, "Total", "18.00")
    assert counts(book.bring(path, fixed=(cell,), fixed_of=stamp_of(path))) == (2, 0, 0, 1, 0)


def test_customers_of_rejected_rows_alone_are_not_counted_as_known(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Total"]
    good = [[f"O{n}", f"C{n}", "2026-06-01", "1.00"] for n in range(4)]
    book.bring(write_csv(tmp_path / "orders.csv", header, good), source="shop")
    bad = [["P1", "C1", "2026-06-02", "2.00"], ["P2", "C2", "2026-06-02", "x"], ["P3", "C3", "2026-13-01", "2.00"]]
    receipt = book.bring(write_csv(tmp_path / "later.csv", header, bad), source="shop")
    assert receipt.customers == {"matched": 1, "created": 0}


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
