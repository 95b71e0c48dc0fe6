"""The mail of a stored email: what approval keeps to the letter, what the preview shows, what a mail app is given.

What was approved is kept whole: a signature or a policy that changes later changes no mail that a person has seen.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from models import sqlite
from models.tables import messages
from models.values.errors import EnvironmentFault, UserError, unwritable
from models.values.outreach import WRITABLE, Message
from services.outreach.messages import message_of
from services.outreach.mime import OutgoingEmail, dated, full_text, link, read_email
from services.outreach.send_policy import in_force, why_not
from services.permission.recipient import addressed
from services.workspace import Workspace

Written = TypeVar("Written")
#: Domain of a Message-ID where no sender is known yet: it names nobody's server.
_NOWHERE: Final = "bellwether.invalid"
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def email_of(driver: sqlite.Connection, workspace: Workspace, message: Message, message_id: str = "") -> OutgoingEmail:
    """Return the mail that a message makes with the account, the signature and the book's policy of this moment."""
    account, policy = workspace.preferences.mail, in_force(workspace, driver)
    to = addressed(driver, message.customer_id, message.contact_id)
    email, name = to["email"], to["company"] or to["name"] if message.contact_id is None else to["name"]
    text = full_text(
        message.greeting, message.body, workspace.preferences.signed_by, policy.sender_line, policy.unsubscribe_line
    )
    return OutgoingEmail(
        to_address=email or "",
        to_name=name or "",
        from_address=account.from_address,
        from_name=account.from_name,
        subject=message.subject,
        text=text,
        message_id=message_id,
    )


def new_message_id(from_address: str) -> str:
    """Return a Message-ID that no other mail has; it tells nothing of this computer or the time."""
    domain = from_address.rpartition("@")[2] or _NOWHERE
    name = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    return f"<{secrets.token_hex(16)}@{name}>"


def mail_text(workspace: Workspace, message_id: int) -> str:
    """Return the mail as it goes out, in readable letters: sender, recipient, subject, and the whole text.

    Raises
    ------
    UserError
        There is no such email.
    """
    with workspace.store.snapshot() as driver:
        message = message_of(driver, message_id)
        mail = None if message.state in WRITABLE else _approved_mail(driver, message_id)
        email = email_of(driver, workspace, message)
    if mail is not None:
        headers, text = read_email(mail)
        sender, recipient, subject = headers.get("From", ""), headers["To"], headers["Subject"]
    else:
        sender = f"{email.from_name} <{email.from_address}>" if email.from_name else email.from_address
        recipient = f"{email.to_name} <{email.to_address}>" if email.to_name else email.to_address
        subject, text = email.subject, email.text
    return f"From: {sender or 'your mail app'}\nTo: {recipient}\nSubject: {subject}\n\n{text}"


def write_eml(workspace: Workspace, message_id: int, folder: Path) -> Path:
    """Write an approved email as a file that a mail app opens as a draft. It no longer goes out by itself.

    Raises
    ------
    UserError
        The send policy refuses: the sentence says why.
    EnvironmentFault
        The folder cannot be written.
    """

    written: list[Path] = []

    def write(message: Message, mail: str) -> Path:
        path = folder / _file_name(message)
        _write_whole(path, dated(mail, workspace.clock.now(), unsent=True))
        written.append(path)
        return path

    try:
        return take_out(workspace, message_id, "eml", write)
    except BaseException:
        # It still goes out by itself: a file beside that would be a second email.
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def mail_link(workspace: Workspace, message_id: int) -> str:
    """Return the ``mailto:`` link of an approved email. It no longer goes out by itself.

    Raises
    ------
    UserError
        The send policy refuses, or the email is too long for a link: the sentence says why.
    """

    def write(message: Message, mail: str) -> str:
        headers, text = read_email(mail)
        return link(OutgoingEmail(message.to_address or "", "", "", "", headers["Subject"], text, ""))

    return take_out(workspace, message_id, "mail_program", write)


def why_not_by_hand(workspace: Workspace, message_id: int) -> str:
    """Return what the send policy says at this moment against giving an email to the mail app, '' for nothing."""
    with workspace.store.snapshot() as connection:
        return _refused(workspace, connection, message_of(connection, message_id))


def _refused(workspace: Workspace, driver: sqlite.Connection, message: Message) -> str:
    at, policy = workspace.clock.now(), in_force(workspace, driver)
    return why_not(driver, policy, message.customer_id, message.id, at=at)


def take_out(workspace: Workspace, message_id: int, via: str, write: Callable[[Message, str], Written]) -> Written:
    """Give an approved email to a mail app: the send policy is asked, and it does not go out by itself as well.

    ``write`` is called with the email and its mail inside the unit of work; if it fails, nothing has changed.
    """
    with workspace.store.unit_of_work(workspace.me, "hand-out", f"message:{message_id}", at=workspace.at) as work:
        driver = work.driver
        message = message_of(driver, message_id)
        refused = _refused(workspace, driver, message)
        mail = _approved_mail(driver, message_id)
        if refused or mail is None:
            raise UserError(refused or "Nobody has approved this email yet. Approve it first.")
        written = write(message, mail)
        work.update(messages, message_id, {"state": "approved", "via": via, "due_at": None, "changed_at": work.at})
        work.say(f"Opened the email to {message.customer} in the mail app")
        work.commit()
    return written


def _approved_mail(driver: sqlite.Connection, message_id: int) -> str | None:
    found = driver.execute("SELECT mail FROM messages WHERE id = ?", (message_id,)).fetchone()
    return found[0] if found is not None else None


def _file_name(message: Message) -> str:
    name = " ".join(_NOT_IN_NAMES.sub(" ", message.customer).split()).strip(". ")[:60]
    return f"{name or 'Email'} ({message.id}).eml"


def _write_whole(path: Path, content: bytes) -> None:
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".email-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise EnvironmentFault(
            f"{unwritable(path, error)} The email is still in the outbox; choose another folder."
        ) from error
