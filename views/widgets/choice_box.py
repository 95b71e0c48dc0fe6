"""A box to choose from, painted like our other fields: the words elided, and an arrow that follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from views.theme import Theme, fonts
from views.widgets.painting import line, rounded, snapped

_ARROW = 12


class ChoiceBox(QComboBox):
    """A combo box. The wheel scrolls the page around it and never changes the choice by accident.

    Parameters
    ----------
    small : 28 px high in 12 px type, for the cells of a table.
    """

    def __init__(self, theme: Theme, name: str, *, small: bool = False, editable: bool = False) -> None:
        super().__init__()
        self._theme, self._small = theme, small
        self.setAccessibleName(name)
        self.setFont(fonts.font(fonts.SMALL if small else fonts.LIST, fonts.MEDIUM if small else fonts.REGULAR))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.TabFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4 if small else 8)
        self.setEditable(editable)
        if editable:
            self.currentTextChanged.connect(self._from_the_start)
            self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            editor = self.lineEdit()
            assert editor is not None
            editor.setAccessibleName(name)
            editor.setFrame(False)
        if small:
            # The sheet's height is for fields in a form.
            self.setStyleSheet("QComboBox { min-height: 0; }")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        wide = max((fonts.width(self.itemText(n), self._size()) for n in range(min(60, self.count()))), default=60.0)
        return QSize(min(320, round(wide) + 8 + _ARROW + 16), 28 if self._small else 32)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 28 if self._small else 32)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.isEditable():
            super().paintEvent(event)
            self._arrow(QPainter(self))
            return
        if not self._small:
            painter = QStylePainter(self)
            with painter:
                option = QStyleOptionComboBox()
                self.initStyleOption(option)
                option.currentText = ""
                painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
                self._words(painter)
                self._arrow(painter)
                return
        plain = QPainter(self)
        self._frame(plain)
        self._words(plain)
        self._arrow(plain)

    def _from_the_start(self, _text: str) -> None:
        """Show the beginning of a choice that is longer than the box."""
        editor = self.lineEdit()
        if editor is not None and not editor.hasFocus():
            editor.setCursorPosition(0)

    def _frame(self, painter: QPainter) -> None:
        color, rect = self._theme.color, QRectF(self.rect())
        ground = color("panel" if self.isEnabled() else "ground")
        if self.hasFocus():
            rounded(painter, rect, 6, ground, color("focus"), 2)
        else:
            rounded(painter, rect, 6, ground, color("control"), dashed=not self.currentData())

    def _words(self, painter: QPainter) -> None:
        room = QRectF(9, 0, self.width() - 9 - _ARROW - 10, self.height())
        quiet = not self.isEnabled() or (self._small and not self.currentData())
        weight = fonts.MEDIUM if self._small and not quiet else fonts.REGULAR
        line(painter, room, self.currentText(), self._theme.color("ink_3" if quiet else "ink"), self._size(), weight)

    def _arrow(self, painter: QPainter) -> None:
        dpr = self.devicePixelRatioF()
        at = QPointF(snapped(self.width() - _ARROW - 7, dpr), snapped((self.height() - _ARROW) / 2, dpr))
        ink = "ink_2" if self.isEnabled() else "ink_3"
        painter.drawPixmap(at, self._theme.pixmap("chevron-down", ink, _ARROW, dpr))

    def _size(self) -> int:
        return fonts.SMALL if self._small else fonts.LIST
