"""A made-up outbox with the questions of the Outbox page: what its panes are tested against."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.values.errors import UserError
from models.values.outbox import Attempt, OutboxRow
from models.values.outreach import Check, Message, MessageState, Review
from views.lists.keyset_model import PAGE_ROWS, Page
from views.outbox.rooms import Question, ShownEmail, email_of

NAMES = ("Alder Row Books", "Beacon Tools", "Café Linden", "Dovetail Joinery", "Elm Street Vets", "Fathom Diving")
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
STATES: tuple[MessageState, ...] = ("in_review", "queued", "in_doubt", "failed", "sent")
TAB_OF = {"draft": "review", "in_review": "review", "queued": "waiting", "approved": "waiting", "sending": "waiting",
          "in_doubt": "doubt", "failed": "failed", "sent": "sent"}  # fmt: skip
_WORDS = {
    "in_review": "Awaiting your review",
    "queued": "Goes out in 8 min",
    "approved": "Ready for your mail app",
    "in_doubt": "Was it delivered?",
    "failed": "Refused",
    "sent": "Sent",
}
BODY = """Hello Alder Row team,

Your order of 7 September reached you late, and I am sorry. That is not what you have had from us since March 2023.

The winter range opens to everyone on 1 December. You could see the outerwear a week earlier, and I would gladly pick \
three pieces that go with your last order.

Would a short call on Tuesday suit you?

Warm regards,
Ada Lindqvist

You get this email because you are a customer. To hear from us no more, answer with “unsubscribe”."""


def message(number: int, state: MessageState) -> Message:
    """Email ``number``; everything about it follows from its number and state."""
    approved = state not in ("draft", "in_review")
    moment = (NOW - timedelta(minutes=7 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"{NAMES[number % len(NAMES)]} {number}"
    return Message(
        id=number, customer_id=number, customer=name, alert_id=None, state=state, goal="apologise", tone="warm",
        writer=("template:late_delivery", "model:office", "person")[number % 3], origin="person",
        subject=f"Your September order, and a first look at winter ({number})", greeting="Hello Alder Row team,",
        body=BODY, facts=(), resolutions=(), incentive_minor=0, currency="USD", version=2, after=None,
        approved_by="Ada" if approved else None, approved_at=moment if approved else None,
        to_address=f"orders{number}@alder.example", from_address="ada@bellwether.example",
        due_at=(NOW + timedelta(minutes=8)).strftime("%Y-%m-%dT%H:%M:%SZ") if state == "queued" else None,
        message_id=f"<{number}@bellwether.example>", attempts=2 if state in ("failed", "in_doubt") else 0,
        fault="The server refused the address: no such mailbox." if state == "failed" else None,
        via="smtp" if state == "sent" else None, sent_at=moment if state == "sent" else None, created_at=moment,
        changed_at=moment,
    )  # fmt: skip


def row_of(made: Message) -> OutboxRow:
    """The line of an email."""
    return OutboxRow(
        id=made.id, customer_id=made.customer_id, customer=made.customer, subject=made.subject, state=made.state,
        state_words=_WORDS.get(made.state, made.state), when=made.changed_at, when_words=made.changed_at[11:16],
        writer_words="from a template", fault=made.fault or "", alert_id=None, approved_by=made.approved_by or "",
    )  # fmt: skip


class MadeMailroom:
    """Keeps emails; pages them by tab and text as the real outbox does."""

    def __init__(self, counts: tuple[int, int, int, int, int] = (12, 5, 2, 3, 260), *, account: bool = True) -> None:
        self.has_account = account
        self.offline = False
        self.broken = ""
        self.messages: dict[int, Message] = {}
        for state, count in zip(STATES, counts, strict=True):
            for _ in range(count):
                number = len(self.messages) + 1
                self.messages[number] = message(number, state)
        self.written: list[tuple[int, Path]] = []
        self.linked: list[int] = []

    def put(self, message_id: int, state: MessageState) -> None:
        """Let an email be in another state."""
        self.messages[message_id] = replace(self.messages[message_id], state=state)

    def page(self, question: Question, key: tuple[str, int] | None) -> Page[OutboxRow]:
        if self.broken:
            raise UserError(self.broken)
        rows = [row_of(one) for one in self.messages.values() if TAB_OF.get(one.state) == question.tab]
        text = question.text.casefold()
        rows = [row for row in rows if text in f"{row.customer} {row.subject}".casefold()]
        start = 0 if key is None else next(n for n, row in enumerate(rows) if row.id == key[1]) + 1
        shown = rows[start : start + (question.first_rows if key is None else PAGE_ROWS)]
        more = start + len(shown) < len(rows)
        counts: dict[str, int] = {}
        for one in self.messages.values():
            tab = TAB_OF.get(one.state)
            if tab is not None:
                counts[tab] = counts.get(tab, 0) + 1
        return Page(shown, (shown[-1].when, shown[-1].id) if more else None, counts)

    def email(self, message_id: int) -> ShownEmail:
        made = self.messages[message_id]
        mail = f"From: Ada <{made.from_address}>\nTo: {made.customer} <{made.to_address}>\nSubject: {made.subject}\n\n"
        tried = (Attempt(made.changed_at, "The server takes it later", "451 4.7.1 try again later"),
                 Attempt(made.changed_at, "Refused by the server", "550 5.1.1 no such mailbox"))  # fmt: skip
        review = review_of() if made.state == "in_review" else None
        return email_of(made, mail + BODY, "", review, self.offline, tried if made.attempts else ())

    def link(self, message_id: int) -> str:
        self.linked.append(message_id)
        return f"mailto:orders{message_id}@alder.example?subject=Hello"

    def write(self, message_id: int, folder: Path) -> Path:
        self.written.append((message_id, folder))
        return folder / f"Email ({message_id}).eml"


def review_of() -> Review:
    """Checks of which one does not pass."""
    checks = (
        Check("permission", True, "You may email them: consent given, last email 8 days ago, limit one in 7 days"),
        Check("facts", True, "6 facts match your data as of 09:00"),
        Check("statements", False, "One statement has no source", "“40 % off” is in none of the ticked facts."),
        Check("greeting", True, "Greeting is this customer’s name"),
        Check("incentive", True, "Offers an early look only; no price or discount"),
        Check("scores", True, "No score, segment or alert reason in the text"),
        Check("unsubscribe", True, "Unsubscribe line is added on sending"),
    )
    return Review((), checks, False, "Not ready: one statement has no source")
