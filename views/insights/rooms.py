"""The Insights page's questions, put to the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.values.alerts import Tile
from models.values.report_card import Reliance, ReportCard
from services import insight
from views.shell.book import Book

if TYPE_CHECKING:
    from views.child import ChildJob


class BookOfScores:
    """Reads the last check, and what the scores stand on."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def card(self) -> ReportCard:
        """How far the scores can be trusted."""
        return insight.trust_in_scores(self._book.workspace)

    def tiles(self) -> tuple[Tile, ...]:
        """What came of the alerts: resolved in time, came back after outreach."""
        return insight.outcome_tiles(self._book.workspace)

    def reliance(self) -> Reliance:
        """How fresh each kind of data is, and how many customers have scores of low confidence."""
        return insight.reliance(self._book.workspace)

    def checking(self) -> ChildJob:
        """The work of a check: everything that is worked out of the book as a whole, anew."""
        from services.pipeline.jobs import ReportsJob

        return ReportsJob(self._book.workspace.recipe, everything=True)
