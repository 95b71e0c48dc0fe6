"""The composer on the sample book: opening, typing, verdict, ways out of it, approval, leaving, coming back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDateEdit, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.outreach import GOALS, Composition
from services import insight
from services.outreach import read_message
from services.settings import Preferences
from services.workspace import Workspace
from tests.views.books import opened
from tests.views.composer.made import INVENTED, Desk, open_desk, somebody
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.alerts.page import AlertsPage
from views.composer import rooms
from views.composer.columns import FACTS, MAIL, VERDICT
from views.composer.timing import local_words
from views.widgets.overlay import ChoicePanel, FormPanel

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> Desk:
    made = open_desk(qtbot, open_window, sample)
    made.open(*somebody(sample))
    return made


def messages(workspace: Workspace) -> list[tuple[int, str, str]]:
    driver = connect(workspace.store.path)
    try:
        return [tuple(row) for row in driver.execute("SELECT id, state, body FROM messages ORDER BY id")]
    finally:
        driver.close()


def flag_one(desk: Desk) -> None:
    desk.type_in(f" {INVENTED}")
    desk.reviewed()
    assert [claim.sentence for claim in desk.session.flags] == [INVENTED]


def enabled(desk: Desk, command: Command) -> bool:
    return desk.page.context.actions[command].isEnabled()


def test_e_opens_the_email_of_the_current_alert_and_escape_leads_back_to_it(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_desk(qtbot, open_window, sample)
    view = desk.alerts.queue.view
    QTest.keyClick(view, Qt.Key.Key_J)
    open_alert, scroll = view.current, view.verticalScrollBar().value()
    assert open_alert is not None
    desk.wait(lambda: desk.alerts.detail.detail is not None and desk.alerts.detail.detail.alert.id == open_alert.id)
    QTest.keyClick(view, Qt.Key.Key_E)
    desk.wait(lambda: desk.page.isVisible() and desk.page.session is not None)
    desk.reviewed()
    assert desk.session.edit.alert_id == open_alert.id
    assert desk.page.headline == f"Email to {open_alert.customer}"
    assert desk.desktop.window.rail.button("alerts").isChecked()
    desk.press(Qt.Key.Key_Escape)
    assert desk.desktop.window.current_key == "alerts"
    assert view.current == open_alert and view.verticalScrollBar().value() == scroll
    assert messages(sample) == []


def test_facts_text_and_verdict_are_shown(desk: Desk) -> None:
    page, session = desk.page, desk.session
    boxes = page.facts.boxes()
    assert [key for key, box in boxes.items() if box.isChecked()] == list(session.edit.facts)
    assert page.facts.count.text() == f"{len(session.edit.facts)} of {len(boxes)} ticked"
    assert desk.text == session.edit.body
    assert page.facts.goal.current == session.edit.goal
    assert session.review is not None and session.review.ready
    assert page.verdict.verdict.text() == "All verified" and not page.verdict.read.isVisible()
    assert page.verdict.summary.text().startswith("Every statement has a source. ")
    assert page.verdict.approve.isVisible() and not page.verdict.locked.isVisible()
    sources = {claim.number for claim in session.review.claims if claim.where == "body" and claim.number}
    assert {note.number for note in page.mail.margin.notes} == sources


def test_typing_is_stored_within_a_second_and_checked_in_the_pause(desk: Desk, sample: Workspace) -> None:
    flag_one(desk)
    page = desk.page
    assert page.verdict.quote.words.text() == f"“{INVENTED}”"
    assert page.verdict.locked.isVisible() and not enabled(desk, Command.APPROVE)
    assert page.verdict.opens.text() == "Opens when the statement is resolved."
    assert any(mark.flagged for mark in page.mail.editor.marks)
    assert any(note.number is None for note in page.mail.margin.notes)
    desk.calm()
    ((number, state, body),) = messages(sample)
    assert (state, body) == ("draft", desk.text)
    assert [line.number for line in page.mail.drafts.lines] == [1]
    assert "saved" in page.mail.count.text()
    assert read_message(sample, number).facts == desk.session.edit.facts


def test_the_statement_is_removed_by_a_key_and_brought_back_by_undo(desk: Desk) -> None:
    before = desk.text
    flag_one(desk)
    with_it = desk.text
    desk.page.verdict.first_control().setFocus()
    desk.press(Qt.Key.Key_1)
    assert desk.text == before
    assert desk.desktop.window.toast.words == "Statement removed"
    desk.reviewed()
    assert desk.session.review is not None and desk.session.review.ready
    desk.calm()
    assert desk.page.mail.drafts.lines[0].words == "one statement removed by you"
    assert desk.page.verdict.approve.hasFocus()
    desk.desktop.window.toast._undo_now()
    assert desk.text == with_it
    desk.reviewed()
    assert len(desk.session.flags) == 1


def test_a_sentence_of_one_s_own_is_read_with_one_tick_and_a_changed_one_again(desk: Desk, sample: Workspace) -> None:
    own = "I hope that the new workshop suits you."
    desk.type_in(f" {own}")
    desk.reviewed()
    page = desk.page
    assert page.verdict.verdict.text() == "1 sentence to read"
    assert page.verdict.opens.text() == "Opens when the box is ticked. A changed sentence clears the tick."
    assert [mark.claim.text for mark in page.mail.editor.marks if mark.look == "own"] == [own]
    assert page.mail.count.text().endswith("1 sentence of yours")
    assert not enabled(desk, Command.APPROVE) and not page.verdict.read.isChecked()
    assert page.verdict.read.words == "I have read it"
    page.verdict.read.setFocus()
    desk.press(Qt.Key.Key_Space)
    desk.wait(lambda: enabled(desk, Command.APPROVE))
    desk.calm()
    assert page.verdict.verdict.text() == "Ready" and page.verdict.read.isChecked()
    assert [(one.sentence, one.way) for one in desk.session.edit.resolutions] == [(own, "read")]
    desk.type_in(" I really do.")
    desk.reviewed()
    assert page.verdict.verdict.text() == "1 sentence to read" and not page.verdict.read.isChecked()
    desk.desktop.book.undo()
    desk.calm()
    desk.wait(lambda: desk.session.review is not None and len(desk.session.review.to_read) == 2)


def test_a_tick_that_was_undone_stays_undone_though_the_text_is_stored_after_it(desk: Desk, sample: Workspace) -> None:
    own = "I hope that the new workshop suits you."
    desk.type_in(f" {own}")
    desk.reviewed()
    desk.read_own()
    desk.type_in(" I really do.")
    desk.desktop.book.undo()
    desk.session.keep()  # behind the undo, and made before it was known here
    text = desk.text
    desk.calm()
    desk.wait(lambda: desk.session.review is not None and len(desk.session.review.to_read) == 2)
    assert desk.text == text and not desk.page.verdict.read.isChecked()
    ((number, _state, body),) = messages(sample)
    assert body == text and read_message(sample, number).resolutions == ()


def test_digits_are_letters_while_a_field_has_the_focus(desk: Desk) -> None:
    flag_one(desk)
    QTest.keyClicks(desk.page.mail.editor, " 1")
    assert f"{INVENTED} 1" in desk.text


def test_a_source_opens_the_way_and_is_undone_by_the_journal(desk: Desk) -> None:
    flag_one(desk)
    desk.page.verdict.first_control().setFocus()
    desk.press(Qt.Key.Key_2)
    form = desk.panel()
    assert isinstance(form, FormPanel)
    form._sent()
    assert form.fault.text()
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.setText("note of 18 Nov")
    form._sent()
    desk.wait(lambda: not desk.session.flags and desk.session.review is not None and desk.session.review.ready)
    desk.calm()
    assert [one.source for one in desk.session.edit.resolutions] == ["note of 18 Nov"]
    assert INVENTED in desk.text
    desk.desktop.book.undo()
    desk.wait(lambda: len(desk.session.flags) == 1)
    desk.calm()
    assert INVENTED in desk.text


def test_a_reason_opens_the_way(desk: Desk, sample: Workspace) -> None:
    flag_one(desk)
    desk.page.verdict.first_control().setFocus()
    desk.press(Qt.Key.Key_3)
    form = desk.panel()
    assert isinstance(form, FormPanel)
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    field.setPlainText("agreed with the warehouse")
    form._sent()
    desk.wait(lambda: desk.session.review is not None and desk.session.review.ready and not desk.session.flags)
    desk.calm()
    stored = read_message(sample, desk.session.edit.id)
    assert [(one.way, one.reason) for one in stored.resolutions] == [("confirmed", "agreed with the warehouse")]


def test_approving_queues_the_text_seen_and_goes_on_to_the_next_alert(desk: Desk, sample: Workspace) -> None:
    alerts, page = desk.alerts, desk.page
    customer, open_alert = desk.session.edit.customer_id, desk.session.edit.alert_id
    assert open_alert is not None
    alerts.queue.view.set_current(open_alert)
    order = [row.id for row in alerts.queue.model.open_alerts()]
    following = order[order.index(open_alert) + 1]
    desk.type_in(" Would a short call suit you?")
    seen = desk.text
    desk.page.verdict.wait.click()
    desk.reviewed()
    desk.press(Qt.Key.Key_Return, CONTROL)
    desk.wait(lambda: desk.desktop.window.current_key == "alerts" or bool(desk.page.mail.told))
    assert desk.page.mail.told == ""
    desk.calm()
    ((number, state, body),) = messages(sample)
    assert (state, body) == ("queued", seen)
    name = read_message(sample, number).customer
    due = read_message(sample, number).due_at
    assert due is not None
    assert desk.desktop.window.toast.words in (f"Queued for {name}. Goes out in 10 minutes",
                                               f"Queued for {name}. Goes out {local_words(due)}")  # fmt: skip
    detail = insight.alert_detail(sample, open_alert)
    assert detail is not None and detail.alert.state == "waiting"
    assert alerts.queue.view.current is not None and alerts.queue.view.current.id == following
    desk.desktop.window.toast._undo_now()
    desk.wait(lambda: read_message(sample, number).state in ("draft", "in_review"))
    desk.calm()
    desk.open(customer, open_alert)
    assert desk.text == seen and page.mail.editor.isReadOnly() is False


def test_an_approved_email_is_read_only_until_it_is_recalled(desk: Desk, sample: Workspace) -> None:
    desk.type_in(" Would a short call suit you?")
    desk.reviewed()
    desk.page.acts.approve()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    ((number, _state, body),) = messages(sample)
    desk.desktop.window.show_message(number)
    desk.wait(lambda: desk.page.session is not None and desk.page.mail.editor.isReadOnly())
    desk.calm()
    assert desk.page.verdict.recall.isVisible() and not desk.page.verdict.approve.isVisible()
    assert desk.page.mail.told == "Approved: recall it to edit."
    desk.type_at_end("more")
    assert desk.text == body
    desk.page.verdict.recall.click()
    desk.wait(lambda: not desk.page.mail.editor.isReadOnly())
    desk.calm()
    assert desk.text == body and read_message(sample, number).state == "in_review"
    desk.reviewed()
    assert desk.page.verdict.approve.isVisible() and desk.page.mail.told == ""


def test_discarding_is_undone_by_the_toast(desk: Desk, sample: Workspace) -> None:
    desk.type_at_end(" Would a call suit you?")
    text = desk.text
    desk.page.acts.discard()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    assert [(state, body) for _id, state, body in messages(sample)] == [("discarded", text)]
    desk.desktop.window.toast._undo_now()
    desk.wait(lambda: messages(sample)[0][1] == "draft")


def test_nothing_typed_is_lost_when_the_page_is_left_or_the_window_closed(desk: Desk, sample: Workspace) -> None:
    customer, open_alert = desk.session.edit.customer_id, desk.session.edit.alert_id
    desk.type_at_end(" One.")
    desk.desktop.window.show_page("customers")
    desk.wait(lambda: len(messages(sample)) == 1 and messages(sample)[0][2].endswith(" One."))
    desk.desktop.window.show_page("alerts")
    desk.open(customer, open_alert)
    assert desk.text.endswith(" One.")
    desk.type_at_end(" Two.")
    desk.close()
    assert messages(sample)[0][2].endswith(" One. Two.")


def test_a_late_verdict_of_an_older_text_is_dropped(desk: Desk) -> None:
    session = desk.session
    old, before = session.review, session.edit
    assert old is not None
    desk.type_in(f" {INVENTED}")
    session._checked(before, old)
    assert session.review is old
    desk.reviewed()
    assert session.review is not old and session.flags


def test_another_template_is_a_new_draft_that_can_be_compared_and_restored(desk: Desk) -> None:
    first = desk.text
    desk.page.context.actions[Command.SHORTER].trigger()
    desk.wait(lambda: desk.text != first)
    desk.calm()
    lines = desk.page.mail.drafts.lines
    assert [line.number for line in lines] == [2, 1] and lines[0].current
    desk.page.mail.drafts.compare_wanted.emit(lines[1].id)
    assert desk.page.mail.shows == "sheet"
    desk.press(Qt.Key.Key_Escape)
    assert desk.page.mail.shows == "mail" and desk.desktop.window.current_key == "composer"
    desk.page.mail.drafts.restore_wanted.emit(lines[1].id)
    desk.wait(lambda: desk.text == first)
    desk.calm()
    assert [line.number for line in desk.page.mail.drafts.lines] == [3, 2, 1]


def test_another_version_differs_from_every_draft_or_is_not_made(desk: Desk) -> None:
    actions = desk.page.context.actions
    for _ in range(12):
        before = len(desk.page.mail.drafts.lines)
        actions[Command.VARIANT].trigger()
        desk.wait(lambda: not desk.page.drafting.writing.running)
        desk.calm()
        texts = [version.body for version in desk.session.composition.versions]
        assert len(texts) == len(set(texts))
        if len(desk.page.mail.drafts.lines) == before:
            break
    assert desk.page.mail.told == "No other template fits. Choose another goal, tone or template."


def test_the_same_text_again_is_no_draft(desk: Desk) -> None:
    text, lines = desk.text, len(desk.page.mail.drafts.lines)
    desk.page.context.actions[Command.WRITE].trigger()
    desk.wait(lambda: not desk.page.drafting.writing.running)
    desk.calm()
    assert desk.page.mail.told.startswith("No other template fits.")
    assert (desk.text, len(desk.page.mail.drafts.lines)) == (text, lines)


def test_a_goal_proposes_its_facts_and_waits_to_be_written(desk: Desk) -> None:
    text = desk.text
    for goal in [one for one in GOALS if one != desk.session.edit.goal]:
        desk.page.facts.goal.chosen.emit(goal)
        desk.wait(lambda: not desk.page.drafting._desk.waiting("facts"))
        desk.reviewed()
        assert desk.text == text
        assert desk.session.edit.goal == goal
        ticked = [key for key, box in desk.page.facts.boxes().items() if box.isChecked()]
        assert ticked == list(desk.session.edit.facts)
        assert desk.page.facts.write_first.isVisible() and not desk.page.facts.write.isVisible()


def test_unticking_a_fact_takes_its_sources_away(desk: Desk) -> None:
    number = next(claim.fact for claim in desk.session.review.claims if claim.fact)  # type: ignore[union-attr]
    desk.page.facts.boxes()[number].click()
    assert number not in desk.session.edit.facts
    desk.reviewed()
    assert desk.session.review is not None
    assert not [claim for claim in desk.session.review.claims if claim.fact == number]


def test_without_consent_the_check_says_so_and_it_can_be_recorded(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_desk(qtbot, open_window, sample)
    desk.open(*somebody(sample, "unknown"))
    assert desk.session.review is not None
    assert not next(check for check in desk.session.review.checks if check.name == "permission").passed
    assert not enabled(desk, Command.APPROVE)
    desk.page.verdict.remedy_wanted.emit("permission")
    form = desk.panel()
    assert isinstance(form, FormPanel)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.setText("on the phone")
    since = form.findChild(QDateEdit)
    assert since is not None and since.date() == since.maximumDate()
    since.setDate(since.date().addDays(-2))
    form._sent()
    permission = "You may email them"
    desk.wait(lambda: desk.session.composition.permission.allowed or desk.session.composition.permission.verdict
              == permission)  # fmt: skip
    desk.calm()
    driver = connect(sample.store.path)
    kept = driver.execute(
        "SELECT email_consent, email_consent_how, email_consent_since FROM customers WHERE id = ?",
        (desk.session.edit.customer_id,),
    ).fetchone()
    driver.close()
    day = sample.clock.today() - timedelta(days=2)
    assert tuple(kept) == ("given", "on the phone", day.isoformat())
    assert desk.session.composition.consent_history[0].startswith("Consent given ")


def test_an_unknown_customer_is_said_plainly(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_desk(qtbot, open_window, sample)
    desk.desktop.window.show_email(10**9)
    desk.wait(lambda: desk.page.state.state == "error")
    assert "no longer in the book" in desk.page.state.notice.words.text()
    desk.page.go_back()
    assert desk.desktop.window.current_key == "alerts"


def test_the_moment_says_what_it_does_to_the_clock(desk: Desk) -> None:
    verdict = desk.page.verdict
    assert not any(box.isChecked() for box in (verdict.wait, verdict.remind, verdict.deal))
    assert verdict.moment(0).isChecked() and verdict.moment(0).hint == "the alert’s clock runs on"
    verdict.wait.click()
    assert verdict.moment(0).hint == "stops the alert’s clock"
    verdict.moment(1).click()
    assert desk.page.moment == desk.session.composition.scheduled[0][0]
    assert desk.session.composition.scheduled[0][1] in verdict.opens.text()
    assert verdict.wait.isChecked() and not verdict.remind.isChecked()


def test_f6_goes_round_the_three_columns(desk: Desk) -> None:
    columns = (desk.page.facts, desk.page.mail, desk.page.verdict)
    seen = []
    for _ in range(3):
        QTest.keyClick(desk.desktop.window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        seen.append(next(column for column in columns if focus is not None and column.isAncestorOf(focus)))
    assert set(seen) == set(columns)


def _is_wide(column: QWidget) -> bool:
    return column.width() > 250


@pytest.mark.parametrize(("size", "mode"), [((1440, 900), "three"), ((1366, 768), "three"), ((1100, 800), "two"),
                                            ((800, 600), "one"), ((760, 460), "one")])  # fmt: skip
def test_every_column_can_be_reached_in_every_window(desk: Desk, size: tuple[int, int], mode: str) -> None:
    desk.desktop.window.resize(*size)
    page = desk.page
    desk.wait(lambda: page.columns.mode == mode)
    for key, column in ((FACTS, page.facts), (MAIL, page.mail), (VERDICT, page.verdict)):
        page.columns.bring(key)
        assert column.isVisible()
        desk.wait(partial(_is_wide, column))
        assert column.mapTo(page, column.rect().bottomRight()).x() <= page.width()
    page.grab()
    page.columns.bring(VERDICT)
    page.go_back()
    assert (desk.desktop.window.current_key == "composer") == (mode == "one")


def test_everything_that_takes_the_focus_has_a_name(desk: Desk) -> None:
    nameless = [
        widget
        for widget in desk.page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
    ]  # fmt: skip
    assert nameless == []


def test_the_customers_page_writes_to_the_open_customer_and_gets_the_focus_back(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_desk(qtbot, open_window, sample)
    customer, open_alert = somebody(sample)
    desk.desktop.window.show_customer(customer)
    customers = desk.desktop.window.page("customers")
    desk.wait(lambda: customers.profile.profile is not None and customers.profile.profile.id == customer)  # type: ignore[attr-defined]
    QTest.keyClick(customers.list.table, Qt.Key.Key_E)  # type: ignore[attr-defined]
    desk.wait(lambda: desk.page.session is not None)
    desk.reviewed()
    assert (desk.session.edit.customer_id, desk.session.edit.alert_id) == (customer, open_alert)
    assert desk.page.back == "Customers"
    desk.page.go_back()
    assert desk.desktop.window.current_key == "customers"


def test_what_was_written_before_the_program_ended_is_there_again(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_desk(qtbot, open_window, sample)
    customer, open_alert = somebody(sample)
    desk.open(customer, open_alert)
    desk.type_at_end(" Kept.")
    desk.calm()
    again = opened(sample.store.path)
    found = messages(again)
    again.close()
    assert found[0][2] == desk.text
    assert isinstance(desk.alerts, AlertsPage)


def test_the_mail_program_is_given_the_approved_email_and_it_counts_as_sent_when_a_person_says_so(
    desk: Desk, sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_links: list[str] = []

    def take(link: QUrl) -> bool:
        opened_links.append(link.toString())
        return True

    monkeypatch.setattr("views.composer.acts.QDesktopServices.openUrl", take)
    desk.page.verdict.program.click()
    desk.wait(lambda: bool(opened_links) and "open in your mail app" in desk.page.mail.told)
    desk.calm()
    ((number, state, _body),) = messages(sample)
    assert state == "approved" and opened_links[0].startswith("mailto:")
    assert desk.page.mail.editor.isReadOnly()
    desk.page.mail._notice._button.click()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    assert read_message(sample, number).state == "sent"


def test_what_a_person_ticked_stays_when_the_email_is_read_again(desk: Desk) -> None:
    desk.page.verdict.wait.click()
    box = next(iter(desk.page.facts.boxes().values()))
    box.setFocus()
    desk.type_in(" Hello.")
    desk.calm()
    assert desk.session.message is not None
    assert desk.page.verdict.wait.isChecked()
    assert next(iter(desk.page.facts.boxes().values())) is box


def test_without_a_sender_the_head_leads_to_the_mail_account(desk: Desk) -> None:
    head = desk.page.mail.head
    assert head.set_up.isHidden()
    head.show_addresses("ada@linden.example", "", "", allowed=True, signed=False)
    assert head.from_whom.text() == "no sender yet" and not head.set_up.isHidden()
    head.set_up.click()
    assert desk.desktop.window.current_key == "settings"


def test_an_email_without_a_signature_says_so_before_it_is_approved(desk: Desk) -> None:
    mail, remembered = desk.page.mail, desk.desktop.window._remembered
    remembered.set(mail=replace(remembered.value.mail, from_name=""))
    desk.page.show_all()
    assert not mail.head.from_row.state.text()
    assert mail.head.set_up.text() == "Set your name…" and not mail.head.set_up.isHidden()
    assert mail.editor._foot.startswith("No signature yet")
    desk.desktop.window._remembered.set(signature="Anna Prior")
    desk.page.show_all()
    assert mail.editor._foot.startswith("Your signature")
    assert mail.head.from_row.state.text() == "your signature is added on sending"


def test_the_name_under_an_email_is_set_in_place(desk: Desk) -> None:
    remembered, page = desk.desktop.window._remembered, desk.page
    assert page.session is not None
    remembered.set(mail=replace(remembered.value.mail, from_name=""), me="")
    page.session.check()
    desk.calm()
    check = next(one for one in page.session.review.checks if one.name == "sender")
    assert not check.passed
    link = next(one for one in page.verdict.findChildren(QAbstractButton) if one.text() == "Set your name…")
    link.click()
    (panel,) = (one for one in desk.desktop.window.findChildren(FormPanel) if one.isVisible())
    field = panel.first_focus()
    QTest.keyClicks(field, "Dana Whitfield")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert remembered.value.mail.from_name == "Dana Whitfield"
    desk.calm()
    desk.wait(lambda: all(one.passed for one in page.session.review.checks if one.name == "sender"))
    assert page.mail.head.set_up.isHidden()


@pytest.mark.parametrize("typed", ["", " And more."])
def test_what_was_chosen_and_typed_stays_though_an_older_reading_of_the_email_comes_late(
    desk: Desk, sample: Workspace, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    desk.type_in(" Hello.")
    desk.calm()
    session, read = desk.session, rooms.composition
    assert session.message is not None
    held, begun, late = Event(), Event(), []

    def slow(workspace: Workspace, question: rooms.Question) -> Composition:
        found = read(workspace, question)
        begun.set()
        assert held.wait(60)
        late.append(found)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(rooms, "composition", slow)
        session.read_again(desk.page.show_all)
        desk.wait(begun.is_set)
    other = next(goal for goal in GOALS if goal != session.edit.goal)
    session.change(goal=other)  # no new text: the email keeps its version
    desk.wait(lambda: not session.dirty)
    desk.type_in(typed)
    desk.wait(lambda: not session.dirty)
    held.set()
    desk.calm()
    assert late and session.edit.goal == other and f"Hello.{typed}" in desk.text
    stored = read_message(sample, session.message.id).edit
    assert stored.goal == other and stored.body == desk.text


def test_another_email_never_shows_the_verdict_of_the_one_before(desk: Desk, sample: Workspace) -> None:
    desk.page.acts.approve()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    ((number, _state, _body),) = messages(sample)
    desk.desktop.window.show_message(number)
    desk.wait(lambda: desk.page.session is not None and desk.page.verdict.recall.isVisible())
    assert not desk.page.verdict._checks_box.isVisible()
    desk.page.go_back()
    customer, open_alert = somebody(sample, "unknown")
    desk.open(customer, open_alert)
    assert desk.page.verdict._checks_box.isVisible() and not desk.page.verdict.recall.isVisible()


def test_undo_walks_back_through_the_drafts_and_the_text_stays_when_nothing_is_stored_any_more(
    desk: Desk, sample: Workspace
) -> None:
    first = desk.text
    desk.page.context.actions[Command.SHORTER].trigger()
    desk.wait(lambda: desk.text != first)
    desk.calm()
    desk.desktop.book.undo()
    desk.wait(lambda: desk.text == first)
    desk.calm()
    assert [line.number for line in desk.page.mail.drafts.lines] == [1]
    desk.desktop.book.undo()
    desk.wait(lambda: messages(sample) == [])
    desk.wait(lambda: desk.session.message is None)
    desk.calm()
    assert desk.text == first
    desk.type_in(" Again.")
    desk.calm()
    assert [body for _id, _state, body in messages(sample)] == [desk.text]


def test_the_ways_out_have_keys_that_work_while_writing(desk: Desk) -> None:
    flag_one(desk)
    assert desk.page.mail.editor.hasFocus()
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert INVENTED not in desk.text


def test_the_keys_shown_at_the_ways_out_are_those_that_act_where_the_focus_is(desk: Desk) -> None:
    flag_one(desk)
    ways = desk.page.verdict.ways
    assert desk.page.mail.editor.hasFocus() and [way.key for way in ways] == ["Alt 1", "Alt 2", "Alt 3"]
    ways[0].setFocus()
    assert [way.key for way in ways] == ["1", "2", "3"]
    desk.page.mail.head.subject.setFocus()
    assert [way.key for way in ways] == ["Alt 1", "Alt 2", "Alt 3"]


def test_one_flag_after_another_is_resolved_without_leaving_the_panel(desk: Desk) -> None:
    before, other = desk.text, "Our carrier has since hired forty more drivers."
    desk.type_in(f" {INVENTED} {other}")
    desk.reviewed()
    ways = desk.page.verdict.ways
    ways[0].setFocus()
    desk.press(Qt.Key.Key_3)
    form = desk.panel()
    field = QApplication.focusWidget()
    assert isinstance(form, FormPanel) and isinstance(field, QPlainTextEdit)
    field.setPlainText("agreed with the warehouse on the phone")
    form._sent()
    desk.wait(lambda: [one.sentence for one in desk.session.flags] == [other])
    assert ways[0].hasFocus()
    desk.press(Qt.Key.Key_1)
    desk.wait(lambda: desk.session.review is not None and desk.session.review.ready)
    assert desk.text == before.replace("\n\n", f" {INVENTED}\n\n", 1)
    assert desk.page.verdict.approve.hasFocus()


def test_a_key_pressed_twice_before_the_verdict_removes_one_statement(desk: Desk) -> None:
    other = "Our carrier has since hired forty more drivers."
    desk.type_in(f" {INVENTED} {other}")
    desk.reviewed()
    desk.page.verdict.ways[0].setFocus()
    desk.press(Qt.Key.Key_1)
    desk.press(Qt.Key.Key_1)
    assert INVENTED not in desk.text and other in desk.text
    desk.reviewed()
    assert [one.sentence for one in desk.session.flags] == [other]


def test_every_count_is_that_of_the_statements_to_resolve(desk: Desk) -> None:
    """The second sentence holds two things without a source, and is resolved as one."""
    desk.type_in(f" {INVENTED} Our carrier has since hired forty more drivers and 12 vans.")
    desk.reviewed()
    page, review = desk.page, desk.session.review
    assert review is not None and len(review.flagged) > 2
    assert page.verdict.verdict.text() == "2 problems:\ntwo statements have no source"
    assert page.verdict.quote_count.text() == "1 of 2 to resolve"
    assert page.verdict.opens.text() == "Opens when all 2 are resolved."
    assert next(one.words for one in review.checks if one.name == "statements") == "2 statements without a source"
    traced, _of, all_of_them = page.mail.count.text().rsplit(" · ", 1)[1].split()[:3]
    assert int(all_of_them) - int(traced) == 2


def test_without_a_mail_account_an_email_is_written_and_approved_all_the_same(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = Desk(qtbot, open_window(sample, Preferences(signature="Ada")))
    desk.open(*somebody(sample))
    desk.type_in(" Would a short call suit you?")
    desk.reviewed()
    desk.read_own()
    page = desk.page
    assert page.verdict.moment(0).words == "Now" and "clock" in page.verdict.moment(0).hint
    assert page.verdict.opens.text().startswith("The outbox keeps it for your mail app")
    page.acts.approve()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    ((_number, state, _body),) = messages(sample)
    assert state == "approved" and desk.desktop.window.toast.words.startswith("Approved for ")
    desk.close()


def test_the_moment_at_which_it_really_goes_out_is_never_cut(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    closed = opened(sample.store.path, "2026-11-21T12:00:00+00:00")
    desk = open_desk(qtbot, open_window, closed)
    for width in (1_440, 1_280):
        desk.desktop.window.resize(width, 900)
        desk.open(*somebody(sample))
        assert desk.page.verdict.moment(0).hint.startswith("goes out Mon 23 Nov")
        assert desk.page.verdict.moment(0).toolTip() == "", width
    desk.close()
    closed.close()


def test_on_a_free_day_everything_says_when_it_really_goes_out(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    closed = opened(sample.store.path, "2026-11-21T12:00:00+00:00")
    desk = open_desk(qtbot, open_window, closed)
    desk.open(*somebody(sample))
    desk.type_in(" Would a short call suit you?")
    desk.reviewed()
    hint, opens = desk.page.verdict.moment(0).hint, desk.page.verdict.opens.text()
    desk.page.acts.approve()
    desk.wait(lambda: desk.desktop.window.current_key == "alerts")
    desk.calm()
    ((number, state, _body),) = messages(sample)
    kept = read_message(sample, number)
    assert state == "queued" and kept.due_at is not None
    monday = local_words(kept.due_at)
    assert monday.startswith("Mon 23 Nov") and hint == f"goes out {monday}"
    assert opens.startswith(f"Goes out {monday}, after quiet hours and days off.")
    assert desk.desktop.window.toast.words == f"Queued for {kept.customer}. Goes out {monday}"
    desk.close()
    closed.close()


def test_a_fact_is_said_at_the_cursor_by_key_and_is_verified(desk: Desk) -> None:
    page, editor = desk.page, desk.page.mail.editor
    editor.begin_paragraph()
    before = desk.text
    unsaid = {key for key, box in page.facts.boxes().items() if not box.isChecked()}
    QTest.keyClick(editor, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    desk.wait(lambda: any(one.isVisible() for one in page.window().findChildren(ChoicePanel)))
    (panel,) = [one for one in page.window().findChildren(ChoicePanel) if one.isVisible()]
    place, choice = next((at, one) for at, one in enumerate(panel.choices) if one.value in unsaid)
    QTest.keyClick(panel, Qt.Key(Qt.Key.Key_1 + place))
    desk.wait(lambda: choice.words in desk.text)
    desk.reviewed()
    assert choice.value in desk.session.edit.facts and page.facts.boxes()[choice.value].isChecked()
    assert desk.session.review is not None and desk.session.review.ready and not desk.session.review.own
    editor.undo()
    assert desk.text == before


def test_a_sentence_of_ones_own_begins_in_a_paragraph_behind_the_one_in_hand(desk: Desk) -> None:
    editor = desk.page.mail.editor
    first, _gap, rest = desk.text.partition("\n\n")
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClick(editor, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    editor.insertPlainText("We spoke of it at the fair.")
    assert desk.text == f"{first}\n\nWe spoke of it at the fair.\n\n{rest}"
    desk.reviewed()
    assert desk.session.review is not None
    assert [claim.text for claim in desk.session.review.own] == ["We spoke of it at the fair."]
