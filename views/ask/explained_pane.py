"""How a question was answered: what it was taken for, from rows to answer, how each word was read, and the query."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from models.values.assistant import Response
from models.values.words import full_day
from views.theme import fonts
from views.widgets.buttons import link
from views.widgets.labels import FlowingContent, clear, column, label, note, row, scrolling
from views.words import whole

_SQL_HEIGHT = 220


class ExplainedPane(QWidget):
    """The explanation of one answer."""

    def __init__(self) -> None:
        super().__init__()
        self._box: QVBoxLayout = column(margins=(16, 16, 16, 16))
        content = FlowingContent()
        content.setLayout(self._box)
        self.area: QScrollArea = scrolling(content)
        self.setLayout(column(self.area))
        self.sql = ""
        self.show_nothing()

    def show_nothing(self) -> None:
        """Say what will stand here."""
        clear(self._box)
        self._box.addWidget(label("How it was answered", fonts.HEADING, fonts.SEMIBOLD))
        self._box.addSpacing(6)
        self._box.addWidget(note("Ask a question. How it was read, and the rows behind the answer, appear here."))
        self._box.addStretch(1)

    def explain(self, number: int, found: Response, milliseconds: int, steps: Sequence[tuple[str, int]] = ()) -> None:
        """Show how a question was answered; ``steps``: from rows to answer, once they are counted."""
        clear(self._box)
        self._box.addWidget(label(f"How question {number} was answered", fonts.HEADING, fonts.SEMIBOLD))
        self._box.addSpacing(6)
        left = f"{found.model} got your question with names hidden." if found.model else "Nothing left this computer."
        self._box.addWidget(note(f"Read-only query on your book, {whole(milliseconds)} ms. {left}"))
        if found.readings:
            self._section("Read as", [(found.readings[0].sentence, "")])
        if steps:
            self._section("From rows to answer", [(words, whole(number)) for words, number in steps])
        words = found.readings[0].words if found.readings else ()
        if words:
            self._section("How words were read", [(one.words, one.meaning) for one in words])
        if found.definition:
            self._section("What it counts", [(found.definition, "")])
        if found.as_of is not None:
            self._section("Data behind it", [(f"Data through {full_day(found.as_of)}", "")])
        self.sql = found.sql
        if found.sql:
            self._show_query(found.sql)
        self._box.addStretch(1)

    def _section(self, title: str, lines: list[tuple[str, str]]) -> None:
        self._box.addSpacing(16)
        self._box.addWidget(label(title, fonts.LIST, fonts.SEMIBOLD))
        self._box.addSpacing(4)
        for left, right in lines:
            words = note(left)
            if not right:
                self._box.addWidget(words)
                continue
            value: QLabel = label(right, fonts.LIST, fonts.MEDIUM, wrap=len(right) > 18)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            line = row(words, 12, value)
            line.setStretch(0, 1)
            if len(right) > 18:
                line.setStretch(2, 1)
            self._box.addLayout(line)
            self._box.addSpacing(2)

    def _show_query(self, sql: str) -> None:
        copy = link("Copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(sql))
        text = QPlainTextEdit(sql)
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFixedHeight(_SQL_HEIGHT)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(fonts.SMALL)
        text.setFont(font)
        text.setAccessibleName("Query")
        self._box.addSpacing(16)
        self._box.addLayout(row(label("Query", fonts.LIST, fonts.SEMIBOLD), -1, copy))
        self._box.addSpacing(4)
        self._box.addWidget(text)
