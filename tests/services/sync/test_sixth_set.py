"""What a sixth set of exports, and headers of known systems, were read wrong for: each cause, with other rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.ranking import Undecided
from tests.services.sync.book import Book, write_csv


def _meant(entity: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    return fields_of(propose(ENTITIES[entity], Seen.of(columns, rows)))


def test_an_id_in_front_is_the_rows_own_and_no_code_of_a_product() -> None:
    columns = ["id", "Paid at", "Total", "Invoice ID", "Description", "Customer email"]
    rows = [["pay_a1", "2026-03-02", "9.00", "in_01", "Yearly plan", "ada@x.test"],
            ["pay_b2", "2026-03-03", "7.00", "in_02", "Monthly plan", "kim@y.test"]]  # fmt: skip
    found = _meant("orders", columns, *rows)
    assert (found["id"], found.get("Invoice ID")) == ("order_id", None)
    lines = [[*row[:3], "in_01", *row[4:]] for row in rows]
    assert _meant("orders", columns, *lines)["Invoice ID"] == "order_id"


@pytest.mark.parametrize("cells", [("Ganado", "Perdido"), ("Pagado", "Cancelado")])
def test_how_something_ended_is_no_region(cells: tuple[str, str]) -> None:
    columns = ["Título", "Etapa", "Estado"]
    found = _meant("opportunities", columns, *(["Tienda", "Propuesta", cell] for cell in cells))
    assert found.get("Estado") != "customer_region"


def test_what_a_row_refers_to_in_words_is_not_its_number() -> None:
    columns = ["Référence", "Type", "Date", "Client"]
    rows = [["Suivant offre 31", "Visite", "02/03/2026", "C1"], ["Appel de mars", "Visite", "03/03/2026", "C2"]]
    assert "Référence" not in _meant("activities", columns, *rows)


def test_a_list_with_due_days_and_what_is_left_to_pay_is_of_invoices(book: Book, tmp_path: Path) -> None:
    header = ["N° pièce", "Date", "Type de pièce", "Code client", "Nom du client", "Référence", "Total HT", "Total TTC",
              "Solde dû", "Échéance"]  # fmt: skip
    rows = [["P1", "02/03/2026", "Facture", "C1", "Linden", "Suivant offre 31", "8,00", "9,60", "0,00", "01/04/2026"],
            ["P2", "13/3/2026", "Facture", "C2", "Pike", "Appel mars", "5,00", "6,00", "6,00", "12/4/26"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "pieces.csv", header, rows, ";")).recognised_as == "Invoices"


def test_of_the_two_numbers_of_a_call_the_customers_is_the_other_side(book: Book, tmp_path: Path) -> None:
    header = ["Start time", "Direction", "Caller", "Callee", "User", "Duration", "Comments"]
    ours, ada, kim = "+15035550100", "+15035550141", "+15035550142"
    rows = [["2026-03-02 10:00", "Inbound", ada, ours, "Ann Day", "60", "wants the new list"],
            ["2026-03-03 11:00", "Outbound", ours, kim, "Lee Fox", "90", ""]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "team_calls.csv", header, rows))
    assert receipt.recognised_as == "Activities"
    asked = "SELECT c.phone, c.name, a.duration_s FROM activities a JOIN customers c ON c.id = customer_id ORDER BY 1"
    assert [(phone, seconds) for phone, _, seconds in book.ask(asked)] == [(ada, 60), (kim, 90)]
    assert not {"Ann Day", "Lee Fox"} & {name for _, name, _ in book.ask(asked)}
    assert any("“Caller” is the customer where a call came in" in warning for warning in receipt.warnings)


def test_a_type_of_something_else_is_not_of_what_happened() -> None:
    columns = ["session_id", "started_at", "device_type_cd"]
    found = _meant("activities", columns, ["1", "2026-03-02 10:00", "MOB"], ["2", "2026-03-03 10:00", "WEB"])
    assert found == {"session_id": "activity_id", "started_at": "happened_at"}


def test_an_invoices_number_beside_its_id_is_what_people_know_it_by() -> None:
    columns = ["Invoice ID", "Invoice No", "Reference", "Due date", "Total", "Customer"]
    found = _meant("invoices", columns, ["9001", "A-1", "P 7", "2026-03-02", "9.00", "Linden Supply"])
    assert (found["Invoice ID"], found["Invoice No"], found.get("Reference")) == ("invoice_id", "number", None)


def test_a_yes_to_messages_is_no_number_to_call() -> None:
    assert _meant("customers", ["Name", "SMS"], ["Ada Stone", "yes"], ["Kim Berg", "no"]) == {"Name": "name"}
    assert _meant("customers", ["Name", "SMS"], ["Ada Stone", "33612345678"])["SMS"] == "phone"


def test_the_line_of_a_telephone_is_not_what_was_said() -> None:
    columns = ["Line", "Date", "Phone"]
    rows = [["Main line", "2026-03-02", "+1 503 555 0141"]] * 3
    assert "Line" not in _meant("conversations", columns, *rows)


def test_rows_below_a_name_are_of_that_customer(book: Book, tmp_path: Path) -> None:
    header = ["", "Date", "Kind", "No.", "Product", "Qty", "Price", "Amount"]
    rows = [["Ada Stone", *[""] * 7],
            ["", "2026-03-02", "Invoice", "17", "Lamp", "1", "9.00", "9.00"],
            ["", "2026-03-09", "Credit note", "18", "Lamp", "-1", "9.00", "-9.00"],
            ["Total for Ada Stone", *[""] * 6, "0.00"],
            ["Kim Berg", *[""] * 7],
            ["", "2026-03-03", "Invoice", "19", "Shelf", "2", "5.00", "10.00"],
            ["Total for Kim Berg", *[""] * 6, "10.00"],
            ["TOTAL", *[""] * 6, "10.00"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "Sales by customer.csv", header, rows))
    assert book.ask("SELECT o.external_id, c.name, kind FROM orders o JOIN customers c ON c.id = customer_id") == [
        ("17", "Ada Stone", "purchase"), ("18", "Ada Stone", "return"), ("19", "Kim Berg", "purchase")]  # fmt: skip
    assert receipt.ignored_reasons == {"name above the rows": 2, "totals or footer": 3}
    with pytest.raises(Undecided, match="no column for “Customer ID”"):
        book.bring(write_csv(tmp_path / "Sales by product.csv", header, rows))


def test_a_price_of_a_year_is_the_annual_value_and_none_of_a_month_is(book: Book, tmp_path: Path) -> None:
    header = ["Subscription ID", "Customer ID", "Start date", "Current period end", "Status", "Plan amount", "Interval",
              "Quantity"]  # fmt: skip
    rows = [["S1", "C1", "2026-01-05", "2027-01-05", "active", "120.00", "year", "1"],
            ["S2", "C2", "2026-01-05", "2026-02-05", "active", "12.00", "month", "1"],
            ["S3", "C3", "2026-01-05", "2027-01-05", "active", "120.00", "year", "3"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "subscriptions.csv", header, rows))
    assert any("“Plan amount” is the annual value where it is paid once a year" in one for one in receipt.warnings)
    assert book.ask("SELECT external_id, value_per_year_minor FROM contracts ORDER BY 1") == [
        ("S1", 12000), ("S2", None), ("S3", None)]  # fmt: skip


def test_what_happened_to_mails_is_known_in_other_languages(book: Book, tmp_path: Path) -> None:
    words = ("Envoyé", "Zugestellt", "Abierto", "Cliccato", "Désinscrit")
    header = ["Event", "Time", "Email", "Campaign"]
    rows = [[word, f"2026-03-02 10:0{place}", "ada@x.test", "Spring"] for place, word in enumerate(words)]
    book.bring(write_csv(tmp_path / "mail_log.csv", header, rows))
    assert [kind for (kind,) in book.ask("SELECT kind FROM email_events ORDER BY happened_at")] == [
        "sent", "delivered", "opened", "clicked", "unsubscribed"]  # fmt: skip


def test_a_time_is_known_by_the_header_of_its_day() -> None:
    columns = ["Asunto", "Hora de creación", "Hora de resolución"]
    found = _meant("tickets", columns, ["Factura", "2026-03-02 10:00:00", "2026-03-03 11:00:00"])
    assert (found["Hora de creación"], found["Hora de resolución"]) == ("opened_at", "resolved_at")


def test_who_began_a_conversation_says_its_direction(book: Book, tmp_path: Path) -> None:
    header = ["id", "created_at", "source.type", "source.delivered_as", "source.body", "source.author.email"]
    rows = [["1", "2026-03-02T10:00:00Z", "email", "customer_initiated", "Where is my order?", "ada@x.test"],
            ["2", "2026-03-03T10:00:00Z", "chat", "operator_initiated", "It is on its way.", "kim@y.test"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "conversations.csv", header, rows))
    assert book.ask("SELECT channel, direction FROM conversations ORDER BY happened_on") == [
        ("email", "from_customer"), ("chat", "to_customer")]  # fmt: skip


def test_a_list_of_which_next_to_nothing_is_known_is_asked_about(book: Book, tmp_path: Path) -> None:
    header = ["Ordrenummer", "Ordredato", "Kundenavn", "Email", "Varebeskrivelse", "Mængde", "Stykpris", "Beløb i alt"]
    rows = [["7", "2026-03-02", "Ada Stone", "ada@x.test", "Lampe", "1", "9", "9"],
            ["8", "2026-03-03", "Kim Berg", "kim@y.test", "Hylde", "2", "5", "10"]]  # fmt: skip
    with pytest.raises(Undecided):
        book.bring(write_csv(tmp_path / "ordrer.csv", header, rows))


def test_a_subtotal_is_no_line_beside_the_total_and_a_net_value_alone_is_the_amount() -> None:
    row = ["7", "2026-03-02", "C1", "8.00", "9.00", "Lamp", "4.00"]
    found = _meant("orders", ["Order", "Date", "Customer ID", "Subtotal", "Total", "Product", "Price"], row)
    assert "Subtotal" not in found and found["Total"] == "amount"
    heads = [["7", "20260302", "C1", "8.00"], ["8", "20260303", "C2", "9.00"]]
    assert _meant("orders", ["VBELN", "AUDAT", "KUNNR", "NETWR"], *heads)["NETWR"] == "amount"


def test_columns_of_a_joined_table_are_known_by_both_names() -> None:
    columns = ["contracts.id", "contracts.started_at", "clients.id", "clients.email", "contracts.status"]
    row = ["K1", "2026-03-02", "C1", "ada@x.test", "active"]
    found = _meant("contracts", columns, row, ["K2", "2026-03-03", "C2", "kim@y.test", "ended"])
    assert (found["contracts.started_at"], found["clients.id"]) == ("starts_on", "customer_id")
    assert (found["clients.email"], found["contracts.status"]) == ("customer_email", "status")
