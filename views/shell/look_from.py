"""Asks as of which day to score a book whose data end long ago."""

from __future__ import annotations

from datetime import date
from operator import methodcaller

from PySide6.QtWidgets import QWidget

from models.values.words import full_day
from views.shell.book import Book
from views.theme import Theme
from views.widgets.overlay import Choice, ChoicePanel

_FOOT = "Inactivity alerts start once you choose a date. You can change it in Settings › Scores."


class LookFrom:
    """Asks once for each last day of the data; the answer is kept in the policy and can be undone."""

    def __init__(self, book: Book, theme: Theme, window: QWidget) -> None:
        self._book, self._theme, self._window = book, theme, window
        self._asked = ""
        self.panel: ChoicePanel | None = None

    def ask(self, end: str, anchor: QWidget) -> None:
        """Ask where `end`, the last day of data that end long ago, is not '' and was not asked about yet."""
        if end == self._asked or not end:
            return
        self._asked = end
        day = full_day(date.fromisoformat(end))
        choices = (
            Choice(f"Score as of {day}", "last day of data", "data-end"),
            Choice("Score as of today", "", "today"),
        )
        self.panel = ChoicePanel(self._theme, self._window, f"Your data ends on {day}", choices, self._chosen, _FOOT)
        self.panel.setFixedWidth(420)
        self.panel.open_under(anchor)

    def _chosen(self, value: str) -> None:
        keep = methodcaller("change_policy", look_from=value)
        self._book.act(keep, "Score as of the last day of data" if value == "data-end" else "Score as of today")
