"""The Data page: history → check → importing → receipt. One primary button in each, and the way back in the top bar.

The page holds which state is shown and what it is about; the views show it and ask, `ImportWork` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QStackedWidget, QWidget

from models.values.changes import Changes
from models.values.errors import UserError
from models.values.imports import ImportRecord, ImportRequest
from services.pipeline.jobs import CANCELLED_BEFORE, ImportOutcome, ImportResult
from views.background import Failed, WasCancelled
from views.data.batch import Batch
from views.data.batch_view import BatchView, left_out, ready, sums_of_batch
from views.data.check_view import CheckView
from views.data.checking import Checking
from views.data.files import choose_exports, open_file
from views.data.home import Home
from views.data.importing_view import ImportingView
from views.data.jobs import Checked
from views.data.kept import Kept, stopped_words, what_was_kept
from views.data.phrases import name_of, rows_words
from views.data.receipt_screen import ReceiptScreen
from views.data.receipt_view import ReceiptContent
from views.data.rooms import BookOfImports, QueueEffect
from views.data.undoing import Undoing, batch_of
from views.data.waiting import WaitingPane
from views.data.watched_sections import Keeping
from views.data.work import ImportWork
from views.shell.page import Context, Page
from views.widgets.labels import column
from views.words import counted

#: The history of imports has a line more.
LISTED = Changes(tables=frozenset({"imports"}))


class DataPage(Page):
    """Six states in a stack: home, waiting, check, batch, importing, receipt."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        theme = context.theme
        self._rooms = BookOfImports(context.book)
        self._desk = context.book.desk(self)
        self._work = ImportWork(context.book, self)
        self._undoing = Undoing(self, context, self._rooms, self._work, self._desk)
        self._rest: tuple[ImportRequest, ...] = ()
        self._before = 0
        self._left_out: tuple[ImportResult, ...] = ()
        self._visited = False
        self._home = Home(theme, self._rooms, self._desk, self)
        self.home = self._home.view
        self.keeping = Keeping(self, self.home)
        self.waiting = WaitingPane(theme)
        self.check = CheckView(theme)
        self.batch = BatchView(theme)
        self.importing = ImportingView(theme)
        self.receipt = ReceiptScreen(theme)
        views = (self.check, self.batch)
        self._checking = Checking(self, context.book, self._rooms, self._work, self._desk, views)
        self._where: QWidget = self.home
        self._stack = QStackedWidget()
        for view in (self.home, self.waiting, self.check, self.batch, self.importing, self.receipt):
            self._stack.addWidget(view)
        self.setLayout(column(self._stack))
        self._wire()

    def _wire(self) -> None:
        self.home.files_wanted.connect(self._ask_for_files)
        self.home.receipt_wanted.connect(self._open_receipt)
        self.home.undo_wanted.connect(self._ask_undo)
        self._home.records_read.connect(self.receipt.show_earlier)
        self._home.quality.duplicates_wanted.connect(lambda: self.wants_page.emit("duplicates"))
        self._home.quality.customer_wanted.connect(self.wants_customer)
        self._work.progress.connect(self._show_progress)
        for view in (self.check, self.batch):
            view.cancel_wanted.connect(self._cancel_check)
            view.splitter.restore(self.context.remembered.splitter(view.splitter.objectName()))
            view.splitter.resized.connect(self.context.remembered.set_splitter)
        self.waiting.cancel_wanted.connect(self._work.cancel)
        self.waiting.files_wanted.connect(self._ask_for_files)
        self.importing.cancel_wanted.connect(self._cancel_import)
        self.check.import_wanted.connect(self._import_one)
        self.batch.import_wanted.connect(self._import_batch)
        self.batch.file_wanted.connect(self._open_file)
        side = self.receipt.side
        side.queue_wanted.connect(lambda: self.wants_page.emit("alerts"))
        side.file_wanted.connect(open_file)
        side.mend_wanted.connect(lambda file: self.take_files([Path(file)]))
        side.undo_wanted.connect(lambda: self._undoing.undo(self.receipt.import_ids))
        self._undoing.begun.connect(self._undo_begun)
        self._undoing.ended.connect(self._undo_ended)
        side.undo_earlier_wanted.connect(self._ask_undo)
        side.history_wanted.connect(self.go_home)
        side.review_wanted.connect(lambda: self.wants_page.emit("duplicates"))
        self.receipt.view.customer_wanted.connect(self.wants_customer)
        self.receipt.view.file_wanted.connect(self._open_result)

    # -- what the shell asks ------------------------------------------------------------------------------------

    @property
    def state(self) -> QWidget:
        """The view that is shown."""
        return self._stack.currentWidget() or self.home

    @property
    def headline(self) -> str:
        opened = self._checking.batch.opened
        if self.state is self.receipt:
            return self._receipt_name()
        if self.state in (self.home, self.waiting) or opened is None:
            return ""
        if self.state is self.check:
            return Path(opened.request.shown).name
        return name_of([one.request.shown for one in self._checking.batch.checked])

    @property
    def back(self) -> str:
        if self.state in (self.home, self.importing) or (self.state is self.waiting and not self.waiting.fault_words):
            return ""
        if self.state is self.receipt and self._rest:
            return "The other file" if len(self._rest) == 1 else f"The other {len(self._rest)} files"
        return "All files" if self.state is self.check and self._checking.batch.many else "Data"

    def go_back(self) -> None:
        if self.state is self.check and self._checking.batch.many:
            self._show(self.batch)
        elif self.state is self.receipt and self._rest:
            # The book has changed since: what they would do is counted anew.
            self._check(self._rest)
        elif self.back:
            left = self._checking.batch
            self.go_home()
            if left.decided:
                self.undo_offered.emit("Check closed", partial(self._take_up, left))

    def go_home(self) -> None:
        """Show the history; what was checked and not imported is forgotten."""
        self._checking.begin()
        self._rest = ()
        self._show(self.home)
        self._home.read()

    def _take_up(self, left: Batch) -> None:
        """Show a check that was left again, with all that was decided in it."""
        if self.state is self.home and not self._work.busy:
            self._checked(left.checked)

    def _cancel_check(self) -> None:
        """A check that nobody will import is deleted: it holds rows of the file."""
        self._desk.write(
            partial(self._rooms.forget, [one.request for one in self._checking.batch.checked]), lambda _none: None
        )
        self.go_home()

    def arrive(self) -> None:
        if not self._visited:
            self._visited = True
            self._home.read()

    def show_section(self, key: str) -> None:
        if self.home.has_section(key) and not self._work.busy:
            self.go_home()
            self.home.choose_section(key)
            next(iter(self.keeping.panes()), self.home.tabs).setFocus()

    def renew(self, changes: Changes) -> None:
        if self._visited and (changes.everyone or changes.tables & {"imports"}):
            self._home.read()
        self.keeping.renew(changes)

    def panes(self) -> Sequence[QWidget]:
        shown: dict[QWidget, tuple[QWidget, ...]] = {
            self.home: (self.home.choose, self.home.tabs, *self.keeping.panes(), self.home.table),
            self.check: (self.check.rows.table, self.check.rows.tabs, self.check.plan.go),
            self.batch: (self.batch.table, self.batch.go),
            self.importing: (self.importing.cancel,),
            self.receipt: (self.receipt.side.go, self.receipt.side.undo),
        }
        return shown.get(self.state, ())

    def take_files(self, paths: Sequence[Path]) -> None:
        if self._work.busy:
            self.context.book.told.emit("An import is running. Drop the files again when it is done.")
        elif paths:
            self.context.remembered.set(last_folder=str(Path(paths[0]).parent))
            self._check(self._work.requests(paths))
        else:
            self._ask_for_files()

    def _ask_for_files(self) -> None:
        choose_exports(self, self.context.remembered.value.last_folder, self.take_files)

    def _show(self, view: QWidget) -> None:
        self.waiting.stop()
        self._stack.setCurrentWidget(view)
        self.headline_changed.emit()
        first = next(iter(self.panes()), None)
        if first is not None and self.isVisible():
            first.setFocus()

    # -- history ------------------------------------------------------------------------------------------------

    def _open_receipt(self, import_id: int) -> None:
        record = self._home.record(import_id)
        if record is not None:
            result = ImportResult(record.receipt.file, replace(record.receipt, import_id=record.id))
            self._show_receipt(ReceiptContent((result,)), f"Imported {record.when_words}", undone=record.undone)

    # -- check --------------------------------------------------------------------------------------------------

    def _check(self, requests: Sequence[ImportRequest]) -> None:
        names = [Path(request.shown).name for request in requests]
        words = f"Checking {names[0]}" if len(names) == 1 else f"Checking {counted(len(names), 'file')}"
        self.waiting.begin(words, names)
        self._stack.setCurrentWidget(self.waiting)
        self.headline_changed.emit()
        self._work.check(requests, self._checked, partial(self._not_done, requests), self.go_home)

    def _checked(self, checked: tuple[Checked, ...]) -> None:
        self._checking.begin(checked)
        self._rest = ()
        if len(checked) > 1:
            self._show(self.batch)
        elif checked[0].preview is None:
            request = checked[0].request
            heading = f"{Path(request.shown).name} cannot be imported"
            again = partial(self._check, [request])
            self._show_fault(Failed(UserError(checked[0].error)), again, heading, of_file=True)
        else:
            self._open_file(0)

    def _open_file(self, place: int) -> None:
        if self._checking.open(place):
            self._show(self.check)

    # -- import -------------------------------------------------------------------------------------------------

    def _import_one(self) -> None:
        opened = self._checking.batch.opened
        if opened is not None:
            self._left_out, self._rest = (), self._checking.batch.others()
            self._import([opened])

    def _import_batch(self) -> None:
        checked = self._checking.batch.checked
        self._left_out, self._rest = left_out(checked), self._checking.batch.undecided()
        self._import(ready(checked))

    def _import(self, files: Sequence[Checked]) -> None:
        if self.state in (self.check, self.batch):
            self._where = self.state
        at = self.context.book.workspace.at
        requests = [replace(one.request, dry_run=False, now=at) for one in files]
        words = f"Importing {rows_words(sums_of_batch(files), len(files))}"
        self.importing.begin(words, [Path(request.shown).name for request in requests])
        self._show(self.importing)

        def start(before: int) -> None:
            self._before = before
            self._work.import_files(requests, partial(self._imported, files), partial(self._import_stopped, files))

        self._desk.read("before", self._rooms.to_do, start, lambda _failed: start(0))

    def _cancel_import(self) -> None:
        """Stop the import, or do not begin it if it was about to."""
        if self._desk.waiting("before"):
            self._desk.drop("before")
            self._tell_cancelled()
        else:
            self._work.cancel()

    def _tell_cancelled(self) -> None:
        self.context.book.told.emit("Cancelled. Your book is unchanged.")
        self._show(self._where)

    def _import_stopped(
        self, files: Sequence[Checked], told: Sequence[ImportResult], outcome: Failed | WasCancelled
    ) -> None:
        """Say what is true: nothing was kept, or some files are in and others or only the scores are missing."""
        requests = [one.request for one in files]
        known = frozenset(one.id for one in self._home.records)
        cancelled = isinstance(outcome, WasCancelled)

        def have(records: tuple[ImportRecord, ...]) -> None:
            self._home.take(records)
            self._show_kept(files, what_was_kept(requests, told, records, known, cancelled=cancelled), outcome)

        def without(_failed: Failed) -> None:
            self._show_kept(files, what_was_kept(requests, told, (), known, cancelled=cancelled), outcome)

        # A topic of its own: this answer must come even if the history is asked for again meanwhile.
        self._desk.read("kept", self._rooms.history, have, without)

    def _show_kept(self, files: Sequence[Checked], kept: Kept, outcome: Failed | WasCancelled) -> None:
        failed, book = outcome if isinstance(outcome, Failed) else None, self.context.book
        if kept.count:
            book.heard(kept.changes, own=True)
            if not kept.through:
                book.renew(kept.changes)
            self._show_receipt(ReceiptContent(kept.files + self._left_out), "Imported just now")
            book.told.emit(stopped_words(kept, failed))
        elif failed is None:
            self._tell_cancelled()
        else:
            self._show(self.waiting)
            self._show_fault(failed, partial(self._import, files), "The import stopped; nothing was kept")

    def _imported(self, files: Sequence[Checked], outcome: ImportOutcome) -> None:
        if outcome.stopped:
            through = not any(one.error == CANCELLED_BEFORE for one in outcome.files)
            self._show_kept(files, Kept(outcome.files, through), WasCancelled())
            return
        run = outcome.pipeline
        self.context.book.heard(run.changes.merged(LISTED), own=True)
        before = self._before
        content = ReceiptContent(outcome.files + self._left_out)
        if run.scores is None:
            self._show_receipt(content, "Imported just now")
            return

        def have(effect: QueueEffect) -> None:
            self._show_receipt(replace(content, effect=effect), "Imported just now")

        def without(_failed: Failed) -> None:
            self._show_receipt(content, "Imported just now")

        self._desk.read("effect", lambda: self._rooms.effect(run.opened, run.closed, before), have, without)

    # -- receipt and undo ---------------------------------------------------------------------------------------

    def _show_receipt(self, content: ReceiptContent, when: str, *, undone: bool = False) -> None:
        self.receipt.show_content(content, when)
        self.receipt.show_undo(None, undone=undone)
        self._show(self.receipt)
        self.receipt.show_earlier(self._home.records)
        if not undone and self.receipt.import_ids:
            ids = self.receipt.import_ids
            self._desk.read("undo", lambda: self._rooms.undo_effect(ids), self.receipt.show_undo)

    def _open_result(self, result: ImportResult) -> None:
        if result.receipt is not None and result.receipt.import_id is not None:
            self._show_receipt(ReceiptContent((result,)), "Imported just now")

    def _ask_undo(self, import_id: int) -> None:
        record = self._home.record(import_id)
        if record is not None:
            self._undoing.ask(record, batch_of(self._home.records, record))

    def _undo_begun(self) -> None:
        self._where = self.state
        self.waiting.begin("Undoing the import", [], cancellable=False)
        self._stack.setCurrentWidget(self.waiting)

    def _undo_ended(self, done: bool) -> None:
        if done:
            self.go_home()
        else:
            self._show(self._where)

    def _show_fault(self, failed: Failed, retry: Callable[[], None], heading: str, *, of_file: bool = False) -> None:
        self.waiting.show_fault(failed, retry, heading, of_file=of_file)
        self.headline_changed.emit()

    # -- small things -------------------------------------------------------------------------------------------

    def _not_done(self, requests: Sequence[ImportRequest], failed: Failed) -> None:
        self._show_fault(failed, partial(self._check, requests), "The files could not be checked")

    def _show_progress(self, progress: object) -> None:
        view = self.importing if self.state is self.importing else self.waiting
        view.show_progress(progress)  # type: ignore[arg-type]

    def _receipt_name(self) -> str:
        return name_of([one.file for one in self.receipt.content.files])
