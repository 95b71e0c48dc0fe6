"""What was changed in Bellwether and its source does not know yet, read from the journal.

A field counts from the moment at which a person changed it until a file of its source that has the field comes in
later, and in any case until it was written back once. What was undone, or overwritten by a file, does not count.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models import sqlite
from models.queries.hand_edits import HandEdit, hand_edits
from services.exporting.targets import Target

VERB: Final = "write-back"
#: Fields of a file that say one of ours.
_SAYS: Final = {"first_name": "name", "last_name": "name"}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row with the fields of it that were changed here: their names, and the whole row as it is now."""

    row: Mapping[str, Any]
    fields: tuple[str, ...]


def sources_of(db: sqlite.Connection, target: Target) -> tuple[str, ...]:
    """Return under which names the book knows rows of a system; none for a target that takes all."""
    if not target.recognised:
        return ()
    named = db.execute(
        "SELECT DISTINCT source FROM imports WHERE recognised_as LIKE ? || '%' AND undone_by IS NULL",
        (target.recognised,),
    )
    return tuple(dict.fromkeys((*target.sources, *(row[0] for row in named))))


def last_written(db: sqlite.Connection, target: str) -> int:
    """The journal entry of the last file for a system, 0 without one."""
    found = db.execute("SELECT max(id) FROM journal WHERE verb = ? AND subject = ?", (VERB, f"{VERB}:{target}"))
    return int(found.fetchone()[0] or 0)


def written(db: sqlite.Connection, target: str) -> dict[str, dict[str, str]]:
    """What stands in the files that were written for a system: per file, key of a row to a mark of its content."""
    found: dict[str, dict[str, str]] = {}
    entries = db.execute(
        """
        SELECT json_extract(p.after, '$.digest') FROM journal j JOIN journal_payloads p ON p.journal_id = j.id
        WHERE j.verb = ? AND j.subject = ? AND p.operation = 'digest' ORDER BY j.id, p.position
        """,
        (VERB, f"{VERB}:{target}"),
    )
    for (text,) in entries:
        for name, marks in json.loads(text or "{}").items():
            found.setdefault(name, {}).update(marks)
    return found


def changed_rows(
    db: sqlite.Connection, table: str, fields: Iterable[str], target: str, sources: Collection[str]
) -> list[ChangedRow]:
    """Return the rows of a table in which a person changed one of these columns, in the order of their ids.

    Parameters
    ----------
    sources
        The names under which the system's files are known; empty: each row is compared with files of its own source.
    """
    edits = hand_edits(db, table, frozenset(fields))
    if not edits:
        return []
    floor = last_written(db, target)
    told = _told(db, table)
    found = []
    for row in _rows(db, table, edits):
        # A merged customer may be known by the record of another system.
        own = (row["source"],) if not sources or row["source"] in sources else tuple(sources)
        names = tuple(
            name
            for name, one in edits[row["id"]].items()
            if _stands(one, row[name], max(told.get(source, {}).get(name, 0) for source in own), floor)
        )
        if names:
            found.append(ChangedRow(row, names))
    return found


def _stands(edit: HandEdit, now: Any, told_at: int, written_at: int) -> bool:
    counted = [step for step in edit.steps if step[0] > told_at or step[0] > written_at]
    return bool(counted) and now == counted[-1][2] and now != counted[0][1]


def _rows(db: sqlite.Connection, table: str, ids: Iterable[int]) -> Iterable[dict[str, Any]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        cursor = db.execute(
            f"SELECT * FROM {table} WHERE id IN ({', '.join('?' * len(part))}) ORDER BY id",
            part,
        )
        names = [one[0] for one in cursor.description]
        yield from (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _told(db: sqlite.Connection, table: str) -> dict[str, dict[str, int]]:
    """Per source, the last import whose file had a field: until then the source may not know of a change."""
    found: dict[str, dict[str, int]] = {}
    files = db.execute(
        """
        SELECT source, journal_id, json_extract(receipt, '$.mapping') FROM imports
        WHERE undone_by IS NULL AND json_extract(receipt, '$.remembered.entity') = ? ORDER BY journal_id
        """,
        (table,),
    )
    for source, entry, mapping in files:
        of_source = found.setdefault(source, {})
        for name in json.loads(mapping or "{}").values():
            of_source[_SAYS.get(name, name)] = int(entry)
    return found
