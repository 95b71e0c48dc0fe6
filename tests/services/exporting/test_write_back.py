"""What is written back: only what was changed here, in the words of the system, and nothing that spoils a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from models.values.errors import EnvironmentFault, UserError
from models.values.write_back import WriteBack, WriteFile
from services.audit import undo_last
from services.exporting.write_back import write_back, write_back_plan
from services.sync import add_customer, edit_customer, edit_deals
from services.sync.contacts_by_hand import add_contact, edit_contact
from tests.services.sync.book import Book, write_csv

ACCOUNTS = [
    "Id",
    "Name",
    "Phone",
    "BillingCity",
    "BillingCountry",
    "OwnerId",
    "IsDeleted",
    "SystemModstamp",
    "Industry",
]
CONTACTS = ["Id", "AccountId", "FirstName", "LastName", "Email", "Phone", "MailingCity"]
DEALS = ["Id", "IsDeleted", "SystemModstamp", "AccountId", "Name", "StageName", "CloseDate", "Amount"]
ACME, LINDEN = "0013000000AAAAAAA2", "0013000000BBBBBBB2"
ANA = "0033000000CCCCCCC2"
BEN = "0033000000DDDDDDD2"
STAMP = "2026-11-01T00:00:00.000Z"


def accounts(path: Path, city: str = "Leeds") -> Path:
    rows = [[key, name, "+31 20 123 4567", city, "UK", "005300000012345AAA", "false", STAMP]
            for key, name in ((ACME, "Acme"), (LINDEN, "Linden"))]  # fmt: skip
    return write_csv(path, ACCOUNTS, rows)


def deals(path: Path) -> Path:
    rows = [
        [f"0063000000DDDDD{n}A2", "false", STAMP, ACME, f"Deal {n}", stage, "2026-12-01", "500.0"]
        for n, stage in enumerate(("Prospecting", "Negotiation/Review", "Proposal/Price Quote"))
    ]
    return write_csv(path, DEALS, rows)


@pytest.fixture
def crm(book: Book, tmp_path: Path) -> Book:
    """A book of two accounts, a contact of one and a contact without, who is a customer, and three deals."""
    book.bring(accounts(tmp_path / "accounts.csv"))
    contact = [ANA, "", "Ana", "Lima", "ana@example.com", "0113 496 0123", "York"]
    book.bring(write_csv(tmp_path / "contacts.csv", CONTACTS, [contact]))
    of_acme = [BEN, ACME, "Ben", "Roe", "ben@acme.example", "0113 496 0124", ""]
    book.bring(write_csv(tmp_path / "people.csv", CONTACTS, [of_acme]))
    book.bring(deals(tmp_path / "deals.csv"))
    return book


def edit_person(book: Book, external: str, **fields: str) -> None:
    edit_contact(book.workspace, int(book.one("SELECT id FROM contacts WHERE external_id = ?", external)), fields)


def number(book: Book, external: str) -> int:
    return int(book.one("SELECT id FROM customers WHERE external_id = ?", external))


def edit(book: Book, external: str, **fields: str) -> None:
    edit_customer(book.workspace, number(book, external), fields, new_owner=True)


def plan(book: Book, target: str = "salesforce", *whats: str) -> WriteBack:
    return write_back_plan(book.workspace, target, whats or ("fields", "stages", "tasks"))  # type: ignore[arg-type]


def file(found: WriteBack, name: str) -> WriteFile:
    return next(one for one in found.files if one.name == name)


def test_only_the_changed_fields_of_the_changed_customers_are_written(crm: Book) -> None:
    assert plan(crm).files == ()
    edit(crm, ACME, city="York")
    edit(crm, ANA, email="ana.lima@example.com", phone="+44 113 496 0999")
    found = plan(crm)
    assert [one.name for one in found.files] == ["accounts", "contacts"]
    assert file(found, "accounts") == WriteFile("accounts", "fields", ("Id", "BillingCity"), ((ACME, "York"),))
    contacts = file(found, "contacts")
    assert contacts.columns == ("Id", "Email", "Phone")
    assert contacts.rows == ((ANA, "ana.lima@example.com", "+44 113 496 0999"),)


def test_a_contact_of_an_account_goes_back_as_one_who_is_a_customer_does(crm: Book, tmp_path: Path) -> None:
    edit(crm, ANA, email="ana.lima@example.com")
    edit_person(crm, BEN, phone="+44 113 496 0999", email_consent="withdrawn", role="Buyer")
    found = plan(crm)
    contacts = file(found, "contacts")
    assert contacts.columns == ("Id", "Email", "Phone", "HasOptedOutOfEmail", "Title")
    assert contacts.rows == (
        (ANA, "ana.lima@example.com", "", "", ""),
        (BEN, "", "+44 113 496 0999", "true", "Buyer"),
    )
    write_back(crm.workspace, found, tmp_path)
    later = [BEN, ACME, "Ben", "Roe", "ben@acme.example", "0113 496 0999", ""]
    crm.bring(write_csv(tmp_path / "later.csv", CONTACTS, [later]))
    left = file(plan(crm), "contacts")
    assert left.columns == ("Id", "Email", "HasOptedOutOfEmail", "Title"), "the file said their phone"
    assert left.rows[1] == (BEN, "", "true", "Buyer")


def test_what_a_system_cannot_take_of_a_contact_is_said(crm: Book) -> None:
    edit_person(crm, BEN, name="Benjamin Roe", preferred_hours="mornings")
    add_contact(crm.workspace, number(crm, ACME), {"name": "Eve", "email": "eve@acme.example"})
    found = plan(crm, "salesforce", "fields")
    assert found.files == ()
    assert set(found.left_out) == {
        "1 × name: Salesforce stores first and last names separately: change them there.",
        "1 × preferred hours: Salesforce has no field for it.",
        "1 × a contact not in Salesforce: add them there.",
    }
    assert "Benjamin Roe" in {cell for row in file(plan(crm, "csv"), "contacts").rows for cell in row}


def test_a_cell_of_a_row_whose_field_did_not_change_is_empty(crm: Book) -> None:
    edit(crm, ACME, city="York")
    edit(crm, LINDEN, phone="+31 20 999 9999")
    found = file(plan(crm), "accounts")
    assert found.columns == ("Id", "Phone", "BillingCity")
    assert found.rows == ((ACME, "", "York"), (LINDEN, "+31 20 999 9999", ""))


def test_only_customers_of_the_system_go_back_to_it_whatever_the_ids_of_others_look_like(
    crm: Book, tmp_path: Path
) -> None:
    alike, uk = "0013000000EEEEEEA2", "0013000000FFFFFFA2"
    shop = write_csv(tmp_path / "shop.csv", ["customer_id", "name", "city"], [[alike, "Eve", "Hull"]])
    crm.bring(shop, source="shop")
    of_uk = [uk, "Brook", "", "Leeds", "UK", "005300000012345AAA", "false", STAMP]
    crm.bring(write_csv(tmp_path / "uk.csv", ACCOUNTS, [of_uk]), source="sales uk")
    edit(crm, alike, city="York")
    edit(crm, uk, city="York")
    found = plan(crm, "salesforce", "fields")
    assert file(found, "accounts").rows == ((uk, "York"),)
    assert found.left_out == ("1 × a customer not in Salesforce: add them there.",)
    assert {row[1] for one in plan(crm, "csv", "fields").files for row in one.rows} == {alike, uk}


def test_what_was_undone_or_changed_back_is_not_written(crm: Book) -> None:
    edit(crm, ACME, city="York")
    undo_last(crm.workspace)
    edit(crm, LINDEN, city="York")
    edit(crm, LINDEN, city="Leeds")
    assert plan(crm).files == ()


def test_a_field_is_written_until_a_file_of_its_source_comes_in_after_it(crm: Book, tmp_path: Path) -> None:
    edit(crm, ACME, city="York")
    write_back(crm.workspace, plan(crm), tmp_path)
    assert len(plan(crm).files) == 1, "a file that is lost is written again"
    crm.bring(deals(tmp_path / "again.csv"))
    assert len(plan(crm).files) == 1, "a file of deals says nothing of cities"
    path = accounts(tmp_path / "later.csv")
    path.write_text(path.read_text().replace("Leeds", "York", 1))
    crm.bring(path)
    assert plan(crm).files == ()


def test_a_field_that_was_never_written_outlives_a_file_that_did_not_know_its_customer(
    crm: Book, tmp_path: Path
) -> None:
    edit(crm, ACME, city="York")
    path = accounts(tmp_path / "part.csv")
    path.write_text("".join(line for line in path.read_text().splitlines(True) if ACME not in line))
    crm.bring(path)
    assert file(plan(crm), "accounts").rows == ((ACME, "York"),)
    write_back(crm.workspace, plan(crm), tmp_path)
    assert plan(crm).files == ()


def test_a_field_that_a_file_overwrote_is_not_written(crm: Book, tmp_path: Path) -> None:
    edit(crm, ACME, city="York")
    crm.bring(accounts(tmp_path / "later.csv", city="Hull"))
    assert crm.one("SELECT city FROM customers WHERE external_id = ?", ACME) == "Hull"
    assert plan(crm).files == ()


def test_what_the_system_cannot_take_is_said_with_its_count(crm: Book) -> None:
    edit(crm, ANA, name="Ana Maria Lima", tier="Gold", city="")
    edit(crm, ACME, owner="Mia Chen")
    add_customer(crm.workspace, {"name": "By Hand", "city": "Leeds"})
    found = plan(crm)
    assert found.files == ()
    assert set(found.left_out) == {
        "1 × owner: Salesforce knows an owner by the user's Id: choose the owner there.",
        "1 × name: Salesforce stores first and last names separately: change them there.",
        "1 × city: emptied here, which a file cannot do: empty it in Salesforce.",
        "1 × tier: Salesforce has no field for it.",
        "1 × a customer not in Salesforce: add them there.",
    }


def test_consent_is_written_in_the_words_of_the_system(crm: Book) -> None:
    edit(crm, ANA, email_consent="withdrawn")
    contacts = file(plan(crm), "contacts")
    assert (contacts.columns, contacts.rows) == (("Id", "HasOptedOutOfEmail"), ((ANA, "true"),))


def test_a_stage_has_the_name_that_the_systems_own_deals_have(crm: Book) -> None:
    move(crm, "Deal 0", "Proposal")
    move(crm, "Deal 1", "Won")
    move(crm, "Deal 2", "Qualified")
    found = plan(crm)
    rows = {row[0][-3]: row[1] for row in file(found, "opportunities").rows}
    assert rows == {"0": "Proposal/Price Quote", "1": "Closed Won"}
    assert found.left_out == (
        "1 × stage Qualified: no deal shows what Salesforce calls this stage: move the deal there.",
    )


def move(book: Book, name: str, stage: str, **fields: str) -> None:
    row = int(book.one("SELECT id FROM opportunities WHERE name = ?", name))
    edit_deals(book.workspace, [row], {"stage": stage, **fields}, new_owner=True)


def test_what_else_changed_of_a_deal_goes_back_with_its_stage(crm: Book, tmp_path: Path) -> None:
    move(crm, "Deal 0", "Proposal", amount="612.5", closes_on="2026-12-24", owner="Cleo")
    move(crm, "Deal 1", "Lost", closed_on="2026-11-19")
    found = plan(crm)
    deals = file(found, "opportunities")
    assert deals.columns == ("Id", "StageName", "Amount", "CloseDate")
    assert [row[1:] for row in deals.rows] == [
        ("Proposal/Price Quote", "612.50", "2026-12-24"), ("Closed Lost", "", "2026-11-19"),
    ]  # fmt: skip
    assert found.left_out == ("1 × owner: Salesforce knows an owner by the user's Id: choose the owner there.",)
    plain = file(plan(crm, "csv"), "deals")
    assert plain.columns == ("source", "id", "stage", "amount", "closes_on", "owner", "changed")
    assert plain.rows[0][2:] == (
        "Proposal/Price Quote",
        "612.50",
        "2026-12-24",
        "Cleo",
        "stage, amount, closes_on, owner",
    )


@pytest.mark.parametrize(
    ("target", "name", "head", "row"),
    [
        ("salesforce", "opportunities", "Probability", "40"),
        ("csv", "deals", "probability", "0.4"),
    ],
)
def test_the_probability_of_a_deal_goes_back_as_the_system_counts_it(
    crm: Book, target: str, name: str, head: str, row: str
) -> None:
    move(crm, "Deal 0", "Proposal", probability="40")
    deals = file(plan(crm, target), name)
    assert deals.rows[0][deals.columns.index(head)] == row


def test_an_edit_that_outlived_a_file_is_still_written(crm: Book, tmp_path: Path) -> None:
    move(crm, "Deal 0", "Proposal")
    crm.bring(deals(tmp_path / "again.csv"))
    assert file(plan(crm), "opportunities").rows == (("0063000000DDDDD0A2", "Proposal/Price Quote"),)


def task(book: Book, external: str, title: str) -> int:
    from models.tables import tasks

    with book.workspace.store.unit_of_work(book.workspace.me, "task", "task", at=book.workspace.at) as work:
        row = {"customer_id": number(book, external), "title": title, "due_on": "2026-11-30"}
        made = work.insert(tasks, {**row, "created_at": book.workspace.at})
        work.commit()
    return made


def test_a_task_is_written_once_to_the_contact_or_the_account(crm: Book, tmp_path: Path) -> None:
    task(crm, ANA, "Call her")
    first = task(crm, ACME, "=HYPERLINK(1)")
    found = file(plan(crm), "tasks")
    assert found.columns == ("Subject", "ActivityDate", "Status", "WhoId", "WhatId")
    assert found.rows == (
        ("Call her", "2026-11-30", "Not Started", ANA, ""),
        ("'=HYPERLINK(1)", "2026-11-30", "Not Started", "", ACME),
    )
    write_back(crm.workspace, plan(crm), tmp_path)
    assert plan(crm).files == ()
    again = write_back_plan(crm.workspace, "salesforce", ("tasks",), everything=True)
    assert file(again, "tasks").rows == found.rows
    finish(crm, first)
    assert plan(crm).left_out == ("1 × a task changed after it was written: change it in Salesforce.",)


def test_a_task_for_a_customer_whom_the_system_does_not_have_is_left_out_and_said(crm: Book) -> None:
    add_customer(crm.workspace, {"name": "Walk-in"})
    task(crm, str(crm.one("SELECT external_id FROM customers WHERE name = 'Walk-in'")), "Call")
    found = plan(crm, "salesforce", "tasks")
    assert found.files == ()
    assert found.left_out == ("1 × a task for a customer not in Salesforce.",)


def finish(book: Book, number_of_task: int) -> None:
    from models.tables import tasks

    with book.workspace.store.unit_of_work(book.workspace.me, "task-done", "task", at=book.workspace.at) as work:
        work.update(tasks, number_of_task, {"done_at": book.workspace.at})
        work.commit()


def score(book: Book, risk: float) -> None:
    from services.scoring import score_due

    score_due(book.workspace, None, force_all=True)
    with book.workspace.store.unit_of_work(book.workspace.me, "test", "scores", at=book.workspace.at) as work:
        work.sql("UPDATE customer_risk_scores SET churn_risk = ? WHERE customer_id = ?", (risk, number(book, ACME)))
        work.digest("x")
        work.commit()


def test_scores_are_written_where_a_person_would_see_the_change(crm: Book, tmp_path: Path) -> None:
    bought = [[f"O{n}", who, f"2026-{n + 1:02}-05", "90.00"] for n in range(6) for who in (ACME, ANA)]
    orders = [[f"{row[0]}-{row[1][2]}", *row[1:]] for row in bought]
    crm.bring(write_csv(tmp_path / "orders.csv", ["order_id", "customer_id", "ordered_at", "amount"], orders),
              source="salesforce")  # fmt: skip
    score(crm, 0.6249)
    found = plan(crm, "salesforce", "scores")
    assert [one.name for one in found.files] == ["accounts-scores", "contacts-scores"]
    table = file(found, "accounts-scores")
    assert table.columns[:4] == ("Id", "Bellwether_Engagement__c", "Bellwether_Health__c", "Bellwether_Churn_Risk__c")
    assert {row[0]: row[3] for row in table.rows}[ACME] == "62"
    write_back(crm.workspace, found, tmp_path)
    assert plan(crm, "salesforce", "scores").files == ()
    kept = crm.one("SELECT after FROM journal_payloads WHERE operation = 'digest' ORDER BY id DESC LIMIT 1")
    assert ACME not in kept and ANA not in kept, "the journal keeps no ids of customers"
    score(crm, 0.6201)
    assert plan(crm, "salesforce", "scores").files == ()
    score(crm, 0.71)
    assert [row[0] for row in file(plan(crm, "salesforce", "scores"), "accounts-scores").rows] == [ACME]


def test_hubspot_has_record_ids_and_labels(book: Book, tmp_path: Path) -> None:
    head = ["Record ID", "Company name", "City", "Company owner", "Company Domain Name", "Phone Number"]
    book.bring(write_csv(tmp_path / "companies.csv", head, [["701", "Acme", "Leeds", "Mia", "acme.com", ""]]))
    head = ["Record ID", "First Name", "Last Name", "Email", "Contact owner", "Lead Status"]
    book.bring(write_csv(tmp_path / "contacts.csv", head, [["501", "Ana", "Lima", "ana@example.com", "Mia", "new"]]))
    edit(book, "company:701", city="York", name="Acme plc")
    head = [*head[:4], "Contact owner", "Associated Company IDs", "Job Title"]
    of_acme = ["502", "Ben", "Roe", "ben@acme.example", "Mia", "701;702", "Buyer"]
    book.bring(write_csv(tmp_path / "people.csv", head, [of_acme]))
    edit(book, "501", owner="Ben")
    edit_person(book, "502", email="ben@acme.com")
    found = plan(book, "hubspot")
    companies, contacts = file(found, "companies"), file(found, "contacts")
    assert (companies.columns, companies.rows) == (
        ("Record ID", "Company name", "City"),
        (("701", "Acme plc", "York"),),
    )
    assert (contacts.columns, contacts.rows) == (
        ("Record ID", "Email", "Contact owner"),
        (("501", "", "Ben"), ("502", "ben@acme.com", "")),
    )


def test_a_probability_that_hubspot_does_not_take_is_said(book: Book, tmp_path: Path) -> None:
    head = ["Record ID", "Deal Name", "Deal Stage", "Amount", "Close Date", "Deal owner", "Pipeline"]
    book.bring(
        write_csv(tmp_path / "deals.csv", head, [["901", "Rollout", "Qualified", "90", "2026-12-01", "Mia", "A"]])
    )
    move(book, "Rollout", "Won", probability="100")
    found = plan(book, "hubspot")
    assert file(found, "deals").rows[0][:2] == ("901", "Closed Won")
    assert [one.split(":")[0] for one in found.left_out] == ["1 × probability"]


def test_a_plain_file_names_source_id_and_what_changed_and_comes_in_again(crm: Book, tmp_path: Path) -> None:
    edit(crm, ACME, city="York", tier="Gold")
    edit(crm, ANA, city="")
    (written,), _ = write_back(crm.workspace, plan(crm, "csv"), tmp_path / "back.csv")
    with Path(written.path).open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))
    assert rows == [
        ["source", "id", "city", "tier", "changed"],
        ["salesforce", ACME, "York", "Gold", "city, tier"],
        ["salesforce", ANA, "", "", "city"],
    ]


def test_the_files_are_utf_8_and_each_has_its_name(crm: Book, tmp_path: Path) -> None:
    edit(crm, ACME, city="Malmö")
    edit(crm, ANA, city="Århus")
    written, changes = write_back(crm.workspace, plan(crm), tmp_path / "back.csv")
    assert [Path(one.path).name for one in written] == ["back-accounts.csv", "back-contacts.csv"]
    assert "Malmö" in (tmp_path / "back-accounts.csv").read_text(encoding="utf-8")
    assert changes.words == "Wrote files for Salesforce Data Loader: 1 row of accounts, 1 row of contacts"
    assert crm.one("SELECT verb FROM journal ORDER BY id DESC LIMIT 1") == "write-back"
    folder = tmp_path / "out"
    folder.mkdir()
    write_back(crm.workspace, plan(crm), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["salesforce-accounts.csv", "salesforce-contacts.csv"]


def test_where_a_file_cannot_be_written_nothing_counts_as_written(crm: Book, tmp_path: Path) -> None:
    task(crm, ANA, "Call her")
    edit(crm, ANA, city="Hull")
    entries = crm.one("SELECT count(*) FROM journal")
    (tmp_path / "back-tasks.csv").mkdir()  # no file can have this name
    with pytest.raises(EnvironmentFault, match="could not be written"):
        write_back(crm.workspace, plan(crm), tmp_path / "back.csv")
    with pytest.raises(EnvironmentFault, match="There is no folder"):
        write_back(crm.workspace, plan(crm), tmp_path / "no" / "back.csv")
    assert crm.one("SELECT count(*) FROM journal") == entries
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert [one.name for one in plan(crm).files] == ["contacts", "tasks"]


def test_only_systems_that_are_known_can_be_written_for(book: Book) -> None:
    with pytest.raises(UserError, match="Choose salesforce, hubspot or csv"):
        write_back_plan(book.workspace, "siebel")
