"""Everything about one customer: every table is asked, and nothing of anybody else is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.tables import metadata
from models.values.errors import UserError
from services.reports import personal_data
from services.reports.personal_data import ABOUT_NOBODY, as_json, conditions
from services.sync import edit_customer
from services.workspace import Workspace
from tests.views.books import opened, sample_copy


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Workspace]:
    workspace = opened(sample_copy(tmp_path / "book.bellwether"))
    yield workspace
    workspace.close()


def test_every_table_is_asked_or_is_known_to_hold_nobodys_rows() -> None:
    assert conditions().keys() | ABOUT_NOBODY == {table.name for table in metadata.sorted_tables}
    assert not conditions().keys() & ABOUT_NOBODY


def test_all_rows_of_a_customer_are_there_and_none_of_another(book: Workspace) -> None:
    edit_customer(book, 7, {"city": "York"})
    found, other = personal_data(book, 7), personal_data(book, 8)
    with book.store.snapshot() as driver:
        for table in metadata.sorted_tables:
            if "customer_id" in table.columns and table.name not in ABOUT_NOBODY:
                rows = driver.execute(f"SELECT count(*) FROM {table.name} WHERE customer_id = 7").fetchone()[0]
                assert len(found.tables.get(table.name, ())) == rows, table.name
        lines = driver.execute(
            "SELECT count(*) FROM order_lines WHERE order_id IN (SELECT id FROM orders WHERE customer_id = 7)"
        ).fetchone()[0]
        others = driver.execute("SELECT email FROM customers WHERE id <> 7 AND email <> ''").fetchall()
    assert len(found.tables["order_lines"]) == lines > 0
    text = as_json(found).decode()
    assert [row["city"] for row in found.tables["customers"]] == ["York"]
    assert found.history[-1]["actor"] == book.person and found.history[-1]["words"]
    assert not [email for (email,) in others if f'"{email}"' in text]
    for name in found.tables.keys() & other.tables.keys() - {"imports"}:
        assert not {row.get("id") for row in found.tables[name]} & {row.get("id") for row in other.tables[name]} - {
            None
        }
    assert {row["file_name"] for row in found.tables["imports"]} and json.loads(text)["name"] == found.name


def test_nobody_is_said(book: Workspace) -> None:
    with pytest.raises(UserError, match="There is no customer 99999"):
        personal_data(book, 99999)
