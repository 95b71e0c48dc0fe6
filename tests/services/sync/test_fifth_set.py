"""What a fifth set of exports was read wrong for at first sight: each cause, with other rows and other headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.ranking import Undecided
from tests.services.sync.book import Book, write_csv


def _meant(entity: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    return fields_of(propose(ENTITIES[entity], Seen.of(columns, rows)))


def test_the_guest_of_a_meeting_is_the_customer_and_not_whose_calendar_it_is() -> None:
    columns = ["User Email", "User Name", "Registrant First Name", "Registrant Last Name", "Registrant Email", "Kind"]
    rows = [["ann@us.test", "Ann Day", "Tom", "Reed", "tom@x.test", "Visit"],
            ["ann@us.test", "Ann Day", "Kim", "Berg", "kim@y.test", "Visit"]]  # fmt: skip
    found = _meant("activities", columns, *rows)
    assert {column for column, field in found.items() if field.startswith("customer_")} == {
        "Registrant First Name", "Registrant Last Name", "Registrant Email"}  # fmt: skip
    assert found["Registrant Email"] == "customer_email"
    account = _meant("activities", ["user_id", "customer_id", "user_email"], ["7", "C1", "tom@x.test"])
    assert account == {"customer_id": "customer_id", "user_email": "customer_email"}
    alone = _meant("activities", columns[:2], *(row[:2] for row in rows))
    assert alone == {"User Email": "customer_email", "User Name": "customer_name"}


def test_a_sign_for_the_price_of_one_is_no_amount() -> None:
    columns = ["Order", "Date", "A/c", "Item", "Descr.", "Qty", "@", "Ext."]
    row = ["17", "2026-03-02", "K-9", "TE-11", "Green tea, loose", "4", "2.50", "10.00"]
    other = ["18", "2026-03-03", "K-8", "TE-12", "Black tea, loose", "2", "3.00", "6.00"]
    found = _meant("orders", columns, row, other)
    assert (found["@"], found["Ext."], found["A/c"]) == ("unit_price", "line_total", "customer_id")
    assert (found["Item"], found["Descr."]) == ("sku", "product")


def test_a_day_of_credit_is_none_of_return_where_it_says_when_goods_were_received() -> None:
    columns = ["RMA no", "Rec'd", "Order no", "Art.", "Descr.", "Refund", "Credit dt"]
    rows = [["R1", "02.03.2026", "S1", "TE-11", "Green tea", "4.00", "09.03.2026"],
            ["R2", "03.03.2026", "S2", "TE-12", "Black tea", "5.00", "10.03.2026"]]  # fmt: skip
    found = _meant("returns", columns, *rows)
    assert found["Rec'd"] == "returned_at" and "Credit dt" not in found
    assert (found["Art."], found["Descr."]) == ("sku", "product")
    columns = ["RGA #", "Received", "Order no", "Part #", "Cr. amt", "Credit date"]
    rows = [["R1", "02.03.2026", "S1", "TE-11", "4.00", "09.03.2026"], ["R2", "03.03.2026", "S2", "TE-12", "5.00", ""]]
    assert _meant("returns", columns, *rows) == {
        "RGA #": "return_id", "Received": "returned_at", "Order no": "of_order_id", "Part #": "sku",
        "Cr. amt": "refund"}  # fmt: skip


@pytest.mark.parametrize("header", ["First reply time (min)", "First response time"])
def test_how_long_something_took_is_not_when_it_was(header: str) -> None:
    columns = ["Ticket ID", "Subject", "Created at", header]
    rows = [["1", "Where is it", "2026-03-02 10:00", "38"], ["2", "Broken", "2026-03-03 11:00", "40122"]]
    assert header not in _meant("tickets", columns, *rows)


def test_the_person_of_an_answer_is_named_beside_the_company() -> None:
    columns = ["Response ID", "Score", "Person name", "Company"]
    found = _meant("surveys", columns, ["a1", "9", "Ada Stone", "Linden Supply"], ["a2", "3", "Kim Berg", "Marlow"])
    assert (found["Person name"], found["Company"]) == ("customer_name", "customer_company")


def test_beside_a_first_name_a_bare_name_is_the_last_name() -> None:
    columns = ["ID", "Rating", "Date", "First name", "Name", "Email"]
    found = _meant("reviews", columns, ["1", "4", "2026-03-02", "Ada", "Stone", "ada@x.test"])
    assert found["Name"] == "customer_last_name"


def test_counted_seconds_are_moments_whatever_their_header_adds() -> None:
    columns = ["stage_history_id", "deal_id", "from_stage_nm", "to_stage_nm", "moved_at_ms", "moved_by_user_nm"]
    rows = [["1", "D1", "New", "Won", "1787583742343", "Ann"], ["2", "D2", "New", "Lost", "1788706942473", "Ann"]]
    assert _meant("stage_changes", columns, *rows) == {
        "stage_history_id": "change_id", "deal_id": "opportunity_id", "from_stage_nm": "from_stage",
        "to_stage_nm": "to_stage", "moved_at_ms": "changed_at", "moved_by_user_nm": "changed_by"}  # fmt: skip
    columns = ["cust_id", "first_nm", "joined_epoch", "email_optout_flg", "email_optout_epoch", "first_order_dt_key"]
    rows = [["7", "Ann", "1748854940", "1", "1793292337", "20250612"], ["8", "Bo", "1678875029", "0", "", "20230317"]]
    assert _meant("customers", columns, *rows) == {
        "cust_id": "customer_id", "first_nm": "first_name", "joined_epoch": "signed_up_on",
        "email_optout_flg": "email_opt_out", "email_optout_epoch": "email_consent_since"}  # fmt: skip


def test_counted_seconds_are_kept_as_the_days_they_are(book: Book, tmp_path: Path) -> None:
    header = ["line_no", "order_id", "cust_id", "qty", "unit_price_cents", "line_disc_cents", "orig_order_id",
              "sold_at_epoch"]  # fmt: skip
    rows = [["1", "S1", "7", "1", "790", "0", "", "1791542338"],
            ["2", "S2", "8", "2", "500", "100", "S1", "1792074631"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "fct_order_line.csv", header, rows), entity="orders")
    assert book.ask("SELECT external_id, ordered_on, discount_minor, of_external_id FROM orders ORDER BY 1") == [
        ("S1", "2026-10-09", 0, None), ("S2", "2026-10-15", 100, "S1")]  # fmt: skip


def test_people_of_accounts_that_a_sheet_names_are_contacts_and_their_accounts_are_created(
    book: Book, tmp_path: Path
) -> None:
    header = ["Client no", "Client", "Contact person", "Job title", "Email", "Primary?"]
    rows = [["C1", "Linden Supply", "Ada Stone", "Buyer", "ada@linden.test", "x"],
            ["C1", "Linden Supply", "Kim Berg", "Owner", "kim@linden.test", ""],
            ["C2", "Marlow Pike", "Tom Reed", "Buyer", "tom@marlow.test", "x"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "people.csv", header, rows))
    assert book.ask("SELECT name FROM customers ORDER BY name") == [("Linden Supply",), ("Marlow Pike",)]
    people = book.ask("SELECT c.name, k.name, role, is_primary FROM contacts k JOIN customers c ON c.id = customer_id")
    assert sorted(people) == [("Linden Supply", "Ada Stone", "Buyer", 1), ("Linden Supply", "Kim Berg", "Owner", 0),
                              ("Marlow Pike", "Tom Reed", "Buyer", 1)]  # fmt: skip


def test_a_note_beside_a_title_is_no_group_of_columns(book: Book, tmp_path: Path) -> None:
    header = ["Agr. no.", "Client no.", "Client", "Start", "End", "Notice (days)", "Value p.a.", "Cur.", "Auto-ren."]
    title = ["LEASES - register", *[""] * 6, "as of 3/11/26", ""]
    rows = [["A1", "C1", "Linden Supply", "2025-01-01", "2026-12-31", "30", "960", "USD", "yes"],
            ["A2", "C2", "Marlow Pike", "2025-03-01", "2027-02-28", "60", "480", "USD", "no"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "leases.csv", title, [header, *rows]))
    assert receipt.recognised_as == "Contracts"
    assert book.ask("SELECT external_id, ends_on, notice_days, value_per_year_minor, renews FROM contracts") == [
        ("A1", "2026-12-31", 30, 96000, 1), ("A2", "2027-02-28", 60, 48000, 0)]  # fmt: skip


def test_a_log_of_talks_kept_by_hand_is_of_conversations(book: Book, tmp_path: Path) -> None:
    header = ["Date", "Client no", "Client", "How", "In/Out", "Mins", "What was said", "Mood"]
    rows = [["02.03.2026", "C1", "Linden Supply", "phone", "in", "6", "Asked when the tea comes.", "neutral"],
            ["03.03.2026", "C2", "Marlow Pike", "email", "out", "", "Sent the new prices again.", "happy"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "log.csv", header, rows)).recognised_as == "Conversations"
    assert book.ask("SELECT channel, direction, duration_s FROM conversations ORDER BY happened_on") == [
        ("phone", "from_customer", 360), ("email", "to_customer", None)]  # fmt: skip


def test_what_is_due_and_what_is_left_to_pay_tell_invoices_from_orders(book: Book, tmp_path: Path) -> None:
    header = ["Invoice Number", "Contact", "Contact Account Number", "Invoice Date", "Due Date", "Total", "Balance",
              "Status"]  # fmt: skip
    rows = [["I1", "Linden Supply", "C1", "2026-03-02", "2026-04-01", "90.00", "0.00", "Paid"],
            ["I2", "Marlow Pike", "C2", "2026-03-03", "2026-04-02", "80.00", "80.00", "Awaiting payment"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "summary.csv", header, rows))
    assert receipt.recognised_as == "Invoices"
    assert any("Invoices do not count as purchases" in warning for warning in receipt.warnings)
    assert book.ask("SELECT c.name, status FROM invoices i JOIN customers c ON c.id = i.customer_id ORDER BY 1") == [
        ("Linden Supply", "paid"), ("Marlow Pike", "open")]  # fmt: skip


def test_orders_with_a_day_of_payment_are_asked_about(book: Book, tmp_path: Path) -> None:
    header = ["Order number", "Customer", "Date", "Due date", "Paid at", "Total", "Status"]
    path = write_csv(
        tmp_path / "list.csv", header, [["7", "Ada", "2026-03-02", "2026-04-01", "2026-03-20", "9.00", "Paid"]]
    )
    with pytest.raises(Undecided, match="could be invoices or orders"):
        book.bring(path)


def test_what_stands_before_all_headers_of_an_export_says_nothing() -> None:
    columns = ["Job - ID", "Job - Title", "Job - Stage", "Job - Value", "Job - Expected close date", "Job - Owner"]
    row = ["7", "New shop", "Proposal", "900", "2026-05-01", "Ann Day"]
    assert list(_meant("opportunities", columns, row).values()) == [
        "opportunity_id", "name", "stage", "amount", "closes_on", "owner"]  # fmt: skip


def test_nouns_that_warehouses_put_behind_their_columns_say_nothing() -> None:
    columns = ["sku_cd", "prod_nm", "cat_nm", "list_prc_amt", "ccy_cd"]
    found = _meant("products", columns, ["A-1", "Desk lamp", "Lights", "8.00", "EUR"])
    assert list(found.values()) == ["sku", "name", "category", "price", "currency"]


def test_accounts_kept_by_hand_in_short_words() -> None:
    columns = ["Cust #", "Firm", "State/Cty", "Cl.", "AM", "Mail ok?", "ok since"]
    found = _meant("customers", columns, ["C1", "Linden", "OR", "A", "JP", "yes", "2024-07-17"])
    assert [found[column] for column in columns] == [
        "customer_id", "company", "region", "tier", "owner", "email_consent", "email_consent_since"]  # fmt: skip


def test_who_works_when_is_left_out_with_a_sentence(book: Book, tmp_path: Path) -> None:
    header = ["Date", "Name", "Role", "Site", "Shift", "Start", "End", "Break (min)", "Hours"]
    rows = [["2026-03-02", "Ada Stone", "Till", "Shop 1", "E", "06:00", "14:00", "30", "7.5"],
            ["2026-03-03", "Kim Berg", "Till", "Shop 1", "L", "12:00", "20:00", "30", "7.5"]]  # fmt: skip
    with pytest.raises(Undecided, match="look like a rota"):
        book.bring(write_csv(tmp_path / "week.csv", header, rows))


def test_a_dutch_list_of_returns_is_read(book: Book, tmp_path: Path) -> None:
    header = ["Retournummer", "Retour ontvangen op", "Bestelnr.", "Klantnummer", "Naam klant", "Artikelcode", "Aantal",
              "Prijs per stuk", "Terugbetaald bedrag", "Valuta", "Reden retour"]  # fmt: skip
    rows = [["R1", "9 maart 2026", "B1", "K1", "Sanne Smit", "TE-11", "2", "€ 4,50", "€ 9,00", "EUR", "Te laat"],
            ["R2", "10 mei 2026", "B2", "K2", "Daan Vos", "TE-12", "1", "€ 3,00", "€ 3,00", "EUR", "Stuk"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "lijst.csv", header, rows, ";")).recognised_as == "Returns"
    assert book.ask("SELECT external_id, ordered_on, of_external_id FROM orders ORDER BY 1") == [
        ("R1", "2026-03-09", "B1"), ("R2", "2026-05-10", "B2")]  # fmt: skip


def test_a_till_says_where_something_was_sold_and_what_was_given_back(book: Book, tmp_path: Path) -> None:
    header = ["Date", "Time", "Time Zone", "Item", "Qty", "Price Point Name", "Gross Sales", "Discounts", "Net Sales",
              "Transaction ID", "Event Type", "Location", "Customer ID", "Channel"]  # fmt: skip
    place = ["UTC", "Tea"]
    rows = [
        [
            "2026-01-05",
            "10:00:00",
            *place,
            "1",
            "Regular",
            "$10.00",
            "-$1.00",
            "$9.00",
            "T1",
            "Payment",
            "Mill",
            "C1",
            "Web",
        ],
        [
            "2026-01-06",
            "10:00:00",
            *place,
            "-1",
            "Regular",
            "-$9.00",
            "$0.00",
            "-$9.00",
            "T2",
            "Refund",
            "Mill",
            "C1",
            "Web",
        ],
    ]
    book.bring(write_csv(tmp_path / "items.csv", header, rows))
    assert book.ask("SELECT amount_minor, discount_minor, kind, channel FROM orders ORDER BY ordered_on") == [
        (900, 100, "purchase", "Web"), (-900, 0, "return", "Web")]  # fmt: skip
