"""One figure over weeks, months or years, with that of the period before as a dashed line where it is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QSizePolicy

from views.charts.axes import left_margin, level_ticks, levels
from views.charts.chart import Frame, Point
from views.charts.picked import PickedChart, Table
from views.theme import Theme, fonts

if TYPE_CHECKING:
    from views.charts.plot import Plot

HIGH: Final = 220
_TOP, _BOTTOM, _RIGHT = 16.0, 22.0, 14.0
#: Pixels that two names of the base line need.
_ROOM: Final = 46


class TrendChart(PickedChart):
    """The line; where a figure is not known it is broken."""

    nothing = "Nothing to show"

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_ROOM * 3, HIGH)
        self._names: tuple[str, ...] = ()
        self._values: tuple[float | None, ...] = ()
        self._before: tuple[float | None, ...] = ()
        self._said: tuple[str, ...] = ()
        self._figure: Callable[[float], str] = str
        self._cut: frozenset[int] = frozenset()
        self._most: float | None = None
        self._band: tuple[tuple[float, float] | None, ...] = ()

    def show_line(
        self,
        names: Sequence[str],
        values: Sequence[float | None],
        said: Sequence[str],
        figure: Callable[[float], str],
        sentence: str,
        table: Table,
        *,
        before: Sequence[float | None] = (),
        most: float | None = None,
        cut: Sequence[int] = (),
        band: Sequence[tuple[float, float] | None] = (),
    ) -> None:
        """Draw another line.

        Parameters
        ----------
        names : what stands below each value.
        said : what is told of each value.
        figure : a level of the axis in words.
        most : the top of the axis, where the figure has one.
        cut : the numbers of those that are not whole, such as a month under way: hollow, the line to them dashed.
        band : the range of each value, drawn behind the line.
        """
        self._band = tuple(band)
        self._names, self._values, self._before = tuple(names), tuple(values), tuple(before)
        self._said, self._figure, self._cut, self._most = tuple(said), figure, frozenset(cut), most
        self._sentence, self._table = sentence, table
        self.follow()

    @property
    def places(self) -> list[int]:
        """The numbers of the values that are known; a point picked is one of these."""
        return [place for place, value in enumerate(self._values) if value is not None]

    def points(self) -> Sequence[Point]:
        return [Point(float(place), self._values[place] or 0.0, self._said[place]) for place in self.places]

    def whole(self) -> Frame:
        ends = [end for one in self._ranges() for end in one[1:]]
        known = [value for value in (*self._values, *self._before, *ends) if value is not None]
        step, top = self._levels(max((abs(value) for value in known), default=1.0) or 1.0)
        low = -top if min(known, default=0.0) < 0 else 0.0
        left = left_margin(self._ticks(step, low, top))
        area = QRectF(left, _TOP, max(20.0, self.width() - left - _RIGHT), self.height() - _TOP - _BOTTOM)
        first, last = self._ends()
        return Frame(area, (first - 0.3, last + 0.3) if last > first else (last - 1.0, last + 1.0), (low, top))

    def _ends(self) -> tuple[int, int]:
        """The first and the last value that the base line has: it does not begin before anything is known."""
        known = [at for values in (self._values, self._before) for at, one in enumerate(values) if one is not None]
        return min(known, default=0), max(len(self._names) - 1, 0)

    def _ranges(self) -> list[tuple[float, float, float]]:
        """Place, lower and upper end of the ranges of the values that are known."""
        known = set(self.places)
        return [(float(at), *one) for at, one in enumerate(self._band) if one is not None and at in known]

    def _levels(self, highest: float) -> tuple[float, float]:
        return levels(highest) if self._most is None else (1.0, self._most)

    def _ticks(self, step: float, low: float, top: float) -> list[tuple[float, str]]:
        ticks = level_ticks(step, top, self._figure)
        return [*((-value, self._figure(-value)) for value, _words in reversed(ticks[1:]) if low), *ticks]

    def draw(self, plot: Plot, frame: Frame) -> None:
        low, top = frame.y
        step, _ = self._levels(top)
        plot.left(self._ticks(step, low, top))
        first, last = self._ends()
        every = max(1, -int(-(last - first + 1) * _ROOM // max(frame.area.width(), 1.0)))
        named = [(float(at), name) for at, name in enumerate(self._names) if at >= first]
        plot.bottom([one for one in named if (last - one[0]) % every == 0])
        for _, group in groupby(enumerate(self._ranges()), lambda one: one[1][0] - one[0]):  # broken as the line is
            at, lows, highs = zip(*(each for _, each in group), strict=True)
            plot.band(at, lows, highs, "primary_wash")
        self._run(plot, self._before, "control", dashed=True)
        self._run(plot, self._values, "primary_text", dashed=False)
        places = self.places
        if places:
            end, value = places[-1], self._values[places[-1]] or 0.0
            plot.dots([float(end)], [value], "primary_text", 8, hollow=end in self._cut)
            said = self._figure(value)
            for words in (f"{said} so far", said) if end in self._cut else (said,):
                room, free = self._beside(frame, end, words)
                if free or words == said:
                    plot.words(room, words, "primary_text", weight=fonts.SEMIBOLD)
                    break

    def _beside(self, frame: Frame, end: int, words: str) -> tuple[QRectF, bool]:
        """Where the words of the last value stand, below it where the line falls to it, and whether off the line."""
        line = {place: frame.at(place, self._values[place] or 0.0) for place in self.places}
        at, wide = line[end], fonts.width(words, fonts.SMALL, fonts.SEMIBOLD) + 4
        x = min(at.x() - wide / 2, self.width() - wide - 2)
        above, below = (QRectF(x, y, wide, 16) for y in (max(at.y() - 24, 0), at.y() + 8))
        before = [place for place in line if place < end]
        falls = bool(before) and line[before[-1]].y() < at.y()
        wanted = [below, above] if falls and below.bottom() + 4 < frame.area.bottom() else [above]
        parts = [QRectF(line[one], line[one + 1]).normalized() for one in before[:-1] if one + 1 in line]
        free = [room for room in wanted if not any(room.intersects(part) for part in parts)]
        return (free or wanted)[0], bool(free)

    def _run(self, plot: Plot, values: Sequence[float | None], ink: str, *, dashed: bool) -> None:
        """A line through what is known, broken where nothing is, and dashed to what is not whole."""
        runs: list[list[tuple[float, float]]] = [[]]
        for place, value in enumerate(values):
            if value is None:
                runs.append([])
                continue
            runs[-1].append((float(place), value))
            if not dashed and (place in self._cut or place - 1 in self._cut) and len(runs[-1]) > 1:
                self._line(plot, runs[-1][-2:], ink, dashed=True)
                runs[-1:] = [runs[-1][:-1], runs[-1][-1:]]
        for run in runs:
            if len(run) > 1:
                self._line(plot, run, ink, dashed=dashed)
            elif run and not dashed and not self._joined(int(run[0][0])):
                plot.dots([run[0][0]], [run[0][1]], ink)

    def _joined(self, place: int) -> bool:
        """Whether a line leads to a value from the one beside it."""
        return any(one in self.places for one in (place - 1, place + 1))

    @staticmethod
    def _line(plot: Plot, run: Sequence[tuple[float, float]], ink: str, *, dashed: bool) -> None:
        plot.curve([x for x, _ in run], [y for _, y in run], ink, 1.4 if dashed else 2, (4, 3) if dashed else ())
