"""The section that lists what left this computer."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from models.values.disclosures import Disclosure
from services.exporting import write_export
from services.workspace import Workspace
from tests.views.conftest import OpenWindow
from tests.views.data.test_watched import texts
from tests.views.pages import page_at
from views.actions import Command
from views.data.left_pane import LISTED, LeftPane
from views.data.page import DataPage
from views.shell.page import _export
from views.theme import Theme


def test_more_than_are_listed_are_counted(theme: Theme) -> None:
    pane = LeftPane(theme)
    found = [Disclosure("2026-11-20T09:00:00Z", "export", "a.csv", f"Exported {n}", 10, (), "Ada")
             for n in range(LISTED + 1)]  # fmt: skip
    pane.show_left(found)
    assert pane.table.lines.rowCount() == LISTED
    assert pane._words.text() == "newest 500 of 501 entries; `bellwether disclosures --limit 501` lists all"


def test_what_left_is_listed_anew_each_time_it_is_looked_at(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    desk = open_window(sample)
    page = page_at(desk, "data/left", DataPage)
    pane = page.keeping.left
    qtbot.waitUntil(lambda: desk.background.idle)
    assert not pane.table.isVisible() and pane._none.text().startswith("Nothing has left this computer.")
    assert pane._none.mapTo(pane, pane._none.rect().topLeft()).y() < 60, "below the heading, not half a page away"
    path = tmp_path / "customers.csv"
    rows = _export(lambda book, place: write_export(book, "customers", place), sample, path)
    desk.window.show_page("data/folders")
    desk.window.actions_registry[Command.SHOW_LEFT].trigger()
    qtbot.waitUntil(lambda: pane.table.isVisible())
    (line,) = texts(pane.table)
    assert rows > 100 and line[1] == "Exported customers.csv" and line[3] == f"{path.stat().st_size:,}"
    assert line[2] == str(path) and line[4].startswith("customer_id, source, external_id")
