"""Exports of a warehouse that nobody has imported before land in a watched folder: asked once, then taken as known."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.pipeline.folder_import import FolderImport, import_watched
from services.pipeline.jobs import import_files
from services.pipeline.watched import each_file
from services.sync import order_of_import, together
from tests.services.sync.book import Book, open_book


@pytest.fixture
def warehouse(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "engagement").glob("*.csv"))


def landed(book: Book, folder: Path) -> FolderImport:
    return import_watched(
        book.workspace, [str(folder)], pause=lambda: None, progress=lambda _step: None, cancelled=lambda: False
    )[0]


def earlier(file: Path, folder: Path) -> Path:
    """The first half of an export, as it was some time ago."""
    rows = file.read_text(encoding="utf-8").splitlines(True)
    (folder / f"old_{file.name}").write_text("".join(rows[: len(rows) // 2]), encoding="utf-8")
    return folder / f"old_{file.name}"


def confirm(book: Book, found: FolderImport) -> None:
    """A person imports what waits."""
    asked = [one for waiting in found.waiting for one in each_file(book.request(Path(waiting.mark.path)))]
    requests = together(asked)
    ordered = tuple(requests[place] for place in order_of_import(book.workspace, requests))
    never, silent = (lambda: False), (lambda _step: None)
    outcome = import_files(book.workspace, ordered, score=False, progress=silent, cancelled=never)
    assert [one.error for one in outcome.files if one.error] == []


def test_files_never_seen_are_asked_once_and_all_later_ones_join_one_book(
    store_path: Path, tmp_path: Path, warehouse: list[Path]
) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    book = open_book(store_path)
    try:
        for file in warehouse:
            earlier(file, folder)
        first = landed(book, folder)
        assert (len(first.waiting), first.imported) == (len(warehouse), ()) == (14, ())
        confirm(book, first)
        for files in ([warehouse[-1]], [warehouse[3]], [*warehouse[:3], *warehouse[4:-1]]):
            for file in files:
                shutil.copyfile(file, folder / file.name)
            again = landed(book, folder)
            assert {Path(one.file).name for one in again.imported} == {file.name for file in files}, again.waiting
        assert book.one("SELECT count(*) FROM customers") == 200
        assert book.one("SELECT count(*) FROM customers WHERE email IS NULL") == 0
        assert book.one("SELECT count(DISTINCT source) FROM customers") == 1
        assert landed(book, folder).imported == ()
    finally:
        book.workspace.close()
