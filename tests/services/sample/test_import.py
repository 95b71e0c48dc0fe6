"""The sample book comes in through everybody's import: without a question, without a loss, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models import sqlite
from models.values.imports import Receipt
from services.sample import SampleTruth, write_exports
from services.workspace import Recipe, Workspace, open_workspace
from tests.services.sample.imports import import_sample

TODAY = date(2026, 11, 21)


@pytest.fixture
def workspace(store_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(Recipe(store=str(store_path), person="Nora", moment=f"{TODAY}T09:00:00+00:00"))
    yield opened
    opened.close()


def imported(workspace: Workspace, truth: SampleTruth) -> dict[str, Receipt]:
    outcome = import_sample(workspace, truth)
    return {Path(result.file).name: result.receipt for result in outcome.files if result.receipt}


def test_every_row_is_understood_and_a_second_import_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    truth = write_exports(tmp_path / "exports", today=TODAY)
    receipts = imported(workspace, truth)
    assert {name: receipt.rows["read"] for name, receipt in receipts.items()} == dict(truth.rows)
    assert {name: receipt.rows["inserted"] for name, receipt in receipts.items()} == dict(truth.rows)
    assert receipts["customers.csv"].customers == {"matched": 0, "created": 400}
    assert sum(receipt.customers["created"] for receipt in receipts.values()) == 400

    with sqlite.connect(f"file:{workspace.store.path}?mode=ro", uri=True) as connection:
        purchases = connection.execute(
            "SELECT customers.external_id, min(ordered_on), max(ordered_on), count(DISTINCT ordered_on)"
            " FROM orders JOIN customers ON customers.id = customer_id WHERE kind = 'purchase' GROUP BY 1"
        ).fetchall()
        unplaced = connection.execute("SELECT count(*) FROM tickets WHERE customer_id IS NULL").fetchone()
    connection.close()
    known = {customer: (first, last, days) for customer, first, last, days in purchases}
    assert known == {
        c.customer_id: (c.first_order_on.isoformat(), c.last_order_on.isoformat(), c.purchase_days)
        for c in truth.customers
        if c.first_order_on and c.last_order_on
    }
    assert unplaced == (0,)

    again = imported(workspace, truth)
    assert {name: receipt.rows["unchanged"] for name, receipt in again.items()} == dict(truth.rows)


@pytest.mark.parametrize("customers", [1, 12])
def test_small_books_raise_no_question_either(workspace: Workspace, tmp_path: Path, customers: int) -> None:
    truth = write_exports(tmp_path / "exports", customers=customers, seed=3, today=TODAY)
    receipts = imported(workspace, truth)
    assert {name: receipt.rows["inserted"] for name, receipt in receipts.items()} == {
        n: rows for n, rows in truth.rows.items() if rows
    }
