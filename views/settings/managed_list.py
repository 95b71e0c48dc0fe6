"""What IT has set on this computer, and where: a list at the foot of "This computer"."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from services.settings import Managed, title_of
from views.theme import fonts
from views.widgets.labels import column, headed, label, note, row

_TITLE_WIDE = 250


class ManagedList(QWidget):
    """A line for each setting: what it is called, what it is set to, which source sets it."""

    def __init__(self, managed: Managed) -> None:
        super().__init__()
        lines = column()
        lines.setSpacing(10)
        for one in managed.lines():
            called = title_of(one.name)
            title = label(called[:1].upper() + called[1:], fonts.LIST)
            title.setFixedWidth(_TITLE_WIDE)
            value = note(one.words)
            origin = label(one.origin, fonts.SMALL, fonts.REGULAR, "ink_3")
            line = row(title, 16, value, 16, origin)
            line.setStretch(2, 1)
            lines.addLayout(line)
        words = "You cannot change these settings here. Ask your IT."
        self.setLayout(headed("Set by your organisation", words, 12, lines, 18))
        if not managed.origins:
            self.hide()
