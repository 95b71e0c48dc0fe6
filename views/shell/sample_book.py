"""Opening the sample book: made and imported in a child process, told on the first page, taken up by the others."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from models.values.changes import Changes
from models.values.imports import Progress
from views.background import ChildRun, Done, Failed, Outcome
from views.shell.book import Book
from views.shell.first_start import FirstStart

_IN_PART = "The sample book is only partly loaded. Undo its import on the Data page, or carry on with it."


class SampleBook(QObject):
    """One opening of the sample book. `filled` says that something of it is in the book, `failed` why not."""

    filled = Signal(object)  # Changes
    failed = Signal(object)

    def __init__(self, book: Book, page: FirstStart, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._page = book, page
        self._kept = Changes()
        self.run: ChildRun | None = None

    def open(self) -> None:
        """Begin."""
        from services.pipeline.jobs import SampleBookJob

        self._page.show_progress(Progress("Writing the sample exports", 0, None))
        self._kept = Changes()
        self.run = self._book.run(SampleBookJob(self._book.workspace.recipe))
        self.run.closing_question = "The sample book is being imported. Close and stop the import?"
        self.run.progress.connect(self._told)
        self.run.ended.connect(self._ended)

    def cancel(self) -> None:
        """Stop; what is imported stays."""
        if self.run is not None:
            self.run.cancel()

    def _told(self, progress: object) -> None:
        from services.pipeline.jobs import FileDone

        if isinstance(progress, FileDone):
            self._kept = self._kept.merged(progress.result.changes)
        elif isinstance(progress, Progress):
            self._page.show_progress(progress)

    def _ended(self, outcome: Outcome) -> None:
        self.run = None
        self._page.show_start()
        kept, stopped = self._kept, True
        if isinstance(outcome, Done):
            kept, stopped = outcome.value.pipeline.changes, outcome.value.stopped
        elif isinstance(outcome, Failed):
            self.failed.emit(outcome)
        if kept.tables:
            self.filled.emit(kept)
            self._book.heard(kept, own=True)
        if stopped and kept.tables:
            self._book.renew(kept)
            self._book.told.emit(_IN_PART)
