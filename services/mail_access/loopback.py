"""The browser's way back: one address on this computer that takes the answer of one sign-in, and then closes.

Browsers open lines in advance and say nothing on them, so each line has a thread of its own that nobody waits for. An
answer that does not carry the state of this sign-in is refused, and the right one is still waited for.
"""

from __future__ import annotations

import hmac
import queue
import socketserver
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from models.values.errors import Cancelled, UserError

_LOOKS_EVERY_S: Final = 0.1
_LINE_S: Final = 10
_LONGEST: Final = 20_000
_PAGE: Final = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Bellwether</title>"
    "<body style='font:16px sans-serif;margin:15vh auto;max-width:32em;text-align:center'><h1>{}</h1><p>{}</p>"
)
_CLOSE: Final = "You can close this window."


class Returning:
    """Waits for the browser.

    Attributes
    ----------
    port
        The free port of this computer that was taken.
    """

    def __init__(self) -> None:
        self._server = _Listener(("127.0.0.1", 0), _Request)
        self.port: int = self._server.server_address[1]

    def expect(self, state: str) -> None:
        """Take the answer that carries ``state``; called before the browser is sent away, which may be back at once."""
        self._server.state = state

    def wait(self, *, patience_s: float, cancelled: Callable[[], bool]) -> Mapping[str, str]:
        """Return the parameters of the answer that is expected.

        Raises
        ------
        Cancelled
            ``cancelled`` said so.
        UserError
            Nothing came in the time.
        """
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            if cancelled():
                raise Cancelled("The sign-in was cancelled.")
            try:
                return self._server.answers.get(timeout=_LOOKS_EVERY_S)
            except queue.Empty:
                continue
        raise UserError(
            f"The browser did not return within {max(1, round(patience_s / 60))} minutes. Start the sign-in again."
        )

    def serve(self) -> None:
        """Take requests until `close`."""
        self._server.serve_forever(_LOOKS_EVERY_S)

    def close(self) -> None:
        """Take nothing more."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def returning() -> Iterator[Returning]:
    """Listen on this computer alone, as long as the block lasts."""
    listener = Returning()
    thread = threading.Thread(target=listener.serve, name="sign-in answer", daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        listener.close()
        thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = False
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[_Request]) -> None:
        super().__init__(address, handler)
        self.state = ""
        self.answers: queue.Queue[Mapping[str, str]] = queue.Queue()
        self._lock = threading.Lock()
        self._answered = False

    def take(self, answer: Mapping[str, str]) -> bool:
        """Take the one answer of this sign-in; False for another's, and for a second one."""
        with self._lock:
            given = answer.get("state", "")
            right = bool(self.state) and hmac.compare_digest(given.encode(), self.state.encode())
            if not right or self._answered or not ("code" in answer or "error" in answer):
                return False
            self._answered = True
        self.answers.put(answer)
        return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a line that the browser broke."""


class _Request(BaseHTTPRequestHandler):
    timeout = _LINE_S
    server: _Listener

    def do_GET(self) -> None:
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Take the answer of a provider that posts it as a form."""
        length = self.headers.get("Content-Length", "")
        long = int(length) if length.isdecimal() and len(length) < 9 else _LONGEST + 1
        self._take(self.rfile.read(long).decode("ascii", "replace") if long <= _LONGEST else "")

    def _take(self, parameters: str) -> None:
        if urlsplit(self.path).path != "/":
            self._say(404, "Nothing here", _CLOSE)
            return
        answer = dict(parse_qsl(parameters, keep_blank_values=True))
        if not self.server.take(answer):
            self._say(400, "Not this sign-in", "Go back to Bellwether and start the sign-in again.")
        elif "error" in answer:
            self._say(200, "Not signed in", f"Bellwether says why. {_CLOSE}")
        else:
            self._say(200, "Back to Bellwether", f"Bellwether finishes the sign-in. {_CLOSE}")

    def _say(self, code: int, title: str, words: str) -> None:
        page = _PAGE.format(title, words).encode("utf-8")
        self.send_response(code)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def version_string(self) -> str:
        return "Bellwether"

    def log_message(self, format: str, *args: object) -> None:
        """Write no request line anywhere: it holds the code."""
