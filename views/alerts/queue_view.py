"""The list of the queue: one current row drives the detail, X ticks, Shift extends, small buttons on a hovered row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from models.values.alerts import AlertRow
from views.alerts.queue_delegate import QUICK, QueueDelegate
from views.alerts.queue_model import QueueModel
from views.lists.card_list import CardList
from views.lists.keyset_model import Index
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


class QueueView(CardList[AlertRow]):
    """Painted alerts with headers between them."""

    quick = Signal(object)  # Command, for the current row

    def __init__(self, theme: Theme, model: QueueModel) -> None:
        self._queue = model
        self._delegate = QueueDelegate(theme)
        super().__init__(theme, "Alerts queue", model, self._delegate, uniform=False)

    @property
    def delegate(self) -> QueueDelegate:
        """The painter of the rows."""
        return self._delegate

    @property
    def current(self) -> AlertRow | None:
        """The alert that drives the detail; a header never does."""
        return self._queue.alert_at(self.currentIndex().row())

    def set_current(self, alert_id: int | None, *, quiet: bool = False) -> None:
        """Make an alert current; ``quiet`` tells nobody."""
        self.choose_row(self._queue.row_of(alert_id) if alert_id is not None else -1, quiet=quiet)

    def step(self, step: int) -> None:
        """Make the next or the previous alert current."""
        row = self._queue.next_alert(self.currentIndex().row(), step)
        alert = self._queue.alert_at(row)
        if alert is not None:
            self.set_current(alert.id)

    def tell_current(self, current: Index) -> None:
        """Tell the alert, or None: a queue without a current alert has nothing to act on."""
        self.current_changed.emit(self._queue.alert_at(current.row()))

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        row = self.currentIndex().row()
        if action in _STEPS:
            wanted = self._queue.next_alert(row, _STEPS[action])
        elif action in _PAGE:
            wanted = self._paged(row, _PAGE[action])
        elif action == CursorAction.MoveHome:
            wanted = self._queue.next_alert(-1, 1)
        else:
            wanted = self._queue.next_alert(self._queue.rowCount(), -1)
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
        if event.button() == Qt.MouseButton.LeftButton and self._queue.alert_at(index.row()) is not None:
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
        if not self.currentIndex().isValid():
            self.step(1)
        super().focusInEvent(event)

    def menu_point(self) -> QPoint:
        """Where a menu for the current row opens."""
        return self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())

    def _paged(self, row: int, open_alerts: int) -> int:
        step = 1 if open_alerts > 0 else -1
        for _ in range(abs(open_alerts)):
            wanted = self._queue.next_alert(row, step)
            if wanted < 0:
                return row
            row = wanted
        return row

    def _tick_range(self, first: int, last: int) -> None:
        for row in range(min(first, last), max(first, last) + 1):
            self._queue.tick(row, True)
