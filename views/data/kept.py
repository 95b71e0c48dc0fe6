"""What is in the book after an import that did not come to its end: each file is a unit of work of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from models.values.changes import Changes
from models.values.imports import ImportRecord, ImportRequest
from services.pipeline.jobs import CANCELLED_BEFORE, ImportResult
from views.background import Failed
from views.words import counted

STOPPED_BEFORE = "Not imported: the import stopped before this file."
#: What a file changed whose result did not arrive any more: everything may have to be read and scored again.
UNTOLD = Changes(everyone=True, tables=frozenset({"customers", "imports"}))


@dataclass(frozen=True, slots=True)
class Kept:
    """Results of all files of an import, imported or not; with ``through`` only the scores are missing."""

    files: tuple[ImportResult, ...]
    through: bool

    @property
    def count(self) -> int:
        """How many files are in the book."""
        return sum(one.receipt is not None for one in self.files)

    @property
    def changes(self) -> Changes:
        """What the imported files changed."""
        return reduce(Changes.merged, (one.changes for one in self.files), Changes())


def what_was_kept(
    requests: Sequence[ImportRequest],
    told: Sequence[ImportResult],
    records: Sequence[ImportRecord],
    known: Collection[int],
    *,
    cancelled: bool,
) -> Kept:
    """Return every file's result, from what the child told and from the history.

    Parameters
    ----------
    told : results that arrived, in the order of the requests.
    records : the history as it is now: a file may be in the book although the child ended before it could say so.
    known : ids of the imports before this one.
    """
    files = list(told)
    seen = {one.receipt.import_id for one in told if one.receipt is not None} | set(known)
    fresh = {one.receipt.file: one for one in records if one.id not in seen}
    for request in requests[len(told) :]:
        record = fresh.get(request.shown)
        if record is not None and record.finished_at >= request.now:
            files.append(ImportResult(request.shown, replace(record.receipt, import_id=record.id), changes=UNTOLD))
        else:
            files.append(ImportResult(request.shown, None, CANCELLED_BEFORE if cancelled else STOPPED_BEFORE))
    waiting = {CANCELLED_BEFORE, STOPPED_BEFORE}
    return Kept(tuple(files), through=not any(one.error in waiting for one in files))


def stopped_words(kept: Kept, failed: Failed | None) -> str:
    """Return what is true after a cancel, or after a failure; some files were imported."""
    files = len(kept.files)
    verb = "is" if kept.count == 1 else "are"
    some = f"{counted(kept.count, 'file')} {verb} imported"
    if kept.through and failed is None:
        return f"{some}; scoring was stopped and resumes at the next start."
    if kept.through:
        return f"{some}, but not scored: scoring resumes at the next start."
    part = f"{kept.count} of {files} files {verb} imported and {'stays' if kept.count == 1 else 'stay'}"
    return f"{part}; the rest was cancelled." if failed is None else f"{part}. {failed.words}"
