"""What a third set of exports that nobody had seen was read wrong for: each cause, with other rows."""

from __future__ import annotations

from pathlib import Path

from services.entities import ENTITIES
from services.sync.formats.propose import Seen, fields_of, propose
from tests.services.sync.book import Book, write_csv

_ORDER = ["order_id", "customer_id", "order_date"]


def _meant(entity: str, columns: list[str], *rows: list[str]) -> dict[str, str]:
    return fields_of(propose(ENTITIES[entity], Seen.of(columns, rows)))


def test_the_amount_after_the_discount_is_what_was_paid(book: Book, tmp_path: Path) -> None:
    header = [*_ORDER, "gross_amt", "disc_amt", "net_amt"]
    rows = [
        ["S1", "C1", "2026-01-05", "100.00", "10.00", "90.00"],
        ["S2", "C1", "2026-02-05", "-50.00", "-5.00", "-45.00"],
        ["S3", "C2", "2026-02-07", "20.00", "", "20.00"],
    ]
    book.bring(write_csv(tmp_path / "order_fact.csv", header, rows))
    asked = "SELECT amount_minor, kind FROM orders ORDER BY external_id"
    assert book.ask(asked) == [(9_000, "purchase"), (-4_500, "return"), (2_000, "purchase")]


def test_an_amount_with_tax_is_not_one_before_a_discount() -> None:
    columns = [*_ORDER, "gross_amt", "disc_amt", "net_amt"]
    rows = [["S1", "C1", "2026-01-05", "119.00", "10.00", "100.00"], ["S2", "C1", "2026-01-06", "23.80", "0", "20.00"]]
    assert _meant("orders", columns, *rows)["gross_amt"] == "amount"


def test_a_word_of_a_kind_makes_no_purchase_of_less_than_nothing(book: Book, tmp_path: Path) -> None:
    header = [*_ORDER, "total", "order type"]
    rows = [["S1", "C1", "2026-01-05", "10.00", "ZV"], ["S2", "C1", "2026-01-09", "-4.00", "ZQ"]]
    book.bring(write_csv(tmp_path / "orders.csv", header, rows))
    lines = [[*row[:3], "Tee", row[3], row[4]] for row in (["L1", *rows[0][1:]], ["L2", *rows[1][1:]])]
    book.bring(write_csv(tmp_path / "lines.csv", [*_ORDER, "product", "total", "order type"], lines))
    asked = "SELECT external_id, kind FROM orders ORDER BY 1"
    assert book.ask(asked) == [("L1", "purchase"), ("L2", "return"), ("S1", "purchase"), ("S2", "return")]


def test_no_line_is_made_of_an_orders_second_number_and_its_subtotal() -> None:
    columns = [*_ORDER, "order_number", "order_subtotal", "order_total"]
    rows = [["1", "C1", "2026-01-05", "W1", "9.00", "12.00"], ["2", "C1", "2026-01-06", "W2", "8.00", "11.00"]]
    found = _meant("orders", columns, *rows)
    assert not {"sku", "line_total"} & set(found.values()) and found["order_total"] == "amount"
    review = ["review id", "created", "customer email", "reference id", "stars"]
    rows = [["a1", "2026-01-05", "a@x.test", "R-1", "5"], ["a2", "2026-01-06", "b@x.test", "R-2", "4"]]
    assert "sku" not in _meant("reviews", review, *rows).values()


def test_lines_keep_their_codes_and_totals() -> None:
    columns = [*_ORDER, "code", "description", "subtotal", "total"]
    rows = [["1", "C1", "2026-01-05", "T-1", "Tee", "9", "21"], ["1", "C1", "2026-01-05", "T-2", "Cap", "12", "21"]]
    found = _meant("orders", columns, *rows)
    assert (found["code"], found["subtotal"]) == ("sku", "line_total")


def test_the_company_of_who_asks_is_not_their_name(book: Book, tmp_path: Path) -> None:
    header = [*_ORDER, "Customer First Name", "Customer Last Name", "Customer Company", "total"]
    rows = [
        ["I1", "C1", "2026-01-05", "Ada", "Stone", "Halden Ltd", "9"],
        ["I2", "C2", "2026-01-06", "", "", "Oak", "8"],
    ]
    book.bring(write_csv(tmp_path / "invoices.csv", header, rows))
    assert book.ask("SELECT name, company FROM customers ORDER BY 1") == [("Ada Stone", "Halden Ltd"), ("Oak", "Oak")]
    tickets = ["Ticket", "Requester", "Organization", "Subject", "Status", "Opened"]
    row = ["1", "Ada Stone", "Halden Ltd", "Broken", "open", "2026-01-05"]
    assert _meant("tickets", tickets, row)["Organization"] == "customer_company"
    # Where nobody else is named, the company is who orders.
    assert _meant("orders", [*_ORDER, "Company", "total"])["Company"] == "customer_name"


def test_a_type_written_short_is_no_code_of_a_product() -> None:
    rows = [["1", "C1", "2026-01-05", "9.00", "SALE"], ["2", "C1", "2026-01-06", "8.00", "RTN"]]
    assert _meant("orders", [*_ORDER, "total", "order_typ_cd"], *rows)["order_typ_cd"] == "kind"


def test_words_of_mails_tell_that_rows_are_mails_whatever_their_column_is_called(book: Book, tmp_path: Path) -> None:
    header = ["Metric", "Profile ID", "Email", "Event Time", "Campaign Name", "Client Type", "Event ID"]
    words = ["Received Email", "Opened Email", "Clicked Email", "Received Email"]
    rows = [
        [word, f"K{place}", f"{place}@x.test", "2026-01-05T10:00:00Z", "Winter", "Mobile", f"E{place}"]
        for place, word in enumerate(words)
    ]
    assert book.bring(write_csv(tmp_path / "export.tsv", header, rows, delimiter="\t")).recognised_as == "Email events"
    asked = "SELECT kind, campaign, count(*) FROM email_events GROUP BY 1, 2 ORDER BY 1"
    assert book.ask(asked) == [("clicked", "Winter", 1), ("delivered", "Winter", 2), ("opened", "Winter", 1)]


def test_a_time_beside_a_day_is_the_time_of_that_day(book: Book, tmp_path: Path) -> None:
    header = ["Nº pedido", "Fecha", "Hora", "Correo electrónico", "Importe total"]
    rows = [["P1", "17/03/2026", "14:05", "a@x.test", "9,50 €"], ["P2", "18/03/2026", "", "b@x.test", "8,00 €"]]
    book.bring(write_csv(tmp_path / "pedidos.csv", header, rows, delimiter=";"))
    asked = "SELECT ordered_on, ordered_at FROM orders ORDER BY 1"
    assert book.ask(asked) == [("2026-03-17", "2026-03-17T14:05:00Z"), ("2026-03-18", None)]


def test_a_time_beside_a_day_is_in_the_zone_beside_it(book: Book, tmp_path: Path) -> None:
    header = ["Receipt No", "Date", "Time", "Time Zone", "Customer ID", "Prep Time", "Total"]
    rows = [["R1", "01/15/2026", "2:05 PM", "Pacific Time (US & Canada)", "C1", "00:10:00", "$9.50"]]
    book.bring(write_csv(tmp_path / "receipts.csv", header, rows))
    assert book.ask("SELECT ordered_on, ordered_at FROM orders") == [("2026-01-15", "2026-01-15T22:05:00Z")]


def test_how_long_something_took_is_no_time_of_day() -> None:
    header = ["Ticket", "Date", "Resolution time", "Customer ID", "Subject", "Status"]
    row = ["T1", "2026-01-15", "04:10", "C1", "Broken", "open"]
    assert "happened_at" not in _meant("tickets", header, row).values()


def test_who_answered_a_survey_keeps_their_name_and_what_is_imported_is_not_denied(book: Book, tmp_path: Path) -> None:
    asked = "How likely is it that you would recommend us to a friend?"
    header = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address"]
    rows = [
        [*[""] * 8, "Response", "Open-Ended Response", "Response"],
        ["1", "9", "01/22/2026", "01/22/2026", "", "ada@x.test", "Ada", "Stone", "9", "Quick help", "Rome"],
        ["2", "9", "01/23/2026", "01/23/2026", "", "ben@x.test", "Ben", "Frost", "7", "", "Oslo"],
    ]
    columns = [*header, "First Name", "Last Name", asked, "What could we do better?", "Where do you live?"]
    receipt = book.bring(write_csv(tmp_path / "Autumn.csv", columns, rows))
    assert book.ask("SELECT name, email FROM customers ORDER BY 1") == [
        ("Ada Stone", "ada@x.test"),
        ("Ben Frost", "ben@x.test"),
    ]
    said = next(one for one in receipt.warnings if one.startswith("Not imported"))
    assert "recommend" not in said and "better" not in said and "Where do you live?" in said


def test_the_name_of_a_deal_is_of_whom_its_number_is(book: Book, tmp_path: Path) -> None:
    people = ["Record ID", "First Name", "Last Name", "Email", "Lifecycle Stage", "Contact owner"]
    names = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Finn", "Gwen", "Hugo"]
    rows = [[f"7{place}", name, "Stone", f"{name}@x.test", "Customer", "Dana"] for place, name in enumerate(names)]
    book.bring(write_csv(tmp_path / "contacts.csv", people, rows))
    deals = ["Record ID", "Deal Name", "Deal Stage", "Amount", "Associated Contact IDs", "Associated Contact"]
    rows = [
        [f"{place}", "Seats", "Contract Sent", "900", f"7{place}", f"{name} Stone ({name}@x.test)", f"Firm {name} Ltd"]
        for place, name in enumerate(names)
    ]
    receipt = book.bring(write_csv(tmp_path / "deals.csv", [*deals, "Associated Company"], rows))
    assert receipt.customers == {"matched": 8, "created": 0}


def test_an_order_of_json_is_known_by_its_own_number(book: Book, tmp_path: Path) -> None:
    items = '{"name": "Tee", "quantity": 2, "price": "4.00"}, {"name": "Cap", "quantity": 1, "price": "1.50"}'
    order = f'{{"id": 71, "name": "#1001", "created_at": "2026-01-05T10:00:00-05:00", "line_items": [{items}]'
    file = tmp_path / "orders.json"
    file.write_text(f'{{"orders": [{order}, "total_price": "9.50", "customer": {{"id": 5, "first_name": "Ada"}}}}]}}')
    book.bring(file)
    assert book.ask("SELECT external_id, ordered_at, amount_minor FROM orders") == [("71", "2026-01-05T15:00:00Z", 950)]
    assert book.ask("SELECT count(*), count(product_name) FROM order_lines") == [(2, 2)]
    assert book.ask("SELECT name FROM customers") == [("Ada",)]


def test_a_bare_number_that_never_recurs_is_that_of_the_row() -> None:
    columns = ["Date", "Num", "Customer", "Amount"]
    rows = [["2026-01-05", "1007", "Ada Stone", "9.00"], ["2026-01-06", "1008", "Ben Frost", "8.00"]]
    assert _meant("orders", columns, *rows)["Num"] == "order_id"


def test_what_a_report_says_of_itself_below_its_rows_is_no_record(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    rows = '"Ada Stone","Seats","Proposal","900"\n"Ben Frost","","",""\n"","","",""\n'
    file.write_text('"Account Name","Deal Name","Stage","Amount"\n' + rows + '"Pipeline of Q4"\n"Halden Ltd"\n')
    receipt = book.bring(file, entity="opportunities")
    assert receipt.rows["inserted"] == 1 and "totals or footer" in receipt.ignored_reasons
    # A record of which nearly all is missing is said to be one.
    assert receipt.rows["rejected"] == 1


def test_a_record_within_a_record_says_whose_it_is(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "conversations.json"
    said = ["My parcel never came", "Thanks, that was quick"]
    authors = [f'{{"name": "Ada {place}", "email": "{place}@x.test"}}' for place in range(2)]
    rows = [
        f'{{"id": "{place}", "created_at": 1767600000, "source": {{"body": "{said[place]}", "author": {author}}}}}'
        for place, author in enumerate(authors)
    ]
    file.write_text(f'{{"type": "list", "conversations": [{", ".join(rows)}]}}')
    assert book.bring(file).recognised_as == "Conversations"
    asked = "SELECT c.name, t.text FROM conversations t JOIN customers c ON c.id = t.customer_id ORDER BY 1"
    assert book.ask(asked) == [("Ada 0", said[0]), ("Ada 1", said[1])]


def test_the_state_of_what_was_asked_is_no_region() -> None:
    rows = [
        ["1", "2026-01-05", "a@x.test", "closed", "Hello there"],
        ["2", "2026-01-06", "b@x.test", "open", "Hi again"],
    ]
    columns = ["id", "created at", "email", "state", "text"]
    assert "customer_region" not in _meant("conversations", columns, *rows).values()
    assert "customer_region" not in _meant("tickets", columns, *rows).values()
    # Orders call products as reviews do.
    assert _meant("orders", [*_ORDER, "product name", "amount"])["product name"] == "product"


def test_a_check_names_the_currency_in_which_the_book_will_add_up(book: Book, tmp_path: Path) -> None:
    header = [*_ORDER, "total", "currency", "order type"]
    rows = [["1", "C1", "2026-01-05", "9", "USD", "Sale"], ["2", "C1", "2026-01-06", "8", "EUR", "Sale"]]
    file = write_csv(tmp_path / "orders.csv", header, [*rows, ["3", "C1", "2026-01-07", "-9", "USD", "Refund"]])
    dry = book.bring(file, dry_run=True)
    assert dry.warnings == book.bring(file).warnings
