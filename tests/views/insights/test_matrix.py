"""A matrix of status and priority: cells, sums, and the rows of each cell, by mouse and by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.values.dashboards import Filters, TileSpec
from models.values.errors import UserError
from models.values.metrics import Query, Value
from models.values.words import WEEKDAYS
from services.metrics import Metrics, the_catalogue, the_dashboards, tile_answer
from services.metrics.dashboards import load_dashboard
from tests.views.books import opened, sample_copy
from views.insights.answer_table import AnswerTable
from views.insights.tile import Tile
from views.theme import Theme


def spec(title: str) -> TileSpec:
    return next(tile for one in the_dashboards() for tile in one.tiles if tile.title == title)


def test_each_cell_and_sum_of_the_matrix_leads_to_as_many_rows(
    qtbot: QtBot, theme: Theme, host: QWidget, store_path: Path
) -> None:
    workspace = opened(sample_copy(store_path))
    metrics, tile = Metrics(workspace), Tile(theme, spec("Status and priority"))
    tile.setParent(host)
    tile.resize(520, 320)
    tile.show()
    shown = tile_answer(metrics, tile.spec, Filters(period="all", compare=None))
    tile.show_answer(shown)
    table = tile.content
    assert isinstance(table, AnswerTable)
    heads = [column.title for column in table.lines.columns]
    assert heads[0] == "Status" and heads[-1] == "All"
    assert heads[1:-1] == ["Urgent", "High", "Normal", "Low"]
    asked: list[tuple[str, dict[str, Value]]] = []
    tile.drilled.connect(lambda metric, cell: asked.append((metric, cell)))
    rows = table.lines.rowCount()
    for row in range(rows):
        for column in range(len(heads)):
            table.setCurrentIndex(table.model().index(row, column))
            QTest.keyClick(table, Qt.Key.Key_Return)
            metric, cell = asked.pop()
            line = table.lines.line_at(row)
            assert line is not None
            text = line.cells[column].text if column else line.cells[-1].text
            number = metrics.count_rows(metrics.rows_of(shown.query, metric, cell))
            assert f"{number:,}" == text.replace("–", "0"), (row, column, cell)
            assert len(cell) == (row < rows - 1) + (0 < column < len(heads) - 1)
    workspace.close()


def test_weekdays_stand_in_their_order_and_the_busiest_cell_is_tinted_most(
    theme: Theme, host: QWidget, store_path: Path
) -> None:
    workspace = opened(sample_copy(store_path))
    made = spec("Tickets by weekday and channel")
    for turned in (False, True):
        by = made.query.by[::-1] if turned else made.query.by
        tile = Tile(theme, replace(made, query=replace(made.query, by=by)))
        tile.setParent(host)
        shown = tile_answer(Metrics(workspace), tile.spec, Filters(period="all", compare=None))
        tile.show_answer(shown)
        tile.grab()
        assert isinstance(tile.content, AnswerTable)
        model = tile.content.lines
        lines = [line for row in range(model.rowCount()) if (line := model.line_at(row)) is not None]
        days = [column.title for column in model.columns][1:-1] if turned else [one.cells[0].text for one in lines[:-1]]
        assert days == [one for one in WEEKDAYS if one in days] and len(days) > 1
        inner = [cell for one in lines[:-1] for cell in one.cells[1:-1] if cell.heat]
        assert max(cell.heat for cell in inner) == 1.0 and min(cell.heat for cell in inner) > 0
        busiest = max(inner, key=lambda cell: int(cell.text))
        assert busiest.heat == 1.0 and not any(cell.heat for cell in (*lines[-1].cells, lines[0].cells[-1]))
    workspace.close()


def test_figures_that_do_not_add_up_make_no_matrix(qapp: QObject) -> None:
    tile = {"title": "T", "form": "matrix", "metrics": ["mean_satisfaction"], "by": ["status", "priority"]}
    with pytest.raises(UserError, match="do not add up"):
        load_dashboard("own", {"title": "Own", "rows": [[tile]]}, the_catalogue())
    tile |= {"metrics": ["tickets"], "by": ["status"]}
    with pytest.raises(UserError, match="“matrix” does not show figures by status"):
        load_dashboard("own", {"title": "Own", "rows": [[tile]]}, the_catalogue())


def test_won_and_expected_stand_beside_one_another_by_month(store_path: Path) -> None:
    workspace = opened(sample_copy(store_path))
    metrics = Metrics(workspace)
    shown = tile_answer(metrics, spec("When they close"), Filters())
    rows = [shown.answer.cells(at) for at in range(len(shown.answer.rows))]
    months = [str(row["closing_month"]) for row in rows if row["closing_month"] is not None]
    assert months == sorted(months) and months[0] == "2026-06"
    assert any(row["won_value"] for row in rows) and any(row["weighted_pipeline"] for row in rows)
    assert all(not row["won_value"] for row in rows if str(row["closing_month"]) > "2026-11")
    total = metrics.answer(Query(("weighted_pipeline",))).totals["weighted_pipeline"]
    assert sum(row["weighted_pipeline"] or 0 for row in rows) == total  # type: ignore[misc]
    workspace.close()


def test_a_heat_map_leaves_the_colours_of_everything_else_as_they_are(
    qtbot: QtBot, theme: Theme, host: QWidget, store_path: Path
) -> None:
    workspace, before = opened(sample_copy(store_path)), theme.color("primary").rgba()
    tile = Tile(theme, spec("Tickets by weekday and channel"))
    tile.setParent(host)
    tile.show_answer(tile_answer(Metrics(workspace), tile.spec, Filters()))
    workspace.close()
    tile.resize(520, 320)
    tile.grab()
    assert theme.color("primary").rgba() == before
