"""A list of cards beside a detail: one card is current and drives it."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QRectF, Signal
from PySide6.QtGui import QFocusEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from views.lists.keyset_model import ROW_ROLE, Index
from views.lists.painted_list import PaintedList, RowDelegate
from views.theme import Theme
from views.widgets.painting import fill, focus_ring, rounded

Row = TypeVar("Row")
#: Three lines of text.
CARD_HEIGHT: Final = 72


class CardDelegate(RowDelegate):
    """What every card has: the ground, the line below it, and the ring of the current one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, None, CARD_HEIGHT)
        self.list_has_focus = False

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, *, ticked: bool = False) -> None:
        """Draw what lies under the words; a ticked card looks like the current one."""
        rect = QRectF(option.rect)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = "selected" if ticked or _is_current(option) else "hover" if hovered else "panel"
        painter.fillRect(option.rect, self.theme.color(ground))
        fill(painter, rect.x(), rect.bottom() - 1, rect.width(), 1, self.theme.color("line_soft"))

    def paint_ring(self, painter: QPainter, option: QStyleOptionViewItem, *, left: int = 3) -> None:
        """Ring the current card, more strongly while the keys go to the list; ``left`` keeps off an edge."""
        if not _is_current(option):
            return
        ring = QRectF(option.rect).adjusted(left, 1, -1, -2)
        if self.list_has_focus:
            focus_ring(painter, self.theme, ring)
        else:
            rounded(painter, ring, 4, None, self.theme.color("control"))


class CardList(PaintedList, Generic[Row]):
    """The list itself. `current_changed` tells the row that a person's own step made current."""

    current_changed = Signal(object)

    def __init__(
        self, theme: Theme, name: str, model: QAbstractItemModel, delegate: CardDelegate, *, uniform: bool = True
    ) -> None:
        super().__init__(theme, name, uniform=uniform)
        self._cards = delegate
        self._telling = True
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setModel(model)

    @property
    def current(self) -> Row | None:
        """The row that drives the detail."""
        row: Row | None = self.currentIndex().data(ROW_ROLE)
        return row

    def choose_row(self, number: int, *, quiet: bool = False) -> None:
        """Make a row current, the nearest that there is, none for -1; ``quiet`` tells nobody."""
        model = self.model()
        count = model.rowCount()
        index = model.index(min(number, count - 1), 0) if count and number >= 0 else QModelIndex()
        self._telling = not quiet
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._telling = True
        if index.isValid():
            self.scrollTo(index)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self._telling:
            self.tell_current(current)

    def tell_current(self, current: Index) -> None:
        """Tell what a person's step made current: nothing is told of a list that became empty."""
        if current.isValid():
            self.current_changed.emit(current.data(ROW_ROLE))

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid():
            # Said, so that Qt does not make the first row current by itself: the next key would act on it.
            self.setCurrentIndex(QModelIndex())
        self._show_focus(True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._show_focus(False)
        super().focusOutEvent(event)

    def _show_focus(self, has_focus: bool) -> None:
        self._cards.list_has_focus = has_focus
        self.viewport().update()


def _is_current(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)
