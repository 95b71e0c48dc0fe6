"""What left this computer: emails, requests to language models, exports, files for other systems; the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QWidget

from models.values.disclosures import Disclosure
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.labels import column, label, row
from views.words import counted, whole

_COLUMNS = (
    TableColumn("When", 150),
    TableColumn("What"),
    TableColumn("To", 260, keeps=1),
    TableColumn("Bytes", 84, right=True, keeps=2),
    TableColumn("Fields", 190, keeps=3),
    TableColumn("By", 120, keeps=4),
)
#: So many are listed; `bellwether disclosures` has all.
LISTED = 500
_NOTHING = "Nothing has left this computer. Emails, requests to language models and exports are listed here."


class LeftPane(QWidget):
    """A table of what left; only to be read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.table = WordTable(theme, "What left this computer", _COLUMNS)
        self._none = label(_NOTHING, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self._words = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        title = label("What left this computer", fonts.HEADING, fonts.SEMIBOLD)
        head = row(title, 10, self._words, -1, margins=(20, 16, 20, 8))
        made = column(head, column(self._none, margins=(20, 0, 20, 0)), self.table, -1)
        made.setStretchFactor(self.table, 1_000)  # while it is hidden, the words stay at the top
        self.setLayout(made)

    def show_left(self, found: Sequence[Disclosure]) -> None:
        """Show the newest of these, and how many there are in all."""
        words = counted(len(found), "entry", "entries") if found else ""
        if len(found) > LISTED:
            words = f"newest {LISTED} of {words}; `bellwether disclosures --limit {len(found)}` lists all"
        self._words.setText(words)
        self.table.show_lines([_line(number, one) for number, one in enumerate(found[:LISTED])])
        self.table.setVisible(bool(found))
        self._none.setText(_NOTHING)
        self._none.setVisible(not found)

    def show_fault(self, words: str) -> None:
        """Say why they could not be read."""
        self._none.setText(words)
        self._none.setVisible(True)


def _line(number: int, one: Disclosure) -> TableLine:
    at = datetime.fromisoformat(one.at).astimezone()
    held = ", ".join(one.fields)
    what = f"{one.what} ({one.customer})" if one.customer else one.what
    return TableLine(
        (
            TableCell(f"{at.day} {at:%b %Y %H:%M}", "ink_2"),
            TableCell(what, tip=what),
            TableCell(one.to, tip=one.to),
            TableCell("" if one.size is None else whole(one.size)),
            TableCell(held, "ink_2", tip=held),
            TableCell(one.by, "ink_2"),
        ),
        number,
    )
