"""The manual: one page a task, beside a list of them; F1 opens the one that goes with the page on screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QDialog, QFrame, QListWidget, QTextBrowser, QWidget

from views.shell.about import show_dialog
from views.theme import fonts
from views.theme.files import resource
from views.widgets.labels import row

#: The pages of the manual in their order.
TOPICS: Final = {
    "start": "Get started",
    "import": "Import your exports",
    "alerts": "Work through your alerts",
    "customers": "Know a customer",
    "emails": "Write and send emails",
    "insights": "Read the figures",
    "ask": "Ask the book",
    "scores": "Trust the scores",
    "rules": "Decide what raises an alert",
    "books": "Keep your book safe",
    "privacy": "Requests about personal data",
}
#: Which of them goes with a page of the window.
TOPIC_OF: Final = {
    "alerts": "alerts",
    "customers": "customers",
    "outbox": "emails",
    "composer": "emails",
    "insights": "insights",
    "ask": "ask",
    "data": "import",
    "settings": "rules",
}
_ABOVE_HEADING, _ABOVE_TEXT = 18, 4
_LIST_WIDE = 236


class Manual(QWidget):
    """A list of topics, and the page of the one that is chosen."""

    def __init__(self, topic: str) -> None:
        super().__init__()
        self.topics, self.text = QListWidget(), QTextBrowser()
        self.topics.setFont(fonts.font(fonts.LIST))
        self.topics.setFrameShape(QFrame.Shape.NoFrame)
        self.topics.setFixedWidth(_LIST_WIDE)
        self.topics.setSpacing(4)
        self.topics.setAccessibleName("Topics")
        self.topics.addItems(list(TOPICS.values()))
        self.text.setFont(fonts.font())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName("Help")
        self.text.setSearchPaths([str(resource("help"))])
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.setLayout(row(self.topics, 16, self.text))
        self.topics.currentRowChanged.connect(self._show)
        self.topics.setCurrentRow(list(TOPICS).index(topic))

    def _show(self, number: int) -> None:
        self.text.setMarkdown(resource("help", f"{list(TOPICS)[number]}.md").read_text(encoding="utf-8"))
        _set_apart(self.text.document())

    def _follow(self, link: QUrl) -> None:
        topic = link.fileName().removesuffix(".md")
        if topic in TOPICS:
            self.topics.setCurrentRow(list(TOPICS).index(topic))
        else:
            QDesktopServices.openUrl(link)


def show_manual(window: QWidget, page: str) -> QDialog:
    """Open the manual at what goes with a page of the window, at its beginning where nothing does."""
    manual = Manual(TOPIC_OF.get(page, "start"))
    dialog = show_dialog(window, "Help", manual, (900, 640))
    manual.topics.setFocus()
    return dialog


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
            letters.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            cursor.mergeCharFormat(letters)
        block = block.next()
    document.setDocumentMargin(0)
