"""The journey strip: a customer's stations on one line, each told by shape and words; dashed where it goes wrong."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.customers import Milestone
from views.theme import Theme, fonts
from views.widgets.painting import CENTRE, line

HEIGHT = 62
_LINE_Y = 29.0
_INKS = {"start": "primary", "good": "good", "bad": "critical", "warn": "warning"}
_EACH = 84


class JourneyStrip(QWidget):
    """Paints milestones from left to right; the newest stay when there is no room for all."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stations: tuple[Milestone, ...] = ()
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_milestones(self, stations: tuple[Milestone, ...]) -> None:
        """Show these stations, oldest first."""
        self._stations = stations
        words = "; ".join(f"{one.when_words} {one.title}" for one in stations)
        self.setAccessibleName(f"Journey: {words}" if words else "Journey: nothing known yet")
        self.setToolTip("\n".join(f"{one.when_words}: {one.title}" for one in stations))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(540, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        stations = self._fitting()
        if not stations:
            return
        painter = QPainter(self)
        each = self.width() / len(stations)
        middles = [each * (place + 0.5) for place in range(len(stations))]
        self._paint_line(painter, stations, middles)
        theme = self._theme
        for station, x in zip(stations, middles, strict=True):
            room = QRectF(x - each / 2 + 2, 0, each - 4, 18)
            line(painter, room, station.when_words, theme.color("ink_2"), fonts.SMALL, fonts.REGULAR, CENTRE)
            room.moveTop(42)
            line(painter, room, station.title, theme.color("ink"), fonts.SMALL, fonts.MEDIUM, CENTRE)
            self._paint_mark(painter, station.tone, x)

    def _fitting(self) -> tuple[Milestone, ...]:
        """The stations for which there is room: the first, and as many of the newest as fit with their whole titles."""
        for most in range(min(len(self._stations), max(2, self.width() // _EACH)), 2, -1):
            shown = (self._stations[0], *self._stations[1 - most :])
            if max(fonts.width(one.title, fonts.SMALL, fonts.MEDIUM) for one in shown) <= self.width() / most - 4:
                return shown
        return (*self._stations[:1], *self._stations[1:][-1:])

    def _paint_line(self, painter: QPainter, stations: tuple[Milestone, ...], middles: list[float]) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(len(stations) - 1):
            wrong = stations[place].tone in ("bad", "warn") and stations[place + 1].tone in ("bad", "warn")
            pen = QPen(self._theme.color("critical" if wrong else "axis"), 2 if wrong else 1.5)
            if wrong:
                pen.setStyle(Qt.PenStyle.CustomDashLine)
                pen.setDashPattern([2, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(middles[place], _LINE_Y), QPointF(middles[place + 1], _LINE_Y))
        painter.restore()

    def _paint_mark(self, painter: QPainter, tone: str, x: float) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("panel"), 2))
        painter.setBrush(self._theme.color(_INKS[tone]))
        y = _LINE_Y
        if tone == "bad":
            painter.drawPolygon(QPolygonF([QPointF(x, y - 7), QPointF(x + 7, y), QPointF(x, y + 7), QPointF(x - 7, y)]))
        elif tone == "warn":
            painter.drawPolygon(QPolygonF([QPointF(x, y - 7), QPointF(x + 7.5, y + 6), QPointF(x - 7.5, y + 6)]))
        else:
            painter.drawEllipse(QPointF(x, y), 6, 6)
        painter.restore()
