"""Exports of a plain warehouse: each is understood as what it is, and every column that has a place gets it."""

from __future__ import annotations

from datetime import UTC, datetime
from os import utime
from pathlib import Path

import pytest

from models.values.errors import UserError
from services.sync import undo_import
from services.sync.kinds.words import to_consent, to_opt_out, to_rating
from tests.services.sync.book import Book, counts, write_csv

PEOPLE = ["customer_id", "first_name", "last_name", "email", "loyalty_tier", "signup_date", "state", "age", "gender"]
ADA = ["1", "Ada", "Stone", "ada@stone.example", "Silver", "2023-02-26", "TX", "36", "F"]


def test_an_age_is_kept_as_the_year_of_birth_by_the_files_day(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "customers.csv", PEOPLE, [ADA])
    day = datetime(2025, 6, 1, tzinfo=UTC).timestamp()
    utime(path, (day, day))
    receipt = book.bring(path)
    assert book.ask("SELECT birth_year, gender, tier, region FROM customers") == [(1989, "female", "Silver", "TX")]
    assert "Ages in “age” are kept as years of birth, counted from 2025, the file’s year." in receipt.warnings
    assert counts(book.bring(path)) == (0, 0, 1, 0, 0)


def test_a_day_or_a_year_of_birth_needs_no_age(book: Book, tmp_path: Path) -> None:
    for name, text in (("Date of birth", "24.12.1971"), ("Year of birth", "1971")):
        path = write_csv(tmp_path / f"{name}.csv", ["Customer ID", "Name", name], [["7", "Ben Frost", text]])
        receipt = book.bring(path, source="shop")
        assert not any("Ages" in one for one in receipt.warnings)
    assert book.ask("SELECT birth_year FROM customers") == [(1971,)]


def test_all_that_a_support_desk_says_of_a_ticket_has_its_place(book: Book, tmp_path: Path) -> None:
    header = ["ticket_id", "customer_id", "ticket_type", "created_date", "first_response_at", "resolved_date"]
    header += ["resolution_time_hours", "agent_id", "satisfaction_score", "status"]
    row = ["4", "1", "Sizing", "2026-06-11", "2026-06-11 09:30", "2026-06-14", "70.5", "18", "4", "Resolved"]
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", header, [row]))
    assert not any("Not imported" in one for one in receipt.warnings)
    assert book.ask("SELECT kind, resolved_on, resolution_hours, agent, first_answer_at FROM tickets") == [
        ("Sizing", "2026-06-14", 70.5, "18", "2026-06-11T09:30:00Z")
    ]


@pytest.mark.parametrize(
    ("header", "row", "question", "found"),
    [
        (
            ["product_id", "product_name", "category", "brand", "price"],
            ["1", "Item 1", "Pants", "Brand1", "51.79"],
            *("SELECT name, category, brand FROM products", ("Item 1", "Pants", "Brand1")),
        ),
        (
            ["review_id", "customer_id", "rating", "review_text", "review_date", "helpful_votes"],
            ["1", "2", "4", "Good", "2025-12-02", "32"],
            *("SELECT rating, helpful_votes FROM reviews", (4, 32)),
        ),
        (
            ["call_id", "customer_id", "call_date", "duration_seconds", "transcript"],
            ["1", "195", "2026-08-08", "300", "Hello"],
            *("SELECT duration_s, text, channel FROM conversations", (300, "Hello", "call")),
        ),
        (
            ["visit_id", "customer_id", "visit_date", "store", "duration_minutes"],
            ["1", "122", "2026-07-25", "Store 1", "40"],
            *("SELECT kind, subject, duration_s FROM activities", ("store_visit", "Store 1", 2_400)),
        ),
        (
            ["session_id", "customer_id", "session_start", "duration_seconds", "pages_viewed", "device"],
            ["1", "103", "2026-05-01 10:00:00", "858", "5", "mobile"],
            "SELECT kind, duration_s, happened_at, attributes FROM activities",
            ("web_session", 858, "2026-05-01T10:00:00Z", '{"pages_viewed": "5", "device": "mobile"}'),
        ),
        (
            ["scan_id", "customer_id", "scan_date", "chest_cm", "waist_cm", "recommended_size"],
            ["1", "21", "2026-06-07", "109", "110", "XL"],
            "SELECT kind, attributes FROM activities",
            ("fit_scan", '{"chest_cm": "109", "waist_cm": "110", "recommended_size": "XL"}'),
        ),
    ],
)
def test_every_column_has_its_place(
    book: Book, tmp_path: Path, header: list[str], row: list[str], question: str, found: tuple[object, ...]
) -> None:
    receipt = book.bring(write_csv(tmp_path / "rows.csv", header, [row]))
    assert not any("Not imported" in one for one in receipt.warnings)
    assert book.ask(question) == [found]
    assert counts(book.bring(tmp_path / "rows.csv")) == (0, 0, 1, 0, 0)


MAILS = [
    "interaction_id",
    "customer_id",
    "campaign_type",
    "sent_date",
    "opened",
    "clicked",
    "converted",
    "unsubscribed",
]


def test_a_mail_with_what_happened_to_it_is_several_events(book: Book, tmp_path: Path) -> None:
    rows = [
        ["1", "161", "Promotion", "2026-08-28", "False", "False", "False", "False"],
        ["2", "110", "Promotion", "2026-10-15", "True", "True", "False", "True"],
    ]
    path = write_csv(tmp_path / "mails.csv", MAILS, rows)
    receipt = book.bring(path)
    assert counts(receipt) == (2, 0, 0, 0, 0)
    assert book.ask("SELECT external_id, kind, happened_on, campaign_kind FROM email_events ORDER BY 1") == [
        ("1", "sent", "2026-08-28", "Promotion"),
        *(
            (key, kind, "2026-10-15", "Promotion")
            for key, kind in (("2", "sent"), ("2/clicked", "clicked"), ("2/opened", "opened"))
        ),
        ("2/unsubscribed", "unsubscribed", "2026-10-15", "Promotion"),
    ]
    assert any("opened, clicked, converted, unsubscribed" in one for one in receipt.warnings)
    assert counts(book.bring(path)) == (0, 0, 2, 0, 0)
    rows[0][4] = "True"
    assert counts(book.bring(write_csv(path, MAILS, rows))) == (1, 0, 1, 0, 0)


def test_moments_and_counts_say_too_that_something_happened_to_a_mail(book: Book, tmp_path: Path) -> None:
    header = ["Email", "Campaign name", "Sent at", "Opened at", "Clicks"]
    row = ["a@x.example", "Spring", "2026-03-01 08:00", "2026-03-02 09:30", "3"]
    book.bring(write_csv(tmp_path / "log.csv", header, [row]))
    assert book.ask("SELECT kind, happened_at FROM email_events ORDER BY kind") == [
        ("clicked", "2026-03-01T08:00:00Z"),
        ("opened", "2026-03-02T09:30:00Z"),
        ("sent", "2026-03-01T08:00:00Z"),
    ]


@pytest.mark.parametrize("without", [(), ("interaction_id",)])
def test_what_happened_to_a_mail_stays_one_message(book: Book, tmp_path: Path, without: tuple[str, ...]) -> None:
    rows = [
        ["1", "161", "Promotion", "2026-08-28", "False", "False", "False", "False"],
        ["2", "161", "Promotion", "2026-10-15", "True", "True", "False", "True"],
    ]
    kept = [place for place, name in enumerate(MAILS) if name not in without]
    path = tmp_path / "mails.csv"
    book.bring(write_csv(path, [MAILS[at] for at in kept], [[row[at] for at in kept] for row in rows]))
    rows[0][4] = "True"
    book.bring(write_csv(path, [MAILS[at] for at in kept], [[row[at] for at in kept] for row in rows]))
    counted = "SELECT count(*), group_concat(DISTINCT happened_on) FROM email_events GROUP BY message ORDER BY 2"
    assert book.ask(counted) == [(2, "2026-08-28"), (4, "2026-10-15")]


def test_a_sale_that_came_back_is_a_purchase_and_its_return(book: Book, tmp_path: Path) -> None:
    header = ["transaction_id", "customer_id", "product_id", "transaction_date", "quantity", "total_amount", "returned"]
    rows = [["1", "24", "60", "2026-08-21", "1", "256.98", "False"], ["2", "24", "18", "2026-08-22", "2", "50", "True"]]
    path = write_csv(tmp_path / "sales.csv", header, rows)
    receipt = book.bring(path)
    assert receipt.totals == {"USD": 30_698}
    assert book.ask("SELECT external_id, kind, amount_minor, of_external_id FROM orders ORDER BY 1") == [
        ("1", "purchase", 25_698, None),
        ("2", "purchase", 5_000, None),
        ("2 return", "return", -5_000, "2"),
    ]
    assert counts(book.bring(path)) == (0, 0, 2, 0, 0)


def test_a_file_without_a_kind_is_of_the_kind_that_is_said(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list7.csv", ["customer_id", "date", "place"], [["1", "2026-01-05", "Lyon"]])
    book.bring(path, entity="activities", kind="store_visit")
    book.bring(
        write_csv(tmp_path / "workshop_talks.csv", ["customer_id", "date"], [["1", "2026-01-06"]]), entity="activities"
    )
    assert book.ask("SELECT kind FROM activities ORDER BY happened_on") == [("store_visit",), ("workshop_talk",)]


@pytest.mark.parametrize(
    ("name", "header", "words"),
    [
        ("people.csv", "EmployeeID,LastName,FirstName,Title,HireDate,Salary,Email", "employees"),
        ("suppliers.csv", "SupplierID,CompanyName,ContactName,Phone,City,Country", "suppliers"),
        ("list.csv", "ShipperID,CompanyName,Phone", "carriers"),
        ("dim_warehouse.csv", "warehouse_id,warehouse_name,city,country,capacity_m3", "warehouses"),
        ("categories.csv", "CategoryID,CategoryName,Description", "categories"),
        ("rows.csv", "applicant_id,name,email,applied_position,application_date,resume", "applicants"),
        ("rows.csv", "cart_id,customer_id,email,created_at,cart_total,abandoned_at", "abandoned carts"),
        ("quotes.csv", "quote_id,customer_id,quote_date,amount,valid_until", "quotes"),
        ("stores.csv", "store_id,store_name,city,region,phone,square_feet", "stores"),
        ("mitarbeiter.csv", "Mitarbeiter-ID,Vorname,Nachname,E-Mail,Gehalt", "employees"),
        ("fournisseurs.csv", "Code fournisseur,Nom,Téléphone,Ville", "suppliers"),
        ("parking.csv", "parking space,zone,tenant,valid date from,valid date until,permit no", "parking spaces"),
        ("liste.csv", "Stellplatz,Ebene,Mieter,Mietbeginn,Kennzeichen", "parking spaces"),
    ],
)
def test_a_list_of_something_else_is_never_taken_for_customers_or_orders(
    book: Book, tmp_path: Path, name: str, header: str, words: str
) -> None:
    columns = header.split(",")
    cells = [
        "a@x.example" if "mail" in one.lower() else "2026-01-05" if "date" in one.lower() else "7" for one in columns
    ]
    path = write_csv(tmp_path / name, columns, [cells])
    with pytest.raises(UserError, match=f"look like {words}, not .* so they are left out"):
        book.bring(path)
    assert words in book.check(path).question
    assert book.one("SELECT count(*) FROM customers") + book.one("SELECT count(*) FROM orders") == 0


def test_who_says_so_imports_such_a_list_as_customers(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "suppliers.csv", ["SupplierID", "CompanyName"], [["7", "Frost"]])
    assert counts(book.bring(path, entity="customers")) == (1, 0, 0, 0, 0)


def test_freight_is_no_amount_of_an_order(book: Book, tmp_path: Path) -> None:
    header = ["OrderID", "CustomerID", "OrderDate", "Freight"]
    path = write_csv(
        tmp_path / "orders.csv", header, [["1", "A", "2026-01-05", "32.38"], ["2", "A", "2026-01-06", "5.12"]]
    )
    with pytest.raises(UserError, match="looks like orders, but no column is “Amount”"):
        book.bring(path)


DESK = ["ticket_id", "customer_id", "email", "subject", "text", "opened", "closed", "satisfaction", "status"]


def test_a_cell_that_cannot_be_read_costs_no_ticket(book: Book, tmp_path: Path) -> None:
    rows = [
        ["1", "C1", "a@x.example", "Late", "Where is it?", "2026-01-05", "2026-01-06", "4", "closed"],
        ["2", "C2", "not an address", "Torn", "The seam is torn.", "2026-01-05", "soon", "banana", "open"],
        ["3", "", "nobody", "Lost", "No customer can be read.", "2026-01-05", "", "", "open"],
    ]
    receipt = book.bring(write_csv(tmp_path / "desk.csv", DESK, rows))
    assert counts(receipt) == (2, 0, 0, 1, 0)
    assert receipt.reasons == {"email has no @": 1}
    assert book.ask("SELECT subject, resolved_on, satisfaction FROM tickets ORDER BY external_id") == [
        ("Late", "2026-01-06", 4),
        ("Torn", None, None),
    ]
    for header, text in (("email", "not an address"), ("closed", "soon"), ("satisfaction", "banana")):
        assert any(f"1 cell of “{header}” could not be read: “{text}”" in one for one in receipt.warnings)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        *(("Very satisfied", 5), ("Zufrieden", 4), ("schlecht", 2), ("très bien", 5), ("muy malo", 1), ("4 stars", 4)),
        *(("5 Sterne", 5), ("3 étoiles", 3), ("2 estrellas", 2), ("Neutral", 3), ("4 - Good", 4)),
    ],
)
def test_a_rating_in_words_is_one(text: str, rating: int) -> None:
    assert to_rating(text) == rating


@pytest.mark.parametrize(
    "text", ["Do Not Allow", "nicht erlaubt", "no contactar", "refusé", "Not allowed", "non autorisé", "keine Werbung"]
)
def test_an_opt_out_in_words_is_one(text: str) -> None:
    assert to_consent(text) == "withdrawn"
    assert to_opt_out(text) == "withdrawn"


@pytest.mark.parametrize("text", ["Allow", "erlaubt", "autorisé", "permitido"])
def test_a_consent_in_words_is_one(text: str) -> None:
    assert to_consent(text) == "given"
    assert to_opt_out(text) == "unknown"


DEALS = ["opportunity_id", "customer_id", "product", "stage", "created_date", "owner", "estimated_value"]


@pytest.mark.parametrize("order", [(3, 2, 1), (3, 1, 2), (1, 2, 3), (1, 3, 2)])
def test_a_deal_is_called_by_its_product_and_its_owner_owns_the_customer(
    book: Book, tmp_path: Path, order: tuple[int, ...]
) -> None:
    before = book.hash()
    people = [["C1", "Acme", ""], ["C2", "Bolt", "Mia"]]
    book.bring(write_csv(tmp_path / "accounts.csv", ["customer_id", "name", "owner"], people), source="crm")
    rows = [
        ["1", "C1", "GTX Pro", "Won", "2026-01-05", "Ann", "100.00"],
        ["2", "C1", "GTX Pro", "Proposal", "2026-03-05", "Ben", "200.00"],
        ["3", "C2", "MG Special", "Lost", "2026-02-05", "Ann", "300.00"],
        ["4", "C3", "MG Special", "Won", "2026-02-06", "Ann", "5.00"],
    ]
    path = write_csv(tmp_path / "deals.csv", DEALS, rows)
    book.bring(path, source="crm")
    assert book.ask("SELECT name, product_name FROM opportunities WHERE external_id = '1'") == [("GTX Pro", "GTX Pro")]
    owners = [("C1", "Ben"), ("C2", "Mia"), ("C3", "Ann")]
    assert book.ask("SELECT external_id, owner FROM customers ORDER BY 1") == owners
    assert counts(book.bring(path, source="crm")) == (0, 0, 4, 0, 0)
    for number in order:
        undo_import(book.workspace, number)
    assert book.hash() == before


def test_a_mail_keeps_the_address_that_it_went_to(book: Book, tmp_path: Path) -> None:
    header = ["event_id", "email", "campaign", "event", "timestamp"]
    row = ["1", "Vera@linden.example", "Spring", "opened", "2026-03-02 09:30"]
    book.bring(write_csv(tmp_path / "events.csv", header, [row]))
    assert book.ask("SELECT kind, address FROM email_events") == [("opened", "vera@linden.example")]
