"""Files whose rows bring more than one entity: each further entity is a part with staged rows of its own.

All parts lie in one staging file. The rows of the part that is at work are called `r`, as everywhere; those of the
others stand aside under other names meanwhile. Whose row it is, is known from the file's main part.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from services.sync.apply.joined import JOINED
from services.sync.apply.target import IGNORED
from services.sync.stage.layout import PIECE

_MAIN = 0
_OWN = ("r", "rejects", "ignored", "items", "raw", "people")


def put_aside(db: sqlite3.Connection, part: int, schema: str = "main") -> None:
    """Give the staged tables of a part other names, so that those of the next one can be made."""
    for name in _OWN:
        if _is_there(db, schema, name):
            _rename(db, schema, name, f"{name}_{part}")


def take_up(db: sqlite3.Connection, part: int, schema: str = "main") -> None:
    """Give the staged tables of a part their usual names back."""
    for name in _OWN:
        if _is_there(db, schema, f"{name}_{part}"):
            _rename(db, schema, f"{name}_{part}", name)


def join_main(db: sqlite3.Connection, part: int) -> Counter[str]:
    """Settle a part, which stands aside, with the file's rows: a row that does not fit in one part is in none.

    Returns
    -------
    Counter of str
        Reasons of the rows that are rejected because of this part.
    """
    db.execute(f"DELETE FROM rejects_{part} WHERE row IN (SELECT row FROM rejects UNION SELECT row FROM ignored)")
    reasons = db.execute(f"SELECT trim(header || ' ' || why) FROM rejects_{part}").fetchall()
    if reasons:
        db.execute(f"INSERT INTO rejects SELECT * FROM rejects_{part}")
        db.execute(f"DELETE FROM r WHERE row % {PIECE} IN (SELECT row FROM rejects_{part})")
        db.execute("UPDATE people SET staged = 0 WHERE who NOT IN (SELECT who FROM r WHERE who IS NOT NULL)")
    db.execute(f"DELETE FROM r_{part} WHERE row % {PIECE} NOT IN (SELECT row FROM r)")
    db.execute(f"UPDATE r_{part} SET who = (SELECT m.who FROM r m WHERE m.row = r_{part}.row % {PIECE})")
    return Counter(reason for (reason,) in reasons)


@contextmanager
def at_work(db: sqlite3.Connection, part: int) -> Iterator[None]:
    """Let a part's rows be the staged rows for a while; `db` has the staging file attached as `stage`."""
    _swap(db, _MAIN, part)
    try:
        yield
    finally:
        _swap(db, part, _MAIN)


def follow_main(db: sqlite3.Connection, customer_needed: bool) -> None:
    """Leave out rows of the part at work whose row of the file is not kept after all."""
    kept = f"state IS NULL OR state < {IGNORED} OR note = '{JOINED}'"
    db.execute(f"DELETE FROM stage.r WHERE row % {PIECE} NOT IN (SELECT row FROM stage.r_{_MAIN} WHERE {kept})")
    if customer_needed:
        db.execute("DELETE FROM stage.r WHERE who IS NULL")


def _swap(db: sqlite3.Connection, away: int, back: int) -> None:
    for (name,) in db.execute(
        "SELECT name FROM stage.sqlite_master WHERE type = 'index' AND tbl_name = 'r' AND sql IS NOT NULL"
    ).fetchall():
        db.execute(f"DROP INDEX stage.{name}")
    for name in ("twice", "occurrence"):
        db.execute(f"DROP TABLE IF EXISTS stage.{name}")
    for name in ("r", "items"):
        if _is_there(db, "stage", name):
            _rename(db, "stage", name, f"{name}_{away}")
        if _is_there(db, "stage", f"{name}_{back}"):
            _rename(db, "stage", f"{name}_{back}", name)


def _is_there(db: sqlite3.Connection, schema: str, name: str) -> bool:
    found = db.execute(f"SELECT 1 FROM {schema}.sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


def _rename(db: sqlite3.Connection, schema: str, name: str, becomes: str) -> None:
    db.execute(f"ALTER TABLE {schema}.{name} RENAME TO {becomes}")
