"""Bars from left to right, one a group: its name, its bar, its figure. A funnel is such bars in the order of stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt

from views.charts.chart import Frame, Point
from views.charts.picked import PickedChart, Table
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, TextFlag
from views.words import percent

if TYPE_CHECKING:
    from views.charts.plot import Plot

_ROW: Final = 28.0
_THICK: Final = 0.24
_PAD, _GAP = 16.0, 10.0
#: Names take at most such a part of the width.
_NAMES: Final = 0.42
_CENTER: Final = TextFlag.AlignHCenter | TextFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: its name and value, the figure in words, and what is told of it; ``faint``: from too few rows.

    ``range`` holds what the value may truly be, where that is shown.
    """

    name: str
    value: float
    figure: str
    said: str
    faint: bool = False
    range: tuple[float, float] | None = None


class BarsChart(PickedChart):
    """The bars, the first on top."""

    onward = (Qt.Key.Key_Down, Qt.Key.Key_Right)
    back = (Qt.Key.Key_Up, Qt.Key.Key_Left)
    nothing = "Nothing to show"
    top = 4.0

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
        self.setFixedHeight(int(_ROW * max(1, len(bars)) + self.top) + 4)
        self.follow()

    def points(self) -> Sequence[Point]:
        return [Point(abs(bar.value), -float(place), bar.said) for place, bar in enumerate(self._bars)]

    def whole(self) -> Frame:
        left, right = _PAD + self._wide_names() + _GAP, _PAD + self._wide_figures() + _GAP
        area = QRectF(left, self.top, max(20.0, self.width() - left - right), _ROW * max(1, len(self._bars)))
        return Frame(area, (0.0, self._most()), (0.5 - max(1, len(self._bars)), 0.5))

    def _most(self) -> float:
        """The value at the right end of the frame."""
        return max((abs(bar.value) for bar in self._bars), default=1.0) or 1.0

    def _wide_names(self) -> float:
        wide = max((fonts.width(bar.name, fonts.SMALL) for bar in self._bars), default=0.0)
        return min(wide + 2, self.width() * _NAMES)

    def _wide_figures(self) -> float:
        return max((fonts.width(bar.figure, fonts.SMALL, fonts.SEMIBOLD) for bar in self._bars), default=0.0) + 2

    def nearest(self, place: QPointF) -> int:
        row = int((place.y() - self.top) // _ROW)
        return row if 0 <= row < len(self._bars) and 0 <= place.x() <= self.width() else -1

    def draw(self, plot: Plot, frame: Frame) -> None:
        solid = [
            (0.0, abs(bar.value), -at - _THICK, -at + _THICK) for at, bar in enumerate(self._bars) if not bar.faint
        ]
        faint = [(0.0, abs(bar.value), -at - _THICK, -at + _THICK) for at, bar in enumerate(self._bars) if bar.faint]
        for bars, ink in ((solid, "primary"), (faint, "control")):
            if bars:
                plot.bars(bars, ink)
        self._draw_words(plot, frame)

    def _draw_words(self, plot: Plot, frame: Frame) -> None:
        for at, bar in enumerate(self._bars):
            y = self.top + at * _ROW
            plot.words(QRectF(_PAD, y, self._wide_names(), _ROW), bar.name, "ink")
            right = QRectF(frame.area.right() + _GAP, y, self._wide_figures(), _ROW)
            ink = "ink_3" if bar.faint else "ink"
            plot.words(right, bar.figure, ink, RIGHT, fonts.REGULAR if bar.faint else fonts.SEMIBOLD)


class RangesChart(BarsChart):
    """Shares from 0 to 1: of each a dot, the range that may be true, and a line where all groups together lie."""

    top = 22.0

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._whole: float | None = None

    def show_ranges(self, bars: Sequence[Bar], whole: float | None, sentence: str, table: Table) -> None:
        """Draw other shares; ``whole`` is that of all groups together."""
        self._whole = whole
        self.show_bars(bars, sentence, table)

    def _most(self) -> float:
        return 1.0

    def draw(self, plot: Plot, frame: Frame) -> None:
        known = [(at, bar) for at, bar in enumerate(self._bars) if bar.range is not None and not bar.faint]
        for share in (0.0, 0.5, 1.0):
            x = frame.area.x() + share * frame.area.width()
            plot.words(QRectF(x - 24, 2, 48, self.top - 4), percent(share), "ink_3", _CENTER)
        low, high = frame.y
        if self._whole is not None:
            plot.curve((self._whole, self._whole), (low, high), "control", 1.2, (3, 3))
        for at, bar in known:
            assert bar.range is not None
            plot.curve(bar.range, (-at, -at), "ink_2", 2.0)
        if known:
            plot.dots([bar.value for _at, bar in known], [-at for at, _bar in known], "primary", 8)
        self._draw_words(plot, frame)
