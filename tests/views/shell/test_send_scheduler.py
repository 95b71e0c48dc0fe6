"""The send scheduler: what is due goes out while the window is open, once, and what happened is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.outbox import SendRun
from services import outreach
from services.workspace import FixedClock
from tests.servers.mail_server import MailServer
from tests.services.outreach.outbox.post import Post, account_of
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.desktop import Desktop
from views.settings.mail_box import MailBox
from views.settings.page import SettingsPage
from views.shell.books import Going
from views.shell.send_scheduler import AFTER_MS, LATER_MS, LONGEST_MS, Delivery, SendScheduler


def opened(open_window: OpenWindow, post: Post) -> Desktop:
    return open_window(post.workspace, preferences=post.workspace.preferences)


def done(qtbot: QtBot, desk: Desktop) -> None:
    """Wait until no round runs, nothing is asked, and the scores of who was written to are renewed."""
    qtbot.waitUntil(
        lambda: not desk.window.send_scheduler.running and desk.background.idle and desk.book._renewal is None
    )


def at(desk: Desktop, **later: float) -> None:
    """Move the window's clock."""
    workspace = desk.book.workspace
    desk.book._workspace = replace(workspace, clock=FixedClock(workspace.clock.now() + timedelta(**later)))


def test_what_is_due_at_the_start_goes_out_and_is_told(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    (message,) = post.due()
    desk = opened(open_window, post)
    heard: list[Changes] = []
    desk.book.changed.connect(heard.append)
    with qtbot.waitSignal(desk.book.told) as told:
        desk.window.send_scheduler.begin()
    assert told.args == ["Sent to Nora Berg"]
    assert "email_events" in heard[0].tables and message.customer_id in heard[0].customers
    done(qtbot, desk)
    assert [mail.message_id for mail in server.accepted] == [message.message_id]
    assert not desk.window.send_scheduler.timer.isActive()


def test_the_timer_waits_for_the_moment_and_a_late_one_sends_at_once(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    post.approved()
    desk = opened(open_window, post)
    send_scheduler = desk.window.send_scheduler
    send_scheduler.begin()
    qtbot.waitUntil(send_scheduler.timer.isActive)
    assert send_scheduler.timer.interval() == LONGEST_MS  # due in ten minutes; the clock is looked at meanwhile
    at(desk, minutes=8)
    send_scheduler._fired()
    assert not send_scheduler.running and send_scheduler.timer.interval() == 2 * 60_000 + AFTER_MS
    at(desk, hours=-2)  # the clock was put back
    send_scheduler._fired()
    assert not send_scheduler.running and send_scheduler.timer.interval() == LONGEST_MS
    at(desk, hours=10)  # the computer slept
    send_scheduler._state_changed(Qt.ApplicationState.ApplicationActive)
    assert send_scheduler.timer.interval() == 0
    qtbot.waitUntil(lambda: len(server.accepted) == 1)
    done(qtbot, desk)


def test_nothing_is_sent_before_the_postman_has_begun(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    post.due()
    desk = opened(open_window, post)
    qtbot.waitUntil(desk.window.top_bar.chip.isVisible)
    done(qtbot, desk)
    assert not desk.window.send_scheduler.timer.isActive() and not server.accepted


def test_an_email_that_is_approved_meanwhile_sets_the_timer(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    message = post.written()
    desk = opened(open_window, post)
    send_scheduler = desk.window.send_scheduler
    send_scheduler.begin()
    qtbot.waitUntil(lambda: not send_scheduler._desk.waiting("standing"))
    assert not send_scheduler.timer.isActive()
    desk.book.act(partial(outreach.approve, message_id=message.id, version=message.version))
    qtbot.waitUntil(send_scheduler.timer.isActive)
    desk.book.act(partial(outreach.reschedule, message_ids=(message.id,), at=None))
    qtbot.waitUntil(lambda: len(server.accepted) == 1)
    done(qtbot, desk)


def test_without_an_account_nothing_is_tried_and_an_account_starts_it(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    post.due()
    account = post.workspace.preferences.mail
    post.preferences(mail=replace(account, host=""))
    desk = opened(open_window, post)
    send_scheduler = desk.window.send_scheduler
    send_scheduler.begin()
    qtbot.waitUntil(lambda: not send_scheduler._desk.waiting("standing"))
    send_scheduler._run()
    assert not send_scheduler.running and "No mail account" in desk.window.top_bar.chip.words
    desk.remembered.set(mail=account)
    qtbot.waitUntil(lambda: len(server.accepted) == 1)
    done(qtbot, desk)


def test_a_fault_is_told_once_and_stands_in_the_chip(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    post.due()
    server.at("connect", "close")
    desk = opened(open_window, post)
    send_scheduler, chip = desk.window.send_scheduler, desk.window.top_bar.chip
    told: list[str] = []
    desk.book.told.connect(told.append)
    with qtbot.waitSignal(send_scheduler.ended):
        send_scheduler.begin()
    done(qtbot, desk)
    assert len(told) == 1
    qtbot.waitUntil(lambda: send_scheduler._fault in chip.toolTip())
    assert "wait" in chip.words and send_scheduler.timer.isActive()
    at(desk, minutes=5)
    with qtbot.waitSignal(send_scheduler.ended):
        send_scheduler._fired()
    done(qtbot, desk)
    assert len(told) == 1
    server.behave()
    at(desk, minutes=30)
    with qtbot.waitSignal(send_scheduler.ended):
        send_scheduler._fired()
    done(qtbot, desk)
    assert len(server.accepted) == 1 and send_scheduler._fault == ""


def test_another_programs_fault_stops_nothing_here(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    message = post.approved()
    desk = opened(open_window, post)
    desk.window.send_scheduler.begin()
    qtbot.waitUntil(desk.window.send_scheduler.timer.isActive)
    beside = Post(post.workspace.store.path, account_of(server))
    beside.workspace.keyring.set(beside.workspace.preferences.mail.secret, "wrong")
    beside.move(minutes=11)
    run, _ = outreach.send_due(beside.workspace, now=True)
    assert "does not accept the user or password" in run.fault and not server.accepted
    beside.close()
    at(desk, minutes=11)
    desk.book.heard(Changes(everyone=True))
    qtbot.waitUntil(lambda: server.times_accepted() == {message.message_id: 1})
    done(qtbot, desk)


def test_send_now_is_tried_at_once_whatever_was_wrong_and_says_what_is_wrong_again(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    (message,) = post.due()
    secret = post.workspace.preferences.mail.secret
    post.workspace.keyring.set(secret, "wrong")
    desk = opened(open_window, post)
    send_scheduler, chip = desk.window.send_scheduler, desk.window.top_bar.chip
    told: list[str] = []
    desk.book.told.connect(told.append)
    with qtbot.waitSignal(send_scheduler.ended):
        send_scheduler.begin()
    done(qtbot, desk)
    qtbot.waitUntil(lambda: chip.leads_to_account)
    assert "does not accept the user or password" in chip.toolTip() and len(told) == 1
    for _ in range(2):
        at(desk, seconds=5)
        with qtbot.waitSignal(send_scheduler.ended):
            desk.book.act(partial(outreach.reschedule, message_ids=(message.id,), at=None))
        done(qtbot, desk)
    assert len([words for words in told if "does not accept the user" in words]) == 3
    post.workspace.keyring.set(secret, "right")  # elsewhere: nobody tells the window
    at(desk, seconds=5)
    desk.book.act(partial(outreach.reschedule, message_ids=(message.id,), at=None))
    qtbot.waitUntil(lambda: server.times_accepted() == {message.message_id: 1})
    done(qtbot, desk)
    qtbot.waitUntil(lambda: not chip.leads_to_account)


def test_a_test_that_works_sends_what_waited_for_the_account(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    (message,) = post.due()
    secret = post.workspace.preferences.mail.secret
    post.workspace.keyring.set(secret, "wrong")
    desk = opened(open_window, post)
    with qtbot.waitSignal(desk.window.send_scheduler.ended):
        desk.window.send_scheduler.begin()
    done(qtbot, desk)
    box = page_at(desk, "settings/mail", SettingsPage).boxes["mail"]
    assert isinstance(box, MailBox)
    box.test()
    qtbot.waitUntil(lambda: "does not accept" in box.verdict.words)
    assert not server.accepted
    post.workspace.keyring.set(secret, "right")
    box.test()
    qtbot.waitUntil(lambda: server.times_accepted() == {message.message_id: 1})
    done(qtbot, desk)


def test_an_email_that_the_server_refuses_is_told_and_the_next_one_still_goes(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    post.due(2)
    server.at("rcpt", "550 5.1.1 no such mailbox", 1)
    desk = opened(open_window, post)
    with qtbot.waitSignal(desk.book.told) as told:
        desk.window.send_scheduler.begin()
    assert told.args == ["Sent to Nora Berg. Not sent to Nora Berg: see the Outbox"]
    done(qtbot, desk)


def test_one_round_at_a_time_and_a_round_without_news_rests(open_window: OpenWindow, post: Post) -> None:
    desk = opened(open_window, post)
    send_scheduler = desk.window.send_scheduler
    send_scheduler._begun = True
    send_scheduler._due = datetime.fromisoformat(post.workspace.at)
    send_scheduler._delivered(Delivery(SendRun(held=((1, "Another Bellwether window is sending now."),)), Changes()))
    send_scheduler._wait()
    assert send_scheduler.timer.interval() == LATER_MS
    send_scheduler.running = True
    send_scheduler._run()
    assert not send_scheduler._desk.waiting("round")
    send_scheduler.running = False
    send_scheduler.stop()


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (SendRun(), ""),
        (SendRun(sent=(1,)), "Sent to Marlow & Pike"),
        (SendRun(sent=(1, 2, 3)), "Sent to Marlow & Pike and 2 others"),
        (SendRun(failed=(1,)), "Not sent to Café Linden: see the Outbox"),
        (SendRun(in_doubt=(1, 2)), "2 deliveries not confirmed: see the Outbox"),
    ],
)
def test_what_a_round_did_is_one_line(run: SendRun, words: str) -> None:
    assert Delivery(run, Changes(), "Marlow & Pike", "Café Linden").words == words


def hanging(qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer) -> Desktop:
    """A window whose email is at the server, which does not answer."""
    post.due()
    server.at("end", "hang")
    desk = opened(open_window, post)
    desk.window.send_scheduler.begin()
    qtbot.waitUntil(lambda: post.value("SELECT handing_over_at FROM sendings") is not None)
    return desk


def test_closing_over_a_hand_over_asks_and_closes_when_the_server_has_answered(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    desk = hanging(qtbot, open_window, post, server)
    window = desk.window
    assert not window.close()
    panel = window.closing.panel
    assert panel is not None and panel.stay.hasFocus()
    panel.leave.click()
    assert window.isVisible() and not panel.leave.isEnabled()
    server.release()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert desk.background.closed
    assert post.value("SELECT state FROM messages") == "in_doubt"


def scheduled(qtbot: QtBot, open_window: OpenWindow, post: Post, *times: str) -> Desktop:
    """A window whose outbox has read of emails for these times."""
    for one in times:
        post.approved(at=one)
    desk = opened(open_window, post)
    desk.window.send_scheduler.begin()
    qtbot.waitUntil(lambda: bool(desk.window.send_scheduler.scheduled) is bool(times) and desk.background.idle)
    return desk


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (("2026-11-19T16:30:00+00:00",), "1 email is scheduled for 16:30."),
        (
            ("2026-11-19T16:30:00+00:00", "2026-11-25T09:00:00+00:00"),
            "2 emails are scheduled, the first for 16:30, the last for 25 Nov, 09:00.",
        ),
    ],
)
def test_closing_over_scheduled_emails_says_how_many_wait_and_for_when(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer, times: tuple[str, ...], said: str
) -> None:
    window = scheduled(qtbot, open_window, post, *times).window
    assert not window.close()
    panel = window.closing.panel
    assert panel is not None and panel.accessibleName() == said
    assert (panel.stay.text(), panel.leave.text()) == ("Stay", "Quit anyway")
    panel.stay.click()
    qtbot.waitUntil(lambda: window.closing.panel is None)
    assert window.isVisible() and window.send_scheduler.timer.isActive()
    window.books.go(Going())
    panel = window.closing.panel
    assert panel is not None and panel.leave.text() == "Close book anyway"
    panel.leave.click()
    assert not window.isVisible()


def test_nothing_is_asked_where_nothing_waits_or_the_book_opens_again(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    assert scheduled(qtbot, open_window, post).window.close()
    again = scheduled(qtbot, open_window, post, "2026-11-19T16:30:00+00:00")
    again.window.books.go(Going(post.workspace.recipe.store, anew=True))
    assert not again.window.isVisible()


def test_without_an_account_nothing_would_be_sent_and_nothing_is_asked(open_window: OpenWindow, post: Post) -> None:
    post.approved(at="2026-11-19T16:30:00+00:00")
    post.account(host="")
    assert outreach.read_standing(post.workspace).scheduled == ""


def test_going_on_working_leaves_the_hand_over_alone(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    desk = hanging(qtbot, open_window, post, server)
    assert not desk.window.close()
    panel = desk.window.closing.panel
    assert panel is not None
    panel.leave.click()
    QTest.keyClick(panel.stay, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: desk.window.closing.panel is None)
    with qtbot.waitSignal(desk.book.told) as told:
        server.release()
    assert told.args == ["1 delivery not confirmed: see the Outbox"]
    assert desk.window.isVisible()
    done(qtbot, desk)
    qtbot.waitUntil(lambda: desk.window.rail.button("outbox").pill.isVisible())
    assert "1 not confirmed" in desk.window.rail.button("outbox").accessibleName()


@pytest.mark.parametrize("asked_to_wait", [False, True])
def test_a_window_that_is_closed_again_waits_for_no_server_and_loses_nothing(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer, asked_to_wait: bool
) -> None:
    desk = hanging(qtbot, open_window, post, server)
    assert not desk.window.close()
    panel = desk.window.closing.panel
    assert panel is not None
    if asked_to_wait:
        panel.leave.click()
    assert desk.window.close()  # the server still hangs
    assert post.value("SELECT state FROM messages") == "sending"
    again = opened(open_window, post)
    with qtbot.waitSignal(again.book.told) as told:
        again.window.send_scheduler.begin()
    assert told.args == ["1 delivery not confirmed: see the Outbox"]
    done(qtbot, again)


def test_a_window_that_is_closed_again_before_the_end_of_an_email_leaves_no_doubt(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    (message,) = post.due()
    server.at("data", "hang")
    desk = opened(open_window, post)
    desk.window.send_scheduler.begin()
    qtbot.waitUntil(lambda: post.state(message) == "sending")
    assert not desk.window.close()
    assert desk.window.close()
    server.behave()
    again = opened(open_window, post)
    again.window.send_scheduler.begin()
    qtbot.waitUntil(lambda: post.state(message) == "sent")
    done(qtbot, again)
    assert server.times_accepted() == {message.message_id: 1}


def test_what_an_ended_program_left_is_decided_on_without_an_account_too(
    qtbot: QtBot, open_window: OpenWindow, post: Post, server: MailServer
) -> None:
    desk = hanging(qtbot, open_window, post, server)
    assert not desk.window.close() and desk.window.close()
    post.account(host="")
    again = opened(open_window, post)
    with qtbot.waitSignal(again.book.told) as told:
        again.window.send_scheduler.begin()
    assert told.args == ["1 delivery not confirmed: see the Outbox"]
    done(qtbot, again)
    assert again.window.send_scheduler._fault == ""


def test_the_postman_is_quiet_in_a_book_without_emails(qtbot: QtBot, open_window: OpenWindow, post: Post) -> None:
    desk = opened(open_window, post)
    send_scheduler: SendScheduler = desk.window.send_scheduler
    send_scheduler.begin()
    done(qtbot, desk)
    assert not send_scheduler.timer.isActive() and not desk.window.top_bar.chip.isVisible()
