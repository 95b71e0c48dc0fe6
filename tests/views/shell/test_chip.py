"""The chip: neutral, silent where there is nothing to say, short in a narrow bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.values.outbox import OutboxStanding
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.settings.page import SettingsPage
from views.shell.chip import OutboxChip
from views.shell.window import SMALLEST
from views.theme import Theme

SCHEDULED = OutboxStanding(2, 3, 0, 0, None, False, "Online · 3 emails scheduled")
OFFLINE = replace(SCHEDULED, offline=True, words="Offline · 3 emails wait")
DOUBT = replace(SCHEDULED, waiting=0, doubt=1, words="1 delivery not confirmed")
SILENT = OutboxStanding(0, 0, 0, 0, None, False, "")


@pytest.fixture
def chip(qtbot: QtBot, theme: Theme) -> Iterator[OutboxChip]:
    host = QWidget()
    qtbot.addWidget(host)
    made = OutboxChip(theme)
    made.setParent(host)
    host.show()
    yield made


@pytest.mark.parametrize("standing", [SCHEDULED, OFFLINE, DOUBT])
def test_it_says_where_the_outbox_stands(chip: OutboxChip, standing: OutboxStanding) -> None:
    chip.show_standing(standing)
    assert chip.isVisible() and chip.words == standing.words == chip.accessibleName()
    chip.resize(chip.sizeHint())
    chip.grab()


def test_it_is_not_there_where_nothing_is_to_be_said(chip: OutboxChip) -> None:
    chip.show_standing(SCHEDULED)
    chip.show_standing(SILENT)
    assert not chip.isVisible()


def test_in_a_narrow_bar_it_is_a_number_and_the_words_are_its_name(chip: OutboxChip) -> None:
    chip.show_standing(OFFLINE)
    wide = chip.sizeHint().width()
    chip.set_narrow(True)
    assert chip.words == "3" and chip.sizeHint().width() < wide / 2
    assert chip.accessibleName() == OFFLINE.words and chip.toolTip().startswith(OFFLINE.words)


def test_an_account_that_does_not_work_is_named_with_its_reason_and_leads_to_its_settings(
    chip: OutboxChip, open_window: OpenWindow, empty: Workspace
) -> None:
    broken = replace(SCHEDULED, words="Mail account not working · 3 emails wait", fault="It takes no password.")
    chip.show_standing(broken, broken.fault)
    assert chip.toolTip().splitlines() == ["It takes no password.", "Open Settings › Mail server"]
    assert chip.leads_to_account
    for standing in (replace(broken, offline=True), replace(broken, doubt=1), replace(broken, again=1), SCHEDULED):
        chip.show_standing(standing)
        assert not chip.leads_to_account and "Outbox" in chip.toolTip()
    window = open_window(empty).window
    window.top_bar.chip.show_standing(broken, broken.fault)
    window.top_bar.chip.click()
    page = window.page("settings")
    assert isinstance(page, SettingsPage)
    assert window.current_key == "settings" and page.tabs.current == "mail"


def test_the_last_fault_is_in_its_tooltip(chip: OutboxChip) -> None:
    chip.show_standing(OFFLINE, "The mail server mail.example does not answer.")
    assert "does not answer" in chip.toolTip() and "does not answer" in chip.accessibleName()


def test_a_click_opens_the_outbox_and_the_rail_counts_what_needs_a_person(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    window = desk.window
    qtbot.waitUntil(lambda: window._freshness is not None and not window.send_scheduler._desk.waiting("standing"))
    window.send_scheduler.stands.emit(replace(DOUBT, review=2), "")
    button = window.rail.button("outbox")
    assert button.pill.isVisible() and button.accessibleName() == "Outbox, 2 to review, 1 not confirmed"
    for size in ((1440, 900), SMALLEST):
        window.resize(*size)
        assert window.top_bar.rect().contains(window.top_bar.chip.geometry())
    QTest.mouseClick(window.top_bar.chip, Qt.MouseButton.LeftButton)
    assert window.current_key == "outbox"
    qtbot.waitUntil(lambda: desk.background.idle)


@pytest.mark.parametrize(
    ("changed", "place", "narrow"),
    [
        ({"doubt": 1, "again": 2}, "outbox/doubt", "1"),
        ({"again": 2}, "outbox/review", "2"),
        ({}, "outbox/waiting", "3"),
        ({"waiting": 0, "failed": 4}, "outbox/failed", "4"),
        ({"waiting": 0}, "outbox", ""),
    ],
)
def test_a_click_leads_to_what_the_words_say(
    chip: OutboxChip, changed: dict[str, int], place: str, narrow: str
) -> None:
    chip.show_standing(replace(SCHEDULED, **changed))  # type: ignore[arg-type]
    assert chip.leads_to == place
    chip.set_narrow(True)
    assert chip.words == narrow
