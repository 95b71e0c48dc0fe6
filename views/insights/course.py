"""One measure of every model, from check to check: the one in use, the baseline, the rest in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize

from models.values.backtest import RULE, ModelReport
from views.charts.axes import left_margin
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme, fonts
from views.words import DASH, short_day

if TYPE_CHECKING:
    from views.charts.plot import Plot

_RIGHT, _TOP, _BOTTOM = 58.0, 24.0, 20.0
_HEIGHT = 128


@dataclass(frozen=True, slots=True)
class Course:
    """One model: its values by back-test, None where one could not be calculated."""

    name: str
    label: str
    values: tuple[float | None, ...]
    used: bool

    @property
    def rule(self) -> bool:
        """Whether it is the baseline."""
        return self.name == RULE


class CourseChart(Chart):
    """Small lines over the days of the back-tests.

    Parameters
    ----------
    measure : field of `Measures` that is drawn.
    title : its name, and which way is better.
    scale : what its figures are multiplied by where they are written: 100 for "87.1" of 0.871.
    """

    zooms = True

    def __init__(self, theme: Theme, measure: str, title: str, *, scale: int = 1) -> None:
        super().__init__(theme, f"{title}, by back-test", _HEIGHT)
        self._measure, self._title, self._scale = measure, title, scale
        self._days: tuple[date, ...] = ()
        self._courses: tuple[Course, ...] = ()
        self.setMinimumWidth(150)

    @property
    def courses(self) -> tuple[Course, ...]:
        """What is drawn, the one in use last and so on top."""
        return self._courses

    @property
    def days(self) -> tuple[date, ...]:
        """The days as of which the models predicted, the first first."""
        return self._days

    def show_models(self, models: Sequence[ModelReport], used: str) -> None:
        """Draw these models."""
        days = sorted({one.cutoff for model in models for one in model.cutoffs})
        self._days = tuple(date.fromisoformat(day) for day in days)
        made = []
        for model in models:
            by_day = {one.cutoff: getattr(one.measures, self._measure) for one in model.cutoffs}
            made.append(Course(model.name, model.label, tuple(by_day.get(day) for day in days), model.name == used))
        self._courses = tuple(sorted(made, key=lambda one: (one.used, one.rule)))
        self.follow()

    def sentence(self) -> str:
        # The one in use against the baseline.
        used = next((one for one in self._courses if one.used), None)
        rule = next((one for one in self._courses if one.rule), None)
        if used is None or not self._days or used.values[-1] is None:
            return f"{self._title}: no back-test yet."
        against = f", {rule.label} {self._figure(rule.values[-1])}" if rule is not None and rule is not used else ""
        return f"{self._title}, last back-test: {used.label} {self._figure(used.values[-1])}{against}."

    def sizeHint(self) -> QSize:
        return QSize(220, _HEIGHT)

    def points(self) -> Sequence[Point]:
        made = []
        for place, day in enumerate(self._days):
            known = [(value, one) for one in reversed(self._courses) if (value := one.values[place]) is not None]
            known.sort(key=lambda pair: pair[0])
            lines = [f"Forecast of {day.day} {day:%b %Y}", *(f"{self._figure(v)}  {one.label}" for v, one in known)]
            used = next((value for value, one in known if one.used), known[0][0] if known else 0.0)
            made.append(Point(self._x(place), used, "\n".join(lines)))
        return made

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        heads = ("", *(day.isoformat() for day in self._days))
        return heads, [(one.label, *(self._figure(value) for value in one.values)) for one in reversed(self._courses)]

    def _x(self, place: int) -> float:
        return float((self._days[place] - self._days[0]).days)

    def _ticks(self, low: float, high: float) -> list[tuple[float, str]]:
        levels = (low, (low + high) / 2, high)
        return [(level, f"{level:.2f}" if self._scale == 1 else f"{level * self._scale:.0f}") for level in levels]

    def whole(self) -> Frame:
        low, high = self._range()
        left = left_margin(self._ticks(low, high))
        area = QRectF(left, _TOP, max(20.0, self.width() - left - _RIGHT), self.height() - _TOP - _BOTTOM)
        last = self._x(-1) if self._days else 0.0
        # One back-test stands in the middle.
        return Frame(area, (0.0, last) if last else (-1.0, 1.0), (low, high))

    def _range(self) -> tuple[float, float]:
        known = [value for one in self._courses for value in one.values if value is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        room = max((high - low) * 0.12, 0.005)
        # A share of pairs has an end; a loss has none.
        most = 1.0 if self._scale == 100 else high + room
        return max(0.0, low - room), min(high + room, most)

    def draw(self, plot: Plot, frame: Frame) -> None:
        plot.words(QRectF(0, 0, self.width(), 18), self._title, "ink_2")
        plot.left(self._ticks(*frame.y))
        first, last = self._days[0], self._days[-1]
        ends = [(self._x(0), short_day(first, last))]
        if len(self._days) > 1 and frame.area.width() > 110:
            ends.append((self._x(-1), short_day(last, last)))
        plot.bottom(ends)
        for one in self._courses:
            places = [place for place, value in enumerate(one.values) if value is not None]
            xs, ys = [self._x(place) for place in places], [one.values[place] or 0.0 for place in places]
            ink = "primary_text" if one.used else "warning_text" if one.rule else "control"
            plot.curve(xs, ys, ink, 2 if one.used else 1.4, (4, 3) if one.rule and not one.used else ())
            if one.used or len(places) == 1:
                plot.dots(xs, ys, ink)
        self._draw_ends(plot, frame)

    def _draw_ends(self, plot: Plot, frame: Frame) -> None:
        """Name the one in use and the baseline at their ends, apart from one another."""
        ends = []
        for one in self._courses:
            value = next((value for value in reversed(one.values) if value is not None), None)
            if value is not None and (one.used or one.rule):
                y = frame.at(0, value).y()
                ends.append((y, "in use" if one.used else "baseline", "primary_text" if one.used else "warning_text"))
        ends.sort()
        if len(ends) == 2 and ends[1][0] - ends[0][0] < 14:
            middle = (ends[0][0] + ends[1][0]) / 2
            ends = [(middle - 7, *ends[0][1:]), (middle + 7, *ends[1][1:])]
        for y, text, ink in ends:
            plot.words(QRectF(frame.area.right() + 8, y - 8, _RIGHT - 8, 16), text, ink, weight=fonts.MEDIUM)

    def _figure(self, value: float | None) -> str:
        if value is None:
            return DASH
        return f"{value:.3f}" if self._scale == 1 else f"{value * self._scale:.1f}"
