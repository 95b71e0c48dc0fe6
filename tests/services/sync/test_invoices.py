"""Invoices: an entity that is only declared is imported, checked, undone, merged, erased and shown like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.tables import metadata
from models.values.errors import UserError
from models.values.outreach import Fact
from services.audit import undo_last
from services.duplicates import delete_customer, merge_customers
from services.insight import read_customer_document, reading
from services.insight.profile import read_profile
from services.insight.timeline_rows import read_timeline
from services.outreach.facts import read_facts
from services.sync import undo_import, undo_preview
from tests.services.sync.book import Book, counts, write_csv

HEADER = ["Invoice number", "Customer", "Email", "Invoice date", "Due date", "Paid date", "Total", "Currency", "Status"]
ROWS = [
    ["INV-1041", "Linden Ltd", "ap@linden.example", "2026-08-03", "2026-09-02", "2026-08-29", "1240.50", "EUR", "paid"],
    ["INV-1057", "Linden Ltd", "ap@linden.example", "2026-09-14", "2026-10-14", "", "2,310.00", "EUR", "Overdue"],
    ["INV-1066", "Linden Ltd", "ap@linden.example", "2026-10-30", "2026-11-29", "", "980.00", "EUR", "Sent"],
    ["INV-1070", "Stone & Co", "ap@stone.example", "2026-11-02", "2026-11-16", "", "45.90", "USD", "Draft"],
    ["INV-1071", "Stone & Co", "ap@stone.example", "2026-11-03", "2026-11-17", "", "120.00", "USD", "On hold"],
    ["INV-1072", "Stone & Co", "ap@stone.example", "2026-11-03", "2026-11-17", "", "twelve", "USD", "Sent"],
    ["Total", "", "", "", "", "", "4,696.40", "", ""],
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "invoices.csv", HEADER, ROWS)


def _without(header: list[str], rows: list[list[str]], column: str) -> tuple[list[str], list[list[str]]]:
    place = header.index(column)
    return header[:place] + header[place + 1 :], [row[:place] + row[place + 1 :] for row in rows]


def _linden(book: Book) -> int:
    return int(book.one("SELECT id FROM customers WHERE name = 'Linden Ltd'"))


def test_a_list_of_invoices_is_imported_once_and_taken_back(book: Book, path: Path) -> None:
    before = book.hash()
    check = book.check(path, entity="invoices")
    receipt = book.bring(path, entity="invoices")
    assert (check.entity, receipt.recognised_as) == ("invoices", "Invoices")
    assert check.receipt.rows == receipt.rows and check.receipt.warnings == receipt.warnings
    assert counts(receipt) == (5, 0, 0, 1, 1)
    assert receipt.reasons == {"Total is not a number": 1}
    assert any("Unknown invoice statuses were read as open: On hold" in one for one in receipt.warnings)
    columns = "external_id, number, issued_on, due_on, paid_on, amount_minor, i.currency, status"
    rows = book.ask(f"SELECT c.name, {columns.replace('external_id', 'i.external_id', 1)} FROM invoices i"
                    " JOIN customers c ON c.id = i.customer_id ORDER BY i.external_id")  # fmt: skip
    assert rows == [
        ("Linden Ltd", "INV-1041", "INV-1041", "2026-08-03", "2026-09-02", "2026-08-29", 124_050, "EUR", "paid"),
        ("Linden Ltd", "INV-1057", "INV-1057", "2026-09-14", "2026-10-14", None, 231_000, "EUR", "open"),
        ("Linden Ltd", "INV-1066", "INV-1066", "2026-10-30", "2026-11-29", None, 98_000, "EUR", "open"),
        ("Stone & Co", "INV-1070", "INV-1070", "2026-11-02", "2026-11-16", None, 4_590, "USD", "void"),
        ("Stone & Co", "INV-1071", "INV-1071", "2026-11-03", "2026-11-17", None, 12_000, "USD", "open"),
    ]
    once = book.hash()
    assert counts(book.bring(path, entity="invoices")) == (0, 0, 5, 1, 1)
    assert book.hash() == once != before
    assert receipt.import_id is not None
    undo_import(book.workspace, receipt.import_id + 1)
    assert ("invoices", 5) in undo_preview(book.workspace, receipt.import_id).takes_out
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == before


def test_a_payment_in_a_later_list_changes_the_invoice_and_can_be_undone(book: Book, path: Path) -> None:
    book.bring(path, entity="invoices")
    once = book.hash()
    paid = [["2026-11-20" if cell == "" and row[0] == "INV-1057" else cell for cell in row] for row in ROWS[:3]]
    paid[1][8] = "Paid"
    receipt = book.bring(write_csv(path.with_name("invoices_2.csv"), HEADER, paid), entity="invoices")
    assert counts(receipt) == (0, 1, 2, 0, 0)
    assert book.ask("SELECT paid_on, status FROM invoices WHERE number = 'INV-1057'") == [("2026-11-20", "paid")]
    assert receipt.import_id is not None
    undo_import(book.workspace, receipt.import_id)
    assert book.hash() == once


def test_a_file_of_invoices_that_may_be_orders_too_says_so(book: Book, path: Path) -> None:
    assert book.check(path).entity == "invoices", "no list of what was bought says when each was paid"
    unpaid = write_csv(path, *_without(HEADER, ROWS, "Paid date"))
    receipt = book.bring(unpaid)
    assert receipt.recognised_as == "Invoices" and any("import this one as orders" in one for one in receipt.warnings)
    narrow = write_csv(path.with_name("narrow.csv"), *_without(*_without(HEADER, ROWS, "Paid date"), "Status"))
    with pytest.raises(UserError, match=r"could be invoices or orders.*--as invoices or --as orders"):
        book.bring(narrow)
    book.bring(narrow, entity="invoices")
    assert counts(book.bring(narrow)) == (0, 0, 5, 1, 1), "what a person said holds for the next file"


def test_lines_of_invoices_stay_orders(book: Book, tmp_path: Path) -> None:
    header = ["Invoice number", "Customer", "Invoice date", "Due date", "Item", "Qty", "Unit price", "Line total"]
    lines = [["7", "Ada", "2026-08-03", "2026-09-02", "Lamp", "2", "10.00", "20.00"],
             ["7", "Ada", "2026-08-03", "2026-09-02", "Bulb", "3", "1.00", "3.00"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "lines.csv", header, lines)).recognised_as == "Orders"


@pytest.mark.parametrize(
    "header",
    [
        ["Rechnungsnummer", "Kunde", "Rechnungsdatum", "Fälligkeitsdatum", "Bezahlt am", "Rechnungsbetrag", "Status"],
        ["Numéro de facture", "Client", "Date de facture", "Date d'échéance", "Payée le", "Montant TTC", "Statut"],
        [
            "Número de factura",
            "Cliente",
            "Fecha de factura",
            "Vencimiento",
            "Fecha de pago",
            "Importe",
            "Estado",
        ],
    ],
)
def test_headers_of_other_languages_are_known(book: Book, tmp_path: Path, header: list[str]) -> None:
    rows = [["R1", "Linde GmbH", "2026-08-03", "2026-09-02", "2026-08-29", "100.00", "bezahlt"],
            ["R2", "Linde GmbH", "2026-08-04", "2026-09-03", "", "50.00", "pagada"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "r.csv", header, rows), entity="invoices", currency="EUR")
    assert set(receipt.mapping.values()) == {
        *("invoice_id", "customer_name", "issued_on", "due_on", "paid_on", "amount", "status")
    }
    assert book.ask("SELECT status, paid_on FROM invoices ORDER BY number") == [("paid", "2026-08-29"), ("paid", None)]


def test_an_overdue_invoice_stands_in_timeline_detail_and_facts(book: Book, path: Path) -> None:
    book.bring(path, entity="invoices")
    who = _linden(book)
    with reading(book.workspace) as reader:
        page = read_timeline(reader, who)
        profile = read_profile(reader, who)
        document = read_customer_document(reader, who)
    assert page.counts["invoice"] == page.counts["all"] == 4
    assert [(row.bold, row.rest, row.tone) for row in page.rows] == [
        ("Invoice INV-1066", "€980.00 · due 29 Nov", "neutral"),
        ("Invoice INV-1057 overdue", "€2,310.00 · for 38 days", "bad"),
        ("Invoice INV-1057", "€2,310.00 · due 14 Oct", "neutral"),
        ("Invoice INV-1041", "€1,240.50 · paid 29 Aug", "neutral"),
    ]
    assert page.rows[0].reference == "invoice #INV-1066"
    assert profile is not None and document is not None
    (field,) = (one for one in profile.identity if one.label == "Invoices")
    assert field.value == "3 · 1 overdue for up to 38 days · €2,310.00 owed"
    assert "INV-1057" in str(document)
    (fact,) = (one for one in read_facts(book.workspace, who, "check_in") if one.group == "invoice")
    assert fact.words == "Invoice INV-1057, €2,310.00, due 14 Oct, overdue"
    assert not fact.ticked, "whether an email speaks of money is for a person to say"
    assert ("money", "2310", "EUR") in [(one.kind, one.text, one.currency) for one in fact.values]
    assert "number" not in {one.kind for one in fact.values}, "a count of days is true on one day only"


def _told(book: Book, tmp_path: Path, rows: list[list[str]]) -> tuple[str, list[tuple[str, str]], list[Fact]]:
    """What is said of one customer's invoices (number, due, paid, total, currency, status): detail, timeline, facts."""
    whole = [[number, "Linden Ltd", "ap@linden.example", "2026-08-03", *rest] for number, *rest in rows]
    book.bring(write_csv(tmp_path / "more.csv", HEADER, whole), entity="invoices")
    who = _linden(book)
    with reading(book.workspace) as reader:
        profile, page = read_profile(reader, who), read_timeline(reader, who)
    assert profile is not None
    (field,) = (one for one in profile.identity if one.label == "Invoices")
    facts = [one for one in read_facts(book.workspace, who, "check_in") if one.group == "invoice"]
    return field.value, [(row.bold, row.rest) for row in page.rows], facts


def test_what_is_owed_is_in_the_currency_of_what_is_owed(book: Book, tmp_path: Path) -> None:
    detail, _, _ = _told(
        book,
        tmp_path,
        [
            ["INV-1", "2026-09-02", "", "100.00", "EUR", "Open"],
            ["INV-2", "2026-09-02", "2026-08-29", "500.00", "USD", "Paid"],
        ],
    )
    assert detail == "2 · 1 overdue for up to 80 days · €100.00 owed"


def test_a_credit_note_is_never_overdue(book: Book, tmp_path: Path) -> None:
    detail, timeline, facts = _told(book, tmp_path, [["CN-1", "2026-09-02", "", "-50.00", "EUR", "Open"]])
    assert detail == "1"
    assert [bold for bold, _ in timeline] == ["Invoice CN-1"]
    assert facts == []


@pytest.mark.parametrize("status", ["Partially paid", "Teilweise bezahlt", "Open"])
def test_the_status_wins_over_a_day_of_payment_and_no_amount_is_told_of_the_rest(
    book: Book, tmp_path: Path, status: str
) -> None:
    detail, timeline, facts = _told(book, tmp_path, [["INV-9", "2026-09-02", "2026-10-01", "900.00", "EUR", status]])
    assert detail == "1 · 1 overdue for up to 80 days"
    assert ("Invoice INV-9 overdue", "for 80 days") in timeline
    (fact,) = facts
    assert fact.words == "Invoice INV-9, partly paid, due 2 Sep, overdue"
    assert not {"money", "not been paid yet"} & {text for one in fact.values for text in (one.kind, one.text)}


def test_part_payments_are_known_without_their_day(book: Book, tmp_path: Path) -> None:
    detail, timeline, facts = _told(
        book,
        tmp_path,
        [
            ["INV-9", "2026-09-02", "", "900.00", "EUR", "Partially paid"],
            ["INV-8", "2026-09-03", "", "10.00", "EUR", "Open"],
        ],
    )
    assert detail == "2 · 2 overdue for up to 80 days"
    assert ("Invoice INV-9", "€900.00 · partly paid, due 2 Sep") in timeline
    assert [one.words for one in facts] == [
        "Invoice INV-9, partly paid, due 2 Sep, overdue",
        "Invoice INV-8, €10.00, due 3 Sep, overdue",
    ]


def test_without_a_status_a_day_of_payment_means_paid(book: Book, tmp_path: Path) -> None:
    detail, timeline, facts = _told(book, tmp_path, [["INV-9", "2026-09-02", "2026-10-01", "900.00", "EUR", ""]])
    assert (detail, timeline, facts) == ("1", [("Invoice INV-9", "€900.00 · paid 1 Oct")], [])


def test_an_invoice_without_a_number_is_told_without_gaps(book: Book, tmp_path: Path) -> None:
    header, rows = _without(HEADER, [["", "Linden Ltd", "ap@linden.example", "2026-08-03", "2026-09-02", "", "5.00",
                                      "EUR", "Open"]], "Invoice number")  # fmt: skip
    book.bring(write_csv(tmp_path / "unnumbered.csv", header, rows), entity="invoices")
    who = _linden(book)
    with reading(book.workspace) as reader:
        assert [row.bold for row in read_timeline(reader, who).rows] == ["Invoice overdue", "Invoice"]
    (fact,) = (one for one in read_facts(book.workspace, who, "check_in") if one.group == "invoice")
    assert fact.words == "Invoice, €5.00, due 2 Sep, overdue"


def test_invoices_go_over_in_a_merge_and_go_with_their_customer(book: Book, path: Path) -> None:
    book.bring(path, entity="invoices")
    before, who = book.hash(), _linden(book)
    other = int(book.one("SELECT id FROM customers WHERE name = 'Stone & Co'"))
    merge_customers(book.workspace, who, other)
    assert book.one("SELECT count(*) FROM invoices WHERE customer_id = ?", who) == 5
    undo_last(book.workspace)
    assert book.hash() == before
    delete_customer(book.workspace, who)
    assert book.one("SELECT count(*) FROM invoices") == 2
    undo_last(book.workspace)
    assert book.hash() == before


def test_a_book_without_invoices_keeps_its_content_hash(book: Book) -> None:
    assert "invoices" in metadata.tables
    assert book.one("SELECT count(*) FROM invoices") == 0
    assert book.hash() == "46001d19d7d54c2a655bf6a484543f132262a20ca137ae7cd27891e1d6985b6c"
