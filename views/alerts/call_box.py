"""The call: what to speak of, and what it came to, each outcome on a key."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from models.values.reaching import TalkingPoint
from views.actions import Actions, Command
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton
from views.widgets.labels import clear, column, label, row

#: What a call can come to, in the order of their keys.
OUTCOMES = (Command.REACHED, Command.VOICEMAIL, Command.NO_ANSWER)


class TalkingPoints(QWidget):
    """A line or two each, the subject in bold."""

    def __init__(self) -> None:
        super().__init__()
        self._box = column()
        self._box.setSpacing(3)
        self.setLayout(self._box)
        self.setAccessibleName("Talking points")

    def show_points(self, points: Sequence[TalkingPoint]) -> None:
        """Show other points."""
        clear(self._box)
        for point in points:
            said = label("", fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True)
            said.setTextFormat(Qt.TextFormat.RichText)
            subject, rest = html.escape(point.subject), html.escape(point.words)
            said.setText(f'<span style="font-weight:600">{subject}:</span> {rest}')
            said.setAccessibleName(f"{point.subject}: {point.words}")
            bullet = label("\N{BULLET}", fonts.SMALL, fonts.REGULAR, "ink_3")
            line = row(bullet, 6, said)
            line.setStretch(2, 1)
            line.setAlignment(bullet, Qt.AlignmentFlag.AlignTop)
            self._box.addLayout(line)
        self.setVisible(bool(points))


class CallOutcomes(QWidget):
    """How did the call go? One key records it."""

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.buttons = {command: CommandButton.of(theme, actions[command], "") for command in OUTCOMES}
        grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setSpacing(6)
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, 0, place)
        asks = label("How did the call go?", fonts.SMALL, fonts.REGULAR, "ink_2")
        hint = label("press a key to record it", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.setLayout(column(row(asks, -1, hint), grid))
