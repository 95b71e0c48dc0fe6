"""What the tests of Settings share: a computer with a keyring, and a way to the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.vault import Vault
from tests.views.pages import page_at
from views.desktop import Desktop
from views.settings.fields import SECTIONS
from views.settings.page import SettingsPage

WAIT_MS = 60_000


def until(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    """Wait for what is to come, however slow the machine is."""
    qtbot.waitUntil(reached, timeout=WAIT_MS)


def settings_page(desk: Desktop, section: str = "") -> SettingsPage:
    """Open the page, at a section."""
    page = page_at(desk, "settings", SettingsPage)
    if section:
        page.show_section(section)
    return page


def stops(inside: QWidget, key: Qt.Key) -> list[QWidget]:
    """Press Tab or Backtab from the field that has the focus: the fields of a part that get it."""
    met: list[QWidget] = []
    at = QApplication.focusWidget()
    while at is not None and inside.isAncestorOf(at) and at not in met:
        met.append(at)
        QTest.keyClick(at, key)
        at = QApplication.focusWidget()
    return met


def line(page: SettingsPage, group: str, path: str) -> QLineEdit:
    """Go to a field of the policy."""
    page.show_section(next(one.key for one in SECTIONS if group in {each.key for each in one.groups}))
    field = page.groups[group].inputs[path].field
    assert isinstance(field, QLineEdit)
    return field


def put(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    """Type a text in the place of what stands in a field."""
    field.setFocus()
    field.selectAll()
    if text:
        qtbot.keyClicks(field, text)
    else:
        field.clear()
        field.textEdited.emit("")


@pytest.fixture
def vault() -> Vault:
    """The keyring of a computer that has one."""
    return Vault()
