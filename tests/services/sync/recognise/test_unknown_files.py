"""What a file of no known system is about: the plainest headers are read as a person would, or it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync.recognise import rank_entities
from tests.services.sync.book import Book, write_csv


@pytest.mark.parametrize(
    ("headers", "entity"),
    [
        ("order,customer,date,total", "orders"),
        ("Date,Customer,Amount", "orders"),
        ("Order ID,Date,Email,Amount,Status", "orders"),
        ("id,customer,date,amount,method,status", "orders"),
        ("Bestellnummer,Kunde,Datum,Betrag,Status", "orders"),
        ("N° commande,Client,Date,Montant,Statut", "orders"),
        ("Pedido,Cliente,Fecha,Importe,Estado", "orders"),
        ("RMA,Order number,Return date,Refund,Reason", "returns"),
        ("Order number,Refund date,Refund amount,Customer", "returns"),
        ("Opportunity,Company,Value,Probability,Owner,Status", "opportunities"),
        ("Deal,Account,Stage,Amount,Close Date", "opportunities"),
        ("id,name,email,status,created", "customers"),
        ("Email,NPS,Comment,Date", "surveys"),
        ("customer_id,score,date,survey", "surveys"),
        ("Email,Score,Comment,Date", "reviews"),
        ("Product,SKU,Price,Stock", "products"),
        ("ID,Subject,Status,Priority,Created,Customer", "tickets"),
    ],
)
def test_headers_say_what_a_file_is_about(headers: str, entity: str) -> None:
    assert rank_entities(headers.split(","))[0][1].name == entity


def test_a_plain_list_of_orders_is_none_of_returns(book: Book, tmp_path: Path) -> None:
    rows = [["1", "Acme", "2026-01-05", "10.00"], ["2", "Bolt", "2026-01-06", "20.00"]]
    receipt = book.bring(write_csv(tmp_path / "a.csv", ["order", "customer", "date", "total"], rows))
    assert receipt.totals == {"USD": 3_000}
    assert book.ask("SELECT external_id, kind, amount_minor FROM orders ORDER BY 1") == [
        ("1", "purchase", 1_000),
        ("2", "purchase", 2_000),
    ]


@pytest.mark.parametrize(
    ("headers", "question"),
    [
        ("Date,Product,Qty,Price,Total", "looks like orders, but no column is “Customer id”"),
        ("Customer,Product,Date,Quantity", "looks like orders, but no column is “Amount”"),
        ("order id,date,email,total,reason", "could be returns or orders"),
    ],
)
def test_what_is_not_certain_is_asked(book: Book, tmp_path: Path, headers: str, question: str) -> None:
    cells = {"Date": "2026-01-05", "date": "2026-01-05", "Qty": "2", "Quantity": "2", "Price": "5.00", "Total": "10.00"}
    cells |= {"total": "10.00", "email": "a@x.example"}
    header = headers.split(",")
    path = write_csv(tmp_path / "a.csv", header, [[cells.get(one, "Tee") for one in header]])
    with pytest.raises(UserError, match=question):
        book.bring(path)
    found = book.check(path)
    assert question in found.question
    assert found.entity in ("orders", "returns")


def test_the_kind_of_a_survey_stands_in_its_header(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["Email", "NPS", "Comment", "Date"], [["a@x.example", "9", "", "2026-01-05"]])
    book.bring(path)
    assert book.ask("SELECT kind, score FROM surveys") == [("nps", 9.0)]


def test_an_id_that_never_repeats_is_that_of_the_order(book: Book, tmp_path: Path) -> None:
    header = ["id", "email", "date", "amount"]
    rows = [["7", "a@x.example", "2026-01-05", "10.00"], ["8", "a@x.example", "2026-01-06", "20.00"]]
    book.bring(write_csv(tmp_path / "payments.csv", header, rows))
    assert book.ask("SELECT external_id FROM orders ORDER BY 1") == [("7",), ("8",)]
    changed = [[number, email, day, "11.00"] for number, email, day, _ in rows]
    receipt = book.bring(write_csv(tmp_path / "payments.csv", header, changed))
    assert (receipt.rows["updated"], receipt.rows["inserted"]) == (2, 0)


def test_an_id_that_repeats_is_not_that_of_the_order(book: Book, tmp_path: Path) -> None:
    header = ["id", "email", "date", "amount"]
    rows = [["7", "a@x.example", "2026-01-05", "10.00"], ["7", "a@x.example", "2026-01-06", "20.00"]]
    receipt = book.bring(write_csv(tmp_path / "purchases.csv", header, rows))
    assert receipt.rows["inserted"] == 2
    assert receipt.totals == {"USD": 3_000}
