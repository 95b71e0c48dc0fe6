"""The Insights page's questions, put to the rooms. Every call runs in a worker and returns frozen values."""

from __future__ import annotations

from pathlib import Path

from models.values.report_card import Reliance, ReportCard
from services import insight
from views.insights.check import MakeJob
from views.shell.book import Book


class BookOfScores:
    """Reads the last check, and what the scores stand on."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def card(self) -> ReportCard:
        """How far the scores can be trusted."""
        return insight.trust_in_scores(self._book.workspace)

    def reliance(self) -> Reliance:
        """How fresh each kind of data is, and how many customers are too little known."""
        return insight.reliance(self._book.workspace)

    @property
    def checking(self) -> MakeJob | None:
        """What makes the work of a check; None where this program has none."""
        return None

    def write(self, path: Path) -> Path:
        """Write the figures of the last check as a file."""
        insight.write_report_card(self._book.workspace, path)
        return path
