"""The staging file: where a file's rows lie, converted, while they are compared with the book.

It stands beside the store, so that both share a disk; it needs no journal, as it is thrown away after any accident.
Where rows bring more than one entity, each further entity is a part with staged rows of its own.

All parts lie in one staging file. The rows of the part that is at work are called `r`, as everywhere; those of the
others stand aside under other names meanwhile. Whose row it is, is known from the file's main part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from models import sqlite
from models.store import connect, remove_staging
from models.store.book_key import BookKey
from models.store.encrypted import attach_staging
from services.sync.apply.match import JOINED
from services.sync.stage.layout import IGNORED, PIECE, exists

_MAIN = 0
_OWN = ("r", "rejects", "ignored", "items", "raw", "people")
_CACHE_KIB = 16_384


def open_staging(path: Path, key: BookKey | None) -> sqlite.Connection:
    """Open an empty staging file, replacing what an earlier run may have left."""
    remove_staging(path)
    db = connect(path, key)
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "locking_mode = EXCLUSIVE",
        f"cache_size = -{_CACHE_KIB}",
        "foreign_keys = OFF",
    ):
        db.execute(f"PRAGMA {pragma}")
    db.execute("BEGIN")
    return db


def close_staging(db: sqlite.Connection) -> None:
    """End the writing of a staging file; its rows are then read by the connection that it is attached to."""
    db.execute("COMMIT")
    db.close()


@contextmanager
def attached(db: sqlite.Connection, path: Path, key: BookKey | None) -> Iterator[None]:
    """Attach a staging file as `stage` to a connection of the store."""
    attach_staging(db, path, key)
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            db.execute(f"PRAGMA stage.{pragma}")
        yield
    finally:
        with suppress(sqlite.Error):
            db.execute("DETACH stage")


def exchange(db: sqlite.Connection, away: int, back: int, schema: str = "main", names: Sequence[str] = _OWN) -> None:
    """Give the staged tables of one part other names, and those of another, where it has any, their usual ones."""
    for name in names:
        for there, becomes in ((name, f"{name}_{away}"), (f"{name}_{back}", name)):
            if exists(db, f"{schema}.sqlite_master WHERE type = 'table' AND name = ?", (there,)):
                db.execute(f"ALTER TABLE {schema}.{there} RENAME TO {becomes}")


def join_main(db: sqlite.Connection, part: int) -> Counter[str]:
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
def at_work(db: sqlite.Connection, part: int) -> Iterator[None]:
    """Let a part's rows be the staged rows for a while; `db` has the staging file attached as `stage`."""
    _swap(db, _MAIN, part)
    try:
        yield
    finally:
        _swap(db, part, _MAIN)


def follow_main(db: sqlite.Connection, customer_needed: bool) -> None:
    """Leave out rows of the part at work whose row of the file is not kept after all."""
    kept = f"state IS NULL OR state < {IGNORED} OR note = '{JOINED}'"
    db.execute(f"DELETE FROM stage.r WHERE row % {PIECE} NOT IN (SELECT row FROM stage.r_{_MAIN} WHERE {kept})")
    if customer_needed:
        db.execute("DELETE FROM stage.r WHERE who IS NULL")


def _swap(db: sqlite.Connection, away: int, back: int) -> None:
    for (name,) in db.execute(
        "SELECT name FROM stage.sqlite_master WHERE type = 'index' AND tbl_name = 'r' AND sql IS NOT NULL"
    ).fetchall():
        db.execute(f"DROP INDEX stage.{name}")
    for name in ("twice", "occurrence"):
        db.execute(f"DROP TABLE IF EXISTS stage.{name}")
    exchange(db, away, back, "stage", ("r", "items"))
