"""The staging file: where a file's rows lie, converted, while they are compared with the book.

It stands beside the store, so that both share a disk; it needs no journal, as it is thrown away after any accident.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.store.connect import connect, sentences

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


def remove_staging(path: Path) -> None:
    """Delete a staging file and what SQLite may have put beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


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


def sweep(store: Path) -> None:
    """Delete staging files that a killed run left beside the store; those of running processes stay."""
    for found in store.parent.glob(f"{store.name}.staging-*"):
        owner = found.name.rpartition("-")[2]
        if owner.isdecimal() and not runs(int(owner), found):
            remove_staging(found)


def runs(pid: int, path: Path) -> bool:
    """Whether the process that owns a file may still run."""
    if Path("/proc/self").exists():
        return Path(f"/proc/{pid}").exists()
    # Without /proc there is no harmless way to ask: a file that was not touched for a day has no owner any more.
    return time.time() - path.stat().st_mtime < 86_400
