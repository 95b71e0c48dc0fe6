"""In a process of its own, with nothing imported but what the program imports: seconds until the queue is painted.

python -m tests.benchmarks.first_page STORE BEGUN
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import app.run
from models.store.book_key import BookKey
from services.settings import Preferences
from services.workspace import Recipe, open_workspace


def start_once(store: Path, begun: float, key: BookKey | None = None) -> None:
    """Open the window as the program does, and print the seconds from ``begun`` to the first paint with rows."""
    app.run.calm_threads()
    workspace = open_workspace(Recipe(str(store), "Ada Lindqvist", "2026-11-20T08:15:00+00:00", key=key))

    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from views import desktop

    class FirstRows(QObject):
        """Ends the wait after the first paint of the queue that shows rows."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and view.model().rowCount() > 0:
                QTimer.singleShot(0, QApplication.quit)
            return False

    made = desktop.build(workspace, Preferences(theme="light"), None)
    made.window.resize(1440, 900)
    made.window.start()
    made.window.show()
    view = made.window.page("alerts").queue.view  # type: ignore[attr-defined]
    watcher = FirstRows()
    view.viewport().installEventFilter(watcher)
    made.app.exec()
    sys.stdout.write(f"{time.time() - begun:.4f}\n")
    made.window.close()
    workspace.close()


if __name__ == "__main__":
    start_once(Path(sys.argv[1]), float(sys.argv[2]))
