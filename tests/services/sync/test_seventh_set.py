"""What a seventh set of exports was read wrong for: each cause, with other rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from services.sync.formats.ranking import Undecided
from tests.services.sync.book import Book, write_csv


def _meant(entity: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    return fields_of(propose(ENTITIES[entity], Seen.of(columns, rows)))


def test_an_empty_column_gives_way_to_a_filled_one() -> None:
    found = _meant("customers", ["Name", "Phone (work)", "Phone (mobile)"], ["Ada Stone", "", "+1 503 555 0141"])
    assert found == {"Name": "name", "Phone (mobile)": "phone"}


def test_of_two_columns_with_the_same_addresses_the_fuller_one_is_taken() -> None:
    columns = ["Order ID", "Date", "Total", "Buyer email", "Checkout email"]
    rows = [["1", "2026-03-02", "9.00", "ada@x.test", "ada@x.test"], ["2", "2026-03-13", "7.00", "", "kim@y.test"]]
    found = _meant("orders", columns, *rows)
    assert (found["Checkout email"], found.get("Buyer email")) == ("customer_email", None)


@pytest.mark.parametrize(
    ("header", "field"),
    [("Country - Home", "country"), ("City (billing)", "city"), ("State or province - work", "region"),
     ("Contact surname", "last_name"), ("Nom du tiers", "name")],
)  # fmt: skip
def test_which_address_or_whose_name_it_is_does_not_hide_what_a_column_says(header: str, field: str) -> None:
    assert _meant("customers", ["Email", header], ["ada@x.test", "Salem"], ["kim@y.test", "Linz"])[header] == field


@pytest.mark.parametrize(
    ("header", "field"),
    [("Reviewer given name", "customer_first_name"), ("Lieferadresse Ort", "customer_city"),
     ("Rechnungsadresse Firma", "customer_company"), ("Cantidad del producto", "quantity"),
     ("Artikel: Menge", "quantity")],
)  # fmt: skip
def test_so_do_columns_of_an_order(header: str, field: str) -> None:
    cells = ["3", "4"] if field == "quantity" else ["Ada", "Kim"]
    columns = ["Order ID", "Date", "Total", "Email", header]
    rows = [["1", "2026-03-02", "9", "ada@x.test", cells[0]], ["2", "2026-03-13", "7", "kim@y.test", cells[1]]]
    assert _meant("orders", columns, *rows)[header] == field


def test_a_last_name_stays_one() -> None:
    assert _meant("customers", ["Last name", "Email"], ["Stone", "ada@x.test"])["Last name"] == "last_name"


def test_codes_of_currencies_under_a_header_that_says_so_are_the_currency() -> None:
    found = _meant("opportunities", ["Name", "Stage", "Bid currency"], ["Roof", "Won", "USD"], ["Shed", "Lost", "EUR"])
    assert found["Bid currency"] == "currency"


def test_the_state_of_a_review_is_nowhere_to_live() -> None:
    columns = ["review_id", "rating", "date", "reviewState"]
    assert "reviewState" not in _meant("reviews", columns, ["1", "5", "2026-03-02", "1"], ["2", "4", "2026-03-13", "1"])


def test_a_till_is_no_line_and_a_word_of_a_bounce_no_kind_of_campaign() -> None:
    columns, row = ["Order", "Date", "Total", "Email", "POS"], ["9", "ada@x.test", "POS 2"]
    assert "POS" not in _meant("orders", columns, ["1", "2026-03-02", *row], ["2", "2026-03-13", *row])
    columns = ["event", "time", "email", "type"]
    rows = [["delivered", "2026-03-02", "ada@x.test", ""], ["bounce", "2026-03-03", "kim@y.test", "bounce"]]
    assert "type" not in _meant("email_events", columns, *rows)


def test_the_column_that_tells_sales_from_refunds_is_the_kind() -> None:
    columns = ["Receipt number", "Date", "Receipt type", "Total", "Email", "Status"]
    rows = [["1", "2026-03-02", "Sale", "9", "ada@x.test", "Closed"],
            ["2", "2026-03-13", "Refund", "-9", "ada@x.test", "Closed"]]  # fmt: skip
    found = _meant("orders", columns, *rows)
    assert (found["Receipt type"], found.get("Status")) == ("kind", None)


def test_what_was_paid_of_each_line_is_the_amount_after_its_discount(book: Book, tmp_path: Path) -> None:
    header = ["Receipt number", "Date", "Item", "Gross sales", "Discounts", "Net sales", "Email"]
    rows = [["1", "2026-03-02", "Mug", "5.00", "0.00", "5.00", "ada@x.test"],
            ["1", "2026-03-02", "Tea", "6.00", "1.00", "5.00", "ada@x.test"],
            ["2", "2026-03-13", "Tea", "6.00", "0.00", "6.00", "kim@y.test"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "receipts.csv", header, rows))
    assert book.ask("SELECT external_id, amount_minor, discount_minor FROM orders ORDER BY 1") == [
        ("1", 1000, 100), ("2", 600, 0)]  # fmt: skip


def test_further_rows_of_an_order_have_its_day_and_customer_from_the_first(book: Book, tmp_path: Path) -> None:
    header = ["Order ID", "Date", "Email", "Total", "Product", "Quantity", "Price"]
    rows = [["1", "2026-03-02", "ada@x.test", "9.00", "Mug", "1", "5.00"],
            ["1", "", "", "", "Tea", "2", "2.00"],
            ["2", "2026-03-13", "kim@y.test", "5.00", "Mug", "1", "5.00"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "orders.csv", header, rows))
    assert receipt.rows["inserted"] == 3
    assert book.ask("SELECT external_id, amount_minor FROM orders ORDER BY 1") == [("1", 900), ("2", 500)]
    assert book.one("SELECT count(*) FROM order_lines") == 3


def test_how_a_deal_ended_stands_beside_its_stage(book: Book, tmp_path: Path) -> None:
    header = ["Deal ID", "Deal name", "Stage", "Current state", "Amount", "Created", "Company"]
    rows = [["1", "Roof", "Closing", "WON", "9", "2026-03-02", "Linden"],
            ["2", "Shed", "Closing", "LOST", "7", "2026-03-13", "Marlow"],
            ["3", "Barn", "Proposal", "OPEN", "5", "2026-03-14", "Harbour"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "deals.csv", header, rows))
    assert book.ask("SELECT external_id, stage FROM opportunities ORDER BY 1") == [
        ("1", "Won"), ("2", "Lost"), ("3", "Proposal")]  # fmt: skip
    assert any("“Current state” says which deals are won or lost" in warning for warning in receipt.warnings)


def test_a_list_that_only_says_who_people_are_is_of_customers(book: Book, tmp_path: Path) -> None:
    header = ["ID", "Type", "Title", "First Name", "Last Name", "Organisation", "City", "Country", "Phone Number",
              "Email Address", "Twitter", "About", "Owner", "Created", "Updated"]  # fmt: skip
    rows = [["1", "Person", "Ms", "Ada", "Stone", "Linden", "Salem", "US", "+1 503 555 0141", "ada@x.test", "", "",
             "Ann", "2026-03-02", "2026-04-01"],
            ["2", "Person", "", "Kim", "Berg", "Marlow", "Linz", "AT", "+1 503 555 0142", "kim@y.test", "", "", "Lee",
             "2026-03-13", "2026-04-01"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "people.csv", header, rows)).recognised_as == "Customers"


def test_rows_with_a_number_and_a_day_of_an_order_are_orders_however_much_they_say_of_the_buyer(
    book: Book, tmp_path: Path
) -> None:
    header = ["Order #", "Order Date", "First Name", "Surname", "Email", "Quantity", "Total Paid", "Home City",
              "Cell Phone", "Company", "Job Title", "Group"]  # fmt: skip
    rows = [["1", "2026-03-02", "Ada", "Stone", "ada@x.test", "1", "9", "Salem", "+1 503 555 0141", "Linden", "", "A"],
            ["2", "2026-03-13", "Kim", "Berg", "kim@y.test", "2", "7", "Linz", "", "", "", ""]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "report.csv", header, rows)).recognised_as == "Orders"


def test_a_files_name_decides_between_kinds_for_which_equally_much_speaks(book: Book, tmp_path: Path) -> None:
    header = ["Number dialled from", "Start Time", "Duration (seconds)", "Name", "Phone Number", "First-Time Caller",
              "Device Type", "Referrer", "Landing Page"]  # fmt: skip
    rows = [["+15035550100", "2026-03-02 10:00", "60", "Ada Stone", "+15035550141", "yes", "Mobile", "", "/"],
            ["+15035550100", "2026-03-13 10:00", "90", "Kim Berg", "+15035550142", "no", "", "", "/"]]  # fmt: skip
    book.bring(write_csv(tmp_path / "calls_2026-03.csv", header, rows))
    assert {kind for (kind,) in book.ask("SELECT kind FROM activities")} == {"call"}


def test_who_wrote_a_ticket_may_stand_under_from() -> None:
    columns = ["Ticket Number", "Subject", "Status", "From", "From Email"]
    rows = [["1", "Broken", "Open", "Ada Stone", "ada@x.test"], ["2", "Late", "Closed", "Kim Berg", "kim@y.test"]]
    found = _meant("tickets", columns, *rows)
    assert (found["From"], found["From Email"]) == ("customer_name", "customer_email")


def test_one_and_the_same_name_beside_many_addresses_is_ones_own() -> None:
    columns = ["Event", "Time", "Email", "Sender name"]
    rows = [["opened", "2026-03-02", "ada@x.test", "Our Shop"], ["clicked", "2026-03-03", "kim@y.test", "Our Shop"]]
    assert "Sender name" not in _meant("email_events", columns, *rows)


def test_who_attended_an_online_meeting_is_no_list_of_customers(book: Book, tmp_path: Path) -> None:
    header = ["User Name", "Email", "Registration Time", "Join Time", "Leave Time", "Time in Session (minutes)"]
    rows = [["Ada Stone", "ada@x.test", "2026-03-01 09:00", "2026-03-02 10:00", "2026-03-02 11:00", "60"],
            ["Kim Berg", "kim@y.test", "2026-03-01 09:00", "2026-03-02 10:05", "2026-03-02 10:45", "40"]]  # fmt: skip
    assert book.bring(write_csv(tmp_path / "attendee_812.csv", header, rows)).recognised_as == "Activities"


def test_the_only_day_of_rows_that_lack_nothing_else_is_theirs_and_that_is_said(book: Book, tmp_path: Path) -> None:
    header = ["MessageID", "Recipient", "Record Type", "Taken", "Subject"]
    rows = [["m1", "ada@x.test", "Delivered", "2026-03-02 10:00", "Spring"],
            ["m2", "kim@y.test", "Bounced", "2026-03-13 10:00", "Spring"]]  # fmt: skip
    receipt = book.bring(write_csv(tmp_path / "log.csv", header, rows))
    assert (receipt.recognised_as, receipt.mapping["Taken"]) == ("Email events", "happened_at")
    assert any("“Taken” was read as" in warning for warning in receipt.warnings)


def test_a_list_of_invoices_that_says_what_is_still_owed_is_not_taken_for_orders(book: Book, tmp_path: Path) -> None:
    header = ["Dokument Nr.", "Kontakt", "Datum", "Gültig bis", "Total", "Offener Betrag", "Status"]
    rows = [["RE-1", "Linden AG", "02.08.2026", "01.09.2026", "108.10", "0.00", "Bezahlt"],
            ["RE-2", "Marlow AG", "13.08.2026", "12.09.2026", "97.20", "97.20", "Offen"]]  # fmt: skip
    with pytest.raises(Undecided, match="looks like invoices, but no column is “Due"):
        book.bring(write_csv(tmp_path / "rechnungen.csv", header, rows, ";"))


@pytest.mark.parametrize("carried", [False, True])
def test_a_blank_row_among_orders_is_no_order_and_no_fault(book: Book, tmp_path: Path, carried: bool) -> None:
    file = tmp_path / "orders.csv"
    lines = ["order_id,customer_id,order_date,sku,total", "1,A,2026-03-02,x,9.00", "1,,,y,4.00"] if carried else [
        "order_id,customer_id,order_date,total", "1,A,2026-03-02,9.00"]  # fmt: skip
    more = "2,A,2026-03-09,x,7.00" if carried else "2,A,2026-03-09,7.00"
    file.write_text("\n".join([*lines, "", more, "", ""]) + "\n", encoding="utf-8")
    book.bring(file, source="shop")
    assert book.one("SELECT count(*) FROM orders") == 2
