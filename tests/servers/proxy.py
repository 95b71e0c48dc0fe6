"""An HTTP proxy on loopback that opens tunnels, always to one port: whatever name was asked for, tests answer it."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """The proxy; ``asked`` are the requests that it saw in clear."""

    url: str
    asked: list[bytes] = field(default_factory=list)


@contextmanager
def tunnel(port: int | None) -> Iterator[Proxy]:
    """Run a proxy whose tunnels lead to a port of loopback; None: it refuses them all."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                head = b""
                while b"\r\n\r\n" not in head and (got := self.request.recv(4096)):
                    head += got
                proxy.asked.append(head)
                if port is None:
                    self.request.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    return
                with socket.create_connection(("127.0.0.1", port)) as target:
                    self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    back = threading.Thread(target=_pass_on, args=(target, self.request), name="proxy, back")
                    back.start()
                    _pass_on(self.request, target)
                    back.join()

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = False
        allow_reuse_address = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        proxy = Proxy(f"http://127.0.0.1:{listener.server_address[1]}")
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), name="proxy")
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown()
            thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while got := source.recv(65536):
            target.sendall(got)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
