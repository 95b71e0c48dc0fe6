"""Backups as files beside a book: one a day, one before a large import, and those that a person asks for.

They lie in a folder of their own, for their owner alone, and have the key of the book. Each is read through before it
counts. Those of the last days and weeks are kept and the last that a person asked for, older ones are deleted.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from models import sqlite
from models.private import make_folder
from models.store.book_key import BookKey
from models.store.connect import MEMORY, fault_of
from models.store.convert import copies_of_book
from models.store.copies import backup_files, backups_folder, copy_store, damaged_files, is_sound
from models.store.room import ask_room
from models.store.unchanging import connect_unchanging
from models.values.backups import Backup, BackupKind
from models.values.errors import EnvironmentFault
from services.workspace import Workspace

#: The newest of so many days and weeks are kept, so many of each kind whatever their day, and more of those that a
#: person asked for.
DAYS, WEEKS, OF_A_KIND, ASKED = 7, 4, 2, 10
#: An import of so many bytes of files is large.
LARGE_BYTES: Final = 5_000_000
_FRESH: Final = timedelta(hours=1)
#: A book that could not be read when a backup took its place.
DAMAGED: Final = ".damaged"
_NAME: Final = re.compile(r"(\d{8}T\d{6}Z)-(daily|import|restore|asked)\.bellwether")
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_HEAD: Final = "SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1"


def backups_of(path: Path) -> tuple[Backup, ...]:
    """Return the backups of a book, the newest first."""
    found = []
    for one in backup_files(path):
        if named := _NAME.fullmatch(one.name):
            at = datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC)
            found.append(Backup(one, at, named[2], one.stat().st_size))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda one: (one.at, one.path.name), reverse=True))


def back_up(workspace: Workspace, kind: BackupKind = "asked") -> Backup:
    """Back up a book as it is at this moment, check what was written, and delete backups past their time.

    Raises
    ------
    EnvironmentFault
        There is no room, the folder cannot be written, or the book is damaged: then older backups stay.
    """
    path, key = workspace.store.path, workspace.store.key
    ask_room(path, f"A backup of {path.name}")
    made = place_for(path, workspace.clock.now(), kind)
    try:
        make_folder(made.parent)
        _sweep(made.parent, workspace.clock.now())
        with workspace.store.snapshot() as source:
            head = source.execute(_HEAD).fetchone()
            copy_store(source, made, key)
        with closing(connect_unchanging(made, key)) as copy:
            whole = is_sound(copy) and copy.execute(_HEAD).fetchone() == head
    except (OSError, sqlite.Error) as error:
        made.unlink(missing_ok=True)
        fault = fault_of(error, made)
        raise fault or EnvironmentFault(f"The backup cannot be written to {made.parent}. Check the folder.") from error
    if not whole:
        made.unlink()
        raise EnvironmentFault(
            f"The copy of {path.name} failed its check: the book is damaged. It was deleted, and older backups stay. "
            "“bellwether doctor” gives details."
        )
    known = backups_of(path)
    for old in not_kept(known, workspace.policy.zone_of(None)):
        old.path.unlink(missing_ok=True)
    for one in damaged_files(path):
        if one.stat().st_mtime < (workspace.clock.now() - timedelta(weeks=WEEKS)).timestamp():
            one.unlink(missing_ok=True)
    return next(one for one in known if one.path == made)


def daily_backup(workspace: Workspace) -> Backup | None:
    """Back up a book that changed since its newest backup, at most once a calendar day; return the backup, if any.

    Raises
    ------
    EnvironmentFault
        As `back_up` does.
    """
    zone = workspace.policy.zone_of(None)
    known = _until_now(workspace)
    if known and known[0].at.astimezone(zone).date() >= workspace.clock.now().astimezone(zone).date():
        return None
    return back_up(workspace, "daily") if _is_due(workspace, known) else None


def back_up_before_import(workspace: Workspace, files: Iterable[Path]) -> None:
    """Back up a book before a large import, but once an hour; where that fails, the import goes on."""
    try:
        if sum(one.stat().st_size for one in files if one.is_file()) < LARGE_BYTES:
            return
        known = _until_now(workspace)
        if known and known[0].at > workspace.clock.now() - _FRESH:
            return
        if _is_due(workspace, known):
            back_up(workspace, "import")
    except (OSError, EnvironmentFault):
        logging.getLogger(__name__).warning("No backup before an import.", exc_info=True)


def not_kept(known: Sequence[Backup], zone: tzinfo) -> tuple[Backup, ...]:
    """Return which backups need no longer be kept; the newest always is."""
    days: dict[date, Backup] = {}
    weeks: dict[tuple[int, int], Backup] = {}
    kinds: dict[str, list[Backup]] = {}
    for one in sorted(known, key=lambda one: one.at, reverse=True):
        day = one.at.astimezone(zone).date()
        days.setdefault(day, one)
        weeks.setdefault(day.isocalendar()[:2], one)
        kinds.setdefault(one.kind, []).append(one)
    kept = [*list(days.values())[:DAYS], *list(weeks.values())[:WEEKS]]
    kept += [one for kind, same in kinds.items() for one in same[: ASKED if kind == "asked" else OF_A_KIND]]
    return tuple(one for one in known if one not in kept)


def place_for(path: Path, at: datetime, kind: BackupKind) -> Path:
    """Return a place for a backup of a book where nothing lies yet."""
    at = at.astimezone(UTC)
    while (made := backups_folder(path) / f"{at.strftime(_STAMP)}-{kind}.bellwether").exists():
        at += timedelta(seconds=1)
    return made


def head_of(path: Path, key: BookKey | None) -> tuple[int, str] | None:
    """Return number and hash of the last journal entry of a backup, None where it cannot be read."""
    try:
        with closing(connect_unchanging(path, key)) as copy:
            found = copy.execute(_HEAD).fetchone()
    except sqlite.Error:
        return None
    return (int(found[0]), str(found[1])) if found is not None else None


def _until_now(workspace: Workspace) -> tuple[Backup, ...]:
    """The backups of a book but those that a clock gone wrong dated in the future: they hold no daily one up."""
    now = workspace.clock.now()
    return tuple(one for one in backups_of(workspace.store.path) if one.at <= now)


def _sweep(folder: Path, now: datetime) -> None:
    """Take away what a killed program left of a backup."""
    for part in folder.glob(".*.part*"):
        if part.stat().st_mtime < (now - _FRESH).timestamp():
            part.unlink(missing_ok=True)


def _is_due(workspace: Workspace, known: Sequence[Backup]) -> bool:
    """Whether a book holds anything that its newest backup does not."""
    store = workspace.store
    if str(store.path) == MEMORY or store.read_only:
        return False
    with store.snapshot() as driver:
        head = driver.execute(_HEAD).fetchone()
    return head is not None and (not known or head_of(known[0].path, store.key) != tuple(head))


def copies_with_data(path: Path) -> list[Path]:
    """Return what lies beside a book with what it held before: backups, copies of older versions, damaged books."""
    return [*copies_of_book(path), *damaged_files(path)]
