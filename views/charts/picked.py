"""A chart whose points lead somewhere: a click or Enter on one picks it. Without a point Enter shows the table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from views.charts.chart import Chart
from views.theme import Theme

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PickedChart(Chart):
    """Figures of groups, each with the words for it and the table of all.

    Signals
    -------
    picked : the number of a point.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme, name: str, high: int) -> None:
        super().__init__(theme, name, high)
        self._sentence = ""
        self._table: Table = ((), ())
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sentence(self) -> str:
        return self._sentence

    def table(self) -> Table:
        return self._table

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.said:
            self.picked.emit(self.place)
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self.nearest(event.position())
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.picked.emit(place)
