"""The driver's own connection: set-based work and bulk inserts speak to SQLite without a layer between."""

from __future__ import annotations

import sqlite3
from typing import Any, cast

from sqlalchemy import Connection


def driver(connection: Connection) -> sqlite3.Connection:
    """The SQLite connection under one of SQLAlchemy's, for use inside its transaction."""
    return cast(sqlite3.Connection, cast(Any, connection.connection).dbapi_connection)
