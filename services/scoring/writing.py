"""Writes a run: the public table, its history and the book's marks, all in the run's one unit of work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from models.store import UnitOfWork
from models.tables import customer_risk_scores
from services.scoring.rows import HISTORY_COLUMNS, records

#: From this share of a large book on, the table's indexes are made anew instead of being kept up row by row.
_REBUILD_FROM = 20_000
_MOVED_SCORE, _MOVED_RISK = 5.0, 0.05
_WEEK_DAYS = 7
_MARKS_KEY = "scored"


def read_marks(connection: Connection) -> dict[str, Any]:
    """What the last run left about itself: as_of, fit, policy. Empty before the first."""
    text = connection.exec_driver_sql("SELECT value FROM book WHERE key = ?", (_MARKS_KEY,)).scalar()
    return json.loads(text) if text else {}


def write_marks(work: UnitOfWork, marks: dict[str, Any]) -> None:
    """Keep what the next run needs to know about this one."""
    work.sql(
        "INSERT INTO book (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (_MARKS_KEY, json.dumps(marks, sort_keys=True)),
    )


def digest_of(columns: dict[str, list[Any]]) -> str:
    """SHA-256 of the scores that were written: what each customer was told, without the time of writing."""
    hashed = hashlib.sha256()
    for name in (*HISTORY_COLUMNS, "confidence", "trend"):
        hashed.update(",".join(map(str, columns[name])).encode())
    hashed.update("\n".join(columns["drivers"]).encode())
    return hashed.hexdigest()


def previous_scores(connection: Connection, ids: Iterable[int] | None) -> dict[int, tuple[Any, ...]]:
    """as_of, engagement, health, churn risk and first day of each customer as they stand in the public table."""
    query = """SELECT customer_id, as_of, engagement, health, churn_risk,
        coalesce(first_order_on, CASE WHEN last_activity_on IS NOT NULL THEN 'activity' END)
        FROM customer_risk_scores"""
    if ids is None:
        rows = connection.exec_driver_sql(query)
    else:
        wanted = json.dumps(list(ids))
        rows = connection.exec_driver_sql(f"{query} WHERE customer_id IN (SELECT value FROM json_each(?))", (wanted,))
    return {row[0]: tuple(row[1:]) for row in rows}


def write_scores(work: UnitOfWork, columns: dict[str, list[Any]], *, everyone: bool) -> None:
    """Put the rows into the public table; with `everyone` there is one for each customer of the book."""
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT OR REPLACE INTO customer_risk_scores ({names}) VALUES ({marks})"
    count = len(columns["customer_id"])
    rebuild = everyone and count >= _REBUILD_FROM
    indexes = sorted(customer_risk_scores.indexes, key=lambda index: str(index.name))
    if rebuild:
        for index in indexes:
            work.sql(f"DROP INDEX IF EXISTS {index.name}")
    if count:
        work.sql(insert, list(records(columns)))
    if rebuild:
        for index in indexes:
            work.sql(str(CreateIndex(index).compile(dialect=sqlite.dialect())))


def due_for_history(
    columns: dict[str, list[Any]], before: dict[int, tuple[Any, ...]], week: int, week_of: dict[str, int]
) -> list[int]:
    """Places of the customers whose row goes into the history: a new week, or a score that moved by more than 5.

    Parameters
    ----------
    before
        What `previous_scores` returned.
    week, week_of
        Week number of this run, and of each day that occurs in `before`.
    """
    due = []
    scores = zip(columns["customer_id"], columns["engagement"], columns["health"], columns["churn_risk"], strict=True)
    for place, (customer, engagement, health, risk) in enumerate(scores):
        last = before.get(customer)
        if (
            last is None
            or week_of[last[0]] != week
            or _moved(last[1], engagement, _MOVED_SCORE)
            or _moved(last[2], health, _MOVED_SCORE)
            or _moved(last[3], risk, _MOVED_RISK)
        ):
            due.append(place)
    return due


def _moved(before: float | None, now: float | None, step: float) -> bool:
    if before is None or now is None:
        return before is not now
    return abs(now - before) > step


def week_number(day: int) -> int:
    """Number of the week, Monday to Sunday, of a day number (1970-01-01 was a Thursday)."""
    return (day + 3) // _WEEK_DAYS


def write_history(work: UnitOfWork, rows: Iterable[tuple[Any, ...]]) -> int:
    """Put rows (in `HISTORY_COLUMNS`' order) into the history, replacing those of the same day; return their number."""
    held = list(rows)
    if held:
        marks = ", ".join("?" * len(HISTORY_COLUMNS))
        work.sql(f"INSERT OR REPLACE INTO score_history ({', '.join(HISTORY_COLUMNS)}) VALUES ({marks})", held)
    return len(held)


def history_today(columns: dict[str, list[Any]], places: list[int]) -> list[tuple[Any, ...]]:
    """History rows of the customers at `places`."""
    wanted = [columns[name] for name in HISTORY_COLUMNS]
    return [tuple(column[place] for column in wanted) for place in places]


def without_past(columns: dict[str, list[Any]], before: dict[int, tuple[Any, ...]]) -> NDArray[np.bool_]:
    """Which customers are new to the history, or have another first order than it was computed with; (customers,)."""
    begun = zip(columns["customer_id"], columns["first_order_on"], columns["last_activity_on"], strict=True)
    fresh = [
        (first or (active and "activity")) != (before[customer][4] if customer in before else None)
        for customer, first, active in begun
    ]
    return np.array(fresh, np.bool_)


def forget_past(work: UnitOfWork, customers: Iterable[int]) -> None:
    """Drop the history of customers whose past is about to be computed anew."""
    work.sql("DELETE FROM score_history WHERE customer_id = ?", [(customer,) for customer in customers])


def forget_later(work: UnitOfWork, as_of: str) -> None:
    """Drop history of days that the book no longer covers: the import that brought them was undone."""
    work.sql("DELETE FROM score_history WHERE as_of > ?", (as_of,))
