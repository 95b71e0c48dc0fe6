"""The rows behind a figure, as a list: Enter or a double click opens a row's customer, Esc leads back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QElapsedTimer, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QSizePolicy, QWidget

from models.values.dashboards import Drill
from models.values.metrics import Column, RowList
from views.background import Failed
from views.insights.said import cell_words, is_figure, said
from views.lists.word_table import TableCell, TableColumn, TableLine, WordTable
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import column, label, row, rule
from views.widgets.states import StatePane, rows_skeleton
from views.words import DOT, counted, whole

#: So many rows are listed; nobody reads more, and the export has all.
LISTED: Final = 500
_WIDE: Final = {"day": 104, "flag": 64, "money": 104, "percent": 88, "score": 72, "hours": 84, "days": 92}


class RowsPane(QWidget):
    """The list.

    Signals
    -------
    left : back to the dashboard.
    customer_wanted : the number of a row's customer.
    menu_wanted : (key, point) of the context menu of a row.
    deals_chosen : other deals are selected, or none.
    export_wanted : all rows are wanted as a file.
    """

    left = Signal()
    customer_wanted = Signal(int)
    menu_wanted = Signal(object, object)
    deals_chosen = Signal()
    export_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.back = link("‹ Back")
        self.back.clicked.connect(self.left)
        self.heading = label("", fonts.HEADING, fonts.SEMIBOLD)
        self.count = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        self.table = WordTable(theme, "Rows", (TableColumn(""),), inset=16)
        self.table.opened.connect(self._open)
        self.table.menu_wanted.connect(self.menu_wanted)
        self.export = link("Export list")
        self.export.clicked.connect(self.export_wanted)
        self._deals: tuple[int, ...] = ()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.deals_chosen.emit())
        self._buttons = QWidget()
        self._buttons.hide()
        self.state = StatePane(theme, self.table, rows_skeleton(32))
        self._shown = QElapsedTimer()
        top = row(
            self.back, 10, self.heading, 12, self.count, -1, self.export, 12, self._buttons, margins=(10, 6, 16, 6)
        )
        self.setLayout(column(top, rule(), self.state))

    def offer(self, buttons: Sequence[QWidget]) -> None:
        """Show these buttons above the rows of deals."""
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._buttons.setLayout(row(buttons[0], *(part for one in buttons[1:] for part in (8, one))))

    @property
    def lists_deals(self) -> bool:
        """Whether the rows are deals, which can be changed here."""
        return bool(self._deals)

    @property
    def chosen_deals(self) -> list[int]:
        """The numbers of the deals in the selected rows, in view order."""
        places = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self._deals[place] for place in places if place < len(self._deals)]

    def wait_for(self, title: str, from_: str) -> None:
        """Say what is coming."""
        self.back.setText(f"‹ {from_}")
        self._name(title)
        self.count.setText("")
        self.export.hide()
        self._list_deals(())
        self.table.show_lines(())
        self.state.show_content()
        self.state.loading(f"Loading {title}")
        self.back.setFocus()

    def _name(self, title: str) -> None:
        self.heading.setText(title)
        self.table.setAccessibleName(title)

    def show_rows(self, drill: Drill, found: RowList) -> None:
        """Show the rows, with their number and what they make together."""
        self._name(drill.title)
        if not found.total:
            if self.table.hasFocus():
                self.back.setFocus()
            self.table.show_lines(())
            self._list_deals(())
            self.count.setText("")
            self.export.hide()
            self.state.show_empty("No rows", "Nothing is counted here.")
            return
        columns = [(place, found.columns[place]) for place in found.shown[1:]]
        heads = [_head(one, number, len(columns)) for number, (_place, one) in enumerate(columns)]
        lines = [
            TableLine(
                tuple(
                    TableCell(
                        cell_words(one, cells[place], found.currency), link="customer" if one.name == "customer" else ""
                    )
                    for place, one in columns
                ),
                customer,
            )
            for cells, customer in zip(found.rows, found.customers, strict=True)
        ]
        again, chosen, place = bool(self.table.lines.rowCount()), self.chosen_deals, self.table.currentIndex().row()
        if 0 <= place < len(self._deals) and self._deals[place] in chosen:
            chosen.remove(self._deals[place])
            chosen.append(self._deals[place])
        self.table.show_lines(lines, heads)
        self._list_deals(tuple(int(str(cells[0])) for cells in found.rows) if found.entity == "deals" else ())
        self._choose(chosen)
        if again and not self.table.selectionModel().hasSelection():  # they went: the row in their place
            self.table.selectRow(min(max(place, 0), len(lines) - 1))
        self.count.setText(_counted(drill, found))
        self.export.show()
        self.state.show_content()
        if not again:
            self.table.selectRow(0)
            self.table.setFocus()
            self._shown.start()

    def show_failure(self, failed: Failed) -> None:
        """Say why there are none."""
        self.state.show_error(failed, self.left.emit, "The rows could not be loaded")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def _list_deals(self, deals: tuple[int, ...]) -> None:
        """Of deals several rows can be selected."""
        self._deals = deals
        mode = QAbstractItemView.SelectionMode
        self.table.setSelectionMode(mode.ExtendedSelection if deals else mode.SingleSelection)
        self._buttons.setVisible(bool(deals))
        self.deals_chosen.emit()

    def _choose(self, deals: Sequence[int]) -> None:
        """Select the rows of these deals, whose places may be others by now; the last one is current."""
        selected, flag = self.table.selectionModel(), QItemSelectionModel.SelectionFlag
        where = {deal: place for place, deal in enumerate(self._deals)}
        places = [where[deal] for deal in deals if deal in where]
        for number, place in enumerate(places):
            how = flag.Rows | (flag.Select if number else flag.ClearAndSelect)
            selected.setCurrentIndex(self.table.lines.index(place, 0), how)

    def _open(self, customer: int | None) -> None:
        # The second click of a double click on the tile is none on the list.
        if customer is not None and self._shown.elapsed() > QApplication.doubleClickInterval():
            self.customer_wanted.emit(customer)


def _head(one: Column, number: int, columns: int) -> TableColumn:
    """A column as wide as its kind needs; in a narrow window those in the middle go first."""
    free = one.name in ("customer", "subject", "name", "title", "comment", "product")
    wide = max(_WIDE.get(one.unit, 132), round(fonts.width(one.title, fonts.SMALL, fonts.SEMIBOLD)) + 26)
    keeps = 0 if number < 2 or number == columns - 1 else columns - number
    return TableColumn(one.title, 0 if free else wide, right=is_figure(one), keeps=keeps)


def _counted(drill: Drill, found: RowList) -> str:
    """How many rows, what the figure of them is, and of which part of a figure they are."""
    words = counted(found.total, "row")
    if found.total > len(found.rows):
        words = f"{whole(len(found.rows))} of {words} shown"
    column = found.columns[-1]
    if found.value is not None and (column.unit != "count" or found.figure != found.total):
        unit = "percent" if column.unit == "flag" else column.unit  # the share of the rows in which it is so
        words += f"{DOT}{column.title} {said(found.figure, unit, found.currency)}"
    return f"{words}{DOT}rows of “{drill.of_part}”" if drill.of_part else words
