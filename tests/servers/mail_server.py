"""A real mail server on loopback (aiosmtpd in a thread) that refuses, hangs and breaks the line where a test says so.

It keeps every mail that it accepted. Its certificate is made for the occasion; ``trusted`` lets this process and its
children believe its authority.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: RFC 4954 lets an AUTH line be so long: access tokens are.
_AUTH_LINE = 12_288

#: Where the server may be told to misbehave; ``accepted`` is after it has taken the mail and before it says so.
STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "end", "accepted")
#: What it does there: a reply such as "451 later", "hang" until the client gives up, "close" the line.
Act = str
Script = Callable[[str], Act]


@dataclass(frozen=True)
class Accepted:
    """A mail that the server has taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class _Session(SMTP):
    """aiosmtpd's session, which asks the script at each stage before it answers."""

    line_length_limit = _AUTH_LINE + 2

    def __init__(self, server: MailServer, **options: Any) -> None:
        super().__init__(_Keeping(server), **options)
        self.command_size_limits["AUTH"] = _AUTH_LINE
        self.scripted = server

    async def auth_XOAUTH2(self, _server: SMTP, args: list[str]) -> AuthResult:
        """Take an access token as Google and Microsoft do: what is wrong with it is told first, then it is refused."""
        user, _, rest = base64.b64decode(args[1]).decode("utf-8").partition("\1")
        bearer = rest.removeprefix("auth=Bearer ").removesuffix("\1\1")
        taken = self.scripted.bearer
        if taken is not None and user.startswith("user=") and taken(user.removeprefix("user="), bearer):
            return AuthResult(success=True)
        await self.challenge_auth('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')
        return AuthResult(success=False, handled=False)

    async def _handle_client(self) -> None:
        if await self._acted("connect"):
            return
        await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._acted("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._acted("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._acted("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._acted("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._acted("data"):
            await super().smtp_DATA(arg)

    async def _acted(self, stage: str) -> bool:
        act = self.scripted.act(stage)
        if not act:
            return False
        assert self.transport is not None
        if act == "hang":
            try:
                await self.scripted.until_released()
            finally:
                self.transport.abort()
        elif act == "close":
            self.transport.abort()
        else:
            await self.push(act)
            if act.startswith("421") or stage == "connect":
                self.transport.close()
        return True


class _Keeping:
    """What is done with a whole mail, and with a password."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_DATA(self, session: _Session, state: Session, envelope: Envelope) -> str:
        act = self._server.act("end")
        if act:
            return await self._answer(session, act)
        self._server.keep(envelope)
        act = self._server.act("accepted")
        return await self._answer(session, act) if act else "250 2.0.0 taken"

    async def _answer(self, session: _Session, act: Act) -> str:
        if act not in ("hang", "close"):
            return act
        assert session.transport is not None
        try:
            if act == "hang":
                await self._server.until_released()
        finally:
            session.transport.abort()
        return "421 closing"


@dataclass
class MailServer:
    """The server with its address and all that it accepted."""

    host: str
    port: int
    security: str
    user: str
    password: str
    accepted: list[Accepted] = field(default_factory=list)
    script: Script = lambda _stage: ""
    sessions: int = 0
    bearer: Callable[[str, str], bool] | None = None
    _released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, stage: str) -> Act:
        """Return what the script says of a stage, '' to go on as a good server does."""
        with self._lock:
            return self.script(stage)

    def at(self, stage: str, act: Act, times: int | None = None) -> None:
        """Misbehave at a stage, so many times or always; at every other one behave."""
        left = [times]

        def script(now: str) -> Act:
            if now != stage or left[0] == 0:
                return ""
            if left[0] is not None:
                left[0] -= 1
            return act

        self.script = script

    def behave(self) -> None:
        """Be a good server from now on."""
        self.script = lambda _stage: ""

    def keep(self, envelope: Envelope) -> None:
        """Accept a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        with self._lock:
            mail = Accepted(str(envelope.mail_from), tuple(map(str, envelope.rcpt_tos)), content)
            self.accepted.append(mail)

    def times_accepted(self) -> Counter[str]:
        """Return how often each Message-ID was accepted."""
        with self._lock:
            return Counter(mail.message_id for mail in self.accepted)

    async def until_released(self) -> None:
        """Hang until the server is closed or lets go."""
        while not self._released.is_set():
            await asyncio.sleep(0.01)

    def release(self) -> None:
        """Let go of every line that hangs."""
        self._released.set()


async def _some_rounds() -> None:
    """Let what is about to happen happen: counted in rounds of the loop, as time says nothing on a busy machine."""
    for _ in range(20):
        await asyncio.sleep(0)


@contextmanager
def mail_server(
    folder: Path,
    *,
    security: str = "starttls",
    user: str = "",
    password: str = "",
    certified_for: str = "localhost",
    bearer: Callable[[str, str], bool] | None = None,
) -> Iterator[MailServer]:
    """Run a server on a free port of this computer.

    Parameters
    ----------
    folder
        Where its certificate and that of its authority are put.
    security
        starttls, tls or none.
    user, password
        What it takes; without a user it asks for none.
    certified_for
        The name in its certificate.
    bearer
        Says whether it takes an access token of a user; it takes no passwords then.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    # Each line of a reply is written by itself: without this the second waits 40 ms for the receipt of the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = MailServer("localhost", listening.getsockname()[1], security, user, password, bearer=bearer)
    context = _context(folder, certified_for) if security != "none" else None
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    lines: set[asyncio.Task[Any]] = set()
    transports: list[asyncio.Transport] = []

    def known(made: Callable[..., asyncio.Transport]) -> Callable[..., asyncio.Transport]:
        """Every line is known from its first moment: who has no session yet can be closed by nobody else."""

        def transport(*told: Any, **named: Any) -> asyncio.Transport:
            transports.append(made(*told, **named))
            return transports[-1]

        return transport

    for name in ("_make_socket_transport", "_make_ssl_transport"):
        setattr(loop, name, known(getattr(loop, name)))

    def session() -> _Session:
        server.sessions += 1
        return _Session(
            server,
            hostname="mail.example",
            loop=loop,
            enable_SMTPUTF8=False,
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_require_tls=security == "starttls",
            auth_required=bool(user or bearer),
            auth_exclude_mechanism=("PLAIN", "LOGIN") if bearer is not None else ("XOAUTH2",),
            authenticator=_authenticator(user, password),
            timeout=600,
        )

    def run() -> None:
        asyncio.set_event_loop(loop)
        tls = context if security == "tls" else None
        opened = loop.run_until_complete(loop.create_server(session, sock=listening, ssl=tls))
        ready.set()
        loop.run_forever()
        # A connection that was taken a moment ago has no session yet that could close it, and none can be made for it
        # once the server is closed.
        loop.remove_reader(listening.fileno())
        loop.run_until_complete(_some_rounds())
        opened.close()
        loop.run_until_complete(_some_rounds())
        lines.update(asyncio.all_tasks(loop))
        for line in lines:
            line.cancel()
        loop.run_until_complete(asyncio.gather(*lines, return_exceptions=True))
        # And one that was cancelled before its first step did not close it either.
        for one in transports:
            one.abort()
        loop.run_until_complete(_some_rounds())
        # One that was closed while something was still to be written does not hear of an abort any more, and neither
        # does the line under one that is encrypted.
        for under in list(loop._transports.values()):  # type: ignore[attr-defined]
            if under._sock is not None:
                under._call_connection_lost(None)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    log = logging.getLogger("mail.log")  # speaks of its own deprecations, and of lines that we broke on purpose
    level = log.level
    log.setLevel(logging.CRITICAL)
    thread = threading.Thread(target=run, name="mail server")
    thread.start()
    ready.wait(30)
    try:
        yield server
    finally:
        server.release()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        log.setLevel(level)


@contextmanager
def trusted(folder: Path) -> Iterator[None]:
    """Let this process and its children believe the authority of the server's certificate."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(folder / "authority.pem")
    try:
        yield
    finally:
        if before is None:
            del os.environ["SSL_CERT_FILE"]
        else:
            os.environ["SSL_CERT_FILE"] = before


def _context(folder: Path, name: str) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def _authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            user.encode(),
            password.encode(),
        )
        return AuthResult(success=right, handled=False)

    return check
