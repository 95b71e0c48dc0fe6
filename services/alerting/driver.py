"""Plain tuples from the raw driver: a run reads some hundred thousand rows, and row objects would double its time."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, in whatever transaction it is."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def tuples(
    connection: Connection, statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()
) -> sqlite3.Cursor:
    """Run a query on the driver's connection, inside whatever transaction it is in, and return its cursor."""
    return driver_of(connection).execute(statement, parameters)
