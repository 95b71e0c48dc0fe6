"""A book on a medium that cannot be written to: read as it lies there, and never changed.

SQLite reads a file with a write-ahead log only where it can make two files beside it. Where it cannot, the file is
opened as one that does not change; a log that was left behind is folded into a copy first.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from models import sqlite
from models.private import make_file
from models.store.book_key import BookKey
from models.store.connect import BUSY_TIMEOUT_MS, connect, prepared, unlocked

_EFFECTIVE = os.access in os.supports_effective_ids


def is_read_only(path: Path) -> bool:
    """Whether there is a file that this person cannot change, because it or its folder is not theirs to write."""
    return path.is_file() and not all(
        os.access(one, os.W_OK, effective_ids=_EFFECTIVE) for one in (path, path.absolute().parent)
    )


def is_refused(error: sqlite.Error) -> bool:
    """Whether SQLite could not open a file, or not make its log beside it."""
    return error.sqlite_errorcode & 0xFF in (sqlite.SQLITE_CANTOPEN, sqlite.SQLITE_READONLY)


def log_of(path: Path) -> Path:
    """Return where the write-ahead log of a store lies."""
    return path.with_name(f"{path.name}-wal")


def has_log(path: Path) -> bool:
    """Whether a write-ahead log holds what the file does not."""
    log = log_of(path)
    return log.exists() and log.stat().st_size > 0


def folded_copy(path: Path, key: BookKey | None) -> TemporaryDirectory[str]:
    """Return a folder with a copy of the store, of the same name, into which its log is folded.

    Raises
    ------
    OSError
        There is no room for it.
    """
    folder = TemporaryDirectory(prefix="bellwether-read-only-")
    try:
        copy = Path(folder.name) / path.name
        for source, target in ((path, copy), (log_of(path), log_of(copy))):
            make_file(target)
            shutil.copyfile(source, target)
        connect(copy, key).close()  # the last one who closes a store folds its log
    except BaseException:
        folder.cleanup()
        raise
    return folder


def connect_unchanging(
    path: Path, key: BookKey | None = None, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS
) -> sqlite.Connection:
    """Open a store file that nobody changes while it is read."""
    address = f"{path.absolute().as_uri()}?immutable=1"
    connection = sqlite.connect(address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256)
    return prepared(unlocked(connection, key), busy_timeout_ms)
