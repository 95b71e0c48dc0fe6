"""The tab on screen is saved as pages, a workbook or a table, with the filters that are chosen, and can be opened."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.actions import Command
from views.desktop import Desktop
from views.insights.page import InsightsPage
from views.widgets.buttons import IconButton


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return opened(sample_copy(tmp_path / "sample.bellwether"))


def exported(qtbot: QtBot, desk: Desktop, to: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Choose 12 months and export the tab Overview into a file."""
    page = page_at(desk, "insights/overview", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    page.filters.period.setCurrentIndex(page.filters.period.findData("12m"))
    page.filters.changed.emit()
    qtbot.waitUntil(lambda: desk.background.idle)
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](to))
    page.save.click()
    qtbot.waitUntil(lambda: desk.window.toast.words == f"Overview saved in {to.name}")
    qtbot.waitUntil(lambda: desk.background.idle)
    return to


def test_a_tab_is_saved_as_a_workbook(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(workspace)
    path = exported(qtbot, desk, tmp_path / "overview.xlsx", monkeypatch)
    rows = {row[0]: row[1] for row in load_workbook(path)["Figures"].iter_rows(values_only=True)}
    assert rows["Period"] == "Last 12 months"
    assert rows["Book"] == "My book" or rows["Book"] == "Sample book"


def test_a_tab_is_saved_as_a_table(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = exported(qtbot, open_window(workspace), tmp_path / "overview.csv", monkeypatch)
    with path.open(encoding="utf-8", newline="") as file:
        assert "Revenue" in {line["tile"] for line in csv.DictReader(file)}


def test_a_tab_is_saved_as_pages_and_opened(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(workspace)
    asked: list[str] = []
    monkeypatch.setattr(
        "views.shell.window.QDesktopServices.openUrl", lambda url: bool(asked.append(url.toLocalFile()))
    )
    path = exported(qtbot, desk, tmp_path / "overview.pdf", monkeypatch)
    assert path.read_bytes().startswith(b"%PDF-")
    desk.window.toast._button.click()
    assert [Path(one) for one in asked] == [path]
    assert desk.window.toast.words.startswith("No app on this computer opened overview.pdf")


def test_a_tab_and_a_tile_are_saved_and_copied_as_pictures(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window(workspace)
    desk.window.resize(1300, 520)
    whole = QImage(str(exported(qtbot, desk, tmp_path / "overview.png", monkeypatch)))
    page = page_at(desk, "insights/overview", InsightsPage)
    view, actions = page.board.view, desk.window.actions_registry
    assert view is not None and whole.height() > view.area.viewport().height()  # also what is scrolled out of sight
    tile = next(one for one in view.tiles.values() if one.title == "Customers by segment")
    assert not actions[Command.COPY_PICTURE].isEnabled()
    page.board.take(tile)
    actions[Command.COPY_PICTURE].trigger()
    copied = QGuiApplication.clipboard().image()
    assert copied.deviceIndependentSize().toSize() == tile.size()
    colours = {copied.pixel(x, y) for x in range(0, copied.width(), 3) for y in range(0, copied.height(), 3)}
    assert len(colours) > 5 and all(one.isVisibleTo(tile) for one in tile.findChildren(IconButton))
    to = tmp_path / "tile.png"
    monkeypatch.setattr("views.shell.page.choose_place", lambda *told, **_named: told[4](to))
    actions[Command.EXPORT_TILE].trigger()
    qtbot.waitUntil(lambda: desk.window.toast.words == "Customers by segment saved in tile.png")
    assert QImage(str(to)).size() == copied.size()
    to = tmp_path / "tile.csv"
    actions[Command.EXPORT_TILE].trigger()
    qtbot.waitUntil(lambda: desk.window.toast.words == "Customers by segment saved in tile.csv")
    with to.open(encoding="utf-8", newline="") as file:
        assert {line["tile"] for line in csv.DictReader(file)} == {"Customers by segment"}
    qtbot.waitUntil(lambda: desk.background.idle)


def test_all_rows_behind_a_figure_are_saved_as_a_table_with_days_and_amounts(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("views.insights.board.LISTED", 5)
    desk = open_window(workspace)
    page = page_at(desk, "insights/overview", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    view = page.board.view
    assert view is not None
    tile = next(one for one in view.tiles.values() if one.title == "Revenue by month")
    tile.drilled.emit("revenue", {"month": "2026-09"})
    assert page.board.in_rows and page.board.rows.export.isHidden()
    qtbot.waitUntil(lambda: desk.background.idle)
    found = page.board.all_rows()
    assert page.board.rows.table.lines.rowCount() == 5 < found.total == len(found.rows)
    for ending in ("csv", "xlsx"):
        to = tmp_path / f"rows.{ending}"
        monkeypatch.setattr("views.shell.page.choose_place", lambda *told, to=to, **_named: told[4](to))
        page.board.rows.export.click()
        words = f"Exported {found.total} rows to {to.name}"
        qtbot.waitUntil(lambda words=words: desk.window.toast.words == words)
    sheet = load_workbook(tmp_path / "rows.xlsx").active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    assert "Day" in head and head[-1] == "Revenue (USD)" and len(lines) == found.total
    assert all(line[head.index("Day")].strftime("%Y-%m") == "2026-09" for line in lines)
    assert round(100 * sum(float(line[-1]) for line in lines)) == found.figure
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Day"][:7] for row in rows} == {"2026-09"} and len(rows) == found.total
    qtbot.waitUntil(lambda: desk.background.idle)


def test_the_command_is_there_on_each_tab_with_figures(
    qtbot: QtBot, open_window: OpenWindow, workspace: Workspace
) -> None:
    desk = open_window(workspace)
    page_at(desk, "insights/service", InsightsPage)
    qtbot.waitUntil(lambda: desk.background.idle)
    assert desk.window.actions_registry[Command.EXPORT_TAB].isEnabled()
    desk.window.show_page("settings")
    assert not desk.window.actions_registry[Command.EXPORT_TAB].isEnabled()
    qtbot.waitUntil(lambda: desk.background.idle)
