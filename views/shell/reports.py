"""The reports over the book: the check of the scores, the forecast, the watch for drift. Made in a child when due.

They are due after a refit, and once a week between refits. Nobody waits for them, so they begin when nothing else runs,
and give way to an import and to a check that a person asks for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from models.values.changes import Changes
from models.values.errors import BellwetherError
from services import alerting, scoring
from services.workspace import Workspace
from views.background import Background, ChildRun, Done, Failed, Outcome, WasCancelled
from views.shell.book import Book

if TYPE_CHECKING:
    from views.child import ChildJob

#: From the last change of scores on: while a person works, one change follows another.
QUIET_MS = 20_000
#: While other work runs.
LATER_MS = 60_000


class Reports(QObject):
    """Makes the reports that are due, quietly; pages hear of what changed."""

    def __init__(self, book: Book, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._background = book, background
        self._desk = book.desk(self)
        self._begun = False
        self._left: frozenset[str] = frozenset()  # what stayed due though it was tried: not tried for ever
        self.run: ChildRun | None = None
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._look)
        book.changed.connect(self._changed)
        background.began.connect(self._make_way)

    def begin(self) -> None:
        """From now on look what is due."""
        self._begun = True
        self._look()

    def stop(self) -> None:
        """Look no more: the window is closed."""
        self._begun = False
        self.timer.stop()

    def _changed(self, changes: Changes) -> None:
        if self._begun and (changes.everyone or "customer_risk_scores" in changes.tables):
            self.timer.start(QUIET_MS)

    def _look(self) -> None:
        if self._background.closed or self.run is not None or not self._begun:
            return
        if self._background.working:
            self.timer.start(LATER_MS)
            return
        # What cannot be read is told where it is asked for.
        self._desk.read("due", partial(_due, self._book.workspace), self._have, lambda _failed: None)

    def _have(self, due: frozenset[str]) -> None:
        new = due - self._left
        self._left &= due
        if not new:
            return
        if self._background.working or self._background.closed:
            self.timer.start(LATER_MS)
            return
        from services.pipeline.jobs import ReportsJob

        self._left = due
        job = ReportsJob(self._book.workspace.recipe)
        self.run = self._book.run(job)
        self.run.ended.connect(self._ended)

    def _make_way(self, job: ChildJob) -> None:
        """A person asks for the same, or brings new facts: two at once would both be slow, and this one out of date."""
        from services.pipeline.jobs import ImportJob, ReportsJob, SampleBookJob, UndoImportsJob

        if self.run is not None and isinstance(job, ReportsJob | ImportJob | SampleBookJob | UndoImportsJob):
            self.run.cancel()

    def _ended(self, outcome: Outcome) -> None:
        self.run = None
        if isinstance(outcome, Done):
            if outcome.value != Changes():
                self._book.heard(outcome.value)
            if not self._background.closed:
                self._desk.read("due", partial(_due, self._book.workspace), self._keep, lambda _failed: None)
        elif isinstance(outcome, WasCancelled):
            self._left = frozenset()  # due again with the next change of scores
        elif isinstance(outcome, Failed) and not isinstance(outcome.error, BellwetherError):
            self._book.failed.emit(outcome)

    def _keep(self, due: frozenset[str]) -> None:
        self._left = due


def _due(workspace: Workspace) -> frozenset[str]:
    return scoring.reports_due(workspace) | ({"rules"} if alerting.record_due(workspace) else frozenset())
