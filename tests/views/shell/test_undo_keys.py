"""Ctrl+Z in a text field: the action that the toast offers to undo, and the field's own text while it is typed in."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QTextEdit
from pytestqt.qtbot import QtBot

from services.sync import hand_over
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.customers.page import CustomersPage
from views.desktop import Desktop
from views.widgets.overlay import FormPanel

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
OWNER, NEW = "Helen Brandvold", "Cleo Marsh"


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desktop:
    made = open_window(sample)
    made.window.show_page("customers")
    calm(qtbot, made)
    return made


@pytest.fixture
def search(desk: Desktop) -> QLineEdit:
    page = desk.window.page("customers")
    assert isinstance(page, CustomersPage)
    page.list.field.setFocus()
    return page.list.field


def calm(qtbot: QtBot, desk: Desktop) -> None:
    qtbot.waitUntil(lambda: desk.background.idle, timeout=60_000)


def undo(qtbot: QtBot, desk: Desktop, *, redo: bool = False) -> None:
    focus = desk.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, CONTROL | SHIFT if redo else CONTROL)
    calm(qtbot, desk)


def give(qtbot: QtBot, desk: Desktop) -> None:
    desk.book.act(partial(hand_over, owner=OWNER, to=NEW, new_owner=True))
    calm(qtbot, desk)
    assert desk.window.toast.words.startswith("Handed")


def given(desk: Desktop) -> bool:
    with desk.book.workspace.store.snapshot() as driver:
        return bool(driver.execute("SELECT 1 FROM customers WHERE owner = ?", (NEW,)).fetchone())


@pytest.mark.parametrize("cleared", [False, True])
def test_the_action_is_undone_and_redone_where_nothing_was_typed_since(
    qtbot: QtBot, desk: Desktop, search: QLineEdit, cleared: bool
) -> None:
    qtbot.keyClicks(search, "lin")
    if cleared:
        search.selectAll()
        qtbot.keyClick(search, Qt.Key.Key_Delete)
    before = search.text()
    give(qtbot, desk)
    undo(qtbot, desk)
    assert not given(desk) and search.text() == before
    undo(qtbot, desk, redo=True)
    assert given(desk) and search.text() == before
    desk.window.toast.dismiss()
    undo(qtbot, desk)
    assert not given(desk) and search.text() == before, "without a toast as well"


def test_typing_after_an_action_gives_the_field_its_keys_again(qtbot: QtBot, desk: Desktop, search: QLineEdit) -> None:
    give(qtbot, desk)
    toast = desk.window.toast
    button = toast.findChild(QPushButton)
    assert toast._key.isVisible()
    qtbot.keyClicks(search, "lin")
    assert not toast._key.isVisible() and button.isVisible(), "it offers no key that does something else"
    undo(qtbot, desk)
    assert given(desk) and search.text() == ""
    undo(qtbot, desk)
    assert given(desk), "one too many takes nothing back that was not typed"
    undo(qtbot, desk, redo=True)
    assert given(desk) and search.text() == "lin"
    button.click()
    calm(qtbot, desk)
    assert not given(desk)
    undo(qtbot, desk, redo=True)
    assert given(desk) and search.text() == "lin", "the undo was what was done last"


def test_a_line_of_a_panel_and_a_text_of_many_lines_do_the_same(qtbot: QtBot, desk: Desktop) -> None:
    window = desk.window
    panel = FormPanel(desk.theme, window, "Note", "Save", lambda _panel: None)
    line, text = QLineEdit(), QTextEdit()
    panel.add("Line", line)
    panel.add("Text", text)
    panel.done().open_under(window.top_bar.title)
    for field in (line, text):
        field.setFocus()
        qtbot.keyClicks(field, "abc")
        give(qtbot, desk)
        undo(qtbot, desk)
        assert not given(desk)
        qtbot.keyClicks(field, "d")
        undo(qtbot, desk)
        undo(qtbot, desk)
        assert not given(desk)
    assert line.text() == text.toPlainText() == ""
