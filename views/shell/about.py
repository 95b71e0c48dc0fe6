"""About: a small window of words over the program's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog, QWidget

from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, note, row

LICENCES = "MIT licence. Uses Qt for Python (LGPL) and the typeface Inter (SIL Open Font License)."


def show_about(window: QWidget, book: str, path: Path) -> QDialog:
    """Show the version, the book that is open, and the licences."""
    version = QApplication.applicationVersion()
    words = QWidget()
    lines = [
        label(f"Bellwether {version}".rstrip(), fonts.CUSTOMER, fonts.SEMIBOLD),
        label("Shows which customers need a person today, and why.", fonts.BODY, wrap=True),
        note(f"Book: {book}\n{path}"),
        note(LICENCES, fonts.SMALL),
    ]
    words.setLayout(column(*(part for line in lines for part in (line, 8)), -1))
    return show_dialog(window, "About Bellwether", words, (420, 250))


def show_dialog(window: QWidget, title: str, content: QWidget, size: tuple[int, int]) -> QDialog:
    """Open a small window of words over the program's own, no larger than that."""
    dialog = QDialog(window)
    dialog.setWindowTitle(title)
    close = push("Close")
    close.clicked.connect(dialog.accept)
    dialog.setLayout(column(content, 12, row(-1, close), margins=(20, 16, 20, 16)))
    dialog.resize(min(size[0], window.width() - 32), min(size[1], window.height() - 32))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
