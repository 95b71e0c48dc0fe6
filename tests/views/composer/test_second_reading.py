"""A second reading in the composer: warnings beside their sentences, and an approval that waits for it."""

from __future__ import annotations

import json
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from services.workspace import Workspace
from tests.servers.model_server import ModelServer, status, written
from tests.views.composer.made import Desk, open_desk, somebody
from tests.views.conftest import OpenWindow
from views.actions import Command

KEY = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
FINE = json.dumps({"findings": []})
WARNING = json.dumps({"findings": [{"sentence": 2, "reads_as": "tone", "fact": 0, "reason": "too <b>merry</b>"}]})
SAID = "The model reads the tone of this as unsuitable: “too <b>merry</b>”"


@pytest.fixture
def desk(model_desk: Desk) -> Desk:
    return model_desk


def remember_reading(desk: Desk) -> None:
    desk.page.context.remembered.set(second_reading=True)


def told(desk: Desk) -> str:
    return desk.page.mail.told


def labels(desk: Desk) -> list[str]:
    return [one.text() for one in desk.page.verdict.findChildren(QLabel) if one.isVisible()]


def test_a_warning_stands_at_its_sentence_and_makes_it_one_to_read(desk: Desk, server: ModelServer) -> None:
    assert desk.session.review is not None and desk.session.review.ready
    server.answer(written(WARNING))
    before = desk.text
    desk.press(Qt.Key.Key_R, KEY)
    desk.wait(lambda: told(desk) == "The second reading warns of 1 sentence.")
    desk.calm()
    assert desk.text == before and desk.page.mail.shows == "mail"
    assert desk.page.verdict.verdict.text() == "1 sentence to read"
    desk.wait(lambda: SAID in labels(desk))
    assert [note.words for note in desk.page.mail.margin.notes if note.mark.look == "warned"] == [SAID]
    assert desk.page.verdict.locked.isVisible()
    assert desk.page.mail.drafts.lines[0].words == "second reading, 1 warning"
    desk.read_own()
    assert desk.page.verdict.approve.isVisible()
    desk.page.facts.sent_wanted.emit()
    desk.wait(lambda: desk.page.mail.shows == "sheet")
    assert desk.page.mail.sheet.text.toPlainText().encode() == server.received[-1].body


def test_a_failure_and_a_cancel_leave_the_verdict_of_before(desk: Desk, server: ModelServer) -> None:
    server.answer(status(401))
    desk.page.verdict.again.click()
    desk.wait(lambda: told(desk).startswith("No second reading: “loopback” "))
    assert desk.page.verdict.approve.isVisible() and desk.page.mail.shows == "mail"
    server.answer(written(WARNING, gates=[threading.Event()]))
    desk.page.verdict.again.click()
    desk.wait(lambda: len(server.received) == 2 and desk.page.mail.shows == "writing")
    desk.press(Qt.Key.Key_Escape)
    desk.calm()
    assert desk.page.mail.shows == "mail" and desk.page.verdict.approve.isVisible()
    assert desk.session.review is not None and desk.session.review.ready


def test_before_an_approval_it_is_read_and_goes_on_where_nothing_is_found(desk: Desk, server: ModelServer) -> None:
    remember_reading(desk)
    server.answer(written(FINE))
    desk.page.verdict.approve.click()
    desk.wait(lambda: desk.page.session is None or not desk.page.session.writable)
    assert len(server.received) == 1


def test_a_warning_stops_the_approval_until_it_is_read(desk: Desk, server: ModelServer) -> None:
    remember_reading(desk)
    server.answer(written(WARNING))
    desk.page.verdict.approve.click()
    desk.wait(lambda: desk.page.verdict.verdict.text() == "1 sentence to read")
    desk.calm()
    assert desk.session.writable
    desk.read_own()
    desk.page.context.actions[Command.APPROVE].trigger()
    desk.wait(lambda: desk.page.session is None or not desk.page.session.writable)
    assert len(server.received) == 1


def test_a_text_that_was_changed_since_is_read_again_and_the_older_warning_says_so(
    desk: Desk, server: ModelServer
) -> None:
    remember_reading(desk)
    server.answer(written(WARNING))
    desk.page.verdict.approve.click()
    desk.wait(lambda: desk.page.verdict.verdict.text() == "1 sentence to read")
    desk.calm()
    assert not desk.page.second.due
    desk.page.mail.editor.replace_text(f"{desk.text}\n\nOur team is always glad to hear from you.")
    desk.wait(lambda: f"{SAID} (the email was changed since)" in labels(desk))
    desk.calm()
    assert desk.page.second.due
    server.answer(written(FINE))
    desk.read_own()
    desk.page.context.actions[Command.APPROVE].trigger()
    desk.wait(lambda: desk.page.session is None or not desk.page.session.writable)
    assert len(server.received) == 2


def test_without_the_model_it_can_be_approved_all_the_same(desk: Desk, server: ModelServer) -> None:
    remember_reading(desk)
    server.answer(status(401))
    desk.page.verdict.approve.click()
    desk.wait(lambda: told(desk).startswith("No second reading: "))
    assert desk.session.writable
    (button,) = [one for one in desk.page.mail.findChildren(QPushButton) if one.text() == "Approve without it"]
    button.click()
    desk.wait(lambda: desk.page.session is None or not desk.page.session.writable)


def test_without_a_language_model_there_is_no_such_button(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    made = open_desk(qtbot, open_window, sample)
    made.open(*somebody(sample))
    assert not made.page.verdict.again.isVisible()
    assert not made.page.context.actions[Command.SECOND_READING].isEnabled()
