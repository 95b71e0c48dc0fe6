"""Rules of rows where the fixtures of whole exports do not reach: faults in one part, nothing to import, ids, forms."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sync import undo_import
from services.sync.formats.ranking import Undecided
from services.sync.formats.rules import long_id, plain
from services.sync.formats.systems import read_system
from tests.services.sync.book import Book, counts, write_csv
from tests.services.sync.formats.fixtures import FOLDER

DEAL = [
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Pipeline",
    "Deal owner",
    "Associated Company",
    'Date entered "Demo (P)"',
]


def test_a_row_that_does_not_fit_in_one_part_is_in_none(book: Book, tmp_path: Path) -> None:
    rows = [
        ["301", "Autumn", "closedwon", "P", "Rosa", "Kitano Works", "2026-04-03 10:00"],
        ["302", "Winter", "closedwon", "P", "Rosa", "Park & Sons", "some day"],
    ]
    before = book.hash()
    path = write_csv(tmp_path / "deals.csv", DEAL, rows)
    dry, _ = book.bring_with_changes(path, dry_run=True)
    receipt = book.bring(path)
    assert counts(receipt) == counts(dry) == (1, 0, 0, 1, 0)
    assert dry.entities == receipt.entities
    assert receipt.entities["stage_changes"]["inserted"] == 1
    assert book.ask("SELECT external_id FROM opportunities") == [("301",)]
    assert book.ask("SELECT name FROM customers") == [("Kitano Works",)]
    rejects = Path(receipt.rejects_file or "")
    header = rejects.read_text(encoding="utf-8").splitlines()[0]
    assert "Stage entered" not in header, "columns that rules make are not written into the file of rejected rows"
    rejects.write_text(rejects.read_text(encoding="utf-8").replace("some day", "2026-04-05 09:00"), encoding="utf-8")
    fixed = book.bring(rejects)
    assert counts(fixed) == (1, 0, 0, 0, 0)
    assert book.one("SELECT count(*) FROM stage_changes") == 2
    for one in (fixed, receipt):
        assert one.import_id is not None
        undo_import(book.workspace, one.import_id)
    assert book.hash() == before


def test_a_deal_that_only_entered_a_further_stage_counts_and_its_customer_is_scored_again(
    book: Book, tmp_path: Path
) -> None:
    row = ["301", "Autumn", "demo", "P", "Rosa", "Kitano Works", "2026-04-03 10:00", ""]
    header = [*DEAL, 'Date entered "Closed won (P)"']
    book.bring(write_csv(tmp_path / "deals.csv", header, [row]))
    row[-1] = "2026-05-01 10:00"
    receipt, changes = book.bring_with_changes(write_csv(tmp_path / "deals.csv", header, [row]))
    assert receipt.entities["opportunities"] == {"inserted": 0, "updated": 0, "unchanged": 1}
    assert receipt.entities["stage_changes"] == {"inserted": 1, "updated": 0, "unchanged": 1}
    assert counts(receipt) == (1, 0, 0, 0, 0)
    assert len(changes.customers) == 1


def test_a_rejected_item_leaves_the_rest_of_its_order_and_comes_back_fixed(book: Book, tmp_path: Path) -> None:
    header = [
        *("Name", "Email", "Financial Status", "Created at", "Currency", "Total", "Lineitem name"),
        *("Lineitem quantity", "Lineitem price", "Lineitem sku"),
    ]
    rows = [
        ["#1", "a@b.example", "paid", "2026-04-10 11:11:26 +0530", "EUR", "30.00", "Cap", "one", "10.00", "C"],
        ["#1", "", "", "", "", "", "Tee", "1", "20.00", "T"],
    ]
    receipt = book.bring(write_csv(tmp_path / "orders_export.csv", header, rows))
    assert counts(receipt) == (1, 0, 0, 1, 0)
    assert book.ask("SELECT external_id, amount_minor FROM orders") == [("#1", 3_000)]
    rejects = Path(receipt.rejects_file or "")
    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",one,", ",1,"), encoding="utf-8")
    assert counts(book.bring(rejects))[:4] == (1, 0, 0, 0)
    assert book.ask("SELECT amount_minor FROM orders") == [(3_000,)]
    assert book.one("SELECT count(*) FROM order_lines") == 2


def test_a_survey_without_a_question_that_has_a_score_is_asked_about(book: Book, tmp_path: Path) -> None:
    header = ["#", "What colour do you like?", "Submit Date (UTC)", "Network ID"]
    path = write_csv(tmp_path / "form.csv", header, [["t1", "blue", "2026-05-01 10:00:00", "n"]])
    with pytest.raises(Undecided, match="no column for “Kind”"):
        book.bring(path)


def test_the_check_shows_the_file_and_what_its_rules_make_of_it(book: Book) -> None:
    check = book.check(FOLDER / "shopify_orders.csv")
    assert check.recognised_words == "Shopify orders"
    assert len(check.rows) == 4, "a refund is no row of the file"
    assert {row.verdict for row in check.rows} == {"new"}
    second = dict(zip([column.column for column in check.columns], check.rows[1].cells, strict=True))
    assert second["Created at"].text == "2026-04-10 11:11:26 +0530", "carried from the order's first row"


def test_salesforce_ids_get_the_three_characters_that_tell_their_capitals() -> None:
    assert long_id("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert long_id("001D000000IqhSLIAZ") == "001D000000IqhSLIAZ"
    assert long_id("short") == "short"


@given(st.text("0123456789abcdefghijABCDEFGHIJ", min_size=15, max_size=15))
def test_ids_that_differ_in_case_differ_after_their_case_is_lost(text: str) -> None:
    other = text.swapcase()
    assert (long_id(text).casefold() == long_id(other).casefold()) == (text == other)


def test_markup_becomes_text() -> None:
    assert plain("<div>Too <b>small</b>.<br>Please &amp; thanks</div>") == "Too small.\nPlease & thanks"


def test_a_file_of_a_system_that_says_something_unknown_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('source = "x"\n[[object]]\nwords = "X"\nentity = "orders"\nmsut = ["a"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.toml, “X”: msut is not understood"):
        list(read_system(path))


@pytest.mark.parametrize(
    "dates", [("12/20/2025", "01/15/2026", "02/03/2026"), ("20.12.2025", "15.01.2026", "03.02.2026")]
)
def test_the_stages_of_a_deal_follow_each_other_however_dates_are_written(
    book: Book, tmp_path: Path, dates: tuple[str, ...]
) -> None:
    stages = ("Qualified To Buy", "Contract Sent", "Closed Won")
    header = ["Record ID", "Deal Name", "Deal Stage", "Amount", *(f'Date entered "{one} (Sales)"' for one in stages)]
    path = tmp_path / "deals.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, ["7", "Roof", "Closed Won", "500", *dates]])
    book.bring(path)
    assert book.ask("SELECT to_stage, changed_on FROM stage_changes ORDER BY changed_on") == [
        ("Qualified", "2025-12-20"),
        ("Negotiation", "2026-01-15"),
        ("Won", "2026-02-03"),
    ]
    assert book.ask("SELECT from_stage FROM stage_changes ORDER BY changed_on") == [
        (None,),
        ("Qualified",),
        ("Negotiation",),
    ]


@pytest.mark.parametrize("first", ["etsy_orders.csv", "etsy_items.csv"])
def test_etsys_orders_and_their_items_are_of_the_same_buyers_and_worth_what_was_paid(book: Book, first: str) -> None:
    for name in (first, "etsy_items.csv" if first == "etsy_orders.csv" else "etsy_orders.csv"):
        book.bring(FOLDER / name)
    asked = (
        "SELECT o.external_id, o.amount_minor, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY 1"
    )
    assert book.ask(asked) == [
        ("3001", 3_900, "Cleo Park"),
        ("3002", 0, "Aiko Mori"),
        ("3003", 2_750, "dorak"),
    ]
    assert book.one("SELECT count(*) FROM customers") == 3
    assert book.one("SELECT count(*) FROM order_lines") == 3
