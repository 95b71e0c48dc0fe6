"""Gives a connection up at once when nobody waits for it any more, however long the server keeps silent.

A read that blocks ends when the connection is shut down from another thread. The look-up of a name and the first
knock cannot be ended at all: they are made by a thread that is not waited for.
"""

from __future__ import annotations

import math
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from models.values.errors import Cancelled

_ASKS_EVERY_S: Final = 0.1
#: So long at most it is waited that the end of a mail is sent, once it is written down that it will be.
_PATIENCE_S: Final = 1.0


class GivenUp(Cancelled):
    """The connection was given up from outside, and the server said nothing more."""


class Guard:
    """Watches one connection after the other.

    Parameters
    ----------
    given_up
        Asked ten times a second in a thread of its own, as long as there is a connection.
    """

    def __init__(self, given_up: Callable[[], bool]) -> None:
        self._asks = given_up
        self._lock = threading.RLock()
        self._socket: socket.socket | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._until = math.inf

    def allow(self, seconds: float) -> None:
        """From now on cut the connection after so long: a server that trickles outlasts every time-out of a read."""
        self._until = time.monotonic() + seconds

    @property
    def overdue(self) -> bool:
        """Whether what was allowed is over."""
        return time.monotonic() > self._until

    @property
    def given_up(self) -> bool:
        """Whether nobody waits any more."""
        return self._asks()

    def reach(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect, and watch that connection from now on.

        Raises
        ------
        OSError, UnicodeError
            As the system says it.
        GivenUp
            Nobody waits any more.
        """
        found: queue.SimpleQueue[socket.socket | OSError | UnicodeError] = queue.SimpleQueue()
        turn, gone = threading.Lock(), threading.Event()

        def knock() -> None:
            try:
                sock = socket.create_connection((host, port), seconds)
            except (OSError, UnicodeError) as error:
                found.put(error)
                return
            with turn:
                if gone.is_set():
                    sock.close()
                else:
                    found.put(sock)

        threading.Thread(target=knock, name="mail connection", daemon=True).start()
        while True:
            with suppress(queue.Empty):
                answer = found.get(timeout=_ASKS_EVERY_S)
                break
            if self._asks():
                with turn:
                    gone.set()
                    self._close_late(found)
                raise GivenUp("The connection was closed; nothing was sent.")
        if not isinstance(answer, socket.socket):
            raise answer
        self._watch(answer)
        return answer

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Let nobody give the connection up meanwhile: a word that was begun is said to its end."""
        with self._lock:
            yield

    def release(self) -> None:
        """The connection is closed."""
        with self._lock:
            sock, self._socket = self._socket, None
        if sock is not None:
            sock.close()

    def close(self) -> None:
        """Watch nothing more."""
        self.release()
        self._over.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _watch(self, sock: socket.socket) -> None:
        self.release()
        with self._lock:
            self._socket = sock.dup()  # encryption takes the first one over
        if self._thread is None:
            self._over.clear()
            self._thread = threading.Thread(target=self._look, name="mail guard")
            self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(_ASKS_EVERY_S):
            if self._asks() or self.overdue:
                self._shut()

    def _shut(self) -> None:
        held = self._lock.acquire(timeout=_PATIENCE_S)
        try:
            sock = self._socket
            if sock is not None:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        finally:
            if held:
                self._lock.release()

    @staticmethod
    def _close_late(found: queue.SimpleQueue[socket.socket | OSError | UnicodeError]) -> None:
        with suppress(queue.Empty):
            late = found.get_nowait()
            if isinstance(late, socket.socket):
                late.close()
