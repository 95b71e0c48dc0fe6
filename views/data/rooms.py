"""The Data page's questions, put to the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from models.values.alerts import AlertRow
from models.values.imports import ImportRecord, ImportRequest, PreviewRow, UndoPreview, Verdict
from models.values.quality import DataQuality
from services import insight
from views.shell.book import Book

MOST_ALERTS = 50


@dataclass(frozen=True, slots=True)
class QueueEffect:
    """What an import did to the queue."""

    opened: tuple[AlertRow, ...] = ()
    closed: tuple[AlertRow, ...] = ()
    opened_count: int = 0
    closed_count: int = 0
    before: int = 0
    now: int = 0
    #: Pairs of customers that look like one and wait for a person.
    pairs: int = 0


class BookOfImports:
    """Reads history, the effect of an undo, and the alerts that an import opened or closed."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def history(self) -> tuple[ImportRecord, ...]:
        """All imports, newest first."""
        from services.sync import imports_history

        return tuple(imports_history(self._book.workspace))

    def quality(self) -> DataQuality:
        """How complete, old and consistent the data are."""
        from services.sync import data_quality

        return data_quality(self._book.workspace)

    def undo_effect(self, import_ids: Sequence[int]) -> UndoPreview:
        """What undoing these imports, the last one first, would take out, put back and keep together."""
        from services.sync import undo_preview

        takes: dict[str, int] = {}
        puts: dict[str, int] = {}
        refused = ""
        keeps: list[str] = []
        for place, import_id in enumerate(import_ids):
            one = undo_preview(self._book.workspace, import_id, undone_before=import_ids[:place])
            keeps += one.keeps
            # Only the last one's counts: what a later file of the same receipt overwrote is undone before it.
            refused = one.refused if place == 0 else refused
            for found, sums in ((one.takes_out, takes), (one.puts_back, puts)):
                for what, count in found:
                    sums[what] = sums.get(what, 0) + count
        return UndoPreview(tuple(takes.items()), tuple(puts.items()), refused, tuple(keeps))

    def check_rows(
        self, request: ImportRequest, verdict: Verdict | None, reason: str, first: int, count: int
    ) -> tuple[PreviewRow, ...] | None:
        """A page of a check's rows; None where the check is not kept any more."""
        from services.sync import check_rows

        return check_rows(self._book.workspace, request, first=first, count=count, verdict=verdict, reason=reason)

    def forget(self, requests: Sequence[ImportRequest]) -> None:
        """Delete what checks of these files kept."""
        from services.sync import forget_check

        for request in requests:
            forget_check(self._book.workspace, request)

    def to_do(self) -> int:
        """How many alerts wait in the queue."""
        return insight.to_do(self._book.workspace)

    def effect(self, opened: Collection[int], closed: Collection[int], before: int) -> QueueEffect:
        """The alerts with these ids that are in the queue now, or were closed."""
        from services.duplicates import count_pairs

        todo = insight.queue(self._book.workspace, "todo", beyond_budget=True)
        done = insight.queue(self._book.workspace, "done", beyond_budget=True)
        return QueueEffect(
            opened=_first(todo.rows, opened),
            closed=_first(done.rows, closed),
            opened_count=len(opened),
            closed_count=len(closed),
            before=before,
            now=todo.counts.get("todo", 0),
            pairs=count_pairs(self._book.workspace).pending,
        )


def _first(rows: Sequence[AlertRow], wanted: Collection[int]) -> tuple[AlertRow, ...]:
    ids = frozenset(wanted)
    found = sorted(
        (row for row in rows if row.id in ids), key=lambda row: -max(row.value_at_risk_minor or 0, row.upside_minor)
    )
    return tuple(found[:MOST_ALERTS])
