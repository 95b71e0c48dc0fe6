"""A real authorisation server on loopback that speaks OAuth 2 with PKCE over TLS, as Microsoft and others do.

It checks what a real one checks: client, redirect address, the verifier against its challenge, each code taken once,
each refresh token replaced by the next. A test says where it refuses or keeps silent. ``Browser`` goes through it as a
person's browser does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit

import trustme

from services.settings import SignInClient

CLIENT = "client-1"
TENANT = "linden"
USER = "ada@linden.example"


@dataclass
class SignInServer:
    """The server, with what it has given and what it was asked.

    Attributes
    ----------
    port
        On this computer.
    asked
        (path, parameters) of every request.
    deny
        What the person chooses in the browser: an error code instead of consent.
    refuse
        Error code of the token endpoint for every further request.
    garbled
        The token endpoint answers with a page instead of JSON.
    silent
        The token endpoint answers nothing until this event is set.
    seconds
        How long an access token lasts.
    client_secret
        What it wants beside the client's number, '' for a public client.
    """

    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    deny: str = ""
    refuse: str = ""
    described: str = ""
    garbled: bool = False
    silent: threading.Event | None = None
    seconds: int = 3600
    lasting: bool = True
    rotates: bool = True
    client_secret: str = ""
    who: str = USER
    reached: threading.Event = field(default_factory=threading.Event)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _access: set[str] = field(default_factory=set)
    _refresh: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def client(self) -> SignInClient:
        """A client of any provider but Microsoft."""
        root = f"https://localhost:{self.port}"
        urls = {"authorize_url": f"{root}/authorize", "token_url": f"{root}/token", "revoke_url": f"{root}/revoke"}
        return SignInClient(CLIENT, scope="mail.send openid", **urls)

    @property
    def microsoft(self) -> SignInClient:
        """A client as of Microsoft's."""
        return SignInClient(CLIENT, tenant=TENANT, authority=f"https://localhost:{self.port}")

    def takes(self, user: str, token: str) -> bool:
        """Whether a mail server takes an access token."""
        with self._lock:
            return user == USER and token in self._access

    def end_access(self) -> None:
        """Let every access token end before its time."""
        with self._lock:
            self._access.clear()

    def end_all(self) -> None:
        """Take the permission back, as a person does at the provider."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    def requests(self, path: str) -> list[dict[str, str]]:
        """Return the parameters of all requests of a path."""
        return [given for asked, given in self.asked if asked == path]

    # -- endpoints ----------------------------------------------------------------------------------------------

    def discovery(self) -> dict[str, Any]:
        root = f"https://localhost:{self.port}/{TENANT}"
        return {
            "issuer": f"{root}/v2.0",
            "authorization_endpoint": f"{root}/authorize",
            "token_endpoint": f"{root}/token",
        }

    def authorize(self, given: dict[str, str]) -> str:
        """Return the address that the browser is sent back to."""
        assert given["response_type"] == "code" and given["code_challenge_method"] == "S256"
        assert given["client_id"] == CLIENT
        host = urlsplit(given["redirect_uri"]).hostname
        assert host in ("127.0.0.1", "localhost")
        if self.deny:
            return f"{given['redirect_uri']}/?{urlencode({'error': self.deny, 'state': given['state']})}"
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = given
        return f"{given['redirect_uri']}/?{urlencode({'code': code, 'state': given['state']})}"

    def token(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.reached.set()
        if self.silent is not None:
            self.silent.wait(60)
        if self.refuse:
            return 400, {"error": self.refuse, "error_description": self.described}
        if given.get("client_id") != CLIENT or given.get("client_secret", "") != self.client_secret:
            return 401, {"error": "invalid_client"}
        with self._lock:
            if given["grant_type"] == "authorization_code":
                asked = self._codes.pop(given["code"], None)
                hashed = hashlib.sha256(given.get("code_verifier", "").encode("ascii")).digest()
                challenge = base64.urlsafe_b64encode(hashed).decode("ascii").rstrip("=")
                if asked is None or challenge != asked["code_challenge"]:
                    return 400, {"error": "invalid_grant", "error_description": "PKCE"}
                if given["redirect_uri"] != asked["redirect_uri"]:
                    return 400, {"error": "invalid_grant", "error_description": "redirect"}
                return 200, self._given(asked.get("nonce", ""))
            if given["refresh_token"] not in self._refresh:
                return 400, {"error": "invalid_grant", "error_description": "The grant has ended"}
            if self.rotates:
                self._refresh.discard(given["refresh_token"])
            return 200, self._given("")

    def _given(self, nonce: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(1_500)  # as long as Microsoft's
        self._access.add(access)
        found: dict[str, Any] = {"token_type": "Bearer", "access_token": access, "expires_in": self.seconds}
        if self.lasting and (self.rotates or not self._refresh):
            found["refresh_token"] = secrets.token_urlsafe(400)
            self._refresh.add(found["refresh_token"])
        issuer = self.discovery()["issuer"]
        claims = {"iss": issuer, "aud": CLIENT, "exp": 4_000_000_000, "iat": 1, "sub": "1",
                  "preferred_username": self.who}  # fmt: skip
        claims |= {"nonce": nonce} if nonce else {}
        parts = ({"alg": "none"}, claims)
        encoded = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts]
        return {**found, "id_token": ".".join([*encoded, "x"])}

    def revoke(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self._refresh.discard(given["token"])
            self._access.clear()
        return (400, {"error": self.refuse}) if self.refuse else (200, {})


class Browser:
    """A browser that says yes; ``state`` stands for an answer of somebody else's."""

    def __init__(self, folder: Path, *, state: str = "") -> None:
        self._context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
        self._state = state
        self.pages: list[tuple[int, str]] = []
        self._threads: list[threading.Thread] = []

    def open(self, url: str) -> None:
        """Go there in a thread of its own, as a browser does."""
        thread = threading.Thread(target=self.go, args=(url,), name="browser")
        self._threads.append(thread)
        thread.start()

    def go(self, url: str) -> None:
        """Go there, and back to whom the provider sends the browser."""
        back = self.sent_back(url)
        posts = "response_mode=form_post" in url
        if self._state:
            parts = urlsplit(back)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.get(parts._replace(query=urlencode({**given, "state": self._state})).geturl(), posts=posts)
        self.get(back, posts=posts)

    def sent_back(self, url: str) -> str:
        """Return where the provider sends the browser."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_given: Any) -> None:
                return None

        opener = urllib.request.build_opener(Stay, urllib.request.HTTPSHandler(context=self._context))
        try:
            opener.open(url, timeout=60)
        except HTTPError as answer:
            with answer:
                return str(answer.headers["Location"])
        raise AssertionError("not sent back")

    def get(self, url: str, *, posts: bool = False) -> tuple[int, str]:
        """Open a page; its parameters are posted as a form where the provider wants it so."""
        address, _, parameters = url.partition("?")
        form = parameters.encode("ascii") if posts else None
        try:
            with urllib.request.urlopen(address if posts else url, form, timeout=60) as answer:
                page = answer.status, answer.read().decode("utf-8")
        except HTTPError as error:
            with error:
                page = error.code, error.read().decode("utf-8")
        self.pages.append(page)
        return page

    def close(self) -> None:
        """Wait until it has read its pages."""
        for thread in self._threads:
            thread.join(60)


@contextmanager
def sign_in_server(folder: Path) -> Iterator[SignInServer]:
    """Run a server on a free port; its authority's certificate is put into ``folder`` unless one lies there."""
    server = SignInServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            server.asked.append((parts.path, given))
            if parts.path.endswith("/openid-configuration"):
                found = parts.path.startswith(f"/{TENANT}/")
                self._answer(200 if found else 400, server.discovery() if found else {"error": "invalid_tenant"})
                return
            self.send_response(302)
            self.send_header("Location", server.authorize(given))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            path = urlsplit(self.path).path
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            given = {name: values[0] for name, values in parse_qs(body).items()}
            server.asked.append((path, given))
            if server.garbled:
                self._answer(200, {})
                return
            self._answer(*(server.revoke(given) if path == "/revoke" else server.token(given)))

        def _answer(self, code: int, document: dict[str, Any]) -> None:
            text = b"<html>Welcome to this hotel" if server.garbled else json.dumps(document).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def server_bind(self) -> None:
            self.socket.bind(self.server_address)
            self.server_address = self.socket.getsockname()
            self.server_name, self.server_port = "localhost", self.server_address[1]

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that gave up

    authority = trustme.CA()
    with (folder / "authority.pem").open("ab") as file:
        file.write(authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    running = Quiet(("127.0.0.1", 0), Handler)
    running.socket = context.wrap_socket(running.socket, server_side=True, do_handshake_on_connect=False)
    server.port = running.server_port
    thread = threading.Thread(target=running.serve_forever, args=(0.05,), name="sign-in server")
    thread.start()
    try:
        yield server
    finally:
        if server.silent is not None:
            server.silent.set()
        running.shutdown()
        thread.join(60)
        running.server_close()
