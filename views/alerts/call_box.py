"""The call: what to speak of, what it came to, each outcome on a key, and a number where there is none."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from models.values.phones import FEWEST_DIGITS, NO_PHONE, is_phone
from models.values.reaching import TalkingPoint
from models.values.words import capital
from views.actions import Actions, Command
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, link
from views.widgets.labels import clear, column, label, row
from views.widgets.overlay import FormPanel

#: What a call can come to, in the order of their keys.
OUTCOMES = (Command.REACHED, Command.VOICEMAIL, Command.NO_ANSWER)
_OBJECTION = capital(NO_PHONE)


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
    """How did the call go? One key logs it. Without a number in the book the line above offers to add one."""

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.buttons = {command: CommandButton.of(theme, actions[command], "") for command in OUTCOMES}
        grid = QGridLayout()
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setSpacing(6)
        for place, button in enumerate(self.buttons.values()):
            grid.addWidget(button, 0, place)
        self.heading = label("", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._hint = label("press 1, 2 or 3", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.add_phone = link(actions[Command.ADD_PHONE].text())
        self.add_phone.clicked.connect(actions[Command.ADD_PHONE].trigger)
        self.setLayout(column(row(self.heading, -1, self._hint, self.add_phone), grid))

    def show_number(self, *, known: bool) -> None:
        """Whether there is a number in the book; calls to one that is not are logged too."""
        self.heading.setText("How did the call go?" if known else "Log a call")
        self._hint.setVisible(known)
        self.add_phone.setVisible(not known)


class CallPanel(FormPanel):
    """A note on a call that was just made: it takes the keys, so that what is typed next is no command of the page.

    Esc closes it and logs nothing. However else it is closed, the call is logged once, with what was typed.
    """

    def __init__(self, theme: Theme, window: QWidget, title: str, keep: Callable[[str], None]) -> None:
        foot = "Press Enter to log the call, Esc to cancel."
        super().__init__(theme, window, title, "Log call", lambda panel: panel.dismiss(), foot)
        self._keep: Callable[[str], None] | None = keep
        self.note = QLineEdit()
        self.note.setMaxLength(500)
        self.add("Note (optional)", self.note)
        self.done()

    def give_up(self) -> None:
        self._keep = None
        super().give_up()

    def dismiss(self) -> None:
        if self.isVisible():
            super().dismiss()
            if self._keep is not None:
                self._keep(self.note.text().strip())


def phone_panel(theme: Theme, window: QWidget, send: Callable[[str], None]) -> FormPanel:
    """The number of a customer who has none."""
    number = QLineEdit()

    def sent(panel: FormPanel) -> None:
        if not is_phone(number.text()):
            panel.object_to(_OBJECTION)
            number.setFocus()
            return
        panel.dismiss()
        send(number.text().strip())

    def typed(text: str) -> None:
        if is_phone(text):
            panel.fault.hide()
        elif len(text.strip()) >= FEWEST_DIGITS:
            panel.object_to(_OBJECTION)

    panel = FormPanel(theme, window, "Add phone number", "Add number", sent)
    panel.add("Phone", number)
    number.textEdited.connect(typed)
    return panel.done()
