"""A writer at work: what it has written so far arrives at most thirty times a second, and it can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from models.values.outreach import Draft
from views.background import Desk, Failed

EVERY_SECONDS = 1 / 30
Work = Callable[[Callable[[str], None], Callable[[], bool]], Draft]


class Writing(QObject):
    """Runs one writer at a time.

    Signals
    -------
    so_far : the text so far, on the window's thread.
    """

    so_far = Signal(str)
    _heard = Signal(int, str)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._number = 0
        self._stop = threading.Event()
        self._running = False
        # Queued: it is emitted on the worker's thread.
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether a draft is still to come."""
        return self._running

    def start(
        self, work: Work, done: Callable[[Draft], None], failed: Callable[[Failed], None], *, network: bool = False
    ) -> None:
        """Let a writer begin; one that is at work is stopped. ``network``: it asks a server."""
        self.cancel()
        self._number += 1
        number, stop = self._number, threading.Event()
        self._stop, self._running = stop, True
        last = [0.0]

        def on_text(text: str) -> None:
            now = time.monotonic()
            if now - last[0] >= EVERY_SECONDS:
                last[0] = now
                self._heard.emit(number, text)

        def ended(draft: Draft) -> None:
            self._running = False
            done(draft)

        def fell(fault: Failed) -> None:
            self._running = False
            failed(fault)

        ask = self._desk.reach if network else self._desk.read
        ask("write", lambda: work(on_text, stop.is_set), ended, fell)

    def cancel(self) -> None:
        """Stop: nothing of what was written is kept."""
        self._stop.set()
        self._desk.drop("write")
        self._running = False
        self._number += 1

    @Slot(int, str)
    def _hear(self, number: int, text: str) -> None:
        if number == self._number and self._running:
            self.so_far.emit(text)
