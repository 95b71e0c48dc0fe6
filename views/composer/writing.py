"""A writer at work: what it has written so far arrives at most thirty times a second, and it can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot

from views.background import Desk, Failed

EVERY_MS = 33
Work = Callable[[Callable[[str], None], Callable[[], bool]], Any]


class _Latest:
    """The text so far, from the worker's thread to the window's; only the newest counts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text: str | None = None

    def put(self, text: str) -> bool:
        """Keep a text; whether the window has taken the one before, and is to be told of this one."""
        with self._lock:
            told, self._text = self._text is not None, text
        return not told

    def take(self) -> str | None:
        with self._lock:
            text, self._text = self._text, None
        return text


class Writing(QObject):
    """Runs one writer at a time.

    Signals
    -------
    so_far : the text so far, on the window's thread.
    """

    so_far = Signal(str)
    _heard = Signal(int)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._number = 0
        self._stop = threading.Event()
        self._running = False
        self._latest = _Latest()
        self._shown = QElapsedTimer()
        # What arrives within the same thirtieth of a second is shown at its end: the last word is never held back.
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._show)
        # Queued: it is emitted on the worker's thread.
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether a draft is still to come."""
        return self._running

    def start(
        self, work: Work, done: Callable[[Any], None], failed: Callable[[Failed], None], *, network: bool = False
    ) -> None:
        """Let a writer or a reader begin; one that is at work is stopped. ``network``: it asks a server."""
        self.cancel()
        self._number += 1
        number, stop, latest = self._number, threading.Event(), _Latest()
        self._stop, self._running, self._latest = stop, True, latest
        self._shown.invalidate()

        def on_text(text: str) -> None:
            if latest.put(text):
                self._heard.emit(number)

        def ended(made: Any) -> None:
            self._running = False
            done(made)

        def fell(fault: Failed) -> None:
            self._running = False
            failed(fault)

        ask = self._desk.reach if network else self._desk.read
        ask("write", lambda: work(on_text, stop.is_set), ended, fell)

    def cancel(self) -> None:
        """Stop: nothing of what was written is kept."""
        self._stop.set()
        self._soon.stop()
        self._desk.drop("write")
        self._running = False
        self._number += 1

    @Slot(int)
    def _hear(self, number: int) -> None:
        if number != self._number or not self._running:
            return
        since = self._shown.elapsed() if self._shown.isValid() else EVERY_MS
        if since >= EVERY_MS:
            self._show()
        elif not self._soon.isActive():
            self._soon.start(EVERY_MS - since)

    @Slot()
    def _show(self) -> None:
        text = self._latest.take()
        if text is not None and self._running:
            self._shown.start()
            self.so_far.emit(text)
