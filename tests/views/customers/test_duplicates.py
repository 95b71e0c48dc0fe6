"""Possible duplicates in the window: two records side by side, decided by a key, undone by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from models.tables import messages, orders
from models.values.people import PairCounts
from services.duplicates import count_pairs
from services.workspace import Workspace
from tests.services.duplicates.crowd import TESTER, add
from tests.views.conftest import OpenWindow
from views.actions import Command
from views.customers.duplicates_page import DuplicatesPage
from views.desktop import Desktop

WAIT_MS = 60_000
PHONE = "+441134960123"


@pytest.fixture
def twins(empty: Workspace) -> Iterator[Workspace]:
    """A book of new data, about which nobody is asked: three records of one person and one of another."""
    jane = add(empty, "Jane Doe", "1", phone=PHONE, city="Leeds", email="jane@acme.test")
    add(empty, "Jane Does", "2", phone=PHONE, city="Leeds", tier="Gold")
    add(empty, "J. Doe", "3", source="crm", phone=PHONE, city="York")
    add(empty, "Tom Baker", "4", city="Leeds")
    with empty.store.unit_of_work(TESTER, "fill", "orders", at=empty.at) as work:
        row = {"source": "shop", "external_id": "o", "ordered_on": "2026-11-12", "amount_minor": 100, "currency": "USD"}
        work.insert(orders, {"customer_id": jane, **row})
        work.commit()
    yield empty


def until(qtbot: QtBot, reached: Callable[[], bool]) -> None:
    qtbot.waitUntil(reached, timeout=WAIT_MS)


def opened(qtbot: QtBot, desk: Desktop) -> DuplicatesPage:
    """Open the page by its command and wait for its first pair."""
    desk.window.actions_registry[Command.SHOW_DUPLICATES].trigger()
    page = desk.window.page("duplicates")
    assert isinstance(page, DuplicatesPage)
    until(qtbot, lambda: page.pair.detail is not None and page.state.state == "content")
    until(qtbot, lambda: page.list.model.rowCount() == 3)
    return page


def names(page: DuplicatesPage) -> set[str]:
    detail = page._shown()
    return {detail.kept.name, detail.other.name} if detail is not None else set()


def press(qtbot: QtBot, desk: Desktop, page: DuplicatesPage, key: Qt.Key) -> None:
    """Press a key on the shown pair and wait until it is decided and the next one is shown."""
    before = names(page)
    assert before
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(page.list.view, key)
    # The pair that was decided may be read once more before the next one comes.
    until(qtbot, lambda: names(page) not in (set(), before) or page.list.state.state == "empty")


def test_two_records_stand_side_by_side_and_what_differs_is_marked(
    qtbot: QtBot, twins: Workspace, open_window: OpenWindow
) -> None:
    page = opened(qtbot, open_window(twins))
    QAbstractItemModelTester(page.list.model)
    until(qtbot, page.list.view.hasFocus)
    assert [tab.count for tab in page.list.tabs.tabs] == [3, 0, 0, 0]
    assert names(page) == {"Jane Doe", "Jane Does"}
    lines = {line.key: line for n in range(20) if (line := page.pair.table.lines.line_at(n)) is not None}
    assert [cell.text for cell in lines["name"].cells] == ["Name", "Jane Doe", "Jane Does", "Jane Doe"]
    assert (lines["name"].cells[0].icon, lines["city"].cells[0].icon) == ("warning", "")
    assert [cell.text for cell in lines["tier"].cells] == ["Tier", "–", "Gold", "Gold"]
    assert "name 96 % alike" in page.pair._why.text()
    assert page.list.view.current is not None
    assert "Jane Doe and Jane Does, Very likely the same" in page.list.model.text_of(page.list.view.current, 0)


def test_a_pair_is_merged_by_its_key_and_the_undo_brings_it_back(
    qtbot: QtBot, twins: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(twins)
    page = opened(qtbot, desk)
    press(qtbot, desk, page, Qt.Key.Key_M)
    assert desk.window.toast.isVisible()
    assert count_pairs(twins) == PairCounts(pending=1, merged=1)
    until(qtbot, lambda: names(page) == {"Jane Doe", "J. Doe"})
    with qtbot.waitSignal(desk.book.told, timeout=WAIT_MS):
        desk.window.actions_registry[Command.UNDO].trigger()
    until(qtbot, lambda: page.list.tabs.tabs[3].count == 0 and page.list.model.rowCount() == 3)
    assert count_pairs(twins).merged == 0


def test_keeping_apart_and_later_go_on_to_the_next_pair(
    qtbot: QtBot, twins: Workspace, open_window: OpenWindow
) -> None:
    desk = open_window(twins)
    page = opened(qtbot, desk)
    press(qtbot, desk, page, Qt.Key.Key_A)
    press(qtbot, desk, page, Qt.Key.Key_L)
    press(qtbot, desk, page, Qt.Key.Key_A)
    until(qtbot, lambda: page.list.state.state == "empty")
    assert page.list.state.notice.heading.text() == "No duplicates"
    assert not any(desk.window.actions_registry[one].isEnabled() for one in (Command.MERGE_PAIR, Command.KEEP_APART))
    assert count_pairs(twins) == PairCounts(later=1, apart=2)
    page.list.show_tab("apart")
    until(qtbot, lambda: page.list.model.rowCount() == 2 and page.pair.detail is not None)
    assert not desk.window.actions_registry[Command.KEEP_APART].isEnabled()
    assert desk.window.actions_registry[Command.MERGE_PAIR].isEnabled()


def test_the_other_one_can_be_the_one_that_stays(qtbot: QtBot, twins: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(twins)
    page = opened(qtbot, desk)
    assert page.pair.detail is not None
    assert page.pair.detail.kept.name == "Jane Doe"  # it has an order
    qtbot.keyClick(page.list.view, Qt.Key.Key_S)
    until(qtbot, lambda: page.pair.detail is not None and page.pair.detail.kept.name == "Jane Does")
    press(qtbot, desk, page, Qt.Key.Key_M)
    page.list.show_tab("merged")
    until(qtbot, lambda: page.pair.detail is not None and page.pair.detail.state == "merged")
    assert page.pair.detail is not None
    assert (page.pair.detail.kept.name, page.pair.detail.other.name) == ("Jane Does", "Jane Doe")
    assert not page.pair._bar.isVisible()


def test_what_cannot_be_merged_says_why(qtbot: QtBot, twins: Workspace, open_window: OpenWindow) -> None:
    with twins.store.unit_of_work(TESTER, "queue", "email", at=twins.at) as work:
        row = {"state": "queued", "goal": "thank", "tone": "warm", "writer": "person"}
        moments = {"created_at": twins.at, "created_by": "Ana", "changed_at": twins.at}
        work.insert(messages, {"customer_id": 1, **row, **moments})
        work.commit()
    desk = open_window(twins)
    page = opened(qtbot, desk)
    assert page.pair.detail is not None
    assert "is on its way" in page.pair.detail.refused
    assert not desk.window.actions_registry[Command.MERGE_PAIR].isEnabled()
    assert desk.window.actions_registry[Command.KEEP_APART].isEnabled()


def test_the_way_back_leads_to_where_it_was_asked_for(qtbot: QtBot, twins: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(twins)
    desk.window.show_page("data")
    page = opened(qtbot, desk)
    assert page.back == "Data"
    page.go_back()
    assert desk.window.current_key == "data"
    desk.window.show_page("customers")
    customers = desk.window.page("customers")
    customers.list.duplicates_wanted.emit()  # type: ignore[attr-defined]
    assert desk.window.current_key == "duplicates"
    assert page.back == "Customers"


def test_in_a_narrow_window_list_and_pair_stack(qtbot: QtBot, twins: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(twins, size=(800, 600))
    desk.window.show_page("duplicates")
    page = desk.window.page("duplicates")
    assert isinstance(page, DuplicatesPage)
    until(qtbot, lambda: page.pair.detail is not None)
    assert page.list.isVisible() and not page.state.isVisible()
    qtbot.keyClick(page.list.view, Qt.Key.Key_Return)
    assert page.state.isVisible() and not page.list.isVisible()
    assert page.back == "Possible duplicates"
    page.go_back()
    assert page.list.isVisible()
    for button in page.pair.buttons:
        assert button.minimumSizeHint().width() <= 800


def test_a_book_without_duplicates_says_so(qtbot: QtBot, sample: Workspace, open_window: OpenWindow) -> None:
    desk = open_window(sample)
    desk.window.show_page("duplicates")
    page = desk.window.page("duplicates")
    assert isinstance(page, DuplicatesPage)
    until(qtbot, lambda: page.list.state.state in ("empty", "content"))
