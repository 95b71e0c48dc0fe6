"""To a line that is encrypted and signed in: each way in which that fails is one sentence that says what to do."""

from __future__ import annotations

import base64
import errno
import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from models.values.errors import NetworkFault
from models.values.words import shortened
from services.outreach.outbox.guard import Guard
from services.settings import MailAccount

#: What the server said is kept in so many signs.
_ANSWER: Final = 300
_NO_NETWORK: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})
WAITS: Final = "Nothing is lost; the emails wait."


class AccountFault(NetworkFault):
    """The server or the account cannot be used now: no email can go, and all of them wait."""


class TokenRefused(AccountFault):
    """The server does not take the access token: another one may do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs a user in: the password, or who gives an access token (asked with True: another than the last one).

    ``refused`` says why the account may not be used at all.
    """

    password: str | None = None
    token: Callable[[bool], str] | None = None
    refused: str = ""


def check_account(account: MailAccount, credentials: Credentials) -> None:
    """Refuse what cannot work before anything is tried.

    Raises
    ------
    AccountFault
        No account, no sender, no password, or no encryption to another computer.
    """
    if credentials.refused:
        raise AccountFault(f"{credentials.refused} {WAITS}")
    if not account.host:
        raise AccountFault(f"No mail account is set up: add one in Settings. {WAITS}")
    if account.security == "none" and not _on_this_computer(account.host):
        raise AccountFault(
            f"{account.host} is another computer, and Bellwether sends no email there unencrypted: choose STARTTLS or "
            f"TLS in Settings. {WAITS}"
        )
    if account.sign_in and not account.user:
        raise AccountFault(f"The sign-in needs your address: enter it as the user in Settings. {WAITS}")
    if account.user and not account.sign_in and not credentials.password:
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
        raise AccountFault(f"“{account.host}” is not a valid server name: correct it in Settings. {WAITS}") from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} refused Bellwether: {said(error.smtp_code, error.smtp_error)}. {WAITS}") from error
    except smtplib.SMTPServerDisconnected as error:
        raise AccountFault(
            f"{where} answers, but not as a mail server: check the port and encryption in Settings. {WAITS}"
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
        return AccountFault(
            f"{where} does not answer: there is no network, or the server or port is wrong. {WAITS}", offline=True
        )
    if error.errno in _NO_NETWORK:
        return AccountFault(f"{where} cannot be reached: there is no network. {WAITS}", offline=True)
    if isinstance(error, ConnectionRefusedError):
        return AccountFault(f"{where} refuses the connection: check the server and port in Settings. {WAITS}")
    return AccountFault(f"The connection to {where} failed ({error.strerror or 'it was cut'}). {WAITS}")


def _tls_fault(where: str, error: ssl.SSLError) -> AccountFault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return AccountFault(
            f"The certificate of {where} is not valid ({error.verify_message or 'it cannot be checked'}): no email "
            f"goes to a server that cannot prove its identity. Check the server in Settings. {WAITS}"
        )
    return AccountFault(
        f"{where} does not support this encryption: choose another encryption or port in Settings "
        f"(usually 587 for STARTTLS, 465 for TLS). {WAITS}"
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
                raise AccountFault(f"{where} does not start encryption: {said(code, answer)}. {WAITS}")
        smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPNotSupportedError as error:
        raise AccountFault(
            f"{where} offers no encryption: choose another port, or TLS, in Settings. {WAITS}"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise AccountFault(f"{where} refused Bellwether: {said(error.smtp_code, error.smtp_error)}. {WAITS}") from error
    except ssl.SSLError as error:
        raise _tls_fault(where, error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise AccountFault(f"{where} dropped the connection before it was encrypted. {WAITS}") from error


def sign_in(smtp: smtplib.SMTP, account: MailAccount, secret: str | None) -> None:
    """Sign in, where the account has a user: with an access token where the account signs in with the browser.

    Raises
    ------
    TokenRefused
        The server does not take the access token.
    AccountFault
        What failed otherwise.
    """
    if not account.user or secret is None:
        return
    try:
        if account.sign_in:
            _authenticate(smtp, "XOAUTH2", f"user={account.user}\1auth=Bearer {secret}\1\1")
        elif (account.user + secret).isascii():
            smtp.login(account.user, secret)
        else:  # smtplib takes ASCII only; PLAIN is UTF-8 (RFC 4616)
            _authenticate(smtp, "PLAIN", f"\0{account.user}\0{secret}")
    except smtplib.SMTPNotSupportedError as error:
        raise AccountFault(
            f"{account.host} accepts no password: leave the user empty in Settings, or choose another port. {WAITS}"
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _refused_sign_in(account, error) from error
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        raise AccountFault(f"{account.host} dropped the connection during sign-in. {WAITS}") from error
    except OSError as error:  # every other trouble of smtplib's: no way to sign in that both know
        raise AccountFault(f"{account.host} offers no sign-in method that Bellwether supports. {WAITS}") from error


def _authenticate(smtp: smtplib.SMTP, way: str, words: str) -> None:
    """Sign in with one line; a server that explains first why not is asked for its last word (RFC 4954, 4)."""
    if way not in smtp.esmtp_features.get("auth", "").upper().split():
        raise OSError(f"no {way}")
    code, answer = smtp.docmd("AUTH", f"{way} {base64.b64encode(words.encode()).decode('ascii')}")
    if code == 334:
        code, answer = smtp.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _refused_sign_in(account: MailAccount, error: smtplib.SMTPAuthenticationError) -> AccountFault:
    host, answer = account.host, said(error.smtp_code, error.smtp_error)
    if error.smtp_code < 500:
        return AccountFault(f"{host} cannot check {'sign-ins' if account.sign_in else 'passwords'} just now. {WAITS}")
    if "SmtpClientAuthentication is disabled" in answer:
        return AccountFault(
            f"Microsoft 365 does not let programs send from {account.user}: ask your IT to allow “Authenticated SMTP” "
            f"for this mailbox. {WAITS}"
        )
    if account.sign_in:
        return TokenRefused(
            f"{host} does not accept the sign-in of {account.user}: sign in again with it in Settings. {WAITS}"
        )
    return AccountFault(
        f"{host} does not accept the user or password of {account.user}: correct them in Settings. {WAITS}"
    )


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
