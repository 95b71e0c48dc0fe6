"""The long work of the Data page, one at a time, each in a child process: check, import, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from models.values.imports import FileProgress, ImportOptions, ImportRequest, Milestone, Progress
from services.pipeline.jobs import FileDone, ImportJob, ImportResult, UndoImportsJob, requests_for
from views.background import ChildRun, Done, Failed, Outcome, WasCancelled
from views.child import ChildJob
from views.data.jobs import CheckJob
from views.shell.book import Book

FIRST_ROWS = 400
CLOSING_QUESTION = "An import is running. Close and stop it?"

Ended = Callable[[Any], None]
Refused = Callable[[Failed], None]
#: Called with what the child told of each file before it stopped, and why it stopped.
Stopped = Callable[[tuple[ImportResult, ...], Failed | WasCancelled], None]


class ImportWork(QObject):
    """Starts work and hands its outcome over; a newer check makes an older one stale.

    Signals
    -------
    progress : `Progress` of the work that the page waits for.
    """

    progress = Signal(object)

    def __init__(self, book: Book, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._run: ChildRun | None = None

    @property
    def busy(self) -> bool:
        """Whether work that the page waits for is going on."""
        return self._run is not None

    def requests(self, paths: Sequence[Path]) -> tuple[ImportRequest, ...]:
        """Requests for files as they were dropped, nothing decided yet."""
        return requests_for(self._book.workspace, paths, ImportOptions())

    def check(
        self, requests: Sequence[ImportRequest], done: Ended, failed: Refused, cancelled: Callable[[], None]
    ) -> None:
        """Check files; the answer is a tuple of `Checked`."""
        job = CheckJob(self._book.workspace.recipe, tuple(requests), FIRST_ROWS)
        self._start(job, done, failed, cancelled)

    def import_files(self, requests: Sequence[ImportRequest], done: Ended, stopped: Stopped) -> None:
        """Import files; the answer is an `ImportOutcome`."""
        told: list[ImportResult] = []

        def hear(progress: object) -> None:
            if isinstance(progress, FileDone):
                told.append(progress.result)
            elif isinstance(progress, FileProgress) and progress.number >= progress.of:
                # The files are in; scores that are stopped are made at the next start.
                run.closing_question = ""

        def refused(failed: Failed) -> None:
            stopped(tuple(told), failed)

        def cancelled() -> None:
            stopped(tuple(told), WasCancelled())

        run = self._start(ImportJob(self._book.workspace.recipe, tuple(requests)), done, refused, cancelled)
        run.closing_question = CLOSING_QUESTION
        run.progress.connect(hear)

    def undo(self, import_ids: Sequence[int], done: Ended, failed: Refused, cancelled: Callable[[], None]) -> None:
        """Undo imports, the last one first; the answer is a `PipelineRun`."""
        job = UndoImportsJob(self._book.workspace.recipe, tuple(import_ids))
        self._start(job, done, failed, cancelled)

    def cancel(self) -> None:
        """Ask the work to stop; its outcome tells when it did."""
        if self._run is not None:
            self._run.cancel()

    def _tell(self, progress: Progress) -> None:
        if not isinstance(progress, Milestone):
            self.progress.emit(progress)

    def _start(self, job: ChildJob, done: Ended, failed: Refused, cancelled: Callable[[], None]) -> ChildRun:
        if self._run is not None:
            self._run.cancel()
        run = self._run = self._book.run(job)
        run.progress.connect(self._tell)

        def ended(outcome: Outcome) -> None:
            if self._run is not run:
                return
            self._run = None
            if isinstance(outcome, Done):
                done(outcome.value)
            elif isinstance(outcome, Failed):
                failed(outcome)
            else:
                cancelled()

        run.ended.connect(ended)
        return run
