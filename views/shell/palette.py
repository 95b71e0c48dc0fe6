"""The command palette: one field over pages and places on them, customers and commands. Ctrl+K, type, Enter.

Pages and commands answer with every letter; customers come from the book a moment later. Only what can act now is
offered. What was used last comes first; Esc gives the focus back to where it was, and so does Enter before it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from models.values.customers import CustomerRow
from views.actions import Actions, Command, key_words
from views.background import Desk, Failed
from views.shell.offers import Found, Offer, Offers, named_in
from views.shell.palette_list import PaletteList
from views.theme import Theme, fonts
from views.widgets.painting import key_cap, snapped

Find = Callable[[str], Sequence[CustomerRow]]
AlertOf = Callable[[int], int | None]
PLACEHOLDER = "Find a customer or run a command"
#: The longest that has room is shown.
_PLACEHOLDERS = (PLACEHOLDER, "Find or run a command", "Find or run")
_PADDING = 18
LIST_WIDTH = 460


class Palette(QLineEdit):
    """The field of the top bar with its list.

    Signals
    -------
    picked : a customer's id was chosen.
    email_wanted : an email to a customer's id was chosen, for this alert id or None.
    went : a place was chosen, such as "settings/mail".
    ran : a command, or a place in words, was chosen; it is done after this.
    """

    picked = Signal(int)
    email_wanted = Signal(int, object)
    went = Signal(str)
    ran = Signal(object)

    def __init__(
        self, theme: Theme, desk: Desk, find: Find, alert_of: AlertOf, actions: Actions, window: QWidget
    ) -> None:
        super().__init__()
        self._theme, self._desk, self._find, self._window = theme, desk, find, window
        self._alert_of = alert_of
        self._actions = actions
        self.offers = Offers(actions)
        self._focus_before: QWidget | None = None
        self._found = Found()
        self._fault = ""
        self._enter_waits = False
        self.setAccessibleName(PLACEHOLDER)
        self.setToolTip(f"{PLACEHOLDER} ({key_words(Command.SEARCH)})")
        self.setFont(fonts.font(fonts.LIST))
        self.setMaximumWidth(300)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._key = key_words(Command.SEARCH)
        #: What is shown under the field.
        self.results = PaletteList(theme, window)
        self.results.picked.connect(self._pick)
        self.textChanged.connect(self._typed)
        window.installEventFilter(self)

    def begin(self, focus_before: QWidget | None) -> None:
        """Take the focus and offer what can be done; Esc gives the focus back."""
        inside = focus_before is self or (focus_before is not None and self.results.isAncestorOf(focus_before))
        self._focus_before = self._focus_before if inside else focus_before
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._offer()

    def sizeHint(self) -> QSize:
        return QSize(300, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            dpr = self.devicePixelRatioF()
            at = QPointF(snapped(10, dpr), snapped((self.height() - 16) / 2, dpr))
            painter.drawPixmap(at, self._theme.pixmap("search", "ink_3", 16, dpr))
            if not self.text() and self._has_cap():
                key_cap(painter, self._theme, self.width() - 8, self.height() / 2, self._key, on_primary=False)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        cap = round(fonts.width(self._key, fonts.SMALL, fonts.MEDIUM)) + 18 if self._has_cap() else 0
        self.setTextMargins(24, 0, cap, 0)
        room = self.width() - 24 - cap - _PADDING
        fits = (words for words in _PLACEHOLDERS if fonts.width(words, fonts.LIST) <= room)
        self.setPlaceholderText(next(fits, _PLACEHOLDERS[-1]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if not self.results.isVisible():
                self._offer()
            else:
                self.results.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.results.isVisible():
            self._offer()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self._focus_before = None
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._enter_waits = False
        self.results.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.results.hide()
        return False

    def dismiss(self) -> None:
        """Empty the field, close the list, give the focus back."""
        self.blockSignals(True)
        self.clear()
        self.blockSignals(False)
        self._desk.drop("search")
        self._found, self._fault, self._enter_waits = Found(), "", False
        self.results.hide()
        before = self._focus_before
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.clearFocus()

    # -- what is offered ----------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        self._enter_waits = False
        self._fault = ""
        wanted = text.strip()
        if wanted:
            self._desk.read("search", partial(_search, self._find, wanted), self._have, self._not_found)
        else:
            self._desk.drop("search")
            self._found = Found()
        if self.hasFocus():
            self._offer()

    def _have(self, found: Found) -> None:
        self._found = found
        if not self.hasFocus():
            return
        self._offer(keep=True)
        if self._enter_waits:
            self._enter()

    def _not_found(self, failed: Failed) -> None:
        self._found, self._fault = Found(), failed.words
        self._enter_waits = False
        if self.hasFocus():
            self._offer()

    def _offer(self, *, keep: bool = False) -> None:
        """Show what fits. Customers of the letters before stay until the book has answered, if they still fit."""
        text = self.text().strip()
        groups = self.offers.fitting(text, self._found, waiting=self._desk.waiting("search"))
        self.results.show_groups(groups, self._nothing(text), keep=keep)
        self._place()

    def _nothing(self, text: str) -> str:
        if self._fault:
            return self._fault
        return "Searching …" if self._desk.waiting("search") else f"Nothing matches “{text}”"

    def _place(self) -> None:
        corner = self.mapTo(self._window, QPoint(self.width(), self.height() + 4))
        wide = min(max(self.width(), LIST_WIDTH), self._window.width() - 16)
        self.results.fit(wide, self._window.height() - corner.y() - 12)
        right = min(corner.x(), self._window.width() - 8)
        self.results.move(max(8, right - wide), corner.y())
        self.results.show()
        self.results.raise_()

    # -- choosing -----------------------------------------------------------------------------------------------

    def _enter(self) -> None:
        """Run what is lit. While the book has not answered yet, the answer is waited for: it may fit better."""
        if not self.results.isVisible():
            self._offer()
            return
        if self._desk.waiting("search") and not self.results.moved:
            self._enter_waits = True
            return
        self._enter_waits = False
        lit = self.results.lit
        if lit is not None:
            self._pick(lit)

    def _pick(self, offer: Offer) -> None:
        self.offers.remember(offer)
        self.dismiss()
        if offer.customer is not None and offer.email:
            self._write_to(offer.customer.id)
        elif offer.customer is not None:
            self.picked.emit(offer.customer.id)
        elif offer.place:
            self.ran.emit(offer.place)
            self.went.emit(offer.place)
        elif offer.command is not None:
            self.ran.emit(offer.command)
            self._actions[offer.command].trigger()

    def _write_to(self, customer_id: int) -> None:
        """The email is for the alert that the customer has, where there is one."""
        ask = partial(self._alert_of, customer_id)
        none = partial(self.email_wanted.emit, customer_id, None)
        self._desk.read("alert of", ask, partial(self.email_wanted.emit, customer_id), lambda _failed: none())

    def _has_cap(self) -> bool:
        return self.width() >= 200


def _search(find: Find, text: str) -> Found:
    """Look for customers of this name, and for those to whom it asks for an email."""
    whom = named_in(text)
    return Found(find(text), find(whom) if whom else ())
