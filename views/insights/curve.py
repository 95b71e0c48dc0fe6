"""Calibration: customers of similar risk as dots with their 95 % range, and the line of being right.

A dot is filled where its range holds the line, and hollow where it lies further off than chance makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy

from models.values.backtest import CalibrationBin
from views.charts.chart import Chart, Frame, Point
from views.theme import Theme, fonts
from views.widgets.painting import CENTRE
from views.words import THIN, counted, percent, whole

if TYPE_CHECKING:
    from views.charts.plot import Plot

_LEFT, _TOP, _BOTTOM = 52.0, 24.0, 40.0
_RIGHT_WIDE, _RIGHT_NARROW = 84.0, 14.0
#: Narrower than this there is no room for words beside the line.
_NARROW = 340
_DOT = 4.5
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
    """Return whether the predicted share lies in the range of the actual one."""
    return group.low <= group.said <= group.high


class CalibrationCurve(Chart):
    """The chart."""

    onward = (Qt.Key.Key_Right, Qt.Key.Key_Up)
    back = (Qt.Key.Key_Left, Qt.Key.Key_Down)
    reach = 14.0

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Calibration: predicted and actual churn")
        self._groups: tuple[CalibrationBin, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SMALLEST)

    @property
    def groups(self) -> tuple[CalibrationBin, ...]:
        """What is drawn, the lowest risk first."""
        return self._groups

    @property
    def current(self) -> CalibrationBin | None:
        """The group that mouse or keys are at."""
        return self._groups[self.place] if 0 <= self.place < len(self._groups) else None

    def show_groups(self, groups: Sequence[CalibrationBin]) -> None:
        """Draw other groups; those without customers are left out."""
        self._groups = tuple(sorted((one for one in groups if one.customers), key=lambda one: one.said))
        self.follow()

    def sentence(self) -> str:
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

    def points(self) -> Sequence[Point]:
        return [Point(one.said, came(one), words_of(one)) for one in self._groups]

    def away(self, place: QPointF, point: QPointF) -> float:
        return (place - point).manhattanLength()

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        rows = [
            (percent(one.said), whole(one.left), whole(one.customers), percent(came(one)),
             f"{percent(one.low)} to {percent(one.high)}")
            for one in self._groups
        ]  # fmt: skip
        return ("Predicted", "Left", "Of", "That is", f"95{THIN}% range"), rows

    # -- drawing ------------------------------------------------------------------------------------------------

    def whole(self) -> Frame:
        right = _RIGHT_NARROW if self.width() < _NARROW else _RIGHT_WIDE
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - right, self.height() - _TOP - _BOTTOM)
        return Frame(area, (0.0, 1.0), (0.0, 1.0))

    def draw(self, plot: Plot, frame: Frame) -> None:
        quarters = [(quarter / 4, percent(quarter / 4)) for quarter in range(5)]
        plot.left(quarters)
        plot.bottom(quarters)
        area = frame.area
        plot.words(QRectF(area.x(), area.bottom() + 22, area.width(), 16), "Predicted churn", "ink_2", CENTRE)
        plot.words(QRectF(area.x(), 2, 160, 16), "Actual churn", "ink_2")
        plot.curve((0, 1), (0, 1), "axis", 1, (4, 3))
        if self.width() >= _NARROW:
            plot.words(self._beside_the_line(area), "perfect")
        for right in (True, False):
            some = [one for one in self._groups if holds(one) is right]
            if not some:
                continue
            ink, xs = "primary_text" if right else "warning_text", [one.said for one in some]
            plot.stems(xs, [one.low for one in some], [one.high for one in some], ink, 2)
            plot.dots(xs, [came(one) for one in some], ink, 2 * _DOT, hollow=not right)
        for dot in self.dots():
            if dot.label is not None:
                plot.words(dot.label, label_of(dot.group), "ink_2")

    @staticmethod
    def _beside_the_line(area: QRectF) -> QRectF:
        return QRectF(area.right() + 8, area.y() - 8, _RIGHT_WIDE - 10, 16)

    def dots(self) -> tuple[Dot, ...]:
        """Where each group is drawn; a label that would lie over another one, or over a dot, is left out."""
        frame = self.frame
        points = [frame.at(one.said, came(one)) for one in self._groups]
        taken = [QRectF(at.x() - _DOT, at.y() - _DOT, 2 * _DOT, 2 * _DOT) for at in points]
        if self.width() >= _NARROW:
            taken.append(self._beside_the_line(frame.area))
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
        inside = QRectF(_LEFT, 18, self.width() - _LEFT - 2, self.frame.area.bottom() - 18)
        fits = (one for one in places if inside.contains(one) and not any(one.intersects(other) for other in taken))
        return next(fits, None)


def label_of(group: CalibrationBin) -> str:
    """The label of a dot: "43 of 268"."""
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
