"""What the page asks the outbox, run in the pool, and the works that it asks for, done in the lane of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from models.values.changes import Changes
from models.values.errors import BellwetherError
from models.values.outbox import Attempt, NotNow, OutboxRow
from models.values.outreach import WRITABLE, Message, Review
from services import outreach
from services.workspace import Workspace
from views.lists.keyset_model import PAGE_ROWS, Page
from views.shell.book import Book

Work = Callable[[Workspace], Changes]


@dataclass(frozen=True, slots=True)
class Question:
    """A tab under a text; ``first_rows`` is how many rows the first page has, so that a refresh keeps the place."""

    tab: str
    text: str = ""
    first_rows: int = PAGE_ROWS


@dataclass(frozen=True, slots=True)
class ShownEmail:
    """One email with what its pane shows about it.

    Attributes
    ----------
    sender, recipient, subject, text
        The mail as it goes out; all '' with the sentence why there is none yet in ``fault``.
    review
        Its checks, None where nothing is to be checked any more.
    offline
        Whether the network was missing when it was last needed.
    attempts
        What became of each attempt to hand it over.
    account_fault
        Why it waits although it is due: the mail account does not work. '' where it does.
    held
        Why it may not be given to the mail app at this moment, '' where it may.
    not_now
        What keeps a queued email from going out at this moment, None where nothing does.
    """

    message: Message
    sender: str
    recipient: str
    subject: str
    text: str
    fault: str
    review: Review | None
    offline: bool
    attempts: tuple[Attempt, ...] = ()
    account_fault: str = ""
    held: str = ""
    not_now: NotNow | None = None


class Mailroom(Protocol):
    """What the page needs of the outbox."""

    def page(self, question: Question, key: tuple[str, int] | None) -> Page[OutboxRow]:
        """Read a page of a tab; ``about`` are the counts of all tabs."""

    def email(self, message_id: int) -> ShownEmail:
        """Read one email with its mail and checks."""

    def link(self, message_id: int) -> str:
        """Give an approved email to the mail app: the link that opens it there. It is a write."""

    def write(self, message_id: int, folder: Path) -> Path:
        """Write an approved email as a file. It is a write in the book too."""

    @property
    def has_account(self) -> bool:
        """Whether this program sends by itself."""


class RealMailroom:
    """The outbox of the open book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def has_account(self) -> bool:
        return bool(self._book.workspace.preferences.mail.host)

    def page(self, question: Question, key: tuple[str, int] | None) -> Page[OutboxRow]:
        count = question.first_rows if key is None else PAGE_ROWS
        workspace = self._book.workspace
        found = outreach.read_outbox(workspace, question.tab, after=key, count=count, text=question.text)
        return Page(found.rows, found.next_key, found.counts)

    def email(self, message_id: int) -> ShownEmail:
        workspace = self._book.workspace
        message = outreach.read_message(workspace, message_id)
        mail, fault = "", ""
        try:
            mail = outreach.mail_text(workspace, message_id)
        except BellwetherError as error:
            fault = str(error)
        review = outreach.review(workspace, message.edit) if message.state in WRITABLE else None
        attempts = outreach.read_attempts(workspace, message_id) if message.attempts else ()
        standing = outreach.read_standing(workspace)
        broken = standing.account_fault if message.state == "queued" else ""
        asked = message.state == "approved" and not message.via
        held = outreach.why_not_by_hand(workspace, message_id) if asked else ""
        not_now = outreach.why_not_now(workspace, message_id) if message.state == "queued" else None
        found = email_of(message, mail, fault, review, standing.offline, attempts)
        return replace(found, account_fault=broken, held=held, not_now=not_now)

    def link(self, message_id: int) -> str:
        return outreach.mail_link(self._book.workspace, message_id)

    def write(self, message_id: int, folder: Path) -> Path:
        return outreach.write_eml(self._book.workspace, message_id, folder)


def export_of(question: Question) -> Callable[[Workspace, Path], int]:
    """What writes the list of a tab under a text to a file, all of it, in its order."""
    return partial(_write_list, question)


def _write_list(question: Question, workspace: Workspace, path: Path) -> int:
    from services.exporting import write_emails_list

    return write_emails_list(_every(question, workspace), path)


def _every(question: Question, workspace: Workspace) -> Iterator[OutboxRow]:
    key: tuple[str, int] | None = None
    while True:
        found = outreach.read_outbox(workspace, question.tab, after=key, count=PAGE_ROWS, text=question.text)
        yield from found.rows
        key = found.next_key
        if key is None:
            return


def email_of(
    message: Message,
    mail: str,
    fault: str,
    review: Review | None,
    offline: bool,
    attempts: tuple[Attempt, ...] = (),
) -> ShownEmail:
    """Part the mail into its headers and its text."""
    head, _, text = mail.partition("\n\n")
    named = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    sender, recipient, subject = (named.get(name, "") for name in ("From", "To", "Subject"))
    return ShownEmail(message, sender, recipient, subject, text, fault, review, offline, attempts)


def recall(message_id: int) -> Work:
    """Take an email back to review."""
    return partial(outreach.recall, message_ids=(message_id,))


def reschedule(message_id: int, at: str | None, *, anyway: bool = False) -> Work:
    """Let an email go out at another moment; None: now, and ``anyway`` in these quiet hours too."""
    return partial(outreach.reschedule, message_ids=(message_id,), at=at, anyway=anyway)


def retry(message_id: int) -> Work:
    """Send a failed email once more."""
    return partial(outreach.retry, message_ids=(message_id,))


def settle(message_id: int, *, delivered: bool) -> Work:
    """Decide on an email in doubt."""
    return partial(outreach.settle, message_id=message_id, delivered=delivered)


def discard(message_id: int) -> Work:
    """Put an email away."""
    return partial(outreach.discard, message_ids=(message_id,))


def handed_over(message_id: int, via: str) -> Work:
    """It was sent by the person's own mail app."""
    return partial(outreach.handed_over, message_id=message_id, via=via)
