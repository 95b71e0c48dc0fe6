"""The check of one drop's files: shows the open one, checks it again with what a person decides, reads its rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from models.values.errors import UserError
from models.values.imports import ImportRequest, PreviewRow
from views.background import Desk, Failed
from views.data.batch import Batch
from views.data.batch_view import BatchView
from views.data.check_model import PAGE
from views.data.check_pane import ALL
from views.data.check_view import CheckView
from views.data.jobs import Checked
from views.data.phrases import VERDICTS
from views.data.rooms import BookOfImports
from views.data.work import ImportWork
from views.shell.book import Book

CheckViews = tuple[CheckView, BatchView]


class Checking(QObject):
    """Holds the batch, and keeps both of its views in step with it."""

    def __init__(
        self, parent: QObject, book: Book, rooms: BookOfImports, work: ImportWork, desk: Desk, views: CheckViews
    ) -> None:
        super().__init__(parent)
        self._book, self._rooms, self._work, self._desk = book, rooms, work, desk
        self._one, self._many = views
        self.batch = Batch()
        self._one.check_wanted.connect(self.check_again)
        self._one.rows_wanted.connect(self._more_rows)

    def begin(self, checked: Sequence[Checked] = ()) -> None:
        """Take the files of a drop; without any, forget those before."""
        self.batch = Batch(checked)
        if self.batch.many:
            self._many.show_batch(self.batch.checked)

    def open(self, place: int) -> bool:
        """Show one file's check; whether it has one."""
        one = self.batch.checked[place]
        if one.preview is None:
            return False
        self.batch.at = place
        self._one.show_check(one.request, one.preview)
        return True

    def check_again(self, request: ImportRequest) -> None:
        """Check the open file as a person wants it read, and again those whose answer is still to come."""
        asked = self.batch.ask(request)
        self._many.set_busy()
        self._work.check(asked, self._answered, self._not_answered, self.batch.give_up)

    def _answered(self, found: tuple[Checked, ...]) -> None:
        for fault in self.batch.take(found):
            self._book.failed.emit(Failed(UserError(fault)))
        self._show()

    def _not_answered(self, failed: Failed) -> None:
        self.batch.give_up()
        self._book.failed.emit(failed)
        self._show()

    def _show(self) -> None:
        opened = self.batch.opened
        if opened is not None and opened.preview is not None:
            self._one.show_check(opened.request, opened.preview)
        if self.batch.many:
            self._many.show_batch(self.batch.checked)

    def _more_rows(self, tab: str, reason: str, first: int) -> None:
        opened = self.batch.opened
        if opened is None:
            return
        request = opened.request
        verdict = next((one for one in VERDICTS if one == tab), None) if tab != ALL else None

        def have(rows: tuple[PreviewRow, ...] | None) -> None:
            now = self.batch.opened
            if now is None or request != now.request:
                return  # the file was checked anew meanwhile
            if rows is not None:
                self._one.add_rows(tab, reason, first, rows)
            elif not self._work.busy:
                # The book moved on: what the check says is counted anew.
                self.check_again(request)

        def look() -> tuple[PreviewRow, ...] | None:
            return self._rooms.check_rows(request, verdict, reason, first, PAGE)

        def failed(fault: Failed) -> None:
            self._one.rows.model.give_up(first)
            self._book.failed.emit(fault)

        self._desk.read(f"rows {tab} {reason} {first}", look, have, failed)
