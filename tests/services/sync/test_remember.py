"""What was said of a file is remembered for the next one like it, said in its receipt, and forgotten with its undo."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync import undo_import
from tests.services.sync.book import Book, write_csv

HEADER = ["order_id", "customer_id", "date", "total"]
WORDS = "Remembered from an earlier file with these columns: "


def orders(path: Path, *numbers: str) -> Path:
    return write_csv(path, HEADER, [[number, "C100", "03/04/2026", "5"] for number in numbers])


def about_memory(warnings: tuple[str, ...]) -> list[str]:
    return [warning.removeprefix(WORDS) for warning in warnings if warning.startswith(WORDS)]


def test_what_is_remembered_is_said(book: Book, tmp_path: Path) -> None:
    first = book.bring(orders(tmp_path / "shop.csv", "O1"), date_order="dmy", currency="EUR")
    assert about_memory(first.warnings) == []
    second = book.bring(orders(tmp_path / "shop.csv", "O2"))
    assert about_memory(second.warnings) == ["dates with the day before the month, amounts in EUR."]
    assert about_memory(book.check(tmp_path / "shop.csv").receipt.warnings) == about_memory(second.warnings)
    assert book.ask("SELECT ordered_on, currency FROM orders") == [("2026-04-03", "EUR")] * 2


def test_undo_forgets_what_its_import_said_and_nothing_else(book: Book, tmp_path: Path) -> None:
    first = book.bring(orders(tmp_path / "shop.csv", "O1"), date_order="dmy", mapping=(("total", "amount"),))
    before = book.ask("SELECT * FROM mappings")
    second = book.bring(orders(tmp_path / "shop.csv", "O2"), date_order="mdy", currency="EUR")
    undo_import(book.workspace, second.import_id)
    assert book.ask("SELECT * FROM mappings") == before
    again = book.bring(orders(tmp_path / "shop.csv", "O3"))
    assert about_memory(again.warnings) == ["dates with the day before the month, “total” as amount."]
    assert book.ask("SELECT ordered_on, currency FROM orders WHERE external_id = 'O3'") == [("2026-04-03", "USD")]
    undo_import(book.workspace, again.import_id)
    undo_import(book.workspace, first.import_id)
    assert book.one("SELECT count(*) FROM mappings") == 0
    with pytest.raises(UserError, match="could be day/month or month/day"):
        book.bring(orders(tmp_path / "shop.csv", "O4"))


def test_the_currency_and_the_dates_of_one_shop_are_not_those_of_another(book: Book, tmp_path: Path) -> None:
    rows = [[f"O{n}", "C100", "2026-01-05", "5", "USD"] for n in range(5)]
    book.bring(write_csv(tmp_path / "most.csv", [*HEADER, "currency"], rows))
    book.bring(orders(tmp_path / "berlin.csv", "O1"), source="Berlin", date_order="dmy", currency="EUR")
    with pytest.raises(UserError, match="could be day/month or month/day"):
        book.bring(orders(tmp_path / "boston.csv", "O1"), source="Boston")
    other = book.bring(orders(tmp_path / "boston.csv", "O1"), source="Boston", date_order="mdy")
    assert about_memory(other.warnings) == []
    assert book.ask(
        "SELECT source, ordered_on, currency FROM orders WHERE source IN ('Berlin', 'Boston') ORDER BY source"
    ) == [
        ("Berlin", "2026-04-03", "EUR"),
        ("Boston", "2026-03-04", "USD"),
    ]


def test_a_file_taken_as_one_of_a_system_by_its_columns_says_so(book: Book, tmp_path: Path) -> None:
    book.bring(orders(tmp_path / "shop.csv", "O1"), source="Boston", date_order="mdy")
    (tmp_path / "march").mkdir()
    receipt = book.bring(orders(tmp_path / "march" / "shop.csv", "O1"))
    assert receipt.rows["unchanged"] == 1
    assert "The columns match “Boston”, so this counts as another export from it." in receipt.warnings
    assert "Wrong source? Undo this import, change Source and import the file again." in receipt.notes


def test_a_mapping_holds_for_headers_that_differ_in_case_and_zone(book: Book, tmp_path: Path) -> None:
    winter = ["order_id", "customer_id", "Placed (PST)", "Total"]
    rows = [["O1", "C100", "2026-01-05 10:00", "5"]]
    book.bring(
        write_csv(tmp_path / "shop.csv", winter, rows), entity="orders", mapping=(("Placed (PST)", "ordered_at"),)
    )
    summer = ["order_id", "Customer_ID", "placed (PDT)", "Total"]
    rows = [["O2", "C100", "2026-07-05 10:00", "5"]]
    receipt = book.bring(write_csv(tmp_path / "shop.csv", summer, rows))
    assert receipt.mapping["placed (PDT)"] == "ordered_at"
    assert about_memory(receipt.warnings) == ["“placed (PDT)” as ordered at."]
