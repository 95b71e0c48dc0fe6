"""Asking for files beside the open book: no file is looked into, and the window keeps its hold on the book."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QFileInfo, QStandardPaths, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QFileSystemModel, QWidget
from pytestqt.qtbot import QtBot

from models.values.journal import Actor
from services.workspace import Workspace
from tests.conftest import PROJECT
from tests.views.conftest import OpenWindow
from views.data.files import choose_exports
from views.file_dialog import NamesOnly, choose_folder, choose_place, names_only

#: Another program: reads what stands in the book, writes a word into it, and closes it.
BESIDE = """
import sys
from models.store import open_store
from models.values.journal import Actor
store = open_store(sys.argv[1], create=False)
with store.snapshot() as driver:
    found = driver.execute("SELECT value FROM book WHERE key = 'word'").fetchone()
with store.unit_of_work(Actor("system", "beside"), "test", "book", at="2026-11-19T09:00:00Z") as work:
    work.sql("INSERT INTO book (key, value) VALUES ('word', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
             (sys.argv[2],))
    work.commit()
store.close()
print(found[0] if found else "")
"""


def beside(book: Path, word: str) -> str:
    """Let another program write a word into the book; return the one that it found."""
    done = subprocess.run(
        [sys.executable, "-c", BESIDE, str(book), word], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def word_of(workspace: Workspace) -> str:
    with workspace.store.snapshot() as driver:
        return str(driver.execute("SELECT value FROM book WHERE key = 'word'").fetchone()[0])


def held(book: Path) -> list[str]:
    """The files of the book that this process has open; one that was deleted under it says so."""
    found = []
    for opened in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(opened.readlink()))
        except FileNotFoundError:
            continue
    return sorted({link for link in found if link.startswith(str(book))})


def listed(dialog: QFileDialog, path: Path) -> bool:
    """Whether the dialog has found out all that it wants to know of a file."""
    model = dialog.findChild(QFileSystemModel)
    assert model is not None
    index = model.index(str(path))
    return bool(index.isValid() and index.siblingAtColumn(2).data(Qt.ItemDataRole.DisplayRole))


@pytest.mark.skipif(sys.platform != "linux", reason="locks fall with a closed file only on POSIX; /proc is Linux's")
def test_the_window_keeps_its_log_while_files_are_asked_for_and_another_program_closes_the_book(
    qtbot: QtBot, open_window: OpenWindow, sample: Workspace
) -> None:
    desk = open_window(sample)
    book = Path(sample.store.path)
    qtbot.waitUntil(lambda: desk.background.idle)
    with sample.store.snapshot() as driver:
        driver.execute("SELECT count(*) FROM customers").fetchone()
    before = held(book)
    assert before == [str(book), f"{book}-shm", f"{book}-wal"]
    choose_exports(desk.window, str(book.parent), lambda _paths: None)
    dialog = desk.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.selectNameFilter("All files (*)")
    qtbot.waitUntil(lambda: listed(dialog, book))
    dialog.reject()
    for word in ("first", "second"):
        beside(book, word)
        assert held(book) == before
        assert word_of(sample) == word
    with sample.store.unit_of_work(Actor("system", "window"), "test", "book", at=sample.at) as work:
        work.sql("UPDATE book SET value = 'third' WHERE key = 'word'")
        work.commit()
    assert beside(book, "fourth") == "third" and word_of(sample) == "fourth"
    assert held(book) == before
    qtbot.waitUntil(lambda: desk.background.idle)


def test_a_folder_is_asked_for_with_the_same_care(qtbot: QtBot, tmp_path: Path) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    seen: list[bool] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        seen.append(isinstance(dialog.iconProvider(), NamesOnly) or sys.platform != "linux")
        dialog.accept() if len(seen) == 1 else dialog.reject()

    QTimer.singleShot(0, answer)
    assert Path(choose_folder(host, "Save in …", str(tmp_path))) == tmp_path
    QTimer.singleShot(0, answer)
    assert choose_folder(host, "Save in …", str(tmp_path)) == ""
    assert seen == [True, True]


def test_icon_and_type_are_told_by_the_name(qtbot: QtBot, tmp_path: Path) -> None:
    names_only.cache_clear()  # the icons of an application that has quit are gone
    icons = names_only()
    assert icons.type(QFileInfo(str(tmp_path))) == "Folder"
    assert icons.type(QFileInfo(str(tmp_path / "orders.csv"))) == "CSV file"
    assert icons.type(QFileInfo(str(tmp_path / "orders"))) == "file"
    assert not icons.icon(QFileInfo(str(tmp_path))).isNull() and not icons.icon(NamesOnly.IconType.File).isNull()


def test_a_dialog_begins_where_exports_land_if_its_folder_is_not_there(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    landed, used = tmp_path / "landed", tmp_path / "used"
    for folder in (landed, used):
        folder.mkdir()

    def begins(folder: str) -> Path:
        choose_exports(host, folder, lambda _paths: None)
        dialog = host.findChildren(QFileDialog)[-1]
        dialog.reject()
        return Path(dialog.directory().path())

    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _kind: str(landed))
    assert begins(str(used)) == used
    assert begins("") == begins(str(tmp_path / "gone")) == landed
    landed.rmdir()
    assert begins("") == Path.home()


def test_the_proposed_name_follows_the_kind_of_file(qtbot: QtBot, host: QWidget, tmp_path: Path) -> None:
    choose_place(host, "Export", tmp_path / "overview.pdf", "PDF (*.pdf);;Excel (*.xlsx)", lambda _path: None)
    dialog = host.findChild(QFileDialog)
    assert dialog is not None
    dialog.filterSelected.emit("Excel (*.xlsx)")
    assert dialog.defaultSuffix() == "xlsx"
    assert [Path(one).name for one in dialog.selectedFiles()] == ["overview.xlsx"]
    dialog.reject()
