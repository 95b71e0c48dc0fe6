"""Customers added and edited by hand are checked like those of files, journalled, and can be undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UnknownOwner, UserError
from services.audit import undo_last, verify_book
from services.sync import add_contact, add_customer, edit_contact, edit_customer, hand_over, undo_import
from tests.services.sync.book import Book, write_csv


def test_a_customer_is_added_and_the_addition_undone(book: Book) -> None:
    before = book.hash()
    changes = add_customer(book.workspace, {"name": "Harbor Lane Café", "email": "Desk@Harbor.example", "tier": "Gold"})
    assert len(changes.customers) == 1 and changes.words == "Added Harbor Lane Café"
    assert book.ask("SELECT name, email, tier, email_consent FROM customers") == [
        ("Harbor Lane Café", "desk@harbor.example", "Gold", "unknown")
    ]
    undo_last(book.workspace)
    assert book.hash() == before


def test_an_edit_returns_on_undo(book: Book) -> None:
    (customer,) = add_customer(book.workspace, {"name": "Ada", "phone": "+44 20 5550 1234"}).customers
    before = book.hash()
    changes = edit_customer(book.workspace, customer, {"name": "Ada Stone", "renews_on": "1.3.2027", "phone": ""})
    assert changes.customers == {customer}
    query = "SELECT c.name, k.ends_on, c.phone FROM customers c JOIN contracts k ON k.customer_id = c.id"
    assert book.ask(query) == [("Ada Stone", "2027-03-01", None)]
    undo_last(book.workspace)
    assert book.hash() == before


def test_an_edit_names_fields_as_the_form_does(book: Book) -> None:
    (customer,) = add_customer(book.workspace, {"name": "Ada"}).customers
    fields = {"acquisition_cost": "12", "renews_on": "2027-03-01", "email": "a@b.example", "email_consent": "given"}
    assert edit_customer(book.workspace, customer, fields).words == (
        "Changed acquisition cost, email, email consent, consent since, consent source, renews of Ada"
    )


@pytest.mark.parametrize(("said", "words"), [("given", "consent of Ada"), ("withdrawn", "that Ada withdrew consent")])
def test_a_consent_is_told_as_one_thing(book: Book, said: str, words: str) -> None:
    (customer,) = add_customer(book.workspace, {"name": "Ada", "email": "a@b.example"}).customers
    fields = {"email_consent": said, "email_consent_since": "2026-01-05", "email_consent_how": "a form"}
    assert edit_customer(book.workspace, customer, fields).words == f"Recorded {words}"


def test_the_book_adds_up_in_what_most_of_its_first_orders_are_in_and_so_is_money_given_by_hand(
    book: Book, tmp_path: Path
) -> None:
    header = ["order_id", "customer_id", "date", "total", "currency"]
    rows = [[f"O{n}", "C1", "2026-01-02", "500", "EUR" if n == 0 else "JPY"] for n in range(4)]
    assert book.workspace.read_currency() == "USD"
    book.bring(write_csv(tmp_path / "one.csv", header, rows[:2]), source="shop")
    assert book.workspace.read_currency() == "EUR"
    book.bring(write_csv(tmp_path / "more.csv", header, rows[2:]), source="shop")
    assert book.workspace.read_currency() == "JPY"
    add_customer(book.workspace, {"name": "Aiko", "acquisition_cost": "1200"})
    assert book.one("SELECT acquisition_cost_minor FROM customers WHERE name = 'Aiko'") == 1_200


def test_an_edit_that_changes_nothing_leaves_no_entry(book: Book) -> None:
    (customer,) = add_customer(book.workspace, {"name": "Ada"}).customers
    assert edit_customer(book.workspace, customer, {"name": "Ada", "email_consent": ""}).entry is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "needs a name"),
        ({"name": "Ada", "email": "ada@stone"}, "Email has no domain ending"),
        ({"name": "Ada", "shoe size": "4"}, "no field “shoe size”"),
        ({"name": "Ada", "renews_on": "soon"}, "Renews is not a date"),
        ({"name": "Ada", "renews_on": "03/04/2027"}, "Write it as year-month-day"),
        ({"name": "Ada", "email_consent": "perhaps"}, "given, withdrawn or unknown"),
        (
            {"name": "Ada", "phone": "banana"},
            "Phone “banana” is not a number that can be called. Enter 6 to 15 digits, such as",
        ),
        ({"name": "Ada", "phone": "12345"}, "Phone “12345” is not a number"),
        ({"name": "Ada", "phone": "1234 5678 9012 3456"}, "is not a number"),
        ({"name": "Ada", "phone": "Ada 020 5550 1234"}, "is not a number"),
        ({"name": "Ada", "phone": "020+5550 1234"}, "is not a number"),
        ({"name": "Ada", "phone": "4.42056E+11"}, "is not a number"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(book: Book, fields: dict[str, str], words: str) -> None:
    before = book.hash()
    with pytest.raises(UserError, match=words):
        add_customer(book.workspace, fields)
    assert book.hash() == before


def test_a_contacts_number_is_checked_like_a_customers(book: Book) -> None:
    (customer,) = add_customer(book.workspace, {"name": "Ada"}).customers
    with pytest.raises(UserError, match="Phone “banana” is not a number"):
        add_contact(book.workspace, customer, {"name": "Ben", "phone": "banana"})
    add_contact(book.workspace, customer, {"name": "Ben", "phone": "020 5550 1234"})
    (contact,) = book.ask("SELECT id, phone FROM contacts")
    with pytest.raises(UserError, match="Phone “later” is not a number"):
        edit_contact(book.workspace, contact[0], {"phone": "later"})
    assert contact[1] == "020 5550 1234"


@pytest.mark.parametrize(
    "number",
    ["+44 (0)20 5550 1234 ext. 7", "(212) 555-0100", "0377/94596-48", "555.014.9117", "01234567 x12", "555-0100 #22"],
)
def test_a_number_is_kept_as_it_was_typed(book: Book, number: str) -> None:
    add_customer(book.workspace, {"name": "Ada", "phone": f" {number} "})
    assert book.ask("SELECT phone FROM customers") == [(number,)]


def test_a_second_customer_under_one_address_is_refused(book: Book) -> None:
    add_customer(book.workspace, {"name": "Ada", "email": "ada@stone.example"})
    with pytest.raises(UserError, match="Ada has the address"):
        add_customer(book.workspace, {"name": "Ada S", "email": "ADA@stone.example"})


def test_an_edit_to_an_address_of_another_customer_is_refused(book: Book) -> None:
    add_customer(book.workspace, {"name": "Ada", "email": "ada@stone.example"})
    (other,) = add_customer(book.workspace, {"name": "Bea", "email": "bea@stone.example"}).customers
    before = book.hash()
    with pytest.raises(UserError, match="Ada has the address"):
        edit_customer(book.workspace, other, {"email": "ada@stone.example"})
    assert book.hash() == before
    edit_customer(book.workspace, other, {"email": "BEA@stone.example", "tier": "Gold"})


def test_a_replaced_address_finds_the_customer_no_longer(book: Book, tmp_path: Path) -> None:
    contact = {"email": "ada@stone.example", "phone": "+44 20 5550 1234"}
    (customer,) = add_customer(book.workspace, {"name": "Ada", **contact}).customers
    before = book.hash()
    edit_customer(book.workspace, customer, {"email": "ada@lake.example", "phone": ""})
    assert book.ask("SELECT kind, value FROM identities") == [("email", "ada@lake.example")]
    add_customer(book.workspace, {"name": "Bea", **contact})
    undo_last(book.workspace)
    undo_last(book.workspace)
    assert book.hash() == before


def test_an_address_that_a_file_gave_still_finds_the_customer(book: Book, tmp_path: Path) -> None:
    rows = [["1", "ada@stone.example", "2026-01-01", "5"]]
    path = write_csv(tmp_path / "o.csv", ["order_id", "email", "date", "total"], rows)
    book.bring(path)
    edit_customer(book.workspace, 1, {"email": "ada@lake.example"})
    assert book.bring(path).rows["unchanged"] == 1


def test_a_customer_that_is_not_there_cannot_be_edited(book: Book) -> None:
    with pytest.raises(UserError, match="There is no customer 9"):
        edit_customer(book.workspace, 9, {"name": "x"})


def test_files_find_a_customer_added_by_hand(book: Book, tmp_path: Path) -> None:
    add_customer(book.workspace, {"name": "Ada", "email": "ada@stone.example"})
    rows = [["1", "ada@stone.example", "2026-01-01", "5"]]
    receipt = book.bring(write_csv(tmp_path / "o.csv", ["order_id", "email", "date", "total"], rows))
    assert receipt.customers == {"matched": 1, "created": 0}


def with_alerts(book: Book) -> None:
    """An alert of the first customer with Ana, one of hers that is closed, and one of the second assigned to Ben."""
    from models.tables import alerts

    raised = {"kind": "risk", "rule": "r", "severity": 3, "reason": "{}", "opened_at": "x", "opened_as_of": "x"}
    with book.workspace.store.unit_of_work(book.workspace.me, "made", "test", at=book.workspace.at) as work:
        for customer, state, owner in ((1, "waiting", "Ana"), (1, "resolved", "Ana"), (2, "open", "Ben")):
            work.insert(alerts, {**raised, "customer_id": customer, "state": state, "owner": owner})
        work.commit()


def owners_of_alerts(book: Book) -> list[str]:
    return [owner for (owner,) in book.ask("SELECT coalesce(owner, '') FROM alerts ORDER BY id")]


@pytest.mark.parametrize("to", ["Cleo", ""])
def test_an_open_alert_goes_with_its_customer_to_another_owner_and_back_on_undo(book: Book, to: str) -> None:
    for name, owner in (("Ada", "Ana"), ("Eve", "Cleo")):
        add_customer(book.workspace, {"name": name, "owner": owner}, new_owner=True)
    with_alerts(book)
    before = book.hash()
    changes = edit_customer(book.workspace, 1, {"owner": to})
    assert owners_of_alerts(book) == [to, "Ana", "Ben"] and changes.alerts == {1}
    edit_customer(book.workspace, 2, {"owner": "Ana"})
    assert owners_of_alerts(book)[2] == "Ben", "assigned to somebody else"
    undo_last(book.workspace)
    undo_last(book.workspace)
    assert book.hash() == before


def test_an_import_and_its_undo_take_open_alerts_along(book: Book, tmp_path: Path) -> None:
    header = ["customer_id", "name", "owner"]
    book.bring(write_csv(tmp_path / "c.csv", header, [["C1", "Ada", "Ana"], ["C2", "Eve", "Cleo"]]), source="crm")
    with_alerts(book)
    before = book.hash()
    receipt = book.bring(
        write_csv(tmp_path / "d.csv", header, [["C1", "Ada", "Dora"], ["C2", "Eve", "Ben"]]), source="crm"
    )
    assert book.ask("SELECT owner FROM customers ORDER BY id") == [("Dora",), ("Ben",)]
    assert owners_of_alerts(book) == ["Dora", "Ana", "Ben"]
    assert not verify_book(book.workspace).problems
    undo_import(book.workspace, receipt.import_id or 0)
    assert owners_of_alerts(book) == ["Ana", "Ana", "Ben"] and book.hash() == before
    assert not verify_book(book.workspace).problems


def test_open_deals_and_tasks_go_with_their_customer_to_another_owner_and_back_on_undo(book: Book) -> None:
    from models.tables import opportunities, tasks

    for name, owner in (("Ada", "Ana"), ("Eve", "Cleo")):
        add_customer(book.workspace, {"name": name, "owner": owner}, new_owner=True)
    with book.workspace.store.unit_of_work(book.workspace.me, "made", "test", at=book.workspace.at) as work:
        for number, (customer, stage, owner) in enumerate(
            ((1, "Proposal", "Ana"), (1, "Won", "Ana"), (1, "Lead", "Ben"), (2, "Lead", "Ana"))
        ):
            deal = {"source": "crm", "external_id": f"D{number}", "name": f"Deal {number}", "stage": stage}
            work.insert(opportunities, {**deal, "customer_id": customer, "owner": owner})
        for done in (None, work.at):
            task = {"customer_id": 1, "title": "Call", "owner": "Ana", "done_at": done, "created_at": work.at}
            work.insert(tasks, task)
        work.digest("work")
        work.commit()

    def owners() -> list[str]:
        deals = book.ask("SELECT owner FROM opportunities ORDER BY id")
        return [owner for (owner,) in [*deals, *book.ask("SELECT owner FROM tasks ORDER BY id")]]

    before = owners()
    changes = edit_customer(book.workspace, 1, {"owner": "Cleo"})
    assert changes.words == "Changed owner of Ada; 1 open deal and 1 open task went along"
    assert owners() == ["Cleo", "Ana", "Ben", "Ana", "Cleo", "Ana"]
    undo_last(book.workspace)
    assert owners() == before and book.ask("SELECT owner FROM customers WHERE id = 1") == [("Ana",)]


def test_the_owner_of_a_customer_is_one_whom_the_book_knows_unless_a_new_one_is_meant(book: Book) -> None:
    (number,) = add_customer(book.workspace, {"name": "Ada", "owner": "Priya Raman"}).customers  # the first one
    before = book.hash()
    with pytest.raises(UnknownOwner, match="Closest: Priya Raman"):
        edit_customer(book.workspace, number, {"owner": "Pri"})
    with pytest.raises(UnknownOwner, match="No owner is called “Xu”"):
        add_customer(book.workspace, {"name": "Eve", "owner": "Xu"})
    assert book.hash() == before
    edit_customer(book.workspace, number, {"owner": "Xu"}, new_owner=True)
    edit_customer(book.workspace, number, {"owner": " xu "})
    assert book.one("SELECT owner FROM customers") == "Xu"
    add_customer(book.workspace, {"name": "Eve", "owner": book.workspace.person})


def test_a_portfolio_changes_hands_with_its_open_work_and_returns_on_undo(book: Book) -> None:
    from models.tables import alerts, opportunities, tasks

    for name, owner in (("Ada", "Ana"), ("Ben", "Ana"), ("Eve", "Cleo")):
        add_customer(book.workspace, {"name": name, "owner": owner}, new_owner=True)
    with book.workspace.store.unit_of_work(book.workspace.me, "made", "test", at=book.workspace.at) as work:
        for number, (stage, owner) in enumerate((("Proposal", "Ana"), ("Won", "Ana"), ("Proposal", "Ben"))):
            row = {"customer_id": 1, "source": "crm", "external_id": str(number), "stage": stage, "owner": owner}
            work.insert(opportunities, row)
        for done in (None, book.workspace.at):
            row = {"customer_id": 2, "title": "Call", "owner": "Ana", "created_at": book.workspace.at, "done_at": done}
            work.insert(tasks, row)
        raised = {"kind": "risk", "rule": "r", "severity": 3, "reason": "{}", "opened_at": "x", "opened_as_of": "x"}
        for customer, state, owner in ((1, "waiting", "Ana"), (2, "resolved", "Ana"), (2, "open", "Ben")):
            work.insert(alerts, {**raised, "customer_id": customer, "state": state, "owner": owner})
        work.commit()
    before = book.hash()
    changes = hand_over(book.workspace, "Ana", " Cleo ", new_owner=True)
    assert changes.words == "Handed 2 customers of Ana over to Cleo" and len(changes.customers) == 2
    assert book.ask("SELECT owner FROM customers ORDER BY id") == [("Cleo",)] * 3
    assert book.ask("SELECT owner FROM opportunities ORDER BY id") == [("Cleo",), ("Ana",), ("Ben",)]
    assert book.ask("SELECT owner FROM tasks ORDER BY id") == [("Cleo",), ("Ana",)]
    assert book.ask("SELECT owner FROM alerts ORDER BY id") == [("Cleo",), ("Ana",), ("Ben",)]
    assert changes.alerts == {1}
    undo_last(book.workspace)
    assert book.hash() == before
    for to in ("", "Ana"):
        with pytest.raises(UserError, match="Enter who takes over"):
            hand_over(book.workspace, "Ana", to)
