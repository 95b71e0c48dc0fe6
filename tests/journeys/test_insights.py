"""From a figure of the Overview to its rows and to the customer, by keyboard, and back to where one was."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from models.values.errors import StoreBusy
from models.values.metrics import Query
from services.metrics import Metrics
from tests.journeys.hands import CONTROL, Hands
from views.customers.page import CustomersPage
from views.insights.answer_table import AnswerTable
from views.insights.figure import Figure
from views.insights.said import said

pytestmark = pytest.mark.usefixtures("at_insights")


def test_overview_to_revenue_at_risk_to_a_customer_and_back_twice(hands: Hands) -> None:
    page = hands.insights
    assert page.tabs.current == "overview"
    assert hands.focus is page.tabs
    asking = Metrics(hands.desk.book.workspace)
    found = asking.answer(Query(("revenue_at_risk",), period="90d"))
    at_risk = hands.tile("Revenue at risk")
    assert isinstance(at_risk.content, Figure)
    assert (
        said(found.totals["revenue_at_risk"], "money", found.currency, short=True) in at_risk.content.accessibleName()
    )

    hands.tab_to(at_risk.content)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.board.rows.table.hasFocus())
    listed = asking.rows(asking.rows_of(Query(("revenue_at_risk",), period="90d"), "revenue_at_risk"))
    assert page.board.rows.table.lines.rowCount() == listed.total
    assert page.board.rows.count.text().startswith(f"{listed.total} rows")
    assert listed.figure == found.totals["revenue_at_risk"]
    hands.press(Qt.Key.Key_Escape)
    assert hands.focus is at_risk.content

    by_owner = hands.tile("Customers by segment")
    hands.tab_to(by_owner.switch)
    hands.press(Qt.Key.Key_Right)
    hands.press(Qt.Key.Key_Right)
    hands.calm()
    assert by_owner.title == "Customers by owner" and isinstance(by_owner.content, AnswerTable)
    hands.tab_to(by_owner.content)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.board.rows.table.hasFocus())
    name, number, *_ = (
        cell.text for cell in by_owner.content.lines.line_at(by_owner.content.currentIndex().row()).cells
    )  # type: ignore[union-attr]
    assert page.board.rows.heading.text() == f"Active customers: {name}"
    assert page.board.rows.count.text() == f"{number} rows"
    # A second press at once is that of a double click.
    QTest.qWait(QGuiApplication.styleHints().mouseDoubleClickInterval() + 50)
    customer = page.board.rows.table.current_key
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    profile = cast(CustomersPage, hands.window.page("customers")).profile.profile
    assert profile is not None and profile.id == customer
    hands.window.show_page("insights")
    hands.calm()
    assert page.board.in_rows and page.board.rows.table.current_key == customer
    page.board.rows.table.setFocus()
    hands.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not page.board.in_rows and hands.focus is by_owner.content


def test_a_glimpse_of_each_dashboard_opens_its_rows_and_its_tab(hands: Hands) -> None:
    page, asking = hands.insights, Metrics(hands.desk.book.workspace)
    open_deals = asking.answer(Query(("pipeline_value", "open_deals", "win_rate"), period="90d"))
    glimpse = hands.tile("Pipeline")
    assert isinstance(glimpse.content, Figure)
    value = said(open_deals.totals["pipeline_value"], "money", open_deals.currency, short=True)
    assert glimpse.content.accessibleName().startswith(f"Pipeline: {value} open pipeline")
    first, second = glimpse.content.parts[3].split("\n")
    assert first.startswith(f"Open deals {open_deals.totals['open_deals']} · Weighted pipeline $")
    assert second.startswith("Win rate ") and "Past close date" in second
    hands.wait(lambda: len(cast(Figure, glimpse.content).course) > 10)
    hands.tab_to(glimpse.content)
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: page.board.rows.table.hasFocus())
    assert page.board.rows.table.lines.rowCount() == open_deals.totals["open_deals"]
    hands.press(Qt.Key.Key_Escape)
    way = next(one for one in glimpse.findChildren(QPushButton) if one.accessibleName() == "Open Pipeline")
    hands.tab_to(way)
    hands.press(Qt.Key.Key_Space)
    assert page.tabs.current == "pipeline" and hands.focus is page.tabs


def test_filters_change_every_figure_and_figures_are_copied(hands: Hands) -> None:
    page = hands.insights
    revenue = hands.tile("Revenue")
    before = revenue.content.accessibleName()
    hands.tab_to(page.filters.period)
    hands.press(Qt.Key.Key_Up)
    hands.calm()
    assert revenue.content.accessibleName() != before
    assert revenue.shown is not None and revenue.shown.query.period == "30d"
    assert hands.desk.remembered.value.insights_filters == ("30d", "previous", "", "", "", "", "")
    segments = hands.tile("Customers by segment")
    segments.content.setFocus()
    hands.press(Qt.Key.Key_C, CONTROL)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0].startswith("Segment\tActive customers") and len(copied) > 3


def test_what_nobody_waits_for_any_more_is_cancelled(hands: Hands) -> None:
    page = hands.insights
    page.board.forget()
    page._show_tab()
    given_up = page.board._round
    hands.window.show_page("alerts")
    assert given_up.is_set()
    hands.window.show_page("insights")
    hands.calm()
    assert all(one.shown is not None for one in page.board.view.tiles.values())  # type: ignore[union-attr]


def test_a_figure_that_failed_is_asked_for_again_at_the_next_visit(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, revenue = hands.insights, hands.tile("Revenue")

    def locked(*_given: object) -> None:
        raise StoreBusy("Another program is writing to the book.")

    monkeypatch.setattr(page._figures, "tile", locked)
    page.board.forget()
    page._show_tab()
    hands.calm()
    assert revenue._words.isVisible() and revenue._words.text() == "Another program is writing to the book."
    monkeypatch.undo()
    hands.window.show_page("alerts")
    hands.window.show_page("insights")
    hands.calm()
    assert revenue.content.isVisible() and not revenue._words.isVisible()
