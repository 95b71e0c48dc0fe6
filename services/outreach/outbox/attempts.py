"""Each attempt to hand an email over, as a person reads it: when, how it ended, and the server's own words."""

from __future__ import annotations

from typing import Final

from models.values.outbox import Attempt
from services.workspace import Workspace

_ENDED: Final = {
    "sent": "Accepted by the mail server",
    "refused": "Refused by the mail server",
    "later": "The mail server will take it later",
    "unreachable": "The mail server could not be reached",
    "in_doubt": "Delivery not confirmed",
    "interrupted": "Interrupted before it was sent",
}


def read_attempts(workspace: Workspace, message_id: int) -> tuple[Attempt, ...]:
    """Return the attempts of an email, oldest first; one that is under way has no end yet."""
    with workspace.store.snapshot() as driver:
        found = driver.execute(
            "SELECT begun_at, outcome, answer FROM sendings WHERE message_id = ? ORDER BY attempt", (message_id,)
        ).fetchall()
    return tuple(
        Attempt(begun, _ENDED.get(outcome or "", "In progress"), answer or "") for begun, outcome, answer in found
    )
