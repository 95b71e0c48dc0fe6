"""Orders of postage, fees and adjustments alone: revenue, and no purchases."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

from services.scoring.events import read_events
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.sync import undo_import
from tests.services.sync.book import Book, counts, open_book, write_csv

HEADER = ["Order ID", "Customer ID", "Date", "SKU", "Product", "Quantity", "Unit price"]
GOODS = ["A1", "7", "2026-03-01", "22711", "Tin", "2", "10.00"]
POST_WITH_GOODS = ["A1", "7", "2026-03-01", "POST", "Postage", "1", "5.00"]
POST = ["A2", "7", "2026-05-01", "POST", "Postage", "1", "5.00"]
MANUAL = ["A3", "8", "2026-06-01", "M", "Manual", "1", "852.80"]


def kinds(book: Book) -> dict[str, str]:
    return dict(book.ask("SELECT external_id, kind FROM orders"))


def test_orders_of_charges_alone_are_no_purchases(book: Book, tmp_path: Path) -> None:
    rows = [GOODS, POST_WITH_GOODS, POST, MANUAL]
    receipt = book.bring(write_csv(tmp_path / "lines.csv", HEADER, rows), source="shop", currency="GBP")
    assert kinds(book) == {"A1": "purchase", "A2": "charge", "A3": "charge"}
    assert receipt.totals == {"GBP": 2_500 + 85_780}
    said = "2 orders with charges only, such as postage, worth 857.80 GBP count as revenue, not as purchases."
    assert said in receipt.warnings
    again = book.bring(write_csv(tmp_path / "again.csv", HEADER, rows), source="shop", currency="GBP")
    assert counts(again) == (0, 0, 4, 0, 0)


def test_what_was_returned_is_said_without_a_sign(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Product", "Amount", "Type"]
    rows = [["1", "7", "2026-03-01", "Tin", "20.00", "purchase"], ["2", "7", "2026-05-01", "Tin", "-5.00", "return"]]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, rows), source="shop", currency="GBP")
    assert kinds(book) == {"1": "purchase", "2": "return"} and receipt.totals == {"GBP": 2_000}
    assert "1 return worth 5.00 GBP is not in the total of purchases." in receipt.warnings


def test_they_make_no_purchase_day_and_still_are_revenue(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "lines.csv", HEADER, [GOODS, POST, MANUAL]), source="shop", currency="GBP")
    with book.workspace.store.read() as connection:
        events = read_events(connection, date(2026, 6, 30), currency="GBP")
    seen = features_at(Ledger(events, events.as_of))
    assert list(seen.purchase_days) == [1, 0]
    assert list(seen.spend_total) == [2_500, 85_280]


def test_a_file_of_one_row_an_order_knows_charges_too(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Product", "Amount"]
    rows = [["1", "7", "2026-03-01", "Tin", "20.00"], ["2", "7", "2026-05-01", "Shipping", "5.00"]]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, rows), source="shop", currency="GBP")
    assert kinds(book) == {"1": "purchase", "2": "charge"}
    assert any("1 order with charges only" in one for one in receipt.warnings)


def test_who_sells_deliveries_sells_goods(book: Book, tmp_path: Path) -> None:
    rows = [[f"A{n}", "7", "2026-03-01", "DEL", "Delivery", "1", "5.00"] for n in range(25)]
    book.bring(write_csv(tmp_path / "lines.csv", HEADER, rows), source="courier", currency="GBP")
    assert set(kinds(book).values()) == {"purchase"}


def test_an_order_is_what_all_its_lines_are_in_whatever_order_files_come(book: Book, tmp_path: Path) -> None:
    files = [
        write_csv(tmp_path / "goods.csv", HEADER, [GOODS]),
        write_csv(tmp_path / "post.csv", HEADER, [POST_WITH_GOODS, POST]),
        write_csv(
            tmp_path / "orders.csv", ["Order ID", "Customer ID", "Order date", "Order total"],
            [["A1", "7", "2026-03-01", "25.00"], ["A2", "7", "2026-05-01", "5.00"]],
        ),
    ]  # fmt: skip
    for number, chosen in enumerate(permutations(files)):
        other = open_book(tmp_path / f"{number}.db")
        for path in chosen:
            other.bring(path, source="shop", currency="GBP")
        found = kinds(other)
        other.workspace.close()
        assert found == {"A1": "purchase", "A2": "charge"}, [path.name for path in chosen]


def test_undoing_the_lines_undoes_the_kind(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Customer ID", "Order date", "Order total"]
    book.bring(
        write_csv(tmp_path / "o.csv", header, [["A2", "7", "2026-05-01", "5.00"]]), source="shop", currency="GBP"
    )
    before = book.hash()
    receipt = book.bring(write_csv(tmp_path / "lines.csv", HEADER, [POST]), source="shop", currency="GBP")
    assert kinds(book) == {"A2": "charge"}
    assert receipt.import_id is not None
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before
