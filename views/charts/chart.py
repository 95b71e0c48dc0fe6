"""What every chart does alike: points that are read by mouse and keys, zoom, a table of the same figures.

A chart knows its points, its frame and its sentence without pyqtgraph; `views.charts.plot`, which draws it, takes a
third of a second to import and is there some moments after the first paint. Until then the chart's place is empty and
keeps its size, and keys, sentence and table work already.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from views.charts.readout import Readout
from views.charts.table import ChartTable, copied
from views.theme import Theme, fonts
from views.widgets.buttons import IconButton
from views.widgets.painting import focus_ring, line

if TYPE_CHECKING:
    from views.charts.plot import Plot

#: The module that draws, imported after the first paint.
PLOT: Final = "views.charts.plot"
_CLOSER: Final = 0.6
#: The shortest part of a chart that zoom shows.
_CLOSEST: Final = 1 / 16
_RESET = (Qt.Key.Key_0,)
_IN = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_OUT = (Qt.Key.Key_Minus,)


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart in its own units, and what is said of it."""

    x: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle in pixels that the values fill, and the lowest and highest value of each axis in it."""

    area: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> QPointF:
        """The pixel of a value."""
        (left, right), (low, high) = self.x, self.y
        across, up = (x - left) / ((right - left) or 1), (y - low) / ((high - low) or 1)
        return QPointF(self.area.x() + self.area.width() * across, self.area.bottom() - self.area.height() * up)

    def x_of(self, pixel: float) -> float:
        """The value of x at a pixel."""
        share = (pixel - self.area.x()) / max(self.area.width(), 1)
        return self.x[0] + (self.x[1] - self.x[0]) * share


class Chart(QWidget):
    """A chart at its size. Whoever derives from it has `points`, `whole`, `draw`, `sentence` and `table`."""

    #: How far from a point in pixels the mouse still finds it.
    reach = inf
    #: Whether x is time, so that a part of it can be looked at.
    zooms = False
    #: Keys that go to the next point and to the one before; others than these move the page.
    onward: tuple[Qt.Key, ...] = (Qt.Key.Key_Right,)
    back: tuple[Qt.Key, ...] = (Qt.Key.Key_Left,)
    #: Said in the chart's place where there are no points.
    nothing = ""

    def __init__(self, theme: Theme, name: str, high: int = 0) -> None:
        super().__init__()
        self._theme = theme
        self._plot: Plot | None = None
        self._stale = False
        self._current = -1
        self._zoom: tuple[float, float] | None = None
        self._held: tuple[float, tuple[float, float]] | None = None
        self._readout: Readout | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if high:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.setFixedHeight(high)
        self.table_button = IconButton(theme, "table", "Show as a table (Enter)", framed=True)
        self.table_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter does it, and Tab has one stop a chart
        self.table_button.setParent(self)
        self.table_button.clicked.connect(self.show_table)
        self.table_button.hide()
        theme.changed.connect(self.redraw)

    # -- what a chart is ----------------------------------------------------------------------------------------

    def points(self) -> Sequence[Point]:
        """The values in reading order."""
        raise NotImplementedError

    def whole(self) -> Frame:
        """Where the values lie when all are shown."""
        raise NotImplementedError

    def draw(self, plot: Plot, frame: Frame) -> None:
        """Put axes and marks into an empty plot."""
        raise NotImplementedError

    def sentence(self) -> str:
        """The chart in one sentence."""
        raise NotImplementedError

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        """The same figures: headings, then rows."""
        raise NotImplementedError

    def away(self, place: QPointF, point: QPointF) -> float:
        """How far a point is from the mouse, in pixels: across, as one points at a day."""
        return abs(place.x() - point.x())

    # -- showing it ---------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        """Where the values lie now."""
        whole = self.whole()
        return whole if self._zoom is None else replace(whole, x=self._zoom)

    @property
    def zoom(self) -> tuple[float, float] | None:
        """The part of x that is shown; None: all of it."""
        return self._zoom

    @property
    def said(self) -> str:
        """Describe the point under the mouse or the keys; '' where there is none."""
        points = self.points()
        return points[self._current].said if 0 <= self._current < len(points) else ""

    @property
    def place(self) -> int:
        """The number of that point, -1 at none."""
        return self._current

    def follow(self) -> None:
        """Show other values: call it when they have changed."""
        self._zoom = self._held = None
        self.go(-1)
        self.setAccessibleDescription(self.sentence())
        self.redraw()

    def redraw(self) -> None:
        """Draw anew at the next paint, if the module that draws is there."""
        # While a worker imports the module it is there, and its class is not.
        made = getattr(sys.modules.get(PLOT), "Plot", None)
        if made is not None and self.isVisible() and (self._plot is not None or self.points()):
            if self._plot is None:
                self._plot = made(self._theme, self)
                self.table_button.raise_()
            self._plot.view.setGeometry(self.rect())
            self._plot.view.setVisible(bool(self.points()))
            self._stale = True
        self.update()

    def _draw(self, plot: Plot) -> None:
        """Fill the plot. Only what is painted is drawn: not below the fold, and once however much has changed."""
        self._stale = False
        if self.points():
            frame = self.frame
            plot.begin(frame, self.size(), clipped=self._zoom is not None)
            self.draw(plot, frame)
            self._mark()

    def show_table(self) -> None:
        """Open the figures as a table."""
        heads, rows = self.table()
        ChartTable(self.accessibleName(), self.sentence(), heads, rows, self.window()).show()

    def copy(self) -> None:
        """Put the figures on the clipboard, as a spreadsheet takes them."""
        QGuiApplication.clipboard().setText(copied(*self.table()))

    def look_closer(self, factor: float, about: float | None = None) -> None:
        """Show a part of x that is `factor` times as long as now, around a value; all of it where that is longer."""
        (first, last), (low, high) = self.whole().x, self.frame.x
        about = (low + high) / 2 if about is None else min(max(about, low), high)
        span = max((high - low) * factor, (last - first) * _CLOSEST)
        if not self.zooms or span >= last - first:
            self._show_part(None)
        else:
            start = about - (about - low) * span / (high - low)
            self._show_part((start, start + span))

    def _show_part(self, part: tuple[float, float] | None) -> None:
        """Show a part of x, moved so far that it lies in the whole."""
        if part is not None:
            first, last = self.whole().x
            start = min(max(part[0], first), last - (part[1] - part[0]))
            part = (start, start + part[1] - part[0])
        if part != self._zoom:
            self._zoom = part
            self.redraw()
            self._tell()

    # -- reading it ---------------------------------------------------------------------------------------------

    def nearest(self, place: QPointF) -> int:
        """The number of the point at a pixel, -1 for none."""
        frame = self.frame
        if not frame.area.adjusted(-12, -40, 12, 40).contains(place):
            return -1
        away = [self.away(place, frame.at(one.x, one.y)) for one in self.points()]
        found = min(range(len(away)), key=away.__getitem__, default=-1)
        return found if found >= 0 and away[found] <= self.reach else -1

    def go(self, place: int, *, aloud: bool = False) -> None:
        """Read another point; -1 leaves them.

        Parameters
        ----------
        aloud : a screen reader says it.
        """
        if place == self._current and not aloud:
            return
        self._current = place
        said = self.said
        self.setAccessibleDescription(said or self.sentence())
        if said and aloud:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
            low, high = self.frame.x
            x = self.points()[place].x
            if self._zoom is not None and not low <= x <= high:
                self._show_part((x - (high - low) / 2, x + (high - low) / 2))
        self._mark()
        self._tell()

    def _mark(self) -> None:
        points = self.points()
        if self._plot is not None:
            self._plot.ring(points[self._current] if 0 <= self._current < len(points) else None)

    def _tell(self) -> None:
        """Show what is said beside the point, over whatever lies there."""
        if not self.said or not self.isVisible():
            if self._readout is not None:
                self._readout.hide()
            return
        if self._readout is None:
            self._readout = Readout(self)
        point = self.points()[self._current]
        self._readout.tell(self.said, self.mapTo(self.window(), self.frame.at(point.x, point.y).toPoint()))

    # -- events -------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self.zooms
            and event.key() in (*_IN, *_OUT, *_RESET)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = event.key(), len(self.points()) - 1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_table()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif last >= 0 and key in self.onward:
            self.go(min(self._current + 1, last), aloud=True)
        elif last >= 0 and key in self.back:
            self.go(max(self._current - 1, 0) if self._current >= 0 else last, aloud=True)
        elif last >= 0 and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else last, aloud=True)
        elif self.zooms and key in (*_IN, *_OUT):
            points = self.points()
            about = points[self._current].x if self.said else None
            self.look_closer(_CLOSER if key in _IN else 1 / _CLOSER, about)
        elif self.zooms and key in _RESET:
            self._show_part(None)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            begun, (low, high) = self._held
            moved = (begun - event.position().x()) * (high - low) / max(self.frame.area.width(), 1)
            self._show_part((low + moved, high + moved))
        else:
            self.go(self.nearest(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._zoom is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = (event.position().x(), self._zoom)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self._show_part(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.zooms or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the page scrolls
            return
        closer = event.angleDelta().y() > 0
        self.look_closer(_CLOSER if closer else 1 / _CLOSER, self.frame.x_of(event.position().x()))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show as a table\tEnter").triggered.connect(self.show_table)
        menu.addAction("Copy the figures\tCtrl+C").triggered.connect(self.copy)
        if self.zooms and self.points():
            menu.addSeparator()
            menu.addAction("Zoom in\t+").triggered.connect(lambda: self.look_closer(_CLOSER))
            menu.addAction("Zoom out\t−").triggered.connect(lambda: self.look_closer(1 / _CLOSER))
            menu.addAction("Show all\t0").triggered.connect(lambda: self._show_part(None))
        menu.popup(event.globalPos())

    def enterEvent(self, event: object) -> None:
        super().enterEvent(event)  # type: ignore[arg-type]
        self.table_button.move(self._free_corner())
        self.table_button.setVisible(bool(self.points()))

    def _free_corner(self) -> QPoint:
        """Where the button covers no point: the top right corner, else the next that is free of them."""
        size, frame = self.table_button.size(), self.frame
        right, bottom = self.width() - size.width(), self.height() - size.height()
        at = [frame.at(point.x, point.y).toPoint() for point in self.points()]
        for corner in (QPoint(right, 0), QPoint(0, 0), QPoint(right, bottom), QPoint(0, bottom)):
            if not any(QRect(corner, size).contains(one) for one in at):
                return corner
        return QPoint(right, 0)

    def leaveEvent(self, _event: object) -> None:
        self.table_button.hide()
        if not self.hasFocus():
            self.go(-1)

    def focusInEvent(self, event: object) -> None:
        super().focusInEvent(event)  # type: ignore[arg-type]
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.go(-1)
        super().focusOutEvent(event)  # type: ignore[arg-type]

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.redraw()
        if self.table_button.isVisible():  # under the pointer while the window is made narrower
            self.table_button.move(self._free_corner())
        self._tell()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.redraw()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self.table_button.hide()
        self.go(-1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._stale and self._plot is not None:
            self._draw(self._plot)
        with QPainter(self) as painter:
            if self.nothing and not self.points():
                room = QRectF(0, 0, self.width(), 22)
                line(painter, room, self.nothing, self._theme.color("ink_3"), fonts.SMALL)
            if self.hasFocus():
                focus_ring(painter, self._theme, QRectF(self.rect()))
