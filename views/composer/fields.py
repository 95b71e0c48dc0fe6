"""The head of an email: to whom, from whom, subject and greeting, each with its state at the right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from views.actions import Actions, Command
from views.theme import Theme, fonts
from views.widgets.buttons import link
from views.widgets.labels import ElidedLabel, Pictogram, column, label, row, rule
from views.widgets.painting import fill

ROW_HEIGHT = 34
_CAPTION = 76


class FieldRow(QWidget):
    """One line of the head: caption, content, state with an optional icon."""

    def __init__(self, theme: Theme, caption: str, content: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self.content = content
        words = label(caption, fonts.SMALL, fonts.REGULAR, "ink_3")
        words.setFixedWidth(_CAPTION - 8)
        self._sign = Pictogram(theme, box=(19, 18))
        self.state = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_3")
        self.state.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        content.installEventFilter(self)
        self.setFixedHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        inner = row(words, 8, content, 12, self._sign, self.state, margins=(20, 0, 20, 0))
        inner.setStretch(2, 1)
        line = QWidget()
        line.setLayout(inner)
        line.setFixedHeight(ROW_HEIGHT - 1)  # every line of the head ends at its own foot
        self.setLayout(column(line, rule(soft=True)))
        self._sign.hide()

    def say(self, words: str, icon: str = "", ink: str = "ink_3", icon_ink: str = "good_text") -> None:
        """Show the state at the right."""
        self.state.setText(words, ink)
        self._sign.show_icon(icon, icon_ink)
        self._sign.setVisible(bool(icon))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.content and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        if isinstance(self.content, QLineEdit) and self.content.hasFocus():
            with QPainter(self) as painter:
                edge = QRectF(self.rect())
                fill(painter, 0, edge.height() - 2, edge.width(), 2, self._theme.color("focus"))
                fill(painter, 0, 0, 3, edge.height(), self._theme.color("focus"))


def entry(name: str, weight: QFont.Weight = fonts.REGULAR) -> QLineEdit:
    """A line to write in without a frame; its row shows the focus."""
    made = QLineEdit()
    made.setProperty("kind", "bare")
    made.setFont(fonts.font(fonts.BODY, weight))
    made.setAccessibleName(name)
    made.setMaxLength(300)
    made.setTextMargins(-2, 0, 0, 0)
    return made


class HeadFields(QWidget):
    """To, From, Subject, Greeting. `edited` is emitted for what a person types."""

    edited = Signal()

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.has_sender = False
        self.to = ElidedLabel(theme)
        self.from_whom = ElidedLabel(theme)
        self.subject = entry("Subject", fonts.SEMIBOLD)
        self.greeting = entry("Greeting")
        self.change = link("Change…")
        self.change.hide()
        self._recipient = actions[Command.RECIPIENT]
        self.change.setToolTip(self._recipient.toolTip())
        self.change.clicked.connect(self._recipient.trigger)
        self._recipient.changed.connect(lambda: self.change.setVisible(self._recipient.isEnabled()))
        to = QWidget()
        to.setLayout(row(self.to, 8, self.change, -1))
        self.to_row = FieldRow(theme, "To", to)
        self.set_up = link("")
        sender = QWidget()
        sender.setLayout(row(self.from_whom, 8, self.set_up, -1))
        self.from_row = FieldRow(theme, "From", sender)
        self.subject_row = FieldRow(theme, "Subject", self.subject)
        self.greeting_row = FieldRow(theme, "Greeting", self.greeting)
        self.to.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.from_whom.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # Fixed: a layout that stretches inside would make the head take room from the text.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setLayout(column(self.to_row, self.from_row, self.subject_row, self.greeting_row))
        self.subject.textEdited.connect(self._typed)
        self.greeting.textEdited.connect(self._typed)

    def show_addresses(self, to: str, sender: str, consent: str, *, allowed: bool, signed: bool) -> None:
        """Show to whom and from whom; ``signed``: there is a signature."""
        self.to.setText(to or "no email address in your data", "ink" if to else "warning_text")
        if consent:
            self.to_row.say(consent, "check" if allowed else "warning", "ink_3" if allowed else "warning_text",
                            "good_text" if allowed else "warning_text")  # fmt: skip
        else:
            self.to_row.say("")
        self.has_sender = bool(sender)
        self.from_whom.setText(sender or "no sender yet", "ink" if sender else "warning_text")
        self.set_up.setText("Set your name…" if sender else "Set up your mail account…")
        self.set_up.setToolTip("" if sender else "Open Settings, Mail server")
        self.set_up.setVisible(not sender or not signed)
        self.from_row.say("your signature is added on sending" if sender and signed else "")

    def show_text(self, subject: str, greeting: str) -> None:
        """Show another email's head."""
        for field, words in ((self.subject, subject), (self.greeting, greeting)):
            if field.text() != words:
                field.setText(words)
                field.setCursorPosition(0)
        self.count()

    def count(self) -> None:
        """Say how long the subject is."""
        length = len(self.subject.text())
        self.subject_row.say(f"{length} character" if length == 1 else f"{length} characters" if length else "empty",
                             ink="ink_3" if length else "warning_text")  # fmt: skip

    def set_low(self, low: bool) -> None:
        """In a low window the sender has no line of its own."""
        self.from_row.setVisible(not low)

    def _typed(self, _text: str) -> None:
        self.count()
        self.edited.emit()
