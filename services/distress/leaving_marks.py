"""The mark next to each text that a customer wrote: whether it says that they leave (1 or 0; null: not read yet).

It is worked out, not brought: reading a text costs more than importing it, so scoring reads those that are new, once,
and the store forgets the mark where words change. Whoever asks before gets the same answer, from the text itself.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.queries.churn_status import NEVER
from models.queries.kept_values import keep_value, kept_value
from models.values.facts import RATED_WELL, WRITTEN
from models.values.journal import Actor
from services.distress.departure import Words, leaving_words_of
from services.distress.leaving_words import edition

if TYPE_CHECKING:
    from models.store import UnitOfWork
    from services.workspace import Workspace

_KEPT: Final = "leaving words"
#: So many texts are read while the store is locked: a fraction of a second.
_AT_ONCE: Final = 2_000

#: SQL of whether what holds the words was rated well with them; a ticket is rated after.
_RATED_WITH: Final = {**RATED_WELL, "tickets": "0"}
#: SQL of the day on which a ticket was rated well: from then on its words count no more.
_GLAD: Final = {"tickets": f"iif({RATED_WELL['tickets']}, coalesce(resolved_on, opened_on), '{NEVER}')"}
#: SQL of the rows with words of leaving, by customer and day, for ``:day`` and before, each with the day ``glad`` from
#: which on it counts no more; ``{only}``: of whom.
SAID_LEAVING: Final = " UNION ALL ".join(
    f"SELECT customer_id, {day} AS day, {_GLAD.get(table, repr(NEVER))} AS glad, '{table}' AS origin, id, import_id"
    f" FROM {table} WHERE leaving IS NOT 0 AND {day} <= :day AND customer_id IS NOT NULL{{only}}"
    f" AND (leaving = 1 AND NOT {_RATED_WITH[table]}"
    f" OR wrote_leaving(leaving, {_RATED_WITH[table]}, {', '.join(words)}) IS NOT NULL)"
    + (" AND coalesce(direction, '') <> 'to_customer'" if table == "conversations" else "")
    for table, (words, day) in WRITTEN.items()
)


def teach(driver: sqlite.Connection) -> None:
    """Let statements ask for the sentence of leaving: ``wrote_leaving(mark, rated well, title, text)``."""
    sqlite.give_function(driver, "wrote_leaving", -1, _sentence)


def _sentence(mark: int | None, rated_well: int, *texts: str | None) -> str | None:
    found = None if mark == 0 else leaving_words_of(*texts, rated_well=bool(rated_well))
    return found.sentence if found is not None else None


def read_words(driver: sqlite.Connection, origin: str, row_id: int, day: str) -> Words | None:
    """Return the words of leaving of a row of `WRITTEN` with its day, None without any: those that are quoted of it."""
    query = f"SELECT {_RATED_WITH[origin]}, {', '.join(WRITTEN[origin][0])} FROM {origin} WHERE id = ?"
    rated_well, *texts = driver.execute(query, (row_id,)).fetchone()
    return leaving_words_of(*texts, day=date.fromisoformat(day), rated_well=bool(rated_well))


def mark_texts(workspace: Workspace) -> bool:
    """Read the texts that are not read yet, all where the word list is another; return whether it is another."""
    with workspace.store.read() as connection:
        before = kept_value(connection, _KEPT)
    if before != edition():
        with _work(workspace) as work:
            for table in WRITTEN:
                work.sql(f"UPDATE {table} SET leaving = NULL WHERE leaving IS NOT NULL")
            keep_value(work, _KEPT, edition())
            work.commit()
    for table, (words, _) in WRITTEN.items():
        # The index holds few rows besides those that are not read.
        where = f"INDEXED BY ix_{table}_leaving WHERE leaving IS NOT 0 AND leaving IS NULL LIMIT {_AT_ONCE}"
        while _read_some(workspace, table, f"SELECT id, {', '.join(words)} FROM {table} {where}"):
            pass
    return before not in (None, edition())


def _read_some(workspace: Workspace, table: str, unread: str) -> bool:
    """Mark some of the texts; return whether there may be more."""
    with workspace.store.read() as connection:
        if connection.exec_driver_sql(unread).first() is None:
            return False
    with _work(workspace) as work:
        rows = work.driver.execute(unread).fetchall()
        marks = [(leaving_words_of(*texts) is not None, row_id) for row_id, *texts in rows]
        work.driver.executemany(f"UPDATE {table} SET leaving = ? WHERE id = ?", marks)
        work.commit()
    return len(rows) == _AT_ONCE


def _work(workspace: Workspace) -> AbstractContextManager[UnitOfWork]:
    return workspace.store.unit_of_work(Actor("model", "words"), "read-texts", "book", at=workspace.at)
