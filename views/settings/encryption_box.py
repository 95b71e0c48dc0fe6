"""Whether the book is encrypted, with its recovery key, another key, or encrypting it now."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from services.book.encryption import Encryption, check_key, encryption_in_use, passphrase_fault, recovery_key
from views.shell.key_window import secret_line
from views.shell.page import Context
from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import headed, note, row
from views.widgets.overlay import FormPanel

_CLOSES = (
    "Bellwether closes the book, encrypts a copy, checks it and reopens it. Copies that you made stay as they are."
)
_KEYRING = f"The key goes into this computer’s keyring. {_CLOSES}"
_PASSPHRASE = f"Bellwether asks for the passphrase each time it opens the book. {_CLOSES}"
_PAPER = "Keep this key on paper. It opens the book without keyring or passphrase."


class EncryptionBox(QWidget):
    """A part of "This computer".

    Signals
    -------
    wanted : encrypt the book anew with this passphrase; '' lets the keyring keep its key.
    """

    wanted = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._desk = context, context.book.desk(self)
        self._lasting = False
        self.words = note()
        self.encrypt_button, self.recovery_button = push("Encrypt this book…"), push("Recovery key…")
        self.change_button = push("Change key…")
        self.encrypt_button.clicked.connect(self._ask_new)
        self.change_button.clicked.connect(self._ask_new)
        self.recovery_button.clicked.connect(self._show_recovery)
        for button in (self.encrypt_button, self.recovery_button, self.change_button):
            button.hide()
        buttons = row(self.encrypt_button, self.recovery_button, 8, self.change_button, -1)
        self.setLayout(headed("Encryption", self.words, 12, buttons, 18))

    def arrive(self) -> None:
        """Read how the book is kept."""
        workspace, tell = self._context.book.workspace, self._context.book.failed.emit
        self._desk.read("encryption", partial(encryption_in_use, workspace), self._take, tell)

    def _take(self, found: tuple[Encryption, bool]) -> None:
        how, self._lasting = found
        self.words.setText(how.words)
        self.encrypt_button.setVisible(not how.encrypted)
        self.recovery_button.setVisible(how.encrypted)
        self.change_button.setVisible(how.encrypted)

    def _ask_new(self) -> None:
        changes = self.change_button.isVisible()
        title, verb = ("Change the key", "Change key") if changes else ("Encrypt this book", "Encrypt book")
        anchor = self.change_button if changes else self.encrypt_button
        fields = () if self._lasting else (secret_line("Passphrase"), secret_line("Passphrase, again"))

        def send(panel: FormPanel) -> None:
            typed = tuple(one.text() for one in fields)
            if typed and (fault := passphrase_fault(*typed)):
                panel.object_to(fault)
                return
            panel.dismiss()
            self.wanted.emit(typed[0] if typed else "")

        foot = _KEYRING if self._lasting else _PASSPHRASE
        panel = FormPanel(self._context.theme, self.window(), title, verb, send, foot)
        for one in fields:
            panel.add(one.accessibleName(), one)
        panel.done().open_under(anchor)

    def _show_recovery(self) -> None:
        workspace = self._context.book.workspace
        shown = self.shown = QPlainTextEdit(recovery_key(workspace))
        shown.setReadOnly(True)
        shown.setFixedHeight(84)
        shown.setFont(fonts.font(fonts.LIST))
        typed = self.typed = secret_line("Type the key from your paper to test it")

        def send(panel: FormPanel) -> None:
            def tell(opens: bool) -> None:
                if opens:
                    panel.dismiss()
                    self._context.book.told.emit("This recovery key opens the book")
                else:
                    panel.object_to("This key does not open the book. Compare it letter by letter.")

            # Words that are no recovery key are tried as a passphrase, which takes a moment.
            test = partial(check_key, workspace.store.path, typed.text())
            self._context.book.desk(panel).read("test", test, tell, self._context.book.failed.emit)

        panel = FormPanel(self._context.theme, self.window(), "Recovery key", "Test key", send, _PAPER, "Close")
        panel.add("Recovery key", shown)
        panel.add(typed.accessibleName(), typed)
        panel.done().open_under(self.recovery_button)
