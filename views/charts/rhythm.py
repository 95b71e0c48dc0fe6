"""Orders against their usual rhythm, for a year.

Sparse buyers: a stem for each purchase day, the band of usual order values, and hollow marks on dotted stems where
an order was expected and did not come. Frequent buyers: order value by week as a line with its usual band.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt

from models.values.alerts import Rhythm, RhythmPoint
from views.charts.axes import day_ticks, left_margin, level_ticks, round_step
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT
from views.words import minor_digits, money, money_short, short_day

if TYPE_CHECKING:
    from views.charts.plot import Plot

#: More stems than this are no picture any more: then weeks are drawn as a line.
MOST_STEMS = 60
_RIGHT, _TOP, _BOTTOM = 14.0, 20.0, 20.0
_HIGH, _LOW = 136, 92


class RhythmChart(Chart):
    """The chart; 136 px high, less in a low window."""

    reach = 12.0
    zooms = True
    nothing = "No orders in the last 12 months"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Orders against their usual rhythm", _HIGH)
        self._rhythm: Rhythm | None = None
        self._currency, self._alarm = "USD", False
        self._came: tuple[Point, ...] = ()
        self._missing: tuple[Point, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click here leaves the keys to the queue

    def set_low(self, low: bool) -> None:
        """Take less height."""
        self.setFixedHeight(_LOW if low else _HIGH)
        self.follow()

    def show_rhythm(self, rhythm: Rhythm | None, currency: str, *, alarm: bool = False) -> None:
        """Draw another customer's year; None says that there are no orders. ``alarm``: what is missing is red."""
        self._rhythm, self._currency, self._alarm = rhythm, currency, alarm
        self._came = tuple(self._orders(rhythm)) if rhythm is not None else ()
        self._missing = tuple(self._missed(rhythm)) if rhythm is not None else ()
        self.follow()

    def sizeHint(self) -> QSize:
        return QSize(320, self.height())

    def sentence(self) -> str:
        return self._rhythm.sentence if self._rhythm else "No orders in this year."

    def points(self) -> Sequence[Point]:
        return sorted((*self._came, *self._missing), key=lambda point: point.x)

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        points = self._rhythm.points if self._rhythm is not None else ()
        rows = [
            (p.day, "expected, did not come" if p.expected_missing else self._money(p.amount_minor))
            for p in reversed(points)
        ]
        return ("Day", "Order"), rows

    def _money(self, minor: int) -> str:
        return money(minor, self._currency, cents=minor_digits(self._currency) > 0)

    def _orders(self, rhythm: Rhythm) -> Iterator[Point]:
        """Each order, or the sum of each week of a frequent buyer."""
        last = date.fromisoformat(rhythm.last_day)
        if not _by_week(rhythm):
            for one in _placed(rhythm):
                day = short_day(date.fromisoformat(one.day), last)
                yield Point(_day(one, rhythm), one.amount_minor, f"{day}: {self._money(one.amount_minor)}")
            return
        for number, minor in enumerate(_weekly(rhythm)):
            begun = short_day(date.fromisoformat(rhythm.first_day) + timedelta(days=7 * number), last)
            yield Point(7 * number, minor, f"Week from {begun}: {self._money(minor)}")

    @staticmethod
    def _missed(rhythm: Rhythm) -> Iterator[Point]:
        """Each order that was expected and did not come, as high as a usual one."""
        usual = ((rhythm.usual_low_minor or 0) + (rhythm.usual_high_minor or 0)) / 2 or _levels(rhythm)[1] / 2
        for one in rhythm.points:
            if one.expected_missing:
                day = short_day(date.fromisoformat(one.day), date.fromisoformat(rhythm.last_day))
                said = f"{day}: an order was expected here and did not come"
                yield Point(_day(one, rhythm), one.amount_minor or usual, said)

    def whole(self) -> Frame:
        if self._rhythm is None:
            return Frame(QRectF(self.rect()), (0, 1), (0, 1))
        step, top = _levels(self._rhythm)
        left = left_margin(self._ticks(step, top))
        area = QRectF(left, _TOP, max(self.width() - left - _RIGHT, 20), self.height() - _TOP - _BOTTOM)
        return Frame(area, (0, _days(self._rhythm)), (0, top))

    def _ticks(self, step: float, top: float) -> list[tuple[float, str]]:
        return level_ticks(step, top, lambda level: money_short(round(level), self._currency))

    def draw(self, plot: Plot, frame: Frame) -> None:
        rhythm = self._rhythm
        assert rhythm is not None
        plot.left(self._ticks(*_levels(rhythm)))
        low, high = rhythm.usual_low_minor, rhythm.usual_high_minor
        if low is not None and high is not None:
            # A customer who always spends the same still has a band.
            least = frame.y[1] * 3 / frame.area.height()
            middle, half = (low + high) / 2, max(high - low, least) / 2
            plot.bars([(*frame.x, middle - half, middle + half)], "band")
            plot.words(QRectF(frame.area.x() + 2, 0, 120, 16), "usual order")
        first, last = date.fromisoformat(rhythm.first_day), _days(rhythm)
        ticks = day_ticks(first, frame.x, frame.area.width())
        now = frame.at(last, 0).x() - fonts.width("now", fonts.SMALL) / 2
        plot.bottom([one for one in ticks if frame.at(one[0], 0).x() + 20 < now] + [(last, "now")])
        self._draw_orders(plot, weeks=_by_week(rhythm))
        if self._missing:
            xs, ys = [p.x for p in self._missing], [p.y for p in self._missing]
            ink = "critical" if self._alarm else "warning"
            plot.stems(xs, [0.0] * len(xs), ys, ink, 1, (2, 3))
            plot.dots(xs, ys, ink, 8, hollow=True)
            room = QRectF(frame.area.x() + 80, 0, frame.area.width() - 80, 16)
            plot.words(room, f"{rhythm.missing} expected, none came", f"{ink}_text", RIGHT, fonts.MEDIUM)

    def _draw_orders(self, plot: Plot, *, weeks: bool) -> None:
        xs, ys = [p.x for p in self._came], [p.y for p in self._came]
        if weeks:
            plot.curve(xs, ys, "primary_text")
        elif xs:
            plot.stems(xs, [0.0] * len(xs), ys, "primary_text", 2)
            plot.dots(xs, ys, "primary_text", 7 if len(xs) <= 30 else 5)


def _placed(rhythm: Rhythm) -> list[RhythmPoint]:
    return [one for one in rhythm.points if not one.expected_missing]


def _by_week(rhythm: Rhythm) -> bool:
    return len(_placed(rhythm)) > MOST_STEMS


def _day(one: RhythmPoint, rhythm: Rhythm) -> int:
    return (date.fromisoformat(one.day) - date.fromisoformat(rhythm.first_day)).days


def _days(rhythm: Rhythm) -> int:
    return max((date.fromisoformat(rhythm.last_day) - date.fromisoformat(rhythm.first_day)).days, 1)


def _levels(rhythm: Rhythm) -> tuple[float, float]:
    """The step between two lines of the axis, and the top of the frame, in minor units."""
    amounts = _weekly(rhythm) if _by_week(rhythm) else [one.amount_minor for one in _placed(rhythm)]
    highest = max([*amounts, rhythm.usual_high_minor or 0, 1])
    step = round_step(highest / 2)
    return step, max(step * 2, highest * 1.02)


def _weekly(rhythm: Rhythm) -> list[int]:
    sums: dict[int, int] = {}
    for one in _placed(rhythm):
        week = _day(one, rhythm) // 7
        sums[week] = sums.get(week, 0) + one.amount_minor
    return [sums.get(week, 0) for week in range(max(sums, default=0) + 1)]
