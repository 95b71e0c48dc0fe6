"""The line to the mail server: encrypted, checked, and split where it matters: before and after the end of a mail.

A mail is handed over in two halves. Until its final dot has been sent the server has nothing; from then on only its
answer tells. ``Line.hand_over`` calls back between the two, so that the moment is written down first.
"""

from __future__ import annotations

import math
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.values.errors import Cancelled, NotAllowed
from services.outreach.mime import wire_address
from services.outreach.outbox.connecting import (
    WAITS,
    AccountFault,
    Credentials,
    TokenRefused,
    check_account,
    connected,
    encrypt,
    own_name,
    said,
    sign_in,
)
from services.outreach.outbox.guard import GivenUp, Guard
from services.settings import MailAccount

if TYPE_CHECKING:
    from services.workspace import Workspace

_GOODBYE_S: Final = 2
#: How many time-outs opening a line, a mail, and its answer may last, however steadily the server trickles.
_OPENING_TAKES: Final = 4
_MAIL_TAKES: Final = 6
_ANSWER_TAKES: Final = 1.5


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect and greet, for an answer, and for the answer to a whole mail, which servers check first."""

    connect: float = 20
    command: float = 30
    answer: float = 180


class Refused(Exception):
    """The server refused this mail for good; the words are its own."""


class Later(Exception):
    """The server does not take this mail now, or the line broke before its end: it certainly did not go."""


class InDoubt(Exception):
    """The end of the mail was sent and no answer came: nobody knows."""


class Line:
    """A connection to the server of an account; opened at its first use, and again when it broke.

    Parameters
    ----------
    given_up
        Asked while a server is waited for: as soon as it says so, the line is cut and what waits raises `GivenUp`.

    Attributes
    ----------
    silent
        Whether the server kept silent about an email for as long as is waited: it would about the next one too.
    """

    def __init__(
        self,
        account: MailAccount,
        credentials: Credentials,
        timeouts: Timeouts,
        given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._guard = Guard(given_up)
        self._account = account
        self._credentials = credentials
        self._timeouts = timeouts
        self._smtp: smtplib.SMTP | None = None
        self.silent = False

    def open(self) -> None:
        """Connect, encrypt and sign in, unless that is done.

        Raises
        ------
        AccountFault
            What failed and what to do, in one sentence.
        GivenUp
            Nobody waits any more.
        """
        if self._smtp is not None:
            return
        try:
            self._smtp = self._opened()
        except BaseException as error:
            self._guard.release()
            if isinstance(error, AccountFault | Cancelled) and self._guard.given_up:
                raise GivenUp("The connection was closed; nothing was sent.") from error
            raise

    def _opened(self) -> smtplib.SMTP:
        check_account(self._account, self._credentials)
        try:
            return self._signed_in(fresh=False)
        except TokenRefused:
            self._guard.release()
            return self._signed_in(fresh=True)

    def _signed_in(self, *, fresh: bool) -> smtplib.SMTP:
        account, credentials = self._account, self._credentials
        secret = credentials.token(fresh) if credentials.token is not None else credentials.password
        where = f"{account.host}:{account.port}"
        self._guard.allow(_OPENING_TAKES * self._timeouts.connect)
        smtp = connected(account, where, self._timeouts.connect, self._guard)
        try:
            smtp.local_hostname = own_name(smtp)
            encrypt(smtp, account, where)
            sign_in(smtp, account, secret)
            assert smtp.sock is not None
            smtp.sock.settimeout(self._timeouts.command)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def close(self) -> None:
        """Say goodbye and hang up; what the server answers no longer matters."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):  # smtplib's own errors are such, too
                if smtp.sock is not None:
                    smtp.sock.settimeout(_GOODBYE_S)
                smtp.quit()
            smtp.close()
        self._guard.close()

    def hand_over(self, mail: bytes, sender: str, recipient: str, about_to_end: Callable[[], None]) -> str:
        """Hand a mail over and return the server's answer.

        Parameters
        ----------
        mail
            ASCII with CRLF.
        about_to_end
            Called when all but the final dot was sent; if it raises, the line is cut and the server has nothing.

        Raises
        ------
        AccountFault
            The server takes nothing from this sender.
        Refused, Later, InDoubt
            What became of the mail otherwise.
        GivenUp
            Nobody waits any more; the server has the end of the mail if ``about_to_end`` was called, and only then.
        """
        self.open()
        smtp = self._smtp
        assert smtp is not None
        self._guard.allow(_MAIL_TAKES * self._timeouts.command)
        try:
            self._announce(smtp, mail, sender, recipient)
        except (Refused, Later, AccountFault):
            self._begin_anew(smtp)
            raise
        except OSError as error:
            raise self._broken(error) from error
        try:
            smtp.send(_stuffed(mail))
            _still_there(smtp)
        except (Refused, Later):
            self._cut()  # in the middle of a mail a further word would be taken for a part of it
            raise
        except OSError as error:
            raise self._broken(error) from error
        with self._guard.untouched():
            self._end(smtp, about_to_end)
        return self._answer(smtp)

    def _announce(self, smtp: smtplib.SMTP, mail: bytes, sender: str, recipient: str) -> None:
        options = (f"size={len(mail)}",) if smtp.has_extn("size") else ()
        code, answer = smtp.mail(wire_address(sender), options)
        if code >= 500 and code != 552:
            raise AccountFault(
                f"{self._account.host} accepts no emails from {sender}: {said(code, answer)}. "
                f"Check the sender in Settings. {WAITS}"
            )
        _expect(code, answer, (250,))
        _expect(*smtp.rcpt(wire_address(recipient)), (250, 251, 252))
        _expect(*smtp.docmd("DATA"), (354,))

    def _end(self, smtp: smtplib.SMTP, about_to_end: Callable[[], None]) -> None:
        try:
            if self._guard.given_up:
                raise GivenUp("The connection was closed before the end of the email.")
            about_to_end()
        except BaseException:
            self._cut()
            raise
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(self._timeouts.answer)
            self._guard.allow(_ANSWER_TAKES * self._timeouts.answer)
            smtp.send(b".\r\n")
        except OSError as error:
            raise self._doubt(error) from error

    def _answer(self, smtp: smtplib.SMTP) -> str:
        try:
            code, answer = smtp.getreply()
            if 200 <= code < 600 and smtp.sock is not None:
                smtp.sock.settimeout(self._timeouts.command)
            self._guard.allow(math.inf)
        except OSError as error:
            raise self._doubt(error) from error
        if 200 <= code < 300:
            return said(code, answer)
        if 400 <= code < 600:
            _expect(code, answer, ())
        self._cut()
        raise InDoubt(f"The server's answer to the email cannot be understood: {said(code, answer)}.")

    def _begin_anew(self, smtp: smtplib.SMTP) -> None:
        code = 0
        try:
            code, _ = smtp.docmd("RSET")
        except OSError as error:
            self._note_silence(error)
        if code != 250:
            self._cut()

    def _cut(self) -> None:
        """Hang up without a word."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()
        self._guard.release()

    def _note_silence(self, error: OSError) -> None:
        """Remember a server that kept silent; smtplib tells of a time-out in the cause of its own error."""
        told = (error, error.__cause__, error.__context__)
        self.silent = self.silent or self._guard.overdue or any(isinstance(one, TimeoutError) for one in told)

    def _broken(self, error: OSError) -> Exception:
        """What a line means that broke before the end of a mail."""
        self._note_silence(error)
        self._cut()
        if self._guard.given_up:
            return GivenUp("The connection was closed before the end of the email.")
        if self.silent:
            return Later("The mail server stopped answering before the email was sent.")
        return Later("The connection to the mail server dropped before the email was sent.")

    def _doubt(self, error: OSError) -> Exception:
        """What a line means that broke after the end of a mail."""
        self._note_silence(error)
        self._cut()
        if self._guard.given_up:
            return GivenUp("The connection was closed before the server answered.")
        return InDoubt("The connection dropped after the email was sent and before the server answered.")


def credentials_of(
    workspace: Workspace, account: MailAccount, password: str | None, given_up: Callable[[], bool]
) -> Credentials:
    """Return what signs an account in: the password that was typed or is kept, or the browser sign-in's tokens."""
    try:
        workspace.managed.limits.refuse_mail_host(account.host)
    except NotAllowed as error:
        return Credentials(refused=str(error))
    if not account.user:
        return Credentials()
    if not account.sign_in:
        return Credentials(password if password is not None else workspace.keyring.get(account.secret))

    def token(fresh: bool) -> str:
        from services.mail_access.grants import SignInFault
        from services.mail_access.tokens import access_token

        try:
            return access_token(workspace, account, fresh=fresh, cancelled=given_up)
        except SignInFault as fault:
            raise AccountFault(f"{fault} {WAITS}", offline=fault.offline) from fault

    return Credentials(token=token)


# -- a mail -------------------------------------------------------------------------------------------------------


def _stuffed(mail: bytes) -> bytes:
    """Return a mail as it stands between DATA and the final dot: whole lines, a dot at a line's beginning doubled."""
    whole = mail if mail.endswith(b"\r\n") else mail + b"\r\n"
    doubled = whole.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def _still_there(smtp: smtplib.SMTP) -> None:
    """Look whether the server has hung up or refused while the mail was sent: then nobody need be in doubt."""
    sock = smtp.sock
    assert sock is not None
    before = sock.gettimeout()
    sock.settimeout(0)
    try:
        early = sock.recv(512)
    except (BlockingIOError, ssl.SSLWantReadError):
        return
    finally:
        sock.settimeout(before)
    if not early:
        raise smtplib.SMTPServerDisconnected("closed")
    _expect(int(early[:3]) if early[:3].isdigit() and early[0] > ord("3") else 451, early[4:], ())


def _expect(code: int, answer: bytes, wanted: tuple[int, ...]) -> None:
    if code in wanted:
        return
    if 500 <= code < 600:
        raise Refused(said(code, answer))
    raise Later(said(code, answer))
