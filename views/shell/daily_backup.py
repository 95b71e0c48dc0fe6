"""Backs the book up once a day behind the window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer

from services.workspace import Workspace
from views.shell.book import Book

#: A window may stay open for days; asking costs a look at the names of a few files.
_EVERY_MS = 3 * 3_600_000


class DailyBackup(QObject):
    """Asks every few hours whether a backup is due. What goes wrong is told, as the next one is a day away."""

    def __init__(self, book: Book, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._desk = book, book.desk(self)
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.begin)

    def begin(self) -> None:
        """Back up now if that is due, and ask again later."""
        self._timer.start()
        self._desk.read("backup", partial(_back_up, self._book.workspace), lambda _made: None, self._book.failed.emit)


def _back_up(workspace: Workspace) -> object:
    from services.backups import daily_backup

    return daily_backup(workspace)
