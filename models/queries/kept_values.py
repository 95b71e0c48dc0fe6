"""Values that the book keeps by a key: what runs remember of themselves until the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.store import UnitOfWork


def kept_value(connection: Connection, key: str) -> str | None:
    """Return what is kept under a key, None before anything was."""
    found = connection.exec_driver_sql("SELECT value FROM book WHERE key = ?", (key,)).scalar()
    return None if found is None else str(found)


def keep_value(work: UnitOfWork, key: str, value: str) -> None:
    """Keep a value under a key, instead of the one before; the same value again writes nothing."""
    work.sql(
        "INSERT INTO book (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        " WHERE value <> excluded.value",
        (key, value),
    )
