"""What the Data page runs in a child process. Plain values in and out; no Qt here, the child imports this module."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from models.values.errors import BellwetherError, Cancelled
from models.values.imports import FileProgress, ImportRequest, Preview, Progress
from services.pipeline.jobs import CancelCall, ProgressCall
from services.workspace import Recipe, open_workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of a batch: its check, or the sentence that says why it cannot be imported."""

    request: ImportRequest
    preview: Preview | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class CheckJob:
    """Check files one after another without writing anything; a file that cannot be read stops no other."""

    recipe: Recipe
    requests: tuple[ImportRequest, ...]
    rows: int

    def __call__(self, progress: ProgressCall, cancelled: CancelCall) -> tuple[Checked, ...]:
        """Return every file's check, in the order in which they should be imported."""
        from services.pipeline.watched import each_file, left_alone, why_left_alone
        from services.sync import Newcomers, order_of_import, preview, together

        found: list[Checked] = []
        workspace = open_workspace(self.recipe)
        try:
            requests = together([one for request in self.requests for one in each_file(request)])
            decided: dict[str, str] = {}
            newcomers = Newcomers()
            for number, place in enumerate(order_of_import(workspace, requests)):
                request = requests[place]
                if cancelled():
                    raise Cancelled
                tell = _telling(progress, number, len(requests))
                tell(Progress("Checking", 0, None))
                # What is decided of a file, those that refer to it follow.
                beside = tuple((path, source or decided.get(path, "")) for path, source in request.beside)
                request = replace(request, dry_run=True, beside=beside)
                try:
                    seen = preview(
                        workspace, request, progress=tell, cancelled=cancelled, count=self.rows, newcomers=newcomers
                    )
                except Cancelled:
                    raise
                except BellwetherError as error:
                    found.append(Checked(request, None, str(error)))
                else:
                    found.append(Checked(request, seen))
                    if not seen.question:
                        decided[str(Path(request.file).resolve())] = seen.source
        finally:
            workspace.close()
        found += [
            Checked(replace(request, file=path, dry_run=True), None, why_left_alone(path))
            for request in self.requests
            for path in left_alone(request)
        ]
        return in_order(found)


def _telling(progress: ProgressCall, number: int, of: int) -> ProgressCall:
    return lambda step: progress(FileProgress(step.step, step.done, step.total, number, of))


def in_order(checked: list[Checked]) -> tuple[Checked, ...]:
    """Files in the order of import: what others refer to first, files that cannot be read last."""
    from services.sync import place_of

    def place(one: Checked) -> tuple[bool, int]:
        return (True, 0) if one.preview is None else (False, place_of(one.preview.entity))

    return tuple(sorted(checked, key=place))
