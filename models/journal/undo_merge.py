"""Undo a merge of two customers where life went on: what came since stays with the customer, and is named.

Nobody knows any more under which record a later row came; importing its file again gives it to that one. An email that
is on its way to the customer is waited for, and one that was sent since stays in the history of whom it went to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from models.journal.chain import Image
from models.tables import customers, imports, messages, metadata
from models.values.errors import UserError
from models.values.journal import JournalEntry
from models.values.words import sentence

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork

#: The verb of the entry that merges two customers.
MERGED: Final = "merge-customers"
_UNDER_WAY: Final = ("approved", "queued", "sending")


def without_what_stays(work: UnitOfWork, entry: JournalEntry, images: Sequence[Image]) -> list[Image]:
    """Return the images of a merge that may be put back; name in ``work`` what stays.

    Raises
    ------
    UserError
        An email that one of the two records brought is on its way.
    """
    kept_id = int(entry.subject.partition(":")[2])
    name = work.connection.execute(select(customers.c.name).where(customers.c.id == kept_id)).scalar()
    staying: set[int] = set()
    for image in images:
        if image.table != "messages" or image.operation != "update" or "customer_id" not in (image.after or {}):
            continue
        row = work.connection.execute(
            select(messages.c.state, messages.c.sent_at).where(messages.c.id == int(image.row_id))
        ).first()
        if row is not None and row.state in _UNDER_WAY:
            raise UserError(f"An email to {name} is on its way. Undo when it has been sent, or stop it in the outbox.")
        if row is not None and row.sent_at is not None and row.sent_at > entry.at:
            staying.add(int(image.row_id))
    if staying:
        emails = "The email sent since stays" if len(staying) == 1 else f"{len(staying)} emails sent since stay"
        work.keep(sentence(f"{emails} with {name}"))
    came = _came_since(work, kept_id, entry.id)
    if came:
        rows = "1 row that was imported since stays" if came == 1 else f"{came:,} rows that were imported since stay"
        work.keep(f"{rows} with {name}: import the file again to return each to its own record.")
    return [image for image in images if image.table != "messages" or int(image.row_id) not in staying]


def _came_since(work: UnitOfWork, customer: int, entry: int) -> int:
    later: Any = select(imports.c.id).where(imports.c.journal_id > entry, imports.c.undone_by.is_(None))
    return sum(
        work.connection.execute(
            select(func.count()).where(table.c.customer_id == customer, table.c.import_id.in_(later))
        ).scalar_one()
        for table in metadata.sorted_tables
        if "customer_id" in table.c and "import_id" in table.c and table.name not in ("identities", "merged_customers")
    )
