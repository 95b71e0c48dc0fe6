"""Asks for what opens an encrypted book, or what a new one is to be encrypted with, before its window is there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from services.book.encryption import passphrase_fault
from views.theme import fonts
from views.widgets.buttons import press_focused, push
from views.widgets.labels import column, kind_of, label, note, row

_LOST: Final = "If you lose the passphrase and the recovery key, nobody can open the book."


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What a person answered.

    Attributes
    ----------
    words
        A passphrase or a recovery key; '' for a key in the keyring, or for none.
    keep
        The keyring shall have the key from now on.
    plain
        The book is not to be encrypted.
    """

    words: str = field(default="", repr=False)
    keep: bool = False
    plain: bool = False


def secret_line(name: str) -> QLineEdit:
    """Return a field for a passphrase, which is not shown."""
    line = QLineEdit()
    line.setEchoMode(QLineEdit.EchoMode.Password)
    line.setMaxLength(1_000)
    line.setAccessibleName(name)
    return line


class KeyWindow(QWidget):
    """A small window. `answered` has a `KeyAnswer`, or None where a person wants another book."""

    answered = Signal(object)

    def __init__(self, title: str) -> None:
        super().__init__()
        kind_of(self, "ground")
        self.setWindowTitle(f"{title} – Bellwether")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._told = False
        self.title = label(title, fonts.CUSTOMER, fonts.SEMIBOLD, wrap=True)
        self.fault = label("", fonts.LIST, fonts.REGULAR, "critical_text", wrap=True)
        self.fault.hide()
        self.other = push("Other book…")
        self.other.clicked.connect(lambda: self.answer(None))
        self.setMinimumWidth(460)

    def object_to(self, words: str) -> None:
        """Say what is wrong, and stay open."""
        self.fault.setText(words)
        self.fault.setVisible(bool(words))

    def answer(self, answer: KeyAnswer | None) -> None:
        """Give the answer and close."""
        self._told = True
        self.answered.emit(answer)
        self.close()

    def send(self) -> None:
        """Enter, or the first button."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif press_focused(event, self):
            pass
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.send()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if not self._told:
            self.answer(None)


class UnlockWindow(KeyWindow):
    """Asks for the passphrase or the recovery key of a book."""

    def __init__(self, name: str, fault: str, *, keyring: bool) -> None:
        super().__init__(f"Unlock {name}")
        self.words = secret_line("Passphrase or recovery key")
        self.keep = QCheckBox("Keep the key in this computer’s keyring")
        self.keep.setFont(fonts.font(fonts.LIST))
        self.keep.setVisible(keyring)
        self.open_button = push("Open book", primary=True)
        self.open_button.clicked.connect(self.send)
        caption = label("Passphrase or recovery key", fonts.SMALL, fonts.REGULAR, "ink_2")
        buttons = row(self.open_button, 8, self.other, -1)
        self.setLayout(
            column(
                *(self.title, 8, self.fault, 8, caption, 3, self.words, 8, self.keep, 14, buttons, -1),
                margins=(24, 20, 24, 20),
            )
        )
        self.object_to(fault)
        self.words.setFocus()

    def send(self) -> None:
        if self.words.text():
            self.answer(KeyAnswer(self.words.text(), keep=self.keep.isChecked()))
        else:
            self.object_to("Enter the passphrase or the recovery key of this book.")


class ProtectWindow(KeyWindow):
    """Asks with what a book is to be encrypted; without a keyring, with which passphrase."""

    def __init__(self, name: str, why: str, *, keyring: bool, may_be_plain: bool) -> None:
        super().__init__(f"Encrypt {name}")
        self._keyring = keyring
        self.words, self.again = secret_line("Passphrase"), secret_line("Passphrase, again")
        self.encrypt_button = push("Encrypt book", primary=True)
        self.encrypt_button.clicked.connect(self.send)
        self.plain_button = push("Do not encrypt")
        self.plain_button.clicked.connect(lambda: self.answer(KeyAnswer(plain=True)))
        self.plain_button.setVisible(may_be_plain)
        fields = QWidget()
        captions = [
            label(one.accessibleName(), fonts.SMALL, fonts.REGULAR, "ink_2") for one in (self.words, self.again)
        ]
        lost = note(_LOST, fonts.SMALL)
        fields.setLayout(column(captions[0], 3, self.words, 8, captions[1], 3, self.again, 8, lost, 8))
        fields.setVisible(not keyring)
        says = note(why)
        buttons = row(self.encrypt_button, 8, self.plain_button, 8, self.other, -1)
        self.setLayout(column(self.title, 6, says, 8, self.fault, 8, fields, 6, buttons, -1, margins=(24, 20, 24, 20)))
        (self.encrypt_button if keyring else self.words).setFocus()

    def send(self) -> None:
        fault = "" if self._keyring else passphrase_fault(self.words.text(), self.again.text())
        self.object_to(fault) if fault else self.answer(KeyAnswer(self.words.text()))
