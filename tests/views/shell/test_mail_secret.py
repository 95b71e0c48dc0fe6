"""The question at a start for the mail server's password, where this computer has no keyring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.keyrings import SystemKeyring
from services.outreach.outbox.trouble import keep_trouble, read_trouble
from services.settings import MailAccount, Preferences
from services.workspace import Workspace
from tests.vault import Vault
from tests.views.conftest import OpenWindow
from views.desktop import Desktop
from views.shell.mail_secret import MailSecret
from views.widgets.overlay import FormPanel

ACCOUNT = MailAccount("mail.linden.example", 587, "starttls", "ada", "ada@linden.example")
Start = Callable[..., tuple[Desktop, MailSecret]]


@pytest.fixture
def start(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> Start:
    """Open a window with an account and let it ask what it has to."""

    def started(account: MailAccount = ACCOUNT, **fields: object) -> tuple[Desktop, MailSecret]:
        desk = open_window(replace(empty, **fields), Preferences(mail=account))  # type: ignore[arg-type]
        asking = MailSecret(desk.book, desk.theme, desk.window)
        qtbot.waitUntil(lambda: desk.background.idle)
        asking.begin()
        qtbot.waitUntil(lambda: desk.background.idle)
        return desk, asking

    return started


def asked(found: MailSecret) -> FormPanel:
    assert found.panel is not None and found.panel.isVisible()
    return found.panel


def test_the_password_is_asked_for_and_kept_in_memory(qtbot: QtBot, empty: Workspace, start: Start) -> None:
    desk, asking = start()
    keep_trouble(desk.book.workspace, "The password is missing.", offline=False)
    panel = asked(asking)
    field = panel.findChild(QLineEdit)
    assert field is not None and field.echoMode() == QLineEdit.EchoMode.Password and field.hasFocus()
    QTest.keyClick(panel, Qt.Key.Key_Return)
    assert panel.isVisible() and "Enter the password" in panel.fault.text()
    QTest.keyClicks(field, "correct horse")
    QTest.keyClick(panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: empty.keyring.get(ACCOUNT.secret) == "correct horse")
    qtbot.waitUntil(lambda: read_trouble(desk.book.workspace) is None)
    assert not empty.keyring.lasting


def test_whoever_puts_it_away_is_not_asked_again(qtbot: QtBot, start: Start) -> None:
    desk, asking = start()
    asked(asking).dismiss()
    asking.begin()
    qtbot.waitUntil(lambda: desk.background.idle)
    assert asking.panel is None or not asking.timer.isActive()
    assert not [one for one in desk.window.findChildren(FormPanel) if one.isVisible()]


def test_a_sign_in_leads_to_settings(qtbot: QtBot, start: Start) -> None:
    desk, asking = start(replace(ACCOUNT, sign_in="microsoft"))
    asked(asking)._button.click()
    assert desk.window.current_key == "settings"


@pytest.mark.parametrize("account", [MailAccount(), replace(ACCOUNT, user="")])
def test_nothing_is_asked_where_no_password_is_needed(start: Start, account: MailAccount) -> None:
    assert start(account)[1].panel is None


def test_a_computer_with_a_keyring_is_not_asked(start: Start) -> None:
    assert start(keyring=SystemKeyring(Vault()))[1].panel is None


def test_who_types_is_not_interrupted(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty, Preferences(mail=ACCOUNT))
    asking = MailSecret(desk.book, desk.theme, desk.window)
    field = QLineEdit(desk.window)
    field.show()
    qtbot.waitUntil(lambda: desk.background.idle)

    def typing() -> bool:
        field.setFocus()  # a page that arrives late takes the focus to itself
        return field.hasFocus()

    qtbot.waitUntil(typing)
    asking._ask(True)
    assert asking.timer.isActive() and asking.panel is None
