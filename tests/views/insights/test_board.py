"""Tiles are asked for one after the other, rows anew after a change of the book, and a failure is told in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

import services.metrics
from models.values.changes import Changes
from models.values.dashboards import Filters
from models.values.errors import Cancelled, StoreBusy
from services.metrics import Metrics, the_dashboards, tile_answer
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from views.background import Failed
from views.insights.board import Board
from views.insights.page import InsightsPage
from views.insights.rooms import BookOfMetrics
from views.theme import Theme


class Questions:
    """A desk that keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[Callable[[], Any], Callable[[Any], None], Callable[[Failed], None]]] = {}

    def read(self, topic: str, job: Any, done: Any, failed: Any) -> None:
        self.asked[topic] = (job, done, failed)

    def drop(self, topic: str) -> None:
        self.asked.pop(topic, None)


def board_over(theme: Theme, sample: Workspace, desk: Questions) -> Board:
    class OneBook:
        workspace = sample

    book: Any = OneBook()
    asking: Any = desk
    return Board(theme, BookOfMetrics(book), asking)


def test_tiles_are_asked_for_one_at_a_time_and_not_when_the_tab_is_left(
    qtbot: QtBot, theme: Theme, sample: Workspace
) -> None:
    desk, painted = Questions(), list[bool]()
    board = board_over(theme, sample, desk)
    qtbot.addWidget(board)
    board.painted.connect(lambda: painted.append(True))
    pipeline = next(one for one in the_dashboards() if one.name == "pipeline")
    board.show_dashboard(pipeline, Filters())
    for number in range(len(pipeline.tiles)):
        assert len(desk.asked) == 1 and not painted
        job, done, failed = desk.asked.pop("tile")
        if number == 1:
            failed(Failed(StoreBusy("Another program holds the book.")))
        else:
            done(job())
    assert painted == [True] and board.view is not None
    courses = 0
    while desk.asked:  # how the figures went is asked for behind everything else
        job, done, _failed = desk.asked.pop("tile")
        done(job())
        courses += 1
    assert courses == [tile.spec.form for tile in board.view.tiles.values() if tile.shown].count("figure")
    assert [one.shown is None for one in board.view.tiles.values()].count(True) == 1

    board.show_dashboard(pipeline, Filters("30d"))
    job, _done, _failed = desk.asked["tile"]
    board.stop()
    assert not desk.asked
    with pytest.raises(Cancelled):
        job()


def test_the_rows_of_a_figure_are_read_again_after_a_change_of_the_book(
    qtbot: QtBot, theme: Theme, sample: Workspace
) -> None:
    desk = Questions()
    board = board_over(theme, sample, desk)
    qtbot.addWidget(board)
    pipeline = next(one for one in the_dashboards() if one.name == "pipeline")
    board.show_dashboard(pipeline, Filters())
    assert board.view is not None
    tile = next(iter(board.view.tiles.values()))
    tile.show_answer(tile_answer(Metrics(sample), tile.spec, Filters()))
    tile.drilled.emit(tile.spec.query.metrics[0], {})
    job, done, _failed = desk.asked.pop("rows")
    done(job())
    board.rows.table.selectRow(2)
    board.show_dashboard(pipeline, Filters())
    assert board.in_rows and "rows" not in desk.asked
    board.forget()
    board.show_dashboard(pipeline, Filters())
    job, done, _failed = desk.asked.pop("rows")
    done(job())
    assert board.in_rows and board.rows.table.currentIndex().row() == 2


def test_two_readers_that_ask_at_once_share_what_was_answered(
    sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Metrics):
        def __init__(self, workspace: Workspace) -> None:
            time.sleep(0.05)
            super().__init__(workspace)

    class OneBook:
        workspace = sample

    monkeypatch.setattr(services.metrics, "Metrics", Slow)
    book: Any = OneBook()
    rooms = BookOfMetrics(book)
    with ThreadPoolExecutor(2) as readers:
        one, other = (readers.submit(rooms._metrics) for _ in range(2))
        assert one.result() is other.result()


def test_a_reading_that_fails_is_told_where_it_is_missing_and_tried_again(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(sample)
    qtbot.waitUntil(lambda: desk.background.idle)

    def locked(_self: object) -> None:
        raise StoreBusy("Another program holds the book.")

    with monkeypatch.context() as patched:
        patched.setattr(BookOfMetrics, "dashboards", locked)
        desk.window.show_page("insights")
        qtbot.waitUntil(lambda: desk.background.idle)
        page = desk.window.page("insights")
        assert isinstance(page, InsightsPage)
        assert page.opened.state == "error" and page.state.state != "error"
        assert page.opened.notice.words.text() == "Another program holds the book."
    with monkeypatch.context() as patched:
        patched.setattr(BookOfMetrics, "choices", locked)
        page.opened.notice.primary.click()
        qtbot.waitUntil(lambda: desk.background.idle)
        assert page.opened.state == "content" and page.state.state != "error"
        assert not page.filters._choices
        assert page.filters._fault == "Could not be loaded. Another program holds the book."
    page.renew(Changes(tables=frozenset({"messages"})))
    qtbot.waitUntil(lambda: desk.background.idle)
    assert len(page.filters._choices["owner"]) > 1 and not page.filters._fault
