"""What winning customers cost has a panel of its own where it is known, and leads to who has not earned it back."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from tests.views.insights.opened import insights


def test_the_answer_comes_with_customers_who_are_furthest_from_it(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    made.forget(sample)
    known = made.some_customers(sample, 3)
    made.keep(sample, "forecast", replace(made.forecast(), acquisition=made.costs(known)))
    desk = open_window(sample)
    panel = insights(qtbot, desk).scores.costs_panel
    assert panel.isVisible() and panel.bold.text() == "Yes: 1.8 times what was spent."
    assert panel.aside == "40 of 52 customers with a known cost"
    row = panel.table.lines.line_at(0)
    assert row is not None and [cell.text for cell in row.cells[1:]] == ["$900", "$210", "$80"]
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    key = panel.table.current_key
    assert key in known
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert desk.window.current_key == "customers"
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_book_that_knows_no_costs_has_no_such_panel(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    made.forget(sample)
    made.keep(sample, "forecast", made.forecast())
    assert not insights(qtbot, open_window(sample)).scores.costs_panel.isVisible()
