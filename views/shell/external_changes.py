"""Another program at work on the same book: the command line, a second window. What it changes is shown here too.

SQLite tells nobody of another process's commit, so the journal's last entry is looked at: one row by its key, every
two seconds while the window is to be seen. An entry is another's when this program neither wrote it nor has heard of
it from a child by the next look.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from services import audit
from views.background import Background
from views.shell.book import Book

LOOK_MS = 2_000


class ExternalChanges(QObject):
    """Looks for entries of others, and lets every page read again where there are some."""

    def __init__(self, book: Book, background: Background, window: QWidget) -> None:
        super().__init__(window)
        self._book, self._background, self._window = book, background, window
        self._desk = book.desk(self)
        self._known: int | None = None
        self._heard: set[int] = set()
        self._seen: frozenset[int] = frozenset()
        self.timer = QTimer(self, interval=LOOK_MS)
        self.timer.timeout.connect(self.look)
        book.changed.connect(self._hear)

    def begin(self) -> None:
        """From now on look every two seconds."""
        if not self._background.closed:
            self.look()
            self.timer.start()

    def stop(self) -> None:
        """Look no more: the window is closed."""
        self.timer.stop()

    def look(self) -> None:
        """Look once; nothing is looked at behind a hidden window, or while a child writes what it will tell of."""
        if self._background.closed or self._background.working or self._desk.waiting("external"):
            return
        if self._known is None or (self._window.isVisible() and not self._window.isMinimized()):
            # A look that fails is no news: what fails is told where it is asked for.
            workspace, known = self._book.workspace, self._known
            self._desk.read(
                "external", lambda: audit.entries_of_others(workspace, known), self._have, lambda _failed: None
            )

    def _hear(self, changes: Changes) -> None:
        self._heard |= changes.entries

    def _have(self, answer: tuple[int, frozenset[int]]) -> None:
        newest, others = answer
        others -= self._heard
        confirmed = bool(others & self._seen)
        self._seen = frozenset() if confirmed else others
        if self._seen:
            return
        self._known = newest
        self._heard = {entry for entry in self._heard if entry > newest}
        if confirmed:
            self._book.heard(Changes(everyone=True, tables=frozenset({"policies"})))
