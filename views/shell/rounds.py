"""Rounds: what falls due without anybody's action. One at the window's start, then one when the next thing is due.

Nothing polls: the book says when the next snoozed or waiting alert is due, and when a score that a person set counts no
more, and a timer waits for that moment.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from models.values.changes import Changes
from models.values.errors import BellwetherError
from services import alerting, scoring
from services.workspace import Workspace
from views.background import Background, Done, Failed, Outcome
from views.shell.book import Book

#: While other work runs, and where a round has left an alert that is due.
LATER_MS = 60_000
#: An alert is due at its second, so the round begins just after it.
AFTER_MS = 1_000
#: Tables whose rows fall due by themselves.
_WITH_A_DATE = frozenset({"alerts", "score_overrides"})
LONGEST_MS = 24 * 3_600_000


class Rounds(QObject):
    """Runs rounds in a child process, quietly: pages hear of what changed, a busy book is tried again later."""

    def __init__(self, book: Book, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._background = book, background
        self._desk = book.desk(self)
        self._wake: datetime | None = None
        self._begun = self._running = False
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._due)
        book.changed.connect(self._changed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._state_changed)

    def begin(self) -> None:
        """Do the first round."""
        self._begun = True
        self._run()

    def _due(self) -> None:
        if self._wake is None or self._wake <= self._now():
            self._run()
        else:
            self._wait()

    def _run(self) -> None:
        from services.pipeline.jobs import RoundJob

        if self._running or self._background.closed:
            return
        if self._background.working:
            self.timer.start(LATER_MS)
            return
        self._running = True
        self._book.run(RoundJob(self._book.workspace.recipe)).ended.connect(self._ended)

    def _ended(self, outcome: Outcome) -> None:
        self._running = False
        if isinstance(outcome, Done) and outcome.value != Changes():
            self._book.heard(outcome.value)
        elif isinstance(outcome, Failed) and not isinstance(outcome.error, BellwetherError):
            self._book.failed.emit(outcome)
        self._look()

    def _changed(self, changes: Changes) -> None:
        due = changes.everyone or changes.alerts or changes.tables & _WITH_A_DATE
        if self._begun and not self._running and due:
            self._look()

    def _look(self) -> None:
        self._desk.read("wake", partial(_next_wake, self._book.workspace), self._have)

    def _have(self, wake: datetime | None) -> None:
        self._wake = wake
        self._wait()

    def _wait(self) -> None:
        if self._wake is None:
            self.timer.stop()
            return
        left = round((self._wake - self._now()).total_seconds() * 1_000)
        self.timer.start(min(LONGEST_MS, left + AFTER_MS) if left > 0 else LATER_MS)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        # A timer stands still while the computer sleeps.
        if state == Qt.ApplicationState.ApplicationActive and self.timer.isActive() and self._wake is not None:
            self._wait()

    def _now(self) -> datetime:
        return self._book.workspace.clock.now().astimezone(UTC)


def _next_wake(workspace: Workspace) -> datetime | None:
    text, day = alerting.next_wake(workspace), scoring.next_override_end(workspace)
    due = [datetime.fromisoformat(text).astimezone(UTC)] if text else []
    due += [datetime.combine(day, time(0)).astimezone(UTC)] if day is not None else []
    return min(due, default=None)
