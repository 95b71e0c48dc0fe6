"""Reasons as signed bars around one axis: to the left what lowers the risk, to the right what raises it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from models.values.alerts import Driver
from models.values.overrides import OverrideMark
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.painting import RIGHT, fill, focus_ring, line
from views.words import DASH, DOT, chance, points

ROW_HEIGHT = 22
MOST_ROWS = 5


class DriverBars(PaintedChart):
    """Up to five reasons, the strongest first, each with its points, and the risk to which these are added.

    Parameters
    ----------
    alone : nothing stands beside it: as high as the reasons are many, and with the evidence behind each.
    """

    def __init__(self, theme: Theme, *, alone: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._alone = alone
        self._drivers: tuple[Driver, ...] = ()
        self._typical: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Why at risk")
        theme.changed.connect(self.update)
        self.setFixedHeight(ROW_HEIGHT * (MOST_ROWS + 1))

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
        cut = f"{MOST_ROWS} of {total}" if total > MOST_ROWS else ""
        # At 1366 pixels there is no room for more.
        how = f"of the model’s {mark.model}" if mark is not None else "not causal" if cut else "directional, not causal"
        return DOT.join(filter(None, (cut, how)))

    @property
    def foot(self) -> str:
        """What the points are, and of what they are more or less."""
        return "points of risk" if self._typical is None else f"points, from {chance(self._typical)}"

    def show_drivers(self, drivers: Sequence[Driver], typical: float | None = None) -> None:
        """Draw these reasons: contributions by size, then facts without one.

        Parameters
        ----------
        typical : the typical customer's risk, to which the points are added; None: not known.
        """
        ordered = sorted(drivers, key=lambda d: (d.points is None, -abs(d.points or 0)))
        self._drivers = tuple(ordered)
        self._typical = typical
        if self._alone:
            rows = min(len(ordered), MOST_ROWS) + any(d.points is not None for d in ordered)
            self.setFixedHeight(ROW_HEIGHT * max(rows, 1))
        self.setAccessibleDescription(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The chart in one sentence."""
        if not self._drivers:
            return "No reasons are known yet."
        said = [f"{d.label} {points(d.points)}" if d.points is not None else d.label for d in self._drivers]
        begun = f" A typical customer's risk is {chance(self._typical)}." if self._typical is not None else ""
        return f"Points of churn risk, directional and not causal: {', '.join(said)}.{begun}"

    def sizeHint(self) -> QSize:
        return QSize(260, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            shown = self._drivers[:MOST_ROWS]
            if not shown:
                room = QRectF(0, 0, self.width(), ROW_HEIGHT)
                line(painter, room, "Too little history for reasons yet", theme.color("ink_3"), fonts.SMALL)
                return
            names = min(max(fonts.width(self._said(d), fonts.SMALL) for d in shown) + 8, self.width() * 0.56)
            names = max(names, min(104, self.width() * 0.56))
            zero, scale = self._scaled(shown, names)
            for number, driver in enumerate(shown):
                self._paint_bar(painter, driver, number * ROW_HEIGHT, names, zero, scale)
            if any(d.points is not None for d in shown):
                self._paint_foot(painter, len(shown) * ROW_HEIGHT, names, zero)
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()))

    def said_at(self, _x: float, y: float) -> str:
        number = int(y // ROW_HEIGHT)
        if 0 <= number < min(len(self._drivers), MOST_ROWS):
            driver = self._drivers[number]
            return f"{driver.label}\n{driver.evidence}".strip()
        return self._adds_up(self._typical) if self._typical is not None else ""

    def show_table(self) -> None:
        """Open the numbers as a table."""
        rows = [(d.label, DASH if d.points is None else points(d.points), d.evidence) for d in self._drivers]
        if self._typical is not None:
            rows.append(("A typical customer", chance(self._typical), self._adds_up(self._typical)))
        ChartTable("Why at risk", self.sentence(), ("Reason", "Points", "Evidence"), rows, self.window()).show()

    def _adds_up(self, typical: float) -> str:
        risk = typical + sum(d.points for d in self._drivers if d.points is not None) / 100
        return f"A typical customer's risk is {chance(typical)}; with the points of all reasons it is {chance(risk)}."

    def _said(self, driver: Driver) -> str:
        """The reason in the room that there is; of a gap the evidence says all."""
        if not self._alone or not driver.evidence:
            return driver.label
        return driver.evidence if driver.code == "gap" else f"{driver.label}{DOT}{driver.evidence}"

    def _scaled(self, shown: Sequence[Driver], names: float) -> tuple[float, float]:
        """Where the axis stands, and how many pixels a point is."""
        high = max((d.points for d in shown if d.points is not None and d.points > 0), default=0.0)
        low = -min((d.points for d in shown if d.points is not None and d.points < 0), default=0.0)
        number = 34.0
        left = number if low else 8.0
        room = self.width() - names - left - number
        # Points next to nothing would make a scale without end.
        scale = max(room, 20) / max(high + low, 1e-6)
        return names + left + low * scale, scale

    def _paint_bar(self, painter: QPainter, driver: Driver, y: float, names: float, zero: float, scale: float) -> None:
        theme = self._theme
        room = QRectF(0, y, names - 6, ROW_HEIGHT)
        if driver.points is None:
            wide = QRectF(0, y, self.width(), ROW_HEIGHT)
            said = driver.label if not driver.evidence else f"{driver.label}: {driver.evidence}"
            line(painter, wide, said, theme.color("ink_2"), fonts.SMALL)
            return
        line(painter, room, self._said(driver), theme.color("ink"), fonts.SMALL)
        fill(painter, zero, y, 1, ROW_HEIGHT, theme.color("axis"))
        length = max(1.0, abs(driver.points) * scale)
        text = points(driver.points)
        if driver.points >= 0:
            fill(painter, zero + 1, y + 5, length, 12, theme.color("critical"))
            after = QRectF(zero + length + 7, y, 40, ROW_HEIGHT)
            line(painter, after, text, theme.color("ink_2"), fonts.SMALL)
        else:
            fill(painter, zero - length, y + 5, length, 12, theme.color("good"))
            before = QRectF(zero - length - 45, y, 40, ROW_HEIGHT)
            line(painter, before, text, theme.color("ink_2"), fonts.SMALL, align=RIGHT)

    def _paint_foot(self, painter: QPainter, y: float, names: float, zero: float) -> None:
        ink = self._theme.color("ink_3")
        line(painter, QRectF(0, y, max(names, 90), ROW_HEIGHT), self.foot, ink, fonts.SMALL)
        left = max(min(names, fonts.width(self.foot, fonts.SMALL) + 10), zero - 70)
        if zero - 7 - left > fonts.width("lowers", fonts.SMALL) + 2:
            line(painter, QRectF(left, y, zero - 7 - left, ROW_HEIGHT), "lowers", ink, fonts.SMALL, align=RIGHT)
        wide = fonts.width("raises", fonts.SMALL) + 1
        line(painter, QRectF(min(zero + 7, self.width() - wide), y, wide, ROW_HEIGHT), "raises", ink, fonts.SMALL)
