"""Which of the files that landed are imported by themselves, and which wait for a person.

Imported is what the book has learned or knows: a known export, or a file with the headers of one that a person has
imported before. A file that raises a question, or of which many rows would be rejected, waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.values import words
from models.values.errors import EnvironmentFault, UserError
from models.values.imports import ImportRequest, Receipt
from models.values.watching import FileMark, WaitingFile
from services.pipeline.watched.look import is_still, obstacle
from services.pipeline.watched.memory import Memory
from services.sync.run import plan_for

if TYPE_CHECKING:
    from services.workspace import Workspace

#: A file of which more would be rejected waits: something in it has changed.
MOST_REJECTED: Final = 0.1
NEVER_SEEN: Final = (
    "No file with these columns was imported before. Check this one; the next ones are imported automatically."
)


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that is imported by itself, with its digest and its place among others: what they refer to goes first."""

    mark: FileMark
    request: ImportRequest
    digest: str
    order: int


@dataclass(frozen=True, slots=True)
class SortedOut:
    """What is to be done with files that landed.

    Attributes
    ----------
    ready
        In the order in which they are imported.
    waiting
        For a person.
    done
        Nothing is to be done: imported before, or left out.
    later
        Changed, locked or gone since they were seen.
    """

    ready: tuple[Ready, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    done: tuple[FileMark, ...] = ()
    later: tuple[FileMark, ...] = ()


def sort_out(
    workspace: Workspace, marks: Sequence[FileMark], memory: Memory, cancelled: Callable[[], bool]
) -> SortedOut:
    """Decide about files that landed; nothing is written but `memory`'s digests.

    Raises
    ------
    Cancelled
    EnvironmentFault
        The book cannot be read.
    """
    ready: list[Ready] = []
    waiting: list[WaitingFile] = []
    done: list[FileMark] = []
    later: list[FileMark] = []
    seen: set[str] = set()
    for mark in marks:
        if _is_of_the_book(workspace, mark):
            done.append(mark)
            continue
        try:
            digest = memory.digest(mark, cancelled)
        except OSError:
            why = obstacle(mark)
            if why:
                waiting.append(WaitingFile(mark, why))
            else:
                later.append(mark)
            continue
        if memory.leaves_out(digest) or was_imported(workspace, digest):
            done.append(mark)
            continue
        if digest in seen or not is_still(mark):
            later.append(mark)
            continue
        seen.add(digest)
        found = _decide(workspace, mark, digest)
        if isinstance(found, Ready):
            ready.append(found)
        else:
            waiting.append(found)
    ready.sort(key=lambda one: (one.order, one.mark.name))
    return SortedOut(tuple(ready), tuple(waiting), tuple(done), tuple(later))


def was_imported(workspace: Workspace, digest: str) -> bool:
    """Return whether a file with this content was imported, also where that was undone: a person took it out."""
    with workspace.store.snapshot() as db:
        return db.execute("SELECT 1 FROM imports WHERE file_sha256 = ? LIMIT 1", (digest,)).fetchone() is not None


def dealt_with_before(workspace: Workspace, marks: Sequence[FileMark]) -> frozenset[FileMark]:
    """Return those files that were imported before or left out, as far as that is known without reading them."""
    memory = memory_of(workspace)
    known = {mark: digest for mark in marks if (digest := memory.known(mark))}
    if not known:
        return frozenset()
    with workspace.store.snapshot() as db:
        imported = {row[0] for row in db.execute("SELECT DISTINCT file_sha256 FROM imports")}
    return frozenset(mark for mark, digest in known.items() if digest in imported or memory.leaves_out(digest))


def why_doubtful(trial: Receipt) -> str:
    """Return why a file should not be imported without a person, from the receipt of its dry run; '' if it may be."""
    rows = trial.rows
    if rows["rejected"] <= rows["read"] * MOST_REJECTED:
        return ""
    said = f"{rows['rejected']:,} of {words.count(rows['read'], 'row')} would be rejected"
    reason = max(trial.reasons, key=lambda one: trial.reasons[one], default="")
    if not reason:
        return f"{said}."
    count = trial.reasons[reason]
    if count == rows["rejected"]:
        return f"{said}: {reason}."
    share = "most of them" if count * 2 > rows["rejected"] else f"{count:,} of them"
    return f"{said}, {share} because: {reason}."


def _decide(workspace: Workspace, mark: FileMark, digest: str) -> Ready | WaitingFile:
    request = ImportRequest(workspace.recipe.store, mark.path, workspace.at, workspace.person)
    try:
        plan = plan_for(workspace, request)
    except UserError as problem:
        # The question is for a window; the sentence around it names options of the command line.
        return WaitingFile(mark, str(getattr(problem, "question", "") or problem))
    if plan.doubts:
        return WaitingFile(mark, plan.doubts[0].question)
    if plan.recognition.system is None and not plan.origin.by_headers:
        return WaitingFile(mark, NEVER_SEEN)
    return Ready(mark, request, digest, plan.entity.order)


def leave_out(workspace: Workspace, mark: FileMark, *, back: bool = False) -> None:
    """Take no file with this content from a watched folder any more; a person can still import it.

    Parameters
    ----------
    back
        Ask about it again: the undo.

    Raises
    ------
    EnvironmentFault
        The file cannot be read.
    """
    memory = memory_of(workspace)
    try:
        digest = memory.digest(mark, lambda: False)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise EnvironmentFault(
            f"{mark.name} could not be left out ({reason}). Try again when it can be read."
        ) from error
    if back:
        memory.take_back(digest)
    else:
        memory.leave_out(digest)
    memory.save()


def _is_of_the_book(workspace: Workspace, mark: FileMark) -> bool:
    """Whether a file is the open book, or what lies beside it: closing one takes SQLite's locks on the book away."""
    store, path = Path(workspace.store.path).absolute(), Path(mark.path).absolute()
    return path.name.startswith(store.name) and path.parent.resolve() == store.parent.resolve()


def memory_of(workspace: Workspace) -> Memory:
    """Return what is known of files in the folders that are watched for a book."""
    return Memory.of_store(Path(workspace.store.path))
