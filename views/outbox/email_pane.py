"""The right half: one email as it goes out, where it stands and why, what can be done, and what happened to it.

In a wide window the deeds stand at the right of the mail and never scroll away; in a narrow one they stand above it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from models.values.outbox import OutboxRow
from views.actions import SPECS, Actions, Command
from views.outbox.record import Record
from views.outbox.rooms import ShownEmail
from views.outbox.words import LOOKS, cautions, explained, look_of, why_of
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, IconButton, link
from views.widgets.labels import ElidedLabel, FlowingContent, clear, column, kind_of, label, row, rule
from views.widgets.painting import fill

SIDE = 312
BODY_WIDTH = 660
BODY_SIZE = 15
IN_LINE = 3


class Verdict(QWidget):
    """Where an email stands, and what that means, beside a bar in the state's colour."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._ink = theme, "ink_3"
        self.title = label("", fonts.BODY, fonts.SEMIBOLD, wrap=True)
        self.words = label("", fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        self.setLayout(column(self.title, 3, self.words, margins=(13, 1, 0, 1)))
        theme.changed.connect(self.update)

    def say(self, title: str, words: str, ink: str) -> None:
        """Say it, in the ink of a state."""
        self.title.setText(title)
        self.words.setText(words)
        self._ink = ink
        self.setAccessibleName(f"{title}. {words}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, 0, 3, self.height(), self._theme.color(self._ink))


class Deeds(QWidget):
    """The verdict, and the buttons of what can be done in this state."""

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme, self._actions = theme, actions
        self._narrow = False
        self._shown: tuple[Command, ...] = ()
        self._cautions: Mapping[Command, str] = {}
        self._explained: Mapping[Command, str] = {}
        self._made: list[CommandButton] = []
        self.verdict = Verdict(theme)
        self.account = link("Check the mail account")
        self.account.setToolTip("Opens Settings › Mail server, where it can be tested")
        self.account.hide()
        self._buttons = QVBoxLayout()
        self._buttons.setSpacing(8)
        way = row(self.account, -1, margins=(5, 0, 0, 0))
        self.setLayout(column(self.verdict, way, 14, self._buttons, margins=(16, 14, 16, 14)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def buttons(self) -> list[CommandButton]:
        """The buttons that are there, the one that is meant first."""
        return list(self._made)

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the buttons stand in one line above the mail."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._build()

    def show_commands(
        self, commands: Sequence[Command], cautions: Mapping[Command, str], explained: Mapping[Command, str]
    ) -> None:
        """Offer these; the first is the one that is meant. ``cautions`` are for the tooltips, ``explained`` below."""
        wanted = (tuple(commands), cautions, explained)
        if wanted != (self._shown, self._cautions, self._explained):
            self._shown, self._cautions, self._explained = wanted
            self._build()

    def _build(self) -> None:
        clear(self._buttons)
        self._made = []
        if self._narrow:
            self._build_line()
        else:
            self._build_column()

    def _build_line(self) -> None:
        """The first ones as buttons, the others behind "More": one line, whatever the width."""
        line = row()
        line.setSpacing(8)
        for number, command in enumerate(self._shown[:IN_LINE]):
            button = self._button(command, primary=number == 0)
            button.set_tall(False)
            button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            line.addWidget(button)
        if len(self._shown) > IN_LINE:
            more = IconButton(self._theme, "more", "More actions for this email", framed=True)
            menu = QMenu(more)
            menu.setToolTipsVisible(True)
            for command in self._shown[IN_LINE:]:
                menu.addAction(self._actions[command])
            more.setMenu(menu)
            more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            line.addWidget(more)
        line.addStretch(1)
        self._buttons.addLayout(line)

    def _build_column(self) -> None:
        pair: list[CommandButton] = []
        for number, command in enumerate(self._shown):
            button = self._button(command, primary=number == 0)
            words = self._explained.get(command)
            if number and not words:
                pair.append(button)
                continue
            self._buttons.addWidget(button)
            if words:
                self._buttons.addWidget(label(words, fonts.SMALL, fonts.REGULAR, "ink_2", wrap=True))
        if not pair:
            return
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for at, button in enumerate(pair):
            alone = at == len(pair) - 1 and at % 2 == 0
            grid.addWidget(button, at // 2, at % 2, 1, 2 if alone else 1)
        for place in (0, 1):
            grid.setColumnStretch(place, 1)
        self._buttons.addLayout(grid)

    def _button(self, command: Command, *, primary: bool) -> CommandButton:
        made = CommandButton.of(self._theme, self._actions[command], SPECS[command].icon, primary=primary)
        words = self._explained.get(command, "") if self._narrow else ""
        for said in (words, self._cautions.get(command, "")):
            if said:
                made.setToolTip(f"{made.toolTip()}. {said}")
                made.setAccessibleDescription(said)
        self._made.append(made)
        return made


class EmailPane(QWidget):
    """Shows one `ShownEmail`."""

    wants_customer = Signal(int)
    wants_account = Signal()

    def __init__(self, theme: Theme, actions: Actions) -> None:
        super().__init__()
        kind_of(self, "panel")
        self._theme = theme
        self._shown: ShownEmail | None = None
        self._narrow: bool | None = None
        self.deeds = Deeds(theme, actions)
        self.record = Record(theme)
        self._name = ElidedLabel(theme, "", fonts.CUSTOMER, fonts.SEMIBOLD)
        self._open = IconButton(theme, "open", "Open the customer")
        self._open.clicked.connect(self._open_customer)
        self.deeds.account.clicked.connect(self.wants_account)
        self._line = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self._head = QWidget()
        self._title = QWidget()
        self._title.setLayout(row(self._name, self._open))
        self._head.setLayout(column(self._title, self._line, margins=(20, 10, 14, 10)))
        self._fields = {words: ElidedLabel(theme, "", fonts.LIST) for words in ("To", "From", "Subject")}
        self.body = QLabel()
        self._build()

    def _build(self) -> None:
        body = self.body
        body.setTextFormat(Qt.TextFormat.PlainText)
        body.setFont(fonts.font(BODY_SIZE))
        body.setWordWrap(True)
        body.setMaximumWidth(BODY_WIDTH)
        body.setProperty("ink", "ink")
        body.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        body.setTextInteractionFlags(flags)
        body.setAccessibleName("The email as it goes out")
        fields = column()
        for words, value in self._fields.items():
            caption = label(words, fonts.LIST, fonts.REGULAR, "ink_2")
            caption.setFixedWidth(72)
            line = row(caption, value, margins=(20, 8, 20, 8))
            fields.addLayout(line)
            fields.addWidget(rule(soft=True))
        self._mail_end = column()  # where the record stands in a narrow window
        mail = FlowingContent()
        mail.setLayout(column(fields, row(body, margins=(20, 18, 20, 18)), self._mail_end, -1))
        self.reading = _scrolling(mail)
        kind_of(self.reading, "reading")
        self._side_box = column()
        side = FlowingContent()
        side.setLayout(column(self._side_box, -1))
        self._side = _scrolling(side)
        self._side.setFixedWidth(SIDE)
        self._side_rule = rule(vertical=True)
        self._above = column()  # where the deeds stand in a narrow window
        both = row(self.reading, self._side_rule, self._side)
        self.setLayout(column(self._head, rule(), self._above, both))
        self.set_narrow(False)

    @property
    def shown(self) -> ShownEmail | None:
        """What is shown."""
        return self._shown

    def set_narrow(self, narrow: bool) -> None:
        """Put deeds and record beside the mail, or around it."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.deeds.set_narrow(narrow)
        (self._above if narrow else self._side_box).addWidget(self.deeds)
        (self._mail_end if narrow else self._side_box).addWidget(self.record)
        self.record.set_inset(20 if narrow else 16)
        self._side.setVisible(not narrow)
        self._side_rule.setVisible(not narrow)

    def show_email(
        self, email: ShownEmail, listed: OutboxRow | None, commands: Sequence[Command], now: datetime
    ) -> None:
        """Show an email; ``listed`` is its row as it now stands, None where it is in no list."""
        message, look = email.message, LOOKS[email.message.state] if listed is None else look_of(listed)
        other = self._shown is None or self._shown.message.id != message.id
        self._shown = email
        self._name.setText(message.customer)
        self._line.setText(self.record.show_email(email, now))
        values = (email.recipient, email.sender, email.subject)
        for value, words, nothing in zip(self._fields.values(), values, _NOT_YET, strict=True):
            value.setText(words or nothing, "ink" if words else "ink_3")
        self.body.setText(email.text or email.fault)
        title = look.word if listed is None else listed.state_words
        why = why_of(message)
        if message.fault and message.state in _FAULTY:
            why = f"{message.fault.rstrip('.')}. {why}"
        elif email.account_fault or email.held:
            why = f"{(email.account_fault or email.held).rstrip('.')}. {why}"
        self.deeds.account.setVisible(bool(email.account_fault))
        self.deeds.verdict.say(title, why, look.ink)
        self.deeds.show_commands(commands, cautions(message), explained(email))
        if other:
            self.reading.verticalScrollBar().setValue(0)

    def set_stacked(self, stacked: bool) -> None:
        """Where the window's title is the customer's name, it is not said twice."""
        self._title.setVisible(not stacked)

    def forget(self) -> None:
        """Nothing is shown any more."""
        self._shown = None

    def anchor(self) -> QWidget:
        """Under what a panel opens."""
        return next(iter(self.deeds.buttons), self._open)

    def menu_point(self) -> QPoint:
        """Where a menu opens that no row asked for."""
        return self._open.mapToGlobal(self._open.rect().bottomLeft())

    def _open_customer(self) -> None:
        if self._shown is not None:
            self.wants_customer.emit(self._shown.message.customer_id)


_NOT_YET = ("No address yet", "your mail app", "No subject yet")
_FAULTY = frozenset({"failed", "approved", "queued", "draft", "in_review"})


def email_skeleton(width: float, _tall: float) -> list[QRectF]:
    """Blocks where the head, the fields and the text will be."""
    made = [QRectF(20, 16, width * 0.3, 16), QRectF(20, 42, width * 0.45, 10)]
    made += [QRectF(20, 78 + 34 * n, width * 0.4, 10) for n in range(3)]
    return made + [QRectF(20, 204 + 24 * n, min(BODY_WIDTH, width * 0.55), 11) for n in range(6)]


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    area.setWidget(content)
    return area
