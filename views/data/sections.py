"""Parts of the right-hand panes: sections with a line below, lines with an icon."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.labels import column, label, row, rule
from views.widgets.painting import snapped


class IconMark(QWidget):
    """A small icon that follows the theme."""

    def __init__(self, theme: Theme, icon: str, ink: str = "ink_2", size: int = 14) -> None:
        super().__init__()
        self._theme, self._icon, self._ink, self._size = theme, icon, ink, size
        self.setFixedSize(size, 20)
        theme.changed.connect(self.update)

    def show_icon(self, icon: str, ink: str) -> None:
        """Show another icon."""
        self._icon, self._ink = icon, ink
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._size, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        dpr = self.devicePixelRatioF()
        room = QRectF(0, snapped((20 - self._size) / 2, dpr), self._size, self._size)
        painter.drawPixmap(room.topLeft(), self._theme.pixmap(self._icon, self._ink, self._size, dpr))


def icon_line(theme: Theme, icon: str, words: str, ink: str = "ink_2") -> QWidget:
    """An icon and words that may wrap."""
    made = QWidget()
    text = label(words, fonts.SMALL, fonts.REGULAR, ink, wrap=True)
    text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    text.setContentsMargins(0, 2, 0, 0)
    mark = IconMark(theme, icon, ink)
    inner = row(mark, 8, text, margins=(0, 1, 0, 1))
    inner.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    inner.setStretch(2, 1)
    made.setLayout(inner)
    return made


def section(*parts: QWidget | QBoxLayout | int) -> QWidget:
    """Parts under one another with a line below them."""
    made = QWidget()
    made.setLayout(column(column(*parts, margins=(16, 12, 16, 12)), rule(soft=True)))
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return made
