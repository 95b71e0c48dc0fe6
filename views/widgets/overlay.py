"""Small panels over the window: a choice by number keys, a form of few fields. Never modal; Esc gives focus back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDateEdit, QFrame, QLineEdit, QPlainTextEdit, QWidget

from models.values.customers import CONSENT_SOURCES
from views.theme import Theme, fonts
from views.widgets.buttons import ENTER, press_focused, push
from views.widgets.date_field import date_field
from views.widgets.labels import column, kind_of, label, note, row, rule, scrolling
from views.widgets.painting import RIGHT, key_cap, line, rounded


class Overlay(QFrame):
    """A raised panel inside the window. A click outside, Esc, or the focus leaving closes it."""

    def __init__(self, theme: Theme, window: QWidget, title: str, width: int = 304) -> None:
        super().__init__(window)
        self.theme, self._host = theme, window
        self._focus_before = QApplication.focusWidget()
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(width)
        kind_of(self, "raised")
        self.hide()

    def open_under(self, anchor: QWidget) -> None:
        """Open below an anchor, or above where there is more room; at the left edge of one in the left half."""
        self.adjustSize()
        left = anchor.mapTo(self._host, anchor.rect().center()).x() < self._host.width() / 2
        edge = self.width() if left else anchor.width()
        below = anchor.mapTo(self._host, QPoint(edge, anchor.height() + 4))
        self.open_at(below, anchor.mapTo(self._host, QPoint(edge, -4)))

    def open_at(self, below: QPoint, above: QPoint | None = None) -> None:
        """Open with its right edge at a point of the window."""
        self.adjustSize()
        high = min(self._high(), self._host.height() - 16)
        x = max(8, min(below.x() - self.width(), self._host.width() - self.width() - 8))
        y = below.y()
        if y + high > self._host.height() - 8:
            y = (above.y() if above is not None else y) - high
        self.setGeometry(x, max(8, min(y, self._host.height() - high - 8)), self.width(), high)
        self.show()
        self.raise_()
        self.first_focus().setFocus(Qt.FocusReason.PopupFocusReason)
        self._watch(True)

    def _high(self) -> int:
        """The height that its contents have at its width: words wrap."""
        box = self.layout()
        wraps = box is not None and box.hasHeightForWidth()
        return box.totalHeightForWidth(self.width()) if box is not None and wraps else self.sizeHint().height()

    def _fit(self) -> None:
        """Its words have become more or fewer: it is as high as they are, and stays within the window."""
        high = min(self._high(), self._host.height() - 16)
        if high != self.height():
            self.setGeometry(self.x(), max(8, min(self.y(), self._host.height() - high - 8)), self.width(), high)

    def first_focus(self) -> QWidget:
        """What takes the focus at opening."""
        return self

    def dismiss(self) -> None:
        """Close and give the focus back to where it was."""
        if not self.isVisible():
            return
        self._watch(False)
        before = self._focus_before
        self.close()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def give_up(self) -> None:
        """Esc, or the button that says so."""
        self.dismiss()

    def _watch(self, on: bool) -> None:
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self) if on else app.removeEventFilter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.give_up()
        elif not press_focused(event, self):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # The first word on every key: letters and numbers belong to the panel, not to the page under it.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._fit()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            popup = QApplication.activePopupWidget()
            if not inside and popup is None and watched.isWidgetType():
                self.dismiss()
        elif event.type() in (QEvent.Type.Resize, QEvent.Type.Drop) and watched is self._host:
            # Files that are dropped lead elsewhere: what was asked before is over.
            self.dismiss()
        return False


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a choice: its words, a hint at the right, what it stands for."""

    words: str
    hint: str
    value: Any


#: Lines after these have no key of their own; the arrows lead to them.
_NUMBER_KEYS: Final = 9


class _ChoiceRow(QWidget):
    """One painted line with its number key."""

    def __init__(self, theme: Theme, number: int, choice: Choice) -> None:
        super().__init__()
        self.theme, self.number, self.choice = theme, number, choice
        self.highlighted = False
        self.setFixedHeight(32)
        self.setAccessibleName(f"{number}, {choice.words}, {choice.hint}".rstrip(", "))

    def sizeHint(self) -> QSize:
        return QSize(280, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme, rect = self.theme, QRectF(self.rect())
            if self.highlighted:
                rounded(painter, rect, 6, theme.color("selected"))
            cap = fonts.width(str(self.number), fonts.SMALL, fonts.MEDIUM) + 12
            if self.number <= _NUMBER_KEYS:
                key_cap(painter, theme, 8 + cap, rect.center().y(), str(self.number), on_primary=False)
            hint = fonts.width(self.choice.hint, fonts.SMALL)
            room = QRectF(8 + cap + 10, 0, rect.width() - cap - 30 - hint, rect.height())
            line(painter, room, self.choice.words, theme.color("ink"), fonts.LIST)
            at = QRectF(rect.width() - hint - 9, 0, hint + 2, rect.height())
            line(painter, at, self.choice.hint, theme.color("ink_3"), fonts.SMALL, align=RIGHT)


class ChoicePanel(Overlay):
    """Numbered lines, which scroll where they are many; a number key, Enter or a click chooses.

    Only a mouse that moves highlights a line: one that rests where the panel opens or scrolls would undo the keys.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        title: str,
        choices: Sequence[Choice],
        chosen: Callable[[Any], None],
        foot: str = "",
    ) -> None:
        super().__init__(theme, window, title)
        self._chosen = chosen
        self._rows = [_ChoiceRow(theme, number, choice) for number, choice in enumerate(choices, 1)]
        self._at, self._mouse = 0, QCursor.pos()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        heading = label(title, fonts.LIST, fonts.SEMIBOLD)
        heading.setContentsMargins(8, 0, 0, 0)
        heading.setFixedHeight(30)
        lines = QWidget()
        lines.setLayout(column(*self._rows))
        self._lines = scrolling(lines)
        box = column(heading, self._lines, margins=(6, 6, 6, 6))
        if foot:
            words = note(foot, fonts.SMALL)
            words.setContentsMargins(8, 6, 8, 4)
            for part in (rule(soft=True), words):
                box.addWidget(part)
        self.setLayout(box)
        for line_row in self._rows:
            line_row.installEventFilter(self)
            line_row.setMouseTracking(True)
        self._light(0)

    @property
    def choices(self) -> list[Choice]:
        """What can be chosen."""
        return [line_row.choice for line_row in self._rows]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        number = key - Qt.Key.Key_0
        if 1 <= number <= min(len(self._rows), _NUMBER_KEYS):
            self._choose(number - 1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_J):
            self._move(1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_K):
            self._move(-1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._at)
        elif key == Qt.Key.Key_Escape:
            self.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, _ChoiceRow):
            if event.type() == QEvent.Type.MouseMove and QCursor.pos() != self._mouse:
                self._mouse = QCursor.pos()
                self._light(self._rows.index(watched))
            elif event.type() == QEvent.Type.MouseButtonRelease:
                self._choose(self._rows.index(watched))
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        self._light((self._at + by) % len(self._rows))
        self._lines.ensureWidgetVisible(self._rows[self._at], 0, 0)

    def _light(self, number: int) -> None:
        self._at = number
        for at, line_row in enumerate(self._rows):
            line_row.highlighted = at == number
            line_row.update()
        self.setAccessibleDescription(self._rows[number].accessibleName() if self._rows else "")

    def _choose(self, number: int) -> None:
        value = self._rows[number].choice.value
        self.dismiss()
        self._chosen(value)


class FormPanel(Overlay):
    """A few fields with one button. Enter sends it, from a line and from a text."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        title: str,
        button: str,
        send: Callable[[FormPanel], None],
        foot: str = "",
        cancel: str = "Cancel",
    ) -> None:
        super().__init__(theme, window, title, 320)
        self._send = send
        self._first: QWidget | None = None
        self.fault = label("", fonts.SMALL, fonts.REGULAR, "critical_text", wrap=True)
        self.fault.hide()
        self._button = push(button, primary=True)
        self._button.clicked.connect(self._sent)
        skip = push(cancel)
        skip.clicked.connect(self.give_up)
        self._box = column(label(title, fonts.LIST, fonts.SEMIBOLD), 8, margins=(14, 12, 14, 12))
        self._tail: list[QWidget] = [self.fault]
        if foot:
            self._tail.append(note(foot, fonts.SMALL))
        self._buttons = row(-1, skip, 8, self._button)
        self.setLayout(self._box)

    def add(self, words: str, field: QWidget) -> QWidget:
        """Add a field under its words, which are returned."""
        caption = label(words, fonts.SMALL, fonts.REGULAR, "ink_2")
        field.setAccessibleName(words)
        self._box.addWidget(caption)
        self._box.addSpacing(3)
        self._box.addWidget(field)
        self._box.addSpacing(8)
        self._first = self._first or field
        return caption

    def done(self) -> FormPanel:
        """Close the form: the sentence, the buttons."""
        for part in self._tail:
            self._box.addWidget(part)
        self._box.addSpacing(6)
        self._box.addLayout(self._buttons)
        return self

    def first_focus(self) -> QWidget:
        return self._first or self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ENTER:
            super().keyPressEvent(event)
        elif not press_focused(event, self):
            self._sent()

    def object_to(self, words: str) -> None:
        """Say what is wrong, and stay open."""
        self.fault.setText(words)
        self.fault.show()

    def _sent(self) -> None:
        # A second Return, before the panel is gone, must not send twice.
        if self.isVisible():
            self._send(self)


def consent_fields(today: date) -> tuple[QLineEdit, QDateEdit]:
    """Fields for how somebody said whether they want emails, and for the day on which they did."""
    how, latest = QLineEdit(), QDate(today.year, today.month, today.day)
    how.setMaxLength(200)
    how.setPlaceholderText(CONSENT_SOURCES)
    return how, date_field(latest, latest=latest)


def consent_panel(
    theme: Theme,
    window: QWidget,
    name: str,
    today: date,
    send: Callable[[str, str], None],
    history: Sequence[str] = (),
) -> FormPanel:
    """Record how and since when somebody agreed to be emailed, below what was said under the address before."""
    how, since = consent_fields(today)

    def sent(panel: FormPanel) -> None:
        if not how.text().strip():
            panel.object_to("Enter how they agreed: consent needs evidence.")
            return
        panel.dismiss()
        send(how.text().strip(), since.date().toString(Qt.DateFormat.ISODate))

    foot = f"Saved for {name} under your name. Consent lifts a withdrawal only if it is later."
    panel = FormPanel(theme, window, "Record consent", "Record consent", sent, foot)
    panel.add("How did they agree?", how)
    panel.add("Since when?", since)
    if history:
        panel.add("History", note("\n".join(history), fonts.SMALL))
    return panel.done()


class TextField(QPlainTextEdit):
    """A field of a few lines in a panel: Enter sends, as from a line; with Shift it begins a new line."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()  # the panel's
            return
        super().keyPressEvent(event)


def text_field(placeholder: str) -> QPlainTextEdit:
    """A field of a few lines; Tab leaves it, Enter sends it."""
    field = TextField()
    field.setToolTip("Shift+Enter starts a new line")
    field.setPlaceholderText(placeholder)
    field.setTabChangesFocus(True)
    field.setFixedHeight(96)
    return field
