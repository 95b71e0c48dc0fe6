"""Encrypt a book, or give it another key: made anew beside it, compared, and put in its place only then.

A process that is killed on the way leaves one of both whole under the book's name. What else it leaves is taken away
when the book is opened next (`sweep_converted`).
"""

from __future__ import annotations

import glob
import os
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import Final

from models import sqlite
from models.private import make_file
from models.store.book_key import BookKey
from models.store.connect import CACHE_KIB, prepared, sentences, unlocked
from models.store.copies import backup_files, backups_folder, flush_folder
from models.store.encrypted import attach_staging
from models.store.room import ask_room
from models.store.staging import runs
from models.values.errors import EnvironmentFault

MADE, _BEFORE = "converting", "before"
_ROWS: Final = 2_000
_CHUNK: Final = b"\0" * (1 << 20)
_BUSY_TIMEOUT_MS: Final = 2_000


def convert(path: Path, key: BookKey | None, new: BookKey) -> None:
    """Encrypt the book at ``path`` with ``new``; ``key`` is its present one, None where it is plain.

    Raises
    ------
    StoreBusy
        Another program, or this one, has the book open.
    EnvironmentFault
        There is no room for a second book, or what was written is not what was read. The book is as it was.
    """
    ask_room(path, f"Encrypting {path.name}")
    made, before = (path.with_name(f"{path.name}.{kind}-{os.getpid()}") for kind in (MADE, _BEFORE))
    made.unlink(missing_ok=True)
    make_file(made)
    with sentences(path):
        book = sqlite.connect(path, isolation_level=None)
        try:
            unlocked(book, key)
            book.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS:d}")
            book.execute("PRAGMA main.locking_mode = EXCLUSIVE")  # to the end: nobody writes what is overwritten
            fold_log(book, path)
            prepared(book, _BUSY_TIMEOUT_MS)
            attach_staging(book, made, new, "made")
            book.execute("PRAGMA made.journal_mode = OFF")  # after any accident it is thrown away
            book.execute("BEGIN EXCLUSIVE")
            _write(book, path)
            book.execute("COMMIT")
            book.execute("DETACH made")
            if os.name == "nt":  # pragma: no cover  an open file cannot be replaced there
                book.close()
            put_in_place(path, made, before)
            wipe(before)
        finally:
            book.close()
            made.unlink(missing_ok=True)


def sweep_converted(path: Path) -> None:
    """Take away what a killed conversion left beside a book and its copies of older versions."""
    sweep_restored(path)
    beside, backups = path.parent, backups_folder(path)
    places = ((beside, glob.escape(path.name)), (beside, _copies_of(path)), (backups, "*.bellwether"))
    for kind, (folder, pattern) in product((MADE, _BEFORE), places):
        for found in folder.glob(f"{pattern}.{kind}-*"):
            name, _, owner = found.name.rpartition(f".{kind}-")
            owner = owner.removesuffix("-wal").removesuffix("-shm")
            if not owner.isdecimal() or runs(int(owner), found):
                continue
            whole = folder / name
            if kind == _BEFORE and whole.exists() and not found.samefile(whole):
                wipe(found)
            else:  # a second name of the book itself, or never finished
                found.unlink(missing_ok=True)


def sweep_restored(path: Path) -> None:
    """Take away the second name that a killed restore left of the book itself among its backups."""
    for found in backup_files(path):
        if path.exists() and found.samefile(path):
            found.unlink()


def copies_of_book(path: Path) -> list[Path]:
    """Return the copies that were made of a book before it was brought to another version, and its backups."""
    return [*sorted(path.parent.glob(_copies_of(path))), *backup_files(path)]


def wipe(path: Path) -> None:
    """Overwrite a file with zeros and delete it. Disks without moving parts may keep older copies of its blocks.

    A file that has another name too, such as that of the book, only loses this one.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_nlink == 1:
            _overwrite(path)
        path.unlink()


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        for _ in range(-(-path.stat().st_size // len(_CHUNK))):
            file.write(_CHUNK)
        file.flush()
        os.fsync(file.fileno())


def fold_log(book: sqlite.Connection, path: Path) -> None:
    """Fold the write-ahead log into the book, and overwrite it before SQLite deletes it.

    Opening the log apart is safe: SQLite locks the book itself, never its log.
    """
    book.execute("PRAGMA wal_checkpoint(FULL)")  # refused while anybody else has the book open
    with suppress(FileNotFoundError):
        _overwrite(path.with_name(f"{path.name}-wal"))
    book.execute("PRAGMA journal_mode = DELETE")


def _copies_of(path: Path) -> str:
    return f"{glob.escape(path.stem)}.version-*{glob.escape(path.suffix)}"


def _write(book: sqlite.Connection, path: Path) -> None:
    """Copy everything into the attached file, and compare it row by row."""
    book.execute(f"PRAGMA made.cache_size = -{CACHE_KIB:d}")
    book.execute("SELECT sqlcipher_export('made')")
    for mark in ("user_version", "application_id"):
        book.execute(f"PRAGMA made.{mark} = {book.execute(f'PRAGMA main.{mark}').fetchone()[0]:d}")
    schemas = [
        sorted(book.execute(f"SELECT type, name, tbl_name, sql FROM {side}.sqlite_master"), key=str)
        for side in ("main", "made")
    ]
    tables = [name for kind, name, _, sql in schemas[0] if kind == "table" and not sql.startswith("CREATE VIRTUAL")]
    sound = book.execute("PRAGMA made.integrity_check").fetchall() == [("ok",)]
    if not (sound and schemas[0] == schemas[1] and all(_alike(book, table) for table in tables)):
        raise EnvironmentFault(
            f"{path.name} could not be copied whole: run “bellwether verify” to see whether it is damaged. "
            "Nothing was changed."
        )


def _alike(book: sqlite.Connection, table: str) -> bool:
    sides = [book.execute(f'SELECT * FROM {side}."{table}" NOT INDEXED') for side in ("main", "made")]
    while True:
        rows = [side.fetchmany(_ROWS) for side in sides]
        if rows[0] != rows[1]:
            return False
        if not rows[0]:
            return True


def put_in_place(path: Path, made: Path, before: Path) -> None:
    """Let another file take a book's name; the old one stays under another.

    Raises
    ------
    EnvironmentFault
        The disk keeps no file under two names. The book is as it was.
    """
    with made.open("rb") as file:
        os.fsync(file.fileno())
    before.unlink(missing_ok=True)
    try:
        os.link(path, before)
    except OSError as error:
        raise EnvironmentFault(
            f"{path.name} is on a disk or share that cannot keep one file under two names, so it cannot be replaced "
            "there. Nothing was changed. Move the book to a disk of this computer, try again, and move it back."
        ) from error
    try:
        made.replace(path)
    except OSError:
        before.unlink()  # a second name of the book, which stays
        raise
    flush_folder(path.parent)  # before the old file is overwritten
