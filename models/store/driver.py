"""The driver's own connection: set-based work and bulk inserts speak to SQLite without a layer between."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from models import sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection


def driver_of(connection: Connection) -> sqlite.Connection:
    """The SQLite connection under one of SQLAlchemy's, in whatever transaction it is."""
    return cast(sqlite.Connection, connection.connection.driver_connection)
