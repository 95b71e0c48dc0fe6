"""Rounds: one at the start, the next when an alert wakes; quiet where nothing is due."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from services import alerting, insight, scoring
from services.pipeline.jobs import RoundJob
from services.workspace import Workspace
from tests.views.books import MOMENT, opened
from tests.views.conftest import OpenWindow
from tests.views.test_background import Stubborn
from views.desktop import Desktop
from views.shell.rounds import AFTER_MS, LATER_MS, LONGEST_MS, Rounds


@pytest.fixture
def heard() -> list[Changes]:
    return []


def rounds_of(desk: Desktop, heard: list[Changes]) -> Rounds:
    made = Rounds(desk.book, desk.background, desk.window)
    desk.book.changed.connect(heard.append)
    return made


def first_round(qtbot: QtBot, rounds: Rounds) -> None:
    rounds.begin()
    qtbot.waitUntil(lambda: not rounds._running and not rounds._desk.waiting("wake"))


def snoozed(workspace: Workspace, hours: float) -> int:
    """Snooze the first alert until some hours from now."""
    alert = insight.queue(workspace, "todo").rows[0]
    alerting.snooze(workspace, (alert.id,), until=datetime.fromisoformat(MOMENT) + timedelta(hours=hours))
    return alert.id


def test_a_round_without_anything_due_is_quiet(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, heard: list[Changes]
) -> None:
    RoundJob(sample.recipe)(lambda _step: None, lambda: False)
    desk = open_window(sample)
    rounds = rounds_of(desk, heard)
    first_round(qtbot, rounds)
    assert heard == [] and not desk.window.toast.isVisible()


def test_an_alert_that_is_due_wakes_at_the_start(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, heard: list[Changes]
) -> None:
    alert = snoozed(sample, 5)
    sample.close()
    later = opened(sample.store.path, "2026-11-19T15:00:00+00:00")
    desk = open_window(later)
    rounds = rounds_of(desk, heard)
    first_round(qtbot, rounds)
    assert alert in {row.id for row in insight.queue(later, "todo", beyond_budget=True).rows}
    assert alert in heard[0].alerts
    desk.window.close()
    later.close()


def test_the_timer_waits_for_the_next_alert(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, heard: list[Changes]
) -> None:
    snoozed(sample, 5)
    rounds = rounds_of(open_window(sample), heard)
    first_round(qtbot, rounds)
    assert rounds.timer.isActive()
    assert rounds.timer.interval() == 5 * 3_600_000 + AFTER_MS
    rounds.timer.stop()


def test_an_alert_that_is_snoozed_later_is_waited_for(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, heard: list[Changes]
) -> None:
    rounds = rounds_of(desk := open_window(sample), heard)
    first_round(qtbot, rounds)
    alert = insight.queue(sample, "todo").rows[0]
    until = datetime.fromisoformat(MOMENT) + timedelta(minutes=30)
    desk.book.act(lambda workspace: alerting.snooze(workspace, (alert.id,), until=until))
    qtbot.waitUntil(lambda: rounds.timer.isActive() and rounds.timer.interval() == 30 * 60_000 + AFTER_MS)
    rounds.timer.stop()


def test_what_lies_far_away_or_behind_is_looked_at_in_reason(open_window: OpenWindow, sample: Workspace) -> None:
    rounds = rounds_of(open_window(sample), [])
    now = datetime.fromisoformat(MOMENT)
    for wake, interval in ((now + timedelta(days=40), LONGEST_MS), (now - timedelta(days=1), LATER_MS)):
        rounds._have(wake)
        assert rounds.timer.interval() == interval
    rounds._have(None)
    assert not rounds.timer.isActive()


def test_a_round_gives_way_to_other_work(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    rounds = rounds_of(desk, [])
    desk.book.run(Stubborn())
    rounds.begin()
    assert not rounds._running and rounds.timer.interval() == LATER_MS
    rounds.timer.stop()


def test_the_timer_waits_for_the_end_of_what_a_person_set(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, heard: list[Changes]
) -> None:
    desk = open_window(sample)
    rounds = rounds_of(desk, heard)
    first_round(qtbot, rounds)
    row = insight.customers_page(sample, limit=1).rows[0]
    now = datetime.fromisoformat(MOMENT)
    last = now.astimezone().date()
    midnight = datetime.combine(last + timedelta(days=1), time(0)).astimezone()
    desk.book.act(
        lambda workspace: scoring.set_override(workspace, row.id, "health", 90, reason="met them", until=last)
    )
    wanted = round((midnight - now).total_seconds() * 1_000) + AFTER_MS
    qtbot.waitUntil(lambda: rounds.timer.isActive() and rounds.timer.interval() == wanted)
    rounds.timer.stop()
