"""A tile is watched, an import crosses its limit, the alert leads to the rows and back; by keyboard."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt

from models.values.metrics import Query
from models.values.words import money
from services.metrics import Metrics
from tests.journeys.hands import CONTROL, Hands
from views.data.page import DataPage
from views.insights.figure import Figure
from views.settings.page import SettingsPage
from views.settings.rules_box import RulesBox
from views.settings.watch_detail import WatchDetail
from views.shell.metric_watch import WatchPanel

pytestmark = pytest.mark.usefixtures("at_insights")


def revenue(hands: Hands) -> int:
    found = Metrics(hands.desk.book.workspace).answer(Query(("revenue",), period="90d")).totals["revenue"]
    assert isinstance(found, int | float)
    return round(found)


def one_more_order(folder: Path, amount: int) -> Path:
    path = folder / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(("order_id", "customer_id", "date", "amount", "currency"))
        written.writerow(("W1", "W-CUSTOMER", "2026-11-17", f"{amount}.00", "USD"))
    return path


def watch_panel(hands: Hands) -> WatchPanel:
    return next(one for one in hands.window.findChildren(WatchPanel) if one.isVisible())


def watch_the_revenue(hands: Hands, limit: int) -> None:
    figure = hands.tile("Revenue").content
    assert isinstance(figure, Figure)
    hands.tab_to(figure)
    hands.press(Qt.Key.Key_W)
    panel = watch_panel(hands)
    hands.wait(lambda: panel.state is not None)
    hands.calm()
    assert panel.now.text() == f"Now: {money(revenue(hands), 'USD')}"
    assert panel.past.text().startswith("Last 12 weeks: ")
    hands.tab_to(panel.than)
    hands.type(str(limit))
    hands.wait(lambda: panel.record.text().startswith("In the last 12 weeks it would have raised "))
    hands.press(Qt.Key.Key_Return)
    hands.wait(lambda: not any(one.isVisible() for one in hands.window.findChildren(WatchPanel)))
    hands.calm()
    assert hands.focus is figure


def test_watch_a_tile_cross_its_limit_by_an_import_drill_to_the_rows_and_back(hands: Hands, tmp_path: Path) -> None:
    limit = revenue(hands) // 100 + 5_000
    watch_the_revenue(hands, limit)
    page = hands.alerts
    assert not [open_alert for open_alert in page.queue.model.open_alerts() if open_alert.rule.startswith("watch:")]

    data = hands.window.page("data")
    assert isinstance(data, DataPage)
    hands.drop([one_more_order(tmp_path, 2 * 5_000)])
    hands.wait(lambda: data.state is data.check)
    hands.calm()
    hands.tab_to(data.check.plan.go)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: data.state is data.receipt)
    hands.calm()

    hands.press(Qt.Key.Key_1, CONTROL)
    hands.calm()
    (open_alert,) = [one for one in page.queue.model.open_alerts() if one.rule.startswith("watch:")]
    assert open_alert.customer == "The book"
    assert open_alert.reason.startswith("Revenue, last 90 days: $") and f"above ${limit:,}" in open_alert.reason
    page.queue.view.setFocus()
    for _ in page.queue.model.open_alerts():
        current = page.queue.view.current
        if current is not None and current.id == open_alert.id:
            break
        hands.press(Qt.Key.Key_J)
    hands.wait(lambda: page.detail.detail is not None and page.detail.detail.alert.id == open_alert.id)
    hands.calm()
    assert page.detail.detail is not None and page.detail.detail.story.startswith("Order amounts")
    assert page.actions_pane.rows.isVisible()
    rows = page.detail.detail.watched_rows

    hands.press(Qt.Key.Key_Return)
    board = hands.insights.board
    hands.wait(lambda: board.rows.table.hasFocus())
    assert board.in_rows and board.rows.heading.text() == "Revenue, last 90 days"
    assert f"of {rows:,} rows" in board.rows.count.text() or board.rows.count.text().startswith(f"{rows:,} rows")
    found = Metrics(hands.desk.book.workspace)
    asked = Query(("revenue",), period="90d")
    assert found.rows(found.rows_of(asked, "revenue")).figure == revenue(hands)
    hands.press(Qt.Key.Key_Escape)
    hands.calm()
    assert hands.window.current_key == "alerts"
    assert page.queue.view.current is not None and page.queue.view.current.id == open_alert.id


def test_a_watch_is_changed_switched_off_and_removed_beside_the_rules_and_that_is_undone(hands: Hands) -> None:
    watch_the_revenue(hands, 12_345_678)
    hands.window.show_page("settings/rules")
    box = cast(SettingsPage, hands.window.page("settings")).findChild(RulesBox)
    assert isinstance(box, RulesBox)
    hands.calm()
    keys = [box.table.lines.line_at(row).key for row in range(box.table.lines.rowCount())]  # type: ignore[union-attr]
    assert keys[-1] == "watch:1" and len(keys) > 20
    box.table.selectRow(len(keys) - 1)
    detail = box._stack.currentWidget()
    assert isinstance(detail, WatchDetail) and detail.found.watch.title.startswith("Revenue, last 90 days above $")

    hands.tab_to(detail.change)
    hands.press(Qt.Key.Key_Space)
    panel = watch_panel(hands)
    assert panel.than.text() == "12345678"
    panel.than.setFocus()
    panel.than.selectAll()
    hands.type("0,5")
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    assert box._watches[0].watch.than == 0.5
    hands.wait(lambda: bool(box._watches) and box._watches[0].open_alert is not None)

    box.table.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not box._watches[0].enabled)
    hands.calm()
    assert box._watches[0].open_alert is None
    detail = box._stack.currentWidget()
    assert isinstance(detail, WatchDetail)
    hands.tab_to(detail.remove)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not box._watches)
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.wait(lambda: len(box._watches) == 1)
    hands.calm()


def test_the_panel_fits_into_the_smallest_window_with_all_that_it_says(hands: Hands) -> None:
    hands.window.resize(760, 460)
    figure = hands.tile("Revenue").content
    figure.setFocus()
    hands.press(Qt.Key.Key_W)
    panel = watch_panel(hands)
    panel.test.setCurrentIndex(panel.test.findData("falls"))
    panel.than.setText("20")
    hands.wait(lambda: panel.record.isVisible() and "8 weeks" in panel.weeks.currentText())
    hands.calm()
    assert panel._high() <= panel.height() <= hands.window.height() - 16
    assert panel.rect().contains(panel._button.geometry())
