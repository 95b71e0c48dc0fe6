"""What went silently wrong with the eleventh set of exports that somebody else had written, in files like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from tests.services.sync.book import Book, counts, write_csv


def test_an_order_has_the_day_that_every_row_has_and_not_that_of_its_payment(book: Book, tmp_path: Path) -> None:
    head = ["Auftragsnummer", "Erstelldatum", "Kundennummer", "Gesamtbetrag Brutto", "Zahlungsdatum"]
    rows = [["A1", "06.01.2025", "K1", "127,57", "29.01.2025"], ["A2", "08.01.2025", "K2", "75,56", ""]]
    receipt = book.bring(write_csv(tmp_path / "auftraege.csv", head, rows, delimiter=";"))
    assert counts(receipt) == (2, 0, 0, 0, 0)
    assert book.ask("SELECT ordered_on FROM orders ORDER BY 1") == [("2025-01-06",), ("2025-01-08",)]
    # Nor do a few that lack it say such a thing, or many where the header says that it is the day of the order.
    paid = ["order id", "customer id", "amount", "order date", "created at"]
    rows = [[str(n), "C1", "5.00", "2026-01-09" if n else "", "2026-01-02"] for n in range(8)]
    assert counts(book.bring(write_csv(tmp_path / "orders.csv", paid, rows))) == (7, 0, 0, 1, 0)
    rows = [[f"R{n}", "C1", "5.00", "2026-02-09" if n % 2 else "", "2026-03-02"] for n in range(10)]
    assert counts(book.bring(write_csv(tmp_path / "late.csv", paid, rows))) == (5, 0, 0, 5, 0)
    assert book.ask("SELECT DISTINCT ordered_on FROM orders WHERE external_id LIKE 'R%'") == [("2026-02-09",)]


def test_yes_and_no_are_nobodys_name(book: Book, tmp_path: Path) -> None:
    head = ["User ID", "First name", "Last name", "Email", "Donor", "Member"]
    rows = [["1", "Ada", "Stone", "ada@x.example", "no", "yes"], ["2", "Kim", "Berg", "kim@x.example", "yes", "yes"]]
    book.bring(write_csv(tmp_path / "members.csv", head, rows))
    assert book.ask("SELECT name FROM customers ORDER BY 1") == [("Ada Stone",), ("Kim Berg",)]


def test_beside_first_and_last_name_the_name_of_an_account_is_the_company(book: Book, tmp_path: Path) -> None:
    head = ["First Name", "Last Name", "Account Name", "Email", "Contact ID"]
    rows = [
        ["Ada", "Stone", "Linden Ltd", "ada@l.example", "003A"],
        ["Kim", "Berg", "Linden Ltd", "kim@l.example", "003B"],
    ]
    book.bring(write_csv(tmp_path / "report17.csv", head, rows))
    assert book.ask("SELECT name, company FROM customers ORDER BY 1") == [
        ("Ada Stone", "Linden Ltd"), ("Kim Berg", "Linden Ltd")]  # fmt: skip


def test_tasks_of_staff_are_no_tickets_of_customers(book: Book, tmp_path: Path) -> None:
    head = ["Record Id", "Task Owner", "Subject", "Due Date", "Contact Name", "Status", "Priority", "Closed Time",
            "Created Time", "Description"]  # fmt: skip
    rows = [
        ["1", "Kim Berg", "Call back", "2026-02-09", "Ada Stone", "Completed", "High", "2026-02-09", "2026-01-31", ""]
    ]
    with pytest.raises(UserError, match="look like tasks of staff, not tickets"):
        book.bring(write_csv(tmp_path / "Tasks_001.csv", head, rows))


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (
            "Ticket-Nr.,Betreff,Kunde E-Mail,Status,Priorität,Erstellt am,Zugewiesen an,Fällig am",
            "T1,Rechnung falsch,ada@x.example,offen,hoch,05.01.2026,Kim Berg,07.01.2026",
        ),
        (
            "Ticket ID,Requester email,Subject,Status,Assignee,Due date,Reminder,Created",
            "T1,ada@x.example,Wrong invoice,open,Kim Berg,2026-01-07,no,2026-01-05",
        ),
        (
            "Reference,Requester,Subject,Status,Assignee,Due date,Reminder,Created",
            "41,ada@x.example,Wrong invoice,open,Kim Berg,2026-01-07,no,2026-01-05",
        ),
    ],
)
def test_tickets_that_staff_are_given_to_do_are_tickets_of_customers(
    book: Book, tmp_path: Path, head: str, row: str
) -> None:
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", head.split(","), [row.split(",")]))
    assert receipt.entities == {"tickets": {"inserted": 1, "updated": 0, "unchanged": 0}}
