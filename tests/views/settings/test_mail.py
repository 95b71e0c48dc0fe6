"""The mail server in Settings: on this computer alone, its password only in the keyring, tried before it is used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.keyrings import SystemKeyring
from services.outreach.outbox.trouble import keep_trouble, read_trouble
from services.settings import MailAccount, Preferences, load_managed, load_preferences
from services.workspace import Workspace
from tests.servers.mail_server import mail_server, trusted
from tests.servers.model_server import closed_port
from tests.vault import Vault
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import put, settings_page, until
from views.desktop import Desktop
from views.settings.mail_box import MailBox
from views.settings.mail_draft import account_of, texts_of

SECRET = "correct horse battery"
ACCOUNT = MailAccount("mail.example.com", 587, "starttls", "ada", "ada@example.com", "Ada Lind")


def mail_box(desk: Desktop) -> MailBox:
    box = settings_page(desk, "mail").boxes["mail"]
    assert isinstance(box, MailBox)
    return box


def field(box: MailBox, name: str) -> QLineEdit:
    found = box.group.inputs[name].field
    assert isinstance(found, QLineEdit)
    return found


def fill(qtbot: QtBot, box: MailBox, **texts: str) -> None:
    for name, text in texts.items():
        put(qtbot, field(box, name), text)


def choose(box: MailBox, security: str) -> None:
    box.group.inputs["security"].put(security)
    box.group.edited.emit("security")


@pytest.mark.parametrize(
    ("changed", "at", "word"),
    [
        ({"host": "smtp://mail.example.com"}, "host", "name"),
        ({"port": "many"}, "port", "whole number"),
        ({"port": "70000"}, "port", "between"),
        ({"from_address": ""}, "from_address", "address"),
        ({"from_address": "ada"}, "from_address", "address"),
        ({"security": "none"}, "security", "this computer"),
    ],
)
def test_a_mistake_is_said_at_its_field(changed: dict[str, str], at: str, word: str) -> None:
    account, faults = account_of({**texts_of(ACCOUNT, ""), **changed})
    assert account is None and word in faults[at]


def test_what_is_shown_is_what_is_kept() -> None:
    assert account_of(texts_of(ACCOUNT, "Ada")) == (ACCOUNT, {})
    assert account_of(texts_of(MailAccount(), "")) == (MailAccount(), {})
    local = replace(ACCOUNT, host="127.0.0.1", security="none", port=2525)
    assert account_of(texts_of(local, "")) == (local, {})


def test_the_password_goes_to_the_keyring_and_nowhere_else(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault, tmp_path: Path
) -> None:
    path = tmp_path / "preferences.json"
    desk = open_window(replace(empty, keyring=SystemKeyring(vault)), path=path)
    box = mail_box(desk)
    until(qtbot, lambda: box.password.words == "None stored.")
    assert not box.save_button.isEnabled()
    fill(qtbot, box, host="mail.example.com", user="ada", from_name="Ada Lind", from_address="ada@example.com")
    qtbot.keyClicks(box.password.line, SECRET)
    box.save()
    until(qtbot, lambda: "Stored in this computer's keyring" in box.password.words)
    assert vault.secrets == {("bellwether", "mail:ada@mail.example.com"): SECRET}
    assert box.password.typed == "" and not box.dirty
    assert desk.remembered.value.mail == ACCOUNT and desk.book.workspace.preferences.mail == ACCOUNT
    desk.remembered.save_now()
    until(qtbot, lambda: path.exists() and load_preferences(path).preferences.mail == ACCOUNT)
    assert SECRET not in path.read_text("utf-8")
    with empty.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal WHERE verb = 'change-policy'").scalar() == 0
    assert SECRET.encode() not in empty.store.path.read_bytes()


def test_whoever_saves_by_key_goes_on_from_there(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    box = mail_box(open_window(replace(empty, keyring=SystemKeyring(vault)), Preferences(mail=ACCOUNT)))
    fill(qtbot, box, from_name="Ada")
    box.save_button.setFocus()
    qtbot.keyClick(box.save_button, Qt.Key.Key_Space)
    until(qtbot, lambda: not box.dirty)
    assert not box.save_button.isEnabled() and box.test_button.hasFocus()


def test_another_user_takes_the_former_password_out_of_the_keyring(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    keyring = SystemKeyring(vault)
    keyring.set(ACCOUNT.secret, SECRET)
    box = mail_box(open_window(replace(empty, keyring=keyring), Preferences(mail=ACCOUNT)))
    until(qtbot, lambda: "Stored in this computer's keyring" in box.password.words)
    assert box.password.line.text() == "", "the one that is kept is never shown"
    fill(qtbot, box, user="dana")
    box.save()
    until(qtbot, lambda: vault.secrets == {})
    until(qtbot, lambda: box.password.words == "None stored.")


def test_another_password_lets_emails_that_wait_be_tried_again(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    keep_trouble(empty, "The server does not take the password.", offline=False)
    box = mail_box(open_window(replace(empty, keyring=SystemKeyring(vault)), Preferences(mail=ACCOUNT)))
    qtbot.keyClicks(box.password.line, SECRET)
    box.save()
    until(qtbot, lambda: "Stored in this computer's keyring" in box.password.words)
    assert read_trouble(empty) is None


def test_a_slow_look_into_the_keyring_says_nothing_about_what_was_saved_meanwhile(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    asked, answered = Event(), Event()

    class Slow(SystemKeyring):
        def get(self, name: str) -> str | None:
            if not asked.is_set():
                before = super().get(name)
                asked.set()
                answered.wait(30)
                return before
            return super().get(name)

    box = mail_box(open_window(replace(empty, keyring=Slow(vault)), Preferences(mail=ACCOUNT)))
    until(qtbot, asked.is_set)
    qtbot.keyClicks(box.password.line, SECRET)
    box.save()
    until(qtbot, lambda: "Stored in this computer's keyring" in box.password.words)
    answered.set()
    box._desk.read("after", lambda: None, lambda _none: asked.clear())
    until(qtbot, lambda: not asked.is_set())
    assert "Stored in this computer's keyring" in box.password.words


def test_a_password_is_cleared_on_request(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault
) -> None:
    keyring = SystemKeyring(vault)
    keyring.set(ACCOUNT.secret, SECRET)
    box = mail_box(open_window(replace(empty, keyring=keyring), Preferences(mail=ACCOUNT)))
    until(qtbot, box.password.clear_button.isVisible)
    vault.locked = True
    box.password.clear_button.click()
    until(qtbot, lambda: "Unlock the keyring" in box.verdict.words and "is locked" in box.password.words)
    vault.locked = False
    box.password.clear_button.click()
    until(qtbot, lambda: box.password.words == "None stored.")
    assert vault.secrets == {}


@pytest.mark.parametrize(("with_keyring", "why"), [(False, "has no keyring"), (True, "keyring is locked")])
def test_without_a_keyring_it_is_said_that_a_password_is_for_this_run_only(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, vault: Vault, with_keyring: bool, why: str
) -> None:
    vault.locked = True
    workspace = replace(empty, keyring=SystemKeyring(vault)) if with_keyring else empty
    box = mail_box(open_window(workspace, Preferences(mail=ACCOUNT)))
    qtbot.keyClicks(box.password.line, SECRET)
    box.save()
    until(qtbot, lambda: box.password.words.startswith("Kept until you close Bellwether"))
    assert why in box.password.words and "never written to disk" in box.password.words
    assert workspace.keyring.get(ACCOUNT.secret) == SECRET


def test_the_port_follows_the_encryption_while_it_is_the_usual_one(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    box = mail_box(open_window(empty))
    choose(box, "tls")
    assert field(box, "port").text() == "465"
    fill(qtbot, box, port="2465")
    choose(box, "starttls")
    assert field(box, "port").text() == "2465"
    box.discard()
    assert not box.dirty and field(box, "port").text() == "587"


def test_a_test_says_what_failed_and_what_is_typed_later_takes_it_back(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    box = mail_box(open_window(empty))
    box.test()
    assert box.verdict.words == "Enter the server first."
    fill(qtbot, box, host="127.0.0.1", port=str(closed_port()), from_address="ada@example.com")
    choose(box, "none")
    box.test_button.click()
    assert "Connecting" in box.verdict.words and box.verdict.waiting
    until(qtbot, lambda: not box.verdict.waiting)
    assert "127.0.0.1" in box.verdict.words and "Connecting" not in box.verdict.words
    fill(qtbot, box, from_name="Ada")
    assert box.verdict.words == ""


def test_what_it_has_set_is_locked_but_for_the_password(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[preferences.mail]\nhost = "mail.example.com"\nfrom_address = "ada@example.com"\n')
    managed = load_managed(path)
    preferences = managed.apply_preferences(Preferences())
    box = mail_box(open_window(replace(empty, managed=managed), preferences))
    assert not box.group.inputs["host"].isEnabled() and "policy.toml" in box.group.inputs["host"].toolTip()
    assert box.group.inputs["signature"].isEnabled() and box.password.line.isEnabled()


def test_a_test_signs_in_without_sending_anything_and_names_a_wrong_password(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    with mail_server(tmp_path, user="ada", password=SECRET) as server, trusted(tmp_path):
        box = mail_box(open_window(empty))
        fill(qtbot, box, host=server.host, port=str(server.port), user="ada", from_address="ada@example.com")
        qtbot.keyClicks(box.password.line, "wrong")
        box.test_button.click()
        until(qtbot, lambda: not box.verdict.waiting)
        assert "password" in box.verdict.words and "Works" not in box.verdict.words
        box.password.line.selectAll()
        qtbot.keyClicks(box.password.line, SECRET)
        assert box.verdict.words == ""
        box.test_button.click()
        until(qtbot, lambda: not box.verdict.waiting)
        assert box.verdict.words.startswith("Works: localhost answered")
        box.save()
        until(qtbot, lambda: box.password.words.startswith("Kept until you close Bellwether"))
        box.test_button.click()
        until(qtbot, lambda: not box.verdict.waiting)
        assert box.verdict.words.startswith("Works: "), "the one that is kept is used where none is typed"
        assert server.accepted == []


@pytest.mark.parametrize("closing", [False, True])
def test_a_test_is_given_up_with_the_page_while_the_server_keeps_silent(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path, closing: bool
) -> None:
    with mail_server(tmp_path, user="ada", password=SECRET) as server, trusted(tmp_path):
        reached = Event()

        def script(stage: str) -> str:
            if stage == "auth":
                reached.set()
            return "hang" if stage == "auth" else ""

        server.script = script
        desk = open_window(empty)
        box = mail_box(desk)
        fill(qtbot, box, host=server.host, port=str(server.port), user="ada", from_address="ada@example.com")
        qtbot.keyClicks(box.password.line, SECRET)
        box.test_button.click()
        until(qtbot, reached.is_set)
        if closing:
            assert desk.window.close()
            return
        desk.window.show_page("alerts")
        assert box.verdict.words == ""
        until(qtbot, lambda: desk.background.idle)


def test_the_focus_stays_on_test_and_what_was_filled_in_comes_back_after_a_discard(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(empty)
    box = mail_box(desk)
    fill(qtbot, box, host="127.0.0.1", port=str(closed_port()), from_address="ada@example.com")
    put(qtbot, box.password.line, SECRET)
    choose(box, "none")
    box.test_button.setFocus()
    qtbot.keyClick(box.test_button, Qt.Key.Key_Space)
    assert box.verdict.waiting and box.test_button.hasFocus()
    qtbot.keyClick(box.test_button, Qt.Key.Key_Space)
    until(qtbot, lambda: not box.verdict.waiting)
    assert box.test_button.hasFocus() and field(box, "host").text() == "127.0.0.1"
    box.discard_button.click()
    assert field(box, "host").text() == "" and box.password.typed == "" and not box.dirty
    assert box.test_button.hasFocus(), "in a field Ctrl+Z would be the field's own"
    desk.window.toast.findChild(QPushButton).click()
    assert field(box, "host").text() == "127.0.0.1" and box.password.typed == SECRET and box.dirty
