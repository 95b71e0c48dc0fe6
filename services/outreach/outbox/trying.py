"""Trying a mail account before a customer's email depends on it: signing in, and an email to oneself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from models.values.errors import EnvironmentFault, UserError
from services.outreach.mail import new_message_id
from services.outreach.mime import OutgoingEmail, dated, wire_address, write_email
from services.outreach.outbox.smtp import InDoubt, Later, Line, Refused, Timeouts, credentials_of
from services.settings import MailAccount

if TYPE_CHECKING:
    from services.workspace import Workspace

_HOW: Final = {"starttls": "encrypted", "tls": "encrypted", "none": "on this computer"}


def try_mail(
    workspace: Workspace,
    account: MailAccount,
    password: str | None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    timeouts: Timeouts | None = None,
) -> str:
    """Connect, encrypt and sign in without sending anything; return "Works: …".

    Raises
    ------
    AccountFault
        What sending would meet.
    Cancelled
        ``cancelled`` said so; heard at once, however long the server keeps silent.
    """
    line = _line(workspace, account, password, cancelled, timeouts)
    try:
        line.open()
    finally:
        line.close()
    who = f", signed in as {account.user}" if account.user else ""
    return f"Works: {account.host} answered, {_HOW[account.security]}{who}. Nothing was sent."


def send_to_oneself(
    workspace: Workspace,
    account: MailAccount,
    password: str | None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    timeouts: Timeouts | None = None,
) -> str:
    """Send a short email from the account's address to the same address; return what to look for.

    Raises
    ------
    UserError
        The account has no sender.
    EnvironmentFault
        What an email to a customer would meet.
    Cancelled
        ``cancelled`` said so.
    """
    address = account.from_address
    if not address:
        raise UserError("A test email needs your address as the sender. Add it first.")
    mail = write_email(_email(account, workspace.preferences.signed_by))
    line = _line(workspace, account, password, cancelled, timeouts)
    try:
        line.hand_over(dated(mail, workspace.clock.now()), address, address, lambda: None)
    except Refused as error:
        raise EnvironmentFault(f"{account.host} refused an email to {wire_address(address)}: {error}") from error
    except Later as error:
        raise EnvironmentFault(f"{account.host} did not accept the test email: {error} Try again.") from error
    except InDoubt as error:
        raise EnvironmentFault(f"The test email may have gone out: {error} Check your inbox.") from error
    finally:
        line.close()
    return f"Test email sent to {address}. Check your inbox; it may take a minute."


def _email(account: MailAccount, signed_by: str) -> OutgoingEmail:
    text = "This is a test email from Bellwether to yourself. Your customers’ emails go out the same way."
    signature = f"\n\n{signed_by}" if signed_by else ""
    return OutgoingEmail(
        to_address=account.from_address,
        to_name=account.from_name,
        from_address=account.from_address,
        from_name=account.from_name,
        subject="Test email from Bellwether",
        text=f"{text}{signature}\n",
        message_id=new_message_id(account.from_address),
    )


def _line(
    workspace: Workspace,
    account: MailAccount,
    password: str | None,
    cancelled: Callable[[], bool],
    timeouts: Timeouts | None,
) -> Line:
    credentials = credentials_of(workspace, account, password, cancelled)
    return Line(account, credentials, timeouts or Timeouts(), cancelled)
