"""The bar above an import: what the file is, and the three steps with the one that is on."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.labels import ElidedLabel, column, row, rule
from views.widgets.painting import CENTRE, fill, line, rounded, snapped

STEPS = ("Check", "Import", "Receipt")
BAR_HEIGHT = 44


class Steps(QWidget):
    """Check – Import – Receipt: done ones have a tick, the present one is filled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._at = theme, 0
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.show_step(0)

    def show_step(self, at: int) -> None:
        """Show which step is on: 0, 1 or 2."""
        self._at = at
        self.setAccessibleName(f"Step {at + 1} of {len(STEPS)}: {STEPS[at]}")
        self.setFixedWidth(round(self._wide()))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(self._wide()), 24)

    def _wide(self) -> float:
        words = sum(fonts.width(step, fonts.SMALL, fonts.SEMIBOLD) for step in STEPS)
        return words + len(STEPS) * 26 + (len(STEPS) - 1) * 44 + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        x = 0.0
        for place, words in enumerate(STEPS):
            x = self._step(painter, x, place, words)
            if place < len(STEPS) - 1:
                fill(painter, x + 10, 12, 24, 1, self._theme.color("control"))
                x += 44

    def _step(self, painter: QPainter, x: float, place: int, words: str) -> float:
        color = self._theme.color
        circle = QRectF(x, 2, 20, 20)
        done, on = place < self._at, place == self._at
        if on:
            rounded(painter, circle, 10, color("primary"))
        else:
            rounded(painter, circle, 10, color("good_wash") if done else None, color("good" if done else "control"))
        if done:
            dpr = self.devicePixelRatioF()
            picture = self._theme.pixmap("check", "good_text", 12, dpr)
            painter.drawPixmap(QPointF(snapped(x + 4, dpr), snapped(6, dpr)), picture)
        else:
            ink = color("on_primary" if on else "ink_2")
            weight = fonts.SEMIBOLD if on else fonts.REGULAR
            line(painter, circle, str(place + 1), ink, fonts.SMALL, weight, CENTRE)
        weight = fonts.SEMIBOLD if on else fonts.REGULAR
        room = QRectF(x + 26, 0, 90, 24)
        line(painter, room, words, color("ink" if on else "ink_3"), fonts.SMALL, weight)
        return x + 26 + fonts.width(words, fonts.SMALL, fonts.SEMIBOLD)


class Verdict(QWidget):
    """A tinted word of how it stands: recognised, imported, or what must be decided."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words, self._tone, self._icon = "", "good", "check"
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def say(self, words: str, tone: str = "good") -> None:
        """Say it in good, primary (it goes on), warning or critical."""
        self._words, self._tone = words, tone
        self._icon = {"good": "check", "primary": "clock"}.get(tone, "warning")
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(fonts.width(self._words, fonts.LIST, fonts.SEMIBOLD)) + 34, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = f"{self._tone}_text"
        rounded(painter, QRectF(self.rect()), 4, self._theme.color(f"{self._tone}_wash"))
        dpr = self.devicePixelRatioF()
        painter.drawPixmap(QPointF(6, snapped(5, dpr)), self._theme.pixmap(self._icon, ink, 14, dpr))
        room = QRectF(25, 0, self.width() - 31, 24)
        line(painter, room, self._words, self._theme.color(ink), fonts.LIST, fonts.SEMIBOLD)


class StepBar(QWidget):
    """Verdict, one line about the file, and the steps."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.verdict = Verdict(theme)
        self._line = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._steps = Steps(theme)
        inner = row(self.verdict, 16, self._line, 16, self._steps, margins=(16, 9, 16, 10))
        inner.setStretch(2, 1)
        box = column(inner, rule())
        box.setStretch(0, 1)
        self.setLayout(box)
        self.setFixedHeight(BAR_HEIGHT)

    def show_state(self, words: str, tone: str, about: str, step: int) -> None:
        """Show how it stands at a step."""
        self.verdict.say(words, tone)
        self._line.setText(about)
        self._steps.show_step(step)
