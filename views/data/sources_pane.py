"""Sources with how regularly their files come; one that has fallen silent stands first and warns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtWidgets import QWidget

from models.values.watching import SourceRhythm
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.labels import column, label, row
from views.words import counted, whole

_COLUMNS = (
    TableColumn("Source", 200),
    TableColumn("Newest file", keeps=2),
    TableColumn("Imports", 84, right=True, keeps=1),
    TableColumn("How often"),
    TableColumn("", 90),
)


class SourcesPane(QWidget):
    """A table of sources; only to be read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.table = WordTable(theme, "Sources", _COLUMNS, whole=True)
        self._none = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self._words = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        title = label("Sources", fonts.HEADING, fonts.SEMIBOLD)
        head = row(title, 10, self._words, -1, margins=(20, 26, 20, 8))
        self.setLayout(column(head, column(self._none, margins=(20, 0, 20, 0)), self.table))
        self.show_sources(())

    def show_sources(self, sources: Sequence[SourceRhythm]) -> None:
        """Show these sources, the stale ones first as they come."""
        stale = sum(one.stale for one in sources)
        verb = "has" if stale == 1 else "have"
        self._words.setText(f"{counted(stale, 'source')} {verb} stopped sending files" if stale else "")
        self.table.show_lines([_line(one) for one in sources])
        self.table.setVisible(bool(sources))
        self._none.setText("Nothing imported yet.")
        self._none.setVisible(not sources)

    def show_fault(self, words: str) -> None:
        """Say why they could not be read."""
        self._none.setText(words)
        self._none.setVisible(True)


def _line(one: SourceRhythm) -> TableLine:
    last = date.fromisoformat(one.last_on)
    tip = f"The last one arrived on {last.day} {last:%B %Y}"
    late = TableCell("late", "warning_text", icon="warning", wash="warning_wash", tip=f"Export it again: {one.rhythm}")
    return TableLine(
        (
            TableCell(one.source, strong=one.stale),
            TableCell(one.words, "ink_2", small=True),
            TableCell(whole(one.files)),
            TableCell(one.rhythm, "warning_text" if one.stale else "ink", tip=tip),
            late if one.stale else TableCell(""),
        ),
        one.source,
    )
