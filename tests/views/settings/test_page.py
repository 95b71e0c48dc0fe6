"""The Settings page on a real book: saved as one entry, undone, kept while typing, locked by IT."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from models.values.changes import Changes
from services.audit import history
from services.settings import load_managed
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import WAIT_MS, line, put, settings_page, stops, until
from views.settings.inputs import DayPicker
from views.settings.many import Ticks
from views.settings.rules_box import RulesBox
from views.settings.templates_box import TemplatesBox
from views.theme import ThemeChoice


def test_changes_are_saved_together_and_undone(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    page = settings_page(desk)
    assert not page.save_button.isVisible()
    put(qtbot, line(page, "queue", "card_budget"), "40")
    put(qtbot, line(page, "thresholds", "engagement_threshold"), "55")
    assert page.dirty and page.save_button.isEnabled()
    entries = len(history(empty))
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(line(page, "queue", "card_budget"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    policy = empty.read_policy()
    assert (policy.card_budget, policy.engagement_threshold) == (40, 55)
    assert [one.verb for one in history(empty)][: len(history(empty)) - entries].count("change-policy") == 1
    assert not page.dirty and not page.save_button.isVisible()
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


def test_no_currency_is_made_up_before_the_book_names_its_own(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    page = settings_page(open_window(empty), "money")
    made = next(one for group in page.groups.values() for one in group.inputs.values() if one.setting.kind == "money")
    assert made.unit.text() == ""
    until(qtbot, lambda: made.unit.text() == "USD")
    assert not page.dirty


def test_what_is_being_typed_survives_a_change_from_elsewhere(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:

    desk = open_window(empty)
    page = settings_page(desk)
    put(qtbot, line(page, "queue", "card_budget"), "40")
    empty.change_policy(engagement_threshold=45.0)
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
    page = settings_page(open_window(workspace), "queue")
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


def test_settings_of_emails_are_saved_without_scoring_anybody(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(empty)
    page = settings_page(desk)
    put(qtbot, line(page, "emails", "recall_minutes"), "5")
    put(qtbot, line(page, "emails", "sender_line"), "Linden Supply, 12 Quay Street")
    assert "Scores" not in page._state.text() and "2 changes" in page._state.text()
    renewals: list[bool] = []
    desk.book.renewing.connect(renewals.append)
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        page.save()
    policy = empty.read_policy()
    assert (policy.recall_minutes, policy.sender_line) == (5, "Linden Supply, 12 Quay Street")
    assert renewals == []
    put(qtbot, line(page, "emails", "email_cap_days"), "14")
    assert "Scores and alerts are recalculated" in page._state.text()
    page.discard()


def test_whoever_switches_automatic_drafts_on_answers_for_them(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = settings_page(desk, "emails")
    group = page.groups["auto_drafts"]
    rules = group.inputs["auto_drafts.rules"].field
    assert isinstance(rules, Ticks)
    until(qtbot, lambda: len(rules.boxes) > 5)
    words = [label.text() for label in group.findChildren(QLabel)]
    assert any("never approves or sends" in one for one in words)
    switch = group.inputs["auto_drafts.enabled"].field
    assert isinstance(switch, QCheckBox) and not switch.isChecked()
    switch.click()
    assert not page.save_button.isEnabled()
    assert "name" in page.faults["auto_drafts.approved_by"]
    put(qtbot, line(page, "auto_drafts", "auto_drafts.approved_by"), "Ada Lind")
    box = rules.boxes["likely_to_leave"]
    assert box.text() == "High-value churn risk"
    box.click()
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        page.save()
    drafts = sample.read_policy().auto_drafts
    assert (drafts.enabled, drafts.approved_by, drafts.rules, drafts.segments) == (
        True, "Ada Lind", ("likely_to_leave",), (),
    )  # fmt: skip
    until(qtbot, lambda: not page.dirty)
    switch.click()
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        page.save()
    until(qtbot, lambda: not page.dirty)
    switch.click()
    assert line(page, "auto_drafts", "auto_drafts.approved_by").text() == "", "the one of last time does not answer"
    page.discard()


def test_a_section_with_a_fault_is_opened_when_it_is_to_be_saved(
    qtbot: QtBot, empty: Workspace, open_window: OpenWindow
) -> None:
    page = settings_page(open_window(empty))
    put(qtbot, line(page, "incentives", "incentive_approval_minor"), "much")
    page.show_section("scores")
    page.save()
    assert page.tabs.current == "money"
    assert page.groups["incentives"].inputs["incentive_approval_minor"].field.hasFocus()
    page.discard()


def test_every_field_has_a_name_and_can_be_reached_in_the_smallest_window(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample, size=(760, 460))
    page = settings_page(desk)
    page.show_section("emails")
    rules = page.groups["auto_drafts"].inputs["auto_drafts.rules"].field
    assert isinstance(rules, Ticks)
    until(qtbot, lambda: len(rules.boxes) > 5)
    for tab in page.tabs.tabs:
        page.show_section(tab.key)
        assert page._first(tab.key).isVisible()
        box = page.boxes.get(tab.key)
        if isinstance(box, TemplatesBox):
            until(qtbot, lambda box=box: bool(box.lines))  # type: ignore[misc]
        area = page._areas[tab.key]
        if isinstance(box, RulesBox):
            until(qtbot, lambda box=box: box.detail is not None)  # type: ignore[misc]
            assert box.table.hasFocus() and box.table.viewport().height() > 64
            QTest.keyClick(box.table, Qt.Key.Key_Return)
            assert box.detail is not None
            area = box.detail.area
        assert isinstance(area, QScrollArea)
        until(qtbot, lambda area=area: desk.background.idle and fits(area))  # type: ignore[misc]
        for field in area.widget().findChildren(QWidget):
            taker = field
            while (proxy := taker.focusProxy()) is not None:
                taker = proxy
            if taker.focusPolicy() & Qt.FocusPolicy.TabFocus and field.isVisible() and field.isEnabled():
                assert name_of(taker), f"{taker} in {tab.key} has no name"
                field.setFocus(Qt.FocusReason.TabFocusReason)
                until(qtbot, partial(in_sight, area, taker))
                assert QApplication.focusWidget() is taker, f"{field} in {tab.key} does not take the keys"


def test_tab_goes_down_the_fields_and_the_same_way_back(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    page = settings_page(open_window(sample), "emails")
    group = page.groups["auto_drafts"]
    rules = group.inputs["auto_drafts.rules"].field
    assert isinstance(rules, Ticks)
    until(qtbot, lambda: len(rules.boxes) > 5 and all(box.isVisible() for box in rules.boxes.values()))
    group.first.setFocus()
    down = stops(group, Qt.Key.Key_Tab)
    assert set(rules.boxes.values()) <= set(down)
    heights = [field.mapTo(group, field.rect().center()).y() for field in down]
    assert heights == sorted(heights)
    down[-1].setFocus()
    assert stops(group, Qt.Key.Key_Backtab) == down[::-1]


def name_of(field: QWidget) -> str:
    return field.accessibleName() or str(getattr(field, "text", str)())


def fits(area: QScrollArea) -> bool:
    return area.widget().width() <= area.viewport().width()


def in_sight(area: QScrollArea, field: QWidget) -> bool:
    seen = area.viewport().rect()
    place = field.rect().translated(field.mapTo(area.viewport(), field.rect().topLeft()))
    return seen.left() <= place.left() and place.right() <= seen.right() and seen.intersects(place)


def test_discarded_changes_come_back(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    page = settings_page(desk)
    field = line(page, "emails", "recall_minutes")
    put(qtbot, field, "25")
    page.discard_button.click()
    assert field.text() == "10" and not page.dirty
    focus = desk.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: field.text() == "25" and page.dirty)


def test_text_size_is_remembered_and_applied_by_a_restart(
    qtbot: QtBot, open_window: OpenWindow, empty: Workspace
) -> None:
    desk = open_window(empty)
    box = settings_page(desk).look
    desk.window.show_page("settings/look")
    assert not box.restart.isVisible()
    box.text_size.setCurrentIndex(box.text_size.findData(150))
    box.text_size.activated.emit(box.text_size.currentIndex())
    assert desk.remembered.value.text_size == 150
    assert box.restart.isVisible()
    box.restart.click()
    going = desk.window.books.going
    assert going is not None and going.anew and going.store == str(empty.store.path)
    assert not desk.window.isVisible()
    again = open_window(empty, desk.remembered.value)
    assert settings_page(again).tabs.current == "look"


def test_a_holiday_is_picked_from_a_calendar(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    page = settings_page(open_window(empty))
    page.show_section("queue")
    field = next(group.inputs["business_hours.holidays"] for group in page.groups.values()
                 if "business_hours.holidays" in group.inputs)  # fmt: skip
    picker = field.findChild(DayPicker)
    assert isinstance(picker, DayPicker)
    for day in (QDate(2026, 12, 25), QDate(2026, 5, 1), QDate(2026, 12, 25)):
        picker.day.setDate(day)
        picker.add.click()
    assert field.text == "2026-05-01\n2026-12-25"
    assert page.dirty and not page.faults
