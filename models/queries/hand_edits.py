"""Query module: what people changed of a table's rows, from the journal; undo and redo are steps like any other."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from models import sqlite


@dataclass(slots=True)
class HandEdit:
    """All that people did to one field of a row: each entry with the value before and after it."""

    steps: list[tuple[int, Any, Any]] = field(default_factory=list)

    def replaced(self, since: int = 0) -> tuple[Any, ...]:
        """What the field held before and during the last edits that follow on each other; () where they took it back.

        A value that a file brought between two edits ends such a row of edits, and so does the entry `since`.
        """
        found: list[Any] = []
        for entry, before, after in reversed(self.steps):
            if entry <= since or (found and after != found[-1]):
                break
            found.append(before)
        now = self.steps[-1][2]
        return tuple(one for one in found if one != now) if found and found[-1] != now else ()


def hand_edits(db: sqlite.Connection, table: str, wanted: Container[str]) -> dict[int, dict[str, HandEdit]]:
    """Return the edits of these columns of a table, by row and column."""
    found: dict[int, dict[str, HandEdit]] = {}
    images = db.execute(
        """
        SELECT j.id, p.row_id, p.before, p.after FROM journal j JOIN journal_payloads p ON p.journal_id = j.id
        WHERE p.table_name = ? AND p.operation IN ('insert', 'update') AND j.actor_kind = 'person'
          AND p.erased_at IS NULL ORDER BY j.id, p.position
        """,
        (table,),
    )
    for entry, row_id, before, after in images:
        old = json.loads(before) if before else {}
        for name, value in json.loads(after or "{}").items():
            if name in wanted and value != old.get(name):
                edit = found.setdefault(int(row_id), {}).setdefault(name, HandEdit())
                edit.steps.append((int(entry), old.get(name), value))
    return found
