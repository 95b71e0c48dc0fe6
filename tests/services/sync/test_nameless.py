"""Customers without names: one row each, by an id, with a contract by its days or only by how long it has lasted."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync import undo_import
from tests.services.sync.book import Book, counts, write_csv

DAY = date(2026, 10, 28)
OF = "FROM contracts t JOIN customers c ON c.id = t.customer_id"
CONTRACTS = f"SELECT c.external_id, t.starts_on, t.ends_on, t.status {OF} ORDER BY 1"


def nameless(path: Path, headers: str, row: Callable[[int], str], count: int = 30) -> Path:
    """A file that was last written on `DAY`."""
    write_csv(path, headers.split(","), (row(number).split(",") for number in range(count)))
    written = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC).timestamp()
    os.utime(path, (written, written))
    return path


def _dated(number: int) -> str:
    gone = "2026-01-31,ended" if number % 3 == 0 else ",active"
    return f"C-{number:04},2024-05-{number % 28 + 1:02},{gone},{20 + number}.50"


def _lasting(number: int) -> str:
    return f"{number:04}-QX,{'MF'[number % 2]},{number},{['Monthly', 'Yearly'][number % 2]},{30 + number}.25"


def _dated_with_more(number: int) -> str:
    key, *days, status, charges = _dated(number).split(",")
    return ",".join((key, "Female", *days, "Month-to-month", "Bank transfer", charges, status))


def test_more_fields_than_days_are_kept_with_customers_without_names(book: Book, tmp_path: Path) -> None:
    headers = "customerID,gender,start_date,end_date,Contract,PaymentMethod,MonthlyCharges,status"
    assert counts(book.bring(nameless(tmp_path / "base.csv", headers, _dated_with_more))) == (30, 0, 0, 0, 0)
    assert book.ask(CONTRACTS)[0] == ("C-0000", "2024-05-01", "2026-01-31", "ended")
    fields = "json_extract(attributes, '$.Contract'), json_extract(attributes, '$.MonthlyCharges')"
    assert book.ask(f"SELECT DISTINCT gender, {fields} FROM customers WHERE external_id = 'C-0003'") == [
        ("female", "Month-to-month", "23.50")
    ]


def test_rows_of_an_id_with_days_and_a_status_are_customers_with_their_contract(book: Book, tmp_path: Path) -> None:
    before = book.hash()
    path = nameless(tmp_path / "export.csv", "customer_id,start,end,status,charges", _dated)
    receipt = book.bring(path)
    assert counts(receipt) == (30, 0, 0, 0, 0) and receipt.entities["contracts"]["inserted"] == 30
    assert book.ask(CONTRACTS)[:2] == [
        ("C-0000", "2024-05-01", "2026-01-31", "ended"),
        ("C-0001", "2024-05-02", None, "active"),
    ]
    assert book.one("SELECT attributes FROM customers WHERE external_id = 'C-0001'") == '{"charges": "21.50"}'
    assert counts(book.bring(path)) == (0, 0, 30, 0, 0)
    undo_import(book.workspace, 2)
    undo_import(book.workspace, 1)
    assert book.hash() == before


def test_a_file_that_is_called_contracts_says_how_it_is_imported_where_nobody_is_known(
    book: Book, tmp_path: Path
) -> None:
    path = nameless(tmp_path / "subscriptions.csv", "customer_id,start,end,status,auto renew", _dated)
    receipt = book.bring(path)
    assert counts(receipt) == (0, 0, 0, 0, 30)
    assert any("where each row is a customer, import the file as customers" in note for note in receipt.notes)
    assert counts(book.bring(path, entity="customers")) == (30, 0, 0, 0, 0)


def test_contracts_with_a_number_are_not_taken_for_customers(book: Book, tmp_path: Path) -> None:
    rows = [["K-1", "C1", "2024-01-01", "2026-12-31"], ["K-2", "C2", "2025-01-01", "2027-12-31"]]
    path = write_csv(tmp_path / "more.csv", ["contract number", "customer id", "start", "end"], rows)
    assert book.bring(path).recognised_as == "Contracts"
    assert book.ask("SELECT number, ends_on FROM contracts") == [("K-1", "2026-12-31"), ("K-2", "2027-12-31")]


@pytest.mark.parametrize(
    ("headers", "row", "flag"),
    [
        (
            "customerID,gender,tenure,Contract,MonthlyCharges,Churn",
            lambda n: f"{_lasting(n)},{['Yes', 'No'][n % 2]}",
            "Churn",
        ),
        (
            "user_id,plan,months_active,fee,churned",
            lambda n: f"u-{n},pro,{n},{n}.50,{['true', 'false'][n % 2]}",
            "churned",
        ),
        (
            "Kundennummer,Tarif,Vertragsdauer (Monate),Beitrag,Gekündigt",
            lambda n: f"K{n},A,{n},{n}.75,{['ja', 'nein'][n % 2]}",
            "Gekündigt",
        ),
    ],
)
def test_a_length_without_dates_becomes_a_start_counted_back_from_the_files_own_day(
    book: Book, tmp_path: Path, headers: str, row: Callable[[int], str], flag: str
) -> None:
    receipt = book.bring(nameless(tmp_path / "data.csv", headers, row))
    assert counts(receipt) == (30, 0, 0, 0, 0)
    assert any("as of 28 Oct 2026, the file’s own day" in note and f"yes in “{flag}”" in note for note in receipt.notes)
    found = book.ask(f"SELECT starts_on, ends_on, status {OF} ORDER BY starts_on DESC")
    assert found[0] == ("2026-10-28", "2026-10-28", "ended")
    assert found[12][0] == "2025-10-28"
    assert [one[1:] for one in found[1:3]] == [(None, None), ("2026-10-28", "ended")]
    kept = book.one("SELECT attributes FROM customers LIMIT 1")
    assert flag not in (kept or "")


def test_the_day_in_a_files_name_comes_before_the_day_on_which_it_was_written(book: Book, tmp_path: Path) -> None:
    book.bring(nameless(tmp_path / "base_2026-03-31.csv", "id,gender,tenure,Contract,MonthlyCharges", _lasting))
    assert book.one("SELECT max(starts_on) FROM contracts") == "2026-03-31"


def test_a_length_that_may_be_months_or_years_is_asked_for_and_no_list_of_orders(book: Book, tmp_path: Path) -> None:
    headers = "CustomerId,CreditScore,Gender,Tenure,Balance,EstimatedSalary,Exited"
    path = nameless(
        tmp_path / "bank.csv", headers, lambda n: f"{15_600_000 + n},{600 + n},Female,{n % 11},{n}.5,9.25,1"
    )
    with pytest.raises(UserError, match=r"looks like customers without names\..*months or years"):
        book.bring(path)


def test_purchases_that_name_how_long_the_buyer_is_known_stay_purchases(book: Book, tmp_path: Path) -> None:
    headers = "order id,customer id,order date,amount,tenure"
    receipt = book.bring(
        nameless(tmp_path / "bought.csv", headers, lambda n: f"{n},C{n % 9},2026-0{n % 9 + 1}-11,{n + 1}.50,{n}")
    )
    assert "orders" in receipt.entities and receipt.entities["orders"]["inserted"] == 30
