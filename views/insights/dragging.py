"""A tile is moved by mouse: by its heading, or a figure by all of it. A line shows where it goes; Esc leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from views.insights.figure import Figure
from views.insights.tile import Tile
from views.theme import Theme
from views.widgets.painting import fill

#: The line at the place of a tile that is moved, and how near to an edge of the page the page moves along.
_LINE, _NEAR = 3, 40


class Marker(QWidget):
    """The line at the place where a tile would stand."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, 0, self.width(), self.height(), self._theme.color("focus"))


class _Escape(QObject):
    """Takes Esc from everything else while a tile is moved."""

    def __init__(self, parent: QObject, pressed: Callable[[], None]) -> None:
        super().__init__(parent)
        self._pressed = pressed

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self._pressed()
        return True


class Dragging(QObject):
    """Watches the tiles of one page.

    Signals
    -------
    taken : a tile was pressed.
    dropped : a tile, and its new place among those that it can change places with.

    Parameters
    ----------
    area, page
        What scrolls, and what in it holds the tiles.
    alike
        Returns those with which a tile can change places, the tile itself among them, in reading order.
    """

    taken = Signal(object)
    dropped = Signal(object, int)

    def __init__(self, theme: Theme, area: QScrollArea, page: QWidget, alike: Callable[[Tile], Sequence[Tile]]) -> None:
        super().__init__(area)
        self._area, self._page, self._alike = area, page, alike
        self.marker = Marker(theme, page)
        self._escape = _Escape(self, self.cancel)
        self._tile: Tile | None = None
        self._start = QPoint()
        self._moves = False
        self._place: int | None = None  # None: where it is

    def watch(self, tile: Tile) -> None:
        """Let a tile be moved; a headline stands where it is."""
        if tile.spec.form == "headline":
            return
        tile.heading.setCursor(Qt.CursorShape.OpenHandCursor)
        tile.installEventFilter(self)
        if isinstance(tile.content, Figure):
            tile.content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            tile = watched if isinstance(watched, Tile) else watched.parent()
            assert isinstance(tile, Tile)
            self._tile, self._start = tile, event.globalPosition().toPoint()
            self.taken.emit(tile)
        elif event.type() == QEvent.Type.MouseMove and self._tile is not None:
            return self._go(event.globalPosition().toPoint())
        elif event.type() == QEvent.Type.MouseButtonRelease and self._tile is not None:
            return self._drop()
        return False

    def cancel(self) -> None:
        """Leave the tile where it is."""
        if self._moves:
            QApplication.instance().removeEventFilter(self._escape)  # type: ignore[union-attr]
            QApplication.restoreOverrideCursor()
        self._tile, self._moves, self._place = None, False, None
        self.marker.hide()

    def _go(self, to: QPoint) -> bool:
        assert self._tile is not None
        if not self._moves:
            if (to - self._start).manhattanLength() < QApplication.startDragDistance():
                return False
            self._moves = True
            if isinstance(self._tile.content, Figure):
                self._tile.content.setDown(False)
            QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
            QApplication.instance().installEventFilter(self._escape)  # type: ignore[union-attr]
        at = self._page.mapFromGlobal(to)
        self._area.ensureVisible(at.x(), at.y(), 0, _NEAR)
        self._mark(at)
        return True

    def _mark(self, at: QPoint) -> None:
        """Show the place before or after the tile that is nearest."""
        assert self._tile is not None
        tiles = self._alike(self._tile)
        rects = [QRect(tile.mapTo(self._page, QPoint()), tile.size()) for tile in tiles]
        nearest = min(range(len(tiles)), key=lambda one: _away(rects[one], at))
        own, rect = tiles.index(self._tile), rects[nearest]
        after = at.x() > rect.center().x()
        place = nearest + after - (nearest + after > own)
        self._place = place if place != own else None
        x = rect.right() + 1 if after else rect.left() - 1
        self.marker.setGeometry(
            max(0, min(x - _LINE // 2, self._page.width() - _LINE)), rect.top(), _LINE, rect.height()
        )
        self.marker.setVisible(self._place is not None)
        self.marker.raise_()

    def _drop(self) -> bool:
        tile, moved, place = self._tile, self._moves, self._place
        self.cancel()
        if place is not None:
            self.dropped.emit(tile, place)
        return moved


def _away(rect: QRect, at: QPoint) -> int:
    """How far a point is from a rectangle; 0 within it."""
    across = max(rect.left() - at.x(), 0, at.x() - rect.right())
    down = max(rect.top() - at.y(), 0, at.y() - rect.bottom())
    return across + down
