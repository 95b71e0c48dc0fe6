"""The field of a secret: never filled with the one that is kept; below it stands where that one is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from views.settings.asks import Kept
from views.theme import fonts
from views.widgets.buttons import link
from views.widgets.labels import column, note, row

_WIDE = 260


class SecretField(QWidget):
    """Takes a password or a key. `clear_wanted` asks to forget the one that is kept."""

    edited = Signal()
    clear_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._kept = Kept("", True)
        self._unneeded = ""
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setFont(fonts.font(fonts.LIST))
        self.line.setFixedWidth(_WIDE)
        self.line.setMaxLength(2_000)
        self.line.setAccessibleName(name)
        self.line.textEdited.connect(lambda _text: self.edited.emit())
        self.clear_button = link("Clear")
        self.clear_button.setAccessibleName(f"Clear the {name.lower()}")
        self.clear_button.clicked.connect(self.clear_wanted)
        self.clear_button.hide()
        self._state = note("", fonts.SMALL, "ink_3")
        self._state.setMinimumHeight(24)
        state = row(self._state, 8, self.clear_button)
        state.setStretch(0, 1)
        self.setLayout(column(row(self.line, -1), 2, state))
        self.setFocusProxy(self.line)

    @property
    def typed(self) -> str:
        """What was typed and not kept yet."""
        return self.line.text()

    def forget_typed(self) -> None:
        """Empty the field: what was typed is kept, or was discarded."""
        self.line.clear()

    @property
    def words(self) -> str:
        """What stands below the field."""
        return self._state.text()

    def may_be_empty(self, why: str) -> None:
        """Say why none may be needed, '' where one is."""
        self._unneeded = why
        self.show_kept(self._kept)

    def show_kept(self, kept: Kept) -> None:
        """Say where the one that is kept is."""
        self._kept = kept
        self._state.setText(_words(kept, self._unneeded))
        self.line.setPlaceholderText("••••••••" if kept.where in ("keyring", "run") else "")
        self.line.setAccessibleDescription(self._state.text())
        self.clear_button.setVisible(bool(kept.where))


def _words(kept: Kept, unneeded: str) -> str:
    if kept.where == "keyring":
        return "Stored in this computer's keyring."
    if kept.where == "run":
        why = "this computer's keyring is locked" if kept.lasting else "this computer has no keyring"
        return f"Kept until you close Bellwether, because {why}. It is never written to disk."
    if kept.where == "locked":
        return "This computer's keyring is locked. Unlock it to see what is stored."
    if not kept.lasting:
        none = unneeded or "None stored."
        return f"{none} This computer has no keyring: what you type is kept until you close Bellwether, never on disk."
    return unneeded or "None stored."
