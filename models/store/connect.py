"""The one place that opens SQLite files, and that turns SQLite's errors into sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models import sqlite
from models.private import close_to_others, make_file
from models.store.book_key import BookKey
from models.store.room import is_built_in
from models.values.errors import EnvironmentFault, StoreBusy, StoreDamaged

BUSY_TIMEOUT_MS = 5_000
CACHE_KIB = 65_536
#: So much of a plain book is read through a memory map: SQLite takes no more.
MAPPED_BYTES = 2**31 - 2**16
#: Of an encrypted file. It belongs to what the mark of such a file stands for.
CIPHER_PAGE_BYTES = 8_192
#: What SQLite calls a store that is no file.
MEMORY = ":memory:"
#: What was said to be done survives a power cut, and a queued mail must never be sent twice.
SYNCHRONOUS = "FULL"


def connect(
    path: str | Path, key: BookKey | None = None, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS
) -> sqlite.Connection:
    """Open a store file with the settings that every connection of the program has.

    Parameters
    ----------
    path
        The store file; it is created when its folder exists.
    key
        The key of an encrypted store; None for a plain one.
    busy_timeout_ms
        How long a writer waits for another one, in milliseconds.

    Returns
    -------
    sqlite.Connection
        In autocommit mode: transactions are begun and ended by the unit of work, never by the driver.
    """
    if str(path) != MEMORY:
        make_file(Path(path))
        for ending in ("-wal", "-shm"):  # SQLite makes them like the store; what is there may be of an older version
            close_to_others(Path(f"{path}{ending}"))
    # Not bound to a thread: the pool hands a connection to one thread at a time.
    connection = sqlite.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        unlocked(connection, key)
        prepared(connection, busy_timeout_ms)
        # In this order: a new store waits for the disk at the change to WAL, which tests have no need of.
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        connection.execute("PRAGMA journal_mode = WAL")
        if key is None and str(path) != MEMORY and is_built_in(Path(path).parent):
            # All readers share the system's pages, where each would fill a cache of its own first.
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES:d}")
    except BaseException:
        connection.close()
        raise
    return connection


def unlocked(connection: sqlite.Connection, key: BookKey | None) -> sqlite.Connection:
    """Give a connection the key of its file before anything is read.

    SQLCipher could also lock its memory and wipe what it frees. That stays off: the program has customers in its own
    memory all the same, and whoever can read that needs no key.
    """
    if key is not None:
        set_cipher(connection)
        connection.execute(f'PRAGMA key = "{key.sql}"')
    return connection


def set_cipher(connection: sqlite.Connection) -> None:
    """Say how encrypted files are written, those that are attached too: for the process, and always the same.

    Pages twice as large, checked by SHA-256 instead of SHA-512: measured a tenth of an import less.
    """
    connection.execute("PRAGMA cipher_log_level = NONE")  # what fails is an error here, and told once
    connection.execute(f"PRAGMA cipher_default_page_size = {CIPHER_PAGE_BYTES:d}")
    connection.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")


def prepared(connection: sqlite.Connection, busy_timeout_ms: int) -> sqlite.Connection:
    """Give a connection the settings that have nothing to do with writing."""
    connection.execute(f"PRAGMA busy_timeout = {busy_timeout_ms:d}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB:d}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file, the disk and locks into faults that say what to do.

    Raises
    ------
    StoreBusy
        Another program writes.
    StoreDamaged
        The file is no store, or its pages do not hold together.
    EnvironmentFault
        Disk full, no permission, input and output errors.
    """
    try:
        yield
    except sqlite.Error as error:
        fault = fault_of(error, path)
        if fault is None:
            raise
        raise fault from error


def fault_of(error: BaseException, path: Path) -> EnvironmentFault | None:
    """Return the fault that an SQLite error stands for, or None where it is a bug of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    words = str(error)
    if primary in (sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED):
        return StoreBusy(
            f"Another program is writing to {path.name}. Nothing was changed; "
            "close the other program, or try again in a moment."
        )
    if primary in (sqlite.SQLITE_CORRUPT, sqlite.SQLITE_NOTADB) or "malformed" in words:
        return StoreDamaged(
            f"{path.name} is damaged or not a Bellwether book. It was left unchanged; restore a copy of it, "
            "or start a new book and import your exports again."
        )
    if primary == sqlite.SQLITE_FULL:
        return EnvironmentFault(
            f"The disk that holds {path.name} is full. Nothing was changed; free some space and try again."
        )
    if primary == sqlite.SQLITE_IOERR:
        return EnvironmentFault(
            f"The disk that holds {path.name} could not be read or written. Nothing was changed; "
            "check its free space and the connection to it, then try again."
        )
    if (primary == sqlite.SQLITE_READONLY and path.exists()) or (
        primary == sqlite.SQLITE_CANTOPEN and _is_readable(path)
    ):
        return EnvironmentFault(
            f"{path.name} can be read but not changed where it is. Nothing was changed; "
            "copy it to a folder you can write to, and open it there."
        )
    if primary in (sqlite.SQLITE_CANTOPEN, sqlite.SQLITE_READONLY, sqlite.SQLITE_PERM):
        return EnvironmentFault(
            f"{path} cannot be opened for writing. Check that its folder exists and that you can write there."
        )
    return None


def _is_readable(path: Path) -> bool:
    """Whether there is a file that can be read: then it is the files beside it that cannot be made."""
    return path.is_file() and os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
