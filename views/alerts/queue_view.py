"""The list of the queue: one current row drives the detail, X ticks, Shift extends, small buttons on a hovered row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from models.values.alerts import AlertRow
from views.alerts.queue_delegate import QUICK, QueueDelegate
from views.alerts.queue_model import QueueModel
from views.lists.painted_list import PaintedList
from views.theme import Theme

CursorAction = QAbstractItemView.CursorAction
_STEPS = {
    CursorAction.MoveUp: -1,
    CursorAction.MovePrevious: -1,
    CursorAction.MoveLeft: -1,
    CursorAction.MoveDown: 1,
    CursorAction.MoveNext: 1,
    CursorAction.MoveRight: 1,
}
_PAGE = {CursorAction.MovePageUp: -5, CursorAction.MovePageDown: 5}


class QueueView(PaintedList):
    """Painted cards with headers between them."""

    current_changed = Signal(object)  # AlertRow or None
    quick = Signal(object)  # Command, for the current row

    def __init__(self, theme: Theme, model: QueueModel) -> None:
        super().__init__(theme, "Alerts queue", uniform=False)
        self._queue = model
        self._delegate = QueueDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self._telling = True
        self.setModel(model)

    @property
    def delegate(self) -> QueueDelegate:
        """The painter of the rows."""
        return self._delegate

    @property
    def current(self) -> AlertRow | None:
        """The card that drives the detail."""
        return self._queue.card_at(self.currentIndex().row())

    def set_current(self, alert_id: int | None, *, quiet: bool = False) -> None:
        """Make a card current; ``quiet`` tells nobody."""
        row = self._queue.row_of(alert_id) if alert_id is not None else -1
        self._telling = not quiet
        index = self._queue.index(row) if row >= 0 else QModelIndex()
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._telling = True
        if row >= 0:
            self.scrollTo(index)

    def step(self, step: int) -> None:
        """Make the next or the previous card current."""
        row = self._queue.next_card(self.currentIndex().row(), step)
        card = self._queue.card_at(row)
        if card is not None:
            self.set_current(card.id)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if self._telling:
            self.current_changed.emit(self._queue.card_at(current.row()))

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        row = self.currentIndex().row()
        if action in _STEPS:
            wanted = self._queue.next_card(row, _STEPS[action])
        elif action in _PAGE:
            wanted = self._paged(row, _PAGE[action])
        elif action == CursorAction.MoveHome:
            wanted = self._queue.next_card(-1, 1)
        else:
            wanted = self._queue.next_card(self._queue.rowCount(), -1)
        return self._queue.index(wanted if wanted >= 0 else row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if shift and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            before = self.currentIndex().row()
            self._queue.tick(before, True)
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
            self._queue.tick(self.currentIndex().row(), True)
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() == Qt.MouseButton.LeftButton and self._queue.card_at(index.row()) is not None:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._tick_range(self.currentIndex().row(), index.row())
                return
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._queue.tick(index.row())
                return
            number = self._delegate.quick_at(self.visualRect(index), at)
            if number >= 0:
                self.setCurrentIndex(index)
                self.quick.emit(QUICK[number])
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        number = self._delegate.quick_at(self.visualRect(index), at) if index.isValid() else -1
        if number != self._delegate.hovered_button:
            self._delegate.hovered_button = number
            self.viewport().update()
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._delegate.hovered_button = -1
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._delegate.list_has_focus = True
        if not self.currentIndex().isValid():
            self.step(1)
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._delegate.list_has_focus = False
        super().focusOutEvent(event)
        self.viewport().update()

    def menu_point(self) -> QPoint:
        """Where a menu for the current row opens."""
        return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())

    def _paged(self, row: int, cards: int) -> int:
        step = 1 if cards > 0 else -1
        for _ in range(abs(cards)):
            wanted = self._queue.next_card(row, step)
            if wanted < 0:
                return row
            row = wanted
        return row

    def _tick_range(self, first: int, last: int) -> None:
        for row in range(min(first, last), max(first, last) + 1):
            self._queue.tick(row, True)
