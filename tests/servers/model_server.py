"""A server on loopback that speaks the OpenAI protocol, and misbehaves when it is asked to.

It keeps every byte that it received. What it answers is a row of replies, one a request; the last one stays. Nothing in
it sleeps: a reply that waits does so for an event, and all waits end when the server is closed.
"""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

EMAIL = "Subject: Your order, and a word from us\n\nThank you for being with us. Would a short call suit you?"
MODEL = "loopback-1"


@dataclass(frozen=True)
class Received:
    """One request to the byte."""

    raw: bytes
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """Return every message of the request, one after the other."""
        return "\n".join(message["content"] for message in self.document["messages"])


class Channel:
    """What a reply writes to: the connection, and the server's end that lets all waits end."""

    def __init__(self, connection: socket.socket, closing: threading.Event, written: list[float]) -> None:
        self._connection = connection
        self._closing = closing
        self._written = written

    def send(self, data: bytes) -> None:
        """Write to the connection."""
        self._connection.sendall(data)

    def mark(self) -> None:
        """Remember the moment at which words are written."""
        self._written.append(time.perf_counter())

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Write status and headers; the body ends with the connection."""
        lines = [f"HTTP/1.1 {status} As asked", f"Content-Type: {kind}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    def wait(self, event: threading.Event) -> None:
        """Wait for an event, or for the server's end."""
        while not event.wait(0.02) and not self._closing.is_set():
            pass

    def hang(self) -> None:
        """Say nothing until the client goes or the server is closed."""
        self._connection.settimeout(0.02)
        while not self._closing.is_set():
            try:
                if not self._connection.recv(1024):
                    return
            except TimeoutError:
                continue
            except OSError:
                return


Reply = Callable[[Channel], None]


def event(words: str = "", *, ended: str | None = None, usage: tuple[int, int] | None = None) -> bytes:
    """Return one server-sent event of a chat completion."""
    document: dict[str, Any] = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    if usage is None:
        document["choices"] = [{"index": 0, "delta": {"content": words} if words else {}, "finish_reason": ended}]
    else:
        counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
        document |= {"choices": [], "usage": counts}
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def pieces_of(text: str) -> list[str]:
    """Cut a text into the small pieces in which models stream it."""
    return [text[at : at + 5] for at in range(0, len(text), 5)]


def written(
    text: str = EMAIL,
    *,
    usage: tuple[int, int] | None = (420, 60),
    ended: str = "stop",
    gates: Sequence[threading.Event] = (),
    pieces: Sequence[str] | None = None,
) -> Reply:
    """Stream a text; before each of the first pieces it waits for that piece's gate."""

    def play(channel: Channel) -> None:
        channel.head()
        for number, piece in enumerate(pieces_of(text) if pieces is None else pieces):
            if number < len(gates):
                channel.wait(gates[number])
            channel.mark()
            channel.send(event(piece))
        channel.send(event(ended=ended))
        if usage is not None:
            channel.send(event(usage=usage))
        channel.send(b"data: [DONE]\n\n")

    return play


def at_once(text: str = EMAIL) -> Reply:
    """Answer with one JSON document, as servers do that do not stream."""
    document = {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7},
    }
    return raw(json.dumps(document).encode(), kind="application/json")


def status(code: int, *, retry_after: str = "", message: str = "refused", named: str = "") -> Reply:
    """Refuse with a status, as endpoints word it; ``named`` is their own code for the reason."""

    def play(channel: Channel) -> None:
        channel.head(code, "application/json", **({"Retry_After": retry_after} if retry_after else {}))
        channel.send(json.dumps({"error": {"message": message, "type": "error", "code": named or None}}).encode())

    return play


def raw(body: bytes, *, kind: str = "text/event-stream", code: int = 200) -> Reply:
    """Answer with these bytes."""

    def play(channel: Channel) -> None:
        channel.head(code, kind)
        channel.send(body)

    return play


def html() -> Reply:
    """Answer with a web page, as a portal or a wrong address does."""
    return raw(b"<!doctype html><html><body><h1>Welcome</h1></body></html>", kind="text/html")


def half(text: str = EMAIL, *, cleanly: bool = True) -> Reply:
    """Stream the first half, then end the connection: as if all were said, or in the middle of a chunk."""

    def play(channel: Channel) -> None:
        channel.head() if cleanly else channel.head(Transfer_Encoding="chunked")
        for piece in pieces_of(text[: len(text) // 2]):
            data = event(piece)
            channel.send(data if cleanly else b"%x\r\n%s\r\n" % (len(data), data))
        if not cleanly:
            channel.send(b"ff\r\ndata: {")

    return play


def silence(channel: Channel) -> None:
    """Take the request and never answer."""
    channel.hang()


def head_then_silence(channel: Channel) -> None:
    """Begin to answer, and never write a word."""
    channel.head()
    channel.hang()


def signs_of_life(channel: Channel) -> None:
    """Say nothing but that the connection lives."""
    channel.head()
    try:
        while not channel._closing.wait(0.05):
            channel.send(b": ping\n\n" + event())
    except OSError:
        return


def flood(megabytes: int = 10) -> Reply:
    """Write and write."""

    def play(channel: Channel) -> None:
        channel.head()
        piece = event("and so on " * 100)
        try:
            for _ in range(megabytes * 1_000_000 // len(piece)):
                channel.send(piece)
        except OSError:
            return

    return play


def hang_up(channel: Channel) -> None:
    """End the connection without a word."""


@dataclass
class ModelServer:
    """The server; ``received`` grows with each request, ``written_at`` with each word it writes."""

    url: str
    port: int
    received: list[Received] = field(default_factory=list)
    written_at: list[float] = field(default_factory=list)
    _replies: list[Reply] = field(default_factory=lambda: [written()])

    def answer(self, *replies: Reply) -> None:
        """Answer the next requests so, and all later ones as the last."""
        self._replies[:] = replies

    def next_reply(self) -> Reply:
        """Take the reply to a request."""
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    @property
    def bytes(self) -> bytes:
        """Return everything that was ever received."""
        return b"\n".join(one.raw for one in self.received)


@contextmanager
def model_server(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[ModelServer]:
    """Run a server in threads of its own; all of them have ended when this ends."""
    closing = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # A client that goes, or does not take the certificate, ends the conversation.
            with contextlib.suppress(OSError):
                if tls is None:
                    converse(self.request)
                else:
                    with tls.wrap_socket(self.request, server_side=True) as connection:
                        converse(connection)

    def converse(connection: socket.socket) -> None:
        request = _read(connection)
        if request is not None:
            server.received.append(request)
            server.next_reply()(Channel(connection, closing, server.written_at))
            connection.shutdown(socket.SHUT_WR)

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = False
        block_on_close = True
        allow_reuse_address = True

    with Listener((host, 0), Handler) as listener:
        listener.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a reply is many writes; none waits
        port = listener.server_address[1]
        server = ModelServer(f"{'https' if tls else 'http'}://{host}:{port}/v1", port)
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), name="model server")
        thread.start()
        try:
            yield server
        finally:
            closing.set()
            listener.shutdown()
            thread.join()


def _read(connection: socket.socket) -> Received | None:
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(65536)
        if not got:
            return None
        data += got
        if data[:1] == b"\x16":  # a TLS handshake at a port without TLS: answered as web servers do
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return None
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        got = connection.recv(65536)
        if not got:
            return None
        body += got
    return Received(head + b"\r\n\r\n" + body, first.split(" ")[1], headers, body)


def closed_port() -> int:
    """Return a port of loopback at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
