"""The Customers page on a real book: the detail follows, a customer is added, edited, and undone."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from models.store import connect
from models.values.changes import Changes
from models.values.customers import CustomerFilter
from services import insight
from services.audit import verify_book
from services.settings import Preferences, SavedFilter
from services.sync import edit_customer
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.customers.brief import write_pdf
from views.customers.columns import AT
from views.customers.page import CustomersPage
from views.desktop import Desktop
from views.shell.owner_box import OwnerBox
from views.widgets.overlay import ChoicePanel, FormPanel

WAIT_MS = 60_000


def until(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    qtbot.waitUntil(reached, timeout=WAIT_MS)


def customers(qtbot: QtBot, desk: Desktop) -> CustomersPage:
    desk.window.show_page("customers")
    page = desk.window.page("customers")
    assert isinstance(page, CustomersPage)
    until(qtbot, lambda: page.profile.profile is not None and bool(page.list.currency))
    return page


def shown(page: CustomersPage) -> int | None:
    return page.profile.profile.id if page.profile.profile is not None else None


def typed(page: CustomersPage, key: str) -> QLineEdit:
    entry = page.form.input(key)
    assert isinstance(entry, QLineEdit)
    return entry


def add(qtbot: QtBot, desk: Desktop, page: CustomersPage, name: str) -> None:
    """Add a customer by hand and wait until the page shows them."""
    page._add()
    qtbot.keyClicks(typed(page, "name"), name)
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(typed(page, "name"), Qt.Key.Key_Return)
    until(qtbot, lambda: page.profile.profile is not None and page.profile.profile.name == name)


def test_the_detail_follows_the_current_row(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    page = customers(qtbot, open_window(sample))
    table = page.list.table
    assert shown(page) == table.current_id
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    until(qtbot, lambda: shown(page) == table.current_id and table.currentIndex().row() == 1)
    until(qtbot, lambda: page.profile.timeline.model().rowCount() > 0)


def test_a_customer_of_another_page_is_opened(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    desk.window.show_customer(7)
    until(qtbot, lambda: shown(page) == 7)
    assert page.list.table.current_id in (7, None)


def test_a_customer_is_added_edited_and_both_are_undone(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    before = verify_book(sample).content_hash
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page._add()
    qtbot.keyClicks(typed(page, "name"), "Zebra Works")
    qtbot.keyClicks(typed(page, "email"), "desk@zebra.example")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(typed(page, "email"), Qt.Key.Key_Return)
    until(qtbot, lambda: page.profile.profile is not None and page.profile.profile.name == "Zebra Works")
    added = verify_book(sample).content_hash

    page._edit()
    assert typed(page, "email").text() == "desk@zebra.example"
    typed(page, "city").setText("Salem")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(typed(page, "city"), Qt.Key.Key_Return)
    assert verify_book(sample).content_hash != added

    for expected in (added, before):
        with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
            desk.book.undo()
        assert verify_book(sample).content_hash == expected


def test_undoing_a_new_customer_shows_whoever_takes_their_place(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page.list.table.horizontalHeader().sectionClicked.emit(AT["name"])
    add(qtbot, desk, page, "Mulberry Lane Quilts")
    qtbot.waitUntil(lambda: page.list.table.current_id == shown(page))
    row = page.list.table.currentIndex().row()
    assert row > 0
    desk.book.undo()
    until(qtbot, lambda: page.profile.profile is not None and page.profile.profile.name != "Mulberry Lane Quilts")
    assert page.profile.state.state == "content"
    assert shown(page) == page.list.table.current_id
    assert page.list.table.currentIndex().row() == row


def test_undoing_the_only_customer_shows_an_empty_page(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty, size=(900, 600))
    desk.window.show_page("customers")
    page = desk.window.page("customers")
    assert isinstance(page, CustomersPage)
    add(qtbot, desk, page, "Zebra Works")
    desk.book.undo()
    until(qtbot, lambda: page.profile.state.state == "empty" and page.list.state.state == "empty")
    assert page.profile.profile is None and not page.list.isHidden()
    assert page.list.state.notice.heading.text() == "No customers yet"


def test_what_the_book_refuses_is_said_in_the_form(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    until(qtbot, lambda: bool(page.profile.profile and page.profile.profile.fields.get("email")))
    known = page.profile.profile
    assert known is not None
    page._add()
    typed(page, "name").setText("Zebra Works")
    typed(page, "email").setText(known.fields["email"])
    page.form.save()
    until(qtbot, lambda: bool(page.form.fault("email")) or not page.form._notice.isHidden())
    assert page._right.currentWidget() is page.form


def test_what_was_typed_is_not_lost_by_a_step_in_the_list(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    page = customers(qtbot, open_window(sample))
    page._edit()
    typed(page, "city").setText("Elsewhere")
    page.list.table.selectRow(3)
    assert page._right.currentWidget() is page.form
    assert "save or cancel first" in page.form._notice.text() and page.form._notice.isVisible()
    qtbot.keyClick(typed(page, "city"), Qt.Key.Key_Escape)
    (panel,) = [one for one in page.window().findChildren(FormPanel) if one.isVisible()]
    qtbot.keyClick(panel, Qt.Key.Key_Return)
    wanted = page.list.table.current_id
    until(qtbot, lambda: shown(page) == wanted)


def test_escape_in_the_field_of_the_list_empties_it(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    page = customers(qtbot, open_window(sample))
    page.list.field.setFocus()
    qtbot.keyClicks(page.list.field, "zz")
    assert page.list.chosen.text == "zz"
    qtbot.keyClick(page.list.field, Qt.Key.Key_Escape)
    assert page.list.field.text() == "" and page.list.chosen.text == ""


def test_edit_means_the_current_row_even_before_it_is_read(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    page = customers(qtbot, open_window(sample))
    page.list.table.selectRow(5)
    page._edit()
    until(qtbot, lambda: page._right.currentWidget() is page.form)
    assert page.form.customer_id == page.list.table.current_id == shown(page)


def test_a_filter_is_saved_as_a_tab_and_forgotten(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    chosen = CustomerFilter(tiers=frozenset({"Gold"}))
    page.list.set_filter(chosen)
    page._save_filter()
    (form,) = (one for one in desk.window.findChildren(FormPanel) if one.isVisible())
    QTest.keyClick(form.findChild(QLineEdit), Qt.Key.Key_Return)
    assert form.isVisible() and "Give the filter a name" in form.fault.text()
    QTest.keyClicks(form.findChild(QLineEdit), "Golden")
    QTest.keyClick(form.findChild(QLineEdit), Qt.Key.Key_Return)
    assert desk.remembered.value.saved_filters == (SavedFilter("customers", "Golden", {"tiers": ["Gold"]}),)
    assert page.list.tabs.current == "saved:Golden"
    until(qtbot, lambda: next(t.count for t in page.list.tabs.tabs if t.key == "saved:Golden") is not None)
    page.list.forget_wanted.emit("saved:Golden")
    assert desk.remembered.value.saved_filters == ()


def test_a_saved_filter_counts_what_it_lists(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    saved = SavedFilter("customers", "Golden", {"tiers": ["Gold"]})
    page = customers(qtbot, open_window(sample, Preferences(saved_filters=(saved,))))
    until(qtbot, lambda: all(tab.count is not None for tab in page.list.tabs.tabs))
    for tab in page.list.tabs.tabs:
        page.list.tabs.chosen.emit(tab.key)
        until(qtbot, lambda tab=tab: page.list.table.model().rowCount() == min(tab.count or 0, 200))


def test_an_empty_book_offers_to_add_a_customer(qtbot: QtBot, empty: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(empty)
    desk.window.show_page("customers")
    page = desk.window.page("customers")
    assert isinstance(page, CustomersPage)
    until(qtbot, lambda: page.list.state.state == "empty")
    page.list.state.notice.primary.click()
    assert page._right.currentWidget() is page.form


@pytest.mark.parametrize("size", [(760, 460), (900, 600)])
def test_list_and_detail_stack_in_a_narrow_window(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    desk = open_window(sample, size=size)
    page = customers(qtbot, desk)
    assert page.list.isVisible() and not page._right.isVisible()
    page.list.table.setFocus()
    qtbot.keyClick(page.list.table, Qt.Key.Key_Return)
    assert page._right.isVisible() and not page.list.isVisible()
    assert page.back == "Customers"
    page.go_back()
    assert page.list.isVisible()
    desk.window.resize(1440, 900)
    until(qtbot, lambda: page.list.isVisible() and page._right.isVisible())


def test_a_customer_is_deleted_and_brought_back(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    gone, count = shown(page), page.list.table.model().rowCount()
    assert gone is not None
    page.list.table.setFocus()
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(page.list.table, Qt.Key.Key_Delete)
    until(qtbot, lambda: shown(page) not in (gone, None))
    assert "Deleted" in desk.window.toast.words
    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        qtbot.keyClick(page.list.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    desk.window.show_customer(gone)
    until(qtbot, lambda: shown(page) == gone)
    assert verify_book(sample).problems == ()
    until(qtbot, lambda: page.list.table.model().rowCount() == count)


# An open menu is a window of its own, which the offscreen platform can neither raise nor give the keyboard.
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_menu_of_a_row_acts_on_its_customer(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    page = customers(qtbot, open_window(sample))
    table = page.list.table
    at = table.visualRect(table.model().index(3, 0)).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at))
    with qtbot.waitSignal(table.wants_menu):
        table.contextMenuEvent(event)
    assert table.currentIndex().row() == 3
    (menu,) = [one for one in page.findChildren(QMenu) if one.isVisible()]
    assert [action.text() for action in menu.actions()] == [
        "Edit", "Draft email", "Contacts…", "Override a score…", "Record consent…", "Compare", "Save brief…",
        "Save all data…", "Change deal…", "Deal task…", "Delete customer", "Erase for good…", "Export this list…",
        "Hand-over pack…",
    ]  # fmt: skip
    menu.close()
    until(qtbot, lambda: shown(page) == table.current_id)


def test_an_export_is_proposed_where_the_last_one_was_and_never_over_an_imported_file(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page.context.remembered.set(last_folder=str(tmp_path))  # that imports come from
    with sample.store.snapshot() as driver:
        imported = Path(driver.execute("SELECT file_path FROM imports").fetchone()[0])
    chosen, places = (tmp_path / "out.csv", imported), list[Path]()

    def choose(*told: Any, **_named: object) -> None:
        places.append(told[2])
        told[4](chosen[len(places) - 1])

    monkeypatch.setattr("views.shell.page.choose_place", choose)
    with qtbot.waitSignal(page.written, timeout=WAIT_MS):
        desk.window.actions_registry[Command.EXPORT_LIST].trigger()
    with qtbot.waitSignal(desk.book.failed, timeout=WAIT_MS) as failed:
        desk.window.actions_registry[Command.EXPORT_LIST].trigger()
    day = sample.clock.today()
    assert places[0].name == places[1].name == f"bellwether-customers-{day}.csv"
    assert places[0].parent != tmp_path and places[1].parent == tmp_path
    assert failed.args[0].words.startswith("Your book was imported from ")


def test_the_list_on_screen_is_exported(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page.list.set_filter(CustomerFilter(tiers=frozenset({"Gold"})))
    target = tmp_path / "gold.csv"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](target))
    with qtbot.waitSignal(page.written, timeout=WAIT_MS) as told:
        desk.window.actions_registry[Command.EXPORT_LIST].trigger()
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["tier"] for row in rows} == {"Gold"}
    assert told.args == [f"Exported {len(rows)} rows to gold.csv", target]
    # Who came once follows the others, as in the list.
    order = [
        (row["segment"] in ("New", "One-time"), -float(row["value_at_risk"])) for row in rows if row["value_at_risk"]
    ]
    assert order == sorted(order)


def test_consent_of_the_selected_customers_is_recorded_at_once_and_undone_at_once(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    with closing(connect(sample.store.path)) as driver, driver:
        for name in ("customers", "contacts"):
            driver.execute(f"UPDATE {name} SET email_consent = 'unknown'")
        driver.execute("DELETE FROM suppression_ledger")
    desk = open_window(sample)
    page = customers(qtbot, desk)
    table = page.list.table
    table.setFocus()
    table.choose_near(0)
    for _step in range(2):
        qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    chosen = table.chosen_ids
    assert len(chosen) == 3 and chosen[-1] == table.current_id
    until(qtbot, lambda: shown(page) == chosen[-1] and desk.window.actions_registry[Command.RECORD_CONSENT].isEnabled())

    def given() -> int:
        with sample.store.snapshot() as driver:
            found = driver.execute("SELECT count(*) FROM suppression_ledger WHERE how = 'at the fair'").fetchone()
        return int(found[0])

    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        desk.window.actions_registry[Command.DELETE_CUSTOMER].trigger()
    assert "One customer at a time" in desk.window.toast.words, "not the last of several"
    desk.window.actions_registry[Command.RECORD_CONSENT].trigger()
    panel = next(one for one in desk.window.findChildren(FormPanel) if one.isVisible())
    how = panel.findChild(QLineEdit)
    assert how is not None
    qtbot.keyClicks(how, "at the fair")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS) as acted:
        qtbot.keyClick(how, Qt.Key.Key_Return)
    assert acted.args is not None and "Recorded consent for" in acted.args[1]
    assert given() > 0
    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        desk.book.undo()
    assert given() == 0
    table.choose_near(1)
    assert len(table.chosen_ids) == 1


def test_a_deleted_customer_is_selected_again_where_they_were_once_an_undo_brings_them_back(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page.list.table.choose_near(3)
    until(qtbot, lambda: shown(page) is not None and shown(page) == page.list.table.current_id)
    row, gone = page.list.table.currentIndex().row(), shown(page)
    assert page.list.table.chosen_ids == [gone]  # also while Ctrl is held, as it is right after Ctrl+Z
    desk.window.actions_registry[Command.DELETE_CUSTOMER].trigger()
    until(qtbot, lambda: shown(page) not in (None, gone) and shown(page) == page.list.table.current_id)
    following = shown(page)
    scored = frozenset({"customers", "customer_risk_scores"})
    desk.book.heard(Changes(customers=frozenset({gone or 0}), tables=scored))
    assert not page.profile.awaited and shown(page) == following  # scores that come later bring nobody back
    desk.book.undo()
    until(qtbot, lambda: shown(page) == gone == page.list.table.current_id)
    until(qtbot, lambda: page.list.table.currentIndex().row() == row == 3)  # once the scores are back


def test_consent_of_one_customer_shows_what_was_said_before_and_may_lift_a_withdrawal(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    table, record = page.list.table, desk.window.actions_registry[Command.RECORD_CONSENT]
    table.choose_near(0)
    (chosen,) = table.chosen_ids
    desk.book.heard(edit_customer(sample, chosen, {"email": "one@s.example", "email_consent": "withdrawn"}))
    until(qtbot, lambda: shown(page) == chosen and record.isEnabled())
    record.trigger()
    until(qtbot, lambda: any(one.isVisible() for one in desk.window.findChildren(FormPanel)))
    panel = next(one for one in desk.window.findChildren(FormPanel) if one.isVisible())
    assert any("Consent withdrawn" in one.text() for one in panel.findChildren(QLabel))
    how = panel.findChild(QLineEdit)
    assert how is not None
    qtbot.keyClicks(how, "on the phone")
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(how, Qt.Key.Key_Return)
    with sample.store.snapshot() as driver:
        (kept,) = driver.execute("SELECT email_consent FROM customers WHERE id = ?", (chosen,)).fetchone()
    assert kept == "given"


def test_a_new_name_of_who_works_is_known_to_an_open_list(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample, Preferences(me="Nobody Known"))
    page = customers(qtbot, desk)
    until(qtbot, lambda: bool(page.list.choices.owners))
    assert "mine" not in [tab.key for tab in page.list.tabs.tabs]
    one, other = [owner for owner, _count in page.list.choices.owners if owner][:2]
    desk.remembered.set(me=one)
    until(qtbot, lambda: "mine" in [tab.key for tab in page.list.tabs.tabs])
    page.list.tabs.choose("mine")
    page.list.tabs.chosen.emit("mine")
    assert page.list.chosen.owners == {one}
    desk.remembered.set(me=other)
    assert page.list.chosen.owners == {other}
    until(qtbot, lambda: not page.list.table.model().rowCount() or bool(shown(page)))
    until(qtbot, lambda: page.list.table.model().index(0, AT["owner"]).data() == "You")


def test_the_brief_of_the_open_customer_is_saved(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    profile = page.profile.profile
    assert profile is not None
    path = tmp_path / "brief.pdf"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](path))
    desk.window.actions_registry[Command.SAVE_BRIEF].trigger()
    until(qtbot, lambda: desk.window.toast.words == f"Brief of {profile.name} saved in brief.pdf")
    assert path.read_bytes().startswith(b"%PDF-")
    until(qtbot, lambda: desk.background.idle)


@pytest.mark.parametrize(("name", "begins"), [("data.pdf", b"%PDF-"), ("data.json", b"{\n")])
def test_all_data_of_the_open_customer_is_saved(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    name: str, begins: bytes,
) -> None:  # fmt: skip
    desk = open_window(sample)
    profile = customers(qtbot, desk).profile.profile
    assert profile is not None
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](tmp_path / name))
    desk.window.actions_registry[Command.SAVE_ALL_DATA].trigger()
    until(qtbot, lambda: desk.window.toast.words == f"All data of {profile.name} saved in {name}")
    assert (tmp_path / name).read_bytes().startswith(begins)
    until(qtbot, lambda: desk.background.idle)


def test_a_filter_takes_the_page_of_whom_it_leaves_out_away(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    desk.window.show_customer(7)
    until(qtbot, lambda: shown(page) == 7)
    page.list.set_filter(CustomerFilter(churn_from=0.3, tiers=frozenset({"nobody has this one"})))
    until(qtbot, lambda: shown(page) is None)
    assert not page.context.actions[Command.DELETE_CUSTOMER].isEnabled()
    page.list.clear()
    until(qtbot, lambda: shown(page) is not None and shown(page) == page.list.table.current_id)


def test_figures_beside_the_median_of_the_segment_are_of_the_customer_on_the_page(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow
) -> None:
    page = customers(qtbot, open_window(sample))
    pane = page.profile
    until(qtbot, lambda: pane.profile is not None)
    assert not pane._beside.isVisible(), "the timeline has the room until somebody asks"
    page.list.table.setFocus()
    for seen in (True, False, True):  # by the key, which the palette shows
        qtbot.keyClick(page.list.table, Qt.Key.Key_B)
        until(qtbot, lambda: pane._beside.isVisible() is seen)  # noqa: B023
    assert pane.profile is not None
    first = insight.medians_of(sample).compare(pane.profile.id)
    assert pane.compared._all == first.lines and any("median" in line for line in first.lines)
    assert first.segment in pane.compared.accessibleName()
    other = next(row.id for row in insight.customers_page(sample, CustomerFilter()).rows if row.id != pane.profile.id)
    pane.show_customer(other)
    until(qtbot, lambda: pane.profile is not None and pane.profile.id == other)
    assert not pane._beside.isVisible() or pane.compared._all != first.lines
    until(qtbot, lambda: pane.compared._all == insight.medians_of(sample).compare(other).lines)


def test_the_pack_of_an_owner_is_made_by_keyboard_and_the_change_of_owner_undone(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page, path = customers(qtbot, desk), tmp_path / "pack.pdf"
    owners = {name: count for name, count in insight.filter_choices(sample).owners if name}
    owner = min(owners, key=lambda one: owners[one])
    page.list.set_filter(CustomerFilter(owners=frozenset({owner})))
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](path))
    key, keys = Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    page.list.table.setFocus()
    qtbot.keyClick(page.list.table, key, keys)
    (panel,) = [one for one in desk.window.findChildren(FormPanel) if one.isVisible()]
    (gives,) = panel.findChildren(QCheckBox)
    gives.setChecked(True)
    field = QApplication.focusWidget()
    assert isinstance(field, OwnerBox) and field.accessibleName() == "Who takes over?"
    until(qtbot, lambda: field.count() > 0)
    assert set(owners) <= {field.itemText(n) for n in range(field.count())} and not field.line.text()
    other = max(owners)
    qtbot.keyClicks(field, other[:-2].lower())
    assert field.line.text().casefold() == other.casefold(), "completed"
    field.line.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.fault.text().startswith("Enter who takes over")
    qtbot.keyClicks(field, "Cleo Marsh")
    for said in ("No owner is called “Cleo Marsh”.", ""):
        qtbot.keyClick(field, Qt.Key.Key_Return)
        until(qtbot, lambda: desk.background.idle or page.handover.isVisible())
        assert not said or panel.fault.text() == f"{said} To add a new owner, press Save pack again."
    assert page.handover.isVisible()
    until(qtbot, path.exists)
    until(qtbot, lambda: desk.background.idle)
    assert not page.handover.isVisible()
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) > owners[owner]
    owned = "SELECT count(*) FROM customers WHERE owner = ?"
    with sample.store.snapshot() as driver:
        assert driver.execute(owned, ("Cleo Marsh",)).fetchone() == (owners[owner],)
    page.context.actions[Command.UNDO].trigger()
    until(qtbot, lambda: desk.background.idle)
    with sample.store.snapshot() as driver:
        assert driver.execute(owned, (owner,)).fetchone() == (owners[owner],)


def test_a_pack_that_is_cancelled_leaves_no_file(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page, path = customers(qtbot, desk), tmp_path / "pack.pdf"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](path))
    page.context.actions[Command.HAND_OVER].trigger()
    until(qtbot, lambda: any(one.isVisible() for one in desk.window.findChildren(ChoicePanel)))
    (asked,) = [one for one in desk.window.findChildren(ChoicePanel) if one.isVisible()]
    assert {one.value for one in asked.choices} == {
        name for name, _count in insight.filter_choices(sample).owners if name
    }
    qtbot.keyClick(asked, Qt.Key.Key_1)
    (panel,) = [one for one in desk.window.findChildren(FormPanel) if one.isVisible()]
    qtbot.keyClick(panel, Qt.Key.Key_Return)
    until(qtbot, lambda: page.handover.isVisible() and page.handover.progress.value() > 0)
    page.handover.cancel.click()
    assert not page.handover.isVisible()
    assert desk.window.toast.words == "The hand-over pack was cancelled; no file was written"
    until(qtbot, lambda: desk.background.idle)
    assert not path.exists()


def test_a_pack_that_is_being_written_cannot_be_cancelled_any_more(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = Event(), Event()

    def halting(*told: Any) -> int:
        writing.set()
        go_on.wait(WAIT_MS / 1000)
        return write_pdf(*told)

    monkeypatch.setattr("views.customers.handover.write_pdf", halting)
    desk = open_window(sample)
    page, path = customers(qtbot, desk), tmp_path / "pack.pdf"
    owners = {name: count for name, count in insight.filter_choices(sample).owners if name}
    page.handover._begin(min(owners, key=lambda one: owners[one]), "", False, path)
    assert page.handover.cancel.isEnabled()
    until(qtbot, writing.is_set)
    page.handover.cancel.click()
    assert page.handover.isVisible() and not page.handover.cancel.isEnabled()
    go_on.set()
    until(qtbot, lambda: desk.background.idle)
    assert path.exists() and not page.handover.isVisible() and page.handover.cancel.isEnabled()


def test_a_customer_is_erased_for_good_only_when_asked_twice_and_the_receipt_is_saved(
    qtbot: QtBot, sample: Workspace, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    page = customers(qtbot, desk)
    page.list.table.choose_near(3)
    until(qtbot, lambda: shown(page) is not None and shown(page) == page.list.table.current_id)
    gone, receipt = shown(page), tmp_path / "receipt.txt"
    monkeypatch.setattr(page, "ask_place", lambda _title, _name, _kinds, taken: taken(receipt))
    erase = desk.window.actions_registry[Command.ERASE_CUSTOMER]
    erase.trigger()
    panel = next(one for one in desk.window.findChildren(ChoicePanel) if one.isVisible())
    qtbot.keyClick(panel, Qt.Key.Key_1)
    assert not receipt.exists()
    erase.trigger()
    panel = next(one for one in desk.window.findChildren(ChoicePanel) if one.isVisible())
    with qtbot.waitSignal(page.written, timeout=WAIT_MS) as told:
        qtbot.keyClick(panel, Qt.Key.Key_2)
    assert told.args is not None and told.args[0] == f"Erased customer {gone}. The receipt is in receipt.txt"
    assert f"Customer {gone} was erased" in receipt.read_text(encoding="utf-8")
    until(qtbot, lambda: desk.background.idle and shown(page) not in (None, gone))
