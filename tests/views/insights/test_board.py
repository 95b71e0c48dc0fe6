"""Tiles are asked for one after the other, rows anew after a change of the book, and a failure is told in its place."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QTimer
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
from views.insights.panel import PanelGrid
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


def test_two_tiles_are_asked_for_at_a_time_and_none_when_the_tab_is_left(
    qtbot: QtBot, theme: Theme, sample: Workspace
) -> None:
    desk, painted = Questions(), list[bool]()
    board = board_over(theme, sample, desk)
    qtbot.addWidget(board)
    board.painted.connect(lambda: painted.append(True))
    pipeline = next(one for one in the_dashboards() if one.name == "pipeline")
    board.show_dashboard(pipeline, Filters())
    for number in range(len(pipeline.tiles)):
        assert len(desk.asked) == min(2, len(pipeline.tiles) - number) and not painted
        job, done, failed = desk.asked.pop(list(desk.asked)[-1])  # the later one may be answered first
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

    board.show_dashboard(pipeline, Filters("30d", tier="Gold"))
    jobs = [job for job, _done, _failed in desk.asked.values()]
    board.stop()
    assert not desk.asked and len(jobs) == 2
    for job in jobs:
        with pytest.raises(Cancelled):
            job()


def test_a_tile_that_would_wait_for_the_answer_of_another_is_asked_for_after_those_that_would_not(
    qtbot: QtBot, theme: Theme, sample: Workspace
) -> None:
    desk = Questions()
    board = board_over(theme, sample, desk)
    qtbot.addWidget(board)
    overview = next(one for one in the_dashboards() if one.name == "overview")
    board.show_dashboard(overview, Filters())
    titles = {spec.key: spec.title for spec in overview.tiles}
    asked = list[str]()
    while not asked or asked[-1] != titles[overview.tiles[-1].key]:
        asked.append(titles[board._underway["tile beside"]])
        job, done, _failed = desk.asked.pop("tile beside")
        done(job())
    waiting = ["Revenue", "What changed", "Service", "Reviews", "Pipeline", "Email"]
    assert asked[-len(waiting) :] == waiting, "the summary answers them, and is still under way"
    assert asked[: -len(waiting)] == [one for one in titles.values() if one not in (*waiting, "In short")]


def test_tiles_are_built_one_at_a_time_and_shown_row_by_row(qtbot: QtBot, theme: Theme, sample: Workspace) -> None:
    board = board_over(theme, sample, Questions())
    qtbot.addWidget(board)
    service = next(one for one in the_dashboards() if one.name == "service")
    board.show_dashboard(service, Filters())
    view, built = board.view, list[int]()
    assert view is not None and view.built == () and view.state.state == "skeleton"
    beat = QTimer(board, interval=0)
    beat.timeout.connect(lambda: built.append(len(view.built)))
    beat.start()
    qtbot.waitUntil(lambda: len(view.findChildren(PanelGrid)) == len(service.rows))
    beat.stop()
    assert view.state.state == "content"
    assert max(after - before for before, after in pairwise([0, *built])) <= 2, "between two turns of the window"
    assert [one.spec for one in view.built] == list(view.specs.values())


def test_a_tab_that_is_arranged_otherwise_keeps_its_tiles(qtbot: QtBot, theme: Theme, sample: Workspace) -> None:
    board = board_over(theme, sample, Questions())
    qtbot.addWidget(board)
    service = next(one for one in the_dashboards() if one.name == "service")
    board.show_dashboard(service, Filters())
    view = board.view
    assert view is not None
    before = dict(view.tiles)
    for key, tile in before.items():
        tile.show_answer(tile_answer(Metrics(sample), view.specs[key], Filters()))
    last = list(before)[-1]
    moved = service.with_moved(last, -1).with_width(last, 1)
    board.show_dashboard(moved, Filters())
    assert board.view is view and set(view.built) == set(before.values())
    assert [one.title for one in view.built] == [spec.title for spec in moved.tiles]
    assert [(one.spec.key, one.wide) for one in view.built] == [(spec.key, spec.wide) for spec in moved.tiles]
    assert all(one.shown is not None for one in view.built)

    board.take(before[last])
    board.show_dashboard(moved.without_tile(last), Filters())
    assert len(view.built) == len(before) - 1 and board.tile in view.built


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
