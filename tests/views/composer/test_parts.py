"""The composer's parts on their own: marks in code points and UTF-16, removal, difference, options, editor."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.views.composer.made import claim
from views.composer.editor import LONGEST, BodyEditor
from views.composer.margin import Margin
from views.composer.marks import Places, marks_of, moved, notes_of
from views.composer.options import CheckOption, Switch
from views.composer.removal import without
from views.composer.sheet import said_difference, steps
from views.composer.statements import statements_of
from views.theme import Theme

TEXT = "Your order of 7 September reached you late. We moved it.\n\nSee you on Tuesday."


@pytest.fixture
def editor(qtbot: QtBot, theme: Theme) -> BodyEditor:
    made = BodyEditor(theme)
    qtbot.addWidget(made)
    made.resize(660, 400)
    made.show()
    made.show_text(TEXT)
    return made


def units(text: str) -> int:
    """Length as Qt counts it."""
    return len(text.encode("utf-16-le")) // 2


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab \n🙂é𝔘", max_size=30), st.data())
def test_places_are_those_of_qt_and_lead_back(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    places = Places(text)
    assert places.to_editor(at) == units(text[:at])
    assert places.to_text(places.to_editor(at)) == at


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_marks_move_with_the_text_around_them(data: st.DataObject) -> None:
    mark = marks_of([claim("7 September", TEXT, 1)], TEXT)[0]
    at = data.draw(st.integers(0, len(TEXT)))
    removed = data.draw(st.integers(0, len(TEXT) - at))
    added = data.draw(st.text(alphabet="xy ", max_size=5))
    after = TEXT[:at] + added + TEXT[at + removed :]
    for one in moved([mark], at, removed, len(added)):
        assert after[one.start : one.end] == "7 September"


def test_a_source_stands_once_in_the_margin_and_a_missing_one_at_its_paragraph() -> None:
    claims = [
        claim("7 September", TEXT, 1),
        claim("reached you late", TEXT, 1),
        claim("We moved it.", TEXT, label="no source in your data"),
        claim("Tuesday", TEXT, 2, "ticket #9"),
    ]
    lines = notes_of(marks_of(claims, TEXT), [0, TEXT.index("\n\n") + 1, TEXT.index("See")])
    assert [[(note.number, note.words) for note in one] for one in lines] == [
        [(1, "order #1"), (None, "no source in your data")], [], [(2, "ticket #9")]]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        ("One. Two. Three.", "Two.", "One. Three."),
        ("One. Two.", "One.", "Two."),
        ("One. Two.", "Two.", "One."),
        ("One.\n\nTwo.\n\nThree.", "Two.", "One.\n\nThree."),
        ("One.\n\nTwo.", "Two.", "One."),
        ("Same. Same.", "Same.", "Same."),
        ("One.", "Missing.", "One."),
    ],
)
def test_what_is_left_after_a_removal_reads_on(text: str, words: str, rest: str) -> None:
    left, start, end = without(text, words, max(0, text.find(words)))
    assert left == rest == text[:start] + text[end:]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab \n", max_size=20), st.text(alphabet="ab \n", max_size=20))
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    found = steps(before, after)
    assert "".join(text for kind, text in found if kind != "come") == before
    assert "".join(text for kind, text in found if kind != "gone") == after
    assert (said_difference(before, before)) == "Both are identical."


def test_marks_change_neither_text_nor_undo(editor: BodyEditor) -> None:
    editor.show_marks(marks_of([claim("7 September", TEXT, 1), claim("We moved it.", TEXT)], TEXT))
    editor.grab()
    assert editor.text == TEXT and not editor.document().isUndoAvailable()
    editor.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(editor, "!")
    assert len(editor.marks) == 2
    editor.undo()
    assert editor.text == TEXT


def test_a_changed_statement_loses_its_mark_until_it_is_checked_again(editor: BodyEditor) -> None:
    editor.show_marks(marks_of([claim("7 September", TEXT, 1), claim("Tuesday", TEXT, 2)], TEXT))
    cursor = editor.textCursor()
    cursor.setPosition(TEXT.index("September"))
    editor.setTextCursor(cursor)
    QTest.keyClicks(editor, "x")
    assert [mark.claim.text for mark in editor.marks] == ["Tuesday"]


def test_a_new_text_is_undone_in_one_step(editor: BodyEditor) -> None:
    editor.replace_text("Another text.\n\nOf two paragraphs.")
    assert editor.text == "Another text.\n\nOf two paragraphs."
    editor.undo()
    assert editor.text == TEXT


def test_a_pasted_text_is_plain_and_no_longer_than_an_email(editor: BodyEditor) -> None:
    from PySide6.QtCore import QMimeData

    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold\r\n" + "x" * (2 * LONGEST))
    editor.insertFromMimeData(data)
    assert editor.text.startswith("bold\nx") and len(editor.text) == LONGEST


def test_letters_are_kept_as_they_were_written(editor: BodyEditor) -> None:
    text = "72\N{NO-BREAK SPACE}% of 🙂 people,\nline after line"
    editor.show_text(text)
    assert editor.text == text


def test_the_margin_lights_what_it_stands_for(qtbot: QtBot, theme: Theme, editor: BodyEditor) -> None:
    margin = Margin(theme, editor)
    margin.show()
    editor.show_marks(marks_of([claim("7 September", TEXT, 1), claim("We moved it.", TEXT)], TEXT))
    margin.follow()
    editor.grab()
    assert "order #1" in margin.accessibleName()
    with qtbot.waitSignal(margin.chosen) as chosen:
        note, rect = margin._lines()[1]
        QTest.mouseClick(margin, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    assert chosen.args == [note.mark]
    editor.go_to(note.mark)
    assert editor.textCursor().position() == note.mark.end


def test_a_sourced_statement_has_no_underline_of_a_link(theme: Theme, editor: BodyEditor) -> None:
    editor.show_marks(marks_of([claim("We moved it.", TEXT, 1)], TEXT))
    assert editor.marks and longest_run(editor, theme.color("primary_text")) < 12


def longest_run(widget: QWidget, color: QColor) -> int:
    """The longest horizontal stretch of one colour in a picture of a widget, in pixels."""
    image = widget.grab().toImage()
    rows = ("".join("#" if image.pixelColor(x, y) == color else "." for x in range(image.width()))
            for y in range(image.height()))  # fmt: skip
    return max(len(run) for row in rows for run in row.split("."))


def test_a_switch_tells_a_persons_choice_only_and_fits_its_width(qtbot: QtBot, theme: Theme) -> None:
    switch = Switch(theme, "Goal", (("a", "Apologise and win back"), ("b", "Check in"), ("c", "Renewal")))
    qtbot.addWidget(switch)
    switch.resize(320, 40)
    switch.show()
    told: list[str] = []
    switch.chosen.connect(told.append)
    switch.choose("b")
    assert (switch.current, told) == ("b", [])
    QTest.mouseClick(switch._parts["c"], Qt.MouseButton.LeftButton)
    assert (switch.current, told) == ("c", ["c"])
    high = switch.height()
    switch.resize(170, 40)
    assert switch.height() > high
    assert all(part.geometry().right() <= 170 for part in switch._parts.values())
    switch.grab()


def test_the_whole_line_of_a_choice_is_clicked(qtbot: QtBot, theme: Theme) -> None:
    option = CheckOption(theme, "Last order 7 Sep, 3 items", "order #5128")
    qtbot.addWidget(option)
    option.resize(300, 26)
    option.show()
    QTest.mouseClick(option, Qt.MouseButton.LeftButton, pos=option.rect().center())
    assert option.isChecked()
    assert option.accessibleName() == "Last order 7 Sep, 3 items, order #5128"


def test_a_sentence_is_one_statement_and_what_must_go_stands_for_it() -> None:
    body = "You bought 7 jars. Your churn risk is high."
    sourced, open_one = claim("You bought", body, 1), claim("7 jars", body)
    bare, score = claim("high", body), claim("churn risk", body, kind="score")
    first, second = "You bought 7 jars.", "Your churn risk is high."
    claims = [replace(one, sentence=first) for one in (sourced, open_one)]
    claims += [replace(one, sentence=second) for one in (bare, score)]
    assert [one.text for one in statements_of(claims)] == ["7 jars", "churn risk"]
