"""Plain tuples from the raw driver: a run reads some hundred thousand rows, and row objects would double its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from models import sqlite
from models.store.driver import driver_of


def tuples(connection: Connection, statement: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> sqlite.Cursor:
    """Run a query on the driver's connection, inside whatever transaction it is in, and return its cursor."""
    return driver_of(connection).execute(statement, parameters)
