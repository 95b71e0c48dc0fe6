"""Who was told wrongly: all are counted, the worst stand on the page, and all of them open, lead on and are a file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.values.report_card import Misses, MissLine
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from tests.views.insights.opened import insights
from views.insights.misses import MOST, MissPanel, MissWindow, all_words, count_words


@pytest.fixture
def many(sample: Workspace) -> Workspace:
    """The sample book with a check that told forty customers wrongly, more than it names of one kind."""
    made.forget(sample)
    with sample.store.snapshot() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM customers ORDER BY id LIMIT 40")]
    made.keep(sample, "backtest", made.report(ids, missed_count=20, alarmed_count=1_204))
    return sample


def opened(qtbot: QtBot, panel: MissPanel) -> MissWindow:
    panel.more.setFocus()
    QTest.keyClick(panel.more, Qt.Key.Key_Space)
    found = panel.window().findChild(MissWindow)
    assert found is not None and found.isVisible()
    return found


def test_all_are_counted_the_worst_are_shown_and_the_rest_is_one_key_away(
    qtbot: QtBot, open_window: OpenWindow, many: Workspace
) -> None:
    scores = insights(qtbot, open_window(many)).scores
    missed, alarmed = scores.missed_panel, scores.alarmed_panel
    assert missed.table.lines.rowCount() == alarmed.table.lines.rowCount() == MOST
    assert missed.aside.startswith("20 left, predicted under") and alarmed.aside.startswith("1,204 stayed, predicted")
    assert missed.more.text() == "Show all 20" and alarmed.more.text() == "Show the 20 worst"
    found = opened(qtbot, alarmed)
    assert found.windowTitle() == "False alarms: 1,204"
    assert found.table.lines.rowCount() == 20
    assert any("Costliest error first" in one.text() for one in found.findChildren(QLabel))
    QTest.keyClick(found, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: alarmed.window().findChild(MissWindow) is None)


def test_enter_on_a_row_of_all_leads_to_the_customer(qtbot: QtBot, open_window: OpenWindow, many: Workspace) -> None:
    desk = open_window(many)
    panel = insights(qtbot, desk).scores.missed_panel
    found = opened(qtbot, panel)
    QTest.keyClick(found.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    key = found.table.current_key
    QTest.keyClick(found.table, Qt.Key.Key_Return)
    assert desk.window.current_key == "customers"
    qtbot.waitUntil(lambda: desk.background.idle and desk.window.findChild(MissWindow) is None)
    profile: Any = desk.window.page("customers").profile.profile  # type: ignore[attr-defined]
    assert profile is not None and profile.id == key


def test_all_of_them_are_written_as_a_file(
    qtbot: QtBot, open_window: OpenWindow, many: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(many)
    out = tmp_path / "missed-churn.csv"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](out))
    page = insights(qtbot, desk)
    found = opened(qtbot, page.scores.missed_panel)
    with qtbot.waitSignal(page.written, timeout=60_000) as told:
        found.export.click()
    assert told.args == ["Exported 20 rows to missed-churn.csv", out]
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 20 and set(rows[0]) >= {"name", "risk", "spent_12m_before"}
    found.close()
    qtbot.waitUntil(lambda: desk.background.idle and desk.window.findChild(MissWindow) is None)


@pytest.mark.parametrize(
    ("named", "count", "at_least", "counted", "way"),
    [
        (0, 0, False, "nobody", "Show all 0"),
        (25, 25, True, "25 or more", "Show the 25 worst"),
        (25, 25, False, "25", "Show all 25"),
        (500, 1_204, False, "1,204", "Show the 500 worst"),
    ],
)
def test_a_count_never_says_more_than_is_known(named: int, count: int, at_least: bool, counted: str, way: str) -> None:
    lines = tuple(MissLine(n, "Shop", None, 0.1, None) for n in range(named))
    misses = Misses(lines, count, at_least=at_least)
    assert (count_words(misses), all_words(misses)) == (counted, way)
