"""The public table is a promise to other programs: its columns stay, in their order, and a day is computed the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.store import open_store
from services.scoring import score_as_of, score_due
from tests.services.scoring.books import Book, simulated_orders

FIRST, LAST = date(2025, 1, 1), date(2026, 11, 21)

#: Columns are only ever added, at the end; what is here is never renamed, moved or taken out.
PUBLIC = (
    "customer_id", "as_of", "engagement", "health", "health_coverage", "churn_risk", "churn_horizon_days", "clv_minor",
    "clv_low_minor", "clv_high_minor", "clv_if_stays_minor", "clv_horizon_months", "currency", "value_at_risk_minor",
    "value_at_risk_low_minor", "value_at_risk_high_minor", "segment", "segment_before", "segment_since", "trend",
    "confidence", "confidence_why", "drivers", "model", "scored_at", "purchase_days", "order_count", "first_order_on",
    "last_order_on", "last_order_amount_minor", "days_since_last_order", "usual_gap_days", "spend_total_minor",
    "spend_12m_minor", "spend_6m_minor", "spend_6m_before_minor", "orders_6m", "orders_6m_before",
    "mean_last_3_minor", "mean_6_before_minor", "engagement_parts", "health_parts", "last_activity_on", "sparkline",
    "changed", "overridden",
)  # fmt: skip


def test_the_columns_of_the_public_table_stay_in_their_order(store_path: Path) -> None:
    store = open_store(store_path)
    with store.read() as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(customer_risk_scores)")]
    store.close()
    assert tuple(columns[: len(PUBLIC)]) == PUBLIC


def test_a_run_fills_every_column_that_it_names(scored: Book) -> None:
    rows = scored.scores().values()
    always = set(PUBLIC) - {"segment_before", "segment_since", "overridden", "last_activity_on"}
    assert {name for name in always if all(row[name] is None for row in rows)} == set()


@pytest.mark.parametrize("day", [date(2025, 2, 1), date(2025, 12, 31), date(2026, 11, 1), date(2026, 11, 21)])
def test_any_day_is_recomputed_the_same(book: Book, day: date) -> None:
    book.add_customers(80)
    book.add_orders(simulated_orders(80, FIRST, LAST, seed=4))
    _, once = score_as_of(book.workspace, day)
    score_due(book.workspace)
    _, twice = score_as_of(book.workspace, day)
    assert [one.values for one in once] == [one.values for one in twice]
    assert {one.values["as_of"] for one in once} == {day.isoformat()}


def test_a_run_over_everyone_leaves_nothing_of_what_stood_there(scored: Book) -> None:
    before = scored.scores()
    with scored.workspace.store.unit_of_work(scored.workspace.me, "edit", "book", at=scored.workspace.at) as work:
        for name in set(PUBLIC) - {"customer_id", "overridden"}:
            value = "2026-01-01" if name == "as_of" or name.endswith("_on") else "77"
            work.sql(f"UPDATE customer_risk_scores SET {name} = ? WHERE customer_id % 2 = 1", (value,))
        work.sql("DELETE FROM customer_risk_scores WHERE customer_id % 5 = 0")
        work.digest("spoilt")
        work.commit()
    assert scored.scores() != before
    score_due(scored.workspace, force_all=True)
    assert scored.scores() == before
