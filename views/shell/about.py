"""Help and About: small windows of words over the program's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QTextBrowser, QWidget

from views.theme import fonts
from views.theme.files import resource
from views.widgets.buttons import push
from views.widgets.labels import column, label, row

_ABOVE_HEADING, _ABOVE_TEXT = 18, 4
LICENCES = "MIT licence. Uses Qt for Python (LGPL) and the typeface Inter (SIL Open Font License)."


def show_help(window: QWidget) -> QDialog:
    """Show how to begin and what the figures mean."""
    text = QTextBrowser()
    text.setFont(fonts.font())
    text.setFrameShape(QFrame.Shape.NoFrame)
    text.setMarkdown(resource("help", "help.md").read_text(encoding="utf-8"))
    text.setAccessibleName("Help")
    _set_apart(text.document())
    return _show(window, "Help", text, (620, 620))


def show_about(window: QWidget, book: str, path: Path) -> QDialog:
    """Show the version, the book that is open, and the licences."""
    version = QApplication.applicationVersion()
    words = QWidget()
    lines = [
        label(f"Bellwether {version}".rstrip(), fonts.CUSTOMER, fonts.SEMIBOLD),
        label("Shows which customers need a person today, and why.", fonts.BODY, wrap=True),
        label(f"Book: {book}\n{path}", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True),
        label(LICENCES, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True),
    ]
    words.setLayout(column(*(part for line in lines for part in (line, 8)), -1))
    return _show(window, "About Bellwether", words, (420, 250))


def _set_apart(document: QTextDocument) -> None:
    """Give headings the size that they have elsewhere, and room above them: Qt sets Markdown close, and them large."""
    block = document.begin()
    while block.isValid():
        heading = block.blockFormat().headingLevel() > 0
        space = QTextBlockFormat()
        space.setTopMargin(_ABOVE_HEADING if heading else _ABOVE_TEXT)
        cursor = QTextCursor(block)
        cursor.mergeBlockFormat(space)
        if heading:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = QTextCharFormat()
            letters.setFont(fonts.font(fonts.HEADING, fonts.SEMIBOLD))
            cursor.mergeCharFormat(letters)
        block = block.next()
    document.setDocumentMargin(0)


def _show(window: QWidget, title: str, content: QWidget, size: tuple[int, int]) -> QDialog:
    dialog = QDialog(window)
    dialog.setWindowTitle(title)
    close = push("Close")
    close.clicked.connect(dialog.accept)
    dialog.setLayout(column(content, 12, row(-1, close), margins=(20, 16, 20, 16)))
    dialog.resize(min(size[0], window.width() - 32), min(size[1], window.height() - 32))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
