"""Which deals somebody must act on and why, whose contract ends soon, and how glad the words of a ticket are."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from models import sqlite
from models.values.dashboards import Filters, TileAnswer
from models.values.metrics import Query
from services.metrics import Metrics, drill, the_dashboards, tile_answer
from tests.services.metrics.conftest import Tables
from tests.services.metrics.test_brute_force import AS_OF, asked, by_name, total, within
from tests.views.books import opened, sample_copy

TODAY = date.fromisoformat(AS_OF)


def day(after: int) -> str:
    return (TODAY + timedelta(days=after)).isoformat()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return sample_copy(tmp_path / "book.bellwether")


def to_act_on(book: Path) -> dict[str, str]:
    tile = next(one for board in the_dashboards() for one in board.tiles if one.title == "Deals to act on")
    workspace = opened(book)
    try:
        metrics = Metrics(workspace)
        shown = tile_answer(metrics, tile, Filters())
        cells = [shown.answer.cells(at) for at in range(len(shown.answer.rows))]
        values = [int(str(one["pipeline_value"])) for one in cells]
        assert values == sorted(values, reverse=True)
        for one in cells:  # each line opens its deal
            way = drill(metrics, tile, shown.query, "pipeline_value", {name: one[name] for name in shown.query.by})
            listed = metrics.rows(way.rows)
            assert listed.total == 1 and listed.figure == one["pipeline_value"]
        assert metrics.answer(Query(("deals_to_act_on",), period="90d")).totals["deals_to_act_on"] == len(cells)
        return {str(one["name"]): str(one["why_to_act"]) for one in cells}
    finally:
        workspace.close()


def test_a_deal_is_to_be_acted_on_when_it_is_late_stuck_or_without_a_next_step(book: Path) -> None:
    cases = (
        ("late", day(-1), day(-3)), ("later", day(-6), day(-3)), ("today", day(0), day(-3)),
        ("stuck", day(60), day(-31)),
        ("not yet", day(60), day(-30)), ("soon", day(14), day(-3)), ("not soon", day(15), day(-3)),
        ("planned", day(14), day(-3)),
    )  # fmt: skip
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("UPDATE opportunities SET closes_on = ? WHERE stage NOT IN ('Won', 'Lost')", (day(300),))
        there = driver.execute("SELECT id, customer_id FROM opportunities WHERE stage = 'Lost' ORDER BY id").fetchall()
        for (deal, customer), (name, closes, since) in zip(there, cases, strict=False):
            driver.execute("DELETE FROM stage_changes WHERE opportunity_id = ?", (deal,))
            driver.execute(
                "UPDATE opportunities SET stage = 'Proposal', name = ?, closes_on = ?, opened_on = ?,"
                " amount_minor = 1000 + id WHERE id = ?", (name, closes, since, deal),
            )  # fmt: skip
            if name != "soon":
                driver.execute(
                    "INSERT INTO tasks (customer_id, title, created_at) VALUES (?, 'Call', ?)",
                    (customer, f"{day(-5)}T09:00:00Z"),
                )
    assert to_act_on(book) == {
        "late": "1 day late", "later": "6 days late", "today": "closes today", "stuck": "31 days in stage",
        "soon": "no next step",
    }  # fmt: skip


def test_a_contract_that_ends_today_is_up_whether_or_not_it_renews_by_itself(book: Path) -> None:
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("DELETE FROM contracts")
        rows = [
            (1, "a", None, day(0), None, 1), (2, "b", None, day(60), None, 0), (3, "c", None, day(61), None, 1),
            (4, "d", None, day(-1), None, 1), (5, "e", day(1), day(30), None, 1), (6, "f", None, day(9), "ended", 0),
        ]  # fmt: skip
        driver.executemany(
            "INSERT INTO contracts (customer_id, source, external_id, starts_on, ends_on, status, renews)"
            " VALUES (?, 'test', ?, ?, ?, ?, ?)", rows,
        )  # fmt: skip
    workspace = opened(book)
    try:
        query = Query(("renewing_customers",), ("renews_on",))
        found = Metrics(workspace).answer(query)
        assert dict(found.rows) == {day(0): 1, day(60): 1}
    finally:
        workspace.close()


def test_a_task_that_is_done_is_no_next_step(book: Path) -> None:
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("UPDATE opportunities SET closes_on = ? WHERE stage NOT IN ('Won', 'Lost')", (day(300),))
        deal, customer = driver.execute("SELECT id, customer_id FROM opportunities WHERE stage = 'Lost'").fetchone()
        driver.execute("DELETE FROM stage_changes WHERE opportunity_id = ?", (deal,))
        driver.execute(
            "UPDATE opportunities SET stage = 'Proposal', name = 'late', closes_on = ?, opened_on = ? WHERE id = ?",
            (day(-2), day(-40), deal),
        )
        driver.execute(
            "INSERT INTO tasks (customer_id, title, created_at, done_at) VALUES (?, 'Call', ?, ?)",
            (customer, f"{day(-5)}T09:00:00Z", f"{day(-1)}T09:00:00Z"),
        )
    assert to_act_on(book) == {"late": "2 days late, 40 days in stage, no next step"}


def test_customers_whose_contract_ends_within_sixty_days_are_counted_once(book: Path) -> None:
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("UPDATE contracts SET status = NULL, starts_on = NULL, ends_on = ?", (day(61),))
        owners = [row[0] for row in driver.execute("SELECT DISTINCT customer_id FROM contracts LIMIT 3")]
        for number, owner in enumerate(owners):
            driver.execute("UPDATE contracts SET ends_on = ? WHERE customer_id = ?", (day(60 - number), owner))
        driver.execute(
            "INSERT INTO contracts (customer_id, source, external_id, ends_on) VALUES (?, 'test', 'second', ?)",
            (owners[0], day(5)),
        )
        driver.execute("UPDATE contracts SET status = 'ended' WHERE customer_id = ?", (owners[2],))
        marks = ",".join("?" * 2)
        spend = driver.execute(
            f"SELECT sum(spend_12m_minor) FROM customer_risk_scores WHERE customer_id IN ({marks})", owners[:2]
        ).fetchone()[0]
    workspace = opened(book)
    try:
        metrics = Metrics(workspace)
        assert total(metrics, "renewing_customers") == 2
        assert total(metrics, "renewing_spend") == spend
        assert by_name(asked(metrics, "renewing_customers", by=("renews_on",))) == {day(5): 1, day(59): 1}
    finally:
        workspace.close()


def test_sentiment_in_five_steps_parts_the_three(asking: Metrics, tables: Tables) -> None:
    def step(score: float) -> str:
        if abs(score) > 0.6:
            return "very positive" if score > 0 else "very negative"
        return "positive" if score > 0.25 else "negative" if score < -0.25 else "neutral"

    rows = [row for row in within(tables["tickets"], "opened_on") if row["sentiment"] is not None]
    found = by_name(asked(asking, "tickets", by=("sentiment_step",)))
    found.pop(None, None)
    assert found == Counter(step(row["sentiment"]) for row in rows)


def test_deals_that_were_lost_are_counted_where_they_were(asking: Metrics, tables: Tables) -> None:
    lost = [row for row in within(tables["stage_changes"], "changed_on", "2025-11-20") if row["to_stage"] == "Lost"]
    found = by_name(asked(asking, "lost_in_stage", by=("stage",), period=f"2025-11-20..{AS_OF}"))
    assert found == Counter(row["from_stage"] for row in lost)


def why_lost(book: Path) -> TileAnswer:
    tile = next(one for board in the_dashboards() for one in board.tiles if one.title.startswith("Why deals were lost"))
    workspace = opened(book)
    try:
        metrics = Metrics(workspace)
        shown = tile_answer(metrics, tile, Filters())
        for row in shown.answer.rows[:3] if not shown.empty else ():
            way = drill(metrics, tile, shown.query, tile.query.metrics[0], {"lost_reason": row[0]})
            assert metrics.rows(way.rows).total == row[1]
        return shown
    finally:
        workspace.close()


def test_why_deals_were_lost_is_compared_once_there_are_some_reasons(book: Path, tables: Tables) -> None:
    shown = why_lost(book)
    lost = within([
        {"closed": row["closes_on"], "reason": row["lost_reason"]} for row in tables["opportunities"]
        if row["stage"] == "Lost" and row["lost_reason"]
    ], "closed", "2025-11-18")  # fmt: skip
    counted = Counter(row["reason"] for row in lost)
    assert dict(shown.answer.rows) == dict(counted) and len(counted) > 3 and not shown.empty
    with closing(sqlite.connect(book)) as driver, driver:
        kept = "SELECT id FROM opportunities WHERE lost_reason <> '' AND closes_on > '2026-06-01' LIMIT 4"
        driver.execute(f"UPDATE opportunities SET lost_reason = NULL WHERE id NOT IN ({kept})")
    assert why_lost(book).empty == (
        "Deals lost with a reason in the last 12 months: 4. From 5 on they are compared here."
    )
    with closing(sqlite.connect(book)) as driver, driver:
        driver.execute("UPDATE opportunities SET lost_reason = NULL")
    assert why_lost(book).empty == (
        "Add the column “Lost reason” to the deals export, or enter the reason with the deal: none is on"
        " record in the last 12 months."
    )


def test_the_pipeline_at_the_own_win_rate(asking: Metrics, tables: Tables) -> None:
    rows = [row for row in tables["opportunities"] if row["kind"] == "Upsell"]
    closed = within([{"closed": row["closes_on"], **row} for row in rows if row["stage"] in ("Won", "Lost")],
                    "closed", "2025-11-18")  # fmt: skip
    rate = sum(row["stage"] == "Won" for row in closed) / len(closed)
    open_ = sum(row["amount_minor"] for row in rows if row["stage"] not in ("Won", "Lost"))
    found = by_name(asked(asking, "pipeline_at_win_rate", by=("kind",), period="12m"))
    assert found["Upsell"] == pytest.approx(open_ * rate)
