"""Orders against their usual rhythm, for a year.

Sparse buyers: a stem for each purchase day, the band of usual order values, and hollow marks on dotted stems where
an order was expected and did not come. Frequent buyers: order value by week as a line with its usual band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from models.values.alerts import Rhythm, RhythmPoint
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, fill, focus_ring, line, snapped
from views.words import minor_digits, money, money_short, short_day

#: More stems than this are no picture any more: then weeks are drawn as a line.
MOST_STEMS = 60
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 6.0, 20.0, 18.0


@dataclass(frozen=True, slots=True)
class _Scale:
    """Pixels of a day and of an amount."""

    first: date
    days: int
    top_minor: float
    area: QRectF

    def x(self, day: date) -> float:
        return self.area.x() + self.area.width() * (day - self.first).days / max(1, self.days)

    def y(self, minor: float) -> float:
        return self.area.bottom() - self.area.height() * min(1.0, minor / self.top_minor)


class RhythmChart(PaintedChart):
    """The chart; 140 px high."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rhythm: Rhythm | None = None
        self._currency = "USD"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(136)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Orders against their usual rhythm")
        theme.changed.connect(self.update)

    def show_rhythm(self, rhythm: Rhythm | None, currency: str) -> None:
        """Draw another customer's year; None says that there are no orders."""
        self._rhythm, self._currency = rhythm, currency
        self.setAccessibleDescription(rhythm.sentence if rhythm else "No orders in this year.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 136)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rhythm = self._theme, self._rhythm
            if rhythm is None or not rhythm.points:
                room = QRectF(0, 0, self.width(), 22)
                line(painter, room, "No orders in the last 12 months", theme.color("ink_3"), fonts.SMALL)
                return
            scale = self._scale(rhythm)
            self._paint_band(painter, rhythm, scale)
            self._paint_axes(painter, rhythm, scale)
            placed = [p for p in rhythm.points if not p.expected_missing]
            if len(placed) > MOST_STEMS:
                self._paint_weeks(painter, placed, scale)
            else:
                self._paint_stems(painter, placed, scale)
            self._paint_missing(painter, [p for p in rhythm.points if p.expected_missing], rhythm, scale)
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()))

    def said_at(self, x: float, _y: float) -> str:
        if self._rhythm is None or not self._rhythm.points:
            return ""
        nearest = self._nearest(x)
        return self._said(nearest) if nearest is not None else ""

    def show_table(self) -> None:
        """Open the numbers as a table."""
        rhythm = self._rhythm
        if rhythm is None:
            return
        rows = [
            (p.day, "expected, did not come" if p.expected_missing else self._money(p.amount_minor))
            for p in reversed(rhythm.points)
        ]
        title = self.accessibleName()
        ChartTable(title, rhythm.sentence, ("Day", "Order"), rows, self.window()).show()

    def _money(self, minor: int) -> str:
        return money(minor, self._currency, cents=minor_digits(self._currency) > 0)

    def _said(self, point: RhythmPoint) -> str:
        day = short_day(date.fromisoformat(point.day), date.fromisoformat(self._require().last_day))
        if point.expected_missing:
            return f"{day}: an order was expected here and did not come"
        return f"{day}: {self._money(point.amount_minor)}"

    def _require(self) -> Rhythm:
        assert self._rhythm is not None
        return self._rhythm

    def _nearest(self, x: float) -> RhythmPoint | None:
        scale = self._scale(self._require())
        best = min(self._require().points, key=lambda p: abs(scale.x(date.fromisoformat(p.day)) - x))
        return best if abs(scale.x(date.fromisoformat(best.day)) - x) < 12 else None

    def _scale(self, rhythm: Rhythm) -> _Scale:
        first, last = date.fromisoformat(rhythm.first_day), date.fromisoformat(rhythm.last_day)
        placed = [p for p in rhythm.points if not p.expected_missing]
        amounts = _weekly(placed, first) if len(placed) > MOST_STEMS else [p.amount_minor for p in placed]
        highest = max([*amounts, rhythm.usual_high_minor or 0, 1])
        step = _step(highest / 2)
        top = step * 2 if highest <= step * 2.15 else step * 3
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        return _Scale(first, (last - first).days, max(top * 1.083, highest * 1.02), area)

    def _paint_band(self, painter: QPainter, rhythm: Rhythm, scale: _Scale) -> None:
        theme = self._theme
        low, high = rhythm.usual_low_minor, rhythm.usual_high_minor
        if low is None or high is None:
            return
        top, bottom = scale.y(high), scale.y(low)
        tall = max(3.0, bottom - top)
        fill(painter, scale.area.x(), top, scale.area.width(), tall, theme.color("band"))
        words = QRectF(scale.area.x() + 2, 0, 120, 16)
        line(painter, words, "usual order", theme.color("ink_3"), fonts.SMALL)

    def _paint_axes(self, painter: QPainter, rhythm: Rhythm, scale: _Scale) -> None:
        theme, area = self._theme, scale.area
        step = _step(scale.top_minor / 1.083 / 2)
        level = 0.0
        while level <= scale.top_minor:
            y = scale.y(level)
            fill(painter, area.x(), y, area.width(), 1, theme.color("axis" if level == 0 else "line_soft"))
            room = QRectF(0, y - 8, _LEFT - 6, 16)
            text = money_short(round(level), self._currency)
            line(painter, room, text, theme.color("ink_3"), fonts.SMALL, align=RIGHT)
            level += step
        foot = area.bottom() + 3
        last = date.fromisoformat(rhythm.last_day)
        room = QRectF(area.right() - 60, foot, 60, 15)
        line(painter, room, "now", theme.color("ink_3"), fonts.SMALL, align=RIGHT)
        end = area.right() - fonts.width("now", fonts.SMALL) - 8
        for month in _quarters(scale.first, last):
            x = scale.x(month)
            words = short_day(month, last).split()[1]
            if x + fonts.width(words, fonts.SMALL) < end:
                line(painter, QRectF(x, foot, 40, 15), words, theme.color("ink_3"), fonts.SMALL)

    def _paint_stems(self, painter: QPainter, placed: Sequence[RhythmPoint], scale: _Scale) -> None:
        colour = self._theme.color("primary_text")
        dpr = self.devicePixelRatioF()
        thick = max(1.0, round(1.6 * dpr)) / dpr
        for point in placed:
            x, y = snapped(scale.x(date.fromisoformat(point.day)), dpr), scale.y(point.amount_minor)
            fill(painter, x - thick / 2, y, thick, scale.area.bottom() - y, colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        radius = 3.0 if len(placed) <= 30 else 2.2
        for point in placed:
            x, y = snapped(scale.x(date.fromisoformat(point.day)), dpr), scale.y(point.amount_minor)
            painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_weeks(self, painter: QPainter, placed: Sequence[RhythmPoint], scale: _Scale) -> None:
        weeks = _weekly(placed, scale.first)
        points = [QPointF(scale.x(scale.first + timedelta(days=7 * n)), scale.y(v)) for n, v in enumerate(weeks)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("primary_text"), 1.6))
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_missing(self, painter: QPainter, missing: Sequence[RhythmPoint], rhythm: Rhythm, scale: _Scale) -> None:
        if not missing:
            return
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        usual = ((rhythm.usual_low_minor or 0) + (rhythm.usual_high_minor or 0)) / 2
        for point in missing:
            x = scale.x(date.fromisoformat(point.day))
            y = scale.y(point.amount_minor or usual or scale.top_minor / 2)
            dotted = QPen(theme.color("critical"), 1)
            dotted.setDashPattern([2, 3])
            painter.setPen(dotted)
            painter.drawLine(QPointF(x, y + 4), QPointF(x, scale.area.bottom()))
            painter.setPen(QPen(theme.color("critical"), 1.6))
            painter.setBrush(theme.color("panel"))
            painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        words = f"{rhythm.missing} expected, none came"
        room = QRectF(scale.area.x() + 80, 0, self.width() - _RIGHT - scale.area.x() - 80, 16)
        line(painter, room, words, theme.color("critical_text"), fonts.SMALL, fonts.MEDIUM, RIGHT)


def _weekly(placed: Sequence[RhythmPoint], first: date) -> list[int]:
    sums: dict[int, int] = {}
    for point in placed:
        week = (date.fromisoformat(point.day) - first).days // 7
        sums[week] = sums.get(week, 0) + point.amount_minor
    return [sums.get(week, 0) for week in range(max(sums, default=0) + 1)]


def _step(rough: float) -> float:
    """The round number (1, 2, 3, 5 times a power of ten) next above."""
    size = 1.0
    while size * 10 <= rough:
        size *= 10
    return next((size * factor for factor in (1, 2, 3, 5) if size * factor >= rough), size * 10)


def _quarters(first: date, last: date) -> list[date]:
    """Every third month's first day within the span."""
    day = date(first.year, first.month, 1)
    found = []
    while day <= last:
        if day >= first:
            found.append(day)
        month = day.month + (3 if found else 1)
        day = date(day.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    return found
