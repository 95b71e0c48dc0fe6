"""The Outbox by its keys, over a real book and a real mail server: what is pressed twice is done once, or undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services.outreach import read_message, send_due
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post
from tests.services.outreach.outbox.test_ordered_since import imported
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.actions import Command
from views.desktop import Desktop
from views.outbox.page import OutboxPage
from views.widgets.overlay import ChoicePanel

CTRL = Qt.KeyboardModifier.ControlModifier
LONG_MS = 30_000


def outbox(qtbot: QtBot, open_window: OpenWindow, post: Post, tab: str) -> tuple[Desktop, OutboxPage]:
    desk = open_window(post.workspace, preferences=post.workspace.preferences)
    desk.window.send_scheduler.begin()
    page = page_at(desk, "outbox", OutboxPage)
    qtbot.waitUntil(lambda: desk.background.idle, timeout=LONG_MS)
    page.list.show_tab(tab)
    rest(qtbot, desk)
    return desk, page


def rest(qtbot: QtBot, desk: Desktop) -> None:
    """Wait until no round runs, nothing is asked, and the scores of who was written to are renewed."""
    qtbot.waitUntil(
        lambda: not desk.window.send_scheduler.running and desk.background.idle and desk.book._renewal is None,
        timeout=LONG_MS,
    )


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def state(qtbot: QtBot, page: OutboxPage, wanted: str) -> None:
    """Wait until the email that is shown is in a state."""

    def is_so() -> bool:
        email = page.email.shown
        return email is not None and email.message.state == wanted

    qtbot.waitUntil(is_so, timeout=LONG_MS)


def test_send_now_pressed_twice_sends_one_email(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    first = post.approved()
    second = post.approved(post.customer("Ole Lund"), at="2026-11-20T13:00:00Z")
    desk, page = outbox(qtbot, open_window, post, "waiting")
    assert page.email.shown is not None and page.email.shown.message.id == first.id
    press(Qt.Key.Key_Return, CTRL)
    press(Qt.Key.Key_Return, CTRL)  # before anything has come of it
    state(qtbot, page, "sent")
    rest(qtbot, desk)
    for _ in range(2):
        press(Qt.Key.Key_Return, CTRL)  # and after
        rest(qtbot, desk)
    assert page.email.shown is not None and page.email.shown.message.id == first.id
    assert [mail.message_id for mail in server.accepted] == [first.message_id]
    assert (post.state(second), read_message(post.workspace, second.id).due_at) == ("queued", second.due_at)
    assert page.list.view.hasFocus()
    press(Qt.Key.Key_J)
    rest(qtbot, desk)
    assert page.email.shown.message.id == second.id


def in_doubt(post: Post, server: MailServer) -> list[int]:
    found = post.due(2)
    server.at("accepted", "close")
    send_due(post.workspace)
    send_due(post.workspace)
    server.behave()
    assert post.states(found) == ["in_doubt", "in_doubt"]
    return [one.id for one in found]


@pytest.mark.parametrize(("key", "becomes"), [(Qt.Key.Key_Y, "sent"), (Qt.Key.Key_N, "in_review")])
def test_what_is_decided_of_a_doubt_is_taken_back_by_undo(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer, key: Qt.Key, becomes: str
) -> None:
    first, second = in_doubt(post, server)
    desk, page = outbox(qtbot, open_window, post, "doubt")
    assert page.email.shown is not None
    shown = page.email.shown.message.id
    other = second if shown == first else first
    press(key)
    state(qtbot, page, becomes)
    rest(qtbot, desk)
    press(key)
    rest(qtbot, desk)
    assert post.state(other) == "in_doubt"
    with qtbot.waitSignal(desk.book.told, timeout=LONG_MS) as told:
        press(Qt.Key.Key_Z, CTRL)
    assert told.args[0].startswith("Undid")
    state(qtbot, page, "in_doubt")
    rest(qtbot, desk)
    assert post.states([shown, other]) == ["in_doubt", "in_doubt"]
    assert page.list.view.current is not None and page.list.view.current.id == shown
    assert not post.value("SELECT count(*) FROM email_events")


def test_marking_as_sent_asks_once_and_is_taken_back_by_undo(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer, tmp_path: Path
) -> None:
    message = post.approved()
    desk, page = outbox(qtbot, open_window, post, "waiting")
    page.mailing.ask_folder = lambda _title: str(tmp_path)
    press(Qt.Key.Key_S, CTRL | Qt.KeyboardModifier.ShiftModifier)
    state(qtbot, page, "approved")
    rest(qtbot, desk)
    press(Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    (panel,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
    QTest.keyClick(panel, Qt.Key.Key_1)
    state(qtbot, page, "sent")
    rest(qtbot, desk)
    with qtbot.waitSignal(desk.book.told, timeout=LONG_MS) as told:
        press(Qt.Key.Key_Z, CTRL)
    assert told.args[0].startswith("Undid")
    state(qtbot, page, "approved")
    rest(qtbot, desk)
    assert post.state(message) == "approved" and not server.accepted
    assert not post.value("SELECT count(*) FROM email_events")


def test_what_the_server_has_already_is_shown_as_being_sent_and_offers_no_recall(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    message = post.approved()
    server.at("accepted", "hang")
    desk, page = outbox(qtbot, open_window, post, "waiting")
    assert desk.window.actions_registry[Command.RECALL].isEnabled()
    press(Qt.Key.Key_Return, CTRL)
    state(qtbot, page, "sending")
    assert page.email.deeds.verdict.words.text() == "It can no longer be stopped."
    assert not page.email.deeds.buttons and not desk.window.actions_registry[Command.RECALL].isEnabled()
    qtbot.waitUntil(lambda: len(server.accepted) == 1, timeout=LONG_MS)
    server.release()  # the line breaks before the answer
    state(qtbot, page, "in_doubt")
    rest(qtbot, desk)
    assert post.state(message) == "in_doubt" and len(server.accepted) == 1


def test_an_email_that_came_back_says_why_where_it_is_shown_and_in_the_chip(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    customer = post.customer()
    post.approved(customer, alert=post.alert(customer))
    post.move(minutes=5)
    imported(post, customer, "2026-11-19")
    post.move(minutes=6)
    desk, page = outbox(qtbot, open_window, post, "review")
    state(qtbot, page, "in_review")
    rest(qtbot, desk)
    why = page.email.deeds.verdict.words.text()
    assert why.startswith("Their order of 19 Nov came in after you approved it: check the text again")
    assert page.email.deeds.verdict.title.text() == "Back for review"
    assert desk.window.top_bar.chip.words == "1 email to check again" and not server.accepted
