"""Values of the outbox: its rows and pages, what a round of sending did, and what followed an email."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.values.outreach import MessageState

#: The source under which our own emails are events of the book; they say nothing about how far its files reach.
OWN_SOURCE: Final = "bellwether"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One line of the outbox."""

    id: int
    customer_id: int
    customer: str
    subject: str
    state: MessageState
    state_words: str  # "Goes out in 8 min", "Awaiting your review", "Delivery not confirmed"
    when: str  # sortable moment
    when_words: str
    writer_words: str
    fault: str
    alert_id: int | None
    approved_by: str
    held: bool = False  # approved, and not to be sent as things stand: the fault says why


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """A page of the outbox in the order of its tab; ``next_key`` continues it."""

    rows: tuple[OutboxRow, ...]
    next_key: tuple[str, int] | None
    counts: Mapping[str, int] = field(default_factory=dict)  # review | waiting | doubt | failed | sent


@dataclass(frozen=True, slots=True)
class OutboxStanding:
    """What the chip of the top bar says: how many wait, when the next is due, whether the network is there."""

    review: int
    waiting: int
    doubt: int
    failed: int
    next_due: str | None
    offline: bool
    words: str  # "Online · 3 emails scheduled", "Offline · 3 emails wait", "1 email to send yourself"
    unfinished: bool = False  # an email is being handed over, or was when a program ended
    fault: str = ""  # why what is scheduled waits: the sentence of the account's or the network's fault
    scheduled: str = ""  # "2 emails are scheduled, the first for 16:30, the last for 25 Nov, 09:00"; '' for none
    again: int = 0  # approved emails that came back for review by themselves: an order came in meanwhile

    @property
    def account_fault(self) -> str:
        """Why the mail account does not work; '' where it does, and where nobody knows for want of a network."""
        return "" if self.offline else self.fault


@dataclass(frozen=True, slots=True)
class SendRun:
    """What one round of sending did. ``fault`` is of the connection or the account: everything left waits."""

    sent: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    in_doubt: tuple[int, ...] = ()
    held: tuple[tuple[int, str], ...] = ()  # (id, why it may not go now)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to hand an email over: when it began (UTC), how it ended, and the server's words, '' for none."""

    begun_at: str
    words: str
    answer: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why an email does not go out at this moment; ``quiet`` where a person may send it all the same."""

    why: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class ContactOutcome:
    """What followed an email: counts and sums, no claim of cause."""

    sent_on: str
    came_back_on: str | None
    days: int | None
    orders: int
    revenue_minor: int
    currency: str
    watched_days: int  # days of the watch time that are over
    words: str  # "Emailed 20 Nov · ordered 3 days later, $386 since"
