"""Erase the images of rows, as a person may ask for their data: the chain still holds, and says who erased what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select, text, update

from models.journal.chain import erasure
from models.tables import journal_payloads

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork

_AT_ONCE: Final = 500
#: Customers who were deleted by an entry that gave rows of theirs to another one.
_WENT_OVER: Final = """
    SELECT DISTINCT d.row_id FROM journal_payloads d JOIN journal_payloads m ON m.journal_id = d.journal_id
    WHERE d.table_name = 'customers' AND d.operation = 'delete' AND m.operation = 'update'
      AND json_extract(m.after, '$.customer_id') = :number
      AND json_extract(m.before, '$.customer_id') = CAST(d.row_id AS INTEGER)
"""


def erase_images(work: UnitOfWork, table: str, row_ids: Iterable[int | str]) -> int:
    """Erase all images of rows of a table inside ``work``, whose entry digests what was erased; return their number."""
    c, ids = journal_payloads.c, [str(one) for one in row_ids]
    chunks = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return sum(_erase(work, c.table_name == table, c.row_id.in_(chunk)) for chunk in chunks)


def erase_words(work: UnitOfWork, texts: Sequence[str]) -> int:
    """Erase the words of all entries in which one of some texts, such as a name, stands whole; return their number."""
    c = journal_payloads.c
    if not texts:
        return 0
    near = or_(*(func.instr(c.after, json.dumps(one, ensure_ascii=False)[1:-1]) > 0 for one in texts))
    found = work.connection.execute(select(c.id, c.after).where(c.operation == "words", near)).all()
    whole = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in texts))
    return _erase(work, c.id.in_([row.id for row in found if whole.search(json.loads(row.after)["words"])]))


def rows_of_customers(connection: Connection, numbers: Sequence[int]) -> dict[str, set[str]]:
    """Return, by table, the rows of which images say that they are of some customers, those deleted long ago too."""
    c = journal_payloads.c
    told = (func.json_extract(image, "$.customer_id").in_(list(numbers)) for image in (c.before, c.after))
    chosen = (c.operation.in_(("insert", "update", "delete")), c.erased_at.is_(None), or_(*told))
    found: dict[str, set[str]] = {}
    for table, row_id in connection.execute(select(c.table_name, c.row_id).where(*chosen).distinct()):
        found.setdefault(table, set()).add(row_id)
    return found


def former_numbers(connection: Connection, number: int) -> set[int]:
    """Return the numbers of customers whose rows a customer has by a merge or an import, and of those before them."""
    found: set[int] = set()
    ahead = [number]
    while ahead:
        rows = connection.execute(text(_WENT_OVER), {"number": ahead.pop()}).scalars().all()
        more = {int(one) for one in rows} - found - {number}
        found |= more
        ahead += more
    return found


def texts_in_images(connection: Connection, table: str, row_ids: Sequence[int], fields: Sequence[str]) -> set[str]:
    """Return what the images of rows ever said in some fields."""
    c = journal_payloads.c
    found: set[str] = set()
    for image in (c.before, c.after):
        query = select(*(func.json_extract(image, f"$.{name}") for name in fields)).where(
            c.table_name == table, c.row_id.in_([str(one) for one in row_ids])
        )
        found |= {str(said) for row in connection.execute(query.where(image.is_not(None))) for said in row if said}
    return found


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
