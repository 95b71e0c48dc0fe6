"""What cannot be imported is refused in one clear sentence, and the book stays as it was."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from models.values.errors import BellwetherError, UserError
from services.sync import read_table
from tests.services.sync.book import Book, write_csv

REFUSED = {
    "nothing.csv": (b"", "is empty"),
    "blanks.csv": (b"\n \n\t\n", "is empty"),
    "header.csv": (b"order_id,customer_id,date,amount\n", "has a header but no rows"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "is a picture"),
    "bytes.csv": (bytes(range(256)) * 40, "is neither text nor"),
    "book.csv": (b"PK\x03\x04" + b"x" * 60, "save it as CSV"),
    "old.csv": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 60, "save it as CSV"),
    "page.csv": (b"<!DOCTYPE html>\n<html><body><table></table></body></html>", "is a web page"),
    "paper.csv": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF document"),
    "data.csv": (b'{"id": 7, "orders": [{"id": 1}]}', "is a JSON document"),
    "feed.csv": (b'<?xml version="1.0"?><orders/>', "is an XML document"),
    "cut.csv.gz": (gzip.compress(b"id,name\n" + b"1,Ada\n" * 50_000)[:100], "damaged or cut short"),
}


def is_one_sentence(problem: BellwetherError) -> bool:
    text = str(problem)
    return text.endswith(".") and "\n" not in text and "Traceback" not in text and len(text) < 300


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_table_is_refused(tmp_path: Path, book: Book, name: str) -> None:
    content, words = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    before = book.hash()
    with pytest.raises(UserError, match=words) as caught:
        book.bring(path)
    assert name in str(caught.value)
    assert is_one_sentence(caught.value)
    assert book.hash() == before
    assert book.one("SELECT count(*) FROM imports") == 0


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder") as caught:
        read_table(tmp_path)
    assert is_one_sentence(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no file") as caught:
        read_table(tmp_path / "gone.csv")
    assert is_one_sentence(caught.value)


def test_a_missing_file_is_looked_for_in_a_folder_that_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        read_table(Path("gone.csv"))
    assert f"There is no file gone.csv in {tmp_path}." in str(caught.value)


def test_a_currency_that_does_not_exist_is_refused(tmp_path: Path, book: Book) -> None:
    path = write_csv(
        tmp_path / "a.csv", ["order_id", "customer_id", "date", "amount"], [["1", "C1", "2026-01-05", "9"]]
    )
    for none in ("QQQ", "EURO", "€€"):
        with pytest.raises(UserError, match="is not a currency"):
            book.bring(path, currency=none)
    assert book.bring(path, currency="eur").totals == {"EUR": 900}


def test_an_unclosed_quote_costs_no_more_than_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("order_id,name\n" + "1,Ada\n" * 400 + '2,"Ben\n' + "3,Cy\n" * 20_000)
    rows = [row for batch in read_table(path).batches() for row in batch.rows]
    assert rows == [["1", "Ada"]] * 400 + [["2", '"Ben']] + [["3", "Cy"]] * 20_000


def test_columns_that_say_nothing_are_asked_about(tmp_path: Path, book: Book) -> None:
    path = write_csv(tmp_path / "a.csv", ["alpha", "beta"], [["x", "y"], ["z", "w"]])
    with pytest.raises(UserError, match="--as") as caught:
        book.bring(path)
    assert "alpha, beta" in str(caught.value)


def test_a_lacking_column_is_named(tmp_path: Path, book: Book) -> None:
    path = write_csv(tmp_path / "a.csv", ["customer_id", "when"], [["x", "2026-01-02"], ["z", "2026-01-03"]])
    with pytest.raises(UserError, match="Ordered at"):
        book.bring(path, entity="orders")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"entity": "spaceships"}, "Choose one of customers"),
        ({"mapping": (("Nope", "amount"),)}, "no column “Nope”"),
        ({"mapping": (("amount", "nope"),)}, "field “nope”"),
        ({"timezone": "Mars/Olympus"}, "not a time zone"),
        ({"currency": "money"}, "not a currency"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, book: Book, options: dict, words: str) -> None:
    path = write_csv(tmp_path / "a.csv", ["customer_id", "date", "amount"], [["C1", "2026-01-02", "3"]])
    with pytest.raises(UserError, match=words):
        book.bring(path, **options)


def test_dates_that_could_be_both_are_asked_about(tmp_path: Path, book: Book) -> None:
    rows = [["C1", "03/04/2026", "3"], ["C2", "05/06/2026", "4"]]
    path = write_csv(tmp_path / "a.csv", ["customer_id", "date", "amount"], rows)
    with pytest.raises(UserError, match="--date-order"):
        book.bring(path)
    assert book.bring(path, date_order="mdy").rows["inserted"] == 2
    assert book.ask("SELECT ordered_on FROM orders ORDER BY 1") == [("2026-03-04",), ("2026-05-06",)]


def test_one_telling_date_far_down_settles_the_order(tmp_path: Path, book: Book) -> None:
    rows = [["C1", "03/04/2026", "3"]] * 900 + [["C2", "25/06/2026", "4"]]
    path = write_csv(tmp_path / "a.csv", ["customer_id", "date", "amount"], rows)
    book.bring(path)
    assert book.one("SELECT min(ordered_on) FROM orders") == "2026-04-03"


def test_a_row_that_nothing_names_is_rejected_in_a_sentence(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "products.csv", ["name", "category", "price"], [["", "Lamps", "3"], ["Lamp", "", "4"]])
    check = book.check(path, entity="products")
    assert [row.verdict for row in check.rows] == ["rejected", "new"]
    assert check.receipt.reasons == {"The row has no ID or other detail to recognise it by": 1}
    assert book.bring(path, entity="products").rows == check.receipt.rows


def test_rows_without_any_column_of_a_customer_are_ignored_with_the_reason(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "tickets.csv", ["ticket_id", "subject", "created_at"], [["T1", "Late", "2026-11-14"]])
    check = book.check(path, entity="tickets")
    assert check.receipt.ignored_reasons == {"without a customer": 1}
    assert book.bring(path, entity="tickets").rows == check.receipt.rows


def test_dates_that_cannot_be_read_are_no_missing_column(book: Book, tmp_path: Path) -> None:
    rows = [["1", "C1", "Ada", "week 3 of Q2", "9.50"], ["2", "C2", "Bo", "last spring", "8.50"]]
    path = write_csv(tmp_path / "orders.csv", ["order id", "customer id", "customer name", "order date", "total"], rows)
    with pytest.raises(UserError, match="“order date” cannot be read as Ordered at: it has “week 3 of Q2” and “last"):
        book.bring(path)
    with pytest.raises(UserError, match="“order date” cannot be read as Ordered at"):
        book.bring(path, entity="orders")
    assert "“order date” cannot be read as Ordered at" in book.check(path).question
