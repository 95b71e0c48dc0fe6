"""Widgets next to an email's verdict: the ways to resolve a flagged statement, and a sentence of the email."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from views.actions import Command, words_of_keys
from views.theme import Theme, fonts
from views.widgets.labels import column, label
from views.widgets.painting import fill, focus_ring, key_cap, line, rounded, snapped

WAYS = (
    (Command.REMOVE_STATEMENT, "close", "The rest of the draft stays as it is"),
    (Command.SOURCE_STATEMENT, "link", "A record, a policy page or a note"),
    (Command.CONFIRM_STATEMENT, "edit", "Your name and reason are recorded"),
)


class WayButton(QAbstractButton):
    """One way to resolve a flagged statement: icon, words with what it means, key."""

    def __init__(self, theme: Theme, action: QAction, icon: str, says: str) -> None:
        super().__init__()
        self._theme, self._action, self._icon, self._says = theme, action, icon, says
        self.key = ""
        self.show_key(typing=False)
        self.setFixedHeight(46)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setText(action.text())
        self.setAccessibleName(action.text())
        self.setAccessibleDescription(says)
        self.setToolTip(action.toolTip())
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def show_key(self, *, typing: bool) -> None:
        """Show the key that acts now: a digit is a letter while a text field has the focus."""
        keys = [words_of_keys(one) for one in self._action.shortcuts()]
        self.key = next((one for one in keys if (len(one) > 1) == typing), "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 46)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, rect, on = self._theme, QRectF(self.rect()), self.isEnabled()
        with QPainter(self) as painter:
            ground = "selected" if self.isDown() else "hover" if self.underMouse() and on else "raised"
            rounded(painter, rect, 8, theme.color(ground if on else "ground"), theme.color("control"), dashed=not on)
            dpr = self.devicePixelRatioF()
            picture = theme.pixmap(self._icon, "ink_2" if on else "ink_3", 15, dpr)
            painter.drawPixmap(int(snapped(11, dpr)), int(snapped(15, dpr)), picture)
            cap = fonts.width(self.key, fonts.SMALL, fonts.MEDIUM) + 12
            room = rect.width() - 34 - cap - 18
            line(painter, QRectF(34, 6, room, 18), self.text(), theme.color("ink" if on else "ink_3"), fonts.LIST,
                 fonts.MEDIUM)  # fmt: skip
            line(painter, QRectF(34, 23, room, 17), self._says, theme.color("ink_3"), fonts.SMALL)
            key_cap(painter, theme, rect.width() - 10, rect.center().y(), self.key, on_primary=False)
            if self.hasFocus():
                focus_ring(painter, theme, rect, 8)

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())


class Quote(QWidget):
    """A sentence of the email beside a line: in the colour of a warning, or quietly."""

    def __init__(self, theme: Theme, ink: str = "warning") -> None:
        super().__init__()
        self._theme, self._ink = theme, ink
        self.words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(self.words, margins=(12, 0, 0, 0)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, 0, 2, self.height(), self._theme.color(self._ink))
