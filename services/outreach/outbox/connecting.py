"""To a line that is encrypted and signed in: each way in which that fails is one sentence that says what to do."""

from __future__ import annotations

import base64
import errno
import ipaddress
import smtplib
import socket
import ssl
from typing import Any, Final

from models.values.errors import EnvironmentFault
from models.values.words import shortened
from services.outreach.outbox.guard import Guard
from services.settings import MailAccount

#: What the server said is kept in so many signs.
_ANSWER: Final = 300
_NO_NETWORK: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
WAITS: Final = "Nothing is lost; the emails wait."


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


def check_account(account: MailAccount, password: str | None) -> None:
    """Refuse what cannot work before anything is tried.

    Raises
    ------
    AccountFault
        No account, no sender, no password, or no encryption to another computer.
    """
    if not account.host:
        raise AccountFault(f"No mail account is set up: add one in Settings. {WAITS}")
    if account.security == "none" and not _on_this_computer(account.host):
        raise AccountFault(
            f"{account.host} is another computer, and without encryption no email goes to it: choose STARTTLS or TLS "
            f"in Settings. {WAITS}"
        )
    if account.user and not password:
        raise AccountFault(
            f"The password of {account.user} at {account.host} is not in this computer's keyring: enter it in "
            f"Settings. {WAITS}"
        )


class _Plain(smtplib.SMTP):
    """A connection that its guard makes, and so can give up."""

    def __init__(self, guard: Guard, account: MailAccount, timeout: float, **more: Any) -> None:
        self._guard = guard
        # The computer's own name would be looked up otherwise, which may hang without a network, and is nobody's
        # business.
        super().__init__(account.host, account.port, "localhost", timeout=timeout, **more)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._guard.reach(host, port, timeout)


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """The same, encrypted from its first word."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = super()._get_socket(host, port, timeout)
        return self.context.wrap_socket(sock, server_hostname=host)


def connected(account: MailAccount, where: str, timeout: float, guard: Guard) -> smtplib.SMTP:
    """Return a connection to the server of an account, which has greeted.

    Raises
    ------
    AccountFault
        What failed.
    GivenUp
        Nobody waits any more.
    """
    try:
        if account.security == "tls":
            return _Encrypted(guard, account, timeout, context=ssl.create_default_context())
        return _Plain(guard, account, timeout)
    except UnicodeError as error:
        raise AccountFault(f"“{account.host}” is no host's name: correct it in Settings. {WAITS}") from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} turns us away: {said(error.smtp_code, error.smtp_error)}. {WAITS}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise AccountFault(
            f"{where} connects but does not greet as a mail server: check port and encryption in Settings. {WAITS}"
        ) from error
    except ssl.SSLError as error:
        raise _tls_fault(where, error) from error
    except OSError as error:
        raise _connect_fault(account, where, error) from error


def _connect_fault(account: MailAccount, where: str, error: OSError) -> AccountFault:
    if isinstance(error, socket.gaierror):
        return AccountFault(
            f"{account.host} cannot be found: there is no network, or the name is wrong. {WAITS}", offline=True
        )
    if isinstance(error, TimeoutError):
        return AccountFault(f"{where} does not answer: no network, or a wrong host or port. {WAITS}", offline=True)
    if error.errno in _NO_NETWORK:
        return AccountFault(f"{where} cannot be reached: there is no network. {WAITS}", offline=True)
    if isinstance(error, ConnectionRefusedError):
        return AccountFault(f"{where} refuses the connection: check host and port in Settings. {WAITS}")
    return AccountFault(f"The connection to {where} failed ({error.strerror or 'it was cut'}). {WAITS}")


def _tls_fault(where: str, error: ssl.SSLError) -> AccountFault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return AccountFault(
            f"The certificate of {where} does not hold ({error.verify_message or 'it cannot be checked'}): no email "
            f"goes to a server that cannot prove its name. Check the host in Settings. {WAITS}"
        )
    return AccountFault(
        f"{where} does not speak TLS as set: choose another encryption or port in Settings "
        f"(STARTTLS is mostly 587, TLS 465). {WAITS}"
    )


def encrypt(smtp: smtplib.SMTP, account: MailAccount, where: str) -> None:
    """Encrypt a connection as the account wants it, and greet.

    Raises
    ------
    AccountFault
        What failed.
    """
    try:
        if account.security == "starttls":
            smtp.ehlo_or_helo_if_needed()
            code, answer = smtp.starttls(context=ssl.create_default_context())
            if code != 220:
                raise AccountFault(f"{where} does not begin encryption: {said(code, answer)}. {WAITS}")
        smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPNotSupportedError as error:
        raise AccountFault(
            f"{where} offers no encryption: choose another port, or TLS, in Settings. {WAITS}"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} turns us away: {said(error.smtp_code, error.smtp_error)}. {WAITS}") from error
    except ssl.SSLError as error:
        raise _tls_fault(where, error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise AccountFault(f"{where} broke the line before it was encrypted. {WAITS}") from error


def sign_in(smtp: smtplib.SMTP, account: MailAccount, password: str | None) -> None:
    """Sign in, where the account has a user.

    Raises
    ------
    AccountFault
        What failed.
    """
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
            f"{account.host} takes no password here: leave the user empty in Settings, or choose another port. {WAITS}"
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise AccountFault(f"{account.host} cannot check passwords just now. {WAITS}") from error
        raise AccountFault(
            f"{account.host} does not take the user or the password of {account.user}: correct them in Settings. "
            f"{WAITS}"
        ) from error
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        raise AccountFault(f"{account.host} broke the line while signing in. {WAITS}") from error
    except OSError as error:  # every other trouble of smtplib's: no way to sign in that both know
        raise AccountFault(f"{account.host} offers no way to sign in that is known here. {WAITS}") from error


def own_name(smtp: smtplib.SMTP) -> str:
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


def said(code: int, answer: bytes | str) -> str:
    """Return a server's words, shortened."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return shortened(f"{code} {text}", _ANSWER)
