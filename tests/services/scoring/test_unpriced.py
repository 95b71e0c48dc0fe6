"""Orders in a currency without a rate: no value is made up for whoever has no others, and none is summed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from services.scoring import score_due
from services.scoring.events import read_events
from services.scoring.report.clv import window_at
from tests.services.scoring.books import Book, simulated_orders

TODAY = date(2026, 11, 20)
MANY = 60
UNPRICED, MIXED = MANY + 1, MANY + 2
MONEY = ("clv_minor", "clv_low_minor", "clv_high_minor", "clv_if_stays_minor", "value_at_risk_minor",
         "value_at_risk_low_minor", "value_at_risk_high_minor")  # fmt: skip


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    made = Book(store_path)
    made.add_customers(MANY + 2)
    made.add_orders(simulated_orders(MANY, date(2024, 6, 1), TODAY, seed=4))
    days = [TODAY - timedelta(days=back) for back in range(10, 700, 30)]
    made.add_orders(((UNPRICED, day, 9_900) for day in days), currency="XYZ")
    made.add_orders(((MIXED, day, 9_900) for day in days[::2]), currency="XYZ")
    made.add_orders((MIXED, day, 5_000) for day in days[1::2])
    made.at(TODAY)
    yield made
    made.workspace.close()


def test_who_has_only_unpriced_orders_has_a_risk_but_no_value(book: Book) -> None:
    run = score_due(book.workspace)
    scores = book.scores()
    assert scores[UNPRICED]["churn_risk"] is not None and scores[UNPRICED]["confidence"] == "low"
    assert [scores[UNPRICED][name] for name in MONEY] == [None] * len(MONEY)
    assert None not in [scores[MIXED][name] for name in MONEY]
    assert "1 customer bought only in such a currency: they have no value and are left out of totals." in run.warnings


def test_values_are_checked_without_who_has_none(book: Book) -> None:
    with book.workspace.store.read() as connection:
        events = read_events(connection, TODAY, currency="USD")
    window = window_at(events, events.as_of - 180, 180, 90)
    bought = np.unique(events.orders.row[events.orders.day <= window.cutoff]).size
    assert window.spent.size == window.predicted.expected.size == bought - 1
    assert np.isfinite(window.predicted.expected).all()
