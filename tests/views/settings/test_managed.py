"""What IT has set, as the window shows it and keeps to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from services.settings import Preferences, SignInClient, load_managed, load_preferences
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import settings_page, until
from views.actions import Command
from views.desktop import Desktop
from views.settings.managed_list import ManagedList
from views.shell.page import Page

FILE = """
[policy]
email_cap_days = 14
[preferences]
text_size = 125
sign_in = {microsoft = {client_id = "11-22", client_secret = "hush"}}
[limits]
export_allowed = false
model_endpoints = []
watched_folders = ["/srv/drop"]
"""


def managed_window(empty: Workspace, open_window: OpenWindow, tmp_path: Path, text: str = FILE) -> Desktop:
    (tmp_path / "policy.toml").write_text(text)
    managed = load_managed(tmp_path / "policy.toml")
    workspace = replace(empty, managed=managed, policy=managed.apply(empty.policy))
    return open_window(workspace, Preferences(), tmp_path / "preferences.json")


def test_this_computer_lists_what_is_set_and_by_what(empty: Workspace, open_window: OpenWindow, tmp_path: Path) -> None:
    page = settings_page(managed_window(empty, open_window, tmp_path), "look")
    shown = page.findChild(ManagedList)
    texts = [one.text() for one in shown.findChildren(QLabel)][2:]
    assert shown.isVisible() and texts.count("policy.toml") == 6
    assert texts[:3] == ["Email cap days", "14", "policy.toml"]
    pairs = dict(zip(texts[0:18:3], texts[1:18:3], strict=True))
    assert pairs["Exports allowed"] == "no" and pairs["Language models allowed"] == "none"
    assert pairs["Folders that may be watched"] == "/srv/drop" and "hush" not in "".join(texts)


def test_where_nothing_is_set_nothing_is_listed(empty: Workspace, open_window: OpenWindow) -> None:
    page = settings_page(open_window(empty), "look")
    assert not page.findChild(ManagedList).isVisible()


def test_what_is_set_is_not_saved_as_the_persons_own(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    desk = managed_window(empty, open_window, tmp_path)
    assert desk.remembered.value.text_size == 125
    assert desk.remembered.value.sign_in["microsoft"] == SignInClient("11-22", "hush")
    desk.remembered.set(text_size=200, last_page="data")
    assert desk.remembered.value.text_size == 125
    until(qtbot, (tmp_path / "preferences.json").exists)
    kept = load_preferences(tmp_path / "preferences.json").preferences
    assert (kept.text_size, kept.last_page, kept.sign_in) == (100, "data", {})


def test_an_export_is_refused_before_a_file_is_asked_for(
    empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    desk = managed_window(empty, open_window, tmp_path)
    page: Page = settings_page(desk)
    said: list[str] = []
    desk.book.failed.connect(lambda failed: said.append(failed.words))
    page.ask_place("Export", "x.csv", "CSV (*.csv)", lambda _path: said.append("asked"))
    assert said == ["Your organisation does not allow exports. Ask your IT."]


ROLES = """
[roles]
account_managers = ["nora=Nora Whitfield"]
"""


def test_what_a_role_may_not_is_locked_and_said_before_anything_is_asked(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.settings.managed.account", lambda: ("nora", ()))
    desk = managed_window(sample, open_window, tmp_path, ROLES)
    page = settings_page(desk, "look")
    texts = [one.text() for one in page.findChild(ManagedList).findChildren(QLabel)]
    assert "nora=Nora Whitfield" in texts and "Account managers" in texts
    said: list[str] = []
    desk.book.told.connect(said.append)
    desk.window.show_page("customers")
    customers = desk.window.page("customers")
    qtbot.waitUntil(lambda: desk.background.idle)
    desk.window.actions_registry[Command.DELETE_CUSTOMER].setEnabled(True)
    desk.window.actions_registry[Command.DELETE_CUSTOMER].trigger()
    assert said == ["Only an administrator or a manager may merge and delete customers. Your role is account "
                    "manager; ask your IT to change it."]  # fmt: skip
    assert customers.isVisible()
    words = "Only an administrator or a manager may change rules, watches and the book’s settings."
    shown = [one for one in settings_page(desk, "scores").findChildren(QLabel) if one.isVisible()]
    assert any(one.text().startswith(words) for one in shown)
    fields = [one for group in page.groups.values() for one in group.inputs.values()]
    assert fields and not any(one.isEnabled() for one in fields)
    assert all(one.toolTip().startswith("Only an administrator or a manager may change rules") for one in fields)
