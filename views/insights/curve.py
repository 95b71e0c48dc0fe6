"""Calibration: customers of similar risk as dots with their 95 % range, and the line of being right.

A dot is filled where its range holds the line, and hollow where it lies further off than chance makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from models.values.backtest import CalibrationBin
from views.charts.painted import PaintedChart
from views.charts.table import ChartTable
from views.theme import Theme, fonts
from views.widgets.painting import CENTRE, RIGHT, fill, focus_ring, line, snapped
from views.words import THIN, counted, percent, whole

_LEFT, _TOP, _BOTTOM = 52.0, 24.0, 40.0
_RIGHT_WIDE, _RIGHT_NARROW = 84.0, 14.0
#: Narrower than this there is no room for words beside the line.
_NARROW = 340
_DOT = 4.5
_REACH = 14.0
_SMALLEST = QSize(260, 250)
#: Groups that are off, told in words: the others are counted.
_MOST_OFF = 2


@dataclass(frozen=True, slots=True)
class Dot:
    """One group of customers where it is drawn; ``label`` None where it would lie over another one."""

    group: CalibrationBin
    at: QPointF
    label: QRectF | None


def came(group: CalibrationBin) -> float:
    """Return the share of a group that left."""
    return group.left / group.customers if group.customers else 0.0


def holds(group: CalibrationBin) -> bool:
    """Return whether what was said lies in the range of what came."""
    return group.low <= group.said <= group.high


class CalibrationCurve(PaintedChart):
    """The chart. Arrow keys go from group to group, Enter opens the table."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._groups: tuple[CalibrationBin, ...] = ()
        self._current = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SMALLEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Calibration: predicted and actual churn")
        theme.changed.connect(self.update)

    @property
    def groups(self) -> tuple[CalibrationBin, ...]:
        """What is drawn, the lowest risk first."""
        return self._groups

    @property
    def current(self) -> CalibrationBin | None:
        """The group that the keys are at."""
        return self._groups[self._current] if 0 <= self._current < len(self._groups) else None

    def show_groups(self, groups: Sequence[CalibrationBin]) -> None:
        """Draw other groups; those without customers are left out."""
        self._groups = tuple(sorted((one for one in groups if one.customers), key=lambda one: one.said))
        self._current = -1
        self.setAccessibleDescription(self.sentence())
        self.update()

    def sentence(self) -> str:
        """The chart in one sentence."""
        if not self._groups:
            return "Not back-tested yet."
        off = [one for one in self._groups if not holds(one)]
        judged = counted(sum(one.customers for one in self._groups), "forecast")
        groups = counted(len(self._groups), "group")
        if not off:
            return f"{judged} in {groups} of similar risk: each is within chance of its predicted churn."
        verb = "is" if len(off) == 1 else "are"
        return f"{judged} in {groups} of similar risk: {whole(len(off))} of them {verb} off by more than chance."

    def sizeHint(self) -> QSize:
        return QSize(440, 330)

    # -- events -------------------------------------------------------------------------------------------------

    def said_at(self, x: float, y: float) -> str:
        nearest = self._nearest(QPointF(x, y))
        return words_of(self._groups[nearest]) if nearest >= 0 else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(self._nearest(event.position()))

    def leaveEvent(self, _event: object) -> None:
        if not self.hasFocus():
            self._go(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._groups) - 1
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self._go(min(self._current + 1, last))
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self._go(max(self._current - 1, min(0, last)))
            case Qt.Key.Key_Home:
                self._go(min(0, last))
            case Qt.Key.Key_End:
                self._go(last)
            case _:
                super().keyPressEvent(event)

    def focusOutEvent(self, event: object) -> None:
        self._go(-1)
        super().focusOutEvent(event)  # type: ignore[arg-type]

    def show_table(self) -> None:
        """Open the numbers as a table."""
        heads = ("Predicted", "Left", "Of", "That is", f"95{THIN}% range")
        rows = [
            (percent(one.said), whole(one.left), whole(one.customers), percent(came(one)),
             f"{percent(one.low)} to {percent(one.high)}")
            for one in self._groups
        ]  # fmt: skip
        ChartTable(self.accessibleName(), self.sentence(), heads, rows, self.window()).show()

    def _go(self, place: int) -> None:
        if place == self._current:
            return
        self._current = place
        group = self.current
        self.setAccessibleDescription(words_of(group) if group is not None else self.sentence())
        self.update()

    def _nearest(self, at: QPointF) -> int:
        area = self._area()
        away = [(_point(area, one) - at).manhattanLength() for one in self._groups]
        place = min(range(len(away)), key=away.__getitem__, default=-1)
        return place if place >= 0 and away[place] <= _REACH else -1

    # -- painting -----------------------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        right = _RIGHT_NARROW if self.width() < _NARROW else _RIGHT_WIDE
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - right, self.height() - _TOP - _BOTTOM)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            area = self._area()
            self._paint_axes(painter, area)
            self._paint_diagonal(painter, area)
            for place, dot in enumerate(self.dots()):
                self._paint_dot(painter, dot, area, on=place == self._current)
            if self.hasFocus():
                focus_ring(painter, self._theme, QRectF(self.rect()))

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme = self._theme
        for quarter in range(5):
            share = quarter / 4
            y, x = area.bottom() - share * area.height(), area.x() + share * area.width()
            fill(painter, area.x(), y, area.width(), 1, theme.color("line_soft" if quarter else "axis"))
            room = QRectF(0, y - 8, _LEFT - 8, 16)
            line(painter, room, percent(share), theme.color("ink_3"), fonts.SMALL, align=RIGHT)
            foot = QRectF(x - 24, area.bottom() + 4, 48, 16)
            line(painter, foot, percent(share), theme.color("ink_3"), fonts.SMALL, align=CENTRE)
        said = QRectF(area.x(), area.bottom() + 20, area.width(), 16)
        line(painter, said, "Predicted churn", theme.color("ink_2"), fonts.SMALL, align=CENTRE)
        line(painter, QRectF(area.x(), 2, 160, 16), "Actual churn", theme.color("ink_2"), fonts.SMALL)

    def _paint_diagonal(self, painter: QPainter, area: QRectF) -> None:
        pen = QPen(self._theme.color("axis"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if self.width() >= _NARROW:
            room = self._beside_the_line(area)
            line(painter, room, "perfect", self._theme.color("ink_3"), fonts.SMALL)

    @staticmethod
    def _beside_the_line(area: QRectF) -> QRectF:
        return QRectF(area.right() + 8, area.y() - 8, _RIGHT_WIDE - 10, 16)

    def _paint_dot(self, painter: QPainter, dot: Dot, area: QRectF, *, on: bool) -> None:
        theme, dpr = self._theme, self.devicePixelRatioF()
        right = holds(dot.group)
        colour = theme.color("primary_text" if right else "warning_text")
        thick = max(1.0, round(1.6 * dpr)) / dpr
        x = snapped(dot.at.x(), dpr)
        top, bottom = (area.bottom() - share * area.height() for share in (dot.group.high, dot.group.low))
        fill(painter, x - thick / 2, top, thick, bottom - top, colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.8))
        painter.setBrush(colour if right else theme.color("panel"))
        painter.drawEllipse(dot.at, _DOT - 0.9, _DOT - 0.9)
        if on:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(dot.at, _DOT + 4, _DOT + 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if dot.label is not None:
            weight = fonts.SEMIBOLD if on else fonts.REGULAR
            line(painter, dot.label, label_of(dot.group), theme.color("ink" if on else "ink_2"), fonts.SMALL, weight)

    def dots(self) -> tuple[Dot, ...]:
        """Where each group is drawn; a label that would lie over another one, or over a dot, is left out."""
        area = self._area()
        points = [_point(area, one) for one in self._groups]
        taken = [QRectF(at.x() - _DOT, at.y() - _DOT, 2 * _DOT, 2 * _DOT) for at in points]
        if self.width() >= _NARROW:
            taken.append(self._beside_the_line(area))
        made = []
        for group, at in zip(self._groups, points, strict=True):
            label = self._label_place(group, at, taken)
            if label is not None:
                taken.append(label)
            made.append(Dot(group, at, label))
        return tuple(made)

    def _label_place(self, group: CalibrationBin, at: QPointF, taken: Sequence[QRectF]) -> QRectF | None:
        wide = fonts.width(label_of(group), fonts.SMALL, fonts.SEMIBOLD) + 4
        places = (
            QRectF(at.x() + 9, at.y() + 3, wide, 15),
            QRectF(at.x() + 9, at.y() - 8, wide, 15),
            QRectF(at.x() - 9 - wide, at.y() - 18, wide, 15),
        )
        inside = QRectF(_LEFT, 18, self.width() - _LEFT - 2, self._area().bottom() - 18)
        fits = (one for one in places if inside.contains(one) and not any(one.intersects(other) for other in taken))
        return next(fits, None)


def label_of(group: CalibrationBin) -> str:
    """What stands beside a dot: "43 of 268"."""
    return f"{whole(group.left)} of {whole(group.customers)}"


def words_of(group: CalibrationBin) -> str:
    """A group in words."""
    off = "" if holds(group) else ", off by more than chance"
    return (
        f"Predicted {percent(group.said)}: {label_of(group)} left, {percent(came(group))} "
        f"(95{THIN}% range {percent(group.low)} to {percent(group.high)}){off}."
    )


def off_words(groups: Sequence[CalibrationBin]) -> str:
    """Where the risk was further off than chance makes it, and on which side; that it was nowhere so."""
    off = [one for one in groups if one.customers and not holds(one)]
    if not off:
        return "Every group is within chance of its predicted churn."
    worst = sorted(off, key=lambda one: -abs(came(one) - one.said))[:_MOST_OFF]
    said = [
        f"At {percent(one.said)} predicted, {percent(came(one))} left: risk is "
        f"{'over' if one.said > came(one) else 'under'}stated here."
        for one in sorted(worst, key=lambda one: one.said)
    ]
    more = [f"{counted(len(off) - len(worst), 'more group')} {'is' if len(off) == len(worst) + 1 else 'are'} off too."]
    legend = "Hollow dots are off by more than chance."
    return " ".join([*said, *(more if len(off) > len(worst) else []), legend])


def _point(area: QRectF, group: CalibrationBin) -> QPointF:
    return QPointF(area.x() + group.said * area.width(), area.bottom() - came(group) * area.height())
