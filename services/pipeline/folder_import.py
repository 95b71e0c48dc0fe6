"""Files that landed in watched folders: sorted out, imported one after another, then scored and evaluated once.

A plain value crosses into the child process, as for any import. The command line does the same without a window.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from models.values.changes import Changes
from models.values.errors import Cancelled, EnvironmentFault, UserError
from models.values.imports import Receipt
from models.values.watching import FileMark, WaitingFile
from services.pipeline import PipelineRun, after_change
from services.pipeline.jobs import (
    CancelCall,
    FileDone,
    ImportResult,
    ProgressCall,
    changes_of,
    of_batch,
    opened,
    stoppable,
)
from services.workspace import Recipe, Workspace

if TYPE_CHECKING:
    from services.pipeline.watched import FolderState, Ready


#: What lies at least between the look that showed a file and the second one.
SETTLE_SECONDS: Final = 0.7
#: What importing and scoring need: imported while a file settles.
_WANTED: Final = ("services.sync.run", "services.scoring.run", "services.alerting.run", "services.duplicates.find")


@dataclass(frozen=True, slots=True)
class FolderImport:
    """What became of files that landed.

    Attributes
    ----------
    imported
        With their receipts, in the order of import.
    waiting
        For a person, with the question or the reason.
    done
        Nothing more is to be done with these: imported now or before, or left out.
    fault
        What kept the rest from being imported (disk, lock), in one sentence; it is tried again. '' else.
    run
        What the pipeline did afterwards.
    stopped
        Whether a cancel left the scores or some of the files for later.
    """

    imported: tuple[ImportResult, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    done: tuple[FileMark, ...] = ()
    fault: str = ""
    run: PipelineRun = field(default_factory=lambda: PipelineRun(Changes()))
    stopped: bool = False

    @property
    def changes(self) -> Changes:
        """What the imported files changed."""
        return changes_of(self.imported)


@dataclass(frozen=True, slots=True)
class FolderImportJob:
    """Import what landed and is whole; each file in the book is told as a `FileDone`.

    Attributes
    ----------
    marks
        Files that two looks showed alike.
    fresh
        Files that one look showed: the job gets ready, looks at them a second time, and takes those that are as they
        were. So nobody waits for the process to start once a file is whole.
    """

    recipe: Recipe
    marks: tuple[FileMark, ...]
    fresh: tuple[FileMark, ...] = ()

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> FolderImport:
        """Return what became of each file; one that is still written is in none of the lists."""
        marks = self.marks + self._settled()
        with opened(self.recipe) as workspace:
            return import_files_of_folders(workspace, marks, progress=progress, cancelled=cancelled)

    def _settled(self) -> tuple[FileMark, ...]:
        if not self.fresh:
            return ()
        began = time.monotonic()
        for name in _WANTED:
            import_module(name)
        from services.pipeline.watched import is_still

        time.sleep(max(0.0, SETTLE_SECONDS - (time.monotonic() - began)))
        return tuple(mark for mark in self.fresh if is_still(mark))


def import_files_of_folders(
    workspace: Workspace, marks: Sequence[FileMark], *, progress: ProgressCall, cancelled: CancelCall
) -> FolderImport:
    """Import the files that the book knows how to import; then score and evaluate what they changed.

    Raises
    ------
    Cancelled
        Before anything was imported.
    """
    from services.pipeline.watched import memory_of, sort_out

    memory = memory_of(workspace)
    try:
        sorted_out = sort_out(workspace, marks, memory, cancelled)
        batch = _Batch(workspace, progress, cancelled, list(sorted_out.done), list(sorted_out.waiting))
        batch.bring(sorted_out.ready)
    finally:
        memory.save()
    return batch.found(_scored(batch))


@dataclass
class _Batch:
    """Files on their way, one after another."""

    workspace: Workspace
    progress: ProgressCall
    cancelled: CancelCall
    done: list[FileMark]
    waiting: list[WaitingFile]
    imported: list[ImportResult] = field(default_factory=list)
    fault: str = ""
    stopped: bool = False

    def bring(self, ready: Sequence[Ready]) -> None:
        """Import each; a file that a person must see waits, a full disk or a lock ends the batch."""
        from services.pipeline.watched import is_still

        for number, one in enumerate(ready):
            try:
                if self.cancelled():
                    raise Cancelled
                self._one(one, number, len(ready))
            except Cancelled:
                if not self.imported:
                    raise
                self.stopped = True
                return
            except EnvironmentFault as error:
                self.fault = str(error)
                return
            except UserError as error:
                if is_still(one.mark):  # else it is seen anew
                    self.waiting.append(WaitingFile(one.mark, str(getattr(error, "question", "") or error)))

    def _one(self, one: Ready, number: int, of: int) -> None:
        from services.pipeline.watched import is_still, was_imported, why_doubtful
        from services.sync import run_import

        # Another program may have brought the same file meanwhile, or somebody writes to it again: it is seen anew.
        if was_imported(self.workspace, one.digest):
            self.done.append(one.mark)
            return
        if not is_still(one.mark):
            return

        def doubt(receipt: Receipt) -> str:
            # The digest is of the file as it was seen; the rows must be, too.
            return why_doubtful(receipt) if is_still(one.mark) else f"{one.mark.name} changed during the import."

        receipt, changes = run_import(
            self.workspace,
            one.request,
            progress=of_batch(self.progress, number, of),
            cancelled=self.cancelled,
            doubt=doubt,
            digest=one.digest,
        )
        result = ImportResult(one.mark.path, receipt, changes=changes)
        self.imported.append(result)
        self.done.append(one.mark)
        self.progress(FileDone("Imported", 1, 1, result))

    def found(self, run: PipelineRun | None) -> FolderImport:
        """What became of them."""
        found = FolderImport(
            imported=tuple(self.imported),
            waiting=tuple(self.waiting),
            done=tuple(self.done),
            fault=self.fault,
            stopped=self.stopped or run is None,
        )
        return replace(found, run=run if run is not None else PipelineRun(found.changes))


def _scored(batch: _Batch) -> PipelineRun | None:
    """Score what was imported; None where a cancel left it for the next round."""
    changes = changes_of(batch.imported)
    if batch.stopped or not batch.imported:
        return None if batch.stopped else PipelineRun(changes)

    tell = of_batch(batch.progress, len(batch.imported), len(batch.imported))
    try:
        return after_change(batch.workspace, changes, progress=stoppable(tell, batch.cancelled))
    except Cancelled:
        return None


def import_watched(
    workspace: Workspace,
    folders: Sequence[str],
    *,
    pause: Callable[[], None],
    progress: ProgressCall,
    cancelled: CancelCall,
) -> tuple[FolderImport, tuple[FolderState, ...]]:
    """Look into folders, wait where something new may still be written, and import what is whole.

    Parameters
    ----------
    pause
        Called between the two looks, where a second one is needed.

    Returns
    -------
    tuple of FolderImport and FolderState
        What became of the files, and how each folder stands.
    """
    from services.pipeline.watched import WatchedFiles, dealt_with_before, look_into

    files = WatchedFiles(folders)
    store = workspace.store.path
    looks = [look_into(folder, store) for folder in folders]
    files.take(looks)
    files.dealt_with(dealt_with_before(workspace, [mark for look in looks for mark in look.marks]), ())
    if not files.restless:
        return FolderImport(), files.states()
    pause()
    files.take([look_into(folder, store) for folder in folders])
    found = import_files_of_folders(workspace, files.whole, progress=progress, cancelled=cancelled)
    files.dealt_with(found.done, found.waiting)
    return found, files.states()
