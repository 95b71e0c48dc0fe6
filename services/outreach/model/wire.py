"""A request in a thread of its own, whose connections are shut from outside when a person cancels.

The client library blocks while it looks up a name, connects and reads. Whoever waits here hears a cancel between slices
of time, shuts the connections, which wakes a blocked read, and does not wait for the thread. Only a look-up cannot be
ended: its thread ends by itself, and opens nothing any more.
"""

from __future__ import annotations

import queue
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final, TypeVar

import httpx2

from models.values.errors import Cancelled
from services.outreach.model.faults import Trouble

SLICE_S: Final = 0.03
#: More than any answer has, its envelope included; an endless one is stopped here.
MOST_BYTES: Final = 4_000_000
#: What a request says about itself; all else that a library or this computer's environment adds stays here.
_HEADERS: Final = frozenset(
    {"host", "accept", "content-type", "content-length", "authorization", "api-key", "user-agent"}
)
#: Closing a connection sends nothing that is left, and resets it.
_AT_ONCE: Final = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
_CANCELLED: Final = "The draft was cancelled; nothing was kept."
_Told = TypeVar("_Told")


class Connections:
    """The connections of one request; once shut, none is opened any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._shut = False
        self.sending = False

    def on_request(self, request: httpx2.Request) -> None:
        """Follow what the library opens for a request, and send nothing that nobody asked for."""
        request.extensions = {**request.extensions, "trace": self._trace}
        for name in [name for name in request.headers if name.lower() not in _HEADERS]:
            del request.headers[name]

    @staticmethod
    def on_response(response: httpx2.Response) -> None:
        """Bound an answer. What comes packed, though nothing packed was asked for, is not unpacked."""
        response.headers.pop("content-encoding", None)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream)

    def shut(self, *, whole: bool) -> None:
        """End what is open.

        An answer that was not taken ``whole`` is reset, so that a server that still writes hears of it. Otherwise it
        would wait for room in a buffer that nobody empties, and ask for it minutes apart.
        """
        with self._lock:
            self._shut, ended = True, self._open
            self._open = []
        for handle in ended:
            with suppress(OSError):
                if not whole:
                    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                handle.shutdown(socket.SHUT_RDWR)
            handle.close()

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sending = True
        if event != "connection.connect_tcp.complete":
            return
        handle = info["return_value"].get_extra_info("socket").dup()  # TLS takes over the first handle
        with self._lock:
            if not self._shut:
                self._open.append(handle)
                return
        handle.close()
        raise Trouble("half")


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in self._stream:
            read += len(chunk)
            if read > MOST_BYTES:
                raise Trouble("too_long")
            yield chunk

    def close(self) -> None:
        self._stream.close()


def pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    """Wait out a back-off; a cancel ends it."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if cancelled():
            raise Cancelled(_CANCELLED)
        time.sleep(min(SLICE_S, left))


def streamed(
    work: Callable[[Connections], Iterable[_Told]],
    cancelled: Callable[[], bool],
    connect_s: float,
) -> Generator[_Told | None]:
    """Yield what ``work`` yields in its thread, and None for each slice of time in which it yields nothing.

    Parameters
    ----------
    connect_s
        How long, look-up and handshake included, until the request goes out.

    Raises
    ------
    Cancelled, Trouble
        The person cancelled; nothing could be sent in time. Whatever ``work`` raises is raised here too.
    """
    connections = Connections()
    answers: queue.SimpleQueue[tuple[_Told | None, bool, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        fault: BaseException | None = None
        try:
            for one in work(connections):
                answers.put((one, False, None))
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            fault = error
        finally:
            answers.put((None, True, fault))

    threading.Thread(target=run, name="language model", daemon=True).start()
    patience = time.monotonic() + connect_s
    whole = False
    try:
        while True:
            if cancelled():
                raise Cancelled(_CANCELLED)
            try:
                told, over, fault = answers.get(timeout=SLICE_S)
            except queue.Empty:
                if not connections.sending and time.monotonic() > patience:
                    raise Trouble("slow_to_connect") from None
                yield None
                continue
            if fault is not None:
                raise fault
            if over:
                whole = True
                return
            yield told
    finally:
        connections.shut(whole=whole)
