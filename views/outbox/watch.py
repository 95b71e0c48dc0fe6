"""Looks again while an email is about to be handed over: what a round is doing is not told before it has ended.

A round on a thread, or another program, claims the email and speaks with the server; until that has answered the page
would go on offering to take it back. So the page reads again from the moment at which the email is due, ever more
seldom, for as long as it is shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from models.values import words
from views.outbox.rooms import ShownEmail
from views.shell.book import Book

FIRST_MS: Final = 250
LONGEST_MS: Final = 4_000
#: Further ahead the page looks each minute.
_SOON_MS: Final = 60_000


class HandOverWatch(QObject):
    """Emits `look` when the email that is shown may have got further."""

    look = Signal()

    def __init__(self, book: Book, parent: QObject) -> None:
        super().__init__(parent)
        self._book = book
        self._followed: tuple[int, str] | None = None  # email and state
        self._pause = FIRST_MS
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self.look)

    def follow(self, email: ShownEmail, now: datetime) -> None:
        """Look again when this email may be on its way; say once that it is, so that nobody counts on stopping it."""
        message = email.message
        followed = (message.id, message.state)
        if followed != self._followed:
            if message.state == "sending" and self._followed == (message.id, "queued"):
                self._book.told.emit(f"Sending to {message.customer}")
            self._followed, self._pause = followed, FIRST_MS
        wait = self._wait(email, now)
        if wait is None:
            self.timer.stop()
        else:
            self.timer.start(wait)

    def stop(self) -> None:
        """Nothing is shown, or nobody looks."""
        self.timer.stop()
        self._followed = None

    def _wait(self, email: ShownEmail, now: datetime) -> int | None:
        message = email.message
        if message.state == "queued":
            if email.offline or email.account_fault:
                return None
            due = words.moment_of(message.due_at)
            left = round((due - now).total_seconds() * 1_000) if due is not None else 0
            if left > 0:
                return left + FIRST_MS if left < _SOON_MS else None
        elif message.state != "sending":
            return None
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_MS)
        return pause
