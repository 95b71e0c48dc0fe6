"""The sections of watched folders, sources and writing back, and what happens in the window when a file lands."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from services.settings import Preferences, WatchedFolder
from services.sync import edit_customer, run_import
from services.workspace import Workspace
from tests.services.sync.book import write_csv
from tests.views.conftest import OpenWindow
from tests.views.pages import page_at
from views.data import watched_sections
from views.data.page import DataPage
from views.data.sources_pane import SourcesPane
from views.desktop import Desktop
from views.lists.word_table import CELL_ROLE, WordTable
from views.shell import folder_watch
from views.theme import Theme

ORDERS = ("order_id", "customer_id", "date", "amount", "currency")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often: what is waited for here is the work, not the clock."""
    monkeypatch.setattr(folder_watch, "EVERY_MS", 200)
    monkeypatch.setattr(folder_watch, "SOON_MS", 60)


def orders(path: Path, *numbers: int) -> Path:
    return write_csv(path, ORDERS, [[f"N{n}", f"K{n}", "2026-11-10", "5.00", "USD"] for n in numbers])


def teach(workspace: Workspace, path: Path) -> None:
    from models.values.imports import ImportOptions, ImportRequest

    request = ImportRequest(
        workspace.recipe.store, str(path), workspace.at, workspace.person, ImportOptions(source="till", timezone="UTC")
    )
    run_import(workspace, request)


def came_in(workspace: Workspace) -> int:
    """How many of the orders above are in the book."""
    with workspace.store.snapshot() as db:
        return int(db.execute("SELECT count(*) FROM orders WHERE external_id LIKE 'N%'").fetchone()[0])


def watching(workspace: Workspace, *folders: Path) -> Preferences:
    return Preferences(watched=tuple(WatchedFolder(str(one), workspace.recipe.store) for one in folders))


def page_of(desk: Desktop) -> DataPage:
    return cast(DataPage, desk.window.page("data"))


def texts(table: WordTable) -> list[list[str]]:
    model: QAbstractItemModel = table.lines
    return [
        [model.data(model.index(row, place), CELL_ROLE).text for place in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_a_file_that_lands_comes_in_and_the_window_says_so(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path, tmp_path: Path
) -> None:
    teach(sample, orders(tmp_path / "taught.csv", 1))
    desk = open_window(sample, watching(sample, folder))
    heard: list[str] = []
    desk.book.told.connect(heard.append)
    desk.window.watch.begin()
    qtbot.waitUntil(lambda: bool(desk.window.watch.states))
    orders(folder / "day.csv", 2, 3)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0].startswith("Imported day.csv from a watched folder")
    qtbot.waitUntil(lambda: desk.background.idle)
    with sample.store.snapshot() as db:
        assert db.execute("SELECT count(*) FROM orders WHERE source = 'till'").fetchone() == (3,)
    orders(folder / "copy.csv", 2, 3)
    page = page_of(desk)
    desk.window.show_page("data/folders")
    qtbot.waitUntil(lambda: texts(page.keeping.folders.folders) == [[str(folder), "Up to date", "2", "Stop watching"]])
    assert len(heard) == 1, "the same file again does nothing"


def test_an_unknown_file_waits_with_a_notice_that_opens_its_check(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path
) -> None:
    write_csv(folder / "puzzle.csv", ("Wer", "Wann", "Wieviel"), [["K1", "2026-11-10", "5"], ["K2", "2026-11-11", "7"]])
    desk = open_window(sample, watching(sample, folder))
    desk.window.watch.begin()
    toast = desk.window.toast
    qtbot.waitUntil(toast.isVisible)
    assert toast.words == "puzzle.csv has arrived and needs your attention"
    assert not toast.take_back(), "Ctrl+Z checks no file"
    qtbot.mouseClick(toast._button, Qt.MouseButton.LeftButton)
    page = page_of(desk)
    qtbot.waitUntil(lambda: page.state is page.check)
    assert page.headline == "puzzle.csv"
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_file_that_is_left_out_is_gone_until_that_is_undone(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path
) -> None:
    write_csv(folder / "puzzle.csv", ("Wer", "Wann", "Wieviel"), [["K1", "2026-11-10", "5"]])
    desk = open_window(sample, watching(sample, folder))
    desk.window.show_page("data/folders")
    desk.window.watch.begin()
    pane = page_of(desk).keeping.folders
    qtbot.waitUntil(lambda: pane.waiting.isVisible() and len(texts(pane.waiting)) == 1)
    assert texts(pane.waiting)[0][0] == "puzzle.csv"
    QAbstractItemModelTester(pane.waiting.lines, QAbstractItemModelTester.FailureReportingMode.Fatal)
    pane.waiting.linked.emit("leave", desk.window.watch.states[0].waiting[0].mark)
    qtbot.waitUntil(lambda: not pane.waiting.isVisible())
    assert desk.window.toast.words == "puzzle.csv left out"
    assert desk.window.toast.take_back()
    qtbot.waitUntil(lambda: pane.waiting.isVisible() and len(texts(pane.waiting)) == 1)
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_persons_import_teaches_what_waits(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path, tmp_path: Path
) -> None:
    orders(folder / "day.csv", 2, 3)
    desk = open_window(sample, watching(sample, folder))
    desk.window.watch.begin()
    qtbot.waitUntil(lambda: any(state.waiting for state in desk.window.watch.states))
    desk.window.take_files([orders(tmp_path / "first.csv", 1)])
    page = page_of(desk)
    qtbot.waitUntil(lambda: page.state is page.check)
    qtbot.waitUntil(lambda: desk.background.idle)
    qtbot.mouseClick(page.check.plan.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.state is page.receipt)
    qtbot.waitUntil(lambda: not any(state.waiting for state in desk.window.watch.states))
    qtbot.waitUntil(lambda: came_in(sample) == 3)
    qtbot.waitUntil(lambda: desk.background.idle)


def test_an_import_that_the_person_begins_goes_first_and_never_two_run_at_once(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path, tmp_path: Path
) -> None:
    teach(sample, orders(tmp_path / "taught.csv", 1))
    desk = open_window(sample, watching(sample, folder))
    desk.window.watch.begin()
    qtbot.waitUntil(lambda: bool(desk.window.watch.states))
    orders(folder / "day.csv", *range(2, 400))
    qtbot.waitUntil(lambda: desk.window.watch.importing)
    run = desk.window.watch._run
    page = page_of(desk)
    page._work.import_files(page._work.requests([orders(tmp_path / "own.csv", 900)]), lambda _o: None, lambda *_a: None)
    assert run is not None and run._token.is_set(), "it makes way"
    qtbot.waitUntil(lambda: came_in(sample) == 400)
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_folder_that_is_gone_says_so_in_its_row_and_is_back_when_it_is(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path
) -> None:
    folder.rmdir()
    desk = open_window(sample, watching(sample, folder))
    pane = page_at(desk, "data/folders", DataPage).keeping.folders
    assert texts(pane.folders)[0][1] == "Not checked yet"
    desk.window.watch.begin()
    qtbot.waitUntil(lambda: texts(pane.folders)[0][1].startswith("Is not there. Connect its drive"))
    folder.mkdir()
    qtbot.waitUntil(lambda: texts(pane.folders)[0][1] == "Up to date")
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_folder_is_watched_and_no_more_and_watched_again_by_the_undo(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_sections, "choose_folder", lambda *_asked: str(folder))
    desk = open_window(sample)
    keeping = page_at(desk, "data/folders", DataPage).keeping
    assert not keeping.folders.folders.isVisible()
    keeping.folders.add.click()
    assert desk.remembered.value.watched_for(sample.recipe.store) == (str(folder),)
    assert keeping.folders.folders.isVisible()
    keeping.folders.folders.setFocus()
    keeping.folders.folders.selectRow(0)
    QTest.keyClick(keeping.folders.folders, Qt.Key.Key_Space)
    assert desk.remembered.value.watched == ()
    assert desk.window.toast.take_back()
    assert desk.remembered.value.watched_for(sample.recipe.store) == (str(folder),)
    qtbot.waitUntil(lambda: desk.background.idle)


def test_sources_say_how_often_they_come(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample)
    table = page_at(desk, "data/folders", DataPage).keeping.sources.table
    qtbot.waitUntil(lambda: bool(texts(table)))
    assert texts(table)[0][0] == "sample" and texts(table)[0][3] == "last today"
    qtbot.waitUntil(lambda: desk.background.idle)


def test_what_was_changed_is_previewed_and_written(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, tmp_path: Path
) -> None:
    edit_customer(sample, 1, {"city": "York"})
    out = tmp_path / "out"
    out.mkdir()
    desk = open_window(sample, Preferences(write_back_folder=str(out)))
    pane = page_at(desk, "data/write-back", DataPage).keeping.writing
    qtbot.waitUntil(lambda: pane.plan is not None)
    assert pane.state.state == "empty" and not pane.go.isEnabled()
    pane.system.setCurrentIndex(pane.system.findData("csv"))
    pane.system.activated.emit(2)
    qtbot.waitUntil(pane.go.isEnabled)
    assert [tab.key for tab in pane.tabs.tabs] == ["customers", "customers-scores"]
    assert texts(pane._shown[0])[0][2:] == ["York", "city"]
    pane.parts["scores"].click()
    qtbot.waitUntil(lambda: pane.go.isEnabled() and pane.go.text() == "Write 1 file")
    pane.go.click()
    qtbot.waitUntil(lambda: (out / "csv-customers.csv").exists() and desk.background.idle)
    with (out / "csv-customers.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["source", "id", "city", "changed"]
    assert desk.window.toast.words == f"Wrote 1 file with 1 row to {out}"


def test_the_sections_fit_the_smallest_window(qtbot: QtBot, open_window: OpenWindow, sample: Workspace) -> None:
    desk = open_window(sample, size=(760, 460))
    for section in ("folders", "write-back", "left"):
        desk.window.show_page(f"data/{section}")
        qtbot.waitUntil(lambda: desk.background.idle)
        assert (desk.window.width(), desk.window.height()) == (760, 460)


def test_looks_are_taken_one_at_a_time_and_sooner_while_something_is_new(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace, folder: Path
) -> None:
    (folder / "growing.csv").write_text("id\n1\n")
    desk = open_window(sample, watching(sample, folder))
    watch = desk.window.watch
    watch.begin()
    watch.look()
    watch.look()
    qtbot.waitUntil(lambda: bool(watch.states))
    assert watch.timer.interval() == folder_watch.SOON_MS
    watch.timer.stop()
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_fault_of_the_sources_is_over_once_they_are_read(qtbot: QtBot, theme: Theme) -> None:
    pane = SourcesPane(theme)
    qtbot.addWidget(pane)
    pane.show_fault("The book is locked by another program.")
    assert "locked" in pane._none.text() and not pane._none.isHidden()
    pane.show_sources(())
    assert pane._none.text() == "Nothing imported yet."
