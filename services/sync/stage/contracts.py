"""Contracts as files have them: what a day of leaving says, and the contract that a row about a customer brings."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from services.sync.stage.layout import Layout

#: Columns of a contract of which one must say something.
SAYS: Final = ("number", "starts_on", "ends_on", "value_per_year_minor", "status")


def settle_contracts(values: dict[str, list[Any]]) -> None:
    """Who left on a day had a contract that ended on it, whatever else was agreed."""
    left = values.pop("left_on", None)
    if left is None:
        return
    nothing = [None] * len(left)
    ends, status = values.get("ends_on", nothing), values.get("status", nothing)
    values["ends_on"] = [day or agreed for day, agreed in zip(left, ends, strict=True)]
    values["status"] = ["ended" if day else said for day, said in zip(left, status, strict=True)]


def key_by_customer(db: sqlite3.Connection, layout: Layout, source: str) -> None:
    """Name each contract after the row of the customer that brings it; a row that says nothing of one brings none.

    One that is in the book is emptied by a row that says nothing any more.
    """
    db.execute("UPDATE stage.r SET key = 'customer:' || (SELECT m.key FROM stage.r_0 m WHERE m.row = r.row)")
    said = [name for name in SAYS if name in layout.columns]
    db.execute(
        f"""
        DELETE FROM stage.r WHERE coalesce({", ".join(said)}, NULL) IS NULL AND NOT EXISTS (
            SELECT 1 FROM main.contracts t WHERE t.source = ? AND t.external_id = r.key)
        """,
        (source,),
    )
