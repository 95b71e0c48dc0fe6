"""A list whose rows are painted by a delegate, with the keys and the prefetching that all our lists share."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from views.lists.keyset_model import ROW_ROLE, Index, KeysetModel
from views.theme import Theme

#: The next page is asked for when so many rows are left below: the reader should never meet the end.
PREFETCH_ROWS = 120


class RowDelegate(QStyledItemDelegate):
    """Paints rows of one height (or a height by row, where `height_of` says so)."""

    def __init__(self, theme: Theme, parent: QWidget | None, height: int) -> None:
        super().__init__(parent)
        self.theme, self.height = theme, height

    def height_of(self, row: object) -> int:
        """Height of a row in pixels."""
        return self.height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self.height_of(index.data(ROW_ROLE)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self.paint_row(painter, option, index)
        painter.restore()

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row; the painter is saved and restored around."""
        raise NotImplementedError


class PaintedList(QListView):
    """A list view over a `KeysetModel`, without item widgets."""

    opened = Signal(QModelIndex)
    wants_menu = Signal(QModelIndex, QPoint)
    escaped = Signal()

    def __init__(self, theme: Theme, name: str, *, uniform: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setUniformItemSizes(uniform)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.verticalScrollBar().valueChanged.connect(self._near_the_end)
        theme.changed.connect(self.viewport().update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        if key == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here, not a search: a person filters with the field."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            at = self.viewport().mapToGlobal(self.visualRect(index).center())
        else:
            at = event.globalPos()
        if index.isValid():
            self.wants_menu.emit(index, at)

    def _near_the_end(self, value: int) -> None:
        model = self.model()
        if not isinstance(model, KeysetModel) or not model.canFetchMore(QModelIndex()):
            return
        last = self.indexAt(QPoint(4, self.viewport().height() - 2))
        if not last.isValid() or model.rowCount() - last.row() < PREFETCH_ROWS:
            model.fetchMore(QModelIndex())
