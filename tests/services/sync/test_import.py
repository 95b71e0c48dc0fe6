"""From file to book: counts that add up, an import again that changes nothing, and one change that is one change."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from services.book.sources import orders_ahead
from tests.services.sync.book import FIXTURES, Book, counts, write_csv

EVERY_FIXTURE = sorted(path.name for path in FIXTURES.iterdir() if path.is_file())


def shuffled(source: Path, target: Path, seed: int, edit: tuple[str, str] | None = None) -> Path:
    """A copy of a file with its rows in another order, and one text in one row replaced."""
    raw = source.read_bytes().decode("cp1252")
    head, *body = raw.splitlines(keepends=True)
    random.Random(seed).shuffle(body)
    text = "".join(body)
    if edit is not None:
        assert edit[0] in text
        text = text.replace(*edit, 1)
    target.write_bytes((head + text).encode("cp1252"))
    return target


@pytest.mark.parametrize("name", EVERY_FIXTURE)
def test_a_reimport_changes_nothing(book: Book, name: str) -> None:
    if "opportunities" in name:
        book.bring(FIXTURES / "salesforce_accounts.csv")
    first = book.bring(FIXTURES / name)
    before = book.hash()
    again = book.bring(FIXTURES / name)
    assert counts(again) == (0, 0, first.rows["inserted"], first.rows["rejected"], first.rows["ignored"])
    assert again.customers["created"] == 0
    assert again.totals == first.totals
    assert book.hash() == before


@pytest.mark.parametrize("name", [name for name in EVERY_FIXTURE if name not in ("support_tickets.csv",)])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(book: Book, tmp_path: Path, name: str, seed: int) -> None:
    book.bring(FIXTURES / name)
    before = book.hash()
    again = book.bring(shuffled(FIXTURES / name, tmp_path / name, seed))
    assert (again.rows["inserted"], again.rows["updated"]) == (0, 0)
    assert book.hash() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("purchases.txt", "77.00", "78.00"),
        ("purchases.txt", "19970402  2", "19970402  3"),
        ("retail_lines.csv", "10001A,BLUE MUG ,6", "10001A,BLUE MUG ,7"),
        ("retail_lines.csv", "BOWL, OAK", "BOWL, BIRCH"),
        ("retail_lines.csv", "8,2010-12-01 08:26:00", "8,2010-12-01 07:00:00"),
        ("retail_lines.csv", "6,2010-12-01 08:26:00,3.39", "6,2010-12-01 08:26:00,3.49"),
        ("crm_pipeline.csv", "Engaging", "Won"),
        ("crm_accounts.csv", "Kenya", "Japan"),
        ("salesforce_accounts.csv", "FORT COLLINS", "DENVER"),
    ],
)
def test_one_changed_row_of_a_shuffled_copy_is_one_change(
    book: Book, tmp_path: Path, name: str, old: str, new: str
) -> None:
    receipt = book.bring(FIXTURES / name)
    before = book.hash()
    again = book.bring(shuffled(FIXTURES / name, tmp_path / name, 7, (old, new)))
    assert counts(again)[:3] == (0, 1, receipt.rows["inserted"] - 1)
    assert book.hash() != before


def test_purchases_without_ids_are_known_by_their_text_and_occurrence(book: Book, tmp_path: Path) -> None:
    receipt = book.bring(FIXTURES / "purchases.txt")
    assert receipt.recognised_as == "CDNOW purchases"
    assert counts(receipt) == (9, 0, 0, 0, 0)
    assert receipt.totals == {"USD": 22_049}
    assert receipt.customers == {"matched": 0, "created": 5}
    assert any("1 row has a value of zero" in warning for warning in receipt.warnings)
    later = tmp_path / "later.txt"
    body = (FIXTURES / "purchases.txt").read_text().splitlines()
    later.write_text("\n".join([body[0], *body[5:], " 00004 19970101  2   29.33", " 00006 19980101  1   10.00"]) + "\n")
    again = book.bring(later)
    assert counts(again) == (2, 0, 5, 0, 0), "only the third identical row and the new customer are new"


def test_a_later_export_adds_to_a_customer_and_edits_nothing(book: Book, tmp_path: Path) -> None:
    """A purchase that is no longer in a later export is not taken for the edited form of a new one."""
    header = ["customer_id", "date", "amount"]
    old = [["C100", f"2026-01-{day:02d}", "10"] for day in range(1, 11)]
    new = [["C100", f"2026-01-{day:02d}", "10"] for day in range(5, 11)] + [["C100", "2026-02-01", "12"]]
    book.bring(write_csv(tmp_path / "shop.csv", header, old))
    assert counts(book.bring(write_csv(tmp_path / "shop2.csv", header, new))) == (1, 0, 6, 0, 0)
    assert book.one("SELECT count(*) FROM orders") == 11


def test_lines_become_orders(book: Book) -> None:
    receipt = book.bring(FIXTURES / "retail_lines.csv")
    assert receipt.recognised_as == "Online Retail order lines"
    assert counts(receipt) == (7, 0, 0, 0, 2)
    assert receipt.ignored_reasons == {"without a customer": 2}
    assert receipt.entities["orders"]["inserted"] == 4
    assert receipt.totals == {"GBP": 6 * 255 + 12 * 339 + 8 * 275 + 2 * 255}
    orders = book.ask("SELECT external_id, ordered_at, amount_minor, kind, currency FROM orders ORDER BY external_id")
    assert orders == [
        ("900001", "2010-12-01T08:25:00Z", 6 * 255 + 12 * 339 + 8 * 275, "purchase", "GBP"),
        ("900002", "2010-12-02T10:00:00Z", 510, "purchase", "GBP"),
        ("900005", "2010-12-06T09:30:00Z", 0, "purchase", "GBP"),
        ("C900004", "2010-12-05T09:30:00Z", -510, "cancellation", "GBP"),
    ]
    assert book.ask("SELECT external_id, country FROM customers ORDER BY 1") == [
        ("10850", "United Kingdom"),
        ("10851", "France"),
        ("10852", "Germany"),
    ]


def test_an_order_that_two_files_share_is_worth_both_parts(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "order_date", "sku", "quantity", "unit_price"]
    book.bring(write_csv(tmp_path / "a1.csv", header, [["O1", "C100", "2026-01-01", "A", 2, "5.00"]]))
    receipt = book.bring(write_csv(tmp_path / "a2.csv", header, [["O1", "C100", "2026-01-01", "B", 1, "7.50"]]))
    assert receipt.entities == {
        "orders": {"inserted": 0, "updated": 1, "unchanged": 0},
        "order_lines": {"inserted": 1, "updated": 0, "unchanged": 0},
    }
    assert book.one("SELECT amount_minor FROM orders") == 1_750


def test_a_line_without_an_order_number_is_an_order_of_its_own(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "order_date", "sku", "quantity", "unit_price"]
    rows = [["O1", "C100", "2026-01-01", "A", 2, "5.00"], ["", "C100", "2026-01-01", "B", 1, "7.50"]]
    path = write_csv(tmp_path / "a.csv", header, [*rows, rows[1]])
    assert book.bring(path).entities["orders"]["inserted"] == 2
    assert counts(book.bring(path)) == (0, 0, 3, 0, 0)
    assert book.ask("SELECT amount_minor FROM orders ORDER BY 1") == [(1_000,), (1_500,)]


def test_order_totals_of_the_file_come_before_sums_of_lines(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "order_date", "sku", "quantity", "unit_price", "order_total"]
    rows = [["O1", "C100", "2026-01-01", "A", 2, "5.00", "19.90"], ["O1", "C100", "2026-01-01", "B", 1, "7.50", ""]]
    book.bring(write_csv(tmp_path / "a.csv", header, rows))
    assert book.ask("SELECT amount_minor FROM orders") == [(1_990,)]
    assert book.ask("SELECT amount_minor FROM order_lines ORDER BY 1") == [(750,), (1_000,)]


def test_deals_find_their_accounts_and_products(book: Book) -> None:
    book.bring(FIXTURES / "crm_accounts.csv")
    book.bring(FIXTURES / "crm_products.csv")
    receipt = book.bring(FIXTURES / "crm_pipeline.csv")
    assert counts(receipt) == (4, 0, 0, 0, 0)
    assert receipt.customers == {"matched": 2, "created": 0}
    assert any("Matched “GTXPro” to product “GTX Pro” (2 rows)" in warning for warning in receipt.warnings)
    assert any("1 opportunities have no customer" in warning for warning in receipt.warnings)
    deals = book.ask(
        """
        SELECT d.external_id, c.name, d.stage, d.stage_as_given, p.name, d.product_name, d.opened_on, d.closes_on,
            d.amount_minor
        FROM opportunities d LEFT JOIN customers c ON c.id = d.customer_id LEFT JOIN products p ON p.id = d.product_id
        ORDER BY 1
        """
    )
    assert deals == [
        ("AAAA1111", "Northwind Fabrics", "Won", "Won", "GTX Basic", "GTX Basic", "2016-10-20", "2017-03-01", 105_400),
        ("AAAA2222", "Bluebird Works", "Lost", "Lost", "GTX Pro", "GTXPro", "2016-10-25", "2017-03-11", 0),
        ("AAAA3333", None, "Qualified", "Engaging", "GTX Pro", "GTXPro", "2016-12-25", None, None),
        ("AAAA4444", "Northwind Fabrics", "Identified", "Prospecting", "GTX Pro", "GTX Pro", None, None, None),
    ]


def test_an_unknown_product_is_reported_and_kept(book: Book) -> None:
    receipt = book.bring(FIXTURES / "crm_pipeline.csv")
    assert any("GTXPro (2)" in warning for warning in receipt.warnings)
    assert book.one("SELECT count(*) FROM opportunities WHERE product_name = 'GTXPro'") == 2


def test_salesforce_exports_keep_their_letters_and_extra_columns(book: Book) -> None:
    receipt = book.bring(FIXTURES / "salesforce_accounts.csv")
    assert counts(receipt) == (2, 0, 0, 0, 1)
    assert receipt.ignored_reasons == {"deleted in the source": 1}
    assert receipt.dialect["encoding"] == "cp1252"
    name, city, attributes = book.ask("SELECT name, city, attributes FROM customers ORDER BY external_id")[0]
    assert (name, city) == ("Café Émile", "FORT COLLINS")
    assert json.loads(attributes)["INDUSTRY"] == "Food"
    book.bring(FIXTURES / "salesforce_opportunities.csv")
    assert book.ask("SELECT stage, amount_minor, probability FROM opportunities ORDER BY external_id") == [
        ("Won", 50_000_000, 1.0),
        ("Negotiation", 14_000_000, 0.9),
    ]


def test_tickets_of_one_address_are_of_one_customer(book: Book) -> None:
    receipt = book.bring(FIXTURES / "support_tickets.csv")
    assert counts(receipt) == (3, 0, 0, 0, 0)
    assert receipt.customers["created"] == 2
    tickets = book.ask("SELECT status, opened_on, resolved_at, satisfaction, text FROM tickets ORDER BY external_id")
    assert tickets[0] == ("open", None, None, None, "It does not work.\n\nPlease help.")
    assert tickets[1][:4] == ("solved", "2023-06-01", "2023-06-01T18:05:38Z", 3)
    sentiments = book.ask("SELECT sentiment, sentiment_by FROM tickets ORDER BY external_id")
    assert sentiments[1][0] < 0 and sentiments[1][1] == "computed"


def test_changes_name_the_customers_whose_rows_changed(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "date", "amount"]
    rows = [[f"O{place}", f"C10{place}", "2026-01-01", "10"] for place in range(5)]
    book.bring(write_csv(tmp_path / "a.csv", header, rows))
    rows[2][3] = "11"
    _, changes = book.bring_with_changes(write_csv(tmp_path / "a.csv", header, rows))
    (customer,) = book.ask("SELECT customer_id FROM orders WHERE external_id = 'O2'")[0]
    assert changes.customers == {customer}
    assert changes.tables == {"orders"}
    _, changes = book.bring_with_changes(tmp_path / "a.csv")
    assert (changes.customers, changes.tables, changes.everyone) == (frozenset(), frozenset(), False)


def test_amounts_follow_their_currency_and_their_decimal_sign(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "date", "total", "currency"]
    rows = [["1", "C100", "31.01.2026", "1.234,50", "EUR"], ["2", "C100", "01.02.2026", "1.200,00", "JPY"]]
    rows += [["3", "C100", "02.02.2026", "12,345", "KWD"], ["4", "C100", "02.02.2026", "(7,25 €)", "EUR"]]
    book.bring(write_csv(tmp_path / "a.csv", header, rows, delimiter=";"))
    assert book.ask("SELECT external_id, amount_minor, currency, kind FROM orders ORDER BY 1") == [
        ("1", 123_450, "EUR", "purchase"),
        ("2", 1_200, "JPY", "purchase"),
        ("3", 12_345, "KWD", "purchase"),
        ("4", -725, "EUR", "return"),
    ]


def test_a_local_time_is_kept_with_its_day_and_its_moment(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "ordered_at", "total"]
    rows = [["1", "C100", "2026-07-01 23:30:00", "5"], ["2", "C100", "2026-01-01 00:30:00", "5"]]
    book.bring(write_csv(tmp_path / "a.csv", header, rows), timezone="America/New_York")
    assert book.ask("SELECT ordered_on, ordered_at FROM orders ORDER BY external_id") == [
        ("2026-07-01", "2026-07-02T03:30:00Z"),
        ("2026-01-01", "2026-01-01T05:30:00Z"),
    ]


def test_the_same_id_twice_counts_as_its_last_row(book: Book, tmp_path: Path) -> None:
    header = ["ticket_id", "email", "subject", "status", "created_at"]
    rows = [["2", "a@x.example", "Old", "open", "2026-01-01"], ["1", "b@x.example", "B", "open", "2026-01-01"]]
    rows += [["2", "a@x.example", "New", "closed", "2026-01-01"]]
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", header, rows))
    assert counts(receipt) == (2, 0, 0, 0, 1)
    assert receipt.ignored_reasons == {"the same ID appears again further down": 1}
    assert book.one("SELECT subject FROM tickets WHERE external_id = '2'") == "New"


def test_customers_of_another_system_are_found_by_address_and_number(book: Book, tmp_path: Path) -> None:
    people = [
        ["A-1", "Ada Stone", "Ada@Stone.example", "+1 (503) 555-0142"],
        ["A-2", "Ben Frost", "", "+44 20 5550 1234"],
    ]
    book.bring(write_csv(tmp_path / "people.csv", ["id", "name", "email", "phone"], people), source="crm")
    orders = [["9", "ada@stone.example", "", "2026-01-01", "5"], ["10", "", "0044 20 5550 1234", "2026-01-01", "6"]]
    receipt = book.bring(
        write_csv(tmp_path / "orders.csv", ["order_id", "email", "phone", "date", "total"], orders), source="shop"
    )
    assert receipt.customers == {"matched": 2, "created": 0}
    assert book.one("SELECT count(*) FROM customers") == 2


def test_two_records_of_one_system_stay_two_customers(book: Book, tmp_path: Path) -> None:
    people = [["A-1", "Ada", "desk@stone.example"], ["A-2", "Ben", "desk@stone.example"]]
    receipt = book.bring(write_csv(tmp_path / "people.csv", ["id", "name", "email"], people))
    assert receipt.rows["inserted"] == 2
    assert counts(book.bring(tmp_path / "people.csv")) == (0, 0, 2, 0, 0)


def test_a_second_system_completes_and_does_not_erase(book: Book, tmp_path: Path) -> None:
    header = ["id", "name", "email", "city", "tier"]
    book.bring(write_csv(tmp_path / "a.csv", header, [["A-1", "Ada", "ada@s.example", "Oslo", ""]]), source="crm")
    receipt = book.bring(
        write_csv(tmp_path / "b.csv", header, [["77", "Ada Stone", "ada@s.example", "", "Gold"]]), source="shop"
    )
    assert counts(receipt) == (0, 1, 0, 0, 0)
    assert book.ask("SELECT name, city, tier, external_id FROM customers") == [("Ada Stone", "Oslo", "Gold", "A-1")]
    cleared = book.bring(
        write_csv(tmp_path / "a.csv", header, [["A-1", "Ada Stone", "ada@s.example", "", "Gold"]]), source="crm"
    )
    assert counts(cleared) == (0, 1, 0, 0, 0)
    assert book.one("SELECT city FROM customers") is None


def test_exports_of_one_unknown_system_are_joined_by_their_ids(book: Book, tmp_path: Path) -> None:
    people = [[f"C10{place}", f"Person {place}", ""] for place in range(4)]
    book.bring(write_csv(tmp_path / "customers.csv", ["customer id", "name", "email"], people))
    orders = [[f"O{place}", f"C10{place}", "2026-01-01", "5"] for place in range(4)]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", ["order id", "customer id", "date", "total"], orders))
    assert receipt.customers == {"matched": 4, "created": 0}
    assert any("The IDs match what you imported on " in warning for warning in receipt.warnings)
    apart = [["X1", "77", "2026-01-01", "5"], ["X2", "78", "2026-01-01", "5"]]
    other = book.bring(
        write_csv(
            tmp_path / "other.csv", ["order id", "customer id", "date", "total", "note"], [[*row, ""] for row in apart]
        )
    )
    assert other.customers == {"matched": 0, "created": 2}


def test_returns_have_the_customer_of_their_order(book: Book, tmp_path: Path) -> None:
    orders = [["1001", "C100", "2026-01-01", "A", 2, "5.00"]]
    book.bring(
        write_csv(
            tmp_path / "o.csv", ["order id", "customer id", "order date", "sku", "quantity", "unit price"], orders
        ),
        source="shop",
    )
    returns = [
        ["1001", "1001", "2026-01-09", "A", 1, "5.00", "too small"],
        ["1002", "9999", "2026-01-09", "A", 1, "5.00", ""],
    ]
    receipt = book.bring(
        write_csv(
            tmp_path / "r.csv",
            ["return id", "order id", "returned on", "sku", "quantity", "refund amount", "reason"],
            returns,
        ),
        source="shop",
    )
    assert counts(receipt) == (1, 0, 0, 0, 1)
    assert receipt.ignored_reasons == {"without a customer": 1}
    assert book.ask("SELECT kind, amount_minor, of_external_id FROM orders ORDER BY id") == [
        ("purchase", 1_000, None),
        ("return", -500, "1001"),
    ]


def test_a_stage_change_without_its_deal_is_rejected(book: Book, tmp_path: Path) -> None:
    book.bring(FIXTURES / "crm_pipeline.csv", source="crm")
    header = ["Opportunity ID", "From stage", "To stage", "Changed at", "Changed by"]
    rows = [
        ["AAAA1111", "", "Prospecting", "2016-10-20T08:00:00Z", "Mo"],
        ["NOPE", "", "Won", "2016-10-21T08:00:00Z", "Mo"],
    ]
    path = write_csv(tmp_path / "changes.csv", header, rows)
    receipt, changes = book.bring_with_changes(path, source="crm")
    assert counts(receipt) == (1, 0, 0, 1, 0)
    assert receipt.reasons == {"Opportunity is not in the book yet": 1}
    assert len(changes.customers) == 1
    assert counts(book.bring(path, source="crm")) == (0, 0, 1, 1, 0)


def test_what_a_person_said_of_a_file_is_remembered_for_its_next_export(book: Book, tmp_path: Path) -> None:
    header = ["wer", "wann", "wieviel"]
    said = {"mapping": (("wer", "customer_id"), ("wann", "ordered_at"), ("wieviel", "amount")), "entity": "orders"}
    first = write_csv(tmp_path / "umsatz.csv", header, [["K100", "03/04/2026", "5"]])
    book.bring(first, **said, date_order="dmy", currency="EUR")
    receipt = book.bring(
        write_csv(tmp_path / "neu.csv", header, [["K100", "03/04/2026", "5"], ["K100", "04/05/2026", "6"]])
    )
    assert counts(receipt) == (1, 0, 1, 0, 0)
    assert receipt.totals == {"EUR": 1_100}


def test_a_new_address_of_a_known_customer_is_learnt(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "email", "date", "total"]
    book.bring(
        write_csv(tmp_path / "a.csv", header, [["1", "C100", "one@x.example", "2026-01-01", "5"]]), source="shop"
    )
    book.bring(
        write_csv(tmp_path / "a.csv", header, [["2", "C100", "two@x.example", "2026-01-02", "5"]]), source="shop"
    )
    tickets = [["9", "two@x.example", "Hello", "open", "2026-01-03"]]
    receipt = book.bring(
        write_csv(tmp_path / "t.csv", ["ticket_id", "email", "subject", "status", "created_at"], tickets), source="desk"
    )
    assert receipt.customers == {"matched": 1, "created": 0}


def test_ratings_between_whole_numbers_are_rounded_and_told(book: Book, tmp_path: Path) -> None:
    header = ["review_id", "customer_id", "rating", "review date"]
    rows = [[f"R{n}", "C1", rating, "2026-05-01"] for n, rating in enumerate(["4.5", "3", "3.5", "2.0", "4.5"])]
    receipt = book.bring(write_csv(tmp_path / "reviews.csv", header, rows), entity="reviews")
    assert book.ask("SELECT rating FROM reviews ORDER BY external_id") == [(5,), (3,), (4,), (2,), (5,)]
    said = "Ratings between two whole numbers were rounded, with halves rounded up: 3.5, 4.5 (“rating”)."
    assert said in receipt.warnings


def test_orders_of_days_to_come_are_said_at_the_receipt_and_by_the_book(book: Book, tmp_path: Path) -> None:
    rows = [["O1", "a@example.org", "2026-01-05", "20.00"], ["O2", "b@example.org", "2030-03-03", "9.00"]]
    receipt = book.bring(write_csv(tmp_path / "orders.csv", ["Order ID", "Email", "Order Date", "Total"], rows))
    said = "1 order is dated after today, up to 3 Mar 2030: not scored until its day. Check the dates."
    assert said in receipt.warnings
    with book.workspace.store.snapshot() as driver:
        assert orders_ahead(driver, book.workspace.clock.today()) == said


def test_who_rates_well_is_named_at_the_receipt_only_with_plain_words_of_leaving(book: Book, tmp_path: Path) -> None:
    rows = [
        ["R1", "Ada Hill", "a@example.org", "5", "I will order elsewhere.", "2026-03-05"],
        ["R2", "Bo Lind", "b@example.org", "3", "I will order elsewhere.", "2026-03-05"],
        ["R3", "Cy Moss", "c@example.org", "5", "Nice shirts, but we are leaving you.", "2026-03-05"],
    ]
    header = ["Review ID", "Customer", "Email", "Rating", "Review text", "Review date"]
    receipt = book.bring(write_csv(tmp_path / "reviews.csv", header, rows))
    assert receipt.as_json()["may_leave"] == ["Cy Moss", "Bo Lind"]


def test_who_wrote_that_they_may_leave_is_named_at_the_receipt_and_not_kept_in_it(book: Book, tmp_path: Path) -> None:
    header = ["Ticket ID", "Customer", "Email", "Subject", "Description", "Status", "Priority", "Created at"]
    rows = [
        [
            "T1",
            "Ada Hill",
            "a@example.org",
            "Third time",
            "If it happens again we will leave.",
            "Open",
            "Urgent",
            "2026-03-05",
        ],
        [
            "T2",
            "Bo Lind",
            "b@example.org",
            "Order",
            "Please cancel my order of the blue one",
            "Open",
            "Low",
            "2026-03-05",
        ],
        ["T3", "Cy Moss", "c@example.org", "Old", "We are leaving you.", "Closed", "Low", "2025-06-05"],
        ["T4", "Di Noor", "d@example.org", "Kündigung", "Wir kündigen den Vertrag.", "Open", "Low", "2026-03-04"],
    ]
    people = (("Ada Hill", "a@example.org"), ("Di Noor", "d@example.org"))
    ordered = [[f"O{n}", *one, "2026-01-05", "20.00"] for n, one in enumerate(people)]
    book.bring(write_csv(tmp_path / "orders.csv", ["Order ID", "Customer", "Email", "Order Date", "Total"], ordered))
    rows.append(["T5", "Ed Nowak", "e@example.org", "Bye", "We are leaving you.", "Open", "Low", "2026-03-04"])
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", header, rows))
    note = "1 contact without purchases wrote that they may leave: not scored, so they get no alert."
    assert note in receipt.warnings
    assert receipt.distress == "3 people wrote that they may leave: Ada Hill, Di Noor, Ed Nowak."
    assert receipt.as_json()["may_leave"] == ["Ada Hill", "Di Noor", "Ed Nowak"]
    assert "Ada Hill" not in str(book.ask("SELECT receipt FROM imports"))
    assert book.bring(tmp_path / "tickets.csv").distress == ""


def test_customers_whose_urgent_unhappy_ticket_is_open_are_named_at_the_receipt_by_what_they_spent(
    book: Book, tmp_path: Path
) -> None:
    people = [("Small Ltd", "20.00"), ("Best Ltd", "900.00"), ("Calm Ltd", "50.00"), ("Solved Ltd", "70.00")]
    people.append(("Pressing Ltd", "60.00"))
    header = ["Order ID", "Customer", "Email", "Order Date", "Total"]
    ordered = [[f"O{n}", name, f"{n}@example.org", "2026-01-05", paid] for n, (name, paid) in enumerate(people)]
    book.bring(write_csv(tmp_path / "orders.csv", header, ordered))
    header = ["Ticket ID", "Customer", "Email", "Subject", "Description", "Status", "Priority", "Created at"]
    states = [("Open", "Urgent"), ("Open", "Urgent"), ("Open", "Low"), ("Closed", "Urgent")]
    rows = [
        [f"T{n}", name, f"{n}@example.org", "The red scarf", "It is terrible.", *state, "2026-03-05"]
        for n, ((name, _), state) in enumerate(zip(people, states, strict=False))
    ]
    said = "NOBODY picks up the phone. Fix this NOW."
    rows.append(["T4", "Pressing Ltd", "4@example.org", "Phone", said, "Open", "Normal", "2026-03-05"])
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", header, rows))
    assert receipt.distress == "3 customers with an urgent complaint open: Best Ltd, Pressing Ltd, Small Ltd."
    assert receipt.as_json()["urgent"] == ["Best Ltd", "Pressing Ltd", "Small Ltd"]
    assert "Best Ltd" not in str(book.ask("SELECT receipt FROM imports"))


def test_a_sentiment_that_the_text_denies_gives_way_to_the_text(book: Book, tmp_path: Path) -> None:
    header = ["mention_id", "email", "platform", "text", "posted_at", "sentiment"]
    rows = [
        ["1", "a@example.org", "Facebook", "hate the sizing", "2026-03-05", "Positive"],
        ["2", "a@example.org", "Facebook", "love it", "2026-03-06", "Positive"],
        ["3", "a@example.org", "Facebook", "where is it", "2026-03-07", "Negative"],
        ["4", "a@example.org", "Facebook", "love it", "2026-03-08", "-0.1"],
    ]
    receipt = book.bring(write_csv(tmp_path / "mentions.csv", header, rows))
    found = book.ask("SELECT sentiment > 0, sentiment_by FROM conversations ORDER BY external_id")
    # However faint the file's own opposite one is: the words are clear.
    assert found == [(0, "computed"), (1, "file"), (0, "file"), (1, "computed")]
    assert "Sentiment: the text is used where it contradicts the file (2 rows)." in receipt.warnings


def test_tickets_that_are_open_and_resolved_are_counted_once(book: Book, tmp_path: Path) -> None:
    header = ["ticket_id", "email", "subject", "status", "created_at", "resolved_date"]
    rows = [
        ["1", "a@example.org", "Late", "Open", "2026-03-05", "2026-03-06"],
        ["2", "a@example.org", "Late", "Pending", "2026-03-05", "2026-03-07"],
        ["3", "a@example.org", "Late", "Open", "2026-03-05", ""],
        ["4", "a@example.org", "Late", "Closed", "2026-03-05", "2026-03-06"],
    ]
    receipt = book.bring(write_csv(tmp_path / "tickets.csv", header, rows))
    assert [warning for warning in receipt.warnings if "resolved" in warning] == [
        "2 tickets have the status open but a resolved date: they count as resolved from that day."
    ]


def test_customers_of_whom_only_names_are_known_are_imported_with_a_word_on_it(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\nAnna Berg\nBo Lund\n", encoding="utf-8")
    said = "The file has only names: nothing else to match or score these customers by."
    assert book.bring(path).warnings.count(said) == 1
    path.write_text("name,email\nAnna Berg,anna@linden.example\n", encoding="utf-8")
    assert said not in book.bring(path).warnings
