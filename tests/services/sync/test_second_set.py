"""What a set of exports that nobody had seen was read wrong for: each cause, with other rows."""

from __future__ import annotations

from pathlib import Path

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from tests.services.sync.book import Book, counts, write_csv


def test_an_orders_own_number_comes_before_its_surrogate_key() -> None:
    columns = ["SALES_ORDER_SK", "ORDER_NBR", "CUST_NBR", "ORDER_DT", "NET_AMT", "ORDER_TYPE_CD"]
    rows = [
        ["7001", "44120", "C81", "2024-11-23", "12.50", "SALE"],
        ["7002", "44121", "C82", "2024-11-24", "9.00", "RETURN"],
    ]
    found = fields_of(propose(ENTITIES["orders"], Seen.of(columns, rows)))
    assert found["ORDER_NBR"] == "order_id" and found["ORDER_TYPE_CD"] == "kind"
    assert not {"sku", "of_order_id"} & set(found.values())


def test_a_barcode_is_no_code_of_a_product_that_has_one() -> None:
    rows = [["P1", "4006381333931", "Mug", "4.50"], ["P2", "4006381333948", "Pot", "8.50"]]
    columns = ["productNumber", "ean", "name", "price"]
    assert "ean" not in propose(ENTITIES["products"], Seen.of(columns, rows))
    alone = fields_of(propose(ENTITIES["products"], Seen.of(["ean", *columns[2:]], [row[1:] for row in rows])))
    assert alone["ean"] == "sku"
    order = ["Bestellnummer", "Kunde", "Datum", "EAN", "Artikelnummer", "Menge", "Einzelpreis"]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(order)))["Artikelnummer"] == "sku"


def test_a_list_of_members_without_a_header_is_one_of_customers(book: Book, tmp_path: Path) -> None:
    rows = [
        ["M01", "Ada Stone", "ada@stone.example", "0725000001", "35000", "Rennes", "08/01/2024"],
        ["M02", "Ben Frost", "ben@frost.example", "0725000002", "20000", "Ajaccio", "25/03/2021"],
        ["M03", "Cleo Marsh", "cleo@marsh.example", "0725000003", "21000", "Dijon", "17/05/2022"],
    ]
    receipt = book.bring(write_csv(tmp_path / "club.csv", rows[0], rows[1:], delimiter=";"))
    assert counts(receipt)[0] == 3
    asked = "SELECT external_id, name, email, city FROM customers ORDER BY 1 LIMIT 1"
    assert book.ask(asked) == [("M01", "Ada Stone", "ada@stone.example", "Rennes")]


def test_check_ins_are_visits_and_their_day_is_not_the_time(book: Book, tmp_path: Path) -> None:
    header = ["Mitgliedsnr.", "Mitglied", "Datum", "Check-in", "Check-out", "Studio", "Tarif"]
    rows = [
        [f"M{number % 3}", "Stein, Ada", f"{10 + number}.11.24", "08:27", "10:24", "Nord", "Premium"]
        for number in range(9)
    ]
    receipt = book.bring(write_csv(tmp_path / "studio.csv", header, rows, delimiter=";"))
    assert counts(receipt)[0] == 9
    asked = "SELECT kind, subject, min(happened_on), count(*) FROM activities GROUP BY 1, 2"
    assert book.ask(asked) == [("store_visit", "Nord", "2024-11-10", 9)]


def test_returns_are_of_the_day_they_were_asked_for() -> None:
    columns = ["RMA ID", "Order Number", "Qty Returned", "Refund Amount", "Date Requested", "Date Refunded"]
    found = fields_of(propose(ENTITIES["returns"], Seen.of(columns)))
    assert (found["Qty Returned"], found["Date Requested"]) == ("quantity", "returned_at")


def test_german_headers_of_expected_deals_are_known() -> None:
    columns = ["Thema", "Potenzieller Kunde", "Voraussichtl. Umsatz", "Voraussichtl. Abschlussdatum"]
    found = fields_of(propose(ENTITIES["opportunities"], Seen.of(columns)))
    assert [*found.values()] == ["name", "customer_name", "amount", "closes_on"]
