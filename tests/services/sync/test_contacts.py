"""Contacts belong to companies: rows that name an account of the book become people of it, each with a consent."""

from __future__ import annotations

from pathlib import Path

from services.duplicates import find_duplicates, merge_customers
from services.sync import undo_import
from services.sync.order import order_of_import
from tests.services.duplicates.crowd import undo_merge
from tests.services.sync.book import Book, counts, write_csv

ACCOUNT = ["Id", "Name", "Phone", "BillingCity", "OwnerId", "CreatedDate", "IsDeleted", "SystemModstamp", "Industry"]
PERSON = [
    *("Id", "IsDeleted", "AccountId", "LastName", "FirstName", "Title", "Email", "Phone", "HasOptedOutOfEmail"),
    *("SystemModstamp",),
]
FIRMS = [
    ["001A0000000001", "Linden Supply", "", "Portland", "", "2024-01-05", "0", "2024-01-05", "Retail"],
    ["001A0000000002", "Marlow Pike", "", "Salem", "", "2024-01-05", "0", "2024-01-05", "Retail"],
]
PEOPLE = [
    ["003A0000000001", "0", "001A0000000001", "Stone", "Ada", "Buyer", "ada@linden.example", "503 1", "0", ""],
    ["003A0000000002", "0", "001A0000000001", "Berg", "Kim", "Owner", "kim@linden.example", "", "1", ""],
    ["003A0000000003", "0", "001A0000000002", "Stone", "Ada", "Adviser", "ada@linden.example", "", "0", ""],
    ["003A0000000004", "0", "", "Lone", "Lee", "", "lee@nobody.example", "", "0", ""],
]
WHO = """SELECT c.name, k.name, k.role, k.email_consent
    FROM contacts k JOIN customers c ON c.id = k.customer_id ORDER BY k.id"""
FOUND = [
    ("Linden Supply", "Ada Stone", "Buyer", "unknown"),
    ("Linden Supply", "Kim Berg", "Owner", "withdrawn"),
    ("Marlow Pike", "Ada Stone", "Adviser", "unknown"),
    ("Lee Lone", "Lee Lone", None, "unknown"),
]


def test_contacts_whose_accounts_are_in_the_book_become_their_people(book: Book, tmp_path: Path) -> None:
    before = book.hash()
    people = write_csv(tmp_path / "Contact.csv", PERSON, PEOPLE)
    firms = write_csv(tmp_path / "Account.csv", ACCOUNT, FIRMS)
    assert order_of_import(book.workspace, [book.request(people), book.request(firms)]) == (1, 0)
    book.bring(firms)
    receipt = book.bring(people)
    assert receipt.entities["contacts"] == {"inserted": 4, "updated": 0, "unchanged": 0}
    assert book.ask(WHO) == FOUND
    assert book.one("SELECT count(*) FROM customers") == 3
    assert counts(book.bring(people)) == (0, 0, 4, 0, 0)
    undo_import(book.workspace, 3)
    undo_import(book.workspace, 2)
    undo_import(book.workspace, 1)
    assert book.hash() == before


OWN = ["account_id", "first_name", "last_name", "email"]


def test_people_whose_orders_came_first_are_customers_whatever_their_number_is_called(
    book: Book, tmp_path: Path
) -> None:
    orders = [[str(n), f"A{n % 8}", f"2026-03-{n % 8 + 1:02}", "9.50"] for n in range(24)]
    book.bring(write_csv(tmp_path / "orders.csv", ["order_id", "account_id", "ordered_at", "amount"], orders))
    people = [[f"A{n}", "Ann", f"Lee{n}", f"ann{n}@example.com"] for n in range(8)]
    book.bring(write_csv(tmp_path / "people.csv", OWN, people))
    assert book.ask("SELECT count(*), min(name) FROM customers") == [(8, "Ann Lee0")]
    again = [[*row[:3], f"new{row[3]}"] for row in people]
    book.bring(write_csv(tmp_path / "later.csv", OWN, again))
    assert book.ask("SELECT count(*), min(email) FROM customers") == [(8, "newann0@example.com")]
    assert book.one("SELECT count(*) FROM contacts") == 0


def test_one_person_for_each_firm_is_their_contact(book: Book, tmp_path: Path) -> None:
    firms = [[f"A{n}", f"Firm {n} Ltd", "Leeds"] for n in range(8)]
    book.bring(write_csv(tmp_path / "accounts.csv", ["account_id", "account_name", "city"], firms))
    people = [[f"A{n}", "Ann", f"Lee{n}", f"ann{n}@example.com"] for n in range(8)]
    book.bring(write_csv(tmp_path / "people.csv", OWN, people))
    assert book.ask("SELECT count(*), min(name) FROM customers") == [(8, "Firm 0 Ltd")]
    assert book.one("SELECT count(*) FROM contacts") == 8


def test_without_their_accounts_contacts_are_customers(book: Book, tmp_path: Path) -> None:
    people = write_csv(tmp_path / "Contact.csv", PERSON, PEOPLE)
    book.bring(people)
    assert book.one("SELECT count(*) FROM customers") == 4
    assert book.one("SELECT count(*) FROM contacts") == 0
    book.bring(write_csv(tmp_path / "Account.csv", ACCOUNT, FIRMS))
    assert counts(book.bring(people)) == (0, 0, 4, 0, 0)


def test_a_plain_list_that_names_companies_of_the_book_is_of_their_people(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "crm.csv", ["id", "name", "city"], [["C1", "Linden Supply", "Portland"]]))
    path = write_csv(
        tmp_path / "people.csv",
        ["Full name", "Company", "Job title", "Email", "Primary contact"],
        [
            ["Ada Stone", "Linden Supply", "Buyer", "ada@linden.example", "no"],
            ["Kim Berg", "Linden Supply", "Owner", "", "yes"],
        ],
    )
    book.bring(path)
    assert book.ask("SELECT name, role, is_primary FROM contacts ORDER BY id") == [
        ("Ada Stone", "Buyer", 0),
        ("Kim Berg", "Owner", 1),
    ]
    assert counts(book.bring(path)) == (0, 0, 2, 0, 0)
    assert book.one("SELECT count(*) FROM customers") == 1
    tickets = write_csv(
        tmp_path / "tickets.csv", ["ticket id", "email", "subject", "opened", "status"],
        [["T1", "ada@linden.example", "Late", "2026-10-01", "open"]],
    )  # fmt: skip
    book.bring(tickets)
    assert book.ask("SELECT c.name FROM tickets t JOIN customers c ON c.id = t.customer_id") == [("Linden Supply",)]


def test_a_shared_person_makes_no_pair_and_goes_over_in_a_merge_and_back(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "Account.csv", ACCOUNT, FIRMS))
    people = write_csv(tmp_path / "Contact.csv", PERSON, PEOPLE[:3])
    book.bring(people)
    before = book.hash()
    find_duplicates(book.workspace)
    assert book.one("SELECT count(*) FROM likely_pairs") == 0
    merge_customers(book.workspace, 1, 2)
    assert book.one("SELECT count(*) FROM contacts WHERE customer_id = 1") == 3
    assert counts(book.bring(people)) == (0, 0, 3, 0, 0)
    undo_import(book.workspace, 3)
    undo_merge(book)
    assert book.hash() == before


def test_consent_that_a_contact_withdrew_stays_withdrawn(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "Account.csv", ACCOUNT, FIRMS))
    book.bring(write_csv(tmp_path / "Contact.csv", PERSON, PEOPLE[:3]))
    freed = [[*row[:8], "0", ""] for row in PEOPLE[:3]]
    book.bring(write_csv(tmp_path / "Contact.csv", PERSON, freed))
    assert book.ask(WHO) == FOUND[:3]


MARKED = ["contact id", "account id", "account name", "first name", "last name", "email", "primary contact"]
TWO = [
    ["1", "A1", "Linden", "Ada", "Stone", "ada@linden.example", "yes"],
    ["2", "A1", "Linden", "Kim", "Berg", "kim@linden.example", "yes"],
    ["3", "A2", "Marlow", "Lee", "Pike", "lee@marlow.example", "yes"],
]
PRIMARY = "SELECT name FROM contacts WHERE is_primary = 1 ORDER BY name"


def test_a_customer_has_one_primary_contact_and_the_receipt_says_which(book: Book, tmp_path: Path) -> None:
    firms = [["A1", "Linden", "Leeds"], ["A2", "Marlow", "Hull"]]
    book.bring(write_csv(tmp_path / "accounts.csv", ["account id", "account name", "city"], firms))
    path = write_csv(tmp_path / "people.csv", MARKED, TWO)
    receipt = book.bring(path)
    assert receipt.recognised_as == "Contacts"
    assert book.ask(PRIMARY) == [("Ada Stone",), ("Lee Pike",)]
    assert "2 contacts of Linden are marked primary: Ada Stone is the primary contact." in receipt.warnings
    assert counts(book.bring(path)) == (0, 0, 3, 0, 0)
    before = book.hash()
    more = [["4", "A1", "Linden", "Max", "Hill", "max@linden.example", "yes"]]
    later = book.bring(write_csv(tmp_path / "more.csv", MARKED, more))
    assert "Ada Stone is no longer the primary contact: Max Hill is." in later.warnings
    assert book.ask(PRIMARY) == [("Lee Pike",), ("Max Hill",)]
    undo_import(book.workspace, later.import_id or 0)
    assert book.hash() == before
    merge_customers(book.workspace, 1, 2)
    assert book.ask(PRIMARY) == [("Ada Stone",)]
    assert counts(book.bring(path)) == (0, 0, 3, 0, 0)
    undo_import(book.workspace, 5)
    undo_merge(book)
    assert book.hash() == before
