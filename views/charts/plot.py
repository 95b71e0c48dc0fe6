"""How a chart is drawn: pyqtgraph's view box, axes and items in the program's fonts and colours.

Imported lazily as a whole, after the first paint. Mouse and keys belong to the chart: the view is only looked at, so
pyqtgraph's menus, its own zoom and its export are never made. Nothing is drawn by a graphics card.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPen
from PySide6.QtWidgets import QGraphicsScene, QGraphicsSimpleTextItem, QGraphicsView, QWidget

from views.charts.chart import Frame, Point
from views.theme import Theme, fonts
from views.widgets.painting import LEFT, TextFlag

Ticks = Sequence[tuple[float, str]]
_RING = 13.0


class Plot:
    """The drawing of one chart, made when it is first seen; a chart empties and fills it whenever something changed.

    Parameters
    ----------
    owner : the chart; the view lies in it and goes with it.
    """

    def __init__(self, theme: Theme, owner: QWidget) -> None:
        self._theme = theme
        self.view = pg.GraphicsView(owner, useOpenGL=False, background=None)
        self.view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.viewport().setAutoFillBackground(False)
        # There is nothing behind the marks to keep, and what pyqtgraph keeps stays in the colour of the theme before.
        self.view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        # It is filled while the chart is painted, and is painted right after it.
        self.view.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        # An index by place keeps items whose bounds changed before they were removed, and Qt then paints freed memory.
        self.view.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.view.setCentralItem(None)
        self._box: Any = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self._box.disableAutoRange()
        self._left, self._bottom = (self._axis(side) for side in ("left", "bottom"))
        for item in (self._box, self._left, self._bottom):
            self.view.addItem(item)
        self._words: list[QGraphicsSimpleTextItem] = []
        self._ring: Any = None
        self._colours: object = None

    def _axis(self, side: str) -> Any:
        made = pg.AxisItem(side, linkView=self._box, maxTickLength=0)
        offset = 6 if side == "left" else 4
        # Words at the ends of an axis may stand out so many pixels beyond it; ticks are not to be seen.
        made.setStyle(tickTextOffset=offset, autoExpandTextSpace=False, hideOverlappingLabels=30, tickAlpha=0)
        made.setTickFont(fonts.font(fonts.SMALL))
        made.enableAutoSIPrefix(False)
        return made

    # -- the frame ----------------------------------------------------------------------------------------------

    def begin(self, frame: Frame, size: QSize, *, clipped: bool) -> None:
        """Empty the plot and place it.

        Parameters
        ----------
        clipped : marks that lie outside of the frame are not drawn, as when a part of a year is looked at.
        """
        self._box.clear()
        for words in self._words:
            self.view.removeItem(words)
        self._words, self._ring = [], None
        area = frame.area
        self._box.setFlag(self._box.GraphicsItemFlag.ItemClipsChildrenToShape, clipped)
        self._box.setGeometry(area)
        self._box.setRange(xRange=frame.x, yRange=frame.y, padding=0)
        self._left.setWidth(area.x())
        self._left.setGeometry(QRectF(0, area.y(), area.x(), area.height()))
        room = size.height() - area.bottom()
        self._bottom.setHeight(room)
        self._bottom.setGeometry(QRectF(area.x(), area.bottom(), area.width(), room))
        for axis in (self._left, self._bottom):
            axis.hide()
        if self._colours is not self._theme.tokens:
            self._colours = self._theme.tokens
            self._left.setPen(QPen(Qt.PenStyle.NoPen))
            self._bottom.setPen(self._pen("axis", 1))
            for axis in (self._left, self._bottom):
                axis.setTextPen(self._pen("ink_3", 1))

    def left(self, ticks: Ticks) -> None:
        """Values at the left, each with a fine line across the frame; call it before the marks that lie over them."""
        (first, last), levels = self._box.viewRange()[0], [value for value, _words in ticks]
        xs, ys = np.tile((first, last), len(levels)), np.repeat(_array(levels), 2)
        self._add(pg.PlotCurveItem(xs, ys, pen=self._pen("line_soft", 1), connect="pairs", antialias=False))
        self._show_axis(self._left, ticks)

    def bottom(self, ticks: Ticks) -> None:
        """The base line, with values below it."""
        self._show_axis(self._bottom, ticks)

    @staticmethod
    def _show_axis(axis: Any, ticks: Ticks) -> None:
        axis.setTicks([list(ticks)])
        axis.show()

    # -- marks --------------------------------------------------------------------------------------------------

    def curve(
        self, xs: Sequence[float], ys: Sequence[float], ink: str, width: float = 1.6, dash: Sequence[float] = ()
    ) -> None:
        """A line through values."""
        self._add(pg.PlotCurveItem(_array(xs), _array(ys), pen=self._pen(ink, width, dash), antialias=True))

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], ink: str) -> None:
        """Fill what lies between two lines."""
        edges = [pg.PlotCurveItem(_array(xs), _array(ys), pen=None) for ys in (lows, highs)]
        self._add(pg.FillBetweenItem(*edges, brush=self._theme.color(ink)))

    def stems(
        self,
        xs: Sequence[float],
        lows: Sequence[float],
        highs: Sequence[float],
        ink: str,
        width: float = 1.6,
        dash: Sequence[float] = (),
    ) -> None:
        """Upright lines, each from a lower to a higher value, sharp on the screen's pixels."""
        x, y = np.repeat(_array(xs), 2), np.column_stack((_array(lows), _array(highs))).ravel()
        self._add(pg.PlotCurveItem(x, y, pen=self._pen(ink, width, dash), connect="pairs", antialias=False))

    def bars(self, bars: Sequence[tuple[float, float, float, float]], ink: str) -> None:
        """Filled rectangles: (left, right, lower, upper)."""
        left, right, low, high = (_array(side) for side in zip(*bars, strict=True))
        brush = self._theme.color(ink)
        self._add(pg.BarGraphItem(x0=left, width=right - left, y0=low, height=high - low, pen=None, brush=brush))

    def dots(
        self, xs: Sequence[float], ys: Sequence[float], ink: str, size: float = 6.0, *, hollow: bool = False
    ) -> None:
        """Round marks, `size` pixels across; hollow ones show the panel."""
        brush = self._theme.color("panel" if hollow else ink)
        pen = self._pen(ink, 1.6) if hollow else None
        dots = pg.ScatterPlotItem(_array(xs), _array(ys), size=size, pen=pen, brush=brush, antialias=True)
        self._add(dots)

    def ring(self, point: Point | None) -> None:
        """Ring the value that is being read, or none."""
        if self._ring is None:
            if point is None:
                return
            pen = self._pen("focus", 2)
            self._ring = pg.ScatterPlotItem(size=_RING, pen=pen, brush=None, antialias=True)
            self._add(self._ring)
        self._ring.setData([] if point is None else [point.x], [] if point is None else [point.y])
        self.view.viewport().update()

    def words(
        self, room: QRectF, text: str, ink: str = "ink_3", align: TextFlag = LEFT, weight: QFont.Weight = fonts.REGULAR
    ) -> None:
        """Words in a rectangle of pixels, elided to it."""
        shown = fonts.elided(text, int(room.width()), fonts.SMALL, weight)
        made = QGraphicsSimpleTextItem(shown)
        made.setFont(fonts.font(fonts.SMALL, weight))
        made.setBrush(self._theme.color(ink))
        over = room.width() - fonts.width(shown, fonts.SMALL, weight)
        shift = over if align & TextFlag.AlignRight else over / 2 if align & TextFlag.AlignHCenter else 0.0
        high = fonts.metrics(fonts.SMALL, weight).height()
        made.setPos(QPointF(round(room.x() + shift), round(room.center().y() - high / 2)))
        self.view.addItem(made)
        self._words.append(made)

    def _add(self, item: Any) -> None:
        # Not `ignoreBounds`: such items stay in the scene when the box is emptied.
        self._box.addItem(item)

    def _pen(self, ink: str, width: float, dash: Sequence[float] = ()) -> QPen:
        # A pen that keeps its width in a stretched frame is as wide in the screen's own pixels.
        made = QPen(self._theme.color(ink), width * self.view.devicePixelRatioF())
        made.setCosmetic(True)
        if dash:
            made.setDashPattern(list(dash))
        return made


def _array(values: Sequence[float]) -> Any:
    return np.asarray(values, dtype=float)
