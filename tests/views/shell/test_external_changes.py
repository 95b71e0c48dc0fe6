"""Another program on the same book: its work shows in this window, this one's own is not read twice."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from services import alerting, insight
from services.workspace import Workspace
from tests.views.books import MOMENT, opened
from tests.views.conftest import OpenWindow
from views.desktop import Desktop
from views.shell.external_changes import ExternalChanges


@pytest.fixture
def heard() -> list[Changes]:
    return []


@pytest.fixture
def desk(open_window: OpenWindow, sample: Workspace) -> Desktop:
    return open_window(sample)


@pytest.fixture
def external(qtbot: QtBot, desk: Desktop, heard: list[Changes]) -> ExternalChanges:
    """The look at the book, which has seen it as it is."""
    made = ExternalChanges(desk.book, desk.background, desk.window)
    made.look()
    qtbot.waitUntil(lambda: made._known is not None)
    desk.book.changed.connect(heard.append)
    return made


def look(qtbot: QtBot, external: ExternalChanges) -> None:
    qtbot.waitUntil(lambda: not external._desk.waiting("external") and not external._background.working)
    external.look()
    qtbot.waitUntil(lambda: not external._desk.waiting("external"))


def test_what_another_program_does_is_shown(
    qtbot: QtBot, desk: Desktop, sample: Workspace, external: ExternalChanges, heard: list[Changes]
) -> None:
    first = insight.queue(sample, "todo").rows[0].id
    other = opened(sample.store.path, MOMENT)
    try:
        alerting.resolve(other, (first,), "saved")
    finally:
        other.close()
    look(qtbot, external)
    look(qtbot, external)
    assert [changes.everyone for changes in heard] == [True]
    page: Any = desk.window.page("alerts")
    # An alert that takes the place of the one that went is offered; the list does not move under the hand.
    qtbot.waitUntil(
        lambda: page.queue.news.isVisible() or first not in [row.id for row in page.queue.model.open_alerts()]
    )
    look(qtbot, external)
    look(qtbot, external)
    assert len(heard) == 1


def test_what_another_program_does_between_the_opening_and_the_first_look_is_shown(
    qtbot: QtBot, desk: Desktop, sample: Workspace
) -> None:
    other = opened(sample.store.path, MOMENT)
    try:
        alerting.resolve(other, (insight.queue(other, "todo").rows[0].id,), "saved")
    finally:
        other.close()
    heard: list[Changes] = []
    external = ExternalChanges(desk.book, desk.background, desk.window)
    desk.book.changed.connect(heard.append)
    look(qtbot, external)
    look(qtbot, external)
    assert [changes.everyone for changes in heard] == [True]


def test_work_of_a_child_that_told_of_it_is_not_taken_for_anothers(
    qtbot: QtBot, desk: Desktop, sample: Workspace, external: ExternalChanges, heard: list[Changes]
) -> None:
    first = insight.queue(sample, "todo").rows[0].id
    child = opened(sample.store.path, MOMENT)
    try:
        done = alerting.resolve(child, (first,), "saved")
    finally:
        child.close()
    assert done.entries
    look(qtbot, external)
    desk.book.heard(done)
    look(qtbot, external)
    look(qtbot, external)
    assert heard == [done]


def test_work_of_this_window_is_not_taken_for_anothers(
    qtbot: QtBot, desk: Desktop, sample: Workspace, external: ExternalChanges, heard: list[Changes]
) -> None:
    first = insight.queue(sample, "todo").rows[0].id
    desk.book.act(lambda workspace: alerting.resolve(workspace, (first,), "saved"))
    qtbot.waitUntil(lambda: len(heard) == 1)
    desk.book._desk.write(lambda: alerting.add_note(sample, first, "Called."), lambda _done: None)
    look(qtbot, external)
    look(qtbot, external)
    assert len(heard) == 1


def test_nothing_is_looked_at_behind_a_hidden_window(desk: Desktop, external: ExternalChanges) -> None:
    desk.window.hide()
    external.look()
    assert not external._desk.waiting("external")
