"""Keeping in step, as two sections of the page's first state: watched folders with the sources, and writing back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from models.values.changes import Changes
from models.values.errors import NotAllowed
from models.values.watching import FileMark
from services.settings import WatchedFolder, with_watched, without_watched
from views.background import ChildRun, Done, Failed, Outcome
from views.customers.erasing import NO_WAY_BACK
from views.data.files import open_file
from views.data.history_view import HistoryView
from views.data.left_pane import LeftPane
from views.data.retention_pane import RetentionPane
from views.data.sources_pane import SourcesPane
from views.data.sources_write import KEY as SPLITTER
from views.data.sources_write import WriteBackPane
from views.data.watched_pane import WatchedPane
from views.data.watched_rooms import BookInStep, Written
from views.file_dialog import choose_folder
from views.shell.page import Page
from views.widgets.labels import column, kind_of, scrolling
from views.widgets.overlay import Choice, ChoicePanel
from views.words import counted

#: The sections' keys: "data/folders" leads to the first.
FOLDERS, WRITE_BACK, LEFT, RETENTION = "folders", "write-back", "left", "retention"
_CONCERNED = frozenset({"customers", "opportunities", "tasks", "customer_risk_scores", "imports"})


class Keeping(QObject):
    """Adds both sections to the first state and does what they ask.

    Parameters
    ----------
    page : whose signals carry what leads elsewhere: files to check, an undo to offer.
    home : where the sections go.
    """

    def __init__(self, page: Page, home: HistoryView) -> None:
        super().__init__(page)
        self._page, self._home, self._context = page, home, page.context
        theme, book = page.context.theme, page.context.book
        self._rooms = BookInStep(book)
        self._desk = book.desk(self)
        self._fresh: set[str] = set()
        self._erasing: ChildRun | None = None
        self.folders = WatchedPane(theme)
        self.sources = SourcesPane(theme)
        self.writing = WriteBackPane(theme)
        self.left = LeftPane(theme)
        self.retention = RetentionPane(theme)
        both = QWidget()
        both.setLayout(column(self.folders, self.sources, -1, margins=(0, 0, 0, 20)))
        kind_of(both, "panel")
        home.add_section(FOLDERS, "Folders and sources", scrolling(both))
        home.add_section(WRITE_BACK, "Write back", self.writing)
        home.add_section(LEFT, "What left", self.left)
        home.add_section(RETENTION, "Retention", self.retention)
        self._wire()
        self._show_folders()
        self.writing.show_folder(self._context.remembered.value.write_back_folder)

    def _wire(self) -> None:
        context, folders, writing = self._context, self.folders, self.writing
        self._home.section_shown.connect(lambda _key: self._read())
        folders.folder_wanted.connect(self._watch_folder)
        folders.look_wanted.connect(lambda: context.watch.look(again=True))
        folders.stop_wanted.connect(self._stop)
        folders.open_wanted.connect(open_file)
        folders.check_wanted.connect(lambda paths: self._page.wants_files.emit([Path(path) for path in paths]))
        folders.leave_wanted.connect(self._leave_out)
        context.watch.changed.connect(self._show_folders)
        context.remembered.changed.connect(self._show_folders)
        self.retention.customer_wanted.connect(self._page.wants_customer)
        self.retention.erase_wanted.connect(self._ask_to_erase)
        self.retention.stop_wanted.connect(self._stop_erasing)
        writing.asked.connect(self._read_plan)
        writing.folder_wanted.connect(self._choose_place)
        writing.write_wanted.connect(self._write)
        writing.splitter.restore(context.remembered.splitter(SPLITTER))
        writing.splitter.resized.connect(context.remembered.set_splitter)

    def renew(self, changes: Changes) -> None:
        """Something in the book changed: what is in front is read again."""
        if changes.everyone or changes.tables & _CONCERNED:
            self._fresh.clear()
            if self._home.isVisible():
                self._read()

    def panes(self) -> Sequence[QWidget]:
        """Where F6 leads in the section that is in front."""
        shown: dict[str, Sequence[QWidget]] = {
            FOLDERS: (self.folders.add, self.folders.folders, self.folders.waiting, self.sources.table),
            WRITE_BACK: (self.writing.go, self.writing.system, self.writing.tabs),
            LEFT: (self.left.table,),
            RETENTION: (self.retention.erase, self.retention.table),
        }
        return [pane for pane in shown.get(self._home.section, ()) if pane.isVisible()]

    def _read(self) -> None:
        """Read what the section in front shows, where that may have changed."""
        key = self._home.section
        if key == LEFT:  # what left touches no table of the book: nobody is told of it
            self._desk.read(
                "left", self._rooms.left, self.left.show_left, lambda found: self.left.show_fault(found.words)
            )
            return
        if key == RETENTION:  # it depends on every table and on the day
            fault = self.retention.show_fault
            self._desk.read(
                "retention", self._rooms.retention, self.retention.show_found, lambda found: fault(found.words)
            )
            return
        if key in self._fresh:
            return
        if key == WRITE_BACK:
            self._fresh.add(key)
            self._read_plan()
        elif key == FOLDERS:
            self._fresh.add(key)
            fault = self.sources.show_fault
            show = self.sources.show_sources
            self._desk.read("sources", self._rooms.sources, show, lambda failed: fault(failed.words))

    # -- folders ------------------------------------------------------------------------------------------------

    def _show_folders(self) -> None:
        watch = self._context.watch
        self.folders.show_states(watch.folders, watch.states, importing=watch.importing, fault=watch.fault)

    def _folder(self, path: str) -> WatchedFolder:
        return WatchedFolder(path, self._context.book.workspace.recipe.store)

    def _watch(self, folder: WatchedFolder) -> None:
        remembered = self._context.remembered
        remembered.set(watched=with_watched(remembered.value, folder).watched)

    def _watch_folder(self) -> None:
        if not self._may_change():
            return
        chosen = choose_folder(self._page, "Watch a folder", self._context.remembered.value.last_folder)
        if chosen and self._may_change(Path(chosen)):
            self._watch(self._folder(str(Path(chosen).absolute())))

    def _may_change(self, folder: Path | None = None) -> bool:
        """Return whether IT leaves the list of folders to the person, and allows this one; if not, say so."""
        managed = self._context.book.workspace.managed
        try:
            managed.refuse_change("watched", "The list of watched folders")
            if folder is not None:
                managed.limits.refuse_watched(folder)
        except NotAllowed as error:
            self._context.book.failed.emit(Failed(error))
            return False
        return True

    def _stop(self, path: str) -> None:
        if not self._may_change():
            return
        remembered, folder = self._context.remembered, self._folder(path)
        remembered.set(watched=without_watched(remembered.value, folder).watched)
        words = f"{Path(path).name or path} is no longer watched"
        self._page.undo_offered.emit(words, partial(self._watch, folder))

    def _leave_out(self, mark: FileMark) -> None:
        def done(_none: None) -> None:
            self._context.watch.look(again=True)
            self._page.undo_offered.emit(f"{mark.name} left out", partial(self._take_back, mark))

        self._desk.write(partial(self._rooms.leave_out, mark), done, self._context.book.failed.emit)

    def _take_back(self, mark: FileMark) -> None:
        def done(_none: None) -> None:
            self._context.watch.look(again=True)

        self._desk.write(partial(self._rooms.leave_out, mark, back=True), done, self._context.book.failed.emit)

    # -- retention ----------------------------------------------------------------------------------------------

    def _ask_to_erase(self, anchor: QWidget) -> None:
        found = self.retention.found
        who = [one.customer_id for one in found.due] if found is not None else []
        choices = (Choice("Cancel", "", False), Choice("Erase and save the receipt…", "", True))

        def chosen(erases: bool) -> None:
            if erases:
                self._page.ask_place(
                    "Save the receipt", "Erasure receipt.txt", "Text (*.txt)", partial(self._erase, who)
                )

        title = f"Erase {counted(len(who), 'customer')} for good?"
        ChoicePanel(self._context.theme, self._page.window(), title, choices, chosen, NO_WAY_BACK).open_under(anchor)

    def _erase(self, who: Sequence[int], receipt: Path) -> None:
        book, pane = self._context.book, self.retention
        run = self._erasing = self._rooms.erase(who, receipt)
        run.ends_itself = True
        run.closing_question = "Customers are being erased. Close and stop? Those already erased stay erased."
        run.progress.connect(pane.show_progress)
        pane.show_progress(None)

        def ended(outcome: Outcome) -> None:
            self._erasing = None
            if isinstance(outcome, Done):
                erased = outcome.value
                book.heard(erased.changes, own=True)
                words = " ".join(filter(None, (f"Erased {counted(len(erased.customers), 'customer')}.", erased.fault)))
                self._page.written.emit(f"{words} The receipt is in {receipt.name}", receipt)
            else:  # who went before is erased: what is shown is read again
                book.heard(Changes(everyone=True, tables=frozenset({"customers"})), own=True)
                if isinstance(outcome, Failed):
                    book.failed.emit(outcome)
            pane.end_progress()
            self._read()

        run.ended.connect(ended)

    def _stop_erasing(self) -> None:
        if self._erasing is not None:
            self._erasing.cancel()

    # -- writing back -------------------------------------------------------------------------------------------

    def _read_plan(self) -> None:
        writing = self.writing
        writing.go.setEnabled(False)
        writing.state.loading("Looking for changes")
        ask = partial(self._rooms.plan, writing.target, writing.whats)
        self._desk.read("plan", ask, writing.show_plan, writing.show_fault)

    def _choose_place(self) -> str:
        remembered = self._context.remembered
        before = remembered.value.write_back_folder or remembered.value.last_folder
        chosen = choose_folder(self._page, "Where the files go", before)
        if chosen:
            remembered.set(write_back_folder=chosen)
            self.writing.show_folder(chosen)
        return chosen

    def _write(self) -> None:
        plan = self.writing.plan
        folder = self._context.remembered.value.write_back_folder or self._choose_place()
        if plan is None or not folder:
            return
        self.writing.go.setEnabled(False)

        def done(written: Written) -> None:
            self._context.book.heard(written.changes, own=True)
            rows = counted(sum(file.rows for file in written.files), "row")
            self._context.book.told.emit(f"Wrote {counted(len(written.files), 'file')} with {rows} to {folder}")
            self._read_plan()

        def refused(failed: Failed) -> None:
            self.writing.go.setEnabled(True)
            self._context.book.failed.emit(failed)

        self._desk.write(partial(self._rooms.write, plan, Path(folder)), done, refused)
