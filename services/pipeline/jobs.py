"""Long work as plain values: what the window sends into a child process, which opens the book by itself.

Each job is called with ``progress`` and ``cancelled``; ending its process rolls its transaction back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING

from models.values.changes import Changes
from models.values.errors import BellwetherError, Cancelled, Question, UserError
from models.values.imports import (
    FileProgress,
    ImportOptions,
    ImportRequest,
    Milestone,
    Progress,
    Receipt,
)
from models.values.retention import Erased
from services.pipeline import PipelineRun, after_change, do_round
from services.workspace import Recipe, Workspace, open_workspace

if TYPE_CHECKING:
    from models.values.rule_trials import Trial

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]
#: What is decided about the sample book's exports before they are read.
SAMPLE_OPTIONS = ImportOptions(timezone="UTC", source="sample")
CANCELLED_BEFORE = "Cancelled before it was imported."


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Outcome of one file: its receipt with what it changed, or the sentence that says why it was not imported.

    ``asks``: that sentence is a question, and the answer to it is all that the file lacks.
    """

    file: str
    receipt: Receipt | None
    error: str = ""
    asks: bool = False
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class FileDone(Milestone):
    """A file of a batch is in the book, or was refused; a cancel afterwards takes nothing of it back."""

    result: ImportResult


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Outcome of one or many files, with what the pipeline did after them; ``stopped`` if a cancel left some out."""

    files: tuple[ImportResult, ...]
    pipeline: PipelineRun
    stopped: bool = False


DoneCall = Callable[[ImportResult], None]


@contextmanager
def opened(recipe: Recipe) -> Iterator[Workspace]:
    """Open the book in a process of its own, and close it again."""
    workspace = open_workspace(recipe)
    try:
        yield workspace
    finally:
        workspace.close()


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Import files one after another, each as one unit of work, then score and evaluate once."""

    recipe: Recipe
    requests: tuple[ImportRequest, ...]
    score: bool = True

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> ImportOutcome:
        """Return every file's receipt or fault; each file is told as a `FileDone` as soon as it is in the book."""
        with opened(self.recipe) as workspace:
            return import_files(
                workspace,
                self.requests,
                score=self.score,
                progress=progress,
                cancelled=cancelled,
                on_done=_telling_done(progress),
            )


def import_files(
    workspace: Workspace,
    requests: tuple[ImportRequest, ...],
    *,
    score: bool,
    progress: ProgressCall,
    cancelled: CancelCall,
    on_done: DoneCall = lambda _result: None,
) -> ImportOutcome:
    """Import files in the given order, then run the pipeline over all that changed.

    A cancel after the first file leaves what is done and scores nothing: the rest is reported as cancelled, and the
    next round scores.

    Parameters
    ----------
    on_done
        Called with each file's result as soon as its unit of work is over.

    Raises
    ------
    Cancelled
        Before the first file was done.
    """
    results = tuple(_import_each(workspace, requests, progress, cancelled, on_done))
    changes = changes_of(results)
    stopped = any(result.error == CANCELLED_BEFORE for result in results)
    if not score or stopped:
        return ImportOutcome(results, PipelineRun(changes), stopped)
    try:
        tell = of_batch(progress, len(requests), len(requests))
        run = after_change(workspace, changes, progress=stoppable(tell, cancelled))
    except Cancelled:
        return ImportOutcome(results, PipelineRun(changes), stopped=True)
    return ImportOutcome(results, run)


def changes_of(results: Iterable[ImportResult]) -> Changes:
    """What several files changed together."""
    return reduce(Changes.merged, (result.changes for result in results), Changes())


def _import_each(
    workspace: Workspace,
    requests: tuple[ImportRequest, ...],
    progress: ProgressCall,
    cancelled: CancelCall,
    on_done: DoneCall,
) -> Iterator[ImportResult]:
    from services.backups import back_up_before_import
    from services.sync import Newcomers, run_import, source_question, together, waits_for

    imported, newcomers = 0, Newcomers()
    refused: list[ImportRequest] = []
    requests = together(requests)
    question = source_question(workspace, requests, cancelled)
    if question is not None:
        for request in requests:
            result = ImportResult(request.shown, None, str(question), asks=True)
            on_done(result)
            yield result
        return
    back_up_before_import(workspace, (Path(request.file) for request in requests))
    for number, request in enumerate(requests):
        tell = of_batch(progress, number, len(requests))
        try:
            if cancelled():
                raise Cancelled
            awaited = waits_for(workspace, request, refused)
            if awaited:
                raise UserError(f"waits for {awaited}, which its rows refer to. Import both once that one is settled.")
            receipt, changed = run_import(workspace, request, progress=tell, cancelled=cancelled, newcomers=newcomers)
        except Cancelled:
            if not imported:
                raise
            yield from (ImportResult(left.shown, None, CANCELLED_BEFORE) for left in requests[number:])
            return
        except BellwetherError as error:
            result = ImportResult(request.shown, None, str(error), asks=isinstance(error, Question))
            refused.append(request)
        else:
            result = ImportResult(request.shown, receipt, changes=changed)
            imported += 1
        on_done(result)
        yield result


def stoppable(progress: ProgressCall, cancelled: CancelCall) -> ProgressCall:
    """Stop the pipeline between its steps; what it leaves out is due at the next round."""

    def tell(step: Progress) -> None:
        if step.fraction != 1.0 and cancelled():
            raise Cancelled
        progress(step)

    return tell


def of_batch(progress: ProgressCall, number: int, of: int) -> ProgressCall:
    """Tell the progress of one file, from 0, as that of several."""
    return lambda step: progress(FileProgress(step.step, step.done, step.total, number, of))


def _telling_done(progress: ProgressCall) -> DoneCall:
    return lambda result: progress(FileDone("Imported", 1, 1, result))


@dataclass(frozen=True, slots=True)
class UndoImportsJob:
    """Undo imports in the given order, the last one first, then score and evaluate once."""

    recipe: Recipe
    import_ids: tuple[int, ...]

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> PipelineRun:
        """Return what the undos and the pipeline after them changed."""
        from services.sync import undo_import

        count = len(self.import_ids)
        changes = Changes()
        with opened(self.recipe) as workspace:
            for number, import_id in enumerate(self.import_ids):
                of_batch(progress, number, count)(Progress("Undoing", 0, None))
                changes = changes.merged(undo_import(workspace, import_id))
            return after_change(workspace, changes, progress=of_batch(progress, count, count))


@dataclass(frozen=True, slots=True)
class EraseJob:
    """Erase customers who are due and write the receipt to a file, then score and evaluate once."""

    recipe: Recipe
    customers: tuple[int, ...]
    receipt: Path

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Erased:
        """Return who was erased, with what the pipeline changed after it; who went before a cancel stays erased."""
        from services.pipeline.retention import erase_due, with_receipt

        with opened(self.recipe) as workspace:
            erasing = partial(erase_due, workspace, self.customers, progress=progress, cancelled=cancelled)
            erased, _ = with_receipt(workspace, self.receipt, erasing)
            return replace(erased, changes=after_change(workspace, erased.changes, progress=progress).changes)


@dataclass(frozen=True, slots=True)
class RenewJob:
    """Score and evaluate what an action of this window changed."""

    recipe: Recipe
    changes: Changes

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Return what the pipeline changed, without the changes that it was given."""
        with opened(self.recipe) as workspace:
            return after_change(workspace, self.changes, progress=progress).changes


@dataclass(frozen=True, slots=True)
class RoundJob:
    """Do what is due without a change at hand: score, wake alerts, finish what was cut off."""

    recipe: Recipe

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Return what the round changed; empty where nothing was due."""
        with opened(self.recipe) as workspace:
            return do_round(workspace, progress=progress).changes


@dataclass(frozen=True, slots=True)
class ReportsJob:
    """Check the scores against the book's past, forecast its revenue, watch for drift: what is due, or everything.

    Where it is due, every rule is replayed over the past, too.
    """

    recipe: Recipe
    everything: bool = False

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Return what changed: the reports, each kept as soon as it was made."""
        from services.alerting import record_due, renew_record
        from services.scoring import renew_reports

        with opened(self.recipe) as workspace:
            changes = renew_reports(workspace, everything=self.everything, progress=progress, cancelled=cancelled)
            if not self.everything and record_due(workspace):
                changes = changes.merged(renew_record(workspace, progress, cancelled))
            return changes


@dataclass(frozen=True, slots=True)
class TrialJob:
    """Try a rule on the book's past, with figures that are not saved; ``kept`` is where that past stays, '' nowhere."""

    recipe: Recipe
    code: str
    figures: tuple[tuple[str, float | str], ...]
    weeks: int
    kept: str = ""

    def again(self) -> Trial | None:
        """Return what the trial found where the past is kept, which takes a moment; else None, and nothing is done."""
        from services.alerting import is_kept

        with opened(self.recipe) as workspace:
            ready = is_kept(workspace.with_policy(workspace.read_policy()), Path(self.kept), weeks=self.weeks)
        return self(lambda _step: None, lambda: False) if ready else None

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Trial:
        """Return what the trial found; the book is only read."""
        from services.alerting import try_rule

        def tell(step: Progress) -> None:
            if cancelled():
                raise Cancelled
            progress(step)

        with opened(self.recipe) as workspace:
            tried, kept = workspace.with_policy(workspace.read_policy()), Path(self.kept) if self.kept else None
            return try_rule(tried, self.code, dict(self.figures), weeks=self.weeks, progress=tell, kept=kept)


@dataclass(frozen=True, slots=True)
class SampleBookJob:
    """Generate the sample book's exports and import them like any other files."""

    recipe: Recipe
    customers: int = 400
    seed: int | None = None

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> ImportOutcome:
        """Return the receipts of the generated files."""
        with opened(self.recipe) as workspace:
            return build_sample(
                workspace,
                self.customers,
                self.seed,
                progress=progress,
                cancelled=cancelled,
                on_done=_telling_done(progress),
            )


def build_sample(
    workspace: Workspace,
    customers: int,
    seed: int | None,
    *,
    progress: ProgressCall,
    cancelled: CancelCall,
    on_done: DoneCall = lambda _result: None,
) -> ImportOutcome:
    """Write the sample book's exports to a temporary folder and import them through the same sync."""
    from services.knowledge import add_documents
    from services.sample import DEFAULT_SEED, SAMPLE_DOCUMENTS, write_exports

    with tempfile.TemporaryDirectory(prefix="bellwether-sample-") as folder:
        progress(Progress("Writing the sample exports", 0, None))
        truth = write_exports(
            Path(folder),
            customers=customers,
            seed=DEFAULT_SEED if seed is None else seed,
            today=workspace.clock.today(),
        )
        requests = requests_for(workspace, truth.paths, SAMPLE_OPTIONS)
        add_documents(workspace, sorted(SAMPLE_DOCUMENTS.glob("*.md")))
        return import_files(workspace, requests, score=True, progress=progress, cancelled=cancelled, on_done=on_done)


def requests_for(workspace: Workspace, paths: Iterable[Path], options: ImportOptions) -> tuple[ImportRequest, ...]:
    """Requests for files, as this person makes them now."""
    return tuple(
        ImportRequest(
            store=workspace.recipe.store,
            file=str(path),
            now=workspace.at,
            actor=workspace.person,
            options=options,
        )
        for path in paths
    )
