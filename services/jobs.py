"""Long work as plain values: what the window sends into a child process, which opens the book by itself.

Each job is called with ``progress`` and ``cancelled``; ending its process rolls its transaction back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from models.values.changes import Changes
from models.values.errors import BellwetherError, Cancelled
from models.values.imports import ImportOptions, ImportRequest, Preview, Progress, Receipt, Verdict
from services.pipeline import PipelineRun, after_change, do_round
from services.workspace import Recipe, Workspace, open_workspace

ProgressCall = Callable[[Progress], None]
CancelCall = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Outcome of one file: its receipt, or the sentence that says why it was not imported."""

    file: str
    receipt: Receipt | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Outcome of one or many files, with what the pipeline did after them."""

    files: tuple[ImportResult, ...]
    pipeline: PipelineRun


@contextmanager
def _opened(recipe: Recipe) -> Iterator[Workspace]:
    workspace = open_workspace(recipe)
    try:
        yield workspace
    finally:
        workspace.close()


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """Check a file without writing anything."""

    recipe: Recipe
    request: ImportRequest
    first: int = 0
    count: int = 200
    verdict: Verdict | None = None

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Preview:
        """Return the check's page of rows with all its sums."""
        from services.sync import preview

        with _opened(self.recipe) as workspace:
            return preview(
                workspace,
                self.request,
                progress=progress,
                cancelled=cancelled,
                first=self.first,
                count=self.count,
                verdict=self.verdict,
            )


@dataclass(frozen=True, slots=True)
class ImportJob:
    """Import files one after another, each as one unit of work, then score and evaluate once."""

    recipe: Recipe
    requests: tuple[ImportRequest, ...]
    score: bool = True

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> ImportOutcome:
        """Return every file's receipt or fault; what was imported before a fault or a cancel stays."""
        with _opened(self.recipe) as workspace:
            return import_files(workspace, self.requests, score=self.score, progress=progress, cancelled=cancelled)


def import_files(
    workspace: Workspace,
    requests: tuple[ImportRequest, ...],
    *,
    score: bool,
    progress: ProgressCall,
    cancelled: CancelCall,
) -> ImportOutcome:
    """Import files in the given order, then run the pipeline over all that changed.

    Raises
    ------
    Cancelled
        Before the first file was done; later, what is done stays and the rest is reported as cancelled.
    """
    from services.sync import run_import

    results: list[ImportResult] = []
    changes = Changes()
    for number, request in enumerate(requests):
        try:
            receipt, changed = run_import(workspace, request, progress=progress, cancelled=cancelled)
        except Cancelled:
            if not any(result.receipt for result in results):
                raise
            rest = requests[number:]
            results += [ImportResult(left.file, None, "Cancelled before it was imported.") for left in rest]
            break
        except BellwetherError as error:
            results.append(ImportResult(request.file, None, str(error)))
            continue
        changes = changes.merged(changed)
        results.append(ImportResult(request.file, receipt))
    run = after_change(workspace, changes, progress=progress) if score else PipelineRun(changes)
    return ImportOutcome(tuple(results), run)


@dataclass(frozen=True, slots=True)
class UndoImportJob:
    """Undo an import, then score and evaluate."""

    recipe: Recipe
    import_id: int

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> PipelineRun:
        """Return what the undo and the pipeline after it changed."""
        from services.sync import undo_import

        with _opened(self.recipe) as workspace:
            progress(Progress("Undoing", 0, None))
            return after_change(workspace, undo_import(workspace, self.import_id), progress=progress)


@dataclass(frozen=True, slots=True)
class RenewJob:
    """Score and evaluate what an action of this window changed."""

    recipe: Recipe
    changes: Changes

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Return what the pipeline changed, without the changes that it was given."""
        with _opened(self.recipe) as workspace:
            return after_change(workspace, self.changes, progress=progress).changes


@dataclass(frozen=True, slots=True)
class RoundJob:
    """Do what is due without a change at hand: score, wake cards, finish what was cut off."""

    recipe: Recipe

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> Changes:
        """Return what the round changed; empty where nothing was due."""
        with _opened(self.recipe) as workspace:
            return do_round(workspace, progress=progress).changes


@dataclass(frozen=True, slots=True)
class SampleBookJob:
    """Generate the sample book's exports and import them like any other files."""

    recipe: Recipe
    customers: int = 400
    seed: int | None = None

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> ImportOutcome:
        """Return the receipts of the generated files."""
        with _opened(self.recipe) as workspace:
            return build_sample(workspace, self.customers, self.seed, progress=progress, cancelled=cancelled)


def build_sample(
    workspace: Workspace, customers: int, seed: int | None, *, progress: ProgressCall, cancelled: CancelCall
) -> ImportOutcome:
    """Write the sample book's exports to a temporary folder and import them through the same sync."""
    from services.sample import DEFAULT_SEED, write_exports

    with tempfile.TemporaryDirectory(prefix="bellwether-sample-") as folder:
        progress(Progress("Writing the sample exports", 0, None))
        truth = write_exports(
            Path(folder),
            customers=customers,
            seed=DEFAULT_SEED if seed is None else seed,
            today=workspace.clock.today(),
        )
        base = ImportRequest(
            store=workspace.recipe.store,
            file="",
            now=workspace.at,
            actor=workspace.person,
            options=ImportOptions(timezone="UTC", source="sample"),
        )
        requests = tuple(replace(base, file=str(path)) for path in truth.paths)
        return import_files(workspace, requests, score=True, progress=progress, cancelled=cancelled)
