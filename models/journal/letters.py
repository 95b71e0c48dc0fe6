"""What an undo leaves alone of emails: what has been handed over is out of the house, what is approved stays as it is.

An approval is undone with all that it did (the alert waits, a task, a deal's stage) or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.journal.chain import Image
from models.tables import customers, messages, metadata, opportunities
from models.values.outreach import HANDED_OVER, WRITABLE

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork

#: Columns that sending and saving move along by themselves: their change is nobody's later work.
_PASSING: Final = frozenset({"changed_at", "due_at", "attempts", "fault"})
_APPROVED: Final = ("approved", "queued", "failed")


def without_kept(work: UnitOfWork, images: Sequence[Image]) -> list[Image]:
    """Return the images of an entry that may be put back, naming each email that is kept with the reason."""
    kept: set[int] = set()
    their_customers: set[int] = set()
    for number in _emails(images):
        row = _message(work, number)
        why = _why_kept(row, [one for one in images if _is_email(one, number)]) if row is not None else ""
        if row is not None and why:
            name = work.connection.execute(
                select(customers.c.name).where(customers.c.id == row["customer_id"])
            ).scalar()
            work.keep(why.format(name or "the customer"))
            kept.add(number)
            their_customers.add(int(row["customer_id"]))
    if not kept:
        return list(images)
    return [one for one in images if _email_of(work, one) not in kept and _owner(work, one) not in their_customers]


def put_back(row: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the fields of an email to put back, and the names of those that were changed by somebody since.

    An approval goes back whole: an attempt that failed since, or a later moment, is a part of it.
    """
    if _approves(before, after):
        return {name: value for name, value in before.items() if name != "changed_at"}, set()
    back = {name: value for name, value in before.items() if row[name] == after.get(name)}
    if "state" in back:
        back |= {name: before[name] for name in _PASSING & before.keys()}
    return back, before.keys() - back.keys() - _PASSING


def _approves(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return before.get("state") in WRITABLE and after.get("state") in ("approved", "queued")


def _why_kept(row: dict[str, Any], images: Sequence[Image]) -> str:
    state = row["state"]
    if state in HANDED_OVER:
        return "The email to {} has been handed over and cannot be taken back."
    if state not in WRITABLE and any(_changes_text(one) for one in images):
        return "The email to {} was approved meanwhile; take it back to review first."
    for image in images:
        before = image.before or {}
        if _approves(before, image.after or {}) and state not in _APPROVED:
            return "The email to {} is no longer approved."
        version = before.get("approved_version")
        if before.get("state") in (*_APPROVED, "in_doubt") and version is not None and version != row["version"]:
            return "The email to {} was changed since; approve it again."
    return ""


def _changes_text(image: Image) -> bool:
    if image.operation == "insert":
        return True
    names = (image.before or {}).keys() | (image.after or {}).keys()
    return bool(names & {"subject", "greeting", "body", "facts", "resolutions", "version"})


def _emails(images: Iterable[Image]) -> list[int]:
    found = dict.fromkeys(int(one.row_id) for one in images if one.table == "messages")
    for one in images:
        number = (one.after or one.before or {}).get("message_id")
        if one.table == "drafts" and isinstance(number, int):
            found[number] = None
    return list(found)


def _is_email(image: Image, number: int) -> bool:
    return image.table == "messages" and int(image.row_id) == number


def _message(work: UnitOfWork, number: int) -> dict[str, Any] | None:
    found = work.connection.execute(select(messages).where(messages.c.id == number)).mappings().first()
    return dict(found) if found is not None else None


def _email_of(work: UnitOfWork, image: Image) -> int | None:
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
