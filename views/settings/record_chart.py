"""A rule's record by month: filled for correct alerts, outlined for incorrect, dashed for those too early to judge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize

from models.values.rule_records import MonthRecord, RuleYear
from views.charts.axes import left_margin, level_ticks, levels
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme
from views.words import MONTHS, counted, whole

if TYPE_CHECKING:
    from views.charts.plot import Plot

_RIGHT, _TOP, _BOTTOM = 8.0, 8.0, 22.0
_HEIGHT = 112
_DASH = (3.0, 3.0)


class RecordChart(Chart):
    """The chart; 112 px high."""

    def __init__(self, theme: Theme, year: RuleYear) -> None:
        super().__init__(theme, "Alerts of the rule by month", _HEIGHT)
        self._year = year
        self.follow()

    def sizeHint(self) -> QSize:
        return QSize(320, _HEIGHT)

    def sentence(self) -> str:
        year = self._year
        return (
            f"{counted(year.alerts, 'alert')} in {len(year.months)} months: {whole(year.correct)} correct, "
            f"{whole(year.judged - year.correct)} incorrect, {whole(year.too_early)} too early to judge."
        )

    def points(self) -> Sequence[Point]:
        return [Point(at, _total(one), _said(one)) for at, one in enumerate(self._year.months)]

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        rows = [(_title(one), *map(whole, one[1:])) for one in self._year.months]
        return ("Month", "Correct", "Incorrect", "Too early to judge"), rows

    def _ticks(self) -> list[tuple[float, str]]:
        highest = max((_total(one) for one in self._year.months), default=0)
        step, top = levels(max(highest, 2))
        return level_ticks(step, top, whole)

    def whole(self) -> Frame:
        ticks = self._ticks()
        left = left_margin(ticks)
        area = QRectF(left, _TOP, max(20.0, self.width() - left - _RIGHT), self.height() - _TOP - _BOTTOM)
        return Frame(area, (-0.5, len(self._year.months) - 0.5), (0.0, ticks[-1][0]))

    def draw(self, plot: Plot, frame: Frame) -> None:
        plot.left(self._ticks())
        months = self._year.months
        wide = frame.area.width() / max(len(months), 1)
        every = max(1, -(-34 // max(1, int(wide))))
        plot.bottom([(at, _title(one)[:3]) for at, one in enumerate(months) if not (len(months) - 1 - at) % every])
        half = min(22.0, wide * 0.6) / wide / 2
        correct = [(at - half, at + half, 0.0, float(one.correct)) for at, one in enumerate(months) if one.correct]
        if correct:
            plot.bars(correct, "good")
        for at, one in enumerate(months):
            judged = one.correct + one.incorrect
            if one.incorrect:
                plot.bars([(at - half, at + half, one.correct, judged)], "warning_wash")
                plot.curve(*_outline(at, half, one.correct, judged), "warning")
            if one.too_early:
                plot.curve(*_outline(at, half, judged, _total(one)), "control", 1, _DASH)


def _outline(at: float, half: float, low: float, high: float) -> tuple[list[float], list[float]]:
    return [at - half, at - half, at + half, at + half, at - half], [low, high, high, low, low]


def _total(one: MonthRecord) -> int:
    return one.correct + one.incorrect + one.too_early


def _title(one: MonthRecord) -> str:
    return f"{MONTHS[int(one.month[5:7]) - 1]} {one.month[:4]}"


def _said(one: MonthRecord) -> str:
    parts = [f"{whole(one.correct)} correct", f"{whole(one.incorrect)} incorrect"]
    return f"{_title(one)}\n{', '.join(parts)}, {whole(one.too_early)} too early to judge"
