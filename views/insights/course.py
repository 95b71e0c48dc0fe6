"""One measure of every way of telling, from check to check: the one in use, the simple rule, the rest in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from models.values.backtest import RULE, RungReport
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, fill, focus_ring, line
from views.words import DASH, short_day

_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 52.0, 24.0, 18.0
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


class CourseChart(PaintedChart):
    """Small lines over the days of the back-tests.

    Parameters
    ----------
    measure : field of `Measures` that is drawn.
    title : its name, and which way is better.
    scale : what its figures are multiplied by where they are written: 100 for "87.1" of 0.871.
    """

    def __init__(self, theme: Theme, measure: str, title: str, *, scale: int = 1) -> None:
        super().__init__()
        self._theme, self._measure, self._title, self._scale = theme, measure, title, scale
        self._days: tuple[date, ...] = ()
        self._courses: tuple[Course, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(150)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{title}, by back-test")
        theme.changed.connect(self.update)

    @property
    def courses(self) -> tuple[Course, ...]:
        """What is drawn, the one in use last and so on top."""
        return self._courses

    @property
    def days(self) -> tuple[date, ...]:
        """The days as of which the models predicted, the first first."""
        return self._days

    def show_rungs(self, rungs: Sequence[RungReport], used: str) -> None:
        """Draw these models."""
        days = sorted({one.cutoff for rung in rungs for one in rung.cutoffs})
        self._days = tuple(date.fromisoformat(day) for day in days)
        made = []
        for rung in rungs:
            by_day = {one.cutoff: getattr(one.measures, self._measure) for one in rung.cutoffs}
            made.append(Course(rung.name, rung.label, tuple(by_day.get(day) for day in days), rung.name == used))
        self._courses = tuple(sorted(made, key=lambda one: (one.used, one.rule)))
        self.setAccessibleDescription(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The chart in one sentence: the one in use against the baseline at the last back-test."""
        used = next((one for one in self._courses if one.used), None)
        rule = next((one for one in self._courses if one.rule), None)
        if used is None or not self._days or used.values[-1] is None:
            return f"{self._title}: no back-test yet."
        against = f", {rule.label} {self._figure(rule.values[-1])}" if rule is not None and rule is not used else ""
        return f"{self._title}, last back-test: {used.label} {self._figure(used.values[-1])}{against}."

    def sizeHint(self) -> QSize:
        return QSize(220, _HEIGHT)

    def said_at(self, x: float, _y: float) -> str:
        return self._said(x) if self._days else ""

    def show_table(self) -> None:
        """Open the numbers as a table."""
        heads = ("", *(day.isoformat() for day in self._days))
        rows = [(one.label, *(self._figure(value) for value in one.values)) for one in reversed(self._courses)]
        ChartTable(self.accessibleName(), self.sentence(), heads, rows, self.window()).show()

    def _said(self, x: float) -> str:
        area = self._area()
        place = min(range(len(self._days)), key=lambda number: abs(self._x(area, number) - x))
        day = self._days[place]
        known = [one for one in reversed(self._courses) if one.values[place] is not None]
        known.sort(key=lambda one: one.values[place] or 0.0)
        return "\n".join(
            [f"Forecast of {day.day} {day:%b %Y}", *(f"{self._figure(o.values[place])}  {o.label}" for o in known)]
        )

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(20.0, self.width() - _LEFT - _RIGHT), self.height() - _TOP - _BOTTOM)

    def _x(self, area: QRectF, number: int) -> float:
        if len(self._days) < 2:
            return area.center().x()
        span = (self._days[-1] - self._days[0]).days
        return area.x() + area.width() * (self._days[number] - self._days[0]).days / span

    def _range(self) -> tuple[float, float]:
        known = [value for one in self._courses for value in one.values if value is not None]
        low, high = min(known, default=0.0), max(known, default=1.0)
        room = max((high - low) * 0.12, 0.005)
        # A share of pairs has an end; a loss has none.
        most = 1.0 if self._scale == 100 else high + room
        return max(0.0, low - room), min(high + room, most)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            line(painter, QRectF(0, 0, self.width(), 18), self._title, theme.color("ink_2"), fonts.SMALL)
            if not self._days:
                return
            area, (low, high) = self._area(), self._range()
            self._paint_axes(painter, area, low, high)
            for one in self._courses:
                self._paint_course(painter, area, one, low, high)
            self._paint_ends(painter, area, low, high)
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()))

    def _paint_axes(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        theme = self._theme
        for place in range(3):
            y = area.bottom() - area.height() * place / 2
            fill(painter, area.x(), y, area.width(), 1, theme.color("line_soft" if place else "axis"))
            room = QRectF(0, y - 8, _LEFT - 6, 16)
            value = low + (high - low) * place / 2
            line(painter, room, self._tick(value), theme.color("ink_3"), fonts.SMALL, align=RIGHT)
        foot, last = area.bottom() + 3, self._days[-1]
        first = short_day(self._days[0], last)
        line(painter, QRectF(area.x(), foot, 90, 15), first, theme.color("ink_3"), fonts.SMALL)
        if len(self._days) > 1 and area.width() > 110:
            room = QRectF(area.right() - 90, foot, 90, 15)
            line(painter, room, short_day(last, last), theme.color("ink_3"), fonts.SMALL, align=RIGHT)

    def _paint_course(self, painter: QPainter, area: QRectF, one: Course, low: float, high: float) -> None:
        theme = self._theme
        known = [
            QPointF(self._x(area, number), area.bottom() - area.height() * (value - low) / (high - low))
            for number, value in enumerate(one.values)
            if value is not None
        ]
        ink = "primary_text" if one.used else "warning_text" if one.rule else "control"
        pen = QPen(theme.color(ink), 2 if one.used else 1.4)
        if one.rule and not one.used:
            pen.setDashPattern([4, 3])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(known))
        if one.used or len(known) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(ink))
            for at in known:
                painter.drawEllipse(at, 2.8, 2.8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_ends(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        """Name the one in use and the rule at their ends, apart from one another."""
        ends = []
        for one in self._courses:
            value = next((value for value in reversed(one.values) if value is not None), None)
            if value is not None and (one.used or one.rule):
                y = area.bottom() - area.height() * (value - low) / (high - low)
                ends.append((y, "in use" if one.used else "rule", "primary_text" if one.used else "warning_text"))
        ends.sort()
        if len(ends) == 2 and ends[1][0] - ends[0][0] < 14:
            middle = (ends[0][0] + ends[1][0]) / 2
            ends = [(middle - 7, *ends[0][1:]), (middle + 7, *ends[1][1:])]
        for y, text, ink in ends:
            room = QRectF(area.right() + 8, y - 8, _RIGHT - 8, 16)
            line(painter, room, text, self._theme.color(ink), fonts.SMALL, fonts.MEDIUM)

    def _figure(self, value: float | None) -> str:
        if value is None:
            return DASH
        return f"{value:.3f}" if self._scale == 1 else f"{value * self._scale:.1f}"

    def _tick(self, value: float) -> str:
        return f"{value:.2f}" if self._scale == 1 else f"{value * self._scale:.0f}"
