"""Nothing of the composer is cut: not a row, not a word, not by the toast."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QFrame, QLabel, QRadioButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from models.values.outreach import Fact
from services.settings import ModelProfile
from services.workspace import Workspace
from tests.views.composer.made import Desk, open_desk, somebody
from tests.views.conftest import OpenWindow
from views.composer.options import CheckOption, RadioOption
from views.widgets.labels import ElidedLabel

WIDE = (1440, 900)
PROFILE = ModelProfile("Office", "http://localhost:9/v1", "small-model-1", kind="local")


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desk:
    made = open_desk(qtbot, open_window, sample, PROFILE)
    made.desktop.window.resize(*WIDE)
    made.open(*somebody(sample))
    made.calm()
    return made


def place(widget: QWidget, over: QWidget) -> QRect:
    return QRect(widget.mapTo(over, widget.rect().topLeft()), widget.size())


def too_narrow(widget: QWidget) -> bool:
    """Whether a widget has less room than its own words need."""
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.height() < widget.heightForWidth(widget.width())
    return widget.width() < widget.sizeHint().width() or widget.height() < widget.sizeHint().height()


def facts(number: int) -> tuple[Fact, ...]:
    return tuple(
        Fact(f"f{n}", f"A fact of middling length, {n}", f"order #{1000 + n}", "orders", n, "orders")
        for n in range(number)
    )


def test_the_left_column_holds_twelve_facts_without_scrolling(desk: Desk) -> None:
    pane = desk.page.facts
    pane.show_facts(facts(12), ("f1", "f2"))
    scroll = pane.findChild(QScrollArea)
    assert scroll is not None

    def all_inside() -> bool:
        parts = (pane.goal, pane.tone, *pane.boxes().values())
        return all(scroll.viewport().rect().contains(place(part, scroll.viewport())) for part in parts)

    desk.wait(lambda: len(pane.boxes()) == 12 and all_inside())
    assert scroll.verticalScrollBar().maximum() == 0


def test_below_that_it_scrolls_and_the_writer_stays_in_sight(desk: Desk) -> None:
    pane = desk.page.facts
    pane.show_facts(facts(12), ())
    desk.desktop.window.resize(1366, 640)
    scroll = pane.findChild(QScrollArea)
    assert scroll is not None
    desk.wait(lambda: scroll.verticalScrollBar().maximum() > 0)
    assert pane.rect().contains(place(pane.write_first, pane))
    scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())
    assert scroll.viewport().rect().contains(place(pane.tone, scroll.viewport()))


def test_no_words_of_the_composer_are_cut_in_a_wide_window(desk: Desk) -> None:
    page = desk.page
    page.grab()
    cut = [
        widget.text()
        for kind in (QLabel, ElidedLabel, QAbstractButton)
        for widget in page.findChildren(kind)
        if widget.isVisible() and widget.text() and not isinstance(widget, QCheckBox | QRadioButton)
        and too_narrow(widget)
    ]  # fmt: skip
    assert cut == []
    elided = [box.words for box in page.verdict.findChildren(RadioOption) + page.verdict.findChildren(CheckOption)
              if box.isVisible() and box.toolTip()]  # fmt: skip
    assert elided == []


def test_the_toast_covers_nothing_of_the_columns_beside_the_text(desk: Desk) -> None:
    window, page = desk.desktop.window, desk.page
    window.toast.tell("Statement removed", lambda: None)
    for shown in (page.mail.show_sheet, page.mail.show_mail):
        shown()
        desk.wait(partial(_apart, desk))
    assert place(page.mail.editor, window).contains(window.toast.geometry())
    window.toast.dismiss()


def _apart(desk: Desk) -> bool:
    window, page = desk.desktop.window, desk.page
    sides = (page.facts, page.verdict, page.mail.drafts, page.mail.count)
    return not any(
        place(side, window).intersects(window.toast.geometry()) for side in sides if side.isVisible()
    )  # fmt: skip


def test_the_head_takes_no_room_from_the_text_and_its_lines_are_equally_high(desk: Desk) -> None:
    head = desk.page.mail.head
    rows = (head.to_row, head.from_row, head.subject_row, head.greeting_row)
    desk.wait(lambda: head.height() == sum(row.height() for row in rows))
    assert len({row.height() for row in rows}) == 1
    feet = {line.geometry().bottom() for row in rows for line in row.findChildren(QFrame)
            if line.property("kind") == "line_soft"}  # fmt: skip
    assert feet == {rows[0].height() - 1}
