"""Erase the images of rows, as a person may ask for their data: the chain still holds, and says who erased what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, func, or_, select, update

from models.journal.chain import erasure
from models.tables import journal_payloads

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork

_AT_ONCE: Final = 500


def erase_images(work: UnitOfWork, table: str, row_ids: Sequence[int | str]) -> int:
    """Erase all images of rows of a table inside ``work``, whose entry digests what was erased; return their number."""
    c = journal_payloads.c
    return _erase(work, c.table_name == table, c.row_id.in_([str(one) for one in row_ids]))


def erase_words(work: UnitOfWork, texts: Sequence[str]) -> int:
    """Erase the words of all entries that hold one of some texts, such as a name; return their number."""
    c = journal_payloads.c
    named = or_(*(func.instr(c.after, json.dumps(one, ensure_ascii=False)[1:-1]) > 0 for one in texts))
    return _erase(work, c.operation == "words", named) if texts else 0


def _erase(work: UnitOfWork, *chosen: ColumnElement[bool]) -> int:
    c = journal_payloads.c
    found = select(c.id, c.journal_id, c.position, c.digest).where(*chosen, c.erased_at.is_(None))
    rows = work.connection.execute(found).all()
    for row in rows:
        work.digest(erasure(row.journal_id, row.position, row.digest, work.at))
    erased = update(journal_payloads).values(before=None, after=None, erased_at=work.at)
    for start in range(0, len(rows), _AT_ONCE):
        work.execute(erased.where(c.id.in_([row.id for row in rows[start : start + _AT_ONCE]])))
    return len(rows)
