"""Keys go to the page in front, and Enter presses the button that has the focus."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from services.sync import imports_history
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.actions import Command
from views.customers.page import CustomersPage
from views.data.page import DataPage
from views.shell.keys import within
from views.shell.pages import PAGES
from views.shell.window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> MainWindow:
    desk = open_window(sample)
    qtbot.waitUntil(lambda: desk.background.idle)
    return desk.window


def test_whatever_page_comes_to_the_front_takes_the_keys(qtbot: QtBot, window: MainWindow) -> None:
    def has_keys(key: str) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and within(focus, window.page(key))

    for spec in (*PAGES, *reversed(PAGES)):
        window.show_page(spec.key)
        qtbot.waitUntil(partial(has_keys, spec.key))


def test_rows_that_are_still_read_take_the_keys_when_they_come(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("customers")
    page = window.page("customers")
    assert isinstance(page, CustomersPage)
    qtbot.waitUntil(page.list.table.hasFocus)


def test_a_page_gives_the_keys_back_to_where_they_went(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    page = page_at(desk, "data", DataPage)
    qtbot.waitUntil(lambda: page.home.table.lines.rowCount() == len(imports_history(sample)))
    assert page.home.choose.hasFocus(), "the first pane"
    page.home.table.setFocus()
    desk.window.show_page("settings")
    desk.window.show_page("data")
    assert page.home.table.hasFocus()


def test_a_command_that_opens_a_section_gives_it_the_keys(window: MainWindow) -> None:
    window.actions_registry[Command.SHOW_FOLDERS].trigger()
    page = window.page("data")
    assert isinstance(page, DataPage)
    assert page.keeping.folders.add.hasFocus()
    window.show_page("data/quality")
    assert page.home.tabs.hasFocus() and page.home.section == "quality"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_presses_the_button_with_the_focus_as_space_does(window: MainWindow, key: Qt.Key) -> None:
    button = window.rail.button("insights")
    button.setFocus()
    QTest.keyClick(button, key)
    assert window.current_key == "insights"


def test_esc_goes_one_level_up_but_not_out_of_a_text(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("duplicates/customers")
    page = window.page("duplicates")
    window.search.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert window.current_key == "duplicates"
    window.rail.button("data").setFocus()
    QTest.keyClick(window.rail.button("data"), Qt.Key.Key_Escape)
    assert window.current_key == "customers"


def test_a_customer_opened_from_another_page_has_a_way_back_to_it(window: MainWindow) -> None:
    window.show_page("insights")
    page = window.page("insights")
    page.wants_customer.emit(1)
    assert (window.current_key, window.page("customers").back) == ("customers", "Insights")
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.current_key == "insights"
    page.wants_customer.emit(1)
    window.rail.button("customers").setFocus()
    QTest.keyClick(window.rail.button("customers"), Qt.Key.Key_Escape)
    assert window.current_key == "insights"
    window.show_page("customers")
    assert window.page("customers").back == ""


def test_enter_leaves_what_can_be_ticked_as_it_is(window: MainWindow) -> None:
    box = QCheckBox("Tick", window.rail)
    box.show()
    box.setFocus()
    assert box.hasFocus()
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert not box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
