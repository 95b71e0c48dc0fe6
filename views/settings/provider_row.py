"""Under the sender's address: the provider that was found, or those who may host it, and what to know about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from models.values.mail_access import Provider
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import clear, column, note, row

#: As high as buttons, or a note of three lines: what stands below keeps its place while an address is typed.
_HIGH: Final = 58


class ProviderRow(QWidget):
    """Offers providers as buttons. `chosen` asks to fill the form for one."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: list[QPushButton] = []
        self._line = row()
        self._note = note("", fonts.SMALL)
        self._note.setMinimumHeight(20)
        self.setLayout(column(self._line, 2, self._note, -1))
        self.setMinimumHeight(_HIGH)

    @property
    def words(self) -> str:
        """What is said of the provider."""
        return self._note.text()

    def offer(self, found: Sequence[Provider], note: str) -> None:
        """Offer these; where the form is filled already, only the note is left to say."""
        clear(self._line)
        self.buttons = []
        for one in found:
            button = push(one.name)
            button.setToolTip(f"Fill in {one.host}, port {one.port}")
            button.clicked.connect(partial(self._choose, one))
            self.buttons.append(button)
            self._line.addWidget(button)
            self._line.addSpacing(8)
        self._line.addStretch(1)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _choose(self, provider: Provider, _checked: bool = False) -> None:
        self.chosen.emit(provider)
