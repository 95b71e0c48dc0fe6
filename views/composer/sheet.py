"""What is shown in the email's place for a moment: the bytes that leave, or how two drafts differ."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from difflib import SequenceMatcher

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QTextEdit, QWidget

from views.theme import Theme, fonts
from views.theme.tokens import Tokens
from views.widgets.buttons import push
from views.widgets.labels import ElidedLabel, column, label, row, rule

_WORDS = re.compile(r"\s+|[^\s]+")


class Sheet(QWidget):
    """A text to read, with a title, what it is, and the way back."""

    def __init__(self, theme: Theme, close: Callable[[], None]) -> None:
        super().__init__()
        self._theme = theme
        self._copied = ""
        self._act: Callable[[], None] | None = None
        self._redraw: Callable[[], None] = lambda: None
        self.title = label("", fonts.BODY, fonts.SEMIBOLD)
        self.hint = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.action = push("")
        self.action.clicked.connect(self._acted)
        self.close_button = push("Close")
        self.close_button.setToolTip("Back to the email (Esc)")
        self.close_button.clicked.connect(close)
        self.text = QTextEdit()
        self.text.setReadOnly(True)
        self.text.setFrameShape(QTextEdit.Shape.NoFrame)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        head = row(self.title, 10, self.hint, 10, self.action, 6, self.close_button, margins=(20, 6, 20, 6))
        head.setStretch(2, 1)
        self.setLayout(column(head, rule(soft=True), self.text))
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_bytes(self, title: str, hint: str, text: str) -> None:
        """Show a text to the letter, in a type where every letter is as wide."""
        self._head(title, hint)
        self._copied = text
        self._redraw = lambda: None
        self.text.setFont(_fixed())
        self.text.setPlainText(text)
        self.text.setAccessibleName(title)
        self.action.setText("Copy")
        self._act = self._copy
        self.action.show()

    def show_difference(
        self, title: str, hint: str, before: str, after: str, restore: Callable[[], None] | None
    ) -> None:
        """Show what is not in both: struck through what went, underlined what came."""
        self._head(title, hint if before != after else "both are identical")
        self._copied = ""
        self.text.setFont(fonts.font(fonts.BODY))
        self._redraw = lambda: self.text.setHtml(difference(before, after, self._theme.tokens))
        self._redraw()
        self.text.setAccessibleName(f"{title}. {said_difference(before, after)}")
        self.action.setText("Restore")
        self._act = restore
        self.action.setVisible(restore is not None)

    def _head(self, title: str, hint: str) -> None:
        self.title.setText(title)
        self.hint.setText(hint)

    def _acted(self) -> None:
        if self._act is not None:
            self._act()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
        self.action.setText("Copied")

    def _restyle(self) -> None:
        t = self._theme.tokens
        self.text.setStyleSheet(
            f"QTextEdit {{ background: {t.panel}; color: {t.ink}; border: 0; padding: 12px 16px; }}"
        )
        self._redraw()


def _fixed() -> QFont:
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made.setPixelSize(fonts.LIST)
    return made


def steps(before: str, after: str) -> list[tuple[str, str]]:
    """How one text becomes another, in whole words: (equal | gone | come, text)."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    made: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            made.append(("equal", "".join(old[a:b])))
            continue
        if b > a:
            made.append(("gone", "".join(old[a:b])))
        if d > c:
            made.append(("come", "".join(new[c:d])))
    return made


def difference(before: str, after: str, t: Tokens) -> str:
    """The two texts as one, in HTML."""
    looks = {
        "equal": "",
        "gone": f"color:{t.critical_text};background:{t.critical_wash};text-decoration:line-through",
        "come": f"color:{t.good_text};background:{t.good_wash};text-decoration:underline",
    }
    parts = [f'<span style="{looks[kind]}">{_html(text)}</span>' for kind, text in steps(before, after)]
    return f'<div style="line-height:160%">{"".join(parts)}</div>'


def said_difference(before: str, after: str) -> str:
    """The difference in one sentence, for a screen reader."""
    counts = {"gone": 0, "come": 0, "equal": 0}
    for kind, text in steps(before, after):
        counts[kind] += len(text.split())
    if not counts["gone"] and not counts["come"]:
        return "Both are identical."
    return f"{counts['gone']} words removed, {counts['come']} added."


def _html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
