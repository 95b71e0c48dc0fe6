"""Exports that nobody tuned for: units and prefixes of headers, words for nothing, flags, and what rows are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from tests.services.sync.book import Book, write_csv


@pytest.mark.parametrize(
    ("header", "cell", "currency", "minor"),
    [
        ("Contract value (k EUR)", "12.5", "EUR", 1_250_000),
        ("Jahreswert in T€", "7", "EUR", 700_000),
        ("Annual value (M€)", "1,2", "EUR", 120_000_000),
        ("Annual value in cents", "129900", "USD", 129_900),
        ("Annual value", "129900", "USD", 12_990_000),
    ],
)
def test_money_counts_in_what_its_header_says(
    book: Book, tmp_path: Path, header: str, cell: str, currency: str, minor: int
) -> None:
    columns = ("Contract number", "Customer name", "Contract start", "End date", header)
    file = write_csv(tmp_path / "contracts.csv", columns, [("V1", "Nordlicht", "2024-03-01", "2026-02-28", cell)])
    options = {"entity": "contracts", "mapping": ((header, "value_per_year"),)}
    shown = book.check(file, **options)
    book.bring(file, **options)
    assert book.ask("SELECT value_per_year_minor, currency FROM contracts") == [(minor, currency)]
    assert any("as its header says" in said for one in shown.meanings for said in one.evidence) is (
        header != "Annual value"
    )


def test_cents_with_a_fraction_are_whole_units(book: Book, tmp_path: Path) -> None:
    rows = [("1", "a@x.test", "2026-01-02", "12.50"), ("2", "b@x.test", "2026-01-03", "8.00")]
    book.bring(write_csv(tmp_path / "orders.csv", ("Order id", "Email", "Date", "total_cents"), rows))
    assert book.ask("SELECT amount_minor FROM orders ORDER BY id") == [(1250,), (800,)]


def test_a_flag_says_that_an_order_was_cancelled(book: Book, tmp_path: Path) -> None:
    told = {"no": 0, "yes": 1, "0.00": 0, "active": 0, "2026-02-01": 1, "partly": 0, "": 0, "Voided": 1}
    rows = [(str(place), "a@x.test", "2026-01-02", "12.50", cell) for place, cell in enumerate(told, 100)]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", ("Order id", "Email", "Date", "Total", "Voided"), rows))
    assert [kind == "cancellation" for (kind,) in book.ask("SELECT kind FROM orders ORDER BY id")] == [*told.values()]
    (said,) = [one for one in receipt.warnings if one.startswith("Orders with an unknown type")]
    assert said.endswith(": active, partly (“Voided”).")


def test_discounts_have_a_size_and_no_sign(book: Book, tmp_path: Path) -> None:
    rows = [("1", "a@x.test", "2026-01-02", "12.50", "-2.00"), ("2", "b@x.test", "2026-01-03", "8.00", "0.00")]
    book.bring(write_csv(tmp_path / "orders.csv", ("Order id", "Email", "Date", "Total", "Discount"), rows))
    assert book.ask("SELECT discount_minor FROM orders ORDER BY id") == [(200,), (0,)]


def test_a_customer_is_kept_without_a_year_of_birth_that_cannot_be_read(book: Book, tmp_path: Path) -> None:
    rows = [("1", "Ada", "a@x.test", "refused", "9999-12-31"), ("2", "Bo", "(null)", "NC", "2026-01-05")]
    columns = ("Customer id", "Name", "Email", "Year of birth", "Churn date")
    receipt = book.bring(write_csv(tmp_path / "customers.csv", columns, rows))
    assert receipt.rows["rejected"] == 0
    assert any("“refused”" in said for said in receipt.warnings) and not any("NC" in said for said in receipt.warnings)
    assert book.ask("SELECT name, email, birth_year FROM customers ORDER BY id") == [
        ("Ada", "a@x.test", None),
        ("Bo", None, None),
    ]
    assert book.ask("SELECT ends_on FROM contracts WHERE status = 'ended'") == [("2026-01-05",)]


def test_a_prefix_that_all_headers_share_names_nothing(book: Book, tmp_path: Path) -> None:
    columns = ("xq_cust_no", "xq_name", "xq_email", "xq_city", "xq_birth_yr")
    shown = book.check(write_csv(tmp_path / "people.csv", columns, [("7", "Ada", "a@x.test", "Leeds", "1980")]))
    assert [one.field for one in shown.columns] == ["customer_id", "name", "email", "city", "birth_year"]


def test_invoices_of_customers_are_orders(book: Book, tmp_path: Path) -> None:
    columns = ("N° facture", "Date facture", "Code client", "Raison sociale", "Montant TTC (€)", "Type pièce")
    rows = [("F1", "14/03/2026", "411", "Le Port SARL", "120,50", "Facture")]
    assert book.check(write_csv(tmp_path / "factures_clients.csv", columns, rows, ";")).entity == "orders"


def test_a_list_of_calls_with_notes_is_one_of_activities(book: Book, tmp_path: Path) -> None:
    columns = ("CallID", "Agent Name", "Customer No", "Call Start", "Talk Time", "Notes")
    rows = [
        ("1", "Tobias", "24", "2026-05-30 18:50:29", "00:09:13", ""),
        ("2", "Jo", "8", "2026-05-30", "0:01:02", "ok"),
    ]
    shown = book.check(write_csv(tmp_path / "cdr.csv", columns, rows))
    assert shown.entity == "activities" and "“call”" in " ".join(shown.receipt.warnings)


@pytest.mark.parametrize(
    ("name", "columns", "row"),
    [
        (
            "Kreditoren.csv",
            ("Kreditor-Nr.", "Lieferant", "Ort", "E-Mail", "Zahlungsziel"),
            ("7", "Rau", "Ulm", "r@x.test", "30"),
        ),
        (
            "Preise.csv",
            ("Lieferant", "Bezeichnung", "EK je Stück (EUR)", "gültig ab"),
            ("Rau", "Karton", "3,20", "01.01.2026"),
        ),
    ],
)
def test_what_a_firm_buys_is_left_out(
    book: Book, tmp_path: Path, name: str, columns: tuple[str, ...], row: tuple[str, ...]
) -> None:
    shown = book.check(write_csv(tmp_path / name, columns, [row], ";"))
    assert "left out" in shown.question and not shown.receipt.recognised_as


def test_a_short_question_with_its_scale_asks_for_a_score(book: Book, tmp_path: Path) -> None:
    columns = ("Nº respuesta", "Fecha respuesta", "Cód. cliente", "¿Nos recomienda? (0-10)", "Comentario")
    rows = [("1", "14/02/2026", "C1", "9", "bien"), ("2", "15/02/2026", "C2", "0", "mal")]
    book.bring(write_csv(tmp_path / "encuesta.csv", columns, rows, ";"))
    assert book.ask("SELECT kind, score FROM surveys ORDER BY id") == [("nps", 9.0), ("nps", 0.0)]


def test_first_and_last_names_name_whose_an_order_is(book: Book, tmp_path: Path) -> None:
    columns = ("Order id", "First name", "Last name", "Date", "Total", "Store id")
    rows = [("1", "Ada", "Byron", "2026-01-02", "12.50", "2")]
    shown = book.check(write_csv(tmp_path / "orders.csv", columns, rows))
    assert {one.column: one.field for one in shown.columns}["Store id"] == ""
    book.bring(tmp_path / "orders.csv")
    assert book.one("SELECT name FROM customers") == "Ada Byron"


def test_a_status_is_no_region(book: Book, tmp_path: Path) -> None:
    columns = ("N° retour", "Client", "Date retour", "Montant remboursé", "Devise", "Statut")
    rows = [("R1", "39", "22/05/2026", "18,50", "EUR", "en cours")]
    shown = book.check(write_csv(tmp_path / "retours.csv", columns, rows, ";"))
    assert {one.column: one.field for one in shown.columns}["Statut"] == ""


def test_a_file_that_names_no_column_keeps_its_ids_and_currencies(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    lines = (
        "A-1;14.03.2026;K7;ada@x.test;Laden;12,50;CHF\nA-2;15.03.2026;K8;bo@x.test;Web;8,00;EUR\n"
        "A-3;16.03.2026;K7;ada@x.test;Web;19,90;CHF\n"
    )
    file.write_text(lines)
    shown = book.check(file)
    assert shown.entity == "orders"
    assert [one.field for one in shown.columns] == [
        *("order_id", "ordered_at", "customer_id", "customer_email", "", "amount", "currency")
    ]
    told = [said for said in shown.receipt.warnings if "was read as" in said]
    assert len(told) == 6


def test_a_billing_status_is_no_consent(book: Book, tmp_path: Path) -> None:
    columns = ("Customer id", "Name", "Email", "Marketing status")
    rows = [("1", "Ada", "a@x.test", "Marketing contact"), ("2", "Bo", "b@x.test", "Non-marketing contact")]
    shown = book.check(write_csv(tmp_path / "people.csv", columns, rows))
    assert shown.columns[-1].field == ""
    rows = [("1", "Ada", "a@x.test", "subscribed"), ("2", "Bo", "b@x.test", "unsubscribed")]
    assert book.check(write_csv(tmp_path / "others.csv", columns, rows)).columns[-1].field == "email_consent"


def test_what_only_counts_rows_is_no_number_of_an_order(book: Book, tmp_path: Path) -> None:
    columns = ("Nr.", "Buchungsdatum", "Kundennr.", "Betrag inkl. MwSt.")
    counted = [(str(place), "14.03.2026", f"K{place}", "12,50") for place in range(1, 4)]
    assert book.check(write_csv(tmp_path / "a.csv", columns, counted, ";")).columns[0].field == ""
    numbered = [(f"VRG-{row[0]}", *row[1:]) for row in counted]
    assert book.check(write_csv(tmp_path / "b.csv", columns, numbered, ";")).columns[0].field == "order_id"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["order_id", "customer_id", "date", "total"], ["O1", "C1", "03/04/2026", "5"]),
        (["colour", "shape"], ["red", "round"]),
        (["order_id", "total"], ["O1", "5"]),
    ],
)
def test_a_checks_question_says_nothing_of_the_command_line(
    book: Book, tmp_path: Path, header: list[str], row: list[str]
) -> None:
    path = write_csv(tmp_path / "day.csv", header, [row])
    question = book.check(path).question
    assert question and "--" not in question
    with pytest.raises(UserError, match="--"):
        book.bring(path)


STUDENTS = ["Enrollment ID", "User ID", "Full Name", "Email", "Course Name", "Enrolled At", "Percentage Completed"]
ENROLLED = [
    [f"{n}", f"U{n}", f"Ada Stone{n}", f"a{n}@x.example", ("Baking", "Cakes")[n % 2], f"2026-01-0{n}", f"{n}0"]
    for n in range(1, 8)
]


def test_enrolments_in_courses_are_no_customers(book: Book, tmp_path: Path) -> None:
    receipt = book.bring(write_csv(tmp_path / "enrollments.csv", STUDENTS, ENROLLED))
    assert receipt.recognised_as == "Activities"
    assert book.one("SELECT count(*) FROM activities WHERE kind = 'enrolment' AND subject IN ('Baking', 'Cakes')") == 7


def test_rows_with_a_number_of_their_own_are_asked_about_before_they_are_customers(book: Book, tmp_path: Path) -> None:
    head = ["Quibble ID", "Customer ID", "Full Name", "Email", "Tier", "Quibbled"]
    rows = [[f"Q{n}", f"C{n}", f"Ada Stone{n}", f"a{n}@x.example", "gold", "yes"] for n in range(8)]
    path = write_csv(tmp_path / "sheet.csv", head, rows)
    with pytest.raises(UserError, match=r"number of its own for each row .“Quibble ID”.*--as activities or"):
        book.bring(path)
    check = book.check(path)
    assert check.entity == "activities"
    assert {one.column: one.field for one in check.columns if one.field} == {
        "Quibble ID": "activity_id", "Customer ID": "customer_id", "Full Name": "customer_name",
        "Email": "customer_email",
    }  # fmt: skip
    book.bring(path, entity="customers")
    assert book.one("SELECT count(*) FROM customers WHERE tier = 'gold'") == 8
