"""A sent email as an email event of the book, so that scores, rules, the timeline and the cap know of it."""

from __future__ import annotations

from models.store import UnitOfWork
from models.tables import email_events
from models.values import words
from models.values.outbox import OWN_SOURCE
from models.values.outreach import Message
from services.outreach.send_policy import in_force
from services.workspace import Workspace


def keep_event(workspace: Workspace, work: UnitOfWork, message: Message, at: str) -> None:
    """Write the event of an email that was sent at a moment, once; its day is that of the customer's owner."""
    known = work.sql(
        "SELECT 1 FROM email_events WHERE source = ? AND external_id = ?", (OWN_SOURCE, message.message_id)
    )
    moment = words.moment_of(at)
    if known.first() is not None or moment is None:
        return
    owner = work.sql("SELECT owner FROM customers WHERE id = ?", (message.customer_id,)).scalar()
    zone = in_force(workspace, work.driver).zone_of(owner)
    work.insert(
        email_events,
        {
            "customer_id": message.customer_id,
            "source": OWN_SOURCE,
            "external_id": message.message_id,
            "message": message.subject,
            "kind": "sent",
            "happened_on": moment.astimezone(zone).date().isoformat(),
            "happened_at": at,
        },
    )
