"""Read the journal: a page of entries, the images of one, and what a person can undo next."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, FromClause, Text, and_, cast, exists, or_, select

from models.journal.chain import Image
from models.tables import journal, journal_payloads
from models.values.facts import FACT_ENTRIES
from models.values.journal import Actor, JournalEntry, OwnName

#: Verbs that compensate; they are not undone by "undo" again.
COMPENSATING = ("undo", "undo-import", "undo-refused")
#: An undo that could put nothing back: it is kept, so that "undo" goes on to what was done before.
REFUSED = "undo-refused"
#: Takes an undo back; it is an action like others, and can be undone again.
REDO = "redo"


def entries(connection: Connection, *, limit: int = 200, before: int | None = None) -> list[JournalEntry]:
    """Return entries, newest first; ``before`` continues below an entry's number."""
    undoing = journal.alias("undoing")
    undone_by = select(undoing.c.id).where(undoing.c.undoes == journal.c.id).limit(1).scalar_subquery()
    words, role = (
        select(journal_payloads.c.after)
        .where(journal_payloads.c.journal_id == journal.c.id, journal_payloads.c.operation == operation)
        .limit(1)
        .scalar_subquery()
        for operation in ("words", "role")
    )
    query = select(journal, undone_by.label("undone_by"), words.label("words"), role.label("role"))
    query = query.order_by(journal.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(journal.c.id < before)
    return [
        JournalEntry(
            id=row.id,
            at=row.at,
            actor=Actor(row.actor_kind, row.actor),
            verb=row.verb,
            subject=row.subject,
            words=json.loads(row.words)["words"] if row.words else "",
            undoes=row.undoes,
            undone_by=row.undone_by,
            hash=row.hash,
            role=json.loads(row.role)["role"] if row.role else "",
        )
        for row in connection.execute(query)
    ]


def entry_images(connection: Connection, number: int) -> list[Image]:
    """Return the images of an entry in the order in which they were written."""
    rows = connection.execute(
        select(journal_payloads)
        .where(
            journal_payloads.c.journal_id == number,
            journal_payloads.c.operation.in_(("insert", "update", "delete")),
            journal_payloads.c.erased_at.is_(None),
        )
        .order_by(journal_payloads.c.position)
    )
    return [
        Image(
            row.table_name,
            row.row_id,
            row.operation,
            json.loads(row.before) if row.before else None,
            json.loads(row.after) if row.after else None,
        )
        for row in rows
    ]


def fact_entries_since(connection: Connection, number: int, tables: Collection[str]) -> frozenset[int]:
    """Return the entries after ``number`` that changed rows of ``tables``: imports, their undo, edits and undos."""
    query = FACT_ENTRIES.format(since="?", moves="", tables=", ".join("?" * len(tables)))
    return frozenset(row[0] for row in connection.exec_driver_sql(query, (number, *tables)))


def _signed(table: FromClause, names: Sequence[OwnName]) -> ColumnElement[bool]:
    """Whether an entry of ``table`` stands under one of a person's names, in the time in which it was theirs."""
    return or_(*(
        and_(
            table.c.actor == one.name,
            *([table.c.at >= one.since] if one.since else []),
            *([table.c.at <= one.until] if one.until else []),
        )
        for one in names
    ))  # fmt: skip


def last_redoable(connection: Connection, names: Sequence[OwnName]) -> JournalEntry | None:
    """Return the last undo under a person's names that was not redone, unless they did something else since."""
    redoing, later = journal.alias("redoing"), journal.alias("later")
    theirs = and_(_signed(later, names), later.c.actor_kind.in_(("person", "import")))
    something_else = exists().where(and_(theirs, later.c.id > journal.c.id, later.c.verb.not_in((*COMPENSATING, REDO))))
    row = connection.execute(
        select(journal.c.id)
        .where(
            and_(
                _signed(journal, names),
                journal.c.actor_kind == "person",
                journal.c.verb == "undo",
                ~exists().where(redoing.c.undoes == journal.c.id),
                ~something_else,
            )
        )
        .order_by(journal.c.id.desc())
        .limit(1)
    ).first()
    return entries(connection, limit=1, before=row[0] + 1)[0] if row is not None else None


def last_undoable(connection: Connection, names: Sequence[OwnName]) -> JournalEntry | None:
    """Return a person's last action or import that was neither undone nor refused to be; never the pipeline's."""
    undoing, refusing = journal.alias("undoing"), journal.alias("refusing")
    refused = exists().where(
        refusing.c.actor_kind == "person",
        _signed(refusing, names),
        refusing.c.id > journal.c.id,
        refusing.c.verb == REFUSED,
        refusing.c.subject == "entry:" + cast(journal.c.id, Text),
    )
    row = connection.execute(
        select(journal.c.id)
        .where(
            and_(
                _signed(journal, names),
                journal.c.actor_kind.in_(("person", "import")),
                journal.c.verb.not_in(COMPENSATING),
                ~exists().where(undoing.c.undoes == journal.c.id),
                ~refused,
            )
        )
        .order_by(journal.c.id.desc())
        .limit(1)
    ).first()
    return entries(connection, limit=1, before=row[0] + 1)[0] if row is not None else None
