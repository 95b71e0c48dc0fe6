"""The panel of what customers complain of more than they used to: there when something is, away otherwise."""

from __future__ import annotations

from datetime import date

from pytestqt.qtbot import QtBot

from models.values.emerging import EmergingIssue, EmergingReport
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from tests.views.insights.opened import insights
from views.insights.tables import issue_lines, usual_words

ISSUES = (
    EmergingIssue(
        about="product reviews", name="Alder merino crew", title="Bad reviews of Alder merino crew", since="2026-07-26",
        seen=7, expected=1.04, of=10, window_days=60, p=1e-12, customer_count=7, customers=(1, 2), example="Fell apart",
    ),
    EmergingIssue(
        about="ticket words", name="late delivery", title="Tickets with “late delivery”", since="2026-08-20",
        seen=1_026, expected=211.4, of=None, window_days=30, p=1e-5, customer_count=1_024, customers=(3, 4), example="",
    ),
)  # fmt: skip
REPORT = EmergingReport("2026-11-18", 1_155, ISSUES)


def test_issues_stand_with_what_is_usual_since_when_and_an_example() -> None:
    lines = issue_lines(ISSUES, date(2026, 11, 18))
    assert [[cell.text for cell in line.cells] for line in lines] == [
        ["Bad reviews of Alder merino crew", "7 of 10", "1.0", "26 Jul", "7"],
        ["Tickets with “late delivery”", "1,026", "211", "20 Aug", "1,024"],
    ]
    assert [line.cells[0].tip for line in lines] == ["Such as: Fell apart", ""]


def test_the_panel_is_there_while_something_emerges(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    made.keep_all(sample)
    made.keep(sample, "emerging", REPORT)
    scores = insights(qtbot, open_window(sample)).scores
    assert scores.issues_panel.isVisible() and scores.issues in scores.stops
    assert scores.issues_panel.aside == "1,155 topics tracked"
    assert scores.issues.lines.rowCount() == 2


def test_the_panel_is_away_while_nothing_does(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    made.keep_all(sample)
    made.keep(sample, "emerging", EmergingReport("2026-11-18", 40, ()))
    scores = insights(qtbot, open_window(sample)).scores
    assert not scores.issues_panel.isVisible() and scores.issues not in scores.stops


def test_what_never_was_is_usually_none() -> None:
    assert [usual_words(expected) for expected in (0.0, 0.04, 0.4, 2.6)] == ["none", "none", "0.4", "3"]
