"""Erase the images of rows, as a person may ask for their data: the chain still holds, and says who erased what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from models.journal.chain import erasure
from models.tables import journal_payloads

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork


def erase_images(work: UnitOfWork, table: str, row_ids: Sequence[int]) -> int:
    """Erase all images of rows of a table inside ``work``, whose entry digests what was erased; return their number."""
    c = journal_payloads.c
    chosen = (c.table_name == table, c.row_id.in_([str(one) for one in row_ids]), c.erased_at.is_(None))
    rows = work.connection.execute(select(c.id, c.journal_id, c.position, c.digest).where(*chosen)).all()
    for row in rows:
        work.digest(erasure(row.journal_id, row.position, row.digest, work.at))
    erased = update(journal_payloads).values(before=None, after=None, erased_at=work.at)
    work.execute(erased.where(c.id.in_([row.id for row in rows])))
    return len(rows)
