"""Bars from left to right, one a group: its name, its bar, its figure. A funnel is such bars in the order of stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt

from views.charts.chart import Frame, Point
from views.charts.picked import PickedChart, Table
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT

if TYPE_CHECKING:
    from views.charts.plot import Plot

_ROW: Final = 28.0
_THICK: Final = 0.24
_PAD, _GAP = 16.0, 10.0
#: Names take at most such a part of the width.
_NAMES: Final = 0.42


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: its name and value, the figure in words, and what is told of it; ``faint``: from too few rows."""

    name: str
    value: float
    figure: str
    said: str
    faint: bool = False


class BarsChart(PickedChart):
    """The bars, the first on top."""

    onward = (Qt.Key.Key_Down, Qt.Key.Key_Right)
    back = (Qt.Key.Key_Up, Qt.Key.Key_Left)
    nothing = "Nothing to show"

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name, int(_ROW))
        self._bars: tuple[Bar, ...] = ()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar], sentence: str, table: Table) -> None:
        """Draw other bars."""
        self._bars, self._sentence, self._table = tuple(bars), sentence, table
        self.setFixedHeight(int(_ROW * max(1, len(bars))) + 8)
        self.follow()

    def points(self) -> Sequence[Point]:
        return [Point(abs(bar.value), -float(place), bar.said) for place, bar in enumerate(self._bars)]

    def whole(self) -> Frame:
        left, right = _PAD + self._wide_names() + _GAP, _PAD + self._wide_figures() + _GAP
        area = QRectF(left, 4, max(20.0, self.width() - left - right), _ROW * max(1, len(self._bars)))
        most = max((abs(bar.value) for bar in self._bars), default=1.0) or 1.0
        return Frame(area, (0.0, most), (0.5 - max(1, len(self._bars)), 0.5))

    def _wide_names(self) -> float:
        wide = max((fonts.width(bar.name, fonts.SMALL) for bar in self._bars), default=0.0)
        return min(wide + 2, self.width() * _NAMES)

    def _wide_figures(self) -> float:
        return max((fonts.width(bar.figure, fonts.SMALL, fonts.SEMIBOLD) for bar in self._bars), default=0.0) + 2

    def nearest(self, place: QPointF) -> int:
        row = int((place.y() - 4) // _ROW)
        return row if 0 <= row < len(self._bars) and 0 <= place.x() <= self.width() else -1

    def draw(self, plot: Plot, frame: Frame) -> None:
        solid = [
            (0.0, abs(bar.value), -at - _THICK, -at + _THICK) for at, bar in enumerate(self._bars) if not bar.faint
        ]
        faint = [(0.0, abs(bar.value), -at - _THICK, -at + _THICK) for at, bar in enumerate(self._bars) if bar.faint]
        for bars, ink in ((solid, "primary"), (faint, "control")):
            if bars:
                plot.bars(bars, ink)
        for at, bar in enumerate(self._bars):
            y = 4 + at * _ROW
            plot.words(QRectF(_PAD, y, self._wide_names(), _ROW), bar.name, "ink")
            right = QRectF(frame.area.right() + _GAP, y, self._wide_figures(), _ROW)
            ink = "ink_3" if bar.faint else "ink"
            plot.words(right, bar.figure, ink, RIGHT, fonts.REGULAR if bar.faint else fonts.SEMIBOLD)
