"""What was asked in this session, questions that every book can be asked, and the documents that are searched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from views.theme import fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, note, rule


class HistoryPane(QWidget):
    """Two lists of questions.

    Signals
    -------
    begun : a new question begins.
    wanted : a question that was asked before is to be shown; its number.
    asked : a ready-made question is to be asked.
    """

    begun = Signal()
    wanted = Signal(int)
    asked = Signal(str)

    def __init__(self, ready_made: Sequence[str], documents: QWidget) -> None:
        super().__init__()
        self.new = push("New question", primary=True)
        self.new.clicked.connect(self.begun)
        self.recent = _list("Questions of this session")
        self.recent.itemActivated.connect(lambda item: self.wanted.emit(int(item.data(Qt.ItemDataRole.UserRole))))
        self.recent.itemClicked.connect(lambda item: self.wanted.emit(int(item.data(Qt.ItemDataRole.UserRole))))
        self.ready = _list("Ready-made questions")
        self.ready.addItems(list(ready_made))
        self.ready.itemActivated.connect(lambda item: self.asked.emit(item.text()))
        self.ready.itemClicked.connect(lambda item: self.asked.emit(item.text()))
        self._none = note("Nothing asked yet.")
        self.setLayout(column(
            column(self.new, margins=(12, 12, 12, 12)),
            _head("Asked in this session"), column(self._none, margins=(16, 6, 16, 6)), self.recent,
            _head("Ready-made"), self.ready,
            _head("Documents"), documents,
            rule(), column(note("A question never changes, sends or deletes anything.", fonts.SMALL),
                           margins=(16, 10, 16, 12)),
        ))  # fmt: skip
        self.recent.hide()

    def add(self, number: int, question: str, outcome: str) -> None:
        """List a question that was asked, the newest first."""
        self._none.hide()
        self.recent.show()
        known = next((self.recent.item(at) for at in range(self.recent.count())
                      if self.recent.item(at).data(Qt.ItemDataRole.UserRole) == number), None)  # fmt: skip
        item = known or QListWidgetItem()
        item.setText(f"{question}\n{outcome}" if outcome else question)
        item.setData(Qt.ItemDataRole.UserRole, number)
        if known is None:
            self.recent.insertItem(0, item)
            self.recent.setCurrentRow(0)


def _head(title: str) -> QWidget:
    made = label(title, fonts.SMALL, fonts.SEMIBOLD, "ink_2")
    made.setContentsMargins(16, 10, 16, 4)
    return made


def _list(name: str) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setProperty("kind", "questions")
    made.setWordWrap(True)
    made.setFrameShape(QListWidget.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFont(fonts.font(fonts.LIST, fonts.REGULAR))
    return made
