"""In a narrow tile a table keeps its figures: heads take two lines, money is short; what goes all the same is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from services.metrics import the_catalogue, the_dashboards
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.desktop import Desktop
from views.insights.answer_table import AnswerTable
from views.insights.page import InsightsPage
from views.insights.tile import Tile


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return opened(sample_copy(tmp_path / "sample.bellwether"))


def tables(qtbot: QtBot, desk: Desktop, name: str) -> Iterator[tuple[Tile, AnswerTable]]:
    page = page_at(desk, f"insights/{name}", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle, timeout=30_000)
    assert page.board.view is not None
    for tile in page.board.view.tiles.values():
        if tile.spec.form == "table" and isinstance(tile.content, AnswerTable) and tile.content.isVisibleTo(page):
            yield tile, tile.content


def seen(table: AnswerTable) -> set[str]:
    """The heads of the columns that are on screen as a whole."""
    room = table.viewport().width()
    return {
        column.title
        for place, column in enumerate(table.lines.columns)
        if not table.isColumnHidden(place)
        and table.columnViewportPosition(place) + table.columnWidth(place) <= room + 1
    }


@pytest.mark.parametrize("size", [(1440, 900), (1366, 768)])
def test_every_figure_of_a_table_is_on_screen_or_said_to_be_left_out(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, size: tuple[int, int]
) -> None:
    desk, titles = open_window(workspace, size=size), the_catalogue().metrics
    looked = 0
    for dashboard in the_dashboards():
        for tile, table in tables(qtbot, desk, dashboard.name):
            wanted = {titles[name].title for name in tile.spec.query.metrics}
            absent = wanted - seen(table)
            assert all(title in tile.below for title in absent), (tile.title, absent, tile.below)
            assert not absent, (tile.title, "these fit at this width")
            looked += 1
    assert looked >= 12


def test_a_table_without_room_says_which_figures_it_leaves_out_until_it_is_wider(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace
) -> None:
    desk = open_window(workspace)
    tile, table = next(one for one in tables(qtbot, desk, "pipeline") if one[0].title == "Open deals by owner")
    heads = [column.title for column in table.lines.columns]
    assert set(heads) - {"Change"} <= seen(table) and table.lines.headerData(1, Qt.Orientation.Horizontal) == heads[1]
    assert table.lines.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == heads[3]
    tile.setParent(None)
    qtbot.addWidget(tile)
    tile.resize(240, 400)
    tile.show()
    assert "more column" in tile.below and tile.below.endswith("Widen the tile or the window.")
    assert heads[1] in seen(table), "what the tile is about stays"
    assert all(title in tile.below for title in set(heads) - {"Change"} - seen(table))
    tile.resize(900, 400)
    assert set(heads) == seen(table) and not tile.below


@pytest.mark.parametrize("size", [(760, 460), (1366, 768)])
def test_no_tile_makes_a_tab_wider_than_the_window(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, size: tuple[int, int]
) -> None:
    desk = open_window(workspace, size=size)
    for dashboard in the_dashboards():
        page = page_at(desk, f"insights/{dashboard.name}", InsightsPage)
        qtbot.waitUntil(lambda: desk.background.idle, timeout=30_000)
        view = page.board.view
        assert view is not None and len(view.tiles) == len(dashboard.tiles)
        wide = view.area.widget()
        qtbot.waitUntil(lambda view=view, wide=wide: wide.width() == view.area.viewport().width())
