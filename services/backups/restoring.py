"""Restoring a backup: compared first, finished beside the book, and put in its place at once.

Two things may not go back with the rest. Who said no to emails since the backup has still said so, and an email that
was approved then may have gone out since: it waits for review. The book as it was is kept as a backup itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.private import make_file, make_folder
from models.queries.kept_values import keep_value
from models.store import open_store
from models.store.book_key import BookKey
from models.store.connect import sentences, unlocked
from models.store.convert import MADE, copies_of_book, fold_log, put_in_place
from models.store.copies import is_sound
from models.store.room import ask_room
from models.store.store import Store
from models.store.unchanging import connect_unchanging, log_of
from models.tables import erasures, messages, suppression_ledger
from models.values import words
from models.values.backups import Backup
from models.values.errors import EnvironmentFault, StoreBusy, StoreDamaged
from models.values.journal import Actor
from models.values.outreach import HANDED_OVER
from services.audit import forget_head
from services.backups.keeping import DAMAGED, head_of, place_for
from services.book.encryption import find_key
from services.duplicates import ERASURE_KEY, erase_again
from services.outreach.messages import message_of
from services.outreach.outbox.approval import back_to_review
from services.workspace import Clock, Keyring

if TYPE_CHECKING:
    from sqlalchemy import Table

    from models.store import UnitOfWork

_BUSY_TIMEOUT_MS: Final = 2_000
_LEDGER: Final = ("address", "said", "since", "how", "entered_at", "entered_by")
_MARKS: Final = ("kind", "mark", "former_id", "withdrawn_since", "erased_at")
_MESSAGES: Final = "SELECT id, created_at, state FROM messages"
_JOURNAL: Final = "SELECT id, hash FROM journal ORDER BY id"
_WAITING: Final = "This email was approved before a backup was restored. Check whether it was sent already."
_SENT: Final = "This email was sent after the restored backup was made."
_AFTER: Final = """
    SELECT (SELECT count(*) FROM journal WHERE id > :head AND actor_kind = 'person'),
           (SELECT count(*) FROM imports WHERE journal_id > :head AND undone_by IS NULL),
           (SELECT count(*) FROM sendings WHERE outcome = 'sent'
            AND ended_at > coalesce((SELECT at FROM journal WHERE id = :head), ''))
"""


@dataclass(frozen=True, slots=True)
class Since:
    """What a book has that a backup of it has not.

    Attributes
    ----------
    actions, imports, emails
        People's actions, imports that stand, and emails that were sent.
    files
        The files of those imports.
    readable
        Whether the book can be read at all; where it cannot, nobody knows the rest.
    whole
        Whether all its pages hold together; where they do not, it is no backup of anything.
    """

    actions: int = 0
    imports: int = 0
    emails: int = 0
    files: tuple[Path, ...] = ()
    readable: bool = True
    whole: bool = True

    @property
    def words(self) -> str:
        """One sentence."""
        if not self.readable:
            return "The book cannot be read, so what changed after the backup is unknown."
        found = (
            (self.actions, "action"),
            (self.imports, "import"),
            (
                self.emails,
                "email sent",
            ),
        )
        parts = [
            words.count(number, one, "emails sent" if one == "email sent" else "") for number, one in found if number
        ]
        return f"Since then: {words.listed(parts)}." if parts else "No changes since this backup."


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring did.

    Attributes
    ----------
    words
        What to tell.
    files
        Files that were imported since and are still there, to be imported again.
    """

    words: str
    files: tuple[Path, ...] = ()


def compare(path: Path, backup: Backup, keyring: Keyring, given: str = "") -> Since:
    """Say what the book at a place has that a backup has not.

    Raises
    ------
    StoreLocked
        There is no key for one of both.
    EnvironmentFault
        The backup cannot be read.
    """
    key = find_key(backup.path, keyring, given)
    if head_of(backup.path, key) is None:
        raise _unreadable(backup)
    with _present(path, keyring, given) as driver:
        if driver is None:
            return Since(readable=False, whole=False)
        with closing(connect_unchanging(backup.path, key)) as copy:
            head = _in_common(copy, driver)
        actions, imports, emails = driver.execute(_AFTER, {"head": head}).fetchone()
        files = driver.execute(
            "SELECT file_path FROM imports WHERE journal_id > ? AND undone_by IS NULL ORDER BY id", (head,)
        )
        known = tuple(dict.fromkeys(Path(row[0]) for row in files))
        return Since(actions, imports, emails, known, whole=is_sound(driver))


def restore(path: Path, backup: Backup, keyring: Keyring, *, person: str, clock: Clock, given: str = "") -> Restored:
    """Put a backup in the place of a book that nobody has open; the book becomes a backup itself.

    Raises
    ------
    StoreLocked
        There is no key for the backup, or for the book.
    StoreBusy
        The book is open.
    EnvironmentFault
        The backup is damaged, or there is no room. The book is as it was.
    """
    key = find_key(backup.path, keyring, given)
    since = compare(path, backup, keyring, given)
    ask_room(backup.path, f"Restoring {path.name}")
    made = path.with_name(f"{path.name}.{MADE}-{os.getpid()}")
    with ExitStack() as left, sentences(path):
        left.callback(_remove, made)
        with closing(connect_unchanging(backup.path, key)) as source:
            if not is_sound(source):
                raise _unreadable(backup)
        make_file(made)
        shutil.copyfile(backup.path, made)
        store = open_store(made, key, create=False)
        try:
            at = words.stored(clock.now())
            with _present(path, keyring, given) as driver:
                head = _last(driver) if driver is not None else None
                stays = _carried(store, driver, backup, person, at)
            erase_again(store, Actor("system", person), at)
        finally:
            store.close()
        kept = place_for(path, clock.now(), "restore")
        if not since.whole:
            kept = kept.with_suffix(DAMAGED)
        make_folder(kept.parent)
        forget_head(path, keyring)  # first: the journal that is remembered is about to be another
        if not path.exists():
            made.replace(path)
        else:
            if since.readable:
                book = left.enter_context(closing(sqlite.connect(path, isolation_level=None)))
                _hold(book, path, find_key(path, keyring, given), kept, head)
                if os.name == "nt":  # pragma: no cover  an open file cannot be replaced there
                    book.close()
            else:
                _set_log_aside(path, kept)
            put_in_place(path, made, kept)
    again = tuple(one for one in since.files if one.is_file())
    return Restored(_told(stays, len(again), known=since.readable), again)


def _told(stays: int, again: int, *, known: bool) -> str:
    parts = ["The backup is restored, and the book as it was is kept among the backups."]
    if not known:
        parts.append("Consent withdrawn and customers erased since then are unknown: import your exports again first.")
    if stays:
        parts.append(f"{words.count(stays, 'email waits', 'emails wait')} for review: check whether they were sent.")
    if again:
        parts.append(f"{words.count(again, 'file')} imported since can be imported again.")
    return " ".join(parts)


def _in_common(copy: sqlite.Connection, book: sqlite.Connection) -> int:
    """The last entry that the journals of both have: after a restore, they went on apart from there."""
    last = 0
    for one, other in zip(copy.execute(_JOURNAL), book.execute(_JOURNAL), strict=False):
        if one != other:
            break
        last = int(one[0])
    return last


@contextmanager
def _present(path: Path, keyring: Keyring, given: str) -> Iterator[sqlite.Connection | None]:
    """Yield a connection that reads the book as it is now, None where there is none or it is damaged."""
    if not path.exists():
        yield None
        return
    try:
        store = open_store(path, find_key(path, keyring, given), create=False)
    except StoreDamaged:
        yield None
        return
    try:
        with store.snapshot() as driver:
            yield driver
    finally:
        store.close()


def _carried(store: Store, present: sqlite.Connection | None, backup: Backup, person: str, at: str) -> int:
    """Write into the restored book what may not go back with it; return how many emails wait for review."""
    with store.unit_of_work(Actor("system", person), "restore", f"backup:{backup.path.name}", at=at) as work:
        handed: dict[tuple[int, str], str] = {}
        if present is not None:
            _keep_rows(work, present, suppression_ledger, _LEDGER)
            _keep_rows(work, present, erasures, _MARKS, unique=2)
            if key := present.execute("SELECT value FROM book WHERE key = ?", (ERASURE_KEY,)).fetchone():
                keep_value(work, ERASURE_KEY, key[0])
            handed = {(number, at): state for number, at, state in present.execute(_MESSAGES)}
        waiting = work.driver.execute(
            f"{_MESSAGES} WHERE state IN ('draft', 'in_review', 'approved', 'queued', 'failed')"
        ).fetchall()
        stays = 0
        for number, begun, state in waiting:
            why = _SENT if handed.get((number, begun)) in HANDED_OVER else _WAITING
            if state in ("approved", "queued", "failed"):
                back_to_review(work, message_of(work.driver, number), why)
                stays += 1
            elif why == _SENT:
                work.update(messages, number, {"fault": why, "changed_at": at})
                stays += 1
        work.digest(f"restored {backup.path.name}")
        work.say(f"Restored the backup of {words.full_day(backup.at.date())}")
        work.commit()
    return stays


def _keep_rows(
    work: UnitOfWork, present: sqlite.Connection, table: Table, columns: tuple[str, ...], unique: int = 0
) -> None:
    """Write rows of the book as it is into the restored one, where they lack; ``unique`` columns tell them apart."""
    apart = unique or len(columns)
    statement = f"SELECT {', '.join(columns)} FROM {table.name} ORDER BY id"
    known = {row[:apart] for row in work.driver.execute(statement)}
    for row in present.execute(statement):
        if row[:apart] not in known:
            work.insert(table, dict(zip(columns, row, strict=True)))


def _last(driver: sqlite.Connection) -> tuple[int, str] | None:
    """Number and hash of the last entry of a journal."""
    found = driver.execute(f"{_JOURNAL} DESC LIMIT 1").fetchone()
    return (int(found[0]), str(found[1])) if found is not None else None


def _hold(book: sqlite.Connection, path: Path, key: BookKey | None, kept: Path, head: tuple[int, str] | None) -> None:
    """Keep everybody from a book until it is replaced, with its log folded into it, or set aside if that fails.

    ``head`` is the last entry of its journal when it was read: a later one would be lost with what it says.
    """
    unlocked(book, key)
    book.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS:d}")
    book.execute("PRAGMA main.locking_mode = EXCLUSIVE")
    try:
        fold_log(book, path)
        book.execute("BEGIN EXCLUSIVE")
    except sqlite.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_CORRUPT:
            raise
        _set_log_aside(path, kept)
        return
    if head is not None and _last(book) != head:
        raise StoreBusy(f"{path.name} was changed while the backup was restored. Nothing was restored; try again.")


def _set_log_aside(path: Path, kept: Path) -> None:
    """Take the log of a damaged book away: beside another book it would be taken for that one's."""
    with suppress(FileNotFoundError):
        log_of(path).replace(log_of(kept))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


def _remove(made: Path) -> None:
    for one in (made, log_of(made), made.with_name(f"{made.name}-shm"), *copies_of_book(made)):
        one.unlink(missing_ok=True)


def _unreadable(backup: Backup) -> EnvironmentFault:
    return EnvironmentFault(f"The backup {backup.path.name} is damaged. Nothing was changed; choose another one.")
