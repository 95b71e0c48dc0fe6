"""Bring an older store up to date: a backup first, then each migration in a transaction of its own (Alembic)."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from models.store.connect import connect
from models.tables import SCHEMA_VERSION

#: Absolute, because a frozen program has no working directory to rely on.
SCRIPTS = Path(__file__).resolve().parent / "migrations"


def backup_path(path: Path, version: int) -> Path:
    """Return where the copy of a store of an older version is kept: beside it, named after its version."""
    return path.with_name(f"{path.stem}.before-version-{SCHEMA_VERSION}.from-{version}{path.suffix}")


def migrate(path: Path, version: int) -> None:
    """Run all migrations from ``version`` to this program's, after a backup through SQLite's own backup API.

    Raises
    ------
    sqlite3.Error, OSError
        The store is then as it was after the last complete migration, and the backup is beside it.
    """
    source = connect(path)
    try:
        target = sqlite3.connect(backup_path(path, version))
        with target:
            source.backup(target)
        target.close()
    finally:
        source.close()
    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=NullPool)
    scripts = ScriptDirectory(str(SCRIPTS))
    try:
        for number in range(version + 1, SCHEMA_VERSION + 1):
            revision = scripts.get_revision(f"{number:04d}")
            assert revision is not None
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    context = MigrationContext.configure(connection, opts={"as_sql": False})
                    from alembic.operations import Operations

                    with Operations.context(context):
                        revision.module.upgrade()
                    connection.exec_driver_sql("UPDATE alembic_version SET version_num = ?", (f"{number:04d}",))
                    connection.exec_driver_sql(f"PRAGMA user_version = {number:d}")
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
    finally:
        engine.dispose()


def has_room_for_backup(path: Path) -> bool:
    """Return whether the disk can hold the backup that a migration makes first."""
    return shutil.disk_usage(path.parent).free > 2 * path.stat().st_size
