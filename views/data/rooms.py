"""The Data page's questions, put to the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.values.alerts import AlertRow
from models.values.imports import ImportRecord, UndoPreview
from services import insight
from views.shell.book import Book

MOST_CARDS = 50


@dataclass(frozen=True, slots=True)
class QueueEffect:
    """What an import did to the queue."""

    opened: tuple[AlertRow, ...] = ()
    closed: tuple[AlertRow, ...] = ()
    opened_count: int = 0
    closed_count: int = 0
    before: int = 0
    now: int = 0


class BookOfImports:
    """Reads history, the effect of an undo, and the cards that an import opened or closed."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def history(self) -> tuple[ImportRecord, ...]:
        """All imports, newest first."""
        from services.sync import imports_history

        return tuple(imports_history(self._book.workspace))

    def undo_preview(self, import_id: int) -> UndoPreview:
        """What undoing an import would take out and put back."""
        from services.sync import undo_preview

        return undo_preview(self._book.workspace, import_id)

    def to_do(self) -> int:
        """How many cards wait in the queue."""
        return insight.queue(self._book.workspace, "todo").counts.get("todo", 0)

    def effect(self, opened: Collection[int], closed: Collection[int], before: int) -> QueueEffect:
        """The cards with these ids that are in the queue now, or were closed."""
        todo = insight.queue(self._book.workspace, "todo", beyond_budget=True)
        done = insight.queue(self._book.workspace, "done", beyond_budget=True)
        return QueueEffect(
            opened=_first(todo.rows, opened),
            closed=_first(done.rows, closed),
            opened_count=len(opened),
            closed_count=len(closed),
            before=before,
            now=todo.counts.get("todo", 0),
        )


def _first(rows: Sequence[AlertRow], wanted: Collection[int]) -> tuple[AlertRow, ...]:
    ids = frozenset(wanted)
    found = sorted(
        (row for row in rows if row.id in ids), key=lambda row: -max(row.value_at_risk_minor, row.upside_minor)
    )
    return tuple(found[:MOST_CARDS])
