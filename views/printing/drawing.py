"""The window's charts on paper: the calls by which a chart fills its plot, painted as lines and letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPen, QPolygonF

from views.charts.chart import Chart, Frame
from views.printing.paper import Pen
from views.theme import fonts
from views.widgets.painting import CENTRE, LEFT, RIGHT, TextFlag

if TYPE_CHECKING:
    from views.charts.plot import Plot

Ticks = Sequence[tuple[float, str]]


def draw_chart(chart: Chart, pen: Pen, room: QRectF) -> None:
    """Paint a chart, which need not be on screen, into a rectangle."""
    chart.resize(QSize(int(room.width()), int(room.height())))
    frame = chart.whole()
    pen.painter.save()
    pen.painter.translate(room.topLeft())
    chart.draw(cast("Plot", PaperPlot(pen, frame)), frame)
    pen.painter.restore()


class PaperPlot:
    """Answers as `views.charts.plot.Plot` does, whose methods say what the parameters are."""

    def __init__(self, pen: Pen, frame: Frame) -> None:
        self._pen, self._painter, self._frame = pen, pen.painter, frame

    def left(self, ticks: Ticks) -> None:
        """Values at the left, each with a fine line across the frame."""
        area = self._frame.area
        for value, words in ticks:
            y = self._frame.at(0, value).y()
            self._pen.fill(QRectF(area.x(), y - 0.4, area.width(), 0.8), "line_soft")
            self._pen.words(QRectF(0, y - 9, area.x() - 6, 18), words, "ink_3", align=RIGHT)

    def bottom(self, ticks: Ticks) -> None:
        """The base line, with values below it."""
        area = self._frame.area
        self._pen.fill(QRectF(area.x(), area.bottom() - 0.5, area.width(), 1), "axis")
        for value, words in ticks:
            x, wide = self._frame.at(value, 0).x(), fonts.width(words, fonts.SMALL) + 4
            self._pen.words(QRectF(x - wide / 2, area.bottom() + 4, wide, 16), words, "ink_3", align=CENTRE)

    def curve(
        self, xs: Sequence[float], ys: Sequence[float], ink: str, width: float = 1.6, dash: Sequence[float] = ()
    ) -> None:
        """A line through values."""
        self._painter.setPen(self._line(ink, width, dash))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPolyline(QPolygonF([self._frame.at(x, y) for x, y in zip(xs, ys, strict=True)]))

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], ink: str) -> None:
        """Fill what lies between two lines."""
        edge = [*zip(xs, lows, strict=True), *reversed(list(zip(xs, highs, strict=True)))]
        self._painter.setPen(QPen(Qt.PenStyle.NoPen))
        self._painter.setBrush(self._pen.color(ink))
        self._painter.drawPolygon(QPolygonF([self._frame.at(x, y) for x, y in edge]))

    def bars(self, bars: Iterable[tuple[float, float, float, float]], ink: str) -> None:
        """Filled rectangles: (left, right, lower, upper)."""
        for left, right, low, high in bars:
            self._pen.fill(QRectF(self._frame.at(left, high), self._frame.at(right, low)).normalized(), ink)

    def dots(
        self, xs: Sequence[float], ys: Sequence[float], ink: str, size: float = 6.0, *, hollow: bool = False
    ) -> None:
        """Round marks; hollow ones show the paper."""
        self._painter.setPen(self._line(ink, 1.6) if hollow else QPen(Qt.PenStyle.NoPen))
        self._painter.setBrush(self._pen.color("panel" if hollow else ink))
        for x, y in zip(xs, ys, strict=True):
            self._painter.drawEllipse(QPointF(self._frame.at(x, y)), size / 2, size / 2)

    def words(
        self, room: QRectF, text: str, ink: str = "ink_3", align: TextFlag = LEFT, weight: QFont.Weight = fonts.REGULAR
    ) -> None:
        """Words in a rectangle, elided to it."""
        self._pen.words(room, text, ink, weight=weight, align=align)

    def _line(self, ink: str, width: float, dash: Sequence[float] = ()) -> QPen:
        made = QPen(self._pen.color(ink), width)
        if dash:
            made.setDashPattern(list(dash))
        return made
