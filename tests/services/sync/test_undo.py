"""An import can be taken back, and only what nobody needs is taken out."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from models import sqlite
from models.store.driver import driver_of
from models.tables import customers
from models.values.changes import Changes
from models.values.errors import UserError
from services.audit import undo_last
from services.duplicates import merge_customers
from services.sync import add_customer, edit_customer, imports_history, undo_import, undo_preview
from services.sync.undo_check import ORDER, table_words
from tests.examples import examples
from tests.services.sync.book import FIXTURES, Book, open_book, write_csv

FILES = (
    "purchases.txt",
    "retail_lines.csv",
    "crm_accounts.csv",
    "crm_pipeline.csv",
    "salesforce_accounts.csv",
    "support_tickets.csv",
)


ALERT_FOR_EACH = (
    "INSERT INTO alerts (customer_id, kind, rule, severity, state, reason, opened_at, opened_as_of, touched) "
    "SELECT id, 'risk', 'silence', 3, 'open', 'No order', '2026-07-01T00:00:00Z', '2026-06-30', {touched} "
    "FROM customers"
)


def previewed_undo(book: Book, number: int | None) -> Changes:
    """Undo an import, and hold what was said before to what is kept and taken out."""
    assert number is not None
    said = undo_preview(book.workspace, number)
    names = {table_words(table): table for table in ORDER}
    before = {what: book.one(f"SELECT count(*) FROM {names[what]}") for what, _count in said.takes_out}
    changes = undo_import(book.workspace, number)
    assert sorted(said.keeps) == sorted(changes.kept)
    for what, count in said.takes_out:
        assert before[what] - book.one(f"SELECT count(*) FROM {names[what]}") == count, what
    return changes


def test_undo_brings_the_content_back(book: Book) -> None:
    hashes, ids = [book.hash()], []
    for name in FILES:
        ids.append(book.bring(FIXTURES / name).import_id)
        hashes.append(book.hash())
    for number in reversed(ids):
        hashes.pop()
        changes = previewed_undo(book, number)
        assert changes.kept == ()
        assert book.hash() == hashes[-1]


def test_undo_returns_updated_values(book: Book, tmp_path: Path) -> None:
    book.bring(FIXTURES / "retail_lines.csv")
    before = book.hash()
    path = tmp_path / "a.csv"
    path.write_text(
        (FIXTURES / "retail_lines.csv").read_text().replace("2.55", "2.95").replace("RED LAMP", "RED LIGHT")
    )
    receipt = book.bring(path)
    assert receipt.rows["updated"] == 5
    preview = undo_preview(book.workspace, receipt.import_id)
    assert preview.refused == "" and preview.takes_out == ()
    assert dict(preview.puts_back)["order lines"] == 5
    changes = previewed_undo(book, receipt.import_id)
    assert changes.customers and "orders" in changes.tables
    assert book.hash() == before


def test_an_import_that_a_later_one_changed_is_undone_after_it(book: Book, tmp_path: Path) -> None:
    first = book.bring(FIXTURES / "crm_accounts.csv")
    path = tmp_path / "later.csv"
    path.write_text((FIXTURES / "crm_accounts.csv").read_text().replace("Kenya", "Japan"))
    second = book.bring(path)
    with pytest.raises(UserError, match=rf"later.csv \(import {second.import_id}\).*Undo that one first"):
        undo_import(book.workspace, first.import_id)
    assert imports_history(book.workspace)[1].overwritten_by == f"later.csv (import {second.import_id})"
    undo_import(book.workspace, second.import_id)
    undo_import(book.workspace, first.import_id)
    assert [record.undone for record in imports_history(book.workspace)] == [True, True]


def test_the_history_asks_as_much_of_many_imports_as_of_few(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accounts.csv"
    text = (FIXTURES / "crm_accounts.csv").read_text()
    asked: list[str] = []

    def traced(connection: Connection) -> sqlite.Connection:
        db = driver_of(connection)
        db.set_trace_callback(asked.append)
        return db

    monkeypatch.setattr("services.sync.history.driver_of", traced)
    counts = []
    for country in ("Kenya", "Japan", "Chile", "Peru", "Ghana"):
        path.write_text(text.replace("Kenya", country))
        book.bring(path)
        asked.clear()
        records = imports_history(book.workspace)
        counts.append(len(asked))
    assert counts[-1] == counts[1]
    assert [record.overwritten_by for record in records] == [
        None, "accounts.csv (import 5)", "accounts.csv (import 4)", "accounts.csv (import 3)",
        "accounts.csv (import 2)",
    ]  # fmt: skip


def test_rows_that_others_refer_to_are_kept_and_named(book: Book) -> None:
    accounts = book.bring(FIXTURES / "crm_accounts.csv")
    book.bring(FIXTURES / "crm_pipeline.csv")
    changes = previewed_undo(book, accounts.import_id)
    assert sorted(changes.kept) == [
        "Customer Bluebird Works is kept, because opportunities refer to them.",
        "Customer Northwind Fabrics is kept, because opportunities refer to them.",
    ]
    assert book.one("SELECT count(*) FROM identities") == 2
    assert book.hash()


def test_a_customer_with_work_on_it_is_kept(book: Book) -> None:
    receipt = book.bring(FIXTURES / "crm_accounts.csv")
    workspace = book.workspace
    with workspace.store.unit_of_work(workspace.me, "test", "test", at=workspace.at) as work:
        work.sql(ALERT_FOR_EACH.format(touched="name = 'Bluebird Works'"))
        work.digest("alerts")
        work.commit()
    assert previewed_undo(book, receipt.import_id).kept == (
        "Customer Bluebird Works is kept, because alerts refer to them.",
    )
    assert book.ask("SELECT name FROM customers") == [("Bluebird Works",)]


def test_a_customer_whom_a_person_writes_to_is_kept_and_a_draft_that_nobody_saw_goes(book: Book) -> None:
    receipt = book.bring(FIXTURES / "crm_accounts.csv")
    workspace = book.workspace
    with workspace.store.unit_of_work(workspace.me, "test", "test", at=workspace.at) as work:
        work.sql(ALERT_FOR_EACH.format(touched="0"))
        work.sql(
            "INSERT INTO messages "
            "(customer_id, alert_id, state, goal, tone, writer, origin, created_at, created_by, changed_at) "
            "SELECT c.id, a.id, 'in_review', 'win_back', 'warm', 'person', iif(c.name = 'Bluebird Works', 'person', "
            "'flow'), '2026-07-01T00:00:00Z', 'Ana', '2026-07-01T00:00:00Z' "
            "FROM customers c JOIN alerts a ON a.customer_id = c.id"
        )
        work.digest("emails")
        work.commit()
    assert previewed_undo(book, receipt.import_id).kept == (
        "Customer Bluebird Works is kept, because messages refer to them.",
    )
    assert book.ask("SELECT c.name FROM messages m JOIN customers c ON c.id = m.customer_id") == [("Bluebird Works",)]


def test_what_was_changed_by_hand_since_is_kept_and_named(book: Book, tmp_path: Path) -> None:
    book.bring(FIXTURES / "crm_accounts.csv")
    path = tmp_path / "later.csv"
    path.write_text(
        (FIXTURES / "crm_accounts.csv").read_text().replace("Kenya", "Japan").replace("United States", "Canada")
    )
    receipt = book.bring(path)
    customer = book.one("SELECT id FROM customers WHERE country = 'Japan'")
    edit_customer(book.workspace, customer, {"country": "Chile"})
    changes = previewed_undo(book, receipt.import_id)
    assert changes.kept == ("Customer Bluebird Works: “country” was changed again later and is kept.",)
    assert book.ask("SELECT country FROM customers ORDER BY name") == [("Chile",), ("United States",)]


def test_a_customer_edited_by_hand_survives_the_undo_of_its_import(book: Book) -> None:
    receipt = book.bring(FIXTURES / "crm_accounts.csv")
    customer = book.one("SELECT id FROM customers WHERE name = 'Bluebird Works'")
    edit_customer(book.workspace, customer, {"owner": "Ana"})
    changes = previewed_undo(book, receipt.import_id)
    assert changes.kept == ("Customer Bluebird Works is kept, because they were edited by hand since.",)
    assert book.ask("SELECT name FROM customers") == [("Bluebird Works",)]


def test_an_edit_that_was_undone_keeps_nothing(book: Book) -> None:
    before = book.hash()
    receipt = book.bring(FIXTURES / "crm_accounts.csv")
    customer = book.one("SELECT id FROM customers WHERE name = 'Bluebird Works'")
    edit_customer(book.workspace, customer, {"owner": "Ana", "email": "desk@bluebird.example"})
    undo_last(book.workspace)
    assert undo_import(book.workspace, receipt.import_id).kept == ()
    assert book.hash() == before


def test_an_edit_of_an_earlier_row_with_the_same_number_keeps_nothing(book: Book) -> None:
    before = book.hash()
    (customer,) = add_customer(book.workspace, {"name": "Ada"}).customers
    edit_customer(book.workspace, customer, {"owner": "Ana"})
    undo_last(book.workspace)
    undo_last(book.workspace)
    receipt = book.bring(FIXTURES / "crm_accounts.csv")
    assert book.one("SELECT count(*) FROM customers WHERE id = ?", customer) == 1
    assert undo_import(book.workspace, receipt.import_id).kept == ()
    assert book.hash() == before


def test_an_undone_import_can_be_imported_again(book: Book) -> None:
    receipt = book.bring(FIXTURES / "retail_lines.csv")
    after = book.hash()
    undo_import(book.workspace, receipt.import_id)
    with pytest.raises(UserError, match="already undone"):
        undo_import(book.workspace, receipt.import_id)
    assert book.bring(FIXTURES / "retail_lines.csv").rows["inserted"] == receipt.rows["inserted"]
    assert book.hash() == after


def test_an_unknown_import_is_said_to_be_unknown(book: Book) -> None:
    with pytest.raises(UserError, match="There is no import 7"):
        undo_import(book.workspace, 7)


def test_scores_and_untouched_alerts_do_not_keep_a_customer(book: Book) -> None:
    before = book.hash()
    receipt = book.bring(FIXTURES / "purchases.txt")
    workspace = book.workspace
    with workspace.store.unit_of_work(workspace.me, "score", "test", at=workspace.at) as work:
        work.sql(
            "INSERT INTO customer_risk_scores (customer_id, as_of, churn_horizon_days, clv_horizon_months, confidence, "
            "model, scored_at) SELECT id, '1998-06-30', 90, 12, 'low', 'rule', '1998-07-01T00:00:00Z' FROM customers"
        )
        work.sql(
            "INSERT INTO alerts (customer_id, kind, rule, severity, state, reason, opened_at, opened_as_of) "
            "SELECT id, 'risk', 'silence', 3, 'open', 'No order', '1998-07-01T00:00:00Z', '1998-06-30' FROM customers"
        )
        work.digest("scores")
        work.commit()
    assert undo_import(workspace, receipt.import_id).kept == ()
    assert book.one("SELECT count(*) FROM customer_risk_scores") == 0
    assert book.one("SELECT count(*) FROM alerts") == 0
    assert book.hash() == before


_ROW = st.tuples(
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from(["2026-01-01", "2026-01-02"]),
    st.integers(1, 3),
    st.integers(1, 9),
)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(st.lists(_ROW, min_size=1, max_size=12), min_size=1, max_size=4),
    keyed=st.booleans(),
    seed=st.integers(0, 1_000),
)
def test_law_imports_count_every_row_and_undo_restores(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[int, ...]]], keyed: bool, seed: int
) -> None:
    """Whatever files come after one another: counts add up, again and shuffled are unchanged, undo restores."""
    folder = tmp_path_factory.mktemp("law")
    book = open_book(folder / "book.db")
    header = ["order id", "customer id", "order date", "sku", "quantity", "unit price"]
    hashes, ids = [book.hash()], []
    for number, rows in enumerate(files):
        # An order belongs to one customer: which one follows from its number.
        table = [[f"O{o}", f"C10{o % 3}", day, f"S{sku}", quantity, price] for o, sku, day, quantity, price in rows]
        if not keyed:
            table = [row[1:] for row in table]
        path = write_csv(folder / f"lines_{number}.csv", header if keyed else header[1:], table)
        receipt = book.bring(path)
        after = book.hash()
        hashes.append(after)
        ids.append(receipt.import_id)
        again = book.bring(path)
        assert (again.rows["inserted"], again.rows["updated"]) == (0, 0)
        random.Random(seed).shuffle(table)
        mixed = book.bring(write_csv(folder / "mixed_1.csv", header if keyed else header[1:], table))
        assert (mixed.rows["inserted"], mixed.rows["updated"]) == (0, 0)
        assert book.hash() == after
        kept = book.one("SELECT coalesce(sum(amount_minor), 0) FROM orders")
        assert kept == book.one("SELECT coalesce(sum(amount_minor), 0) FROM order_lines")
    for number in reversed(ids):
        hashes.pop()
        undo_import(book.workspace, number)
        assert book.hash() == hashes[-1]
    assert book.one(f"SELECT count(*) FROM {customers.name}") == 0
    book.workspace.close()


def test_several_imports_undone_together_hold_nothing_of_each_other(book: Book, tmp_path: Path) -> None:
    people = write_csv(tmp_path / "people.csv", ["Customer ID", "Name"], [["C1", "Ada Elm"], ["C2", "Bo Ash"]])
    header = ["order_id", "customer_id", "created_at", "total", "channel"]
    orders = write_csv(tmp_path / "orders.csv", header, [["W1", "C1", "2026-11-14 09:12:40", "10", "web"]])
    first = book.bring(people, source="shop").import_id
    second = book.bring(orders, source="shop").import_id
    alone = undo_preview(book.workspace, first)
    assert alone.keeps == ("Customer Ada Elm is kept, because orders refer to them.",)
    assert dict(alone.takes_out) == {"customers": 1}
    together = undo_preview(book.workspace, first, undone_before=(second,))
    assert together.keeps == () and dict(together.takes_out) == {"customers": 2}
    undo_import(book.workspace, second)
    assert previewed_undo(book, first).kept == ()


def test_many_customers_whom_later_files_need_are_kept_in_one_sentence(book: Book, tmp_path: Path) -> None:
    people = [[f"C{n}", f"Bob Stone{n}"] for n in range(1, 31)]
    first = book.bring(write_csv(tmp_path / "people.csv", ["Customer ID", "Name"], people), source="shop").import_id
    header = ["order_id", "customer_id", "created_at", "total", "channel"]
    for file in range(3):
        orders = [[f"W{file}{n}", f"C{n}", "2026-11-14 09:12:40", "10", "web"] for n in range(1, 31)]
        last = book.bring(write_csv(tmp_path / f"orders{file}.csv", header, orders), source="shop").import_id
    changes = previewed_undo(book, first)
    assert changes.words == "Nothing was removed. The import of people.csv counts as undone"
    assert changes.kept == (
        "30 customers are kept, because orders refer to them. Undo imports 2–4 to remove them too.",
    )
    for number in (last, last - 1, last - 2):
        undo_import(book.workspace, number)
    assert book.one("SELECT count(*) FROM customers") == 0


def test_an_import_is_taken_back_after_its_customer_was_merged(book: Book, tmp_path: Path) -> None:
    """That its rows went over to another customer is no edit of them; the record that was merged stays and is named."""
    head = ["id", "name", "email"]
    book.bring(write_csv(tmp_path / "a.csv", head, [["A1", "Ann Lee", "a@x.example"]]), source="crm")
    second = book.bring(write_csv(tmp_path / "b.csv", head, [["S1", "Anne Lee", "ann@y.example"]]), source="shop")
    orders = [["O1", "S1", "2026-01-05", "10"]]
    third = book.bring(
        write_csv(tmp_path / "o.csv", ["order_id", "customer_id", "date", "total"], orders), source="shop"
    )
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY id"))
    merge_customers(book.workspace, one, two)
    assert previewed_undo(book, third.import_id).kept == ()
    assert book.one("SELECT count(*) FROM orders") == 0
    known = book.ask("SELECT kind, value FROM identities ORDER BY 1, 2")
    kept = previewed_undo(book, second.import_id).kept
    assert kept == ("Customer Anne Lee is kept, because they were merged into Ann Lee.",)
    assert book.ask("SELECT kind, value FROM identities ORDER BY 1, 2") == known
    assert book.one("SELECT count(*) FROM merged_customers") == 1
    book.hash()


def test_a_row_that_is_gone_cannot_be_put_back_and_that_is_said(book: Book, tmp_path: Path) -> None:
    head = ["id", "name", "email", "city"]
    book.bring(write_csv(tmp_path / "a.csv", head, [["A1", "Ann Lee", "a@x.example", "Hull"]]), source="crm")
    book.bring(write_csv(tmp_path / "b.csv", head, [["S1", "Anne Lee", "ann@y.example", "Hull"]]), source="shop")
    moved = book.bring(
        write_csv(tmp_path / "c.csv", head, [["S1", "Anne Lee", "ann@y.example", "York"]]), source="shop"
    )
    one, two = (row[0] for row in book.ask("SELECT id FROM customers ORDER BY id"))
    merge_customers(book.workspace, one, two)
    preview = undo_preview(book.workspace, moved.import_id)
    assert preview.puts_back == ()
    kept = previewed_undo(book, moved.import_id).kept
    assert kept == ("A row of customers that the import changed is gone and cannot be restored.",)
