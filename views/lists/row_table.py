"""What tables of rows do alike: one row is current, as a whole, and the keys go to it."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


class RowTable(QTableView):
    """Rows of one height without a grid. Letters do not search, Tab leaves, it scrolls by pixels."""

    def __init__(self, name: str, row_height: int) -> None:
        super().__init__()
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setAccessibleName(name)

    def take(self, place: int) -> None:
        """Make a row current and the only selected one.

        By no person: while Ctrl is held, as it is right after Ctrl+Z, `selectRow` would add the row to the selection.
        """
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(self.model().index(place, 0), flag.ClearAndSelect | flag.Rows)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands of the page, not a search in a column."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the row that keys go to: Qt makes the first one current, but does not select it."""
        super().focusInEvent(event)
        current = self.currentIndex()
        if current.isValid() and not self.selectionModel().hasSelection():
            flag = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(current, flag.ClearAndSelect | flag.Rows)
