"""How far the day's work has come, and the way to begin it: beside the tiles."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.values.alerts import DayProgress
from views.actions import Actions, Command
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import ElidedLabel, column, kind_of, row, rule

#: As many alerts have a piece of the bar each; of more, the bar is in one.
_PIECES = 24
#: A narrower bar has room for the button alone.
_ROOMY = 360


class Pieces(QWidget):
    """A bar of one piece an alert; the handled ones are filled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._done, self._of = theme, 0, 0
        self.setFixedHeight(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_share(self, done: int, of: int) -> None:
        """Show another share."""
        self._done, self._of = done, of
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._of:
            return
        with QPainter(self) as painter:
            good, rest = self._theme.color("good"), self._theme.color("line")
            if self._of > _PIECES:
                painter.fillRect(QRectF(0, 0, self.width(), 6), rest)
                painter.fillRect(QRectF(0, 0, self.width() * self._done / self._of, 6), good)
                return
            wide = (self.width() + 2) / self._of
            for piece in range(self._of):
                painter.fillRect(QRectF(piece * wide, 0, wide - 2, 6), good if piece < self._done else rest)


class DayBar(QWidget):
    """The words, the bar, and "Start my morning"."""

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "ground")
        self.words = ElidedLabel(theme, "", fonts.SMALL, fonts.MEDIUM)
        self.pieces = Pieces(theme)
        self.start = CommandButton.of(theme, actions[Command.MORNING], "ready")
        self.start.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._said = QWidget()
        self._said.setLayout(column(self.words, 7, self.pieces))
        inner = row(self._said, 16, self.start, margins=(16, 0, 16, 0))
        inner.setStretch(0, 1)
        self.setLayout(row(rule(vertical=True), column(-1, inner, -1, rule())))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_low(False)

    def show_progress(self, progress: DayProgress) -> None:
        """Show how far the day has come."""
        self.words.setText(progress.words)
        self.pieces.show_share(progress.handled, progress.of)

    def show_nothing(self) -> None:
        """How far the day has come could not be read."""
        self.words.setText("")
        self.pieces.show_share(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._said.setVisible(self._low or self.width() >= _ROOMY)

    def set_low(self, low: bool) -> None:
        """One line of 28 px, with the words alone."""
        self._low = low
        self.setFixedHeight(28 if low else 56)
        self.pieces.setVisible(not low)
        self.start.setVisible(not low)
