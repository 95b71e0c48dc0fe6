"""How much work a figure is: nothing is worked out twice, and no row is read that has no part in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select

from models import sqlite
from models.values.metrics import Query
from services.metrics import Metrics
from services.metrics.catalogue import Metric
from services.metrics.periods import months_later
from services.metrics.statements import Scope, Statements
from tests.views.books import opened, sample_copy


def plan_of(book: Path, ran: str) -> str:
    """What SQLite does for a statement as an answer shows it: the text, and its parameters on a line of their own."""
    sql, _, parameters = ran.partition("\n-- ")
    with closing(sqlite.connect(book)) as driver:
        return "\n".join(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {sql}", json.loads(parameters)))


def test_a_count_is_counted_once(asking: Metrics) -> None:
    assert asking.answer(Query(("tickets",), ("channel",))).sql.count("count(") == 1
    share = asking.answer(Query(("negative_share",), ("channel",))).sql
    assert share.count("count(") == 2, "the rows, and those of its upper part"


@pytest.mark.parametrize("by", [(), ("tier",)])
def test_states_of_several_months_are_read_at_once_and_are_those_of_each_month_alone(
    asking: Metrics, by: tuple[str, ...]
) -> None:
    names = ("not_engaged", "net_revenue_retention", "repeated_tickets", "customers")
    found = asking.answer(Query(names, (*by, "month"), period="90d"))
    assert found.sql.count("FROM customers AS c") == (2 if by else 1)  # by tier the totals are read beside
    months: dict[Any, list[Any]] = {}
    for row in found.rows:
        months.setdefault(row[len(by)], []).append((*row[: len(by)], *row[len(by) + 1 :]))
    assert len(months) == 4
    for month, rows in months.items():
        last = min(months_later(date.fromisoformat(f"{month}-01"), 1) - timedelta(1), found.as_of)
        alone = asking.answer(Query(names, by, period=f"2020-01-01..{last}"))
        assert sorted(alone.rows, key=str) == sorted(rows, key=str)


def test_a_figure_and_that_of_the_period_before_are_read_at_once(asking: Metrics) -> None:
    assert (
        asking.answer(Query(("retention_rate",), compare="previous", period="90d")).sql.count("FROM orders WHERE +")
        == 1
    )


def test_rows_without_a_day_are_counted_once_for_metrics_of_the_same_day(
    asking: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, counted = list[int](), Statements.undated

    def count(self: Statements, metrics: Sequence[Metric], scope: Scope) -> Select[Any]:
        asked.append(len(metrics))
        return counted(self, metrics, scope)

    monkeypatch.setattr(Statements, "undated", count)
    asking.answer(Query(("deals_closed", "win_rate", "sales_cycle"), ("origin",), period="11m"))
    assert asked == [3]


def test_the_last_scores_are_read_of_their_day_where_nobody_has_older_ones(tmp_path: Path) -> None:
    book = sample_copy(tmp_path / "book.bellwether")
    query = Query(("revenue_at_risk_then",), ("month",), period="12m")
    workspace = opened(book)
    whole = Metrics(workspace).answer(query)
    workspace.close()
    assert "UNION ALL" not in whole.sql
    with closing(sqlite.connect(book)) as driver, driver:
        before = (
            "SELECT max(as_of) FROM score_history WHERE as_of < (SELECT substr(max(as_of), 1, 7) FROM score_history)"
        )
        last = driver.execute(before).fetchone()[0]  # of a month before: the scores in force are of this one
        (gone,) = driver.execute("SELECT min(customer_id) FROM score_history WHERE as_of = ?", (last,)).fetchone()
        driver.execute("DELETE FROM score_history WHERE as_of = ? AND customer_id = ?", (last, gone))
    workspace = opened(book)
    without = Metrics(workspace).answer(query)
    workspace.close()
    statements = without.sql.split(";\n\n")
    assert [one for one in statements if "UNION ALL" in one] == [statements[-2]], "only of the day that lacks somebody"


def test_who_bought_is_read_first_and_customers_after_them(asking: Metrics, sample: Path) -> None:
    plan = plan_of(sample, asking.answer(Query(("retention_rate",))).sql)
    assert "AUTOMATIC" not in plan
    assert "SEARCH c USING INTEGER PRIMARY KEY" in plan


def test_customers_are_read_in_their_own_order(asking: Metrics, sample: Path) -> None:
    plan = plan_of(sample, asking.answer(Query(("revenue_at_risk",), ("segment",))).sql)
    assert "SEARCH s USING INTEGER PRIMARY KEY" in plan
