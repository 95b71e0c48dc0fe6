"""What the duplicates page asks, run in the pool, and the works that it asks for, done in the lane of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.values.changes import Changes
from models.values.people import PairDetail, PairRow, PairState
from services.workspace import Workspace
from views.lists.keyset_model import PAGE_ROWS, Page
from views.shell.book import Book

Work = Callable[[Workspace], Changes]


@dataclass(frozen=True, slots=True)
class Question:
    """A tab; ``first_rows`` is how many rows the first page has, so that a refresh keeps the place."""

    state: PairState
    first_rows: int = PAGE_ROWS


class BookOfPairs:
    """The review list of the open book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def page(self, question: Question, key: int | None) -> Page[PairRow]:
        """Read a page of a tab; ``about`` are the counts of all tabs."""
        from services.duplicates import count_pairs, read_pairs

        workspace, after = self._book.workspace, key or 0
        count = question.first_rows if key is None else PAGE_ROWS
        rows = read_pairs(workspace, question.state, limit=count, after=after)
        return Page(rows, after + len(rows) if len(rows) == count else None, count_pairs(workspace))

    def detail(self, row: PairRow, keep: int | None) -> PairDetail:
        """Read two records side by side; ``keep`` is whose number stays."""
        from services.duplicates import read_merged, read_pair

        if row.state == "merged":
            return read_merged(self._book.workspace, row.first_id, row.second_id)
        return read_pair(self._book.workspace, row.first_id, row.second_id, keep=keep)

    def look(self) -> None:
        """Bring the list up to date, where that is due: a book of an earlier version was never looked through."""
        from services.duplicates import find_duplicates

        find_duplicates(self._book.workspace)


def merging(kept_id: int, other_id: int) -> Work:
    """Make one customer of two."""

    def work(workspace: Workspace) -> Changes:
        from services.duplicates import merge_customers

        return merge_customers(workspace, kept_id, other_id)

    return work


def keeping_apart(one_id: int, two_id: int) -> Work:
    """Remember that they are two."""

    def work(workspace: Workspace) -> Changes:
        from services.duplicates import keep_apart

        return keep_apart(workspace, one_id, two_id)

    return work


def putting_off(one_id: int, two_id: int) -> Work:
    """Decide later."""

    def work(workspace: Workspace) -> Changes:
        from services.duplicates import decide_later

        return decide_later(workspace, one_id, two_id)

    return work
