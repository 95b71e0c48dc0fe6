"""From the alert to the approved email, sent once, and back again with an order: by keyboard, over real servers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.alerts import QueueFilter
from models.values.outreach import Message
from services import insight
from services.outreach import read_message
from services.settings import MailAccount, ModelProfile, Preferences
from services.workspace import Workspace
from tests.journeys.hands import CONTROL, Hands
from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.servers.model_server import ModelServer, model_server, written
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.composer.page import ComposerPage
from views.data.page import DataPage

INVENTED = "That will never happen again."
ANSWER = (
    "Subject: A word from us\n\n"
    f"Thank you for being with us. {INVENTED}\n\n"
    "Would a short call suit you? I would gladly hear how things are."
)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path, user="ada", password="right") as running, trusted(tmp_path):
        yield running


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def customer(store_path: Path) -> dict[str, Any]:
    """Somebody of the sample book with an alert, consent, and no email of late."""
    sample_copy(store_path)
    driver = connect(store_path)
    try:
        found = driver.execute(
            """SELECT c.id, c.external_id, c.source, c.email, c.name, a.id FROM customers c
                 JOIN alerts a ON a.customer_id = c.id
                WHERE c.email_consent = 'given' AND c.suppressed_until IS NULL AND c.email <> '' AND a.state = 'open'
                  AND NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id
                                   AND (e.happened_on > '2026-11-05' OR e.kind IN ('unsubscribed', 'bounced')))
                ORDER BY a.severity DESC, a.expected_value_minor DESC LIMIT 1"""
        ).fetchone()
    finally:
        driver.close()
    return dict(zip(("id", "external_id", "source", "email", "name", "alert"), found, strict=True))


@pytest.fixture
def preferences(mail: MailServer, model: ModelServer) -> Preferences:
    account = MailAccount(mail.host, mail.port, mail.security, mail.user, "ada@shop.example", "Ada")
    profile = ModelProfile("loopback", model.url, "loopback-1", kind="local")
    return Preferences(mail=account, profiles=(profile,), writer="loopback", signature="Ada")


def test_an_alert_is_answered_by_one_email_and_closed_by_the_order_after_it(
    qtbot: QtBot,
    open_window: OpenWindow,
    store_path: Path,
    tmp_path: Path,
    customer: dict[str, Any],
    preferences: Preferences,
    mail: MailServer,
    model: ModelServer,
) -> None:
    workspace = replace(opened(store_path), preferences=preferences)
    workspace.keyring.set(preferences.mail.secret, "right")
    hands = Hands(qtbot, open_window(workspace, preferences))
    hands.desk.window.send_scheduler.begin()
    choose(hands, customer["alert"])

    composer = write_with_the_model(hands, model)
    remove_the_invented(hands, composer)
    email = approve(hands, composer, workspace)
    assert (email.state, email.body.count(INVENTED)) == ("queued", 0)
    assert state_of(workspace, customer["alert"]) == "waiting"

    undo_the_approval(hands, workspace, email)
    assert state_of(workspace, customer["alert"]) in ("open", "seen", "in_work")
    edit_and_approve_again(hands, workspace, customer["alert"])
    assert mail.accepted == []
    send_now(hands, mail)
    check_what_arrived(mail, workspace, customer, email)
    assert state_of(workspace, customer["alert"]) == "waiting"

    import_an_order(hands, tmp_path, customer)
    open_alert = insight.alert_detail(workspace, customer["alert"])
    assert open_alert is not None
    assert (open_alert.alert.state, "ordered the same day" in open_alert.contact) == ("resolved", True)
    see_what_followed(hands, customer["alert"], open_alert.contact)
    hands.window.close()
    workspace.close()


def choose(hands: Hands, open_alert: int) -> None:
    """J until the alert is the current one; what stands behind the day's budget is not looked for."""
    page = hands.alerts
    hands.wait(lambda: page.detail.detail is not None)
    hands.calm()
    page.queue.view.setFocus()
    ids = [row.id for row in page.queue.model.open_alerts()]
    assert open_alert in ids
    hands.press(Qt.Key.Key_Home)
    for _ in range(len(ids)):
        current = page.queue.view.current
        if current is not None and current.id == open_alert:
            break
        hands.press(Qt.Key.Key_J)
    hands.wait(lambda: page.detail.detail is not None and page.detail.detail.alert.id == open_alert)
    hands.calm()


def composer_of(hands: Hands) -> ComposerPage:
    return cast(ComposerPage, hands.window.page("composer"))


def write_with_the_model(hands: Hands, model: ModelServer) -> ComposerPage:
    """E, then Ctrl+G: half of it is on screen before the other half is written."""
    half = threading.Event()
    gates = [threading.Event() for _ in range(12)]
    for gate in gates[:-1]:
        gate.set()
    gates[-1] = half
    model.answer(written(ANSWER, gates=gates))
    hands.press(Qt.Key.Key_E)
    composer = composer_of(hands)
    hands.wait(lambda: composer.isVisible() and composer.session is not None and composer.session.review is not None)
    hands.press(Qt.Key.Key_G, CONTROL)
    hands.wait(lambda: composer.mail.shows == "writing" and bool(composer.mail.stream.toPlainText()))
    half.set()
    hands.wait(lambda: composer.mail.shows == "mail" and INVENTED in composer.mail.editor.text)
    hands.calm()
    return composer


def remove_the_invented(hands: Hands, composer: ComposerPage) -> None:
    """One statement is flagged and closes the way; 1 removes it and opens it."""
    session = composer.session
    assert session is not None
    hands.wait(lambda: len(session.flags) == 1)
    action = composer.context.actions[Command.APPROVE]
    assert session.flags[0].sentence == INVENTED and not action.isEnabled()
    composer.verdict.first_control().setFocus()
    hands.press(Qt.Key.Key_1)
    hands.wait(lambda: INVENTED not in composer.mail.editor.text)
    read_them(hands, composer)


def read_them(hands: Hands, composer: ComposerPage) -> None:
    """What is left to be read is the person's own: the box opens the way."""
    session = composer.session
    assert session is not None
    hands.wait(lambda: session.review is not None and not session.checking and bool(session.review.to_read))
    hands.wait(composer.verdict.read.isVisible)
    assert not composer.context.actions[Command.APPROVE].isEnabled()
    composer.verdict.read.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.wait(composer.context.actions[Command.APPROVE].isEnabled)
    hands.calm()


def approve(hands: Hands, composer: ComposerPage, workspace: Workspace) -> Message:
    """Tick that the alert waits for an answer, then Ctrl+Enter: back in the queue, with a toast."""
    hands.wait(composer.context.actions[Command.APPROVE].isEnabled)
    composer.verdict.wait.setChecked(True)
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait(lambda: hands.window.current_key == "alerts")
    hands.calm()
    with workspace.store.snapshot() as driver:
        (number,) = driver.execute("SELECT max(id) FROM messages").fetchone()
    return read_message(workspace, number)


def undo_the_approval(hands: Hands, workspace: Workspace, email: Message) -> None:
    """Ctrl+Z takes it back with exactly the text last seen."""
    hands.alerts.queue.view.setFocus()
    hands.press(Qt.Key.Key_Z, CONTROL)
    hands.wait(lambda: read_message(workspace, email.id).state in ("draft", "in_review"))
    hands.calm()
    back = read_message(workspace, email.id)
    assert (back.subject, back.greeting, back.body) == (email.subject, email.greeting, email.body)


def edit_and_approve_again(hands: Hands, workspace: Workspace, open_alert: int) -> None:
    choose(hands, open_alert)
    hands.press(Qt.Key.Key_E)
    composer = composer_of(hands)
    hands.wait(lambda: composer.isVisible() and composer.session is not None and composer.session.review is not None)
    hands.calm()
    composer.mail.editor.setFocus()
    composer.mail.editor.moveCursor(QTextCursor.MoveOperation.Start)
    hands.type("I hope that the workshop suits you. ")
    hands.wait(lambda: composer.session is not None and "workshop suits you. " in composer.session.edit.body)
    hands.calm()
    read_them(hands, composer)
    approve(hands, composer, workspace)


def send_now(hands: Hands, mail: MailServer) -> None:
    """In the outbox: the one that waits, sent at once."""
    hands.press(Qt.Key.Key_3, CONTROL)
    outbox = hands.window.page("outbox")
    hands.wait(outbox.isVisible)
    hands.calm()
    outbox.list.show_tab("waiting")  # type: ignore[attr-defined]
    hands.calm()
    action = outbox.context.actions[Command.SEND_NOW]
    hands.wait(action.isEnabled)
    action.trigger()
    hands.wait(lambda: len(mail.accepted) == 1)
    hands.calm()


def check_what_arrived(mail: MailServer, workspace: Workspace, customer: dict[str, Any], email: Message) -> None:
    """Exactly one mail, with the text last seen, to the customer."""
    (received,) = mail.accepted
    assert received.recipients == (customer["email"],)
    text = " ".join(received.message.get_content().split())
    assert "I hope that the workshop suits you." in text and INVENTED not in text
    assert received.message["List-Unsubscribe"]
    sent = read_message(workspace, email.id)
    assert (sent.state, sent.message_id) == ("sent", received.message_id)


def import_an_order(hands: Hands, folder: Path, customer: dict[str, Any]) -> None:
    """A shop's export with one order, placed an hour after the email."""
    path = folder / "orders_today.csv"
    header = "Order ID,Customer ID,Email,Ordered at,Amount,Currency"
    row = f"J-1,{customer['external_id']},{customer['email']},2026-11-19T10:30:00Z,186.00,USD"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    data = hands.window.page("data")
    assert isinstance(data, DataPage)
    hands.drop([path])
    hands.wait(lambda: data.state is data.check)
    hands.calm()
    hands.tab_to(data.check.plan.go)
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: data.state is data.receipt)
    hands.calm()


def see_what_followed(hands: Hands, open_alert: int, words: str) -> None:
    """Among the alerts done today it says that they came back, when and with how much."""
    hands.press(Qt.Key.Key_1, CONTROL)
    hands.wait(hands.alerts.isVisible)
    hands.alerts.queue.ask_for("done", QueueFilter())
    hands.wait(lambda: open_alert in [row.id for row in hands.alerts.queue.model.open_alerts()])
    choose(hands, open_alert)
    assert "$186 since" in words
    labels = hands.alerts.actions_pane.findChildren
    hands.wait(lambda: words in [label.text() for label in labels(QLabel) if label.isVisible()])


def state_of(workspace: Workspace, open_alert: int) -> str:
    found = insight.alert_detail(workspace, open_alert)
    return "gone" if found is None else found.alert.state
