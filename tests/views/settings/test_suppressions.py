"""Suppressions in Settings: addresses that nobody has are listed, found, added, and lifted by a later consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QDateEdit, QLineEdit
from pytestqt.qtbot import QtBot

from services.permission.ledger import standing
from services.permission.suppressions import read_suppressions
from services.sync import add_contact, add_customer, record_consent
from services.workspace import FixedClock, Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import settings_page, until
from views.desktop import Desktop
from views.settings.privacy_box import PrivacyBox
from views.settings.suppressions_box import SuppressionsBox
from views.widgets.overlay import FormPanel


def blocked(workspace: Workspace, address: str) -> bool:
    with workspace.store.snapshot() as driver:
        return standing(driver, address, datetime(2100, 1, 1, tzinfo=UTC)) is not None


@pytest.fixture
def suppressed(empty: Workspace) -> Workspace:
    """A book with three addresses that said no: a customer's and a contact's, and two that nobody has."""
    long_ago = replace(empty, clock=FixedClock(datetime(2026, 1, 5, 9, tzinfo=UTC)))
    for address in ("old@nobody.example", "ann@linden.example"):
        record_consent(long_ago, address, "withdrawn", how="on the phone")
    record_consent(empty, "new@nobody.example", "withdrawn")
    number = next(iter(add_customer(empty, {"name": "Linden", "email": "Ann@linden.example"}).customers))
    add_contact(empty, number, {"name": "Kim", "email": "ann@linden.example"})
    return empty


def box_of(qtbot: QtBot, desk: Desktop, count: int) -> SuppressionsBox:
    page = settings_page(desk, "privacy.suppressions")
    privacy = page.boxes["privacy"]
    assert isinstance(privacy, PrivacyBox)
    box = privacy.suppressions
    until(qtbot, lambda: len(box.lines) == count)
    return box


def panel_of(desk: Desktop) -> FormPanel:
    return next(one for one in desk.window.findChildren(FormPanel) if one.isVisible())


def addresses(box: SuppressionsBox) -> list[str]:
    return [line.found.address for line in box.lines]


def test_all_suppressed_addresses_are_listed_with_who_has_them(suppressed: Workspace) -> None:
    found, total = read_suppressions(suppressed)
    assert total == 3 and found[0].address == "new@nobody.example"
    assert {one.address: one.who for one in found[1:]} == {
        "ann@linden.example": "Linden, Kim", "old@nobody.example": "",
    }  # fmt: skip
    (one,) = [one for one in found if one.who]
    assert one.since == "5 Jan 2026"
    assert one.history[0].startswith("Consent withdrawn 5 Jan 2026, on the phone")
    assert read_suppressions(suppressed, "NOBODY", count=1) == ((found[0],), 2)
    record_consent(suppressed, "ann@linden.example", "given")
    assert read_suppressions(suppressed)[1] == 2


def test_an_address_is_found_and_lifted_by_a_later_consent(
    qtbot: QtBot, suppressed: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(suppressed)
    box = box_of(qtbot, desk, 3)
    assert box.count.text() == "3 addresses"
    box.search.setText("old@")
    until(qtbot, lambda: addresses(box) == ["old@nobody.example"])
    box.lines[0].consent_button.click()
    panel = panel_of(desk)
    (how, since) = panel.findChildren(QLineEdit)[0], panel.findChildren(QDateEdit)[0]
    panel._sent()
    assert panel.fault.text() == "Enter how they agreed: consent needs evidence."
    how.setText("at the fair")
    since.setDate(QDate(2026, 1, 2))
    panel._sent()
    until(qtbot, lambda: "after this one" in panel.fault.text())
    assert panel.isVisible() and blocked(suppressed, "old@nobody.example"), "an older consent lifts nothing"
    since.setDate(QDate(2026, 2, 2))
    panel._sent()
    until(qtbot, lambda: box.lines == [])
    assert box.count.text() == "No address matches."
    assert not blocked(suppressed, "old@nobody.example")


def test_an_address_that_nobody_has_is_suppressed(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    box = box_of(qtbot, desk, 0)
    until(qtbot, lambda: box.count.text() == "No address is suppressed.")
    box.add_button.click()
    panel = panel_of(desk)
    panel._sent()
    assert panel.fault.text() == "Enter an email address."
    address = panel.findChildren(QLineEdit)[0]
    address.setText("no address")
    panel._sent()
    until(qtbot, lambda: "no address" in panel.fault.text())
    address.setText("Kim@Elm.example")
    panel._sent()
    until(qtbot, lambda: addresses(box) == ["kim@elm.example"])
    assert blocked(empty, "kim@elm.example")


def test_privacy_has_retention_and_the_ways_to_what_left_and_to_who_is_due(
    qtbot: QtBot, suppressed: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(suppressed)
    box = box_of(qtbot, desk, 3)
    assert box.search.hasFocus()
    page = settings_page(desk, "privacy")
    assert page.groups["retention"].first.hasFocus()
    privacy = page.boxes["privacy"]
    assert isinstance(privacy, PrivacyBox)
    for button, section in ((privacy.left, "left"), (privacy.due, "retention")):
        desk.window.show_page("settings/privacy")
        button.click()
        assert desk.window.current_key == "data"
        assert desk.window.page("data").home.section == section  # type: ignore[attr-defined]
