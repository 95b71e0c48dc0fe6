"""How sure a customer's scores are and why, the range of their value, and the risk over the last half year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QToolTip, QWidget

from models.values.alerts import ScoreFigures
from models.values.anomalies import TrendWords
from models.values.scores import missed_orders
from services import insight
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, Pictogram, column, row, rule
from views.widgets.painting import RIGHT
from views.words import chance, counted, money, short_day

if TYPE_CHECKING:
    from views.charts.plot import Plot

_WIDE, _SLIM, _HIGH = 236, 172, 42
_NUMBERS: Final = 44.0
#: Narrower than this the line of the risk stands below the words; from the other on there is room for a longer one.
_BESIDE, _ROOMY = 580, 640
_LOOKS: Final = {"high": ("check", "good_text"), "medium": ("info", "ink_2"), "low": ("warning", "warning_text")}


class RiskLine(Chart):
    """The risk week by week, from 0 to 100 %."""

    zooms = True

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Churn risk by week", _HIGH)
        self._history: tuple[tuple[str, float], ...] = ()
        self._later: tuple[str | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedWidth(_WIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def history(self) -> tuple[tuple[str, float], ...]:
        """What is drawn: (ISO day, risk), the oldest first."""
        return self._history

    def show_history(self, history: tuple[tuple[str, float], ...], later: tuple[str | None, ...] = ()) -> None:
        """Draw another customer's line; `later`: the day on which each was worked out, None on its own."""
        self._history = history
        self._later = later if len(later) == len(history) else (None,) * len(history)
        self.follow()

    def sentence(self) -> str:
        if len(self._history) < 2:
            return "No churn risk history yet."
        (first, before), (_last, now) = self._history[0], self._history[-1]
        highest = max(risk for _day, risk in self._history)
        said = f"Risk {chance(before)} on {self._day(first)}, {chance(now)} now"
        said = f"{said}, highest {chance(highest)} in between." if highest > max(before, now) + 0.01 else f"{said}."
        worked_out = [day for day in self._later if day is not None]
        if not worked_out:
            return said
        return f"{said} Earlier values were calculated on {self._day(worked_out[-1])}."

    def sizeHint(self) -> QSize:
        return QSize(_WIDE, _HIGH)

    def points(self) -> Sequence[Point]:
        if len(self._history) < 2:
            return ()
        first = date.fromisoformat(self._history[0][0])
        made = []
        for (day, risk), later in zip(self._history, self._later, strict=True):
            worked_out = f", calculated on {self._day(later)}" if later is not None else ""
            x = (date.fromisoformat(day) - first).days
            made.append(Point(x, min(max(risk, 0.0), 1.0), f"{self._day(day)}: {chance(risk)}{worked_out}"))
        return made

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        told = zip(self._history, self._later, strict=True)
        rows = [(day, chance(risk), later or day) for (day, risk), later in told][::-1]
        return ("Day", "Churn risk", "Calculated on"), rows

    def whole(self) -> Frame:
        area = QRectF(_NUMBERS, 6, self.width() - 2 * _NUMBERS - 4, self.height() - 12)
        points = self.points()
        return Frame(area, (0.0, max(points[-1].x, 1.0) if points else 1.0), (0.0, 1.0))

    def draw(self, plot: Plot, frame: Frame) -> None:
        points = self.points()
        plot.bottom(())
        plot.curve([one.x for one in points], [one.y for one in points], "axis")
        plot.dots([points[-1].x], [points[-1].y], "primary_text")
        low, high = frame.x
        shown = [place for place, one in enumerate(points) if low <= one.x <= high] or [len(points) - 1]
        for place, x, ink in ((shown[0], 0.0, "ink_3"), (shown[-1], self.width() - _NUMBERS + 3, "ink")):
            y = min(max(frame.at(0, points[place].y).y() - 8, 0.0), self.height() - 16.0)
            plot.words(QRectF(x, y, _NUMBERS - 5, 16), chance(self._history[place][1]), ink, RIGHT)

    def _day(self, day: str) -> str:
        return short_day(date.fromisoformat(day), date.fromisoformat(self._history[-1][0]))


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
        self.past.setToolTip("How accurate churn risk has been, on the Insights page")
        self.past.setAccessibleName("How accurate churn risk has been: opens Insights")
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

    def show_figures(self, figures: ScoreFigures | None, *, contradicted: bool = False) -> None:
        """Show what there is to say about these figures; of ``contradicted`` ones not how sure the model is."""
        self.setVisible(figures is not None)
        if figures is None:
            return
        icon, ink = _LOOKS.get(figures.confidence, ("info", "ink_2"))
        self._sign.show_icon(icon, ink)
        self.sure.setText(insight.sure_words(figures), ink if figures.confidence == "low" else "ink_2")
        self._sign.setVisible(not contradicted)
        self.sure.setVisible(not contradicted)
        self.past.setVisible(bool(figures.record) and not contradicted)
        worth = value_words(figures)
        self.value.setText(worth)
        for part in (self._worth, self.value):
            part.setVisible(bool(worth))
        if figures != self._figures:  # of the same customer, read anew, the line stays as it is
            self._figures = figures
            self.trend.tell(TrendWords(orders_words(figures)))
        self.risk.show_history(figures.history, figures.history_worked_out_on)
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
    """Where the customer's orders are heading, as the scores have it; one that is overdue is not as usual."""
    late = figures.own_rhythm and missed_orders(figures.days_since_last_order, figures.usual_gap_days)
    if late and figures.trend == "steady" and figures.last_order_on is not None:
        last, as_of = (date.fromisoformat(day) for day in (figures.last_order_on, figures.as_of))
        return f"No order since {short_day(last, as_of)}"
    way = {"falling": "Orders are going down", "rising": "Orders are going up", "steady": "Orders as usual"}
    return way.get(figures.trend or "", "Not enough orders for a trend yet")


def value_words(figures: ScoreFigures) -> str:
    """Lifetime value with its horizon and range, '' where there is none."""
    if figures.clv_minor is None:
        return ""
    said = (
        f"Lifetime value, {counted(figures.clv_horizon_months, 'month')}: {money(figures.clv_minor, figures.currency)}"
    )
    if figures.said_leaving and figures.mark_of("clv") is None:
        return f"{said}, counting what they said"
    between = figures.clv_range(short=True)
    return f"{said}, {between}" if between else said
