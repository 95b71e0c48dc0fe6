"""A field for the owner of something: the book's owners are offered, and one whom it does not know is asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QLineEdit

from models.values.errors import UnknownOwner
from services.workspace import Workspace
from views.background import Failed
from views.shell.book import Book
from views.theme import Theme
from views.widgets.choice_box import ChoiceBox


class OwnerBox(ChoiceBox):
    """Completes the name of an owner. `button`: what the form's button says."""

    def __init__(self, book: Book, theme: Theme, name: str, button: str) -> None:
        super().__init__(theme, name, editable=True)
        self._button, self._refused = button, ""
        desk = book.desk(self)
        desk.read("owners", partial(_owners, book.workspace), self._offer, book.failed.emit)

    @property
    def line(self) -> QLineEdit:
        """Where the name is typed."""
        line = self.lineEdit()
        assert line is not None
        return line

    @property
    def new(self) -> bool:
        """Whether the name stands there still after it was said that nobody is called that."""
        return bool(self._refused) and self._refused == self.line.text()

    def objection(self, failed: Failed) -> str:
        """What the form says about a failure; a new owner takes a second press."""
        if not isinstance(failed.error, UnknownOwner):
            return failed.words
        self._refused = self.line.text()
        return f"{failed.words} To add a new owner, press {self._button} again."

    def _offer(self, owners: Sequence[str]) -> None:
        line = self.line
        with QSignalBlocker(self), QSignalBlocker(line):
            text, at = line.text(), line.cursorPosition()
            self.addItems(list(owners))
            self.setCurrentIndex(-1)
            line.setText(text)
            line.setCursorPosition(at)


def _owners(workspace: Workspace) -> tuple[str, ...]:
    from services.sync import owners_of

    return owners_of(workspace)
