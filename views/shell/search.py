"""Search: type a name, choose a customer, land on their page. Ctrl+K puts the focus here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from models.values.customers import CustomerRow
from views.actions import Command, key_words
from views.background import Desk, Failed
from views.theme import Theme, fonts
from views.widgets.labels import kind_of
from views.widgets.painting import RIGHT, key_cap, line, rounded, snapped
from views.words import DOT, money_short

ROW_HEIGHT = 34
TYPING_PAUSE_MS = 60
Find = Callable[[str], Sequence[CustomerRow]]


class _Results(QFrame):
    """Painted lines under the field."""

    picked = Signal(int)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._rows: tuple[CustomerRow, ...] = ()
        self._nothing = ""
        self.at = 0
        kind_of(self, "raised")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Customers found")
        self.hide()

    @property
    def rows(self) -> tuple[CustomerRow, ...]:
        """What was found."""
        return self._rows

    def show_rows(self, rows: Sequence[CustomerRow], nothing: str) -> None:
        """Show what was found, or the words for nothing."""
        self._rows, self._nothing, self.at = tuple(rows), nothing, 0
        self.resize(self.width(), max(1, len(rows)) * ROW_HEIGHT + 12)
        self._say()
        self.update()

    def move_to(self, at: int) -> None:
        """Light another line."""
        if self._rows:
            self.at = at % len(self._rows)
            self._say()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            theme = self._theme
            if not self._rows:
                room = QRectF(16, 6, self.width() - 32, ROW_HEIGHT)
                line(painter, room, self._nothing, theme.color("ink_2"), fonts.LIST)
                return
            for number, found in enumerate(self._rows):
                rect = QRectF(6, 6 + number * ROW_HEIGHT, self.width() - 12, ROW_HEIGHT)
                if number == self.at:
                    rounded(painter, rect, 6, theme.color("selected"))
                hint = DOT.join(part for part in (found.tier, found.segment, self._risk(found)) if part)
                wide = fonts.width(hint, fonts.SMALL)
                name = rect.adjusted(10, 0, -wide - 24, 0)
                line(painter, name, found.name, theme.color("ink"), fonts.LIST, fonts.MEDIUM)
                line(painter, rect.adjusted(10, 0, -10, 0), hint, theme.color("ink_3"), fonts.SMALL, align=RIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.move_to(int((event.position().y() - 6) // ROW_HEIGHT))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = int((event.position().y() - 6) // ROW_HEIGHT)
        if 0 <= number < len(self._rows):
            self.picked.emit(self._rows[number].id)

    def _risk(self, found: CustomerRow) -> str:
        if not found.value_at_risk_minor:
            return ""
        return f"{money_short(found.value_at_risk_minor, found.currency)} at risk"

    def _say(self) -> None:
        lit = self._rows[self.at].name if self._rows else self._nothing
        self.setAccessibleDescription(lit)


class SearchField(QLineEdit):
    """The field of the top bar. Down and Up move in what was found, Enter opens it, Esc leaves."""

    picked = Signal(int)

    def __init__(self, theme: Theme, desk: Desk, find: Find, window: QWidget) -> None:
        super().__init__()
        self._theme, self._desk, self._find = theme, desk, find
        self._window = window
        self._focus_before: QWidget | None = None
        self.setPlaceholderText("Find a customer")
        self.setAccessibleName("Find a customer")
        self.setFont(fonts.font(fonts.LIST))
        self.setTextMargins(24, 0, 52, 0)
        self.setMaximumWidth(300)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._key = key_words(Command.SEARCH)
        self._results = _Results(theme, window)
        self._results.picked.connect(self._pick)
        self._pause = QTimer(self, singleShot=True, interval=TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.textChanged.connect(self._typed)
        window.installEventFilter(self)

    @property
    def results(self) -> _Results:
        """What is shown under the field."""
        return self._results

    def begin(self, focus_before: QWidget | None) -> None:
        """Take the focus; Esc gives it back."""
        self._focus_before = focus_before if focus_before is not self else self._focus_before
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def sizeHint(self) -> QSize:
        return QSize(300, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped(10, dpr), snapped((self.height() - 16) / 2, dpr))
            painter.drawPixmap(at, self._theme.pixmap("search", "ink_3", 16, dpr))
            if not self.text() and self.width() >= 200:
                key_cap(painter, self._theme, self.width() - 8, self.height() / 2, self._key, on_primary=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.clear()
            self._results.hide()
            if self._focus_before is not None:
                self._focus_before.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif key == Qt.Key.Key_Down:
            self._results.move_to(self._results.at + 1)
        elif key == Qt.Key.Key_Up:
            self._results.move_to(self._results.at - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._pause.isActive():
                self._pause.stop()
                self._ask()
            elif self._results.rows and self._results.isVisible() and not self._desk.waiting("search"):
                self._pick(self._results.rows[self._results.at].id)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._results.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._results.hide()
        return False

    def _typed(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self._pause.stop()
            self._desk.drop("search")
            self._results.hide()

    def _ask(self) -> None:
        text = self.text().strip()
        find = self._find
        self._desk.read("search", lambda: find(text), self._show, self._not_found)

    def _show(self, rows: Sequence[CustomerRow]) -> None:
        if not self.hasFocus():
            return
        self._results.resize(max(self.width(), 380), 40)
        self._results.show_rows(rows, f"No customer matches “{self.text().strip()}”")
        corner = self.mapTo(self._window, QPoint(self.width(), self.height() + 4))
        self._results.move(max(8, corner.x() - self._results.width()), corner.y())
        self._results.show()
        self._results.raise_()

    def _not_found(self, failed: Failed) -> None:
        self._show(())
        self._results.show_rows((), failed.words)

    def _pick(self, customer_id: int) -> None:
        self._results.hide()
        self.clear()
        self.picked.emit(customer_id)
