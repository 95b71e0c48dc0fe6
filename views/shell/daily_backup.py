"""Backs the book up once a day behind the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from services import backups
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
        workspace = self._book.workspace
        self._desk.read("backup", lambda: backups.daily_backup(workspace), lambda _made: None, self._book.failed.emit)
