"""Keeps the book in step with watched folders, as long as the window is open.

A thread looks into the folders every other second, sooner while something new is still written. What is whole goes to
a child process that imports it like any other file; it waits for work that is under way, and makes way for an import
that the person begins. What needs the person is told once, and leads to the check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from models.values.changes import Changes
from models.values.watching import FileMark, WaitingFile
from services.workspace import Workspace
from views.background import Background, ChildRun, Done, Failed, Outcome
from views.shell.book import Book
from views.shell.remembered import Remembered
from views.words import counted

if TYPE_CHECKING:
    from services.pipeline.folder_import import FolderImport
    from services.pipeline.jobs import ImportResult
    from services.pipeline.watched import FolderState

EVERY_MS = 2_000
#: Between two looks while a file is new: what two looks so far apart show alike is whole.
SOON_MS = 700
#: After a full disk, or a lock on the book.
LATER_MS = 60_000


#: The history of imports has a line more.
_LISTED = Changes(tables=frozenset({"imports"}))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look showed: how the folders stand, files that are whole, that just landed, that began to wait."""

    states: tuple[FolderState, ...] = ()
    whole: tuple[FileMark, ...] = ()
    fresh: tuple[FileMark, ...] = ()
    restless: bool = False
    news: tuple[WaitingFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of files since the last look, for the next one."""

    done: tuple[FileMark, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    ask_again: bool = False


class Lookout:
    """Looks, in a thread and never two at once; it remembers what the looks before showed."""

    def __init__(self) -> None:
        self._files: Any = None

    def look(self, workspace: Workspace, folders: Sequence[str], told: Told) -> Seen:
        """Look into each folder once."""
        # The importer's modules are wanted here first, long after the window stands.
        from services.pipeline.watched import WatchedFiles, dealt_with_before, look_into, readable

        if self._files is None:
            self._files = WatchedFiles()
        files: WatchedFiles = self._files
        if told.ask_again:
            files.ask_again()
        files.watch(folders)
        files.take([look_into(folder, workspace.store.path) for folder in folders])
        news = files.dealt_with(told.done, told.waiting)
        if files.whole:
            files.dealt_with(dealt_with_before(workspace, files.whole), ())
        whole, forbidden = readable(files.whole)
        news += files.dealt_with((), forbidden)
        return Seen(files.states(), whole, files.fresh, files.restless, news)


class FolderWatch(QObject):
    """Looks, imports, tells.

    Signals
    -------
    changed : how the folders stand has changed.
    asked : (words, paths): files that a person must check.
    """

    changed = Signal()
    asked = Signal(str, object)

    def __init__(self, book: Book, background: Background, remembered: Remembered, parent: QObject) -> None:
        super().__init__(parent)
        self._book, self._background, self._remembered = book, background, remembered
        self._desk = book.desk(self)
        self._lookout = Lookout()
        self._seen = Seen()
        self._told = Told()
        self._run: ChildRun | None = None
        self._results: list[ImportResult] = []
        self._asked: dict[FileMark, str] = {}
        self._begun = self._taught = False
        self.fault = ""
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.look)
        self._rest = QTimer(self, singleShot=True, interval=LATER_MS)
        remembered.changed.connect(self._folders_changed)
        book.changed.connect(self._book_changed)
        background.began.connect(self._make_way)
        self._folders = self.folders

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that are watched for the open book."""
        return self._remembered.value.watched_for(self._book.workspace.recipe.store)

    @property
    def states(self) -> tuple[FolderState, ...]:
        """How they stood at the last look."""
        return self._seen.states

    @property
    def importing(self) -> bool:
        """Whether files of the folders are on their way into the book."""
        return self._run is not None

    def begin(self) -> None:
        """From now on look, and import."""
        self._begun = True
        self.look()

    def look(self, *, again: bool = False) -> None:
        """Look now; with ``again`` also decide anew about files that wait for the person."""
        if again:
            self._told = Told(self._told.done, (), ask_again=True)
            self._rest.stop()
        if not self._begun or self._background.closed or self._desk.waiting("look"):
            return
        self.timer.stop()
        if not self.folders:
            self._show(Seen())
            return
        told, self._told = self._told, Told()
        ask = partial(self._lookout.look, self._book.workspace, self.folders, told)
        self._desk.reach("look", ask, self._have, partial(self._not_looked, told))

    # -- looking ------------------------------------------------------------------------------------------------

    def _have(self, seen: Seen) -> None:
        self._show(seen)
        if seen.news:
            self._ask(seen.news)
        if seen.whole or seen.fresh:
            self._import(seen.whole, seen.fresh)
        soon = seen.restless or (bool(seen.whole) and self._run is None and not self._rest.isActive())
        self.timer.start(SOON_MS if soon else EVERY_MS)

    def _not_looked(self, told: Told, failed: Failed) -> None:
        self._told = Told(
            told.done + self._told.done, told.waiting + self._told.waiting, told.ask_again or self._told.ask_again
        )
        self._say_fault(failed.words)
        self.timer.start(LATER_MS)

    def _show(self, seen: Seen) -> None:
        before, self._seen = self._seen, seen
        if before.states != seen.states:
            self.changed.emit()

    def _ask(self, news: Sequence[WaitingFile]) -> None:
        paths = [Path(one.mark.path) for one in news]
        one = len(news) == 1
        who = f"{news[0].mark.name} has" if one else f"{counted(len(news), 'file')} have"
        self.asked.emit(f"{who} arrived and {'needs' if one else 'need'} your attention", paths)

    def _folders_changed(self) -> None:
        if self.folders != self._folders:
            self._folders = self.folders
            self.look()

    def _book_changed(self, changes: Changes) -> None:
        """A person's import has taught the book something: what waited may come in by itself now."""
        if self._taught and self._book.own and changes.tables:
            self._taught = False
            self._told = Told(self._told.done, self._told.waiting, ask_again=True)

    # -- importing ----------------------------------------------------------------------------------------------

    def _import(self, whole: tuple[FileMark, ...], fresh: tuple[FileMark, ...]) -> None:
        from services.pipeline.folder_import import FolderImportJob

        if self._run is not None or self._background.working or self._rest.isActive():
            return
        self._results = []
        run = self._book.run(FolderImportJob(self._book.workspace.recipe, whole, fresh))
        self._run = run
        run.progress.connect(self._hear)
        run.ended.connect(self._ended)
        self.changed.emit()

    def _make_way(self, job: object) -> None:
        """An import that the person begins goes first; what was not finished here is taken up after it."""
        from services.pipeline.jobs import ImportJob, SampleBookJob, UndoImportsJob

        if isinstance(job, ImportJob | UndoImportsJob | SampleBookJob):
            self._taught = True
            if self._run is not None:
                self._run.cancel()

    def _hear(self, progress: object) -> None:
        from services.pipeline.jobs import FileDone

        if isinstance(progress, FileDone):
            self._results.append(progress.result)

    def _ended(self, outcome: Outcome) -> None:
        self._run = None
        if isinstance(outcome, Done):
            self._imported(outcome.value)
        else:
            self._stopped(outcome)
        self.changed.emit()
        if self._begun and not self._background.closed:
            self.look()

    def _imported(self, found: FolderImport) -> None:
        self._told = Told(self._told.done + found.done, self._told.waiting + found.waiting, self._told.ask_again)
        self._say_fault(found.fault)
        if found.fault:
            self._rest.start()
        if not found.imported:
            return
        self._book.heard(found.run.changes.merged(_LISTED))
        if found.stopped:
            self._book.renew(found.changes)
        names = [Path(one.file).name for one in found.imported]
        what = names[0] if len(names) == 1 else counted(len(names), "file")
        opened = len(found.run.opened)
        alerts = f": {counted(opened, 'new alert')}" if opened else ""
        self._book.told.emit(f"Imported {what} from a watched folder{alerts}")

    def _stopped(self, outcome: Outcome) -> None:
        """Cancelled or failed: what the child had told of before is in the book and is scored."""
        for result in self._results:
            self._book.heard(result.changes.merged(_LISTED))
            self._book.renew(result.changes)
        if isinstance(outcome, Failed):
            self._say_fault(outcome.words)
            self._rest.start()

    def _say_fault(self, words: str) -> None:
        if words and words != self.fault:
            self._book.told.emit(words)
        if words != self.fault:
            self.fault = words
            self.changed.emit()
