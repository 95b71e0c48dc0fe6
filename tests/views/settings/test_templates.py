"""Templates in Settings: edited with a preview on real customers, put back, added, switched off; each can be undone."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from models.values.outreach import TemplateChoice
from services.outreach import read_templates
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import WAIT_MS, settings_page, stops, until
from views.desktop import Desktop
from views.settings.page import SettingsPage
from views.settings.template_editor import TemplateEditor
from views.settings.templates_box import TemplatesBox


@pytest.fixture
def desk(sample: Workspace, open_window: OpenWindow) -> Desktop:
    return open_window(sample)


def templates_box(qtbot: QtBot, page: SettingsPage) -> TemplatesBox:
    page.show_section("templates")
    box = page.boxes["templates"]
    assert isinstance(box, TemplatesBox)
    until(qtbot, lambda: bool(box.lines))
    return box


def opened(qtbot: QtBot, desk: Desktop, at: int = 0) -> tuple[SettingsPage, TemplatesBox, TemplateEditor]:
    page = settings_page(desk)
    box = templates_box(qtbot, page)
    box.lines[at].edit_button.click()
    assert page.editor is not None
    return page, box, page.editor


def write(qtbot: QtBot, field: QPlainTextEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    field.insertPlainText(text)


def stored(workspace: Workspace, code: str) -> TemplateChoice | None:
    return next((one for one in read_templates(workspace) if one.code == code), None)


def test_tab_goes_from_the_goals_down_the_list_to_the_button_below_it(qtbot: QtBot, desk: Desktop) -> None:
    box = templates_box(qtbot, settings_page(desk))
    assert box.goals.hasFocus(), "in sight, whether the list was read or not"
    until(qtbot, lambda: all(line.edit_button.isVisible() for line in box.lines))
    fields = [part for line in box.lines for part in (line.used, line.edit_button)]
    assert stops(box, Qt.Key.Key_Tab) == [box.goals, *fields, box.add_button]


def test_templates_are_listed_by_goal(qtbot: QtBot, desk: Desktop, sample: Workspace) -> None:
    box = templates_box(qtbot, settings_page(desk))
    every = read_templates(sample)
    assert sum(tab.count or 0 for tab in box.goals.tabs) == len(every)
    for tab in box.goals.tabs:
        box.goals._pick(tab.key)
        assert [line.template for line in box.lines] == [one for one in every if one.goal == tab.key]


def test_a_template_is_changed_and_the_change_undone(qtbot: QtBot, desk: Desktop, sample: Workspace) -> None:
    page, box, editor = opened(qtbot, desk)
    before = editor.before
    assert page.back == "Settings" and before.name in page.headline
    assert not editor.save_button.isEnabled() and not editor.reset_button.isVisible()
    write(qtbot, editor.body, "Thank you, {{ name }}.")
    until(qtbot, lambda: editor.preview.shown is not None and editor.preview.shown.body.startswith("Thank you, "))
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(editor.body, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert page.back == "" and page.headline == ""
    changed = stored(sample, before.code)
    assert changed is not None and (changed.body, changed.origin) == ("Thank you, {{ name }}.", "changed")
    until(qtbot, lambda: box.lines[0].template.origin == "changed")
    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        desk.book.undo()
    assert stored(sample, before.code) == before
    until(qtbot, lambda: box.lines[0].template == before)


def test_a_changed_template_goes_back_to_the_starter_text(qtbot: QtBot, desk: Desktop, sample: Workspace) -> None:
    _page, box, editor = opened(qtbot, desk)
    before = editor.before
    write(qtbot, editor.body, "Thank you.")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        editor.save()
    until(qtbot, lambda: box.lines[0].template.origin == "changed")
    box.lines[0].edit_button.click()
    assert editor.reset_button.text() == "Back to the starter text"
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        editor.reset_button.click()
    assert stored(sample, before.code) == before


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("Thank you.\n\n{{ frist_name }}", 2, "first_name"),
        ("Thank you.\n{% if since %}since {{ since }}", 1, "not closed"),
    ],
)
def test_a_fault_is_said_at_its_line(
    qtbot: QtBot, desk: Desktop, sample: Workspace, text: str, line: int, word: str
) -> None:
    _page, _box, editor = opened(qtbot, desk)
    before = editor.before
    write(qtbot, editor.body, text)
    until(qtbot, lambda: word in editor.preview.fault.words)
    editor.save()
    until(qtbot, editor.body_fault.isVisible)
    assert word in editor.body_fault.text() and editor.body_fault.text().startswith("Line ")
    (marked,) = editor.body.extraSelections()
    assert marked.cursor.blockNumber() + 1 == int(editor.body_fault.text()[5:].partition(":")[0])
    assert marked.cursor.blockNumber() >= line - 1
    assert stored(sample, before.code) == before
    write(qtbot, editor.body, "Thank you.")
    assert not editor.body_fault.isVisible() and editor.body.extraSelections() == []
    editor.discard()


def test_the_preview_steps_through_real_customers_and_says_what_the_book_lacks(
    qtbot: QtBot, desk: Desktop, sample: Workspace
) -> None:
    _page, _box, editor = opened(qtbot, desk)
    write(qtbot, editor.body, "Thank you, {{ first_name }}.")
    until(qtbot, lambda: "first name" in editor.preview.lacking.text())
    assert editor.preview.lacking.text().split()[0].isdecimal()
    seen = set()
    for _step in range(4):
        shown = editor.preview.shown
        qtbot.mouseClick(editor.preview.next_button, Qt.MouseButton.LeftButton)
        until(qtbot, lambda shown=shown: editor.preview.shown is not shown)  # type: ignore[misc]
        assert editor.preview.shown is not None
        seen.add(editor.preview.shown.customer)
        filled, fault = editor.preview.shown.body, editor.preview.shown.fault
        assert ("Thank you, " in filled) != bool(fault)
    assert len(seen) == 4
    editor.discard()


def test_fields_are_put_where_the_cursor_stands(qtbot: QtBot, desk: Desktop) -> None:
    _page, _box, editor = opened(qtbot, desk)
    write(qtbot, editor.body, "")
    qtbot.keyClicks(editor.body, "Dear ")
    qtbot.mouseClick(editor.chips.chips["first_name"], Qt.MouseButton.LeftButton)
    assert editor.body.toPlainText() == "Dear {{ first_name }}" and editor.body.hasFocus()
    editor.subject.setFocus()
    editor.subject.clear()
    editor.chips.condition_wanted.emit("since")
    assert editor.subject.text() == "{% if since %}{{ since }}{% endif %}"
    editor.body.selectAll()
    editor.body.setFocus()
    editor.chips.condition_wanted.emit("ticket.late")
    assert editor.body.toPlainText() == "{% if ticket.late %}Dear {{ first_name }}{% endif %}"
    editor.discard()


def test_what_was_discarded_comes_back_in_the_editor_and_in_the_list(qtbot: QtBot, desk: Desktop) -> None:
    page, box, editor = opened(qtbot, desk)
    write(qtbot, editor.body, "A thought that was good")
    editor.discard_button.click()
    assert not editor.dirty
    focus = desk.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: editor.template.body == "A thought that was good")
    editor.discard_button.click()
    page.go_back()
    assert box.unsaved == {}
    desk.window.toast.findChild(QPushButton).click()
    box.lines[0].edit_button.click()
    assert editor.template.body == "A thought that was good" and editor.dirty
    editor.discard()


def test_what_was_typed_is_there_again_when_the_editor_is_opened_again(qtbot: QtBot, desk: Desktop) -> None:
    page, box, editor = opened(qtbot, desk)
    write(qtbot, editor.body, "Half a thought")
    qtbot.keyClick(editor.body, Qt.Key.Key_Escape)
    assert page.back == "" and box.lines[0].edit_button.hasFocus()
    box.lines[1].edit_button.click()
    assert editor.template.body != "Half a thought"
    page.go_back()
    box.lines[0].edit_button.click()
    assert editor.template.body == "Half a thought" and editor.save_button.isEnabled()
    editor.discard()
    page.go_back()
    assert box.unsaved == {}


def test_a_template_of_the_books_own_is_added_switched_off_and_removed(
    qtbot: QtBot, desk: Desktop, sample: Workspace
) -> None:
    page = settings_page(desk)
    box = templates_box(qtbot, page)
    box.add_button.click()
    editor = page.editor
    assert editor is not None and page.headline == "A new template" and editor.name.hasFocus()
    editor.save()
    qtbot.keyClicks(editor.name, "A word at last")
    qtbot.keyClicks(editor.subject, "A word")
    write(qtbot, editor.body, "How are you?")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        editor.save()
    own = next(one for one in read_templates(sample) if one.origin == "own")
    assert (own.name, own.enabled, own.goal) == ("A word at last", True, box.goals.current)

    def line() -> object:
        return next((one for one in box.lines if one.template.code == own.code), None)

    until(qtbot, lambda: line() is not None)
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        next(one for one in box.lines if one.template.code == own.code).used.click()
    assert not next(one for one in read_templates(sample) if one.code == own.code).enabled
    until(qtbot, partial(lambda: not next(one for one in box.lines if one.template.code == own.code).template.enabled))
    next(one for one in box.lines if one.template.code == own.code).edit_button.click()
    assert editor.reset_button.text() == "Remove this template" and not editor.enabled.isChecked()
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        editor.reset_button.click()
    assert stored(sample, own.code) is None
    until(qtbot, lambda: line() is None)


def test_the_preview_stands_below_the_words_in_a_narrow_window(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    _page, _box, editor = opened(qtbot, open_window(sample, size=(760, 460)))
    until(qtbot, lambda: editor.preview.y() > editor.body.y())
    assert editor._area.widget().width() <= editor._area.viewport().width()
    editor.preview.next_button.setFocus()
    page_height = editor._area.widget().height()
    assert page_height > editor._area.viewport().height()
