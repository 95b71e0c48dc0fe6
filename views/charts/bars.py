"""Bars from left to right, one a group: its name, its bar, its figure. A funnel is such bars in the order of stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt

from views.charts.axes import level_ticks, levels
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
#: The colours of the parts of a bar by their number, the first at the left; of three the first is what is done already.
_PARTS: Final = {2: ("primary", "control"), 3: ("control", "primary", "band")}
_MORE: Final = ("primary", "control", "band", "axis")
#: Names take at most such a part of the width.
_NAMES: Final = 0.42
_CENTER: Final = TextFlag.AlignHCenter | TextFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One group: its name and value, the figure in words, and what is told of it; ``faint``: from too few rows.

    ``range`` holds what the value may truly be, or between what the middle half lies, where that is shown; ``parts``
    are the figures that stand one beside the other, with what is told of each.
    """

    name: str
    value: float
    figure: str
    said: str
    faint: bool = False
    range: tuple[float, float] | None = None
    parts: tuple[tuple[float, str], ...] = ()


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


class StackedChart(BarsChart):
    """Bars in parts: each part is a point, and the names of the parts stand above."""

    top = 26.0

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._names: tuple[str, ...] = ()

    def show_stacked(self, names: Sequence[str], bars: Sequence[Bar], sentence: str, table: Table) -> None:
        """Draw other bars, each with as many parts as there are names."""
        self._names = tuple(names)
        self.show_bars(bars, sentence, table)

    def points(self) -> Sequence[Point]:
        return [
            Point(end, -float(place), said)
            for place, bar in enumerate(self._bars)
            for (_start, end), (_value, said) in zip(_ends(bar), bar.parts, strict=True)
        ]

    def nearest(self, place: QPointF) -> int:
        row = super().nearest(place)
        if row < 0:
            return -1
        value, last = self.frame.x_of(place.x()), len(self._names) - 1
        part = next((at for at, (_start, end) in enumerate(_ends(self._bars[row])) if value <= end), last)
        return row * len(self._names) + part

    def draw(self, plot: Plot, frame: Frame) -> None:
        x = _PAD
        for number, name in enumerate(self._names):
            inks = _PARTS.get(len(self._names), _MORE)
            ink = inks[number % len(inks)]
            parts = [
                (start, end, -at - _THICK, -at + _THICK)
                for at, bar in enumerate(self._bars) for start, end in _ends(bar)[number : number + 1] if end > start
            ]  # fmt: skip
            if parts:
                plot.bars(parts, ink)
            wide = fonts.width(name, fonts.SMALL) + 4
            plot.words(QRectF(x, 2, 14, self.top - 6), "■", ink)
            plot.words(QRectF(x + 14, 2, wide, self.top - 6), name, "ink_2")
            x += wide + 28
        self._draw_words(plot, frame)


def _ends(bar: Bar) -> list[tuple[float, float]]:
    """Where each part of a bar begins and ends."""
    found, at = list[tuple[float, float]](), 0.0
    for value, _said in bar.parts:
        found.append((at, at + value))
        at += value
    return found


class RangesChart(BarsChart):
    """Of each group a dot, the range around it, and a line where all groups together lie; shares go from 0 to 1."""

    top = 22.0

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._whole: float | None = None
        self._levels: tuple[tuple[float, str], ...] = ()

    def show_ranges(
        self,
        bars: Sequence[Bar],
        whole: float | None,
        sentence: str,
        table: Table,
        level: Callable[[float], str] | None = None,
    ) -> None:
        """Draw other ranges.

        Parameters
        ----------
        whole : the figure of all groups together.
        level : a level of the axis in words, of what is no share.
        """
        self._whole = whole
        ends = [high for bar in bars if bar.range is not None for high in (bar.range[1], whole or 0.0)]
        step, top = (0.5, 1.0) if level is None else levels(max(ends, default=1.0) or 1.0)
        self._levels = tuple(level_ticks(step, top, level or percent))
        self.show_bars(bars, sentence, table)

    def _most(self) -> float:
        return self._levels[-1][0] if self._levels else 1.0

    def draw(self, plot: Plot, frame: Frame) -> None:
        known = [(at, bar) for at, bar in enumerate(self._bars) if bar.range is not None and not bar.faint]
        for value, words in self._levels:
            x = frame.at(value, 0.0).x()
            plot.words(QRectF(x - 24, 2, 48, self.top - 4), words, "ink_3", _CENTER)
        low, high = frame.y
        if self._whole is not None:
            plot.curve((self._whole, self._whole), (low, high), "control", 1.2, (3, 3))
        for at, bar in known:
            assert bar.range is not None
            plot.curve(bar.range, (-at, -at), "ink_2", 2.0)
        if known:
            plot.dots([bar.value for _at, bar in known], [-at for at, _bar in known], "primary", 8)
        self._draw_words(plot, frame)
