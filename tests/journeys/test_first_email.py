"""A first morning: from an empty home, by dropped files and a mail server of one's own, to the first sent email."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.alerts import AlertRow
from services.sample import write_exports
from services.workspace import Workspace
from tests.journeys.hands import CONTROL, Hands
from tests.journeys.test_alert_to_email import choose, composer_of, read_them, send_now
from tests.journeys.test_first_day import import_the_rest
from tests.servers.mail_server import MailServer, mail_server, trusted
from tests.views.books import opened
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.settings.mail_box import MailBox
from views.settings.page import SettingsPage

SECRET = "right"


@pytest.mark.real_children
def test_from_an_empty_home_to_the_first_sent_email(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path, tmp_path: Path
) -> None:
    exports = [Path(one) for one in write_exports(tmp_path / "exports", customers=120, today=date(2026, 11, 19)).paths]
    workspace = opened(store_path)
    hands = Hands(qtbot, open_window(workspace))
    hands.wait(hands.window.first_start.isVisible)
    hands.window.send_scheduler.begin()
    import_the_rest(hands, exports)

    with mail_server(tmp_path, user="ada", password=SECRET) as mail, trusted(tmp_path):
        set_up_the_mail_server(hands, mail)
        hands.press(Qt.Key.Key_1, CONTROL)
        hands.calm()
        found = may_be_emailed(hands, workspace)
        choose(hands, found.id)
        write_by_template(hands)
        send_now(hands, mail)
        (received,) = mail.accepted
        assert received.recipients == (address_of(workspace, found),)
        assert received.message["From"] == "Ada Lind <ada@shop.example>"
    hands.window.close()
    workspace.close()


def set_up_the_mail_server(hands: Hands, mail: MailServer) -> None:
    """Ctrl+K, its name, Enter; then its fields and Save."""
    hands.press(Qt.Key.Key_K, CONTROL)
    hands.type("mail server")
    hands.calm()
    hands.press(Qt.Key.Key_Return)
    hands.calm()
    box = cast(SettingsPage, hands.window.page("settings")).boxes["mail"]
    assert isinstance(box, MailBox) and box.isVisible()
    texts = {"from_address": "ada@shop.example", "host": mail.host, "user": mail.user, "from_name": "Ada Lind"}
    for name, text in (texts | {"port": str(mail.port)}).items():
        field = box.group.inputs[name].field
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        hands.type(text)
    box.group.inputs["security"].put(mail.security)
    box.group.edited.emit("security")
    box.password.line.setFocus()
    hands.type(SECRET)
    box.save_button.setFocus()
    hands.press(Qt.Key.Key_Space)
    hands.wait(lambda: not box.dirty)
    hands.calm()
    assert hands.desk.remembered.value.mail.host == mail.host


def may_be_emailed(hands: Hands, workspace: Workspace) -> AlertRow:
    """The first alert of the queue whose customer agreed to be emailed and had no email of late."""
    driver = connect(workspace.store.path)
    try:
        agreed = {
            customer
            for (customer,) in driver.execute(
                """SELECT c.id FROM customers c
                    WHERE c.email_consent = 'given' AND c.suppressed_until IS NULL AND c.email <> ''
                      AND NOT EXISTS (SELECT 1 FROM email_events e WHERE e.customer_id = c.id
                                       AND (e.happened_on > '2026-11-05' OR e.kind IN ('unsubscribed', 'bounced')))"""
            )
        }
    finally:
        driver.close()
    return next(one for one in hands.alerts.queue.model.open_alerts() if one.customer_id in agreed)


def address_of(workspace: Workspace, alert: AlertRow) -> str:
    driver = connect(workspace.store.path)
    try:
        return str(driver.execute("SELECT email FROM customers WHERE id = ?", (alert.customer_id,)).fetchone()[0])
    finally:
        driver.close()


def write_by_template(hands: Hands) -> None:
    """E writes it; what is left to read is read, and Ctrl+Enter approves it."""
    hands.press(Qt.Key.Key_E)
    composer = composer_of(hands)
    hands.wait(lambda: composer.isVisible() and composer.session is not None and composer.session.review is not None)
    hands.calm()
    session, approve = composer.session, composer.context.actions[Command.APPROVE]
    assert session is not None and session.review is not None
    if session.review.to_read:
        read_them(hands, composer)
    hands.wait(approve.isEnabled)
    hands.press(Qt.Key.Key_Return, CONTROL)
    hands.wait(lambda: hands.window.current_key == "alerts")
    hands.calm()
