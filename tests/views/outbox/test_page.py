"""The Outbox page over a made-up outbox: tabs, list, the email, deeds by state, keys, places to lose one's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QUrl
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from models.values.outbox import NotNow
from models.values.outreach import MessageState
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.outbox.made import MadeMailroom, message, row_of
from views.actions import Command
from views.desktop import Desktop
from views.outbox import mailing, rooms
from views.outbox.page import OutboxPage
from views.outbox.rooms import Work
from views.outbox.words import look_of
from views.shell.window import SMALLEST
from views.widgets.overlay import ChoicePanel, FormPanel

EMAILS = Changes(tables=frozenset({"messages"}))


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> MadeMailroom:
    made = MadeMailroom()
    monkeypatch.setattr("views.outbox.page.RealMailroom", lambda _book: made)
    return made


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch, room: MadeMailroom) -> Iterator[list[tuple[str, int]]]:
    """What was asked of the outbox; each deed moves the made-up email as the real one would."""
    done: list[tuple[str, int]] = []
    leads: dict[str, MessageState] = {"recall": "in_review", "retry": "queued", "discard": "discarded",
                                      "handed_over": "sent", "settle": "sent"}  # fmt: skip

    def stand_in(name: str) -> Callable[..., Work]:
        def deed(message_id: int, *_given: object, **_named: object) -> Work:
            def work(_workspace: Workspace) -> Changes:
                done.append((name, message_id))
                if name in leads:
                    room.put(message_id, leads[name])
                return EMAILS

            return work

        return deed

    for name in (*leads, "reschedule"):
        monkeypatch.setattr(rooms, name, stand_in(name))
    yield done


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace, room: MadeMailroom) -> Desktop:
    made = open_window(sample)
    made.window.show_page("outbox")
    settle(qtbot, made)
    return made


def settle(qtbot: QtBot, desk: Desktop) -> OutboxPage:
    qtbot.waitUntil(lambda: desk.background.idle)
    page = desk.window.page("outbox")
    assert isinstance(page, OutboxPage)
    return page


def shown(qtbot: QtBot, desk: Desktop, tab: str) -> OutboxPage:
    page = settle(qtbot, desk)
    page.list.show_tab(tab)
    return settle(qtbot, desk)


def offered(page: OutboxPage) -> list[str]:
    return [button.text() for button in page.email.deeds.buttons]


def test_what_another_program_did_is_seen_by_whoever_comes_back(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom
) -> None:
    """To the page, and to the window."""
    page = settle(qtbot, desk)
    gone = [row.id for row in page.list.model.rows()][1:3]
    desk.window.show_page("customers")
    room.put(gone[0], "sent")
    desk.window.show_page("outbox")
    qtbot.waitUntil(lambda: gone[0] not in [row.id for row in page.list.model.rows()])
    room.put(gone[1], "sent")
    QApplication.sendEvent(page, QEvent(QEvent.Type.ActivationChange))
    qtbot.waitUntil(lambda: gone[1] not in [row.id for row in page.list.model.rows()])
    settle(qtbot, desk)


def test_the_text_that_is_read_by_keys_shows_its_focus(qtbot: QtBot, desk: Desktop) -> None:
    reading = settle(qtbot, desk).email.reading
    without = reading.grab().toImage()
    reading.setFocus()
    with_focus = reading.grab().toImage()
    edge = [(x, 0) for x in range(with_focus.width())]
    assert all(with_focus.pixelColor(*at) != without.pixelColor(*at) for at in edge[10:-10])
    assert with_focus.size() == without.size()


def test_a_place_may_name_the_tab(qtbot: QtBot, desk: Desktop) -> None:
    page = settle(qtbot, desk)
    desk.window.show_page("customers")
    desk.window.show_page("outbox/doubt")
    settle(qtbot, desk)
    assert page.list.tab == "doubt" and page.email.shown is not None
    assert page.email.shown.message.state == "in_doubt"
    desk.window.show_page("outbox/nowhere")
    settle(qtbot, desk)
    assert page.list.tab == "doubt"


def test_tabs_count_and_the_first_email_is_shown_as_it_goes_out(qtbot: QtBot, desk: Desktop) -> None:
    page = settle(qtbot, desk)
    counts = {tab.key: tab.count for tab in page.list.tabs.tabs}
    assert counts == {"review": 12, "waiting": 5, "doubt": 2, "failed": 3, "sent": 260}
    assert page.list.view.current is not None and page.list.view.current.id == 1
    assert page.email.shown is not None and page.email.body.text().startswith("Hello Alder Row team,")
    assert page.email._fields["To"].text() == "Beacon Tools 1 <orders1@alder.example>"
    assert page.list.view.hasFocus()


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("review", ["Open in the composer", "Discard"]),
        ("doubt", ["It arrived", "It did not arrive"]),
        ("sent", []),
    ],
)
def test_a_state_offers_what_can_be_done_in_it_and_nothing_else(
    qtbot: QtBot, desk: Desktop, tab: str, words: list[str]
) -> None:
    page = shown(qtbot, desk, tab)
    assert offered(page) == words
    actions = desk.window.actions_registry
    assert actions[Command.DISCARD].isEnabled() == (tab == "review")
    assert actions[Command.ARRIVED].isEnabled() == (tab == "doubt")
    assert not actions[Command.SEND_NOW].isEnabled()


def test_what_waits_can_be_sent_put_off_taken_back_or_taken_out(qtbot: QtBot, desk: Desktop) -> None:
    page = shown(qtbot, desk, "waiting")
    assert offered(page)[:3] == ["Send now", "Change the time…", "Recall to edit"]
    assert page.email.deeds.verdict.title.text() == "Goes out in 8 min"


def test_offline_the_button_says_when_online(qtbot: QtBot, desk: Desktop, room: MadeMailroom) -> None:
    room.offline = True
    page = shown(qtbot, desk, "waiting")
    assert desk.window.actions_registry[Command.SEND_NOW].text() == "Send when online"
    assert page.email.shown is not None and page.email.shown.offline


def test_without_an_account_the_mail_program_sends(qtbot: QtBot, desk: Desktop, room: MadeMailroom) -> None:
    room.has_account = False
    room.put(13, "approved")
    page = shown(qtbot, desk, "waiting")
    assert offered(page)[:3] == ["Open in mail app", "Save as .eml…", "Mark as sent"]
    room.messages[13] = replace(room.messages[13], via="mail_program")
    desk.book.heard(EMAILS, own=True)
    page = settle(qtbot, desk)
    assert offered(page)[0] == "Mark as sent"


def test_what_was_approved_before_there_was_an_account_is_recalled_and_not_offered_to_send(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom
) -> None:
    room.put(13, "approved")
    room.messages[13] = replace(room.messages[13], from_address=None)
    page = shown(qtbot, desk, "waiting")
    assert offered(page)[0] == "Recall to edit" and "Send now" not in offered(page)
    assert "approved without a mail account" in page.email.deeds.verdict.words.text()


def test_what_may_not_be_handed_over_now_says_so_before_it_is_tried(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.has_account = False
    room.put(13, "approved")
    assert "quiet hours" not in shown(qtbot, desk, "waiting").email.deeds.verdict.words.text()
    read = room.email
    held = "These are quiet hours: it may go out Mon from 08:00 on."
    monkeypatch.setattr(room, "email", lambda number: replace(read(number), held=held))
    desk.book.heard(EMAILS, own=True)
    assert held in settle(qtbot, desk).email.deeds.verdict.words.text()


@pytest.mark.parametrize("narrow", [False, True])
def test_in_quiet_hours_the_button_says_when_it_goes_out_and_sends_it_anyway(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, monkeypatch: pytest.MonkeyPatch, narrow: bool
) -> None:
    asked: list[tuple[int, bool]] = []

    def reschedule(message_id: int, _at: object, *, anyway: bool = False) -> Work:
        asked.append((message_id, anyway))
        return lambda _workspace: EMAILS

    monkeypatch.setattr(rooms, "reschedule", reschedule)
    read, why = room.email, "Quiet hours: it goes out Mon from 08:00 on."
    monkeypatch.setattr(room, "email", lambda number: replace(read(number), not_now=NotNow(why, quiet=True)))
    page = shown(qtbot, desk, "waiting")
    page.email.set_narrow(narrow)
    button = page.email.deeds.buttons[0]
    assert button.text() == "Send anyway" and button.isEnabled()
    said = button.toolTip() if narrow else " ".join(one.text() for one in page.email.deeds.findChildren(QLabel))
    assert why in said
    button.click()
    settle(qtbot, desk)
    assert asked == [(13, True)]


def test_what_may_not_go_out_says_why_at_the_button(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, why = room.email, "Consent was withdrawn: do not email them until they give it again."
    monkeypatch.setattr(room, "email", lambda number: replace(read(number), not_now=NotNow(why, quiet=False)))
    page = shown(qtbot, desk, "waiting")
    button = page.email.deeds.buttons[0]
    assert button.text() == "Send now" and not button.isEnabled()
    assert why in [one.text() for one in page.email.deeds.findChildren(QLabel)]


def test_recalling_opens_the_email_in_the_editor(qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]) -> None:
    page = shown(qtbot, desk, "waiting")
    opened: list[int] = []
    page.wants_message.disconnect()
    page.wants_message.connect(opened.append)
    QTest.keyClicks(page.list.view, "b")
    settle(qtbot, desk)
    assert deeds == [("recall", 13)] and opened == [13]


def test_after_a_deed_the_next_email_is_current(qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]) -> None:
    page = settle(qtbot, desk)
    QTest.keyClicks(page.list.view, "j")
    page = settle(qtbot, desk)
    QTest.keyClick(page.list.view, Qt.Key.Key_Delete)
    page = settle(qtbot, desk)
    assert deeds == [("discard", 2)]
    current = page.list.view.current
    assert current is not None and current.id == 3
    assert page.email.shown is not None and page.email.shown.message.id == 3


def test_after_the_last_one_of_a_tab_its_empty_state_leads_on(
    qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]
) -> None:
    page = shown(qtbot, desk, "doubt")
    for keys in ("y", "jy"):
        QTest.keyClicks(page.list.view, keys[:-1])
        page = settle(qtbot, desk)
        QTest.keyClicks(page.list.view, keys[-1])
        page = settle(qtbot, desk)
    assert deeds == [("settle", 18), ("settle", 19)]
    notice = page.list.state.currentWidget()
    assert notice is page.list.state._empty and page.list.state._empty.primary.hasFocus()
    assert page.email.shown is not None and page.email.shown.message.state == "sent"
    QTest.keyClick(page.list.state._empty.primary, Qt.Key.Key_Space)
    page = settle(qtbot, desk)
    assert page.list.tab == "sent"


@pytest.mark.parametrize(
    ("tab", "key", "deed"),
    [("doubt", "y", "settle"), ("doubt", "n", "settle"), ("failed", "a", "retry")],
)
def test_a_key_that_is_pressed_twice_finds_the_same_email(
    qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]], tab: str, key: str, deed: str
) -> None:
    page = shown(qtbot, desk, tab)
    assert page.list.view.current is not None
    first = page.list.view.current.id
    for _ in range(3):
        QTest.keyClicks(page.list.view, key)
        page = settle(qtbot, desk)
    assert deeds == [(deed, first)]
    assert page.email.shown is not None and page.email.shown.message.id == first
    assert page.list.view.hasFocus() and page.list.view.current is None
    QTest.keyClicks(page.list.view, "j")
    page = settle(qtbot, desk)
    assert page.list.view.current is not None and page.list.view.current.id == first + 1


def test_a_key_that_comes_while_the_next_email_is_read_does_nothing_to_the_one_before(
    qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]
) -> None:
    page = shown(qtbot, desk, "doubt")
    QTest.keyClicks(page.list.view, "jy")  # the second letter cannot have come yet
    page = settle(qtbot, desk)
    assert deeds == [] and page.email.shown is not None and page.email.shown.message.id == 19


def test_after_a_click_no_other_button_has_the_focus(qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]) -> None:
    page = shown(qtbot, desk, "doubt")
    arrived = page.email.deeds.buttons[0]
    arrived.setFocus()
    QTest.keyClick(arrived, Qt.Key.Key_Space)
    page = settle(qtbot, desk)
    assert page.list.view.hasFocus() and deeds == [("settle", 18)]


def test_what_takes_an_email_out_of_the_queue_says_so_before(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, tmp_path: Path
) -> None:
    page = shown(qtbot, desk, "waiting")
    tips = {button.text(): button.toolTip() for button in page.email.deeds.buttons}
    for words in ("Save as .eml…", "Open in mail app"):
        assert "no longer sends it" in tips[words]
    assert not any("no longer" in tip for words, tip in tips.items() if words in ("Send now", "Recall to edit"))
    page.mailing.ask_folder = lambda _title: str(tmp_path)
    with qtbot.waitSignal(desk.book.told) as told:
        desk.window.actions_registry[Command.SAVE_EML].trigger()
    assert "Bellwether no longer sends it: mark it as sent once you have sent it, or recall it" in told.args[0]
    settle(qtbot, desk)


def test_nothing_counts_as_sent_by_a_click_that_was_meant_for_another_button(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, deeds: list[tuple[str, int]]
) -> None:
    room.put(13, "approved")
    room.messages[13] = replace(room.messages[13], via="eml")
    page = shown(qtbot, desk, "waiting")
    for key, done in (("2", []), ("1", [("handed_over", 13)])):
        QTest.mouseClick(page.email.deeds.buttons[0], Qt.MouseButton.LeftButton)
        (panel,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
        QTest.keyClicks(panel, key)
        page = settle(qtbot, desk)
        assert deeds == done


def test_what_the_mail_program_may_have_sent_goes_out_from_here_only_when_it_is_said_that_it_has_not(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, deeds: list[tuple[str, int]]
) -> None:
    room.put(13, "approved")
    room.messages[13] = replace(room.messages[13], via="eml")
    page = shown(qtbot, desk, "waiting")
    assert "Send from here…" in offered(page)
    for key, done in (("2", []), ("1", [("reschedule", 13)])):
        QTest.keyClick(page.list.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        (panel,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
        QTest.keyClicks(panel, key)
        page = settle(qtbot, desk)
        assert deeds == done


def test_a_look_at_what_is_being_handed_over_shows_it_and_offers_nothing(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom
) -> None:
    page = shown(qtbot, desk, "waiting")
    assert "Recall to edit" in offered(page)
    told: list[str] = []
    desk.book.told.connect(told.append)
    room.put(13, "sending")
    page.watch.look.emit()
    page = settle(qtbot, desk)
    assert offered(page) == [] and not desk.window.actions_registry[Command.RECALL].isEnabled()
    assert page.email.deeds.verdict.words.text() == "It can no longer be stopped."
    assert page.watch.timer.isActive() and told == ["Sending to Beacon Tools 13"]
    room.put(13, "sent")
    page.watch.look.emit()
    page = settle(qtbot, desk)
    assert not page.watch.timer.isActive() and page.email.deeds.verdict.title.text() == "Sent"


@pytest.mark.parametrize("late", [False, True])
def test_an_email_that_is_sent_meanwhile_stays_shown_and_its_row_goes(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, late: bool
) -> None:
    page = shown(qtbot, desk, "waiting")
    room.put(13, "sent")
    desk.book.heard(EMAILS)
    if late:
        page.list.state.show_skeleton()  # the list gives its focus away and gets it back with the answer
    page = settle(qtbot, desk)
    assert page.email.shown is not None and page.email.shown.message.id == 13
    assert page.email.deeds.verdict.title.text() == "Sent"
    assert page.list.view.current is None and page.list.model.row_of(13) < 0
    QTest.keyClicks(page.list.view, "j")
    page = settle(qtbot, desk)
    current = page.list.view.current
    assert current is not None and current.id == 14


def test_the_current_email_stays_while_others_come(qtbot: QtBot, desk: Desktop, room: MadeMailroom) -> None:
    page = settle(qtbot, desk)
    page.list.view.choose_row(4)
    page = settle(qtbot, desk)
    room.put(1, "discarded")
    desk.book.heard(EMAILS)
    page = settle(qtbot, desk)
    current = page.list.view.current
    assert current is not None and current.id == 5 and page.list.view.currentIndex().row() == 3


def test_enter_asks_for_the_composer(qtbot: QtBot, desk: Desktop) -> None:
    page = settle(qtbot, desk)
    page.wants_message.disconnect(desk.window.show_message)
    with qtbot.waitSignal(page.wants_message) as asked:
        QTest.keyClick(page.list.view, Qt.Key.Key_Return)
    assert asked.args == [1]


def test_the_filter_narrows_the_tab_and_is_cleared_again(qtbot: QtBot, desk: Desktop) -> None:
    page = settle(qtbot, desk)
    QTest.keyClicks(page.list.view, "/")
    assert page.list.field.hasFocus()
    QTest.keyClicks(page.list.field, "linden")
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 2)
    page.list.field.setText("nobody of this name")
    qtbot.waitUntil(lambda: page.list.state.currentWidget() is page.list.state._empty)
    page.list.state._empty.primary.click()
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 12)
    assert page.list.view.hasFocus()


def test_a_time_is_chosen_by_its_number_or_picked(qtbot: QtBot, desk: Desktop, deeds: list[tuple[str, int]]) -> None:
    page = shown(qtbot, desk, "waiting")
    QTest.keyClicks(page.list.view, "s")
    panel = desk.window.findChild(ChoicePanel)
    assert panel is not None and [choice.words for choice in panel.choices][:2] == ["Now", "In an hour"]
    QTest.keyClicks(panel, "3")
    page = settle(qtbot, desk)
    assert deeds == [("reschedule", 13)]
    QTest.keyClicks(page.list.view, "s")
    (panel,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
    QTest.keyClicks(panel, "5")
    (form,) = [one for one in desk.window.findChildren(FormPanel) if one.isVisible()]
    QTest.keyClick(form, Qt.Key.Key_Return)
    settle(qtbot, desk)
    assert len(deeds) == 2


def test_an_email_is_saved_for_a_mail_program(qtbot: QtBot, desk: Desktop, room: MadeMailroom, tmp_path: Path) -> None:
    page = shown(qtbot, desk, "waiting")
    page.mailing.ask_folder = lambda _title: ""
    desk.window.actions_registry[Command.SAVE_EML].trigger()
    page.mailing.ask_folder = lambda _title: str(tmp_path)
    with qtbot.waitSignal(desk.book.told) as told:
        desk.window.actions_registry[Command.SAVE_EML].trigger()
    assert room.written == [(13, tmp_path)] and "Email (13).eml" in told.args[0]
    settle(qtbot, desk)


@pytest.mark.parametrize(("opens", "words"), [(True, "It is open"), (False, "No mail app opened")])
def test_an_email_is_opened_in_the_mail_program(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom, opens: bool, words: str
) -> None:
    page = shown(qtbot, desk, "waiting")
    opened: list[QUrl] = []

    def open_link(link: QUrl) -> bool:
        opened.append(link)
        return opens

    page.mailing.open_link = open_link
    with qtbot.waitSignal(desk.book.told) as told:
        desk.window.actions_registry[Command.MAIL_PROGRAM].trigger()
    assert opened[0].scheme() == "mailto" and told.args[0].startswith(words)
    settle(qtbot, desk)


def test_the_context_menu_holds_every_deed_and_switches_off_what_cannot_be_done(
    qtbot: QtBot, desk: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    menus: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _at: menus.append(menu))
    page = settle(qtbot, desk)
    page.list.view.wants_menu.emit(page.list.model.index(2, 0), QPoint(200, 200))
    page = settle(qtbot, desk)
    (menu,) = menus
    on = {action.text() for action in menu.actions() if action.isEnabled()}
    assert on == {"Open in the composer", "Discard"} and len(menu.actions()) >= 10
    current = page.list.view.current
    assert current is not None and current.id == 3
    menu.deleteLater()


def test_an_outbox_that_cannot_be_read_says_so_and_is_read_again(
    qtbot: QtBot, desk: Desktop, room: MadeMailroom
) -> None:
    page = settle(qtbot, desk)
    room.broken = "The book is locked by another program."
    page.list.reload()
    page = settle(qtbot, desk)
    error = page.list.state._error
    assert page.list.state.currentWidget() is error and room.broken in error.words.text()
    room.broken = ""
    error.primary.click()
    page = settle(qtbot, desk)
    assert page.list.state.currentWidget() is page.list.view


def test_the_list_is_read_page_by_page(qtbot: QtBot, desk: Desktop) -> None:
    page = shown(qtbot, desk, "sent")
    QAbstractItemModelTester(page.list.model, QAbstractItemModelTester.FailureReportingMode.Fatal, page)
    assert page.list.model.rowCount() == 200
    QTest.keyClick(page.list.view, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 260)
    settle(qtbot, desk)


@pytest.mark.parametrize("size", [(1440, 900), (1366, 768), (1100, 700), (800, 600), SMALLEST])
def test_nothing_is_out_of_reach_in_any_size(qtbot: QtBot, desk: Desktop, size: tuple[int, int]) -> None:
    page = shown(qtbot, desk, "waiting")
    desk.window.resize(*size)
    page._opened() if page._stacked else None
    assert page.email.isVisible()

    def within() -> bool:
        corners = [button.mapTo(desk.window, button.rect().bottomRight()) for button in page.email.deeds.buttons]
        return all(desk.window.rect().contains(corner) for corner in corners)

    qtbot.waitUntil(within)
    assert all(button.width() >= button.minimumSizeHint().width() for button in page.email.deeds.buttons)
    desk.window.grab()
    if page._stacked:
        assert page.back == "Outbox" and not page.list.isVisible()
        page.go_back()
        assert page.list.view.hasFocus()


def test_f6_goes_round_and_every_key_is_named(qtbot: QtBot, desk: Desktop) -> None:
    page = settle(qtbot, desk)
    seen = []
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
    assert seen[-1] is page.list.view and len(set(seen)) == 3


def test_leaving_the_page_switches_its_commands_off(qtbot: QtBot, desk: Desktop) -> None:
    settle(qtbot, desk)
    desk.window.show_page("customers")
    settle(qtbot, desk)
    assert not desk.window.actions_registry[Command.DISCARD].isEnabled()
    desk.window.show_page("outbox")
    assert desk.window.actions_registry[Command.DISCARD].isEnabled()


def test_a_folder_is_asked_for(monkeypatch: pytest.MonkeyPatch, desk: Desktop, qtbot: QtBot) -> None:
    page = settle(qtbot, desk)
    monkeypatch.setattr(mailing, "choose_folder", lambda *_given: "/somewhere")
    assert page.mailing.ask_folder("Where?") == "/somewhere"


def test_an_email_that_is_held_shows_no_waiting_clock() -> None:
    waiting = row_of(message(1, "queued"))
    assert look_of(waiting).icon == "clock"
    held = look_of(replace(waiting, held=True))
    assert (held.icon, held.ink) == ("warning", "warning_text")
