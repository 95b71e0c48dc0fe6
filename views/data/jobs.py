"""What the Data page runs in a child process. Plain values in and out; no Qt here, the child imports this module."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from models.values.errors import BellwetherError, Cancelled
from models.values.imports import FileProgress, ImportRequest, Preview, Progress
from models.values.reading import also
from services.jobs import CancelCall, ProgressCall
from services.workspace import Recipe, open_workspace

_WORKBOOKS = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"))
#: What files of one batch refer to comes first: a customer before their orders, an order before its return.
IN_ORDER = (
    "customers",
    "products",
    "orders",
    "returns",
    "tickets",
    "reviews",
    "email_events",
    "opportunities",
    "stage_changes",
    "activities",
    "surveys",
    "conversations",
)


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
        from services.sync import preview

        found: list[Checked] = []
        workspace = open_workspace(self.recipe)
        try:
            requests = [one for request in self.requests for one in unpacked(request)]
            for number, request in enumerate(requests):
                if cancelled():
                    raise Cancelled
                tell = _telling(progress, number, len(requests))
                tell(Progress("Checking", 0, None))
                request = replace(request, dry_run=True)
                try:
                    seen = preview(workspace, request, progress=tell, cancelled=cancelled, first=0, count=self.rows)
                except Cancelled:
                    raise
                except BellwetherError as error:
                    found.append(Checked(request, None, str(error)))
                else:
                    found.append(Checked(request, seen))
        finally:
            workspace.close()
        return in_order(found)


def unpacked(request: ImportRequest) -> tuple[ImportRequest, ...]:
    """A request for each file of an archive with several; of any other file the request itself."""
    from services.sync import tables_in

    reading = request.options.reading
    if reading.member is not None or PurePath(request.file).suffix.lower() in _WORKBOOKS:
        return (request,)
    try:
        found = tables_in(Path(request.file))
    except BellwetherError:
        # The check says what is wrong with it.
        return (request,)
    if len(found) < 2 or any(one.choice.member is None for one in found):
        return (request,)
    within = (replace(request.options, reading=also(reading, one.choice)) for one in found)
    return tuple(replace(request, options=options) for options in within)


def _telling(progress: ProgressCall, number: int, of: int) -> ProgressCall:
    return lambda step: progress(FileProgress(step.step, step.done, step.total, number, of))


def in_order(checked: list[Checked]) -> tuple[Checked, ...]:
    """Files in the order of import: what others refer to first, files that cannot be read last."""

    def place(one: Checked) -> int:
        if one.preview is None:
            return len(IN_ORDER) + 1
        entity = one.preview.entity
        return IN_ORDER.index(entity) if entity in IN_ORDER else len(IN_ORDER)

    return tuple(sorted(checked, key=place))
