"""Revenue by month: what came as bars, what was predicted of it as a line, and the months to come with their range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize

from models.values import words
from models.values.forecast import RevenueForecast
from views.charts.axes import left_margin, level_ticks, levels
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme
from views.words import DASH, MONTHS, money, money_short

if TYPE_CHECKING:
    from views.charts.plot import Plot

_RIGHT, _TOP, _BOTTOM = 12.0, 12.0, 22.0
_HEIGHT = 168
#: Months that are over; those to come are all shown.
MOST_PAST = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month as it is drawn, in minor units: what came, and what was or is predicted with its range."""

    month: str
    actual: int | None
    predicted: int | None
    low: int | None
    high: int | None
    to_come: bool

    @property
    def title(self) -> str:
        """The month in words: "Dec 2026"."""
        return f"{MONTHS[int(self.month[5:7]) - 1]} {self.month[:4]}"


def months_of(forecast: RevenueForecast) -> tuple[Month, ...]:
    """The last months that are over, then those to come."""
    past = [Month(o.month, o.actual, o.predicted, o.low, o.high, False) for o in forecast.past[-MOST_PAST:]]
    coming = [Month(o.month, o.so_far or None, o.expected, o.low, o.high, True) for o in forecast.months]
    return (*past, *coming)


class MonthsChart(Chart):
    """The chart; 168 px high."""

    zooms = True

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Revenue by month", _HEIGHT)
        self._months: tuple[Month, ...] = ()
        self._currency, self._said = "USD", ""
        self.setMinimumWidth(240)

    @property
    def months(self) -> tuple[Month, ...]:
        """What is drawn."""
        return self._months

    def show_forecast(self, forecast: RevenueForecast) -> None:
        """Draw another forecast."""
        self._months, self._currency = months_of(forecast), forecast.currency
        self._said = forecast.sentences[0] if forecast.sentences else "Revenue by month, with the months to come."
        self.follow()

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def sentence(self) -> str:
        return self._said

    def points(self) -> Sequence[Point]:
        return [
            Point(place, (one.predicted if one.predicted is not None else one.actual) or 0, self._words(one))
            for place, one in enumerate(self._months)
        ]

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        rows = [
            (one.title, self._money(one.actual), self._money(one.predicted), self._range(one)) for one in self._months
        ]
        return ("Month", "Actual", "Predicted", "Range"), rows

    def _money(self, minor: int | None) -> str:
        return DASH if minor is None else money(minor, self._currency)

    def _range(self, one: Month) -> str:
        if one.low is None or one.high is None:
            return DASH
        return words.money_range(one.low, one.high, self._currency, mean_minor=one.predicted, short=True)

    def _words(self, one: Month) -> str:
        parts = [one.title]
        if one.actual is not None:
            parts.append(f"{self._money(one.actual)} {'so far' if one.to_come else 'came'}")
        if one.predicted is not None:
            parts.append(f"{self._money(one.predicted)} predicted, {self._range(one)}")
        return "\n".join(parts)

    # -- drawing ------------------------------------------------------------------------------------------------

    def _ticks(self) -> list[tuple[float, str]]:
        amounts = [value for one in self._months for value in (one.actual, one.high, one.predicted) if value]
        step, top = levels(max(amounts, default=1))
        return level_ticks(step, top, lambda level: money_short(round(level), self._currency))

    def whole(self) -> Frame:
        ticks = self._ticks()
        left = left_margin(ticks)
        area = QRectF(left, _TOP, max(20.0, self.width() - left - _RIGHT), self.height() - _TOP - _BOTTOM)
        return Frame(area, (-0.5, len(self._months) - 0.5), (0.0, ticks[-1][0]))

    def draw(self, plot: Plot, frame: Frame) -> None:
        plot.left(self._ticks())
        wide = frame.area.width() / (frame.x[1] - frame.x[0])
        every = max(1, -(-34 // max(1, int(wide))))
        first = next((place for place, one in enumerate(self._months) if one.to_come), 0)
        named = [place for place in range(len(self._months)) if not (place - first) % every]
        plot.bottom([(place, self._months[place].title[:3]) for place in named])
        half = min(18.0, wide * 0.6) / wide / 2
        bars = [(place - half, place + half, 0.0, one.actual) for place, one in enumerate(self._months)
                if one.actual is not None and one.actual > 0]  # fmt: skip
        if bars:
            edge = 2 * frame.y[1] / frame.area.height()
            plot.bars(bars, "band")
            plot.bars([(left, right, max(high - edge, 0.0), high) for left, right, _low, high in bars], "axis")
        for to_come in (False, True):
            told = [(place, one.low, one.high, one.predicted) for place, one in enumerate(self._months)
                    if one.to_come is to_come and one.low is not None and one.high is not None
                    and one.predicted is not None]  # fmt: skip
            if told:
                xs, lows, highs, means = zip(*told, strict=True)
                plot.stems(xs, lows, highs, "primary_text", 2)
                plot.dots(xs, means, "primary_text", 8, hollow=not to_come)
