"""Amounts without a currency: the book's, else this computer's, and the receipt says which was taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.settings.local_currency import this_computers_currency
from tests.services.sync.book import Book, write_csv

HEADER = ["order_id", "customer_id", "date", "amount"]
BARE = [["1", "C1", "2026-01-05", "1.234,50"], ["2", "C2", "2026-02-05", "99,90"]]
TAKEN = "Bellwether read the amounts as {}, {}."


@pytest.fixture(autouse=True)
def _in_germany(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("services.settings.local_currency._locale", lambda: "de_DE.UTF-8")
    this_computers_currency.cache_clear()
    yield
    this_computers_currency.cache_clear()


def test_bare_amounts_are_in_the_currency_of_this_computer_then_of_the_book(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, BARE)
    check = book.check(path).receipt
    assert check.notes[-1] == "Wrong currency? Change Currency before you import."
    receipt = book.bring(path)
    assert receipt.totals == {"EUR": 133_440}
    assert receipt.notes[-1] == "Wrong currency? Undo this import, change Currency and import the file again."
    assert TAKEN.format("EUR", "the usual currency here") in receipt.warnings
    more = write_csv(tmp_path / "more.csv", HEADER, [["3", "C1", "2026-03-05", "10,00"]])
    assert TAKEN.format("EUR", "your book’s currency") in book.bring(more).warnings


@pytest.mark.parametrize("said", ["by a person", "by a cell", "by the header", "by a column"])
def test_nothing_is_assumed_where_the_currency_is_said(book: Book, tmp_path: Path, said: str) -> None:
    header, rows, options = list(HEADER), [list(row) for row in BARE], {}
    if said == "by a person":
        options = {"currency": "CHF"}
    elif said == "by a cell":
        rows = [[*row[:3], f"{row[3]} CHF"] for row in rows]
    elif said == "by the header":
        header[3] = "Amount (CHF)"
    else:
        header, rows = [*header, "currency"], [[*row, "CHF"] for row in rows]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, rows), **options)
    assert receipt.totals == {"CHF": 133_440}
    assert not [one for one in receipt.warnings if one.startswith("Bellwether read the amounts as")]
