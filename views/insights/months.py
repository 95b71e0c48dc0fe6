"""Revenue by month: what came as bars, what was foretold of it as a line, and the months to come with their range."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from models.values import words
from models.values.forecast import RevenueForecast
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.painting import CENTRE, RIGHT, fill, focus_ring, line, snapped
from views.words import DASH, MONTHS, money, money_short

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 12.0, 12.0, 22.0
_HEIGHT = 168
#: Months that are over; those to come are all shown.
MOST_PAST = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month as it is drawn, in minor units: what came, and what was or is foretold with its range."""

    month: str
    came: int | None
    foretold: int | None
    low: int | None
    high: int | None
    to_come: bool

    @property
    def title(self) -> str:
        """The month in words: "Dec 2026"."""
        return f"{MONTHS[int(self.month[5:7]) - 1]} {self.month[:4]}"


def months_of(forecast: RevenueForecast) -> tuple[Month, ...]:
    """The last months that are over, then those to come."""
    past = [Month(o.month, o.came, o.foretold, o.low, o.high, False) for o in forecast.past[-MOST_PAST:]]
    coming = [Month(o.month, o.so_far or None, o.expected, o.low, o.high, True) for o in forecast.months]
    return (*past, *coming)


class MonthsChart(PaintedChart):
    """The chart; 168 px high."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._months: tuple[Month, ...] = ()
        self._currency, self._said = "USD", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setMinimumWidth(240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Revenue by month")
        theme.changed.connect(self.update)

    @property
    def months(self) -> tuple[Month, ...]:
        """What is drawn."""
        return self._months

    def show_forecast(self, forecast: RevenueForecast) -> None:
        """Draw another forecast."""
        self._months, self._currency = months_of(forecast), forecast.currency
        self._said = forecast.sentences[0] if forecast.sentences else "Revenue by month, with the months to come."
        self.setAccessibleDescription(self._said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def said_at(self, x: float, _y: float) -> str:
        place = self._at(x)
        return self._words(self._months[place]) if place >= 0 else ""

    def show_table(self) -> None:
        """Open the numbers as a table."""
        heads = ("Month", "Actual", "Predicted", "Range")
        rows = [(one.title, self._money(one.came), self._money(one.foretold), self._range(one)) for one in self._months]
        ChartTable(self.accessibleName(), self._said, heads, rows, self.window()).show()

    def _money(self, minor: int | None) -> str:
        return DASH if minor is None else money(minor, self._currency)

    def _range(self, one: Month) -> str:
        if one.low is None or one.high is None:
            return DASH
        return words.money_range(one.low, one.high, self._currency, mean_minor=one.foretold, short=True)

    def _words(self, one: Month) -> str:
        parts = [one.title]
        if one.came is not None:
            parts.append(f"{self._money(one.came)} {'so far' if one.to_come else 'came'}")
        if one.foretold is not None:
            parts.append(f"{self._money(one.foretold)} predicted, {self._range(one)}")
        return "\n".join(parts)

    # -- painting -----------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(20.0, self.width() - _LEFT - _RIGHT), self.height() - _TOP - _BOTTOM)

    def _at(self, x: float) -> int:
        area = self._area()
        if not self._months or not area.left() <= x <= area.right():
            return -1
        return min(len(self._months) - 1, int((x - area.left()) / area.width() * len(self._months)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._months:
            return
        with QPainter(self) as painter:
            area = self._area()
            amounts = [value for one in self._months for value in (one.came, one.high, one.foretold) if value]
            step, top = _levels(max(amounts, default=1))
            self._paint_axes(painter, area, step, top)
            wide = area.width() / len(self._months)
            for place, one in enumerate(self._months):
                self._paint_month(painter, area, QRectF(area.x() + place * wide, 0, wide, 0), one, top)
            self._paint_names(painter, area, wide)
            if self.hasFocus():
                focus_ring(painter, self._theme, QRectF(self.rect()))

    def _paint_axes(self, painter: QPainter, area: QRectF, step: float, top: float) -> None:
        theme, level = self._theme, 0.0
        while level <= top:
            y = area.bottom() - area.height() * level / top
            fill(painter, area.x(), y, area.width(), 1, theme.color("line_soft" if level else "axis"))
            room = QRectF(0, y - 8, _LEFT - 6, 16)
            text = money_short(round(level), self._currency)
            line(painter, room, text, theme.color("ink_3"), fonts.SMALL, align=RIGHT)
            level += step

    def _paint_month(self, painter: QPainter, area: QRectF, slot: QRectF, one: Month, top: float) -> None:
        theme, dpr = self._theme, self.devicePixelRatioF()

        def y(minor: float) -> float:
            return area.bottom() - area.height() * min(max(minor / top, 0.0), 1.0)

        bar = min(18.0, slot.width() * 0.6)
        middle = snapped(slot.center().x(), dpr)
        if one.came is not None and one.came > 0:
            fill(painter, middle - bar / 2, y(one.came), bar, area.bottom() - y(one.came), theme.color("band"))
            fill(painter, middle - bar / 2, y(one.came), bar, 2, theme.color("axis"))
        if one.low is None or one.high is None or one.foretold is None:
            return
        colour = theme.color("primary_text")
        thick = max(1.0, round(1.6 * dpr)) / dpr
        fill(painter, middle - thick / 2, y(one.high), thick, y(one.low) - y(one.high), colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if one.to_come else theme.color("panel"))
        painter.drawEllipse(QPointF(middle, y(one.foretold)), 3.6, 3.6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_names(self, painter: QPainter, area: QRectF, wide: float) -> None:
        every = max(1, -(-34 // max(1, int(wide))))
        first_to_come = next((place for place, one in enumerate(self._months) if one.to_come), 0)
        for place, one in enumerate(self._months):
            if (place - first_to_come) % every:
                continue
            room = QRectF(area.x() + place * wide + wide / 2 - 20, area.bottom() + 4, 40, 15)
            ink = self._theme.color("ink_2" if one.to_come else "ink_3")
            line(painter, room, one.title[:3], ink, fonts.SMALL, align=CENTRE)


def _levels(highest: float) -> tuple[float, float]:
    """The step between two lines, and the topmost of two to four lines: the lowest that holds the highest amount."""
    found = [(_step(highest / lines), lines) for lines in (2, 3, 4)]
    step, lines = min(found, key=lambda one: one[0] * one[1])
    return step, step * lines


def _step(rough: float) -> float:
    """The round number (1, 2, 3, 5 times a power of ten) next above."""
    size = 1.0
    while size * 10 <= rough:
        size *= 10
    return next((size * factor for factor in (1, 2, 3, 5) if size * factor >= rough), size * 10)
