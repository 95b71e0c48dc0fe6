"""A book whose data end long ago: the window asks from which day to look, and the last day of the data comes first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from services.pipeline import do_round
from services.workspace import Workspace
from tests.services.scoring.books import Book
from tests.views.books import MOMENT, opened
from tests.views.conftest import OpenWindow
from views.desktop import Desktop
from views.widgets.overlay import ChoicePanel

WAIT_MS = 60_000
END = date(2011, 12, 9)


@pytest.fixture
def old(store_path: Path) -> Iterator[Workspace]:
    """Thirty customers who ordered every other week until a December long ago; some stopped before."""
    book = Book(store_path, MOMENT)
    book.add_customers(30)
    book.add_orders(
        (who, END - timedelta(days=7 * week + who % 7), 4_000 + who)
        for who in range(1, 31)
        for week in range(14 if who < 6 else 0, 54, 2)
    )
    do_round(book.workspace)
    book.workspace.close()
    workspace = opened(store_path)
    yield workspace
    workspace.close()


def asked(qtbot: QtBot, desk: Desktop) -> ChoicePanel:
    """The question, as soon as the window knows how old the data are."""
    qtbot.waitUntil(lambda: desk.window.look_from.panel is not None, timeout=WAIT_MS)
    panel = desk.window.look_from.panel
    assert panel is not None and panel.isVisible()
    return panel


def scored_as_of(workspace: Workspace) -> str:
    with workspace.store.read() as connection:
        return str(connection.exec_driver_sql("SELECT max(as_of) FROM customer_risk_scores").scalar())


def test_the_last_day_of_the_data_is_the_first_answer_and_enter_takes_it(
    qtbot: QtBot, open_window: OpenWindow, old: Workspace
) -> None:
    desk = open_window(old)
    panel = asked(qtbot, desk)
    assert [choice.words for choice in panel.choices] == ["Score as of 9 Dec 2011", "Score as of today"]
    assert panel.choices[0].hint == "last day of data"
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(panel, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.background.idle, timeout=WAIT_MS)
    assert old.read_policy().look_from == "data-end" and scored_as_of(old) == "2011-12-09"
    focus = desk.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: old.read_policy().look_from == "", timeout=WAIT_MS)


def test_today_is_the_other_answer(qtbot: QtBot, open_window: OpenWindow, old: Workspace) -> None:
    desk = open_window(old)
    with qtbot.waitSignal(desk.book.acted, timeout=WAIT_MS):
        qtbot.keyClick(asked(qtbot, desk), Qt.Key.Key_2)
    qtbot.waitUntil(lambda: desk.background.idle, timeout=WAIT_MS)
    assert old.read_policy().look_from == "today" and scored_as_of(old) == MOMENT[:10]


def test_who_closes_the_question_is_asked_again_by_the_next_window_only(
    qtbot: QtBot, open_window: OpenWindow, old: Workspace
) -> None:
    desk = open_window(old)
    qtbot.keyClick(asked(qtbot, desk), Qt.Key.Key_Escape)
    first = desk.window.look_from.panel
    desk.window.look_from.ask(END.isoformat(), desk.window.top_bar.title)
    assert desk.window.look_from.panel is first
    assert old.read_policy().look_from not in ("data-end", "today")
    assert asked(qtbot, open_window(old)) is not first


def test_a_book_of_last_week_is_not_asked_about(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    qtbot.waitUntil(lambda: desk.window._freshness is not None, timeout=WAIT_MS)
    assert desk.window.look_from.panel is None
