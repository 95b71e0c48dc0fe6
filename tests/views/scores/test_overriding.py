"""Overriding a score on the pages: seen at once wherever the figure is, kept after scoring, undone by Ctrl+Z."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.customers.test_page import customers
from tests.views.pages import page_at
from views.alerts.page import AlertsPage
from views.desktop import Desktop
from views.scores.override_panel import OverridePanel

THIN = "\N{NARROW NO-BREAK SPACE}"


def panel_of(desk: Desktop) -> OverridePanel:
    (found,) = [one for one in desk.window.findChildren(OverridePanel) if one.isVisible()]
    return found


def press(key: Qt.Key) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key)


def set_risk(qtbot: QtBot, desk: Desktop, typed: str = "3") -> None:
    """Fill the open panel and send it; wait until the figures were scored anew too."""
    panel = panel_of(desk)
    panel.value.setText(typed)
    panel.reason.setText("they renewed by phone")
    settled(qtbot, desk, lambda: qtbot.keyClick(panel.reason, Qt.Key.Key_Return))


def settled(qtbot: QtBot, desk: Desktop, do: Callable[[], None]) -> None:
    """Do something, and wait until the run of the scores that follows it has ended."""
    runs: list[bool] = []
    desk.book.renewing.connect(runs.append)
    do()
    qtbot.waitUntil(lambda: runs[-1:] == [False])
    desk.book.renewing.disconnect(runs.append)


def test_on_the_alerts_page_by_keyboard_and_back_by_undo(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = page_at(desk, "alerts", AlertsPage)
    qtbot.waitUntil(lambda: page.detail.detail is not None and page.detail.detail.figures is not None)
    detail = page.detail.detail
    assert detail is not None and detail.figures is not None
    open_alert, before = detail.alert.id, detail.figures.churn_risk
    page.queue.view.setFocus()
    press(Qt.Key.Key_V)
    set_risk(qtbot, desk)

    def risk() -> float | None:
        shown = page.detail.detail
        assert shown is not None and shown.figures is not None
        return shown.figures.churn_risk

    qtbot.waitUntil(lambda: risk() == 0.03)
    assert page.detail.figures.figures[0].big == f"3{THIN}%"
    assert page.detail.figures.figures[0].by_hand and page.detail.figures.figures[1].by_hand
    assert "overridden" in page.detail.figures.toolTip()
    assert page.detail.notes.lines[0].startswith("Churn risk is set by you until 19 Feb: they renewed by phone; the")
    row = next(one for one in page.queue.model.open_alerts() if one.id == open_alert)
    qtbot.waitUntil(lambda: any(one.overridden for one in page.queue.model.open_alerts()))
    row = next(one for one in page.queue.model.open_alerts() if one.id == open_alert)
    assert (row.churn_risk, [mark.figure for mark in row.overridden]) == (0.03, ["churn_risk"])
    settled(qtbot, desk, desk.book.undo)
    qtbot.waitUntil(lambda: risk() == before)
    qtbot.waitUntil(lambda: not any(line.startswith("Churn risk is set") for line in page.detail.notes.lines))


def test_on_the_customers_page_and_taken_back_beside_the_mark(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    profile = page.profile.profile
    assert profile is not None and profile.figures is not None
    before = profile.figures.churn_risk
    page.list.table.setFocus()
    press(Qt.Key.Key_V)
    set_risk(qtbot, desk, "4")

    def shown() -> tuple[float | None, int]:
        now = page.profile.profile
        assert now is not None and now.figures is not None
        return now.figures.churn_risk, len(now.figures.overridden)

    qtbot.waitUntil(lambda: shown() == (0.04, 1))
    qtbot.waitUntil(lambda: any(row.overridden for row in page.list.table.model().rows()))  # type: ignore[attr-defined]
    assert page.profile.notes.isVisible()
    settled(qtbot, desk, lambda: page.profile.notes.end_wanted.emit("churn_risk"))
    qtbot.waitUntil(lambda: shown() == (before, 0))


def test_while_another_customer_is_read_nobody_is_overridden(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    qtbot.waitUntil(lambda: not page.profile.awaited)
    page.profile._wanted = -1  # somebody else was asked for and has not come yet
    page._override()
    assert not desk.window.findChildren(OverridePanel)
