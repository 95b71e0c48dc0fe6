"""On every tab of Insights each tile is opened by keys: the list says the figure that the tile showed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.values.dashboards import CHANGES_FORMS, TileAnswer
from models.values.metrics import Value
from services.metrics import the_catalogue, the_dashboards
from tests.journeys.hands import Hands
from views.charts.bars import BarsChart
from views.charts.trend import TrendChart
from views.insights.answer_table import AnswerTable
from views.insights.headline import Headline
from views.insights.said import said
from views.insights.tile import Tile
from views.words import counted, whole

pytestmark = pytest.mark.usefixtures("at_insights")


def open_first(hands: Hands, tile: Tile) -> None:
    """Open the rows of a tile's first figure, as a person does who tabs to it."""
    content = tile.content
    content.setFocus()
    if isinstance(content, AnswerTable):
        content.setCurrentIndex(content.lines.index(0, 0))
    elif isinstance(content, BarsChart):
        QTest.keyClick(content, Qt.Key.Key_Down)
    elif isinstance(content, TrendChart):
        QTest.keyClick(content, Qt.Key.Key_Left)
    QTest.keyClick(hands.focus, Qt.Key.Key_Space if isinstance(content, Headline) else Qt.Key.Key_Return)


def words_of(shown: TileAnswer, metric: str, cell: Mapping[str, Value]) -> str:
    """What the list must say of a figure of an answer."""
    answer = shown.answer
    rows = [at for at in range(len(answer.rows)) if all(answer.cells(at)[name] == cell[name] for name in cell)]
    column = next(one for one in answer.columns if one.name == metric)
    value = answer.totals[metric] if not cell and shown.query.by else answer.cells(rows[0])[metric]
    if len(rows) > 1:  # the line of a matrix
        value = sum(int(str(answer.cells(at)[metric])) for at in rows)
    ranges = answer.intervals.get(metric)
    if ranges is not None:
        found = ranges[rows[0]]
        return counted(found.rows, "row") if found is not None else ""
    if column.unit == "count":
        assert isinstance(value, int)
        return counted(value, "row")
    return said(value, column.unit, answer.currency)


@pytest.mark.parametrize("name", [one.name for one in the_dashboards()])
def test_the_list_that_a_tile_opens_has_its_figure(hands: Hands, name: str) -> None:
    page, opened = hands.insights, 0
    page.show_section(name)
    hands.calm()
    board = page.board
    assert board.view is not None and board.view.dashboard.name == name
    for tile in board.view.tiles.values():
        assert tile.shown is not None, tile.title
        nothing = tile.spec.form in CHANGES_FORMS and not tile.shown.changes
        if tile.shown.empty or nothing:
            continue
        asked = list[tuple[str, Mapping[str, Value]]]()
        tile.drilled.connect(lambda metric, cell, asked=asked: asked.append((metric, cell)))
        open_first(hands, tile)
        hands.calm()
        if not board.in_rows:  # a figure that other tiles show is chosen first
            open_first(hands, tile)
            hands.calm()
        assert board.in_rows and asked, tile.title
        words = board.rows.count.text()
        distinct = the_catalogue().metrics[asked[-1][0]].measure == "distinct"  # several rows of one product are one
        if not distinct and "rows of “" not in words:
            expected = words_of(tile.shown, *asked[-1])
            in_part = f" of {expected} shown" in words
            assert expected in words or in_part or (expected == counted(0, "row") and not words), (tile.title, words)
            opened += 1
        hands.press(Qt.Key.Key_Escape)
        hands.wait(lambda: not board.in_rows)
    assert opened >= len(board.view.tiles) // 2, whole(opened)
