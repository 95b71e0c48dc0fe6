"""The driver's own connection: set-based work and bulk inserts speak to SQLite without a layer between."""

from __future__ import annotations

import sqlite3
from typing import cast

from sqlalchemy import Connection


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The SQLite connection under one of SQLAlchemy's, in whatever transaction it is."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)
