"""Reports over the book: made when they are due and nothing else runs, once, and never beside a person's own check."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.errors import EnvironmentFault
from services.pipeline import jobs
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.insights import made
from tests.views.shell.report_job import FailingReports, MadeReports, WaitingReports
from tests.views.test_background import Stubborn
from views.background import Failed
from views.desktop import Desktop
from views.shell import reports as room
from views.shell.reports import LATER_MS, QUIET_MS, Reports

SCORED = Changes(tables=frozenset({"customer_risk_scores"}))


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What is due; a made-up job makes it."""
    found: set[str] = {"backtest"}
    monkeypatch.setattr(room, "_due", lambda _workspace: frozenset(found))
    monkeypatch.setattr(jobs, "ReportsJob", MadeReports)
    return found


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace, due: set[str]) -> Desktop:
    """A window that has nothing left to do."""
    opened = open_window(sample)
    qtbot.waitUntil(lambda: opened.background.idle)
    return opened


@pytest.fixture
def reports(desk: Desktop) -> Reports:
    return Reports(desk.book, desk.background, desk.window)


@pytest.fixture
def heard(desk: Desktop) -> list[Changes]:
    """What the window heard of."""
    found: list[Changes] = []
    desk.book.changed.connect(found.append)
    return found


def test_what_is_due_is_made_and_pages_hear_of_it(
    qtbot: QtBot, desk: Desktop, sample: Workspace, reports: Reports, heard: list[Changes], due: set[str]
) -> None:
    made.forget(sample)
    reports.begin()
    qtbot.waitUntil(lambda: reports.run is not None)
    due.clear()
    qtbot.waitUntil(lambda: reports.run is None and desk.background.idle)
    assert [one.tables for one in heard] == [{"score_reports"}]
    desk.book.heard(SCORED)
    assert reports.timer.isActive() and reports.timer.interval() == QUIET_MS
    reports.timer.stop()
    reports._look()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert reports.run is None and [one.tables for one in heard] == [{"score_reports"}, SCORED.tables]


def test_what_stays_due_is_not_tried_for_ever(
    qtbot: QtBot, desk: Desktop, reports: Reports, heard: list[Changes], due: set[str]
) -> None:
    reports.begin()
    qtbot.waitUntil(lambda: bool(heard) and desk.background.idle)
    reports._look()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert len(heard) == 1
    due.add("drift")
    reports._look()
    qtbot.waitUntil(lambda: len(heard) == 2 and desk.background.idle)


def test_what_could_not_be_made_is_tried_again_only_when_it_falls_due_anew(
    qtbot: QtBot, desk: Desktop, reports: Reports, due: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ReportsJob", FailingReports)
    begun: list[object] = []
    desk.background.began.connect(begun.append)

    def look() -> None:
        reports._look()
        qtbot.waitUntil(lambda: reports.run is None and desk.background.idle)

    reports.begin()
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.waitUntil(lambda: reports.run is None and desk.background.idle)
    look()
    assert len(begun) == 1
    due.clear()  # a check that the person asked for has made it
    look()
    due.add("backtest")
    look()
    assert len(begun) == 2


def test_it_gives_way_to_other_work_and_to_a_check_that_a_person_asks_for(
    qtbot: QtBot,
    desk: Desktop,
    sample: Workspace,
    reports: Reports,
    heard: list[Changes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "ReportsJob", WaitingReports)
    other = desk.book.run(Stubborn())
    reports.begin()
    assert reports.run is None and reports.timer.interval() == LATER_MS
    with qtbot.waitSignal(other.ended):
        other.close()
    reports.timer.stop()
    reports._look()
    qtbot.waitUntil(lambda: reports.run is not None)
    asked = desk.book.run(WaitingReports(sample.recipe, everything=True))
    qtbot.waitUntil(lambda: reports.run is None and not asked.running)
    assert heard == []
    desk.book.heard(SCORED)
    assert reports.timer.isActive() and reports._left == frozenset()
    reports.stop()
    assert not reports.timer.isActive()


def test_a_fault_of_the_computer_is_not_told_and_a_bug_is(desk: Desktop, reports: Reports) -> None:
    told: list[Failed] = []
    desk.book.failed.connect(told.append)
    reports._ended(Failed(EnvironmentFault("The disk is full.")))
    assert told == []
    reports._ended(Failed(ValueError("x")))
    assert len(told) == 1


def test_the_real_question_is_what_scoring_says(sample: Workspace) -> None:
    made.forget(sample)
    assert "backtest" in room._due(sample)
