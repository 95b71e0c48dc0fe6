"""How sure a customer's scores are and why, the range of their value, and the risk over the last half year."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QToolTip, QWidget

from models.values.alerts import ScoreFigures
from models.values.anomalies import TrendWords
from services import insight
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, Pictogram, column, row, rule
from views.widgets.painting import RIGHT, fill, focus_ring, line
from views.words import chance, counted, money, short_day

_WIDE, _SLIM, _HIGH = 236, 172, 42
_NUMBERS: Final = 44.0
#: Narrower than this the line of the risk stands below the words; from the other on there is room for a longer one.
_BESIDE, _ROOMY = 580, 640
_LOOKS: Final = {"high": ("check", "good_text"), "medium": ("info", "ink_2"), "low": ("warning", "warning_text")}


class RiskLine(PaintedChart):
    """The risk week by week. Enter opens the table."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._points: tuple[tuple[str, float], ...] = ()
        self._later: tuple[str | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedSize(_WIDE, _HIGH)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Churn risk by week")
        theme.changed.connect(self.update)

    @property
    def points(self) -> tuple[tuple[str, float], ...]:
        """What is drawn: (ISO day, risk), the oldest first."""
        return self._points

    def show_points(self, points: tuple[tuple[str, float], ...], later: tuple[str | None, ...] = ()) -> None:
        """Draw another customer's line; `later`: the day on which each was worked out, None on its own."""
        self._points = points
        self._later = later if len(later) == len(points) else (None,) * len(points)
        self.setAccessibleDescription(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The line in one sentence."""
        if len(self._points) < 2:
            return "The risk has no history yet."
        (first, before), (_last, now) = self._points[0], self._points[-1]
        highest = max(risk for _day, risk in self._points)
        said = f"Risk {chance(before)} on {self._day(first)}, {chance(now)} now"
        said = f"{said}, at most {chance(highest)} between." if highest > max(before, now) + 0.01 else f"{said}."
        worked_out = [day for day in self._later if day is not None]
        if not worked_out:
            return said
        return f"{said} What lies before {self._day(worked_out[-1])} was worked out on that day."

    def sizeHint(self) -> QSize:
        return QSize(_WIDE, _HIGH)

    def said_at(self, x: float, _y: float) -> str:
        if len(self._points) < 2:
            return ""
        places = range(len(self._points))
        at = min(places, key=lambda place: abs(self._x(self._points[place][0]) - x))
        (day, risk), later = self._points[at], self._later[at]
        return f"{self._day(day)}: {chance(risk)}" + (
            f", worked out on {self._day(later)}" if later is not None else ""
        )

    def show_table(self) -> None:
        """Open the numbers as a table."""
        told = zip(self._points, self._later, strict=True)
        rows = [(day, chance(risk), later or day) for (day, risk), later in told][::-1]
        columns = ("Day", "Churn risk", "Worked out on")
        ChartTable(self.accessibleName(), self.sentence(), columns, rows, self.window()).show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if len(self._points) < 2:
            return
        with QPainter(self) as painter:
            theme, area = self._theme, self._area()
            fill(painter, area.x(), area.bottom(), area.width(), 1, theme.color("line"))
            told = [QPointF(self._x(day), self._y(risk)) for day, risk in self._points]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(theme.color("axis"), 1.6)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(told))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("primary_text"))
            painter.drawEllipse(told[-1], 2.8, 2.8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self._paint_number(painter, QRectF(0, told[0].y() - 8, _NUMBERS - 5, 16), self._points[0][1], "ink_3")
            self._paint_number(painter, QRectF(self.width() - _NUMBERS + 2, told[-1].y() - 8, _NUMBERS - 4, 16),
                               self._points[-1][1], "ink")  # fmt: skip
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()))

    def _paint_number(self, painter: QPainter, room: QRectF, risk: float, ink: str) -> None:
        room.moveTop(min(max(room.y(), 0.0), self.height() - 16.0))
        line(painter, room, chance(risk), self._theme.color(ink), fonts.SMALL, align=RIGHT)

    def _area(self) -> QRectF:
        return QRectF(_NUMBERS, 6, self.width() - 2 * _NUMBERS - 4, self.height() - 12)

    def _x(self, day: str) -> float:
        first, last = date.fromisoformat(self._points[0][0]), date.fromisoformat(self._points[-1][0])
        area, span = self._area(), max(1, (last - first).days)
        return area.x() + area.width() * (date.fromisoformat(day) - first).days / span

    def _y(self, risk: float) -> float:
        area = self._area()
        return area.bottom() - area.height() * min(max(risk, 0.0), 1.0)

    def _day(self, day: str) -> str:
        return short_day(date.fromisoformat(day), date.fromisoformat(self._points[-1][0]))


class _Line(ElidedLabel):
    """A line that takes the room that there is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)


class TrendLine(_Line):
    """Trends in one line; their figures, a line each, are its tooltip."""

    more: tuple[str, ...] = ()

    def tell(self, trends: TrendWords) -> None:
        """Say other trends."""
        self.more = trends.more
        self.setText(trends.line)
        self.setAccessibleName(". ".join(trends.more) or trends.line)

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent) and self.more:
            QToolTip.showText(event.globalPos(), "\n".join(self.more), self)
            return True
        return bool(super().event(event))  # type: ignore[arg-type]


class ScoreCourse(QWidget):
    """How sure it is; below, value and trends, with the line of the risk beside them, or below in a narrow pane.

    `past_wanted` asks how such risks did in the past.
    """

    past_wanted = Signal()

    def __init__(self, theme: Theme, inset: int = 20) -> None:
        super().__init__()
        self._inset = inset
        self._figures: ScoreFigures | None = None
        self._sign = Pictogram(theme, "", "ink_2", 14, (20, 18))
        self.sure = _Line(theme)
        self.past = link("Track record")
        self.past.setToolTip("How far the risk can be trusted, on the page Insights")
        self.past.setAccessibleName("How the risk did in the past: opens Insights")
        self.past.clicked.connect(self.past_wanted)
        self.value = _Line(theme)
        self.trend = TrendLine(theme)
        self.risk = RiskLine(theme)
        worth = Pictogram(theme, "", "ink_2", 14, (20, 18))
        heading = Pictogram(theme, "activity", "ink_2", 14, (20, 18))
        said = column(row(worth, self.value), 2, row(heading, self.trend))
        self._beside = row(said, 12, self.risk)
        self._beside.setStretch(0, 1)
        self._beside.setAlignment(self.risk, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._box = column(row(self._sign, self.sure, 4, self.past), self._beside, margins=(inset, 4, inset, 4))
        outer = QWidget()
        outer.setLayout(self._box)
        self._worth = worth
        self.setLayout(column(outer, rule(soft=True)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_figures(self, figures: ScoreFigures | None) -> None:
        """Show what there is to say about these figures."""
        self.setVisible(figures is not None)
        if figures is None:
            return
        icon, ink = _LOOKS.get(figures.confidence, ("info", "ink_2"))
        self._sign.show_icon(icon, ink)
        self.sure.setText(insight.sure_words(figures), ink if figures.confidence == "low" else "ink_2")
        self.past.setVisible(bool(figures.record))
        worth = value_words(figures)
        self.value.setText(worth)
        for part in (self._worth, self.value):
            part.setVisible(bool(worth))
        if figures != self._figures:  # of the same customer, read anew, the line stays as it is
            self._figures = figures
            self.trend.tell(TrendWords(orders_words(figures)))
        self.risk.show_points(figures.history, figures.history_worked_out_on)
        self.risk.setVisible(len(figures.history) > 1)

    def show_trends(self, trends: TrendWords) -> None:
        """Say of each channel where it is heading; with its figures in the tooltip."""
        self.trend.tell(trends)

    def set_inset(self, inset: int) -> None:
        """Leave so much room at the left and the right."""
        if inset != self._inset:
            self._inset = inset
            self._box.setContentsMargins(inset, 4, inset, 4)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        beside = self.width() >= _BESIDE
        self._beside.setDirection(across if beside else down)
        self.risk.setFixedWidth(_SLIM if beside and self.width() < _ROOMY else _WIDE)


def orders_words(figures: ScoreFigures) -> str:
    """Where the customer's orders are heading, as the scores have it."""
    way = {"falling": "Orders are going down", "rising": "Orders are going up", "steady": "Orders as usual"}
    return way.get(figures.trend or "", "No trend of orders can be told yet")


def value_words(figures: ScoreFigures) -> str:
    """Lifetime value with its horizon and range, '' where there is none."""
    if figures.clv_minor is None:
        return ""
    said = (
        f"Lifetime value, {counted(figures.clv_horizon_months, 'month')}: {money(figures.clv_minor, figures.currency)}"
    )
    between = figures.clv_range(short=True)
    return f"{said}, {between}" if between else said
