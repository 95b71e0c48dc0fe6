"""A figure that is chosen rules the tiles below it, and every figure has its course as a small line."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.values.dashboards import Filters, TileSpec
from models.values.metrics import Query
from models.values.said_leaving import risk_words
from services.metrics import Metrics, the_dashboards, tile_answer, trend_of, under_lens
from services.metrics.dashboards import drill
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.actions import Command
from views.insights.figure import Figure
from views.insights.page import InsightsPage
from views.insights.tile import Tile

OVERVIEW = the_dashboards()[0]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return opened(sample_copy(tmp_path / "sample.bellwether"))


@pytest.fixture
def asking(workspace: Workspace) -> Metrics:
    return Metrics(workspace)


def spec(title: str) -> TileSpec:
    return next(one for one in OVERVIEW.tiles if one.title == title)


def test_a_tile_under_the_lens_shows_the_chosen_figure_with_its_own_groups() -> None:
    by_month, by_segment = spec("Revenue at risk by month"), spec("Customers by segment")
    assert under_lens(by_month, spec("Revenue at risk")) == by_month
    assert under_lens(by_segment, spec("Revenue at risk")) == by_segment
    revenue = under_lens(by_month, spec("Revenue"))
    assert (revenue.title, revenue.query.metrics, revenue.query.by) == ("Revenue by month", ("revenue",), ("month",))
    table = under_lens(by_segment, spec("Revenue"))
    assert (table.title, table.query.metrics, table.query.order) == (
        "Revenue by segment", ("revenue",), (),
    )  # fmt: skip
    assert under_lens(by_segment, spec("Active customers")) == by_segment  # it has the figure among its columns


def test_the_customers_behind_a_figure_are_those_who_tell_most(asking: Metrics) -> None:
    by_customer = spec("Revenue at risk by customer")
    figures = {one.title: under_lens(by_customer, one) for one in OVERVIEW.tiles if one.form == "figure"}
    at_risk = tile_answer(asking, figures["High churn risk"], Filters())
    assert at_risk.query.metrics == ("at_risk_customers", "revenue_at_risk")
    amounts = [at_risk.answer.cells(at)["revenue_at_risk"] for at in range(len(at_risk.answer.rows))]
    assert all(at_risk.answer.cells(at)["at_risk_customers"] == 1 for at in range(len(amounts)))
    assert amounts == sorted(amounts, key=lambda one: -int(str(one))) and amounts[0]
    whole = asking.answer(Query(("at_risk_customers",))).totals["at_risk_customers"]
    assert at_risk.answer.totals["at_risk_customers"] == whole
    assert at_risk.held == pytest.approx(len(amounts) / int(str(whole)))
    satisfied = tile_answer(asking, figures["NPS"], Filters("12m"))
    worst = [satisfied.answer.cells(at)["nps"] for at in range(len(satisfied.answer.rows))]
    assert worst == sorted(worst, key=lambda one: float(str(one))) and satisfied.held is None


@pytest.mark.parametrize("name", ["overview", "service", "pipeline"])
def test_every_figure_can_be_chosen_and_its_rows_make_what_each_tile_below_shows(asking: Metrics, name: str) -> None:
    dashboard = next(one for one in the_dashboards() if one.name == name)
    ruled = [one for one in dashboard.tiles if one.lens]
    assert {one.query.by[0] for one in ruled} >= {"month", "customer"} and len(ruled) == 3
    for figure in (one for one in dashboard.tiles if one.form == "figure"):
        for tile in (under_lens(one, figure) for one in ruled):
            shown = tile_answer(asking, tile, Filters("12m"))
            if shown.empty:
                continue
            assert figure.query.metrics[0] in shown.query.metrics or figure.trend in shown.query.metrics
            way = drill(asking, tile, shown.query, shown.query.metrics[0], {})
            total = shown.answer.totals[shown.query.metrics[0]]
            if tile.query.by != ("month",) and not way.of_part:
                assert asking.rows(way.rows).figure == pytest.approx(total), tile.title


def test_beside_each_customer_stand_their_risk_their_silence_and_who_looks_after_them(asking: Metrics) -> None:
    shown = tile_answer(asking, spec("Revenue at risk by customer"), Filters())
    assert [column.title for column in shown.answer.columns] == [
        "Customer", "Churn risk", "Days / usual gap", "Owner", "Revenue at risk",
    ]  # fmt: skip
    with asking._workspace.store.read() as connection:
        for row in shown.answer.rows:
            risk, text, days, gap, owner = connection.exec_driver_sql(
                "SELECT churn_risk, said_leaving, days_since_last_order, usual_gap_days, owner FROM"
                " customer_risk_scores JOIN customers ON id = customer_id WHERE name = ?", (row[0],),
            ).one()  # fmt: skip
            assert row[1:4] == (risk_words(text, risk), f"{days} / {round(gap)}", owner)
    drilled = drill(asking, spec("Revenue at risk by customer"), shown.query, "revenue_at_risk",
                    {"customer": shown.answer.rows[0][0]})  # fmt: skip
    assert asking.rows(drilled.rows).figure == shown.answer.rows[0][-1]


def test_the_course_of_a_figure_is_of_its_metric_or_of_the_one_that_is_known_over_time() -> None:
    courses = {one.title: trend_of(one) for one in OVERVIEW.tiles}
    revenue, at_risk = courses["Revenue"], courses["Revenue at risk"]
    assert revenue is not None and revenue.query.metrics == ("revenue",) and revenue.query.by == ("month",)
    assert at_risk is not None and at_risk.query.metrics == ("revenue_at_risk_then",)
    assert courses["Customers by segment"] is None


def test_a_chosen_figure_rules_the_tiles_below_and_opens_its_rows_when_pressed_again(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace
) -> None:
    desk = open_window(workspace)
    page = page_at(desk, "insights/overview", InsightsPage)

    def calm() -> None:
        qtbot.waitUntil(lambda: desk.background.idle)

    def tile(title: str) -> Tile:
        assert page.board.view is not None
        return next(one for one in page.board.view.tiles.values() if one.title == title)

    calm()
    view, orders = page.board.view, tile("Revenue").content
    assert view is not None and view.lens is tile("Revenue at risk") and isinstance(orders, Figure)
    ruled = tile("Customers by segment")
    orders.click()
    calm()
    assert not page.board.in_rows and view.lens is tile("Revenue")
    assert ruled.title == ruled.heading.text() == "Revenue by segment" and ruled.shown is not None
    assert ruled.shown.query.metrics[0] == "revenue" and not ruled.shown.empty
    assert len([one for one in view.tiles.values() if one.title == "Revenue by month"]) == 2

    satisfaction = tile("NPS").content
    assert isinstance(satisfaction, Figure)
    satisfaction.click()
    calm()
    assert ruled.title == "NPS by segment" and ruled.shown is not None
    satisfaction.click()
    calm()
    assert page.board.in_rows and page.board.rows.heading.text() == "NPS"
    page.board.go_back()

    page.filters._toggle("tier", "Gold")
    calm()
    assert ruled.title == "NPS by segment" and view.asked == Filters(tier="Gold")
    assert len(orders.course) > 6 and "Last 11 months: " in orders.accessibleDescription()
    at_risk = tile("Revenue at risk").content
    assert isinstance(at_risk, Figure) and len(at_risk.course) > 1


def test_a_tile_is_looked_at_by_another_dimension_and_stays_so_under_another_figure(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace
) -> None:
    desk = open_window(workspace)
    page = page_at(desk, "insights/overview", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    view = page.board.view
    assert view is not None
    ruled = next(one for one in view.tiles.values() if one.title == "Customers by segment")
    assert [tab.text for tab in ruled.switch.tabs] == ["Segment", "Tier", "Owner", "Region"]
    QTest.keyClick(ruled.switch, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: desk.background.idle)
    assert ruled.heading.text() == "Customers by tier" and ruled.shown is not None
    assert ruled.shown.query.by == ("tier",) and not ruled.shown.empty
    revenue = next(one for one in view.tiles.values() if one.title == "Revenue")
    assert isinstance(revenue.content, Figure)
    revenue.content.click()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert ruled.heading.text() == "Revenue by tier" and ruled.shown.query.by == ("tier",)
    page.board.take(ruled)
    desk.window.actions_registry[Command.WIDEN_TILE].trigger()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert page.board.view is view and ruled.wide == 2
    assert [one.title for one in page.board.view.tiles.values() if one.spec.switch] == ["Revenue by tier"]


@pytest.mark.parametrize("command", [Command.WIDEN_TILE, Command.MOVE_TILE_BACK])
def test_a_tile_that_is_arranged_otherwise_does_not_move_the_page(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, command: Command
) -> None:
    desk = open_window(workspace, size=(1000, 600))
    page = page_at(desk, "insights/service", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    before = page.board.view
    assert before is not None
    bar = before.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 400)
    tile = list(before.tiles.values())[-2]
    tile.content.setFocus()
    bar.setValue(bar.maximum() // 2)
    was = bar.value()
    desk.window.actions_registry[command].trigger()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert abs(bar.value() - was) < 2
