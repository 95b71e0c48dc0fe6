"""The undo toast: what was done, and Undo. One at a time, bottom left, 8 s, paused on hover and focus.

A sentence that is too long for one line is wrapped: at its end stands what to do. The toast stands in the window's
corner, or over the part of a page whose corner holds nothing that could be wanted meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPoint,
    QPropertyAnimation,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from views.actions import Command, key_words
from views.theme import Theme, fonts
from views.widgets.labels import label, row
from views.widgets.painting import CENTRE, line, rounded
from views.words import sentence

LIFETIME_MS = 8_000
MARGIN = 16
SMALLEST = 320
WIDEST = 520
LOWEST = 44
ROOMY = 200  # a part lower than this is covered too much by it
_MOVING = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide})


class Toast(QWidget):
    """One message over a corner of its parent. `offered`: an undo is offered, or was done."""

    offered = Signal()

    def __init__(self, theme: Theme, parent: QWidget, *, left: int = 0) -> None:
        super().__init__(parent)
        self._theme, self._host, self._left = theme, parent, left
        self._over: QWidget | None = None
        self._undo: Callable[[], None] | None = None
        self._takes_back = True
        self._remaining = LIFETIME_MS
        self._words = label("", fonts.LIST, wrap=True)
        self._button = QPushButton("Undo")
        self._button.setFont(fonts.font(fonts.LIST, fonts.SEMIBOLD))
        self._button.setToolTip(f"Undo ({key_words(Command.UNDO)})")
        self._button.clicked.connect(self._undo_now)
        self._button.installEventFilter(self)
        self._key = _KeyCap(theme, key_words(Command.UNDO))
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._inner = row(self._words, 12, self._button, 2, self._key, margins=(14, 6, 12, 6))
        self._inner.setStretch(0, 1)
        self.setLayout(self._inner)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self._slide = QPropertyAnimation(self, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        theme.changed.connect(self._restyle)
        parent.installEventFilter(self)
        self._restyle()
        self.hide()

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def tell(self, words: str, undo: Callable[[], None] | None = None, *, offer: str = "") -> None:
        """Show a message in place of the one before, and say it to a screen reader.

        Parameters
        ----------
        offer : what else than Undo the button says and ``undo`` does; Ctrl+Z does not do that.
        """
        self._undo, self._takes_back = undo, not offer
        self._words.setText(words)
        self._button.setText(offer or "Undo")
        self._button.setToolTip(offer or f"Undo ({key_words(Command.UNDO)})")
        self._button.setVisible(undo is not None)
        self._key.setVisible(undo is not None and not offer)
        self.setAccessibleName(words if undo is None else f"{sentence(words)} {offer or 'Undo with Control Z'}")
        self._place()
        if not self.isVisible():
            self._appear()
        self.raise_()
        self._remaining = LIFETIME_MS
        self._resume()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleName()))
        if undo is not None and not offer:
            self.offered.emit()

    def lend_key(self) -> None:
        """Leave Ctrl+Z to the text that is being typed; the button still offers the undo."""
        self._key.hide()

    def take_back(self) -> bool:
        """Do what is offered, while something is; False where nothing is."""
        offered = self.isVisible() and self._undo is not None and self._takes_back
        if offered:
            self._undo_now()
        return offered

    def stand_over(self, part: QWidget | None) -> None:
        """Stand over the lower left corner of a part of the page while that has the room; None: of the window."""
        if self._over is not None:
            self._over.removeEventFilter(self)
        self._over = part
        if part is not None:
            part.installEventFilter(self)
        if not self.isHidden():
            self._place()

    def dismiss(self) -> None:
        """Take it away; Ctrl+Z still walks the journal."""
        self._timer.stop()
        self._slide.stop()
        self._undo = None
        self.hide()

    def enterEvent(self, event: QEvent) -> None:
        self._pause()

    def leaveEvent(self, event: QEvent) -> None:
        self._resume()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVING and not self.isHidden() and watched in (self._host, self._over):
            self._place()
        elif watched is self._button and event.type() == QEvent.Type.FocusIn:
            self._pause()
        elif watched is self._button and event.type() == QEvent.Type.FocusOut:
            self._resume()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            rounded(painter, QRectF(self.rect()), 8, theme.color("toast"), theme.color("toast_line"))

    def _appear(self) -> None:
        self.show()
        if self._theme.animation_ms:
            end = self.pos()
            self._slide.setDuration(self._theme.animation_ms)
            self._slide.setStartValue(end + QPoint(0, 12))
            self._slide.setEndValue(end)
            self._slide.start()

    def _place(self) -> None:
        room = self._room()
        wide = min(max(SMALLEST, self._one_line()), WIDEST, room.width() - 2 * MARGIN)
        self.resize(wide, max(LOWEST, self._inner.totalHeightForWidth(wide)))
        self._slide.stop()
        at = QRect(QPoint(room.left() + MARGIN, room.top() + room.height() - self.height() - MARGIN), self.size())
        self.move(self._beside_buttons(at, room).topLeft())

    def _beside_buttons(self, at: QRect, room: QRect) -> QRect:
        """Where it covers no button: above those that it would cover; where there is no room for that, as it was."""
        shown = [one for one in self._host.findChildren(QAbstractButton) if one.isVisible() and one is not self._button]
        places = [QRect(one.mapTo(self._host, QPoint(0, 0)), one.size()) for one in shown]
        free = QRect(at)
        while covered := [place for place in places if place.intersects(free)]:
            free.moveBottom(min(place.top() for place in covered) - MARGIN // 2)
            if free.top() < room.top():
                return at
        return free

    def _one_line(self) -> int:
        """How wide it is with its words in one line."""
        margins, words = self._inner.contentsMargins(), ceil(fonts.width(self._words.text(), fonts.LIST)) + 2
        beside = self._button.sizeHint().width() + self._key.width() if self._undo is not None else 0
        return margins.left() + words + 14 + beside + margins.right()

    def _room(self) -> QRect:
        """Where it stands, in the window's coordinates."""
        part, host = self._over, self._host
        # Where the part is hidden by another in its place, that place stays free for it.
        while part is not None and part is not host and not part.isVisible():
            part = part.parentWidget()
        if part not in (None, host) and part.height() >= ROOMY and part.width() >= SMALLEST + 2 * MARGIN:
            return QRect(part.mapTo(host, QPoint(0, 0)), part.size())
        return QRect(self._left, 0, host.width() - self._left, host.height())

    def _pause(self) -> None:
        if self._timer.isActive():
            self._remaining = max(1_000, self._timer.remainingTime())
            self._timer.stop()

    def _resume(self) -> None:
        if self.isVisible() and not self.underMouse() and not self._button.hasFocus():
            self._timer.start(self._remaining)

    def _undo_now(self) -> None:
        undo = self._undo
        self.dismiss()
        if undo is not None:
            undo()
            self.offered.emit()

    def _restyle(self) -> None:
        t = self._theme.tokens
        self._words.setStyleSheet(f"color: {t.toast_ink};")
        self._button.setStyleSheet(
            f"QPushButton {{ background: transparent; border: 1px solid transparent; color: {t.toast_link};"
            " border-radius: 6px; padding: 0 8px; }"
            f"QPushButton:hover {{ background: {t.toast_line}; }}"
            f"QPushButton:focus {{ border: 2px solid {t.toast_link}; padding: 0 7px; }}"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)


class _KeyCap(QWidget):
    """The key that does the same, in the toast's own colours."""

    def __init__(self, theme: Theme, key: str) -> None:
        super().__init__()
        self._theme, self._words = theme, key
        self.setFixedSize(QSize(round(fonts.width(key, fonts.SMALL, fonts.MEDIUM)) + 12, 20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, rect = self._theme, QRectF(self.rect())
        with QPainter(self) as painter:
            rounded(painter, rect, 4, None, theme.color("toast_line"))
            line(painter, rect, self._words, theme.color("toast_ink"), fonts.SMALL, fonts.MEDIUM, CENTRE)
