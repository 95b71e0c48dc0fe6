"""The sign-in with the browser: who is signed in, the button that begins it, and what to do while it is waited for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from views.settings.asks import SignedIn
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, note, row


class SignInField(QWidget):
    """Shows where the sign-in stands.

    Signals
    -------
    wanted, cancelled, out_wanted : begin, give up, and forget the sign-in.
    link_given : the address that the browser goes to; emitted from a thread of the network.
    """

    wanted = Signal()
    cancelled = Signal()
    out_wanted = Signal()
    link_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._link = ""
        self.button = push("Sign in…")
        self.button.setToolTip("Opens your browser; nothing is sent")
        self.cancel_button, self.copy_button = push("Cancel"), push("Copy the link")
        self.out_button = push("Sign out")
        self._state = note("", fonts.SMALL, "ink_3")
        self._state.setMinimumHeight(24)
        buttons = row(self.button, self.cancel_button, 8, self.copy_button, self.out_button, -1)
        self.setLayout(column(buttons, 2, self._state))
        self.button.clicked.connect(self.wanted)
        self.cancel_button.clicked.connect(self.cancelled)
        self.out_button.clicked.connect(self.out_wanted)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._link))
        self.setFocusProxy(self.button)
        self.show_state(SignedIn(None, "", True))

    @property
    def words(self) -> str:
        """What stands below the buttons."""
        return self._state.text()

    @property
    def waiting(self) -> bool:
        """Whether the browser is waited for."""
        return not self.cancel_button.isHidden()

    def wait(self, link: str = "") -> None:
        """Say that the browser is waited for; the link is there once the provider has answered."""
        self._link = link
        self._say("Waiting for your browser. Sign in there, then come back." if link else "Asking the provider …")
        self._show(waiting=True, out=False)
        self.copy_button.setEnabled(bool(link))

    def show_state(self, found: SignedIn) -> None:
        """Say who is signed in, and how long that lasts."""
        self._show(waiting=False, out=found.who is not None)
        self.button.setText("Sign in…" if found.who is None else "Sign in again…")
        self._say(_words(found))

    def _show(self, *, waiting: bool, out: bool) -> None:
        self.button.setVisible(not waiting)
        self.cancel_button.setVisible(waiting)
        self.copy_button.setVisible(waiting)
        self.out_button.setVisible(out)

    def _say(self, words: str) -> None:
        self._state.setText(words)
        self.button.setAccessibleDescription(words)


def _words(found: SignedIn) -> str:
    if found.who is None:
        return "Not signed in."
    who = f"Signed in as {found.who}" if found.who else "Signed in"
    if found.kept == "keyring":
        return f"{who}. Stored in this computer's keyring."
    why = "this computer's keyring is locked" if found.lasting else "this computer has no keyring"
    return f"{who}, until you close Bellwether: {why}."
