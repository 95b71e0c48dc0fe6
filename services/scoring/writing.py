"""Writes a run into the public table, and leaves marks of it for the next one; all in the run's one unit of work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from models.journal import fact_entries_since
from models.queries.kept_values import keep_value, kept_value
from models.queries.purchases import is_customer
from models.store import UnitOfWork
from models.tables import customer_risk_scores
from models.values.facts import SCORED_TABLES
from models.values.journal import Actor
from services.scoring.lifetime_value import LifetimeValue
from services.scoring.rows import records
from services.scoring.scorecard import Figures
from services.scoring.series import fetch
from services.workspace import Workspace

#: From so many rows on, a table's indexes are made anew instead of being kept up row by row.
REBUILD_FROM = 20_000
_MARKS_KEY = "scored"


def read_marks(connection: Connection) -> dict[str, Any]:
    """What the last run left about itself: as_of, fit, policy. Empty before the first."""
    text = kept_value(connection, _MARKS_KEY)
    return json.loads(text) if text else {}


def write_marks(work: UnitOfWork, marks: dict[str, Any]) -> None:
    """Keep what the next run needs to know about this one."""
    keep_value(work, _MARKS_KEY, json.dumps(marks, sort_keys=True))


def pass_over(workspace: Workspace, connection: Connection, entry: int) -> None:
    """Remember that what changed up to `entry` moves no score (products, documents, contacts); no entry of its own."""
    marks = read_marks(connection)
    if not fact_entries_since(connection, int(marks["entry"]), SCORED_TABLES):
        return
    with workspace.store.unit_of_work(Actor("model", "scoring"), "score", "book", at=workspace.at) as work:
        write_marks(work, {**marks, "entry": entry})
        work.commit()


def without_scores(connection: Connection, as_of: str) -> frozenset[int]:
    """Customers, not contacts without purchases, who have no row in the public table.

    Every row there is a customer's: where there are as many, nobody is without one, and nobody need be looked for.
    """
    query = f"""SELECT c.id FROM customers c WHERE (SELECT count(*) FROM customers)
        > (SELECT count(*) FROM customer_risk_scores) AND c.id NOT IN (SELECT customer_id FROM customer_risk_scores)
        AND {is_customer(":day")}"""
    return frozenset(row[0] for row in fetch(connection, query, {"day": as_of}))


def forget_scores(work: UnitOfWork, kept: NDArray[np.int64], among: Iterable[int] | None) -> None:
    """Take the scores of those `among` (None: all) who are not `kept`: contacts now, as an order was undone."""
    scored = {row[0] for row in work.sql("SELECT customer_id FROM customer_risk_scores")}
    gone = (scored if among is None else scored & set(among)).difference(kept.tolist())
    if gone:
        work.sql("DELETE FROM customer_risk_scores WHERE customer_id = ?", [(one,) for one in sorted(gone)])


class Digest:
    """SHA-256 of the scores behind the rows, part by part, without the time of writing."""

    def __init__(self) -> None:
        self._hashed = hashlib.sha256()

    def add(self, figures: Figures, ids: NDArray[np.int64]) -> None:
        """Take in the scores of one part of the book."""
        self._hashed.update(ids.tobytes())
        for scores in (figures.churn_risk, figures.engagement.total, figures.health.total, figures.value_at_risk):
            self._hashed.update(scores.tobytes())
        for name in LifetimeValue.__dataclass_fields__:
            self._hashed.update(getattr(figures.value, name).tobytes())

    def __str__(self) -> str:
        return self._hashed.hexdigest()


@contextmanager
def indexes_anew(work: UnitOfWork, table: Table, *, wanted: bool) -> Iterator[None]:
    """Where `wanted`, drop the table's indexes and make them again at the end, from sorted rows."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if wanted else []
    for index in indexes:
        work.sql(f"DROP INDEX IF EXISTS {index.name}")
    yield
    for index in indexes:
        work.sql(str(CreateIndex(index).compile(dialect=sqlite.dialect())))


def insert_rows(work: UnitOfWork, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Run an insert for each row straight on the driver, which takes rows as they come: no list of them is made."""
    driver = work.connection.connection.driver_connection
    assert driver is not None
    driver.executemany(statement, rows).close()


@contextmanager
def filling(work: UnitOfWork, *, everyone: bool, customers: int) -> Iterator[None]:
    """Around the writing of all parts of a run: with `everyone` there is a row for each customer of the book."""
    with indexes_anew(work, customer_risk_scores, wanted=everyone and customers >= REBUILD_FROM):
        yield


def write_scores(work: UnitOfWork, columns: dict[str, list[Any]]) -> None:
    """Put the rows of one part into the public table.

    A row that is there is changed in its place: to replace it would be to delete it first, a fifth more of the time.
    """
    key, *others = columns
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    statement = (
        f"INSERT INTO customer_risk_scores ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )
    insert_rows(work, statement, records(columns))
