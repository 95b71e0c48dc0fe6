"""The drafts of this email: when, which, by whom; earlier ones can be compared with this one and restored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from views.theme import Theme, fonts
from views.widgets.buttons import MenuButton, link
from views.widgets.labels import ElidedLabel, clear, column, kind_of, label, row, rule, scrolling
from views.words import whole

ROW_HEIGHT = 30
HEAD_HEIGHT, LOW_HEAD_HEIGHT = 27, 33
SHOWN = 3


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft: its id (0: not stored yet), when, its number, its words, and whether it is the one shown."""

    id: int
    when: str
    number: int
    words: str
    current: bool


class DraftsList(QWidget):
    """Lines under the email; a click on the head folds them away in a low window."""

    compare_wanted = Signal(int)
    restore_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[DraftLine, ...] = ()
        self._open = True
        self._writable = True
        self.title = label("", fonts.SMALL, fonts.SEMIBOLD, "ink_2")
        self._hint = label("kept until the email is sent", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.fold = MenuButton(theme, "Show")
        self.fold.setPopupMode(MenuButton.ToolButtonPopupMode.DelayedPopup)
        self.fold.clicked.connect(self._fold)
        self.fold.hide()
        head = QWidget()
        kind_of(head, "ground")
        head.setFixedHeight(HEAD_HEIGHT)
        self._head = head
        head.setLayout(row(self.title, -1, self._hint, self.fold, margins=(20, 0, 20, 0)))
        self._rows = column()
        inner = QWidget()
        inner.setLayout(self._rows)
        self._scroll = scrolling(inner)
        self.setLayout(column(rule(), head, self._scroll))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> tuple[DraftLine, ...]:
        """The drafts as they are shown, newest first."""
        return self._lines

    def show_lines(self, lines: Sequence[DraftLine], *, writable: bool) -> None:
        """Show these drafts; what cannot be changed any more can still be compared."""
        if tuple(lines) == self._lines and writable == self._writable:
            return
        self._lines, self._writable = tuple(lines), writable
        self.title.setText(f"Drafts of this email · {whole(len(lines))}" if lines else "Drafts of this email")
        clear(self._rows)
        for one in lines:
            self._rows.addWidget(self._line(one))
        self._rows.addStretch(1)
        self._size()

    def set_low(self, low: bool) -> None:
        """In a low window the lines wait behind the head."""
        self.fold.setVisible(low)
        self._head.setFixedHeight(LOW_HEAD_HEIGHT if low else HEAD_HEIGHT)
        self._hint.setVisible(not low)
        self._open = not low
        self._size()

    def _fold(self) -> None:
        self._open = not self._open
        self._size()

    def _size(self) -> None:
        self.fold.set_words("Hide" if self._open else "Show")
        self._scroll.setVisible(self._open and bool(self._lines))
        self._scroll.setFixedHeight(min(len(self._lines), SHOWN) * ROW_HEIGHT)

    def _line(self, one: DraftLine) -> QWidget:
        made = QWidget()
        made.setFixedHeight(ROW_HEIGHT)
        when = label(one.when, fonts.SMALL, fonts.REGULAR, "ink_3")
        when.setFixedWidth(48)
        number = label(f"Draft {one.number}", fonts.LIST, fonts.MEDIUM)
        number.setFixedWidth(64)
        words = ElidedLabel(self._theme, f"this one · {one.words}" if one.current else one.words, fonts.LIST)
        parts: list[QWidget | int] = [when, number, words, 8]
        if not one.current:
            compare = self._button("Compare", f"Compare draft {one.number} with this one")
            compare.clicked.connect(partial(self._emit_compare, one.id))
            parts.append(compare)
            if self._writable:
                restore = self._button("Restore", f"Bring draft {one.number} back as the newest one")
                restore.clicked.connect(partial(self._emit_restore, one.id))
                parts.append(restore)
        inner = row(*parts, margins=(20, 0, 16, 0))
        inner.setStretch(2, 1)
        made.setLayout(column(inner, rule(soft=True)))
        return made

    def _button(self, words: str, name: str) -> QPushButton:
        made = link(words)
        made.setAccessibleName(name)
        made.setToolTip(name)
        return made

    def _emit_compare(self, draft_id: int, _checked: bool = False) -> None:
        self.compare_wanted.emit(draft_id)

    def _emit_restore(self, draft_id: int, _checked: bool = False) -> None:
        self.restore_wanted.emit(draft_id)
