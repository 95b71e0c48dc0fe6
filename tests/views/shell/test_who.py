"""The question of the first day: whose customers are the person's own."""

from __future__ import annotations

from contextlib import closing

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from models.store import connect
from services.settings import Preferences
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.alerts.page import AlertsPage
from views.widgets.overlay import ChoicePanel


def test_the_first_start_asks_who_one_is_and_that_makes_my_queue(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample, asks_who=True)
    who = desk.window.who
    qtbot.waitUntil(lambda: who.panel is not None and who.panel.isVisible())
    assert who.panel is not None
    names = [choice.value for choice in who.panel.choices]
    assert len(names) > 2 and names[-1] == ""
    QTest.keyClick(who.panel, Qt.Key.Key_1)
    assert desk.remembered.value.me == names[0]
    assert desk.book.workspace.person == names[0]
    page = page_at(desk, "alerts", AlertsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    assert page.queue.filter.owners == {names[0]}
    assert page.queue.owner.text() == "My queue"
    assert not who.wants_to_know


def test_who_comes_to_the_alerts_later_is_asked_there_at_once(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample, Preferences(last_page="data"), asks_who=True)
    window = desk.window
    qtbot.waitUntil(lambda: window._freshness is not None)
    assert window.current_key == "data" and window.who.panel is None
    window.show_page("alerts")
    qtbot.waitUntil(lambda: window.who.panel is not None and window.who.panel.isVisible())


def test_who_is_none_of_them_is_not_asked_again(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample, asks_who=True)
    who = desk.window.who
    qtbot.waitUntil(lambda: who.panel is not None and who.panel.isVisible())
    assert who.panel is not None
    who.panel._choose(len(who.panel.choices) - 1)
    assert desk.remembered.value.me == "" and desk.remembered.value.asked_me


def test_who_is_known_is_not_asked(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    window = open_window(sample, Preferences(me="Ada"), asks_who=True).window
    qtbot.waitUntil(lambda: window._freshness is not None)
    assert window.who.panel is None


def test_a_book_with_one_owner_asks_whether_that_is_the_person(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    _own_all(sample, "Nora Lind")
    desk = open_window(sample, asks_who=True)
    who = desk.window.who
    qtbot.waitUntil(lambda: who.panel is not None and who.panel.isVisible())
    assert isinstance(who.panel, ChoicePanel)
    assert [choice.words for choice in who.panel.choices] == ["Nora Lind", "No, someone else"]
    QTest.keyClick(who.panel, Qt.Key.Key_1)
    assert desk.remembered.value.me == "Nora Lind"


def test_a_book_without_owners_asks_for_the_name(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    _own_all(sample, None)
    desk = open_window(sample, asks_who=True)
    who = desk.window.who
    qtbot.waitUntil(lambda: who.panel is not None and who.panel.isVisible())
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "Nora Lind")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.remembered.value.me == "Nora Lind"
    assert desk.book.workspace.person == "Nora Lind"
    assert page_at(desk, "alerts", AlertsPage).queue.owner.text() == "All alerts"


def test_who_gives_no_name_is_asked_once(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    _own_all(sample, None)
    desk = open_window(sample, asks_who=True)
    who = desk.window.who
    qtbot.waitUntil(lambda: who.panel is not None and who.panel.isVisible())
    assert who.panel is not None
    QTest.keyClick(who.panel, Qt.Key.Key_Escape)
    assert desk.remembered.value.me == "" and desk.remembered.value.asked_me
    assert not who.wants_to_know


def _own_all(sample: Workspace, owner: str | None) -> None:
    with closing(connect(sample.store.path)) as driver:
        driver.execute("UPDATE customers SET owner = ?", (owner,))
        driver.commit()
