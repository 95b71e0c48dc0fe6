"""Settings › This computer: whether the book is encrypted, its recovery key, and what asks for another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.keyrings import SystemKeyring
from models.store.book_key import BookKey, random_key
from services.book.encryption import keep_key
from services.workspace import Recipe, open_workspace
from tests.vault import Vault
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import settings_page, until
from views.settings.page import SettingsPage
from views.widgets.overlay import FormPanel


def _page(open_window: OpenWindow, path: Path, key: BookKey | None, vault: Vault | None) -> SettingsPage:
    workspace = open_workspace(Recipe(str(path), "Ada", "2026-11-19T09:00:00+00:00", key=key))
    if vault is not None:
        keyring = SystemKeyring(vault)
        if key is not None:
            keep_key(key, keyring)
        workspace = replace(workspace, keyring=keyring)
    return settings_page(open_window(workspace), "look")


def _panel(page: SettingsPage) -> FormPanel:
    (panel,) = (one for one in page.window().findChildren(FormPanel) if one.isVisible())
    return panel


def test_a_plain_book_says_so_and_a_passphrase_is_typed_twice(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path
) -> None:
    page = _page(open_window, store_path, None, None)
    box, wanted = page.encryption, list[str]()
    page.wants_encryption.disconnect()
    page.wants_encryption.connect(wanted.append)
    until(qtbot, lambda: box.words.text() == "This book is not encrypted.")
    assert box.encrypt_button.isVisible() and not box.recovery_button.isVisible() and not box.change_button.isVisible()
    box.encrypt_button.click()
    panel = _panel(page)
    first, again = (one for one in panel.findChildren(type(panel.first_focus())))
    for one, other, said in (("short", "short", "too short"), ("long enough to be one", "long enough", "do not match")):
        first.setText(one)
        again.setText(other)
        panel._button.click()
        assert said in panel.fault.text() and wanted == []
    again.setText("long enough to be one")
    panel._button.click()
    assert wanted == ["long enough to be one"] and not panel.isVisible()


def test_with_a_keyring_nothing_is_typed(qtbot: QtBot, open_window: OpenWindow, store_path: Path, vault: Vault) -> None:
    page = _page(open_window, store_path, None, vault)
    box, wanted = page.encryption, list[str]()
    page.wants_encryption.disconnect()
    page.wants_encryption.connect(wanted.append)
    until(qtbot, box.encrypt_button.isVisible)
    box.encrypt_button.click()
    _panel(page)._button.click()
    assert wanted == [""]


def test_an_encrypted_book_shows_its_recovery_key_and_tests_the_one_on_paper(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path, vault: Vault
) -> None:
    key = random_key()
    page = _page(open_window, store_path, key, vault)
    box = page.encryption
    until(qtbot, lambda: box.words.text() == "This book is encrypted. Its key is in this computer’s keyring.")
    assert box.change_button.isVisible() and not box.encrypt_button.isVisible()
    box.recovery_button.click()
    panel = _panel(page)
    assert key.recovery in box.shown.toPlainText()
    box.typed.setText(random_key().recovery)
    panel._button.click()
    until(qtbot, lambda: "does not open the book" in panel.fault.text())
    box.typed.setText(key.recovery.lower().replace("-", ""))
    with qtbot.waitSignal(page.context.book.told, check_params_cb=lambda words: "opens the book" in words):
        panel._button.click()
    assert page.context.book.workspace.store.key == key
