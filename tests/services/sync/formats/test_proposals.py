"""Columns of unknown files: by name, by synonym in four languages, by what stands in them; each with how sure it is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.entities import ENTITIES
from services.sync.formats.headers import FOLDER, LANGUAGES, fields_for, folded, without_unit
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.ranking import Undecided
from services.sync.formats.settle import SURE
from tests.services.sync.book import Book, counts, write_csv

GERMAN = (
    ["Bestellnr", "Kunde", "E-Mail", "Bestelldatum", "Betrag (EUR)", "Vertriebsweg"],
    [["B-1001", "Düne & Meer", "post@duene.example", "13.04.2026", "1.234,50", "Filiale"]],
)
FRENCH = (
    ["N° commande", "Client", "Courriel", "Date de commande", "Montant TTC", "Boutique"],
    [["C-1001", "Atelier Roy", "roy@atelier.example", "13/04/2026", "1 234,50", "Lyon"]],
)
SPANISH = (
    ["N.º de pedido", "Cliente", "Correo electrónico", "Fecha de pedido", "Importe", "Tienda"],
    [["P-1001", "Casa Vega", "hola@vega.example", "13/04/2026", "1.234,50", "Cádiz"]],
)


@pytest.mark.parametrize(("header", "rows"), [GERMAN, FRENCH, SPANISH], ids=["German", "French", "Spanish"])
def test_an_export_in_another_language_is_understood(book: Book, tmp_path: Path, header: Any, rows: Any) -> None:
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, rows, delimiter=";"))
    assert counts(receipt) == (1, 0, 0, 0, 0)
    assert [*receipt.mapping.values()] == [
        *("order_id", "customer_name", "customer_email", "ordered_at", "amount", "channel")
    ]
    assert book.ask("SELECT external_id, ordered_on, amount_minor FROM orders") == [
        (rows[0][0], "2026-04-13", 123_450),
    ]


def test_the_surer_a_name_the_higher_its_confidence() -> None:
    columns = ["order_id", "email", "Auftragsdatum", "grand total", "weather"]
    found = propose(ENTITIES["orders"], Seen.of(columns))
    assert fields_of(found) == {
        "order_id": "order_id",
        "email": "customer_email",
        "Auftragsdatum": "ordered_at",
        "grand total": "amount",
    }
    sure = [found[column].confidence for column in ("order_id", "email", "Auftragsdatum")]
    assert sure == sorted(sure, reverse=True) and len(set(sure)) == 3
    assert found["Auftragsdatum"].why == "By its German header"


def test_of_two_columns_for_one_field_the_one_whose_cells_fit_is_taken() -> None:
    columns = ["order id", "customer id", "date", "order date", "total"]
    sample = [["1", "C100", "soon", "2026-01-05", "5.00"], ["2", "C101", "later", "2026-01-06", "6.00"]]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(columns, sample)))["order date"] == "ordered_at"
    assert fields_of(propose(ENTITIES["orders"], Seen.of(columns)))["order date"] == "ordered_at"
    swapped = [[*row[:2], row[3], row[2], row[4]] for row in sample]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(columns, swapped)))["date"] == "ordered_at"


def test_what_no_header_names_is_told_from_what_stands_in_the_column(book: Book, tmp_path: Path) -> None:
    header = ["Order number", "Who", "When", "How much"]
    rows = [["A-1", "ada@stone.example", "2026-05-13", "12.50"], ["A-2", "ben@frost.example", "2026-05-14", "7.25"]]
    receipt = book.bring(write_csv(tmp_path / "list.csv", header, rows), entity="orders")
    assert receipt.mapping == {
        "Order number": "order_id",
        "Who": "customer_email",
        "When": "ordered_at",
        "How much": "amount",
    }
    assert any("“When” was read as “Ordered at”: from its values." in one for one in receipt.warnings)
    preview = book.check(tmp_path / "list.csv", entity="orders")
    why = {column.column: column.why for column in preview.columns}
    assert "60% sure" in why["When"]


def test_what_a_person_said_is_not_unsure(book: Book, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "list.csv",
        ["Order number", "Who", "When", "Worth"],
        [["A-1", "ada@stone.example", "2026-05-13", "12.50"], ["A-2", "ben@frost.example", "2026-05-14", "7.25"]],
    )
    said = (("When", "ordered_at"), ("Worth", "amount"))
    preview = book.check(path, entity="orders", mapping=said)
    assert not any("“When”" in one or "“Worth”" in one for one in preview.receipt.warnings)
    columns = {column.column: column for column in preview.columns}
    assert columns["When"].why.startswith("As you said")
    assert columns["When"].confidence == 1.0
    assert "60% sure" in columns["Who"].why


def test_a_reference_that_no_order_shares_is_the_order(book: Book, tmp_path: Path) -> None:
    columns = ["Ref", "Customer", "Order date", "Total"]
    alone = [["U1", "C1", "2026-05-13", "1.50"], ["U2", "C1", "2026-05-14", "2.50"]]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(columns, alone)))["Ref"] == "order_id"
    shared = [["LAMP", *row[1:]] for row in alone]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(columns, shared))).get("Ref") == "sku"
    named = ["Order no", *columns]
    both = [["A-1", *alone[0]], ["A-2", *alone[1]]]
    assert fields_of(propose(ENTITIES["orders"], Seen.of(named, both)))["Order no"] == "order_id"


def test_two_columns_that_could_both_be_the_day_are_asked_about(book: Book, tmp_path: Path) -> None:
    header = ["Order number", "email", "When", "Then", "amount"]
    rows = [["A-1", "ada@stone.example", "2026-05-13", "2026-05-14", "1.50"]] * 2
    with pytest.raises(Undecided, match="no column for “Ordered at” of orders"):
        book.bring(write_csv(tmp_path / "list.csv", header, rows), entity="orders")


def test_a_mapping_once_confirmed_is_remembered_for_these_headers(book: Book, tmp_path: Path) -> None:
    header = ["Nr", "Wer", "Tag", "Geld", "Notiz"]
    said = (("Nr", "order_id"), ("Wer", "customer_email"), ("Tag", "ordered_at"), ("Geld", "amount"))
    first = [["1", "ada@stone.example", "2026-05-13", "12.50", "x"]]
    later = [["2", "ben@frost.example", "2026-05-14", "7.25", "y"]]
    book.bring(write_csv(tmp_path / "mai.csv", header, first), entity="orders", mapping=said)
    places = [4, 2, 0, 3, 1]
    turned = [[row[place] for place in places] for row in [header, *later]]
    receipt = book.bring(write_csv(tmp_path / "juni.csv", turned[0], turned[1:]))
    assert counts(receipt) == (1, 0, 0, 0, 0)
    assert receipt.mapping == dict(said)
    assert any("Remembered" in warning for warning in receipt.warnings)


def test_every_synonym_is_of_a_field_that_there_is() -> None:
    fields = {field.name for entity in ENTITIES.values() for field in entity.fields}
    for code in LANGUAGES:
        for name, said in tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")).items():
            known = fields if name in ("customer", "item") else {field.name for field in ENTITIES[name].fields}
            assert said.keys() <= known, (code, name)
            for headers in said.values():
                assert len({folded(header) for header in headers}) == len(headers), (code, name, headers)


@pytest.mark.parametrize(
    ("header", "bare"),
    [("Betrag (EUR)", "Betrag"), ("Total in USD", "Total"), ("Importe €", "Importe"), ("Country", "Country")],
)
def test_what_a_column_is_counted_in_is_not_part_of_its_name(header: str, bare: str) -> None:
    assert without_unit(header) == bare


def test_little_that_fits_is_less_sure() -> None:
    found = propose(ENTITIES["customers"], Seen.of(["name", "email"], [["Ada", "5"], ["Ben", "6"]]))
    assert found["email"].confidence < SURE < found["name"].confidence


@pytest.mark.parametrize(
    ("entity", "header", "field"),
    [
        ("orders", "order_total_amt", "amount"),
        ("orders", "order_dt", "ordered_at"),
        ("orders", "Auftragsnr", "order_id"),
        ("orders", "N° de la commande", "order_id"),
        ("tickets", "ticket_opened_date", "opened_at"),
        ("opportunities", "expected_close_dt", "closes_on"),
        ("customers", "cust_dob", "birth_year"),
        ("customers", "ClientFName", "first_name"),
        ("tickets", "Reporter E-Mail", "customer_email"),
        ("reviews", "rvw_txt", "text"),
        ("customers", "Código de cliente", "customer_id"),
    ],
)
def test_a_header_is_known_by_its_words(entity: str, header: str, field: str) -> None:
    assert fields_of(propose(ENTITIES[entity], Seen.of([header]))) == {header: field}


def test_a_files_name_decides_between_what_its_headers_leave_open(book: Book, tmp_path: Path) -> None:
    header = ["ID", "Purchase date", "Bill-to name", "Grand total", "Status", "Customer email", "Customer group"]
    row = ["1", "2026-01-05", "Acme", "10.00", "complete", "a@x.example", "Retail"]
    assert book.bring(write_csv(tmp_path / "orders.csv", header, [row])).recognised_as == "Orders"


def test_fields_are_named_as_the_trade_names_them_and_files_with_earlier_names_are_still_read() -> None:
    earlier = {
        "contracts": {"Ends or renews": "ends_on", "Value a year": "value_per_year", "Renews by itself": "renews"},
        "contacts": {"Consent how": "email_consent_how"},
        "tickets": {"First answer at": "first_answer_at", "Hours to resolution": "resolution_hours"},
        "email_events": {"Kind of campaign": "campaign_kind"},
    }
    labels = []
    for entity, headers in earlier.items():
        for header, name in headers.items():
            field = ENTITIES[entity].field(name)
            assert field is not None and fields_for(ENTITIES[entity], header)[0] == name
            assert fields_for(ENTITIES[entity], field.label)[0] == name
            labels.append(field.label)
    assert labels == [
        *("End or renewal date", "Annual value", "Auto-renewal", "Consent source", "First response"),
        *("Resolution time (hours)", "Campaign type"),
    ]
