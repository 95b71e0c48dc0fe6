"""Bring an older store up to date: a copy first, then each migration in a transaction of its own (Alembic)."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, NullPool, create_engine

from models import sqlite
from models.store.book_key import BookKey
from models.store.connect import connect
from models.store.copies import copy_store
from models.store.room import ask_room
from models.store.unit_of_work import rollback
from models.tables import SCHEMA_VERSION

#: Absolute, because a frozen program has no working directory to rely on.
SCRIPTS = Path(__file__).resolve().parent / "migrations"


def backup_path(path: Path, version: int) -> Path:
    """Return where the copy of a store of an older version is kept: beside it, named after its version."""
    return path.with_name(f"{path.stem}.version-{version}{path.suffix}")


def migrate(
    path: Path, version: int, key: BookKey | None = None, *, to: int = SCHEMA_VERSION, scripts: Path = SCRIPTS
) -> None:
    """Run the migrations after ``version`` up to ``to``, each atomic, after a copy of the store was made beside it.

    Raises
    ------
    EnvironmentFault
        There is no room for the copy.
    sqlite.Error
        The store is then as it was after the last complete migration.
    """
    _back_up(path, version, key)
    engine = create_engine("sqlite://", module=sqlite.dbapi, creator=lambda: connect(path, key), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            for number in range(version + 1, to + 1):
                _upgrade(connection, _revision(scripts, number), number)
    finally:
        engine.dispose()


def _back_up(path: Path, version: int, key: BookKey | None) -> None:
    ask_room(path, f"Updating {path.name}")
    source = connect(path, key)
    try:
        copy_store(source, backup_path(path, version), key)
    finally:
        source.close()


def _revision(scripts: Path, number: int) -> ModuleType:
    from alembic.script import ScriptDirectory  # 300 ms, and only a store of an older release needs it

    script = ScriptDirectory(str(scripts)).get_revision(f"{number:04d}")
    assert script is not None, f"migration {number:04d} is missing"
    return script.module


def _upgrade(connection: Connection, revision: ModuleType, number: int) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar()
        if version is not None and version >= number:
            return  # another process that opened the same store was first
        with Operations.context(MigrationContext.configure(connection)):
            revision.upgrade()
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (f"{number:04d}",))
        connection.exec_driver_sql(f"PRAGMA user_version = {number:d}")
        connection.exec_driver_sql("COMMIT")
    finally:
        rollback(connection)
