"""Who is due to be erased: customers without contact for longer than the policy keeps them; a person erases them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from models.values.imports import Progress
from models.values.retention import Retention
from models.values.words import full_day
from services.entities import ENTITIES
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import column, label, row
from views.words import counted

_COLUMNS = (TableColumn("Customer"), TableColumn("Last contact", 130), TableColumn("Source", 180, keeps=1))
_BESIDE = {"customers": "Sign-up", "notes": "Notes"}


class RetentionPane(QWidget):
    """What the policy says, a table of who is due, and a button.

    Signals
    -------
    erase_wanted : the person wants to erase who is listed.
    stop_wanted : no further customer is to be erased.
    customer_wanted : this customer is to be opened on their page.
    """

    erase_wanted = Signal(object)
    stop_wanted = Signal()
    customer_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.found: Retention | None = None
        self.table = WordTable(theme, "Customers due to be erased", _COLUMNS)
        self.table.opened.connect(lambda key: self.customer_wanted.emit(key))
        self.table.linked.connect(lambda _what, key: self.customer_wanted.emit(key))
        self.words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.erase = CommandButton(theme, "Erase…")
        self.erase.clicked.connect(lambda: self.erase_wanted.emit(self.erase))
        self.stop = CommandButton(theme, "Stop")
        self.stop.clicked.connect(self.stop_wanted)
        self.going = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        title = label("Retention", fonts.HEADING, fonts.SEMIBOLD)
        head = row(title, 10, -1, self.going, 10, self.stop, self.erase, margins=(20, 16, 20, 8))
        made = column(head, column(self.words, margins=(20, 0, 20, 8)), self.table, -1)
        made.setStretchFactor(self.table, 1_000)
        self.setLayout(made)
        self.erase.hide()
        self.end_progress()

    def show_found(self, found: Retention) -> None:
        """Show who is due."""
        self.found = found
        self.words.setText(found.words)
        lines = [
            TableLine(
                (
                    TableCell(one.name, link="customer"),
                    TableCell(full_day(one.last_on)),
                    TableCell(_BESIDE.get(one.table) or ENTITIES[one.table].label, "ink_2"),
                ),
                one.customer_id,
            )
            for one in found.due
        ]
        self.table.show_lines(lines)
        self.table.setVisible(bool(lines))
        self.erase.setVisible(bool(lines) and self.stop.isHidden())
        self.erase.setText(f"Erase {counted(len(lines), 'customer')}…")

    def show_fault(self, words: str) -> None:
        """Say why it could not be read; an older list is not offered."""
        self.found = None
        self.words.setText(words)
        for one in (self.table, self.erase):
            one.hide()

    def show_progress(self, progress: Progress | None) -> None:
        """Say how far the erasing is; None as it begins."""
        far = f" {progress.done:,} of {progress.total:,}" if progress is not None and progress.total else ""
        self.going.setText(f"{progress.step if progress is not None else 'Erasing customers'}{far}")
        for one in (self.going, self.stop):
            one.show()
        self.erase.hide()

    def end_progress(self) -> None:
        """It has ended."""
        self.going.hide()
        self.stop.hide()
