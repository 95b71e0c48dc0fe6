"""Chips: a filter that is set and can be taken away, and the dashed chip that adds one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from views.theme import Theme, fonts
from views.widgets.painting import focus_ring, line, rounded, snapped


class Chip(QAbstractButton):
    """A set filter: a click on the words edits it, on the cross (or Delete) takes it away."""

    removed = Signal()

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(text)
        self.setAccessibleName(f"Filter {text}; press Delete to remove it")
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Click to change, × or Delete to remove")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(round(fonts.width(self.text(), fonts.SMALL)) + 8 + 5 + 12 + 8, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rect = self._theme, self.rect().toRectF()
            ground = theme.color("hover" if self.underMouse() else "panel")
            rounded(painter, rect, 6, ground, theme.color("control"))
            room = QRectF(8, 0, rect.width() - 28, rect.height())
            line(painter, room, self.text(), theme.color("ink"), fonts.SMALL)
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped(rect.width() - 19, dpr), snapped((rect.height() - 12) / 2, dpr))
            painter.drawPixmap(at, theme.pixmap("close", "ink_2", 12, dpr))
            if self.hasFocus():
                focus_ring(painter, theme, rect, 6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.position().x() >= self.width() - 24 and self.rect().contains(event.position().toPoint()):
            self.setDown(False)
            self.removed.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        super().keyPressEvent(event)


class AddChip(QAbstractButton):
    """The dashed chip "+ Filter" that opens a choice."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(text)
        self.setAccessibleName(f"Add: {text}")
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(round(fonts.width(self.text(), fonts.SMALL)) + 8 + 14 + 4 + 8, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rect = self._theme, self.rect().toRectF()
            ground = theme.color("hover" if self.underMouse() else "panel")
            rounded(painter, rect, 6, ground, theme.color("control"), dashed=True)
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped(8, dpr), snapped((rect.height() - 12) / 2, dpr))
            painter.drawPixmap(at, theme.pixmap("plus", "ink_2", 12, dpr))
            room = QRectF(25, 0, rect.width() - 28, rect.height())
            line(painter, room, self.text(), theme.color("ink_2"), fonts.SMALL)
            if self.hasFocus():
                focus_ring(painter, theme, rect, 6)
