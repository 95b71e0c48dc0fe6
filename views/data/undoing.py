"""Undoing imports: first what it would do, then the undo in a child process, then what stayed as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.imports import ImportRecord, UndoPreview
from services.pipeline import PipelineRun
from views.background import Desk, Failed
from views.data.phrases import undone_words
from views.data.rooms import BookOfImports
from views.data.undo_panel import UndoPanel
from views.data.work import ImportWork
from views.shell.page import Context
from views.words import counted


def batch_of(records: Sequence[ImportRecord], record: ImportRecord) -> tuple[ImportRecord, ...]:
    """What was imported together with a file, itself among them: the files of a batch are begun at one moment."""
    return tuple(one for one in records if one.finished_at == record.finished_at and not one.undone)


class Undoing(QObject):
    """Asks before an undo, and does it.

    Signals
    -------
    begun : the undo is going on.
    ended : whether it was done; the book is as before where it was not.
    """

    begun = Signal()
    ended = Signal(bool)

    def __init__(self, page: QWidget, context: Context, rooms: BookOfImports, work: ImportWork, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._context = page, context
        self._rooms, self._work, self._desk = rooms, work, desk

    def ask(self, record: ImportRecord, batch: Sequence[ImportRecord] = ()) -> None:
        """Show what undoing an import would do, with the button that does it.

        Parameters
        ----------
        batch : what was imported together with it, itself among them: all of it can be undone at once.
        """
        others = len(batch) > 1
        more = (f"Undo all {len(batch)} files…", lambda: self._ask(tuple(batch), None)) if others else None
        self._ask((record,), more)

    def _ask(self, records: Sequence[ImportRecord], more: tuple[str, Callable[[], None]] | None) -> None:
        if self._work.busy:
            return
        ids = tuple(sorted((record.id for record in records), reverse=True))
        name = records[0].file_name if len(records) == 1 else counted(len(records), "file")

        def have(preview: UndoPreview) -> None:
            page, window = self._page, self._page.window()
            panel = UndoPanel(self._context.theme, window, name, preview, lambda: self.undo(ids), more)
            panel.adjustSize()
            panel.open_at(page.mapTo(window, QPoint((page.width() + panel.width()) // 2, page.height() // 4)))

        self._desk.read("ask undo", lambda: self._rooms.undo_effect(ids), have, self._context.book.failed.emit)

    def undo(self, ids: Sequence[int]) -> None:
        """Undo these imports, the last one first."""
        book = self._context.book
        self.begun.emit()

        def done(run: PipelineRun) -> None:
            book.heard(run.changes, own=True)
            self.ended.emit(True)
            book.told.emit(undone_words(len(ids), run.changes.kept))

        def refused(failed: Failed) -> None:
            # An undo may be done although the scores after it failed: what is shown is read again.
            book.heard(Changes(everyone=True, tables=frozenset({"imports"})), own=True)
            self.ended.emit(False)
            book.failed.emit(failed)

        self._work.undo(ids, done, refused, lambda: self.ended.emit(False))
