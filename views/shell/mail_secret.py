"""Asks once a start for the password of the mail server, or for the sign-in, where this computer has no keyring.

What is typed stays in memory until the window closes. Whoever puts the question away is not asked again: Settings takes
the password too, and the outbox says what waits for it.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from models.values.changes import Changes
from services import mail_access, outreach
from services.workspace import Workspace
from views.shell.book import Book
from views.shell.window import MainWindow
from views.theme import Theme
from views.widgets.overlay import FormPanel, Overlay

#: While somebody types, or another question is open.
LATER_MS = 5_000
_FOOT = "This computer has no keyring, so Bellwether asks each time it starts and keeps the password in memory only."


class MailSecret(QObject):
    """Puts the question to the person who works in a window."""

    def __init__(self, book: Book, theme: Theme, window: MainWindow) -> None:
        super().__init__(window)
        self._book, self._theme, self._window = book, theme, window
        self._desk = book.desk(self)
        self.panel: FormPanel | None = None
        self.timer = QTimer(self, singleShot=True, interval=LATER_MS)
        self.timer.timeout.connect(self.begin)

    def begin(self) -> None:
        """Look whether something is to be asked for."""
        self._desk.read("lacks", partial(mail_access.lacks_secret, self._book.workspace), self._ask)

    def _ask(self, lacks: bool) -> None:
        if not lacks or self.panel is not None or not self._window.isVisible():
            return
        if self._somebody_busy():
            self.timer.start()
            return
        account = self._book.workspace.preferences.mail
        window, anchor = self._window, self._window.top_bar.title
        if account.sign_in:
            panel = FormPanel(self._theme, window, "Sign in to send your emails", "Open Settings", self._lead, _FOOT)
            self.panel = panel.done()
        else:
            field = QLineEdit()
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setMaxLength(2_000)
            send = partial(self._keep, field)
            panel = FormPanel(self._theme, window, "Password of your mail server", "Keep until I close", send, _FOOT)
            panel.add(f"{account.user} at {account.host}", field)
            self.panel = panel.done()
        self.panel.open_under(anchor)

    def _somebody_busy(self) -> bool:
        typing = isinstance(QApplication.focusWidget(), QLineEdit | QTextEdit | QPlainTextEdit)
        return typing or any(one.isVisible() for one in self._window.findChildren(Overlay))

    def _lead(self, panel: FormPanel) -> None:
        panel.dismiss()
        self._window.show_page("settings/mail")

    def _keep(self, field: QLineEdit, panel: FormPanel) -> None:
        if not field.text():
            panel.object_to("Enter the password, or press Esc.")
            return
        job = partial(_kept, self._book.workspace, field.text())
        panel.dismiss()
        self._desk.write(job, self._told, self._book.failed.emit)

    def _told(self, _none: None) -> None:
        self._book.heard(Changes(tables=frozenset({"messages"})), own=True)
        self._book.told.emit("Password kept until you close Bellwether")


def _kept(workspace: Workspace, typed: str) -> None:
    workspace.keyring.set(workspace.preferences.mail.secret, typed)
    outreach.account_fixed(workspace)
