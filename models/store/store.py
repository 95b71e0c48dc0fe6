"""Open a book: recognise what the file is, bring it up to date, hand out readers and the one writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from models import sqlite
from models.private import make_folder
from models.schema_version import SCHEMA_VERSION
from models.store.book_key import BookKey
from models.store.connect import BUSY_TIMEOUT_MS, connect, fault_of, sentences
from models.store.driver import driver_of
from models.store.encrypted import attach_staging, is_no_book, sort_in_files, why_locked
from models.store.unchanging import connect_unchanging, folded_copy, has_log, is_read_only, is_refused
from models.values.errors import EnvironmentFault, StoreDamaged, StoreFromTheFuture, StoreLocked
from models.values.journal import Actor

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from models.store.unit_of_work import UnitOfWork

#: "Bell" in ASCII: marks the file as a Bellwether book, whatever its name.
APPLICATION_ID = 0x42656C6C


class _Opening:
    """How the file of a book is opened: to be written, or where that cannot be, as one that never changes."""

    def __init__(self, path: Path, key: BookKey | None, busy_timeout_ms: int) -> None:
        self.connect: Callable[[], sqlite.Connection] = partial(connect, path, key, busy_timeout_ms=busy_timeout_ms)
        self.key, self._path, self._busy_timeout_ms = key, path, busy_timeout_ms
        self._folder: TemporaryDirectory[str] | None = None

    def begin(self) -> sqlite.Connection:
        """Return the first connection, and find out with it how all are opened."""
        try:
            return self.connect()
        except sqlite.OperationalError as error:
            if not (is_refused(error) and is_read_only(self._path)):
                raise
        place = self._path
        if has_log(place):
            self._folder = self._copied()
            place = Path(self._folder.name) / place.name
        self.connect = partial(connect_unchanging, place, self.key, busy_timeout_ms=self._busy_timeout_ms)
        return self.connect()

    def _copied(self) -> TemporaryDirectory[str]:
        try:
            return folded_copy(self._path, self.key)
        except OSError as error:
            raise EnvironmentFault(
                f"{self._path.name} is in a read-only place, and there is no room for the copy that Bellwether would "
                "open instead. Free some space and try again."
            ) from error

    def end(self) -> None:
        """Delete the copy, if there is one."""
        if self._folder is not None:
            self._folder.cleanup()


class Permitting(Protocol):
    """Who works may do some things and not others."""

    @property
    def role(self) -> str | None:
        """What the journal calls their role; None where there are no roles."""

    def begin(self, actor: Actor, verb: str) -> None:
        """Refuse a unit of work by raising."""

    def commit(self, connection: Connection, actor: Actor, verb: str, owners: Mapping[int, str | None]) -> None:
        """Refuse, by raising, a unit of work that changes customers, who had these owners before it."""


class Store:
    """An open book. Readers see the last commit; ``unit_of_work`` is the only way to write.

    SQLAlchemy is imported with the first ``read`` or unit of work. What the first page needs goes through
    ``snapshot``, on SQLite's own connection: that is a fifth of a second less until the queue stands there.
    """

    def __init__(self, path: Path, opening: _Opening | None = None) -> None:
        self.path = path
        #: What who works may do; None where everybody may do everything.
        self.permit: Permitting | None = None
        self._opening = opening or _Opening(path, None, BUSY_TIMEOUT_MS)
        self._made: Engine | None = None
        self._lock = threading.Lock()
        self._idle: list[sqlite.Connection] = []
        self._closed = False
        self._own: set[int] = set()
        self._newest_at_opening = 0

    @property
    def key(self) -> BookKey | None:
        """The key of the book, None where it is plain: files beside it are opened with it too."""
        return self._opening.key

    @property
    def read_only(self) -> bool:
        """Whether the book lies where nothing can be written: what is worked out from it cannot be kept in it."""
        return is_read_only(self.path)

    @property
    def _engine(self) -> Engine:
        with self._lock:
            if self._made is None:
                self._made = _engine(self._opening.connect)
            return self._made

    @contextmanager
    def snapshot(self) -> Iterator[sqlite.Connection]:
        """Yield SQLite's own connection in a read transaction: one unchanging state of the book, and no writing."""
        with sentences(self.path):
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                connection = self._opening.connect()
                connection.execute("PRAGMA query_only = ON")
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                with self._lock:
                    if not self._closed:
                        self._idle.append(connection)
                        connection = None
                if connection is not None:  # the book was closed while this was read
                    connection.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one unchanging state of the book, and cannot write."""
        from models.store.unit_of_work import rollback

        with self._connected() as connection:
            try:
                connection.exec_driver_sql("PRAGMA query_only = ON")
                connection.exec_driver_sql("BEGIN")
                yield connection
            finally:
                rollback(connection)
                connection.exec_driver_sql("PRAGMA query_only = OFF")

    @contextmanager
    def unit_of_work(
        self, actor: Actor, verb: str, subject: str, *, at: str, staging: Path | None = None
    ) -> Iterator[UnitOfWork]:
        """Yield a unit of work: committed once by its ``commit()``, rolled back in every other case.

        Parameters
        ----------
        actor, verb, subject
            What the journal entry says, e.g. a person, "snooze", "alert:77".
        at
            The moment (UTC, ISO) from the workspace's clock.
        staging
            A staging file to attach as ``stage`` while the work is done.
        """
        from models.store.unit_of_work import UnitOfWork

        if self.permit is not None:
            self.permit.begin(actor, verb)
        with self._connected() as connection, _attached(connection, staging, self.key):
            work = UnitOfWork(connection, actor, verb, subject, at, self.permit)
            work.begin()
            try:
                yield work
            finally:
                work.close()
                if work.committed is not None:
                    with self._lock:
                        self._own.add(work.committed)

    def entries_of_others(self, after: int | None) -> tuple[int, frozenset[int]]:
        """Return the newest journal entry's id, and those after an entry that other programs and processes wrote.

        Parameters
        ----------
        after
            The entry up to which everything is known; None knows what there was when the book was opened.
        """
        known = self._newest_at_opening if after is None else after
        with self.snapshot() as connection:
            newest = _newest_entry(connection)
            found = connection.execute("SELECT id FROM journal WHERE id > ?", (known,))
            entries = frozenset(row[0] for row in found)
        with self._lock:
            others = entries - self._own
            self._own = {entry for entry in self._own if entry > known}
        return newest, others

    def close(self) -> None:
        """Close all connections, those in use when they are done; the write-ahead log is folded into the file."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            made, self._made = self._made, None
        for connection in idle:
            connection.close()
        if made is not None:
            made.dispose()
        self._opening.end()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Yield a connection of SQLAlchemy's, whose errors are told in sentences."""
        from sqlalchemy.exc import DBAPIError

        try:
            with sentences(self.path), self._engine.connect() as connection:
                try:
                    yield connection
                finally:
                    if self._closed:  # meanwhile: what it came from is gone, and nobody else would close it
                        connection.invalidate()
        except DBAPIError as error:
            fault = fault_of(error.orig, self.path) if error.orig is not None else None
            if fault is None:
                raise
            raise fault from error


@contextmanager
def _attached(connection: Connection, staging: Path | None, key: BookKey | None) -> Iterator[None]:
    """Attach a staging file, without journal or waiting for the disk: it is thrown away after any accident."""
    if staging is None:
        yield
        return
    attach_staging(driver_of(connection), staging, key)
    try:
        connection.exec_driver_sql("PRAGMA stage.journal_mode = OFF")
        connection.exec_driver_sql("PRAGMA stage.synchronous = OFF")
        sort_in_files(driver_of(connection), key)
        # A set-based import refers only to rows that it has looked up or made itself: checking each reference again
        # would double the time of the insert. ``verify`` checks them all.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        yield
    except BaseException:
        # What was being read holds the file until the error is forgotten, so it cannot be detached.
        connection.invalidate()
        raise
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
    connection.exec_driver_sql("DETACH stage")


def open_store(
    path: str | Path, key: BookKey | None = None, *, create: bool = True, busy_timeout_ms: int = BUSY_TIMEOUT_MS
) -> Store:
    """Open the book at ``path``, creating or migrating it where needed; with a key, an encrypted one.

    Raises
    ------
    StoreLocked
        It is encrypted, and this is not its key.
    StoreFromTheFuture
        A newer version of the program wrote it; it is left as it is.
    StoreDamaged
        It is no store, is truncated, or lacks its tables.
    EnvironmentFault
        It does not exist (with ``create=False``), or cannot be opened.
    """
    path = Path(path)
    _check_place(path, create)
    with sentences(path):
        opening = _Opening(path, key, busy_timeout_ms)
        try:
            _bring_up_to_date(opening, path)
        except sqlite.DatabaseError as error:
            opening.end()
            if is_no_book(error) and (why := why_locked(path, key)):
                raise StoreLocked(why) from error
            raise
        except BaseException:
            opening.end()
            raise
    store = Store(path, opening)
    with store.snapshot() as connection:
        store._newest_at_opening = _newest_entry(connection)
    return store


def _newest_entry(connection: sqlite.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0])


def _bring_up_to_date(opening: _Opening, path: Path) -> None:
    connection = opening.begin()
    try:
        version = _recognise(connection, path)
    finally:
        connection.close()
    if 0 < version < SCHEMA_VERSION:
        if is_read_only(path):
            raise EnvironmentFault(
                f"{path.name} was written by an older Bellwether and needs updating, which is not possible where it "
                "is. Copy it to a folder you can write to, and open it there."
            )
        from models.store.migrate import migrate  # Alembic costs 300 ms: only when it is needed

        migrate(path, version, opening.key)


def _check_place(path: Path, create: bool) -> None:
    if path.is_dir():
        raise EnvironmentFault(f"{path} is a folder. Name the file of a book, for example {path / 'book.bellwether'}.")
    if not path.exists():
        if not create:
            raise EnvironmentFault(f"There is no book at {path}. Check the path, or import a file to start one.")
        try:
            make_folder(path.parent)
        except OSError as error:
            raise EnvironmentFault(
                f"The folder {path.parent} cannot be created ({error.strerror}). Choose another place."
            ) from error
        return
    # Its size only: closing the file after a look into it would drop the locks of a store that is open in this process.
    if path.stat().st_size == 0 and not create:
        raise StoreDamaged(
            f"{path.name} is empty: it was cut short, or never was a book. It was left unchanged; restore a copy "
            "of it, or import a file to start again."
        )


def _recognise(connection: sqlite.Connection, path: Path) -> int:
    """Create the schema in an empty file; else return the version after a look at what is there."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and version == 0:
        from models.store.schema import create_schema

        create_schema(connection, APPLICATION_ID)
        return SCHEMA_VERSION
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise StoreDamaged(
            f"{path.name} is a database of another program. It was left unchanged; choose a Bellwether book."
        )
    if version > SCHEMA_VERSION:
        raise StoreFromTheFuture(
            f"{path.name} was written by a newer Bellwether "
            f"(store version {version}, this program knows {SCHEMA_VERSION}). "
            "It was left unchanged; update Bellwether to open it."
        )
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    if path.stat().st_size < pages * size and not has_log(path):
        raise StoreDamaged(_truncated(path))
    missing = {"journal", "customers", "orders"} - tables
    if missing:
        raise StoreDamaged(_truncated(path))
    return version


def _truncated(path: Path) -> str:
    return (
        f"{path.name} is damaged: part of it is missing. It was left unchanged; restore a copy of it, "
        "or start a new book and import your exports again."
    )


def _engine(connected: Callable[[], sqlite.Connection]) -> Engine:
    from sqlalchemy import QueuePool, create_engine

    # The driver is in autocommit mode and SQLAlchemy's own begin is silent there: readers and the unit of work say
    # BEGIN themselves, and closing a connection that is in no transaction commits nothing.
    return create_engine(
        "sqlite://",
        module=sqlite.dbapi,
        creator=connected,
        pool_size=4,
        max_overflow=8,
        pool_reset_on_return=None,  # readers and the unit of work end their own transactions
        query_cache_size=500,
        poolclass=QueuePool,
    )
