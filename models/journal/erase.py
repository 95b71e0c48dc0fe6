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
#: Customers who were deleted by an entry that stands and gave rows of theirs to another one, with that entry.
_WENT_OVER: Final = """
    SELECT DISTINCT d.row_id, d.journal_id FROM journal_payloads m JOIN journal_payloads d
      ON d.table_name = 'customers' AND d.row_id = CAST(json_extract(m.before, '$.customer_id') AS TEXT)
     AND d.journal_id = m.journal_id AND d.operation = 'delete'
    WHERE m.operation = 'update' AND json_extract(m.after, '$.customer_id') = :number AND m.journal_id <= :until
      AND NOT EXISTS (SELECT 1 FROM journal u WHERE u.undoes = d.journal_id
                      AND NOT EXISTS (SELECT 1 FROM journal r WHERE r.undoes = u.id))
"""
_NEWEST: Final = 2**62


def erase_images(work: UnitOfWork, table: str, row_ids: Iterable[int | str], until: int | None = None) -> int:
    """Erase the images of rows of a table inside ``work``, whose entry digests what was erased; return their number.

    With ``until``, only those up to an entry: a number may belong to another row since.
    """
    c, ids = journal_payloads.c, [str(one) for one in row_ids]
    chunks = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    upto = c.journal_id <= (_NEWEST if until is None else until)
    return sum(_erase(work, c.table_name == table, c.row_id.in_(chunk), upto) for chunk in chunks)


def erase_words(work: UnitOfWork, texts: Sequence[str]) -> int:
    """Erase the words of all entries in which one of some texts, such as a name, stands whole; return their number."""
    c = journal_payloads.c
    if not texts:
        return 0
    near = or_(*(func.instr(c.after, json.dumps(one, ensure_ascii=False)[1:-1]) > 0 for one in texts))
    found = work.connection.execute(select(c.id, c.after).where(c.operation == "words", near)).all()
    whole = re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in texts))
    return _erase(work, c.id.in_([row.id for row in found if whole.search(json.loads(row.after)["words"])]))


def rows_of_customer(connection: Connection, number: int, until: int | None = None) -> dict[str, set[str]]:
    """Return, by table, the rows of which images up to an entry say that they are of a customer, deleted ones too."""
    c = journal_payloads.c
    told = (func.json_extract(image, "$.customer_id") == number for image in (c.before, c.after))
    chosen = (c.operation.in_(("insert", "update", "delete")), c.erased_at.is_(None), or_(*told))
    upto = c.journal_id <= (_NEWEST if until is None else until)
    found: dict[str, set[str]] = {}
    for table, row_id in connection.execute(select(c.table_name, c.row_id).where(*chosen, upto).distinct()):
        found.setdefault(table, set()).add(row_id)
    return found


def went_over(connection: Connection, number: int) -> dict[int, int]:
    """Return the numbers of customers whose rows a customer has by a merge or an import, with the entry that did it.

    Those who went over into them before are among them; who was taken apart again is not.
    """
    found: dict[int, int] = {}
    ahead = [(number, _NEWEST)]
    while ahead:
        one, until = ahead.pop()
        for row_id, entry in connection.execute(text(_WENT_OVER), {"number": one, "until": until}).all():
            if int(row_id) not in found:
                found[int(row_id)] = entry
                ahead.append((int(row_id), entry))
    return found


def texts_in_images(
    connection: Connection, table: str, row_id: int, fields: Sequence[str], until: int | None = None
) -> set[str]:
    """Return what the images of a row up to an entry ever said in some fields."""
    c = journal_payloads.c
    found: set[str] = set()
    upto = c.journal_id <= (_NEWEST if until is None else until)
    for image in (c.before, c.after):
        query = select(*(func.json_extract(image, f"$.{name}") for name in fields))
        query = query.where(c.table_name == table, c.row_id == str(row_id), image.is_not(None), upto)
        found |= {str(said) for row in connection.execute(query) for said in row if said}
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
