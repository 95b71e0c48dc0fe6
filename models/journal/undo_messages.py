"""What an undo leaves alone of emails: what has been handed over is out of the house, what is approved stays as it is.

An approval is undone with all that it did (the alert waits, a task, a deal's stage) or not at all, and so is a draft.
What a person noted (it arrived, the mail app sent it) can be taken back; what a server took cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.journal.chain import Image
from models.tables import customers, messages, metadata, opportunities
from models.values import words
from models.values.outreach import HANDED_OVER, WRITABLE

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork

#: Columns that sending and saving move along by themselves: their change is nobody's later work.
PASSING: Final = frozenset({"changed_at", "due_at", "attempts", "fault"})
#: What does not tell whether an email is still as an entry left it: the number of its text goes on with each undo.
UNWATCHED: Final = PASSING | {"version"}
_APPROVED: Final = ("approved", "queued", "failed")
_TEXT: Final = ("subject", "greeting", "body")
#: What a change of counts the version up.
_COUNTED: Final = frozenset({*_TEXT, "facts", "resolutions", "incentive_minor", "currency"})
_OWNERS: Final = frozenset({"customer_id", "alert_id"})
_BY_MAIL_PROGRAM: Final = ("eml", "mail_program")
#: An email that an undo queues again can be stopped for as long as at first, and so long at most.
_LONGEST_STOP: Final = timedelta(hours=1)


def without_kept(work: UnitOfWork, images: Sequence[Image]) -> list[Image]:
    """Return the images of an entry that may be put back, naming each email that is kept with the reason."""
    kept: set[int] = set()
    their_customers: set[int] = set()
    for number in _emails(images):
        row = _message(work, number)
        why = _why_kept(work, row, [one for one in images if _email_of(one) == number]) if row is not None else ""
        if row is not None and why:
            name = work.connection.execute(
                select(customers.c.name).where(customers.c.id == row["customer_id"])
            ).scalar()
            work.keep(why.format(name or "the customer"))
            kept.add(number)
            their_customers.add(int(row["customer_id"]))
    if not kept:
        return list(images)
    return [one for one in images if _email_of(one) not in kept and _owner(work, one) not in their_customers]


def put_back(
    row: dict[str, Any], before: dict[str, Any], after: dict[str, Any], at: str
) -> tuple[dict[str, Any], set[str]]:
    """Return the fields of an email to put back, and the names of those that were changed by somebody since.

    An approval goes back whole: an attempt that failed since, or a later moment, is a part of it. What is queued again
    at the moment ``at`` can be stopped again. A version never comes again: who saw a text knows it by its number.
    """
    if _approves(before, after):
        # The approval itself may have found both as they were; what an attempt noted since is of no approval any more.
        untried = {"fault": None, "attempts": 0}
        return untried | {name: value for name, value in before.items() if name != "changed_at"}, set()
    back = {name: value for name, value in before.items() if row[name] == after.get(name) and name != "version"}
    if "version" in before and back.keys() & _COUNTED:
        back["version"] = row["version"] + 1
    if "state" in back:
        back |= {name: before[name] for name in PASSING & before.keys()}
        if back["state"] == "queued" and before.get("due_at") is not None:
            back["due_at"] = _stoppable(before, at)
    return back, before.keys() - back.keys() - UNWATCHED


def _stoppable(before: Mapping[str, Any], at: str) -> str | None:
    """When an email goes out that is queued again: as it was said, or after the time to stop it where that is past."""
    due, approved, now = (words.moment_of(one) for one in (before.get("due_at"), before.get("approved_at"), at))
    if due is None or now is None or due > now:
        return before.get("due_at")
    had = due - approved if approved is not None and due > approved else timedelta(0)
    return words.stored(now + min(had, _LONGEST_STOP))


def _approves(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before.get("state") in WRITABLE and after.get("state") in ("approved", "queued")


def _why_kept(work: UnitOfWork, row: dict[str, Any], images: Sequence[Image]) -> str:
    state = row["state"]
    changes = [(one.before or {}, one.after or {}) for one in images if one.table == "messages"]
    noted = any(old.get("state") in ("approved", "in_doubt") and new.get("state") == "sent" for old, new in changes)
    if state in HANDED_OVER and not (noted and state == "sent"):
        return "The email to {} has already been sent and cannot be recalled."
    if any(old.get("state") == "queued" and new.get("via") in _BY_MAIL_PROGRAM for old, new in changes):
        return "The email to {} was opened in the mail app; if queued again, it could go out twice. See the outbox."
    if state not in WRITABLE and any(_changes_text(one) for one in images):
        return "The email to {} has been approved since; recall it first."
    if _written_since(row, images):
        return "The email to {} has been edited since: discard it, or restore an earlier draft."
    for before, after in changes:
        if _approves(before, after) and state not in _APPROVED:
            return "The email to {} is no longer approved."
        if _approves(before, after) and _another_is_open(work, row):
            return "The email to {} stays approved: another one for this alert is being written. Discard that first."
        version = before.get("approved_version")
        if before.get("state") in (*_APPROVED, "in_doubt") and version is not None and version != row["version"]:
            return "The email to {} has changed since; approve it again."
    return ""


def _written_since(row: Mapping[str, Any], images: Sequence[Image]) -> bool:
    """Whether an email that an entry began, or wrote a draft of, is another one by now."""
    began = next((one.after for one in images if one.table == "messages" and one.operation == "insert"), None)
    if began is not None:
        return any(row[name] != value for name, value in began.items() if name not in UNWATCHED)
    written = [one.after for one in images if one.table == "drafts" and one.operation == "insert"]
    return bool(written) and any(row[name] != (written[-1] or {}).get(name) for name in _TEXT)


def _another_is_open(work: UnitOfWork, row: Mapping[str, Any]) -> bool:
    """Whether another email is being written for the alert: there is place for one."""
    another = select(messages.c.id).where(
        messages.c.alert_id == row["alert_id"], messages.c.id != row["id"], messages.c.state.in_(WRITABLE)
    )
    return row["alert_id"] is not None and work.connection.execute(another).first() is not None


def _changes_text(image: Image) -> bool:
    if image.operation == "insert":
        return True
    names = (image.before or {}).keys() | (image.after or {}).keys()
    return bool(names & {"subject", "greeting", "body", "facts", "resolutions", "version"})


def _emails(images: Iterable[Image]) -> list[int]:
    found = dict.fromkeys(int(one.row_id) for one in images if one.table == "messages" and not _goes_over(one))
    for one in images:
        number = (one.after or one.before or {}).get("message_id")
        if one.table == "drafts" and isinstance(number, int):
            found[number] = None
    return list(found)


def _goes_over(image: Image) -> bool:
    """Whether an email only got another owner, because two customers became one: that takes nothing back of it."""
    return image.operation == "update" and (image.after or {}).keys() <= _OWNERS


def _message(work: UnitOfWork, number: int) -> dict[str, Any] | None:
    found = work.connection.execute(select(messages).where(messages.c.id == number)).mappings().first()
    return dict(found) if found is not None else None


def _email_of(image: Image) -> int | None:
    if image.table == "messages":
        return int(image.row_id)
    number = (image.after or image.before or {}).get("message_id")
    return number if image.table in ("drafts", "sendings") and isinstance(number, int) else None


def _owner(work: UnitOfWork, image: Image) -> int | None:
    """Return the customer to whom a row of an approval belongs."""
    table = metadata.tables[image.table]
    if "customer_id" not in table.c and "opportunity_id" not in table.c:
        return None
    key = int(image.row_id)
    row = work.connection.execute(select(table).where(table.c.id == key)).mappings().first()
    if row is None:
        return None
    if "customer_id" in row:
        owner = row["customer_id"]
    else:
        deal = select(opportunities.c.customer_id).where(opportunities.c.id == row["opportunity_id"])
        owner = work.connection.execute(deal).scalar()
    return int(owner) if owner is not None else None
