"""The staging file: where a file's rows lie, converted, while they are compared with the book.

It stands beside the store, so that both share a disk; it needs no journal, as it is thrown away after any accident.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.store import connect, remove_staging
from models.store.connect import sentences

_CACHE_KIB = 16_384


def open_staging(path: Path) -> sqlite3.Connection:
    """Open an empty staging file, replacing what an earlier run may have left."""
    remove_staging(path)
    with sentences(path):
        db = connect(path)
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


def close_staging(db: sqlite3.Connection) -> None:
    """End the writing of a staging file; its rows are then read by the connection that it is attached to."""
    db.execute("COMMIT")
    db.close()


@contextmanager
def attached(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Attach a staging file as `stage` to a connection of the store."""
    db.execute("ATTACH ? AS stage", (str(path),))
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
            db.execute(f"PRAGMA stage.{pragma}")
        yield
    finally:
        with suppress(sqlite3.Error):
            db.execute("DETACH stage")
