"""Settings › This computer: the newest backup, one made now, one compared and restored."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from services.backups import backups_of
from services.workspace import Recipe, open_workspace
from tests.services.sync.book import Book, write_csv
from tests.views.conftest import OpenWindow
from tests.views.settings.conftest import settings_page, until


def test_a_backup_is_made_listed_compared_and_restored(
    qtbot: QtBot, open_window: OpenWindow, store_path: Path, tmp_path: Path
) -> None:
    workspace = open_workspace(Recipe(str(store_path), "Ada", "2026-11-19T09:00:00+00:00"))
    rows = [[str(n), f"Customer {n}", f"c{n}@example.org", "2026-01-05"] for n in range(3)]
    book = Book(workspace)
    book.bring(write_csv(tmp_path / "a.csv", ["customer_id", "name", "email", "created"], rows), source="crm")
    page = settings_page(open_window(workspace), "look")
    box, wanted = page.backups, list[str]()
    page.wants_restore.disconnect()
    page.wants_restore.connect(wanted.append)
    until(qtbot, lambda: "no backup yet" in box.words.text())
    assert not box.restore_button.isVisible()
    box.make_button.click()
    until(qtbot, box.restore_button.isVisible)
    (made,) = backups_of(store_path)
    assert "made by hand. 1 backup is kept beside the book, 1 MB together." in box.words.text()
    more = write_csv(tmp_path / "b.csv", ["customer_id", "name"], [["9", "Customer 9"]])
    book.bring(more, source="crm")
    box.restore_button.click()
    assert box.panel is not None and [one.value for one in box.panel.choices] == [made]
    first = box.panel
    qtbot.keyClick(first, Qt.Key.Key_1)
    until(qtbot, lambda: box.panel is not first)
    assert [one.value for one in box.panel.choices] == [str(made.path), ""]
    said = " ".join(one.text() for one in box.panel.findChildren(QLabel))
    assert "Since then: 1 import." in said and "go back to review" in said
    qtbot.keyClick(box.panel, Qt.Key.Key_1)
    assert wanted == [str(made.path)]
