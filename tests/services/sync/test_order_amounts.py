"""Whose amount it is that stands beside the lines of an order, and what statuses make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.settings import ExchangeRate
from services.sync import undo_import
from services.workspace import open_workspace
from tests.services.sync.book import Book, counts, write_csv

LINES = ["order_id", "customer_id", "date", "product", "quantity", "unit_price", "amount"]


def orders(book: Book) -> list[tuple[object, ...]]:
    return book.ask("SELECT external_id, amount_minor, kind FROM orders ORDER BY external_id")


def line(order: str, product: str, quantity: int, price: str, amount: str) -> list[object]:
    return [order, "C100", "2026-01-05", product, quantity, price, amount]


def test_amounts_that_quantity_and_price_make_are_those_of_lines(book: Book, tmp_path: Path) -> None:
    rows = [
        line("O1", "Tee", 2, "10.00", "20.00"),
        line("O1", "Cap", 1, "30.00", "30.00"),
        line("O2", "Mug", 5, "1.00", "5"),
    ]
    file = write_csv(tmp_path / "sales.csv", LINES, rows)
    before = book.hash()
    dry = book.bring(file, dry_run=True)
    receipt = book.bring(file)
    assert orders(book) == [("O1", 5_000, "purchase"), ("O2", 500, "purchase")]
    assert (dry.totals, dry.warnings) == (receipt.totals, receipt.warnings)
    assert receipt.totals == {"USD": 5_500}
    assert any("“amount” was read as the amount of each row" in warning for warning in receipt.warnings)
    assert counts(book.bring(file)) == (0, 0, 3, 0, 0)
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before


def test_amounts_with_discounts_that_differ_within_orders_are_those_of_lines(book: Book, tmp_path: Path) -> None:
    rows = [line("O1", "Tee", 2, "10.00", "18.00"), line("O1", "Cap", 1, "30.00", "27.00")]
    book.bring(write_csv(tmp_path / "sales.csv", LINES, rows))
    assert orders(book) == [("O1", 4_500, "purchase")]
    assert book.ask("SELECT amount_minor FROM order_lines ORDER BY 1") == [(1_800,), (2_700,)]


def test_an_amount_that_is_the_same_in_all_rows_of_an_order_is_the_orders(book: Book, tmp_path: Path) -> None:
    rows = [
        line("O1", "Tee", 2, "10.00", "45.00"),
        line("O1", "Cap", 1, "30.00", "45.00"),
        line("O2", "Mug", 5, "1.00", "4"),
    ]
    book.bring(write_csv(tmp_path / "sales.csv", LINES, rows))
    assert orders(book) == [("O1", 4_500, "purchase"), ("O2", 400, "purchase")]


def test_what_a_person_says_of_an_amount_holds(book: Book, tmp_path: Path) -> None:
    rows = [line("O1", "Tee", 2, "10.00", "20.00"), line("O1", "Cap", 1, "30.00", "30.00")]
    book.bring(write_csv(tmp_path / "sales.csv", LINES, rows), mapping=(("amount", "amount"),))
    assert orders(book) == [("O1", 3_000, "purchase")]


@pytest.mark.parametrize("header", ["Order total", "Amount"])
def test_a_total_that_is_repeated_on_each_row_counts_once(book: Book, tmp_path: Path, header: str) -> None:
    head = ["order_id", "customer_id", "date", "product", header]
    rows = [[f"O{n}", "C100", "2026-01-05", product, f"{n}5.00"] for n in (1, 2, 3) for product in ("Tee", "Cap")]
    receipt = book.bring(write_csv(tmp_path / "sales.csv", head, rows))
    assert receipt.totals == {"USD": 1_500 + 2_500 + 3_500}
    assert any("was counted once for each order" in warning for warning in receipt.warnings)
    assert counts(book.bring(tmp_path / "sales.csv")) == (0, 0, 6, 0, 0)


def test_equal_amounts_of_one_order_prove_nothing(book: Book, tmp_path: Path) -> None:
    head = ["order_id", "customer_id", "date", "product", "amount"]
    rows = [["O1", "C100", "2026-01-05", "Tee", "10.00"], ["O1", "C100", "2026-01-05", "Cap", "10.00"]]
    book.bring(write_csv(tmp_path / "sales.csv", head, rows))
    assert orders(book) == [("O1", 2_000, "purchase")]


def test_a_status_says_what_became_of_the_order_of_its_row(book: Book, tmp_path: Path) -> None:
    head = ["order_id", "customer_id", "date", "total", "order status"]
    said = ["Delivered", "Refunded", "Partially refunded", "storniert", "Zu prüfen"]
    rows = [[f"O{n}", "C100", "2026-01-05", "100.00", status] for n, status in enumerate(said)]
    receipt = book.bring(
        write_csv(tmp_path / "orders.csv", head, [*rows, ["O9", "C100", "2026-01-09", "-40.00", "Refunded"]])
    )
    assert orders(book) == [
        ("O0", 10_000, "purchase"),
        ("O1", 0, "cancellation"),
        ("O2", 10_000, "purchase"),
        ("O3", 0, "cancellation"),
        ("O4", 10_000, "purchase"),
        ("O9", -4_000, "return"),
    ]
    assert any("Partially refunded, Zu prüfen (“order status”)" in warning for warning in receipt.warnings)
    assert any("2 orders that were cancelled or returned count as nothing" in warning for warning in receipt.warnings)


def test_a_kind_says_what_its_row_is(book: Book, tmp_path: Path) -> None:
    head = ["order_id", "customer_id", "date", "total", "order type"]
    rows = [["O1", "C100", "2026-01-05", "100.00", "Sale"], ["O2", "C100", "2026-01-09", "40.00", "Refund"]]
    book.bring(write_csv(tmp_path / "orders.csv", head, rows))
    assert orders(book) == [("O1", 10_000, "purchase"), ("O2", -4_000, "return")]


def test_an_order_in_several_rows_without_lines_is_told(book: Book, tmp_path: Path) -> None:
    head = ["order_id", "customer_id", "date", "total"]
    rows = [
        ["O1", "C100", "2026-01-05", "10.00"],
        ["O1", "C100", "2026-01-05", "15.00"],
        ["O2", "C100", "2026-01-06", "5"],
    ]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", head, [*rows, rows[2]]))
    assert receipt.ignored_reasons == {"the same ID appears again further down": 2}
    said = [warning for warning in receipt.warnings if "in several rows with different amounts" in warning]
    assert [warning[:15] for warning in said] == ["1 order appears"]
    alike = book.bring(write_csv(tmp_path / "alike.csv", head, [rows[0], rows[0], rows[2]]), source="c")
    assert alike.rows["ignored"] == 1 and not any("in several rows" in warning for warning in alike.warnings)
    named = book.bring(write_csv(tmp_path / "lines.csv", head, rows), source="b", mapping=(("total", "line_total"),))
    assert named.totals == {"USD": 3_000}


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 1), (0, 1, 0)])
def test_orders_and_their_lines_in_two_files_are_not_worth_both(
    book: Book, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """A shop exports its orders with what was paid, and their lines beside them."""
    head = ["order_id", "customer_id", "date", "total", "currency", "order status"]
    rows = [
        ["O1", "C100", "2026-01-05", "45.00", "EUR", "paid"],
        ["O2", "C100", "2026-01-06", "9.00", "EUR", "cancelled"],
    ]
    whole = write_csv(tmp_path / "orders.csv", head, rows)
    lines = [["O1", "Tee", "2", "10.00"], ["O1", "Cap", "1", "30.00"], ["O2", "Mug", "1", "9.00"]]
    body = [[number, "C100", f"2026-01-0{5 + (number == 'O2')}", *rest] for number, *rest in lines]
    parts = write_csv(tmp_path / "lines.csv", LINES[:6], body)
    for place in order:
        book.bring((whole, parts)[place], source="shop")
    assert book.ask("SELECT external_id, amount_minor, currency, kind FROM orders ORDER BY 1") == [
        ("O1", 4_500, "EUR", "purchase"),
        ("O2", 0, "EUR", "cancellation"),
    ]
    assert book.one("SELECT count(*) FROM order_lines") == 3


def test_orders_in_a_currency_without_a_rate_are_said_with_where_to_enter_it(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "order_date", "amount", "currency"]
    rows = [[f"O{n}", "C100", f"2026-01-{n:02d}", "10.00", "XYZ" if n % 4 == 0 else "EUR"] for n in range(1, 21)]
    file = write_csv(tmp_path / "orders.csv", header, rows)
    told = (
        "5 orders are in XYZ, without a rate to EUR: they count as purchases without a value. "
        "Enter the value of one XYZ in Settings, Money, Exchange rates."
    )
    assert told in book.bring(file, dry_run=True).warnings
    assert told in book.check(file).receipt.warnings
    assert told in book.bring(file).warnings
    book.workspace.change_policy(exchange_rates=(ExchangeRate("XYZ", "0.5"),))
    book.workspace.close()
    book.workspace = open_workspace(book.workspace.recipe)
    further = write_csv(tmp_path / "further.csv", header, [["O99", "C100", "2026-02-01", "10.00", "XYZ"]])
    assert not [warning for warning in book.bring(further).warnings if "rate" in warning]
