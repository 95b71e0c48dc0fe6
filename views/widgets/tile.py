"""A tile: one figure of the strip on top, and a button that filters to what it counts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from models.values.alerts import Tile as TileValue
from views.theme import Theme, fonts
from views.widgets.painting import Run, fill, focus_ring, line, runs

_TONES = {"bad": "critical_text", "good": "good_text", "neutral": "ink_2"}


class Tile(QAbstractButton):
    """One figure with its words; 56 px high, or one line of 28 px in a low window."""

    def __init__(self, theme: Theme, *, first: bool) -> None:
        super().__init__()
        self._theme, self._first = theme, first
        #: What it shows.
        self.value: TileValue | None = None
        self._low = False
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Figure loading")
        self._waits = True
        self.set_low(False)
        theme.changed.connect(self.update)

    def set_low(self, low: bool) -> None:
        """One line, in a window below 640 px of height."""
        self._low = low
        self.setFixedHeight(28 if low else 56)
        self.update()

    def show_value(self, value: TileValue) -> None:
        """Show a figure."""
        self.value = value
        self.setAccessibleName(f"{value.figure} {value.title}. {value.line}")
        self.setToolTip(value.tooltip or f"{value.figure} {value.title}\n{value.line}")
        self.updateGeometry()
        self.update()

    def show_nothing(self) -> None:
        """Its figure could not be read: the one before it would be taken for today's."""
        self.value, self._waits = None, False
        self.setAccessibleName("Figure not available")
        self.setToolTip("")
        self.update()

    def sizeHint(self) -> QSize:
        if self.value is None:
            return QSize(240, self.height())
        title = fonts.width(self.value.title, fonts.SMALL, fonts.MEDIUM)
        if self._low:
            wide = 10 + fonts.width(self.value.figure, fonts.BODY, fonts.SEMIBOLD) + 6 + title + 10
        else:
            figure = fonts.width(self.value.figure, fonts.TITLE, fonts.SEMIBOLD)
            wide = 16 + figure + 10 + max(title, fonts.width(self.value.line, fonts.SMALL)) + 12
        return QSize(max(250, round(wide)), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(90, self.height())

    def nextCheckState(self) -> None:
        """A click does not check the tile: the page does, when its filter holds."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rect = self._theme, self.rect().toRectF()
            ground = "selected" if self.isChecked() else "hover" if self.underMouse() else "ground"
            painter.fillRect(self.rect(), theme.color(ground))
            if not self._first:
                fill(painter, 0, 0, 1, rect.height(), theme.color("line"))
            fill(painter, 0, rect.height() - 1, rect.width(), 1, theme.color("line"))
            if self.value is None:
                if self._waits:
                    fill(painter, 16, rect.height() / 2 - 8, 56, 16, theme.color("skeleton"))
                    fill(painter, 86, rect.height() / 2 - 5, rect.width() / 2 - 60, 10, theme.color("skeleton"))
            elif self._low:
                self._paint_low(painter, self.value)
            else:
                self._paint_high(painter, self.value)
            if self.hasFocus():
                focus_ring(painter, theme, rect.adjusted(2, 2, -2, -3))

    def _paint_high(self, painter: QPainter, value: TileValue) -> None:
        theme = self._theme
        pad = 16 if self.width() >= 250 else 10
        big = fonts.TITLE if self.width() >= 230 else fonts.CUSTOMER
        room = QRectF(pad, 0, self.width() - pad, self.height())
        wide = line(painter, room, value.figure, theme.color("ink"), big, fonts.SEMIBOLD)
        x = pad + wide + 10
        left = self.width() - x - 8
        title = shortened(value.title, ", ", left, fonts.MEDIUM)
        line(painter, QRectF(x, 11, left, 17), title, theme.color("ink"), fonts.SMALL, fonts.MEDIUM)
        said = replace(value, line=shortened(value.line, " · ", left))
        runs(painter, theme, QRectF(x, 28, left, 17), _toned(said), fonts.SMALL)

    def _paint_low(self, painter: QPainter, value: TileValue) -> None:
        theme = self._theme
        room = QRectF(10, 0, self.width() - 14, self.height() - 1)
        wide = line(painter, room, value.figure, theme.color("ink"), fonts.BODY, fonts.SEMIBOLD)
        room = QRectF(10 + wide + 6, 0, self.width() - wide - 20, self.height() - 1)
        line(painter, room, shortened(value.title, ", ", room.width()), theme.color("ink_2"), fonts.SMALL)


def shortened(text: str, mark: str, room: float, weight: QFont.Weight = fonts.REGULAR) -> str:
    """As many whole parts of a text as there is room for, at least the first: the tooltip has them all."""
    while mark in text and fonts.width(text, fonts.SMALL, weight) > room:
        text = text.rpartition(mark)[0]
    return text


def _toned(value: TileValue) -> list[Run]:
    """The line with its first part in the tone: up to the first dot or the unit of the change."""
    if value.tone == "neutral":
        return [Run(value.line, "ink_2")]
    head, dot, tail = value.line.partition(" · ")
    for mark in (" in ", " on "):
        first, found, rest = head.partition(mark)
        if found:
            return [Run(first, _TONES[value.tone]), Run(found + rest + dot + tail, "ink_2")]
    return [Run(head, _TONES[value.tone]), Run(dot + tail, "ink_2")]
