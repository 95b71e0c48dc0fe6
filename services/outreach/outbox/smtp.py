"""The line to the mail server: encrypted, checked, and split where it matters: before and after the end of a mail.

A mail is handed over in two halves. Until its final dot has been sent the server has nothing; from then on only its
answer tells. ``Line.hand_over`` calls back between the two, so that the moment is written down first.
"""

from __future__ import annotations

import base64
import errno
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.values.errors import EnvironmentFault
from models.values.words import shortened
from services.outreach.letter import wire_address
from services.settings import MailAccount

if TYPE_CHECKING:
    from services.workspace import Workspace

#: What the server said is kept in so many signs.
_ANSWER: Final = 300
_GOODBYE_S: Final = 2
_NO_NETWORK: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
_WAITS: Final = "Nothing is lost; the emails wait."


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect and greet, for an answer, and for the answer to a whole mail, which servers check first."""

    connect: float = 20
    command: float = 30
    answer: float = 180


class AccountFault(EnvironmentFault):
    """The server or the account cannot be used now: no email can go, and all of them wait.

    Attributes
    ----------
    offline
        Whether it looks as if there were no network.
    """

    def __init__(self, sentence: str, *, offline: bool = False) -> None:
        super().__init__(sentence)
        self.offline = offline


class Refused(Exception):
    """The server refused this mail for good; the words are its own."""


class Later(Exception):
    """The server does not take this mail now, or the line broke before its end: it certainly did not go."""


class InDoubt(Exception):
    """The end of the mail was sent and no answer came: nobody knows."""


class Line:
    """A connection to the server of an account; opened at its first use, and again when it broke."""

    def __init__(self, account: MailAccount, password: str | None, timeouts: Timeouts) -> None:
        self._account = account
        self._password = password
        self._timeouts = timeouts
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        """Connect, encrypt and sign in, unless that is done.

        Raises
        ------
        AccountFault
            What failed and what to do, in one sentence.
        """
        if self._smtp is not None:
            return
        account = self._account
        check_account(account, self._password)
        where = f"{account.host}:{account.port}"
        smtp = _connected(account, where, self._timeouts.connect)
        try:
            smtp.local_hostname = _own_name(smtp)
            _encrypt(smtp, account, where)
            _sign_in(smtp, account, self._password)
            assert smtp.sock is not None
            smtp.sock.settimeout(self._timeouts.command)
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp

    def close(self) -> None:
        """Say goodbye and hang up; what the server answers no longer matters."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):  # smtplib's own errors are such, too
                if smtp.sock is not None:
                    smtp.sock.settimeout(_GOODBYE_S)
                smtp.quit()
            smtp.close()

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
        """
        self.open()
        smtp = self._smtp
        assert smtp is not None
        try:
            self._announce(smtp, mail, sender, recipient)
        except (Refused, Later, AccountFault):
            self._begin_anew(smtp)
            raise
        except OSError as error:
            self._cut()
            raise _broken() from error
        try:
            smtp.send(_stuffed(mail))
            _still_there(smtp)
        except (Refused, Later):
            self._cut()  # in the middle of a mail a further word would be taken for a part of it
            raise
        except OSError as error:
            self._cut()
            raise _broken() from error
        try:
            about_to_end()
        except BaseException:
            self._cut()
            raise
        return self._end(smtp)

    def _announce(self, smtp: smtplib.SMTP, mail: bytes, sender: str, recipient: str) -> None:
        options = (f"size={len(mail)}",) if smtp.has_extn("size") else ()
        code, answer = smtp.mail(wire_address(sender), options)
        if code >= 500 and code != 552:
            raise AccountFault(
                f"{self._account.host} takes no emails from {sender}: {_said(code, answer)}. "
                f"Check the sender in Settings. {_WAITS}"
            )
        _expect(code, answer, (250,))
        _expect(*smtp.rcpt(wire_address(recipient)), (250, 251, 252))
        _expect(*smtp.docmd("DATA"), (354,))

    def _end(self, smtp: smtplib.SMTP) -> str:
        try:
            assert smtp.sock is not None
            smtp.sock.settimeout(self._timeouts.answer)
            smtp.send(b".\r\n")
            code, answer = smtp.getreply()
            if 200 <= code < 600:
                smtp.sock.settimeout(self._timeouts.command)
        except OSError as error:
            self._cut()
            raise InDoubt("The line broke after the email was handed over and before the server answered.") from error
        if 200 <= code < 300:
            return _said(code, answer)
        if 400 <= code < 600:
            _expect(code, answer, ())
        self._cut()
        raise InDoubt(f"The server's answer to the email cannot be understood: {_said(code, answer)}.")

    def _begin_anew(self, smtp: smtplib.SMTP) -> None:
        code = 0
        with suppress(OSError):
            code, _ = smtp.docmd("RSET")
        if code != 250:
            self._cut()

    def _cut(self) -> None:
        """Hang up without a word."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def try_mail(workspace: Workspace, account: MailAccount, password: str | None) -> str:
    """Connect, encrypt and sign in without sending anything; return "Works: …".

    Raises
    ------
    AccountFault
        What sending would meet.
    """
    known = password if password is not None else workspace.keyring.get(account.secret) if account.user else None
    line = Line(account, known, Timeouts())
    try:
        line.open()
    finally:
        line.close()
    how = {"starttls": "encrypted", "tls": "encrypted", "none": "on this computer"}[account.security]
    who = f", signed in as {account.user}" if account.user else ""
    return f"Works: {account.host} answered, {how}{who}. Nothing was sent."


def check_account(account: MailAccount, password: str | None) -> None:
    """Refuse what cannot work before anything is tried.

    Raises
    ------
    AccountFault
        No account, no sender, no password, or no encryption to another computer.
    """
    if not account.host:
        raise AccountFault(f"No mail account is set up: add one in Settings. {_WAITS}")
    if account.security == "none" and not _on_this_computer(account.host):
        raise AccountFault(
            f"{account.host} is another computer, and without encryption no email goes to it: choose STARTTLS or TLS "
            f"in Settings. {_WAITS}"
        )
    if account.user and not password:
        raise AccountFault(
            f"The password of {account.user} at {account.host} is not in this computer's keyring: enter it in "
            f"Settings. {_WAITS}"
        )


# -- connecting ---------------------------------------------------------------------------------------------------


def _connected(account: MailAccount, where: str, timeout: float) -> smtplib.SMTP:
    # The computer's own name would be looked up otherwise, which may hang without a network, and is nobody's business.
    own = "localhost"
    try:
        if account.security == "tls":
            safely = ssl.create_default_context()
            return smtplib.SMTP_SSL(account.host, account.port, own, timeout=timeout, context=safely)
        return smtplib.SMTP(account.host, account.port, own, timeout=timeout)
    except UnicodeError as error:
        raise AccountFault(f"“{account.host}” is no host's name: correct it in Settings. {_WAITS}") from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} turns us away: {_said(error.smtp_code, error.smtp_error)}. {_WAITS}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise AccountFault(
            f"{where} connects but does not greet as a mail server: check port and encryption in Settings. {_WAITS}"
        ) from error
    except ssl.SSLError as error:
        raise _tls_fault(account, where, error) from error
    except OSError as error:
        raise _connect_fault(account, where, error) from error


def _connect_fault(account: MailAccount, where: str, error: OSError) -> AccountFault:
    if isinstance(error, socket.gaierror):
        return AccountFault(
            f"{account.host} cannot be found: there is no network, or the name is wrong. {_WAITS}", offline=True
        )
    if isinstance(error, TimeoutError):
        return AccountFault(f"{where} does not answer: no network, or a wrong host or port. {_WAITS}", offline=True)
    if error.errno in _NO_NETWORK:
        return AccountFault(f"{where} cannot be reached: there is no network. {_WAITS}", offline=True)
    if isinstance(error, ConnectionRefusedError):
        return AccountFault(f"{where} refuses the connection: check host and port in Settings. {_WAITS}")
    return AccountFault(f"The connection to {where} failed ({error.strerror or 'it was cut'}). {_WAITS}")


def _tls_fault(account: MailAccount, where: str, error: ssl.SSLError) -> AccountFault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return AccountFault(
            f"The certificate of {where} does not hold ({error.verify_message or 'it cannot be checked'}): no email "
            f"goes to a server that cannot prove its name. Check the host in Settings. {_WAITS}"
        )
    return AccountFault(
        f"{where} does not speak TLS as set: choose another encryption or port in Settings "
        f"(STARTTLS is mostly 587, TLS 465). {_WAITS}"
    )


def _encrypt(smtp: smtplib.SMTP, account: MailAccount, where: str) -> None:
    try:
        if account.security == "starttls":
            smtp.ehlo_or_helo_if_needed()
            code, answer = smtp.starttls(context=ssl.create_default_context())
            if code != 220:
                raise AccountFault(f"{where} does not begin encryption: {_said(code, answer)}. {_WAITS}")
        smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPNotSupportedError as error:
        raise AccountFault(
            f"{where} offers no encryption: choose another port, or TLS, in Settings. {_WAITS}"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} turns us away: {_said(error.smtp_code, error.smtp_error)}. {_WAITS}") from error
    except ssl.SSLError as error:
        raise _tls_fault(account, where, error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise AccountFault(f"{where} broke the line before it was encrypted. {_WAITS}") from error


def _sign_in(smtp: smtplib.SMTP, account: MailAccount, password: str | None) -> None:
    if not account.user or password is None:
        return
    try:
        if (account.user + password).isascii():
            smtp.login(account.user, password)
        else:  # smtplib takes ASCII only; PLAIN is UTF-8 (RFC 4616)
            given = base64.b64encode(f"\0{account.user}\0{password}".encode()).decode("ascii")
            code, answer = smtp.docmd("AUTH", f"PLAIN {given}")
            if code != 235:
                raise smtplib.SMTPAuthenticationError(code, answer)
    except smtplib.SMTPNotSupportedError as error:
        raise AccountFault(
            f"{account.host} takes no password here: leave the user empty in Settings, or choose another port. {_WAITS}"
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise AccountFault(f"{account.host} cannot check passwords just now. {_WAITS}") from error
        raise AccountFault(
            f"{account.host} does not take the user or the password of {account.user}: correct them in Settings. "
            f"{_WAITS}"
        ) from error
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        raise AccountFault(f"{account.host} broke the line while signing in. {_WAITS}") from error
    except OSError as error:  # every other trouble of smtplib's: no way to sign in that both know
        raise AccountFault(f"{account.host} offers no way to sign in that is known here. {_WAITS}") from error


def _own_name(smtp: smtplib.SMTP) -> str:
    """Return the address literal by which we greet (RFC 5321, 4.1.3)."""
    assert smtp.sock is not None
    own = str(smtp.sock.getsockname()[0]).partition("%")[0]
    return f"[IPv6:{own}]" if ":" in own else f"[{own}]"


def _on_this_computer(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


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


def _broken() -> Later:
    return Later("The line to the mail server broke before the email was handed over.")


def _expect(code: int, answer: bytes, wanted: tuple[int, ...]) -> None:
    if code in wanted:
        return
    said = _said(code, answer)
    if 500 <= code < 600:
        raise Refused(said)
    raise Later(said)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return shortened(f"{code} {text}", _ANSWER)
