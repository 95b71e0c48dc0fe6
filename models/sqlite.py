"""The one driver of SQLite: SQLCipher's build of it, which reads and writes plain books and encrypted ones alike.

One library for both means one set of errors, rows and connections, and one keeper of the locks on a file: a second
library in the same process would drop them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3 as driver  # the same interface, and this one has types
else:
    from sqlcipher3 import dbapi2 as driver

#: What SQLAlchemy is told to use.
dbapi = driver

sqlite_version = dbapi.sqlite_version

Connection = dbapi.Connection
Cursor = dbapi.Cursor
Row = dbapi.Row

Error = dbapi.Error
DatabaseError = dbapi.DatabaseError
OperationalError = dbapi.OperationalError
ProgrammingError = dbapi.ProgrammingError

SQLITE_BUSY = dbapi.SQLITE_BUSY
SQLITE_CANTOPEN = dbapi.SQLITE_CANTOPEN
SQLITE_CORRUPT = dbapi.SQLITE_CORRUPT
SQLITE_FULL = dbapi.SQLITE_FULL
SQLITE_INTERRUPT = dbapi.SQLITE_INTERRUPT
SQLITE_IOERR = dbapi.SQLITE_IOERR
SQLITE_LOCKED = dbapi.SQLITE_LOCKED
SQLITE_NOTADB = dbapi.SQLITE_NOTADB
SQLITE_PERM = dbapi.SQLITE_PERM
SQLITE_READONLY = dbapi.SQLITE_READONLY


class _Connection(Connection):
    """A connection that remembers the functions it was given."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.given: set[str] = set()


def connect(*arguments: Any, **more: Any) -> Connection:
    """Open a database; the arguments are those of the driver's own `connect`."""
    return dbapi.connect(*arguments, factory=_Connection, **more)


def give_function(connection: Connection, name: str, arguments: int, function: Callable[..., Any]) -> None:
    """Let the statements of a connection call a function whose answer depends on its arguments alone.

    It is given once: each time, SQLite prepares all statements of the connection anew, and long ones take milliseconds.
    """
    given = connection.given if isinstance(connection, _Connection) else set()
    if name not in given:
        connection.create_function(name, arguments, function, deterministic=True)
        given.add(name)
