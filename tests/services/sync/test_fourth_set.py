"""What a fourth set of exports was read wrong for at first sight: each cause, with other rows."""

from __future__ import annotations

from pathlib import Path

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from tests.services.sync.book import Book, write_csv


def _meant(entity: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    return fields_of(propose(ENTITIES[entity], Seen.of(columns, rows)))


def test_a_known_export_that_grew_keeps_what_its_new_columns_say_outright(book: Book, tmp_path: Path) -> None:
    header = ["Review ID", "Review Title", "Review Content", "Review Score", "Review Creation Date", "Product Title",
              "Reviewer Email", "Reviewer Display Name", "Sentiment Score", "Votes Up"]  # fmt: skip
    rows = [["1", "Good", "Warm and light", "5", "2026-01-05", "Coat", "a@x.test", "Ada S.", "0.8", "4"]]
    receipt = book.bring(write_csv(tmp_path / "reviews.csv", header, rows))
    assert receipt.recognised_as == "Yotpo reviews"
    assert book.ask("SELECT sentiment, helpful_votes FROM reviews") == [(0.8, 4)]
    assert book.ask("SELECT name, email FROM customers") == [("Ada S.", "a@x.test")]


def test_amounts_and_days_of_a_known_export_are_what_its_declaration_says(book: Book, tmp_path: Path) -> None:
    header = ["Date", "Time", "Time Zone", "Item", "Qty", "Price Point Name", "Gross Sales", "Discounts", "Net Sales",
              "Transaction ID", "Customer ID"]  # fmt: skip
    row = ["2026-01-05", "10:00:00", "UTC", "Tea", "1", "Regular", "$10.00", "$-1.00", "$9.00", "T1", "C1"]
    book.bring(write_csv(tmp_path / "items.csv", header, [row]))
    assert book.ask("SELECT amount_minor, discount_minor FROM orders") == [(900, 100)]


def test_an_opt_out_that_a_known_export_gained_is_heard(book: Book, tmp_path: Path) -> None:
    header = ["(Do Not Modify) Account", "Account Name", "Main Phone", "Email", "Do not allow Emails", "Created On"]
    rows = [
        ["3f2504e0-4f89-11d3-9a0c-0305e82c3301", "Oak", "+1 303 555 0101", "a@oak.test", "Do Not Allow", "2025-03-01"],
        ["3f2504e0-4f89-11d3-9a0c-0305e82c3302", "Elm", "+1 303 555 0102", "a@elm.test", "Allow", "2025-03-02"],
    ]
    book.bring(write_csv(tmp_path / "accounts.csv", header, rows))
    assert book.one("SELECT email_consent FROM customers WHERE name = 'Oak'") == "withdrawn"


def test_an_account_of_the_books_is_no_customer() -> None:
    columns = ["InvoiceNumber", "ContactName", "EmailAddress", "InvoiceDate", "Total", "AccountCode"]
    rows = [
        ["I1", "Oak", "a@oak.test", "2026-01-05", "9.00", "200"],
        ["I2", "Elm", "a@elm.test", "2026-01-06", "8", "200"],
    ]
    assert "AccountCode" not in _meant("orders", columns, *rows)
    several = [[*row[:5], code] for row, code in zip(rows, ("A-1", "A-2"), strict=True)]
    assert _meant("orders", columns, *several)["AccountCode"] == "customer_id"


def test_the_line_of_a_call_is_not_what_was_said() -> None:
    columns = ["call_id", "direction", "started_at", "duration", "line", "contact name", "comments"]
    rows = [["1", "inbound", "2026-01-05T10:00:00Z", "60", "Support", "Ada Stone", "Asked about the invoice"],
            ["2", "outbound", "2026-01-05T11:00:00Z", "30", "Sales", "Tom Reed", "Left a voicemail"]]  # fmt: skip
    found = _meant("conversations", columns, *rows)
    assert found["comments"] == "text" and "line" not in found
    alone = [[*row[:4], words, row[5]] for row, words in zip(rows, ("Hello there", "Is anyone in?"), strict=True)]
    assert _meant("conversations", columns[:-1], *alone)["line"] == "text"


def test_what_somebody_came_for_says_more_than_where() -> None:
    columns = ["Visit ID", "Client ID", "Date", "Service", "Location"]
    row = ["v1", "7", "2026-01-05", "Yoga flow", "North"]
    assert _meant("activities", columns, row)["Service"] == "subject"


def test_subscriptions_that_say_since_when_they_run_are_contracts(book: Book, tmp_path: Path) -> None:
    header = ["subscription_id", "customer_id", "customer_email", "status", "created_at", "cancelled_at", "plan"]
    rows = [["S1", "C1", "a@x.test", "active", "2025-03-01", "", "Tea"],
            ["S2", "C2", "b@x.test", "cancelled", "2025-04-01", "2025-12-01", "Tea"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "subscriptions.csv", header, rows)).recognised_as == "Contracts"
    assert book.ask("SELECT starts_on, status FROM contracts ORDER BY external_id") == [
        ("2025-03-01", "active"), ("2025-04-01", "ended")]  # fmt: skip
