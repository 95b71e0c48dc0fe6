"""Copies of a book: written whole or not at all, and read without changing anything."""

from __future__ import annotations

import os
from pathlib import Path

from models import sqlite
from models.store.book_key import BookKey
from models.store.connect import connect


def copy_store(source: sqlite.Connection, target: Path, key: BookKey | None) -> None:
    """Write a copy of a book as it is at this moment, with the key of the book; what lay there gives way.

    Raises
    ------
    OSError, sqlite.Error
        The copy cannot be written; nothing of it is left.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        copy = connect(part, key)
        try:
            source.backup(copy)
        finally:
            copy.close()
        part.replace(target)
        flush_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def is_sound(connection: sqlite.Connection) -> bool:
    """Return whether the pages of a book hold together."""
    return [row[0] for row in connection.execute("PRAGMA integrity_check(1)")] == ["ok"]


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if os.name == "nt":  # pragma: no cover  folders cannot be opened there
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def backups_folder(path: Path) -> Path:
    """Return the folder in which the backups of a book lie; it need not be there."""
    return path.with_name(f"{path.name}.backups")


def damaged_files(path: Path) -> list[Path]:
    """Return books that could not be read when a backup took their place, with their logs."""
    return sorted(backups_folder(path).glob("*Z-restore.damaged*"))


def backup_files(path: Path) -> list[Path]:
    """Return the files of a book's backups, each under a name that begins with its moment."""
    return sorted(backups_folder(path).glob("*Z-*.bellwether"))
