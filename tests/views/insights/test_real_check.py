"""The whole way once: the button, the child process, the real check of the sample book, and what the page says."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from services import scoring
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from views.insights.check import CHECKED
from views.insights.page import InsightsPage


def test_the_sample_book_is_checked_from_the_page(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    made.forget(sample)
    desk = open_window(sample)
    desk.window.show_page("insights/scores")
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page("insights")
    assert isinstance(page, InsightsPage)
    with qtbot.waitSignal(page.bar.ended, timeout=900_000):
        page.bar.check.click()
    assert desk.window.toast.words == CHECKED
    report = scoring.last_backtest(sample)
    assert report is not None and report.calibration
    qtbot.waitUntil(lambda: page.scores.curve.isVisible() and desk.background.idle)
    assert page.scores.curve.groups == tuple(sorted(report.calibration, key=lambda one: one.said))
    assert page.scores.models.lines.rowCount() == len(report.models)
    assert page.scores.months.isVisible() and page.scores.drift_panel.isVisible()
    assert page.scores.missed_panel.isVisible() and "predicted under" in page.scores.missed_panel.aside
