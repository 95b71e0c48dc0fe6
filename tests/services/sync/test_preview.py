"""The check shows what an import would do, row by row, before anything is written."""

from __future__ import annotations

import json
import os
import pickle
import time
from pathlib import Path

import pytest

from models import sqlite
from models.values.errors import UserError
from models.values.imports import Receipt
from services.duplicates import find_duplicates
from services.sync import forget_check, run_import
from tests.services.sync.book import FIXTURES, Book, counts, open_book, write_csv
from tests.services.sync.laws.hold import same_but_for_the_import

HEADER = ["order_id", "email", "created_at", "total", "channel"]
OLD = [
    ["W1", "a@shop.example", "2026-11-14 09:12:40", "214.00", "web"],
    ["W2", "b@shop.example", "2026-11-14 10:12:40", "12.00", "web"],
]
NEW = [
    ["W1", "a@shop.example", "2026-11-14 09:12:40", "178.50", "web"],
    ["W2", "b@shop.example", "2026-11-14 10:12:40", "12.00", "web"],
    ["W3", "orders@harborlane", "2026-11-15 10:12:40", "96.40", "web"],
    ["W4", "c@shop.example", "2026-11-16 10:12:40", "1.00", "pos"],
    ["W5", "", "2026-11-16 10:12:40", "1.00", "pos"],
]


def test_each_row_has_its_verdict_its_fault_and_what_it_changes(book: Book, tmp_path: Path) -> None:
    book.bring(write_csv(tmp_path / "orders.csv", HEADER, OLD))
    before = book.hash()
    check = book.check(write_csv(tmp_path / "orders.csv", HEADER, NEW))
    assert [row.verdict for row in check.rows] == ["changed", "unchanged", "rejected", "new", "ignored"]
    assert [row.line for row in check.rows] == [1, 2, 3, 4, 5]
    changed, _, rejected, _, ignored = check.rows
    assert (changed.cells[3].text, changed.cells[3].before) == ("178.50", "214.00")
    assert [cell.before for cell in changed.cells[:3]] == [None, None, None]
    assert (rejected.cells[1].fault, rejected.reason) == ("Has no domain ending", "email has no domain ending")
    assert ignored.reason == "without a customer"
    assert check.receipt.rows == {
        "read": 5, "inserted": 1, "updated": 1, "unchanged": 1, "rejected": 1, "ignored": 1,
    }  # fmt: skip
    assert check.receipt.customers == {"matched": 2, "created": 1}
    assert check.question == ""
    assert book.hash() == before


@pytest.mark.parametrize("verdict", ["new", "changed", "unchanged", "rejected", "ignored"])
def test_rows_of_one_verdict_can_be_paged(book: Book, tmp_path: Path, verdict: str) -> None:
    book.bring(write_csv(tmp_path / "orders.csv", HEADER, OLD))
    path = write_csv(tmp_path / "orders.csv", HEADER, NEW)
    rows = book.check(path, verdict=verdict).rows
    assert [row.verdict for row in rows] == [verdict]
    assert book.check(path, verdict=verdict, first=1).rows == ()


def test_any_page_of_a_large_file_is_there(book: Book, tmp_path: Path) -> None:
    rows = [[f"W{n}", "a@shop.example", "2026-11-14 09:12:40", str(n), "web"] for n in range(1_700)]
    path = write_csv(tmp_path / "orders.csv", HEADER, rows)
    page = book.check(path, first=1_234, count=10).rows
    assert [row.cells[0].text for row in page] == [f"W{n}" for n in range(1_234, 1_244)]
    assert len(list(book.workspace.store.path.parent.glob("*.check-*"))) == 1
    assert book.check(path, first=1_695, count=10).rows[-1].line == 1_700


def test_a_check_follows_the_file_the_choices_and_the_book(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, NEW)
    assert book.check(path).receipt.rows["inserted"] == 3
    book.bring(path)
    assert book.check(path).receipt.rows["inserted"] == 0
    assert book.check(path, currency="EUR").receipt.rows["updated"] == 3
    assert len(list(book.workspace.store.path.parent.glob("*.check-*"))) == 1


def test_columns_are_proposed_with_candidates_and_samples(book: Book, tmp_path: Path) -> None:
    check = book.check(write_csv(tmp_path / "orders.csv", [*HEADER, "colour"], [[*row, "red"] for row in NEW]))
    proposed = {column.column: column for column in check.columns}
    assert proposed["total"].field == "amount"
    assert proposed["total"].candidates[0] == ("amount", "Amount")
    assert ("discount", "Discount") in proposed["total"].candidates
    assert proposed["total"].samples == ("178.50", "12.00", "96.40", "1.00")
    assert proposed["colour"].field == ""
    assert check.entity == "orders" and ("tickets", "Tickets") in check.entities


def test_what_nothing_says_is_left_for_the_person_to_say(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "x.csv", ["P1", "P2", "P3"], [["C1", "2026-01-05", "9"], ["C2", "2026-01-06", "8"]])
    unknown = book.check(path)
    assert (unknown.question_kind, unknown.entity) == ("mapping", "")
    assert book.check(path, entity="orders").entity == "orders"


def test_a_mapping_of_a_person_is_checked_anew(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, NEW)
    check = book.check(path, mapping=(("channel", ""),))
    assert {column.column: column.field for column in check.columns}["channel"] == ""
    assert check.receipt.mapping == {
        "order_id": "order_id", "email": "customer_email", "created_at": "ordered_at", "total": "amount",
    }  # fmt: skip


def test_dates_that_could_be_both_are_a_question(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", ["customer_id", "date", "total"], [["C100", "03/04/2026", "3"]])
    check = book.check(path)
    assert check.question_kind == "date_order"
    assert "day/month or month/day" in check.question and "--" not in check.question
    assert check.rows[0].verdict == "new"
    answered = book.check(path, date_order="mdy")
    assert (answered.question, answered.span_words) == ("", "4 Mar 2026")


def test_columns_that_say_nothing_are_a_question(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["alpha", "beta", "gamma"], [["C100", "2026-01-02", "3"]])
    check = book.check(path)
    assert check.question_kind == "mapping" and check.question and "--" not in check.question
    assert [cell.text for cell in check.rows[0].cells] == ["C100", "2026-01-02", "3"]
    mapping = (("alpha", "customer_id"), ("beta", "ordered_at"), ("gamma", "amount"))
    mapped = book.check(path, entity="orders", mapping=mapping)
    assert mapped.question == "" and mapped.receipt.rows["inserted"] == 1


def test_what_is_no_table_is_refused_in_the_check_too(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(UserError, match="save it as CSV"):
        book.check(path)


def test_words_say_what_was_recognised(book: Book) -> None:
    check = book.check(FIXTURES / "retail_lines.csv")
    assert check.recognised_words == "Online Retail order lines"
    assert check.dialect_words == "UTF-8, comma · amounts in GBP"
    assert check.span_words == "1 Dec 2010 to 6 Dec 2010"


def test_a_changed_line_shows_what_the_book_holds(book: Book, tmp_path: Path) -> None:
    book.bring(FIXTURES / "retail_lines.csv")
    path = tmp_path / "b.csv"
    path.write_text((FIXTURES / "retail_lines.csv").read_text().replace("BLUE MUG ,2,", "BLUE MUG ,3,", 1))
    (row,) = book.check(path, verdict="changed").rows
    assert (row.cells[3].text, row.cells[3].before) == ("3", "2")


def test_a_command_is_told_how_to_say_what_is_open(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", ["customer_id", "date", "total"], [["C100", "03/04/2026", "3"]])
    with pytest.raises(UserError, match=r"month/day\. Say which with --date-order dmy") as caught:
        book.bring(path)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_import_deletes_what_its_check_kept(book: Book, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, NEW)
    other = write_csv(tmp_path / "later.csv", HEADER, OLD)
    book.check(path)
    book.check(other)
    book.bring(path)
    assert len(kept_checks(book)) == 1
    forget_check(book.workspace, book.request(other))
    assert kept_checks(book) == []


def test_what_a_check_kept_is_plain_text_of_this_version(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "orders.csv", HEADER, NEW)
    first = book.check(path)
    (kept,) = kept_checks(book)
    db = sqlite.connect(kept)
    (facts,) = db.execute("SELECT facts FROM facts").fetchone()
    db.close()
    assert json.loads(facts)["receipt"]["rows"] == first.receipt.rows
    assert book.check(path) == first
    monkeypatch.setattr("services.sync.check_files._version", lambda: "99.0")
    assert book.check(path).rows == first.rows
    assert kept_checks(book) != [kept]


def kept_checks(book: Book) -> list[Path]:
    return sorted(Path(book.workspace.store.path).parent.glob("*.check-*"))


def test_new_customers_who_look_like_somebody_are_counted(book: Book, tmp_path: Path) -> None:
    header = ["Customer ID", "Name", "Email", "Phone", "City"]
    known = [["C1", "Ada Elm", "ada@elm.example", "+44 20 7946 0958", "Leeds"]]
    book.bring(write_csv(tmp_path / "people.csv", header, known), source="one")
    find_duplicates(book.workspace)
    other = [["77", "Ada Elms", "", "020 7946 0958", "Leeds"], ["78", "Zoltan Birch", "z@b.example", "", "Cork"]]
    check = book.check(write_csv(tmp_path / "others.csv", header, other), source="two")
    assert check.receipt.customers == {"matched": 0, "created": 2}
    assert check.doubtful == 1


def test_lists_in_cells_that_become_no_field_are_said(book: Book, tmp_path: Path) -> None:
    header = ["id", "name", "email", "Tags", "Note"]
    rows = [[f"A-{n}", f"Ada {n}", f"a{n}@s.example", "VIP;Blog;Basel", "Call, please"] for n in range(4)]
    columns = {one.column: one for one in book.check(write_csv(tmp_path / "a.csv", header, rows)).columns}
    meaning = columns["Tags"].meaning
    assert meaning is not None
    assert (meaning.kind, meaning.words) == ("list", "lists, separated by “;”")
    assert meaning.evidence == ("4 of the first 4 have several, such as VIP;Blog;Basel",)


def test_a_further_table_below_the_first_rows_is_offered(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "date", "total"]
    path = write_csv(tmp_path / "a.csv", header, [[f"O{n}", "C100", "2026-01-05", "5.00"] for n in range(700)])
    with path.open("a", encoding="utf-8") as file:
        file.write("\nsku,price\nA1,3.00\nB2,5.00\n")
    found = book.check(path)
    assert found.receipt.ignored_reasons["of another table in the file"] == 3
    (other,) = found.reading.others
    assert (other.words, other.flag) == ("table 2, 3 rows further down", "--table 2")
    assert [one.column for one in book.check(path, reading=other.choice).columns] == ["sku", "price"]


def test_what_a_check_kept_for_a_day_is_deleted_by_the_next_check(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "customer_id", "date", "total"]
    first, second = (
        write_csv(tmp_path / f"{name}.csv", header, [[name, "C1", "2026-01-02", "5"]]) for name in ("a", "b")
    )
    book.check(first)
    (kept,) = kept_checks(book)
    yesterday = time.time() - 90_000
    os.utime(kept, (yesterday, yesterday))
    book.check(second)
    (left,) = kept_checks(book)
    assert left != kept


def test_an_import_takes_what_its_check_staged_unless_the_book_or_the_file_moved(book: Book, tmp_path: Path) -> None:
    header = ["order_id", "email", "created_at", "total"]
    path = write_csv(
        tmp_path / "orders.csv", header, [[f"W{n}", "a@b.example", "2026-11-14", "5.00"] for n in range(9)]
    )
    other = write_csv(tmp_path / "more.csv", header, [["X1", "c@d.example", "2026-11-15", "7.00"]])

    def steps_of(file: Path) -> tuple[list[str], Receipt]:
        told: list[str] = []
        receipt, _ = run_import(book.workspace, book.request(file), progress=lambda one: told.append(one.step))
        return told, receipt

    plain = open_book(tmp_path / "plain.db")
    unseen = plain.bring(path)
    check = book.check(path)
    told, receipt = steps_of(path)
    assert "Matching customers" not in told and "Reading" not in told
    same_but_for_the_import(check.receipt, receipt)
    same_but_for_the_import(unseen, receipt)
    assert book.hash() == plain.hash() and list(tmp_path.glob("*.check-*")) == []
    columns = "file_sha256, file_bytes, rows_read, rows_inserted"
    assert book.ask(f"SELECT {columns} FROM imports") == plain.ask(f"SELECT {columns} FROM imports")
    plain.workspace.close()

    path.write_text(path.read_text().replace("5.00", "6.00"))
    assert book.check(path).receipt.rows["updated"] == 9
    book.bring(other)
    told, receipt = steps_of(path)
    assert "Matching customers" in told and counts(receipt) == (0, 9, 0, 0, 0), "the book moved on after the check"

    book.check(path)
    path.write_text(path.read_text().replace("6.00", "8.00"))
    told, receipt = steps_of(path)
    assert "Matching customers" in told and counts(receipt) == (0, 9, 0, 0, 0), "the file was written again"
    book.check(path)
    assert counts(steps_of(path)[1]) == (0, 0, 9, 0, 0)
