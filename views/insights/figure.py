"""One figure of a tile: large, with its change, a line below and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from views.theme import Theme, fonts
from views.widgets.painting import fill, focus_ring, line
from views.words import DASH, DOT

_HIGH: Final = 58
#: How wide the small line is.
_SPARK: Final = 52
#: The same beside several lines, and how high one of them is.
_BROAD: Final = 112
_LINE: Final = 20


class Figure(QAbstractButton):
    """One figure with its change; a click or Enter opens its rows.

    Parameters
    ----------
    lines
        How many lines stand below it.
    """

    def __init__(self, theme: Theme, title: str, lines: int = 1) -> None:
        super().__init__()
        self._lines, self._high = lines, _HIGH + _LINE * (lines - 1)
        self._beside = ""
        self._theme, self._title = theme, title
        self._parts = (DASH, "", "ink_2", "")
        self._course: tuple[float, ...] = ()
        self._chosen = False
        self.setAccessibleName(f"{title}: loading")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(self._high)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_figure(self, figure: str, moved: str, ink: str, below: str, beside: str = "") -> None:
        """Show a figure, what it counts, its change in an ink, and the lines below; how it went is still to come."""
        self._parts, self._course, self._beside = (figure, moved, ink, below), (), beside
        self.setAccessibleName(f"{self._title}: {self.words}")
        self.update()

    def show_course(self, values: Sequence[float], words: str) -> None:
        """Show how it went, as a small line; ``words`` say the same."""
        self._course = tuple(values)
        self.setAccessibleDescription(f"{self.accessibleDescription()} {words}".strip())
        self.update()

    @property
    def words(self) -> str:
        """Everything that it shows, but how it went."""
        figure, moved, _ink, below = self._parts
        first = " ".join(part for part in (figure, self._beside, moved) if part)
        return f"{first}{DOT}{below.replace(chr(10), DOT)}" if self._beside else f"{first} {below}".strip()

    @property
    def course(self) -> tuple[float, ...]:
        """What the small line goes through."""
        return self._course

    def choose(self, chosen: bool) -> None:
        """Whether it is the figure that other tiles show."""
        self._chosen = chosen
        self.update()

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """The figure, its change, the ink of that, and the line below."""
        return self._parts

    def sizeHint(self) -> QSize:
        return QSize(150, self._high)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        figure, moved, ink, below = self._parts
        with QPainter(self) as painter:
            theme, wide = self._theme, self.width() - 16
            if self.underMouse():
                painter.fillRect(self.rect(), theme.color("hover"))
            spark = _BROAD if self._lines > 1 else _SPARK
            lines = below.split("\n")
            room = spark + 8
            if len(self._course) < 2 or wide - 16 - room < max(fonts.width(one, fonts.SMALL) for one in lines):
                room = 0  # words come before the line
            end = wide - room if self._lines > 1 else wide
            took = line(painter, QRectF(16, 0, end - 16, 32), figure, theme.color("ink"), fonts.TITLE, fonts.SEMIBOLD)
            if self._beside:
                left = QRectF(24 + took, 3, end - 24 - took, 28)
                took += 8 + line(painter, left, self._beside, theme.color("ink"), fonts.LIST, fonts.SEMIBOLD)
            line(painter, QRectF(24 + took, 4, end - 24 - took, 28), moved, theme.color(ink), fonts.SMALL)
            for down, words in enumerate(lines):
                rect = QRectF(16, 32 + _LINE * down, wide - 16 - room, 18)
                line(painter, rect, words, theme.color("ink_2"), fonts.SMALL)
            if room:
                tall = 16 if self._lines == 1 else self._high - 28
                self._paint_course(painter, QRectF(wide - spark, 33 if self._lines == 1 else 10, spark, tall))
            if self._chosen:
                fill(painter, 0, self.height() - 2, self.width(), 2, theme.color("primary_text"))
            if self.hasFocus():
                focus_ring(painter, theme, self.rect().toRectF().adjusted(4, 0, -4, -2))

    def _paint_course(self, painter: QPainter, room: QRectF) -> None:
        low, high = min(self._course), max(self._course)
        across, up = room.width() / (len(self._course) - 1), room.height() / ((high - low) or 1.0)
        middle = 0.0 if high > low else room.height() / 2
        points = [
            QPointF(room.left() + at * across, room.bottom() - middle - (value - low) * up)
            for at, value in enumerate(self._course)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("ink_2"), 1.4))
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("primary_text"))
        painter.drawEllipse(points[-1], 2.5, 2.5)
