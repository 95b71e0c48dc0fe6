"""The policy documents that the book holds, with ways to add and remove them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from models.values.knowledge import KnownDocument
from models.values.words import count
from views.file_dialog import choose_files
from views.theme import fonts
from views.widgets.buttons import link
from views.widgets.labels import column, note, row

_KINDS = "Documents (*.pdf *.docx *.md *.txt);;All files (*)"


class DocumentsBox(QWidget):
    """A list of documents.

    Signals
    -------
    added : files to add, as paths.
    removed : the number of a document to remove.
    """

    added = Signal(object)
    removed = Signal(int)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.list = _Documents()
        self.list.wants_removal.connect(self.removed)
        self.none = note("None yet. Add a return policy or a guide, and ask about it.", fonts.SMALL)
        self.add = link("Add documents…")
        self.add.setToolTip("PDF, Word, Markdown or text; kept in your book")
        self.add.clicked.connect(lambda: choose_files(self, "Add documents", str(folder), _KINDS, self.added.emit))
        self.remove = link("Remove")
        self.remove.clicked.connect(self.list.remove_chosen)
        self.list.itemSelectionChanged.connect(lambda: self.remove.setVisible(bool(self.list.selectedItems())))
        self.remove.hide()
        buttons = row(self.add, 12, self.remove, -1, margins=(16, 4, 16, 8))
        self.setLayout(column(column(self.none, margins=(16, 4, 16, 4)), self.list, buttons))
        self.show_documents(())

    def show_documents(self, known: Sequence[KnownDocument]) -> None:
        """Show what the book holds."""
        self.list.clear()
        for one in known:
            item = QListWidgetItem(one.title)
            item.setToolTip(f"{one.file}, {count(one.pages, 'page')}, {count(one.words, 'word')}")
            item.setData(Qt.ItemDataRole.UserRole, one.id)
            self.list.addItem(item)
        self.list.setVisible(bool(known))
        self.none.setVisible(not known)
        self.remove.hide()


class _Documents(QListWidget):
    """Documents; Del removes the chosen one."""

    wants_removal = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Documents")
        self.setProperty("kind", "questions")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(fonts.font(fonts.LIST, fonts.REGULAR))
        self.setMaximumHeight(132)

    def remove_chosen(self) -> None:
        """Ask for the chosen document to be removed."""
        for item in self.selectedItems():
            self.wants_removal.emit(int(item.data(Qt.ItemDataRole.UserRole)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
            return
        super().keyPressEvent(event)
