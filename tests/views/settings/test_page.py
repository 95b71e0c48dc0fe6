"""The Settings page on a real book: saved as one entry, undone, kept while typing, locked by IT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from services.audit import history
from services.settings import load_managed
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.desktop import Desktop
from views.settings.fields import SECTIONS
from views.settings.page import SettingsPage
from views.theme import ThemeChoice

WAIT_MS = 60_000


def until(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    qtbot.waitUntil(reached, timeout=WAIT_MS)


def settings_page(desk: Desktop) -> SettingsPage:
    desk.window.show_page("settings")
    page = desk.window.page("settings")
    assert isinstance(page, SettingsPage)
    return page


def line(page: SettingsPage, group: str, path: str) -> QLineEdit:
    page.show_section(next(one.key for one in SECTIONS if group in {each.key for each in one.groups}))
    field = page.groups[group].inputs[path].field
    assert isinstance(field, QLineEdit)
    return field


def put(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_changes_are_saved_together_and_undone(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    page = settings_page(desk)
    assert page._bar.isHidden()
    put(qtbot, line(page, "queue", "card_budget"), "40")
    put(qtbot, line(page, "thresholds", "engagement_threshold"), "55")
    assert page.dirty and page.save_button.isEnabled()
    entries = len(history(empty))
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(line(page, "queue", "card_budget"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    policy = empty.read_policy()
    assert (policy.card_budget, policy.engagement_threshold) == (40, 55)
    assert [one.verb for one in history(empty)][: len(history(empty)) - entries].count("change-policy") == 1
    assert not page.dirty and page._bar.isHidden()
    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        desk.book.undo()
    assert empty.read_policy().card_budget == 25
    until(qtbot, lambda: line(page, "queue", "card_budget").text() == "25")


def test_a_fault_is_shown_at_its_field_and_nothing_can_be_saved(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    page = settings_page(open_window(empty))
    put(qtbot, line(page, "engagement", "engagement_weights.recency"), "50")
    assert not page.save_button.isEnabled()
    assert "110" in page.groups["engagement"]._sum.text()
    put(qtbot, line(page, "engagement", "engagement_weights.contact"), "10")
    assert page.save_button.isEnabled()
    put(qtbot, line(page, "thresholds", "churn_critical"), "30")
    assert "below" in page.faults["churn_critical"]
    page.discard()
    assert not page.dirty and page.faults == {}


def test_what_is_being_typed_survives_a_change_from_elsewhere(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    from services.settings import change_policy

    desk = open_window(empty)
    page = settings_page(desk)
    put(qtbot, line(page, "queue", "card_budget"), "40")
    change_policy(empty, engagement_threshold=45.0)
    desk.book.heard(Changes(everyone=True, tables=frozenset({"policies"})))
    until(qtbot, lambda: line(page, "thresholds", "engagement_threshold").text() == "45")
    assert line(page, "queue", "card_budget").text() == "40"
    page.discard()


def test_what_it_has_set_is_locked_with_the_reason(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[policy]\ncard_budget = 12\n\n[preferences]\ntheme = 'light'\n")
    managed = load_managed(path)
    workspace = replace(empty, managed=managed, policy=managed.apply(empty.policy))
    page = settings_page(open_window(workspace))
    made = page.groups["queue"].inputs["card_budget"]
    assert not made.isEnabled() and made.text == "12"
    assert "policy.toml" in made.toolTip()
    assert not page.look.theme.isEnabled()


def test_the_theme_follows_at_once_and_is_remembered(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    page = settings_page(desk)
    before = desk.theme.choice
    box = page.look.theme
    box.setCurrentIndex(box.findData("dark"))
    box.activated.emit(box.currentIndex())
    assert desk.remembered.value.theme == "dark"
    assert desk.theme.choice is ThemeChoice.DARK
    desk.theme.choose(before)
