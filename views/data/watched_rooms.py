"""What the page of keeping in step asks, run in the pool, and what it has done in the lane of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.values.changes import Changes
from models.values.disclosures import Disclosure
from models.values.retention import Retention
from models.values.watching import FileMark, SourceRhythm
from models.values.write_back import What, WriteBack, WrittenFile
from views.background import ChildRun
from views.shell.book import Book


@dataclass(frozen=True, slots=True)
class Written:
    """Files that were written, and the journal entry of it."""

    files: tuple[WrittenFile, ...]
    changes: Changes


class BookInStep:
    """Sources and files of the open book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def sources(self) -> tuple[SourceRhythm, ...]:
        """How regularly the files of each source come."""
        from services.pipeline.watched import source_rhythms

        return source_rhythms(self._book.workspace)

    def left(self) -> tuple[Disclosure, ...]:
        """What left this computer, the newest first."""
        from services.book.disclosures import disclosures

        return disclosures(self._book.workspace)

    def retention(self) -> Retention:
        """Who is due to be erased."""
        from services.pipeline.retention import due_for_erasure

        return due_for_erasure(self._book.workspace)

    def erase(self, who: Sequence[int], receipt: Path) -> ChildRun:
        """Erase who is due in a child process, and write the receipt; its answer is an `Erased`."""
        from services.pipeline.jobs import EraseJob

        return self._book.run(EraseJob(self._book.workspace.recipe, tuple(who), receipt))

    def leave_out(self, mark: FileMark, *, back: bool = False) -> None:
        """Do not ask about a file any more; with ``back``, do."""
        from services.pipeline.watched import leave_out

        leave_out(self._book.workspace, mark, back=back)

    def plan(self, target: str, whats: Collection[What]) -> WriteBack:
        """What would be written for a system."""
        from services.exporting.write_back import write_back_plan

        return write_back_plan(self._book.workspace, target, whats)

    def write(self, plan: WriteBack, folder: Path) -> Written:
        """Write the files of a plan into a folder."""
        from services.exporting.write_back import write_back

        return Written(*write_back(self._book.workspace, plan, folder))
