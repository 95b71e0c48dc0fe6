"""The way to a model server: connections that a person's cancel ends at once, and that never read without a bound.

A blocked read cannot be woken from outside on every system, and a second thread would outlive a cancelled draft. So
each wait is cut into slices, and "cancelled" is asked between them. The one exception is the look-up of a name, which
only the system can end: it happens in a thread of its own that is not waited for.
"""

from __future__ import annotations

import errno
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import httpcore2
import httpx2

from models.values.errors import Cancelled
from services.outreach.model.faults import Trouble

SLICE_S: Final = 0.03
#: More than any answer has, its envelope included; an endless one is stopped here.
MOST_BYTES: Final = 4_000_000
#: What a request says about itself; all else that a library or this computer's environment adds stays here.
_HEADERS: Final = frozenset(
    {b"host", b"accept", b"content-type", b"content-length", b"authorization", b"api-key", b"user-agent"}
)


class _Wait:
    """A wait of at most so many seconds, in slices between which a cancel is heard."""

    def __init__(self, seconds: float | None, cancelled: Callable[[], bool]) -> None:
        self._until = time.monotonic() + seconds if seconds is not None else None
        self._cancelled = cancelled

    def slice(self, trouble: str) -> float:
        """Return how long to wait now.

        Raises
        ------
        Cancelled, Trouble
            The person cancelled; the time is over.
        """
        if self._cancelled():
            raise Cancelled("The draft was cancelled; nothing was kept.")
        if self._until is None:
            return SLICE_S
        left = self._until - time.monotonic()
        if left <= 0:
            raise Trouble(trouble)
        return min(SLICE_S, left)

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return max(0.0, self._until - time.monotonic()) if self._until is not None else 60.0


def pause(seconds: float, cancelled: Callable[[], bool]) -> None:
    """Wait out a back-off; a cancel ends it."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if cancelled():
            raise Cancelled("The draft was cancelled; nothing was kept.")
        time.sleep(min(SLICE_S, left))


class Line(httpcore2.NetworkStream):
    """One connection; reading and writing hear a cancel, and reading has a bound."""

    def __init__(self, sock: socket.socket, cancelled: Callable[[], bool]) -> None:
        self._socket = sock
        self._cancelled = cancelled
        self._read = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, b'' at the end."""
        wait = _Wait(timeout, self._cancelled)
        while True:
            self._socket.settimeout(wait.slice("silent"))
            try:
                got = self._socket.recv(max_bytes)
            except TimeoutError:
                continue
            except OSError as error:
                raise Trouble("half") from error
            self._read += len(got)
            if self._read > MOST_BYTES:
                raise Trouble("too_long")
            return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        wait = _Wait(timeout, self._cancelled)
        left = memoryview(buffer)
        while left:
            self._socket.settimeout(wait.slice("silent"))
            try:
                left = left[self._socket.send(left) :]
            except TimeoutError:
                continue
            except OSError as error:
                # The server may have answered before it read everything, as for a key that it refuses.
                raise httpcore2.WriteError(str(error.errno)) from error

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the same connection, encrypted and with the certificate checked."""
        wait = _Wait(timeout, self._cancelled)
        try:
            return Line(self._encrypted(ssl_context, server_hostname, wait), self._cancelled)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Trouble(
                "tls", f"the certificate does not hold ({error.verify_message or 'unknown issuer'})"
            ) from error
        except TimeoutError as error:
            self.close()
            raise Trouble("slow_to_connect") from error
        except ssl.SSLError as error:
            self.close()
            known = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}
            raise Trouble("no_tls" if error.reason in known else "tls", "the handshake failed") from error
        except OSError as error:
            self.close()
            raise Trouble("tls", "the handshake was broken off") from error
        except BaseException:
            self.close()
            raise

    def _encrypted(self, context: ssl.SSLContext, host: str | None, wait: _Wait) -> ssl.SSLSocket:
        if type(context) is not ssl.SSLContext:
            # The system's own store of certificates (Windows, macOS) checks them inside the wrapping.
            self._socket.settimeout(wait.left)
            return context.wrap_socket(self._socket, server_hostname=host)
        wrapped = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        try:
            while True:
                wrapped.settimeout(wait.slice("slow_to_connect"))
                try:
                    wrapped.do_handshake()
                except TimeoutError:
                    continue
                return wrapped
        except BaseException:
            wrapped.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return what the pool asks of a connection."""
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "socket":
            return self._socket
        if info == "is_readable":
            return False  # a connection is used once
        return None


class Backend(httpcore2.NetworkBackend):
    """Opens connections that hear a cancel."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self._cancelled = cancelled

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the name that takes the connection."""
        wait = _Wait(timeout, self._cancelled)
        addresses = _looked_up(host, port, wait)
        trouble = Trouble("name")
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            turn = _Wait(wait.left / (len(addresses) - number), self._cancelled)
            try:
                return Line(_connected(family, kind, protocol, address, turn), self._cancelled)
            except Trouble as failed:
                trouble = failed
        raise trouble

    def sleep(self, seconds: float) -> None:
        """Wait between tries; the pool makes none of its own."""
        pause(seconds, self._cancelled)


def _looked_up(host: str, port: int, wait: _Wait) -> list[Any]:
    answers: queue.SimpleQueue[list[Any] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look, name="look-up of a name", daemon=True).start()
    while True:
        patience = wait.slice("slow_to_connect")
        try:
            answer = answers.get(timeout=patience)
        except queue.Empty:
            continue
        if isinstance(answer, OSError):
            raise Trouble("name") from answer
        return answer


def _connected(family: int, kind: int, protocol: int, address: Any, wait: _Wait) -> socket.socket:
    try:
        sock = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Trouble("unreachable") from error
    try:
        sock.setblocking(False)
        code = sock.connect_ex(address)
        if code in (errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)):
            with selectors.DefaultSelector() as selector:
                selector.register(sock, selectors.EVENT_WRITE)
                while not selector.select(wait.slice("slow_to_connect")):
                    pass
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise Trouble("refused" if code in _REFUSED else "unreachable")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


_REFUSED: Final = frozenset(
    {errno.ECONNREFUSED, errno.ECONNRESET, getattr(errno, "WSAECONNREFUSED", errno.ECONNREFUSED)}
)


class _Bytes(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Trouble("half") from error

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class Transport(httpx2.BaseTransport):
    """Carries requests over the connections above, through the network's proxy where there is one."""

    def __init__(self, *, cancelled: Callable[[], bool], context: ssl.SSLContext, proxy: str | None) -> None:
        backend = Backend(cancelled)
        if proxy is None:
            self._pool = httpcore2.ConnectionPool(
                ssl_context=context, max_keepalive_connections=0, network_backend=backend
            )
        else:
            through = httpx2.Proxy(proxy)
            self._pool = httpcore2.HTTPProxy(
                proxy_url=httpcore2.URL(
                    scheme=through.url.raw_scheme, host=through.url.raw_host, port=through.url.port, target=b"/"
                ),
                proxy_auth=through.raw_auth,
                ssl_context=context,
                max_keepalive_connections=0,
                network_backend=backend,
            )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return the answer as its head has come.

        Raises
        ------
        Cancelled, Trouble
            As the connection meets them.
        """
        assert isinstance(request.stream, httpx2.SyncByteStream)
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=[(name, value) for name, value in request.headers.raw if name.lower() in _HEADERS],
            content=request.stream,
            extensions=request.extensions,
        )
        try:
            answered = self._pool.handle_request(asked)
        except httpcore2.ProxyError as error:
            raise Trouble("proxy") from error
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise Trouble("half") from error
        except httpcore2.ProtocolError as error:
            raise Trouble("half" if "disconnected" in str(error) else "not_a_model") from error
        assert isinstance(answered.stream, Iterable)
        return httpx2.Response(
            status_code=answered.status,
            # Nothing packed was asked for; what comes packed all the same is not unpacked without a bound.
            headers=[(name, value) for name, value in answered.headers if name.lower() != b"content-encoding"],
            stream=_Bytes(answered.stream),
            extensions=answered.extensions,
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
