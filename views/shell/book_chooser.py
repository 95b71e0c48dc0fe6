"""Asks which book to open: after one was closed, or where one cannot be opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from models.values.errors import BellwetherError
from services.book.files import SUFFIX, Library, check_place
from views.file_dialog import choose_file, choose_place
from views.shell.books import KINDS, Going
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, press_focused, push
from views.widgets.labels import column, kind_of, label, row


class BookChooser(QWidget):
    """A small window with the books that are known, and ways to others. `chosen` has a `Going`, or None.

    A book that cannot be opened may have a backup, which is offered first.
    """

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, library: Library, recent: Sequence[str], fault: str = "", backup: Going | None = None
    ) -> None:
        super().__init__()
        kind_of(self, "ground")
        self.setWindowTitle("Open a book – Bellwether")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._library, self._told = library, False
        self.fault = label(fault, fonts.LIST, fonts.REGULAR, "critical_text", wrap=True)
        self.fault.setVisible(bool(fault))
        self.books: list[CommandButton] = []
        lines = column()
        lines.setSpacing(6)
        self.restore = push("Restore the newest backup", primary=True)
        self.restore.setVisible(backup is not None)
        self.restore.clicked.connect(lambda: self._go(backup))
        for path in _offered(library, recent):
            button = CommandButton(theme, library.name_of(path), "book")
            button.setToolTip(path)
            button.clicked.connect(partial(self._choose, path))
            self.books.append(button)
            lines.addWidget(button)
        self.new, self.other = push("New book…"), push("Open book…")
        self.new.clicked.connect(self._ask_new)
        self.other.clicked.connect(self._ask_other)
        title = label("Open a book", fonts.CUSTOMER, fonts.SEMIBOLD)
        ways = row(self.new, 8, self.other, -1)
        self.setLayout(
            column(title, 8, self.fault, 8, row(self.restore, -1), 8, lines, 16, ways, -1, margins=(24, 20, 24, 20))
        )
        self.setMinimumWidth(420)
        (self.restore if backup is not None else self.books[0]).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif not press_focused(event, self):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if not self._told:
            self._told = True
            self.chosen.emit(None)

    def _choose(self, path: str, _checked: bool = False) -> None:
        self._go(Going(path))

    def _go(self, going: Going | None) -> None:
        self._told = True
        self.chosen.emit(going)
        self.close()

    def _ask_new(self) -> None:
        choose_place(self, "New book", self._library.own.with_name(f"New book{SUFFIX}"), KINDS, self._begin)

    def _ask_other(self) -> None:
        choose_file(self, "Open book", str(self._library.own.parent), KINDS, lambda path: self._choose(str(path)))

    def _begin(self, path: Path) -> None:
        try:
            check_place(path)
        except BellwetherError as error:
            self.fault.setText(str(error))
            self.fault.show()
        else:
            self._choose(str(path))


def _offered(library: Library, recent: Sequence[str]) -> list[str]:
    """The recent books that are still there, the person's own, the sample book."""
    there = [path for path in recent if Path(path).exists()]
    return list(dict.fromkeys((*there, str(library.own), str(library.sample))))
