"""Reasons as signed bars around one axis: to the left what lowers the risk, to the right what raises it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt

from models.values.alerts import SAID_LEAVING, Driver
from models.values.overrides import OverrideMark
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT
from views.words import DASH, DOT, chance, points

if TYPE_CHECKING:
    from views.charts.plot import Plot

ROW_HEIGHT = 22
MOST_ROWS, FEWER_ROWS = 5, 3
_BAR = 12 / ROW_HEIGHT
#: Pixels for "−48" beside a bar.
_FIGURE = 34.0


class DriverBars(Chart):
    """Up to five reasons, the strongest first, each with its points, and the risk to which these are added.

    Parameters
    ----------
    alone : nothing stands beside it: as high as the reasons are many, and with the evidence behind each.
    """

    onward = (Qt.Key.Key_Down, Qt.Key.Key_Right)
    back = (Qt.Key.Key_Up, Qt.Key.Key_Left)
    reach = ROW_HEIGHT / 2
    nothing = "Too little history for reasons yet"

    def __init__(self, theme: Theme, *, alone: bool = False) -> None:
        super().__init__(theme, "Why at risk", ROW_HEIGHT * (MOST_ROWS + 1))
        self._alone = alone
        self._most = MOST_ROWS
        self._drivers: tuple[Driver, ...] = ()
        self._typical: float | None = None
        self._alarm = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_low(self, low: bool) -> None:
        """Draw fewer reasons, in less height; the table has them all."""
        self._most = FEWER_ROWS if low else MOST_ROWS
        self.setFixedHeight(ROW_HEIGHT * (self._most + 1))
        self.follow()

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """All reasons, not only those that are drawn."""
        return self._drivers

    def hint(self, mark: OverrideMark | None) -> str:
        """What stands beside the title: how to read the bars, and how many of the reasons are drawn if not all.

        Parameters
        ----------
        mark
            Of a risk that a person set: the bars are the model's.
        """
        total = len(self._drivers)
        cut = f"{self._most} of {total}" if total > self._most else ""
        # At 1366 pixels there is no room for more.
        how = f"of the model’s {mark.model}" if mark is not None else "not causal" if cut else "directional, not causal"
        return DOT.join(filter(None, (cut, how)))

    @property
    def foot(self) -> str:
        """What the points are, or the typical risk that they raise or lower."""
        return "points of risk" if self._typical is None else f"typical: {chance(self._typical)}"

    def show_drivers(self, drivers: Sequence[Driver], typical: float | None = None, *, alarm: bool = False) -> None:
        """Draw these reasons: the customer's words of leaving, contributions by size, then facts without one.

        Parameters
        ----------
        typical : the typical customer's risk, to which the points are added; None: not known.
        alarm : what raises the risk is red.
        """
        self._alarm = alarm
        ordered = sorted(drivers, key=lambda d: (d.code != SAID_LEAVING, d.points is None, -abs(d.points or 0)))
        self._drivers = tuple(ordered)
        self._typical = typical
        if self._alone:
            rows = min(len(ordered), self._most) + any(d.points is not None for d in ordered)
            self.setFixedHeight(ROW_HEIGHT * max(rows, 1))
        self.follow()

    def sentence(self) -> str:
        if not self._drivers:
            return "No reasons are known yet."
        said = [f"{d.label} {points(d.points)}" if d.points is not None else d.label for d in self._drivers]
        begun = f" A typical customer's risk is {chance(self._typical)}." if self._typical is not None else ""
        return f"Points of churn risk, directional and not causal: {', '.join(said)}.{begun}"

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    @property
    def _shown(self) -> tuple[Driver, ...]:
        return self._drivers[: self._most]

    def points(self) -> Sequence[Point]:
        made = []
        for number, one in enumerate(self._shown):
            figure = "" if one.points is None else f" {points(one.points)}"
            made.append(Point(one.points or 0.0, -number - 0.5, f"{one.label}{figure}\n{one.evidence}".strip()))
        return made

    def away(self, place: QPointF, point: QPointF) -> float:
        return abs(place.y() - point.y())

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        rows = [(d.label, DASH if d.points is None else points(d.points), d.evidence) for d in self._drivers]
        if self._typical is not None:
            risk = self._typical + sum(d.points for d in self._drivers if d.points is not None) / 100
            adds_up = (
                f"A typical customer's risk is {chance(self._typical)}; "
                f"with the points of all reasons it is {chance(risk)}."
            )
            rows.append(("A typical customer", chance(self._typical), adds_up))
        return ("Reason", "Points", "Evidence"), rows

    def _words(self, driver: Driver) -> str:
        """The reason in the room that there is; of a gap the evidence says all."""
        if not self._alone or not driver.evidence:
            return driver.label
        return driver.evidence if driver.code == "gap" else f"{driver.label}{DOT}{driver.evidence}"

    def whole(self) -> Frame:
        known = [d.points for d in self._shown if d.points is not None]
        low, high = min([*known, 0.0]), max([*known, 0.0])
        wide = self.width() * 0.56
        names = max((fonts.width(self._words(d), fonts.SMALL) for d in self._shown), default=0.0) + 8
        left = max(min(names, wide), min(104, wide)) + (_FIGURE if low else 8.0)
        rows = len(self._shown)
        area = QRectF(left, 0, max(self.width() - left - _FIGURE, 20.0), rows * ROW_HEIGHT)
        # Points next to nothing would make a scale without end.
        return Frame(area, (low, max(high, low + 1e-6)), (-max(rows, 1), 0))

    def draw(self, plot: Plot, frame: Frame) -> None:
        zero = frame.at(0, 0).x()
        low = frame.x[0] < 0
        names = frame.area.x() - (_FIGURE if low else 8.0)
        ink = "critical" if self._alarm else "warning"
        bars: dict[str, list[tuple[float, float, float, float]]] = {ink: [], "good": []}
        least = (frame.x[1] - frame.x[0]) / frame.area.width()
        for number, one in enumerate(self._shown):
            top = number * ROW_HEIGHT
            if one.points is None:
                said = f"{one.label}: {one.evidence}" if one.evidence else one.label
                plot.words(QRectF(0, top, self.width(), ROW_HEIGHT), said, "ink_2")
                continue
            plot.words(QRectF(0, top, names - 6, ROW_HEIGHT), self._words(one), "ink")
            raises, size = one.points >= 0, max(abs(one.points), least)
            middle = -number - 0.5
            ends = (0.0, size) if raises else (-size, 0.0)
            bars[ink if raises else "good"].append((*ends, middle - _BAR / 2, middle + _BAR / 2))
            end = frame.at(size if raises else -size, 0).x()
            if raises:
                plot.words(QRectF(end + 6, top, 40, ROW_HEIGHT), points(one.points), "ink_2")
            else:
                plot.words(QRectF(end - 46, top, 40, ROW_HEIGHT), points(one.points), "ink_2", RIGHT)
        for ink, some in bars.items():
            if some:
                plot.bars(some, ink)
        pointed = [number for number, one in enumerate(self._shown) if one.points is not None]
        if pointed:  # words stand above the axis, or below
            plot.stems([0.0], [-pointed[-1] - 1], [-pointed[0]], "axis", 1)
            self._draw_foot(plot, len(self._shown) * ROW_HEIGHT, names, zero)

    def _draw_foot(self, plot: Plot, y: float, names: float, zero: float) -> None:
        plot.words(QRectF(0, y, max(names, 90), ROW_HEIGHT), self.foot)
        left = max(min(names, fonts.width(self.foot, fonts.SMALL) + 10), zero - 70)
        if zero - 7 - left > fonts.width("lowers", fonts.SMALL) + 2:
            plot.words(QRectF(left, y, zero - 7 - left, ROW_HEIGHT), "lowers", align=RIGHT)
        wide = fonts.width("raises", fonts.SMALL) + 1
        plot.words(QRectF(min(zero + 7, self.width() - wide), y, wide, ROW_HEIGHT), "raises")
