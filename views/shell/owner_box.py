"""A field for the owner of something: the book's owners are offered, and one whom it does not know is asked twice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from models.values.errors import UnknownOwner
from services import sync
from services.workspace import Workspace
from views.background import Failed
from views.shell.book import Book
from views.theme import Theme
from views.widgets.choice_box import ChoiceBox


class OwnerBox(ChoiceBox):
    """Completes the name of an owner.

    Parameters
    ----------
    button : what the form's button says.
    book : whose owners are offered; without one, those that `offer` is given.
    """

    def __init__(self, theme: Theme, name: str, button: str, book: Book | None = None) -> None:
        super().__init__(theme, name, editable=True)
        self.button, self._refused = button, ""
        self.line.textChanged.connect(self._forget)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)
        if book is not None:
            desk = book.desk(self)
            workspace = book.workspace
            desk.read("owners", lambda: sync.owners_of(workspace), self.offer, book.failed.emit)

    @property
    def line(self) -> QLineEdit:
        """Where the name is typed."""
        line = self.lineEdit()
        assert line is not None
        return line

    @property
    def new(self) -> bool:
        """Whether nothing was done since it was said that nobody is called that."""
        return bool(self._refused)

    def objection(self, failed: Failed) -> str:
        """What the form says about a failure; a new owner takes a second press."""
        if not isinstance(failed.error, UnknownOwner):
            return failed.words
        self._refused = self.line.text()
        return f"{failed.words} To add a new owner, press {self.button} again."

    def offer(self, owners: Sequence[str]) -> None:
        """Let these names be chosen; what stands in the field stays."""
        line, self._refused = self.line, ""
        with QSignalBlocker(self), QSignalBlocker(line):
            text, at = line.text(), line.cursorPosition()
            self.clear()
            self.addItems(list(owners))
            self.setCurrentIndex(-1)
            line.setText(text)
            line.setCursorPosition(at)

    def _forget(self) -> None:
        self._refused = ""

    def _focus_moved(self, left: QWidget | None, now: QWidget | None) -> None:
        """Only a press that follows the question answers it; a button that is disabled gives the focus on by itself."""
        if now not in (self, self.line) and not isinstance(now, QPushButton) and (left is None or left.isEnabled()):
            self._forget()


def owner_named(workspace: Workspace, name: str, new: bool) -> str:
    """The owner whom a name means, or `UnknownOwner`; the room is imported where this is called, in a worker."""
    return sync.owner_named(workspace, name, new=new)
