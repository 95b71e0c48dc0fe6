"""Wrong forecasts: the worst by name in a panel, and all of them in a window of their own."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from models.values.report_card import Misses
from views.insights.panel import Panel, hold, rest
from views.insights.tables import miss_lines
from views.lists.word_table import TableColumn, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import link, push
from views.widgets.labels import column, label, row
from views.words import whole

#: So many of one kind stand on the page.
MOST: Final = 8
_SIZE: Final = (620, 560)
COLUMNS: Final = (
    TableColumn("Customer"),
    TableColumn("Predicted", 88, right=True),
    TableColumn("Spent, year before", 138, right=True, keeps=1),
)


class MissPanel(Panel):
    """The worst, how many there are, and the way to all of them.

    Parameters
    ----------
    kind
        What the file of them is asked for by.

    Signals
    -------
    customer_wanted : a customer's page.
    export_wanted : (kind) a file of all of them.
    """

    customer_wanted = Signal(int)
    export_wanted = Signal(str)

    def __init__(self, theme: Theme, title: str, kind: str) -> None:
        table, more = _table(theme, title, whole_height=True), link("")
        below = hold(row(more, -1, margins=(14, 6, 16, 10)))
        super().__init__(theme, title, table, below, rest())
        self.table, self.more = table, more
        self._theme, self._kind, self._below = theme, kind, below
        self._misses, self._currency = Misses((), 0), ""
        self.table.linked.connect(lambda _what, key: self.customer_wanted.emit(key))
        self.table.opened.connect(lambda key: self.customer_wanted.emit(key))
        self.more.clicked.connect(self.show_all)

    def show_misses(self, misses: Misses, currency: str, which: str) -> None:
        """Show the worst of them; ``which`` says who they are."""
        self._misses, self._currency = misses, currency
        self.table.show_lines(miss_lines(misses.lines[:MOST], currency))
        self.say_aside(f"{count_words(misses)} {which}")
        self.more.setText(all_words(misses))
        self.more.setAccessibleName(f"{self.title}: {all_words(misses)}")
        self._below.setVisible(len(misses.lines) > MOST)

    def show_all(self) -> None:
        """Open the window with all of them."""
        opened = MissWindow(self._theme, self.title, self._misses, self._currency, self.window())
        opened.customer_wanted.connect(self.customer_wanted)
        opened.export_wanted.connect(lambda: self.export_wanted.emit(self._kind))
        opened.show()
        opened.table.setFocus()


class MissWindow(QDialog):
    """All who are named, the worst first; Enter opens a customer, Esc closes it."""

    customer_wanted = Signal(int)
    export_wanted = Signal()

    def __init__(self, theme: Theme, title: str, misses: Misses, currency: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{title}: {count_words(misses)}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        said = label(misses.sentence, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        said.setVisible(bool(misses.sentence))
        self.table = _table(theme, title, whole_height=False)
        self.table.show_lines(miss_lines(misses.lines, currency))
        if misses.lines:
            self.table.selectRow(0)
        self.table.linked.connect(lambda _what, key: self._open(key))
        self.table.opened.connect(self._open)
        self.export = push("Export…")
        self.export.clicked.connect(self.export_wanted)
        close = push("Close")
        close.clicked.connect(self.close)
        for button in (self.export, close):
            button.setAutoDefault(False)  # Enter opens the customer
        buttons = row(self.export, -1, close)
        self.setLayout(column(said, 10, self.table, 10, buttons, margins=(16, 14, 16, 14)))
        self.resize(min(_SIZE[0], parent.width()), min(_SIZE[1], parent.height()))

    def _open(self, customer_id: int) -> None:
        self.customer_wanted.emit(customer_id)
        self.close()


def count_words(misses: Misses) -> str:
    """How many there are: "46", "nobody", "25 or more" where the check did not count them all."""
    if not misses.count:
        return "nobody"
    return f"{whole(misses.count)} or more" if misses.at_least else whole(misses.count)


def all_words(misses: Misses) -> str:
    """What the way to all of them says; of very many only the worst are named."""
    named = len(misses.lines)
    everyone = named >= misses.count and not misses.at_least
    return f"Show all {whole(named)}" if everyone else f"Show the {whole(named)} worst"


def _table(theme: Theme, title: str, *, whole_height: bool) -> WordTable:
    return WordTable(theme, title, COLUMNS, inset=16, whole=whole_height)
