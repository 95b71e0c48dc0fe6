"""Make two records one customer, in one unit of work: every row goes over, nothing is lost, and an undo brings it back.

In this order, which an undo walks backwards: their alerts join, their rows go over, fields are put together, what the
other record said is kept, the other record goes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from models.journal import MERGED
from models.store import UnitOfWork
from models.tables import COMPUTED_TABLES, contacts, customers, identities, merged_customers
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.words import sentence
from services.duplicates.decide import forget_decisions
from services.duplicates.fields import LABELS, Combined, Record, differing
from services.duplicates.open_alerts import join_open_alerts
from services.duplicates.parts import (
    UNSAID,
    Row,
    customer_row,
    joined_words,
    noun_of,
    one_primary,
    outcome,
    refusal,
    rows_of,
)
from services.workspace import Workspace


def merge_customers(workspace: Workspace, kept_id: int, other_id: int) -> Changes:
    """Make the second customer a part of the first.

    Parameters
    ----------
    workspace : Workspace
    kept_id, other_id : int
        The customer whose number, key and fields stay, and the one who becomes a part of it.

    Returns
    -------
    Changes
        Without an entry where they are one already.

    Raises
    ------
    UserError
        One of them is not in the book, it is the same one twice, or an email to one of them is on its way.
    """
    if kept_id == other_id:
        raise UserError(f"Customer {kept_id} cannot be merged with itself. Name two customers.")
    with workspace.store.unit_of_work(workspace.me, MERGED, f"customer:{kept_id}", at=workspace.at) as work:
        kept, other = customer_row(work.connection, kept_id), customer_row(work.connection, other_id)
        if kept is not None and other is None and _is_part(work, kept_id, other_id):
            return Changes(words=sentence(f"They are already one customer: {kept['name']}"))
        for number, row in ((kept_id, kept), (other_id, other)):
            if row is None:
                raise UserError(f"There is no customer {number}. “bellwether customers” lists them.")
        assert kept is not None
        assert other is not None
        refused = refusal(work.connection, kept, other)
        if refused:
            raise UserError(refused)
        together, record = outcome(work.connection, kept, other)
        forget_decisions(work, kept_id, other_id)
        joined = join_open_alerts(work, kept_id, other_id)
        primary = select(contacts.c.id).where(contacts.c.customer_id == kept_id, contacts.c.is_primary == 1)
        stays = work.connection.execute(primary).scalars().first()
        moved = _move_rows(work, kept_id, other_id)
        one_primary(work, kept_id, but=stays)
        _put_together(work, kept, other, together, record)
        work.delete(customers, other_id)
        work.touch(customers=[kept_id, other_id])
        work.say(_words(kept, other, [*(f"{count:,} {noun}" for noun, count in moved), joined]))
        return work.commit()


def _move_rows(work: UnitOfWork, kept_id: int, other_id: int) -> list[tuple[str, int]]:
    for table in COMPUTED_TABLES:
        work.execute(delete(table).where(table.c.customer_id == other_id))
    _drop_twins(work, kept_id, other_id)
    moved = []
    for table, column, ids in rows_of(work.connection, other_id):
        work.move(table, ids, column, kept_id)
        if table.name not in UNSAID:
            moved.append((noun_of(table.name, len(ids)), len(ids)))
    return moved


def _drop_twins(work: UnitOfWork, kept_id: int, other_id: int) -> None:
    """An address that both are known under is kept once."""
    mine = identities.alias("mine")
    twins = (
        select(identities.c.id)
        .join(
            mine,
            (mine.c.kind == identities.c.kind)
            & (mine.c.source == identities.c.source)
            & (mine.c.value == identities.c.value),
        )
        .where(identities.c.customer_id == other_id, mine.c.customer_id == kept_id)
    )
    for twin in work.connection.execute(twins).scalars().all():
        work.delete(identities, twin)


def _put_together(work: UnitOfWork, kept: Row, other: Row, together: Combined, record: Record) -> None:
    work.update(customers, kept["id"], together.values)
    parts = select(merged_customers).where(merged_customers.c.customer_id == kept["id"])
    for part in work.connection.execute(parts).mappings().all():
        gave = _listed(together.gave[(part["source"], part["external_id"])])
        work.update(merged_customers, part["id"], {"gave": gave})
    work.insert(
        merged_customers,
        {
            "customer_id": kept["id"],
            "source": other["source"],
            "external_id": other["external_id"],
            "import_id": other["import_id"],
            "former_id": other["id"],
            "record": json.dumps(record.values, ensure_ascii=False),
            "gave": _listed(together.gave[record.key]),
            "merged_at": work.at,
            "merged_by": work.actor.name,
        },
    )


def _listed(names: Iterable[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _is_part(work: UnitOfWork, kept_id: int, other_id: int) -> bool:
    query = select(merged_customers.c.id).where(
        merged_customers.c.customer_id == kept_id, merged_customers.c.former_id == other_id
    )
    return work.connection.execute(query).first() is not None


def _words(kept: Row, other: Row, moved: Sequence[str]) -> str:
    """What the journal says: who, what went over, and which fields differed."""
    rows = ", ".join(part for part in moved if part) or "no rows"
    words = f"Merged {other['name']} into {kept['name']}: {rows}"
    fields = [LABELS.get(name, name.replace("_", " ")) for name in differing(kept, other) if name != "name"]
    return f"{words}; kept its {joined_words(fields)}" if fields else words
