"""A slider for one of a rule's figures: stops around the one in force, which has a mark “now”."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QWidget

from views.theme import Theme, fonts
from views.widgets.painting import LEFT, RIGHT, fill, focus_ring, line, rounded

#: Stops on either side of the figure in force, where its bounds leave room.
_AROUND = 3
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_TRACK_Y, _EDGE, _KNOB, _INSET = 26.0, 22.0, 8.0, 6.0


def stops_around(now: float, least: float, most: float, *, whole: bool) -> list[float]:
    """Seven round figures around one, within bounds; fewer where the bounds hold no more."""
    wanted = (abs(now) or (most - least)) / 8
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= wanted)
    step = max(1.0, step) if whole else step
    below = min(_AROUND, math.floor((now - least) / step + 1e-9))
    above = min(2 * _AROUND - below, math.floor((most - now) / step + 1e-9))
    below = min(2 * _AROUND - above, math.floor((now - least) / step + 1e-9))
    return [round(now + at * step, 6) if at else now for at in range(-below, above + 1)]


class FigureSlider(QSlider):
    """The slider; arrow keys go from stop to stop.

    Signals
    -------
    picked : a stop was chosen, in the field's own figures.
    """

    picked = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._stops: Sequence[float] = (0.0,)
        self._now = self._shown = 0.0
        self._said: Callable[[float], str] = str
        self._ends = ("", "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.actionTriggered.connect(self._acted)
        theme.changed.connect(self.update)

    def show_figure(
        self, title: str, stops: Sequence[float], now: float, said: Callable[[float], str], more_by: int
    ) -> None:
        """Show the stops of a figure and the one in force; `more_by`: 1 if a higher one raises more alerts, else -1."""
        self._stops, self._now, self._said = stops, now, said
        self._ends = {1: ("fewer alerts", "more alerts"), -1: ("more alerts", "fewer alerts")}.get(more_by, ("", ""))
        self.setAccessibleName(title)
        self.setRange(0, len(stops) - 1)
        self.setPageStep(1)
        self.show_value(now)

    def show_value(self, value: float) -> None:
        """Put the knob where the figure of the form is, between two stops too."""
        self._shown = value
        self.setValue(min(range(len(self._stops)), key=lambda at: abs(self._stops[at] - value)))
        low, high = self._ends
        ends = f", to the left {low}, to the right {high}" if low else ""
        self.setAccessibleDescription(f"{self._said(value)}; now {self._said(self._now)}{ends}")
        self.update()

    def sizeHint(self) -> QSize:
        lines = 3 if self._ends[0] else 2
        return QSize(232, round(_TRACK_Y + 12 + (lines - 1) * self._line))

    minimumSizeHint = sizeHint

    @property
    def _line(self) -> float:
        return QFontMetricsF(fonts.font(fonts.SMALL)).height() + 2

    def _x_of(self, value: float) -> float:
        low, high = self._stops[0], self._stops[-1]
        share = (value - low) / (high - low) if high > low else 0.5
        return _EDGE + min(1.0, max(0.0, share)) * (self.width() - 2 * _EDGE)

    def _acted(self, _action: int) -> None:
        self._pick(self.sliderPosition())

    def _pick(self, at: int) -> None:
        if self._stops[at] != self._shown:
            self.show_value(self._stops[at])
            self.picked.emit(self._stops[at])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self._pick(min(range(len(self._stops)), key=lambda at: abs(self._x_of(self._stops[at]) - x)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, track = self._theme, QRectF(_EDGE, _TRACK_Y - 2, self.width() - 2 * _EDGE, 4)
        now, shown = self._x_of(self._now), self._x_of(self._shown)
        with QPainter(self) as painter:
            rounded(painter, track, 2, theme.color("line"))
            fill(painter, min(now, shown), track.y(), abs(now - shown), track.height(), theme.color("primary"))
            self._draw_words(painter)
            fill(painter, now - 1, _TRACK_Y - 7, 2, 14, theme.color("ink"))
            knob = QRectF(shown - _KNOB, _TRACK_Y - _KNOB, 2 * _KNOB, 2 * _KNOB)
            rounded(painter, knob, _KNOB, theme.color("panel"), theme.color("primary"), 2)
            if self.hasFocus():
                focus_ring(painter, theme, QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _draw_words(self, painter: QPainter) -> None:
        """The stops below the track, “now” above the one in force, and what either end does."""
        high, quiet = self._line, self._theme.color("ink_2")
        line(painter, QRectF(self._x_of(self._now) - 30, 0, 60, high), "now", quiet, fonts.SMALL, align=_MIDDLE)
        top = _TRACK_Y + 10
        room = (self.width() - 2 * _EDGE) / max(1, len(self._stops) - 1)
        widest = max(fonts.width(self._said(stop), fonts.SMALL, fonts.SEMIBOLD) for stop in self._stops) + 6
        every = 1 if widest <= room else 2
        first = list(self._stops).index(self._now) % every
        for stop in self._stops[first::every]:
            shown = stop == self._shown
            ink, weight = (self._theme.color("ink"), fonts.SEMIBOLD) if shown else (quiet, fonts.REGULAR)
            rect = QRectF(self._x_of(stop) - 40, top, 80, high)
            line(painter, rect, self._said(stop), ink, fonts.SMALL, weight, _MIDDLE)
        ends = QRectF(_INSET, top + high, self.width() - 2 * _INSET, high)  # beside the ring of the focus
        for words, side in zip(self._ends, (LEFT, RIGHT), strict=True):
            line(painter, ends, words, quiet, fonts.SMALL, align=side)
