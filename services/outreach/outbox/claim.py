"""One sender at a time, and one claim an email: what keeps two programs, or one after a crash, from sending twice.

A round holds a lock file beside the store, which the system gives back when a process ends, however it ends. Whoever
holds it knows that an email in "sending" has nobody who sends it. The lock saves work; what is relied on is the store:
an email is claimed in a transaction, and the claim is looked at again in the transaction before its end is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from models import sqlite
from models.file_lock import held
from models.private import private
from models.queries.conversion import PURCHASE
from models.store import UnitOfWork
from models.tables import messages, sendings
from models.values import words
from models.values.changes import Changes
from models.values.errors import EnvironmentFault
from models.values.journal import Actor
from models.values.outreach import Message
from services.outreach.messages import message_of
from services.outreach.outbox.approval import back_to_review
from services.outreach.outbox.standing import changed_since
from services.outreach.send_policy import in_force, waives_quiet_hours, why_not
from services.permission.quiet import first_moment
from services.workspace import Workspace

#: Who sends, as the journal names it: an undo of a person's passes it over.
SENDER: Final = Actor("system", "outbox")
#: The last order that was known when an email was approved, and the last one that was not.
_ORDERS: Final = (
    "SELECT max(CASE WHEN known THEN ordered_on END), max(CASE WHEN NOT known THEN ordered_on END) FROM ("
    "SELECT o.ordered_on, CASE WHEN i.id IS NOT NULL THEN i.finished_at <= :approved"
    " ELSE coalesce(o.ordered_at <= :approved, o.ordered_on <= :day) END AS known"
    " FROM orders o LEFT JOIN imports i ON i.id = o.import_id"
    f" WHERE o.customer_id = :customer AND {PURCHASE} AND o.ordered_on <= :today)"
)
_INTERRUPTED: Final = "Bellwether closed before the email was sent; it goes out again."
_LOST: Final = "Bellwether closed after the email was sent and before the server's answer was recorded."


@dataclass(frozen=True, slots=True)
class Claim:
    """An email that this round, and nobody else, hands over."""

    message: Message
    mail: str
    sending: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Held:
    """Why an email does not go now; ``failed`` if it will not go by itself any more."""

    why: str
    failed: bool


class ClaimLost(Exception):
    """Somebody else decided on the email meanwhile; it is not handed over."""


# -- one sender ---------------------------------------------------------------------------------------------------


@contextmanager
def sole_sender(store: Path, cancelled: Callable[[], bool], patience_s: float) -> Iterator[bool]:
    """Hold the place of the one who sends from a book; yields False where another one has it for all the patience.

    Raises
    ------
    EnvironmentFault
        The lock file cannot be made beside the book.
    """
    path = store.with_name(f"{store.name}.sending")
    try:
        file = open(path, "ab+", opener=private)  # noqa: SIM115  held until the round is over
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be written ({error.strerror or 'no permission'}), so nothing is sent: "
            "Bellwether cannot tell whether another copy is sending. Check the folder; the emails wait."
        ) from error
    with held(file, cancelled, patience_s) as free:
        yield free


def somebody_sends(store: Path) -> bool:
    """Return whether a program is sending from a book now."""
    path = store.with_name(f"{store.name}.sending")
    if not path.exists():
        return False
    with sole_sender(store, lambda: True, 0) as free:
        return not free


# -- one claim ----------------------------------------------------------------------------------------------------


def recover(workspace: Workspace) -> tuple[Changes, list[int]]:
    """Decide on emails whose sender is gone: back to the queue, or in doubt where the end had been sent, perhaps.

    Only the sole sender may ask for it. Returned are the changes, and the emails that are in doubt.
    """
    with workspace.store.snapshot() as driver:
        left = [row[0] for row in driver.execute("SELECT id FROM messages WHERE state = 'sending'")]
    changes = Changes()
    doubts = []
    for number in left:
        with workspace.store.unit_of_work(SENDER, "recover", f"message:{number}", at=workspace.at) as work:
            message = message_of(work.driver, number)
            if message.state == "sending" and _settle_left(work, message):
                doubts.append(number)
            changes = changes.merged(work.commit())
    return changes, doubts


def _settle_left(work: UnitOfWork, message: Message) -> bool:
    last: Any = work.sql(
        "SELECT id, handing_over_at FROM sendings WHERE message_id = ? AND outcome IS NULL"
        " ORDER BY attempt DESC LIMIT 1",
        (message.id,),
    ).first()
    handed = last is not None and last[1] is not None
    if last is not None:
        outcome = {"outcome": "in_doubt" if handed else "interrupted", "ended_at": work.at}
        work.update(sendings, last[0], {**outcome, "answer": _LOST if handed else None})
    if handed:
        work.update(messages, message.id, {"state": "in_doubt", "fault": _LOST, "changed_at": work.at})
        work.say(f"Delivery of the email to {message.customer} is not confirmed")
    else:
        values = {"state": "queued", "fault": _INTERRUPTED, "due_at": work.at, "changed_at": work.at}
        work.update(messages, message.id, values)
        work.say(f"Queued the email to {message.customer} again")
    return handed


def claim(workspace: Workspace, message_id: int, *, at_once: bool) -> tuple[Claim | Held | None, Changes]:
    """Claim an email in one transaction, with every condition looked at in it; None where it is no longer queued.

    Parameters
    ----------
    at_once
        Do not wait out the time in which it can be stopped; a chosen moment and quiet hours hold.
    """
    with workspace.store.unit_of_work(SENDER, "send", f"message:{message_id}", at=workspace.at) as work:
        message = message_of(work.driver, message_id)
        if message.state != "queued":
            return None, Changes()
        held = _held(workspace, work, message, at_once)
        if held is not None:
            return held, work.commit()
        attempt = 1 + int(work.sql("SELECT count(*) FROM sendings WHERE message_id = ?", (message_id,)).scalar() or 0)
        mail = str(work.sql("SELECT mail FROM messages WHERE id = ?", (message_id,)).scalar())
        values = {"state": "sending", "attempts": message.attempts + 1, "fault": None, "changed_at": work.at}
        work.update(messages, message_id, values)
        row = {"message_id": message_id, "attempt": attempt, "begun_at": work.at}
        sending = work.insert(sendings, row)
        work.say(f"Began to send the email to {message.customer}")
        return Claim(message, mail, sending, attempt), work.commit()


def _held(workspace: Workspace, work: UnitOfWork, message: Message, at_once: bool) -> Held | None:
    driver = work.driver
    policy = in_force(workspace, driver)
    now = workspace.clock.now().astimezone(UTC)
    not_before, owner = driver.execute(
        "SELECT m.not_before, c.owner FROM messages m JOIN customers c ON c.id = m.customer_id WHERE m.id = ?",
        (message.id,),
    ).fetchone()
    waits_for = words.moment_of(not_before if at_once else message.due_at)
    if waits_for is not None and waits_for > now:
        return Held(f"It goes out {_words_of(waits_for, now, policy.zone_of(owner))}.", failed=False)
    ordered = ordered_since(driver, message, policy.zone_of(owner), now)
    if ordered:
        back_to_review(work, message, ordered)
        work.say(f"Recalled the email to {message.customer} for review: an order came in after it was approved")
        return Held(ordered, failed=True)
    changed = changed_since(workspace, message)
    if changed:
        back_to_review(work, message, changed)
        work.say(f"Recalled the email to {message.customer} for review: its facts have changed")
        return Held(changed, failed=True)
    opens = first_moment(policy, owner, now)
    if opens > now and not waives_quiet_hours(driver, message.id, now):
        work.update(messages, message.id, {"due_at": words.stored(opens), "changed_at": work.at})
        work.say(f"The email to {message.customer} waits for quiet hours to end")
        return Held(f"Quiet hours: it goes out {_words_of(opens, now, policy.zone_of(owner))}.", failed=False)
    refused = why_not(driver, policy, message.customer_id, message.id, at=now)
    if refused:
        work.update(messages, message.id, {"state": "failed", "fault": refused, "due_at": None, "changed_at": work.at})
        work.say(f"The email to {message.customer} was not sent")
        return Held(refused, failed=True)
    return None


def ordered_since(driver: sqlite.Connection, message: Message, zone: tzinfo, now: datetime) -> str:
    """Return the sentence that an order came in which nobody could know who approved an email; '' where none did.

    Asked for every email of an alert, whatever its goal: the alert says what the customer has done of late, the text
    follows it, and a later order makes it another case. An order came in with its import; one that no import brought,
    when it was placed, and without a time of day on the day after at the earliest. Orders older than the last one that
    was known tell nothing new. Approved again, the email goes out as it is.
    """
    approved = words.moment_of(message.approved_at)
    if message.alert_id is None or approved is None:
        return ""
    approved_on, today = approved.astimezone(zone).date(), now.astimezone(zone).date()
    asked = {"customer": message.customer_id, "approved": message.approved_at, "day": approved_on.isoformat()}
    known, new = driver.execute(_ORDERS, {**asked, "today": today.isoformat()}).fetchone()
    ordered_on = words.day_of(new)
    if ordered_on is None or new < (known or ""):
        return ""
    day = words.day(ordered_on, today)
    if ordered_on > approved_on:
        return f"They have ordered since you approved it ({day}): check the text again."
    return f"Their order of {day} came in after you approved it: check the text again."


def begin_hand_over(workspace: Workspace, claimed: Claim) -> None:
    """Write down that the end of the mail is about to be sent, if the claim still holds.

    Raises
    ------
    ClaimLost
        It does not: the end must not be sent.
    """
    number = claimed.message.id
    with workspace.store.unit_of_work(SENDER, "hand-over", f"message:{number}", at=workspace.at) as work:
        held = work.sql(
            "SELECT 1 FROM sendings s JOIN messages m ON m.id = s.message_id"
            " WHERE s.id = ? AND s.outcome IS NULL AND s.handing_over_at IS NULL AND m.state = 'sending'",
            (claimed.sending,),
        )
        if held.first() is None:
            raise ClaimLost
        work.update(sendings, claimed.sending, {"handing_over_at": work.at})
        work.say(f"Handed the email to {claimed.message.customer} over")
        work.commit()


def _words_of(moment: datetime, now: datetime, zone: Any) -> str:
    if moment - now < timedelta(hours=1):
        return f"in {words.left(moment, now, zone)}"
    day = words.soon(moment.astimezone(zone).date(), now.astimezone(zone).date())
    return f"{day} at {words.clock(moment, zone)}"
