"""The store: what is opened, what is refused and how it is said, and what a migration leaves behind."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from models import sqlite
from models.store import UnitOfWork, connect, open_store, room
from models.store.migrate import backup_path, migrate
from models.store.schema import schema_ddl
from models.tables import SCHEMA_VERSION, customers
from models.values.errors import EnvironmentFault, StoreBusy, StoreDamaged, StoreFromTheFuture
from models.values.journal import Actor
from tests.models.conftest import Key

ANN = Actor("person", "Ann")
AT = "2026-11-20T08:00:00Z"


def _one_customer(path: Path, key: Key) -> None:
    store = open_store(path, key)
    with store.unit_of_work(ANN, "add", "customer:1", at=AT) as work:
        work.insert(customers, {"source": "manual", "external_id": "1", "name": "Linden Supply"})
        work.commit()
    store.close()


def test_a_new_store_is_a_marked_sqlite_file(store_path: Path, key: Key) -> None:
    open_store(store_path, key).close()
    connection = connect(store_path, key)
    assert connection.execute("PRAGMA application_id").fetchone()[0] == 0x42656C6C
    assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()


def test_a_store_that_is_opened_twice_keeps_its_rows(store_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    store = open_store(store_path, key)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1
    store.close()


def test_a_fault_beside_a_staging_file_is_told_as_it_is_and_the_next_work_goes_on(
    store_path: Path, tmp_path: Path, key: Key
) -> None:
    store, staging = open_store(store_path, key), tmp_path / "staging"
    with connect(staging, key) as made:
        made.execute("CREATE TABLE rows AS SELECT 1 AS one UNION ALL SELECT 2")
    made.close()

    def stopped_while_it_reads(work: UnitOfWork) -> None:
        rows = work.connection.exec_driver_sql("SELECT one FROM stage.rows")
        assert rows.fetchone() == (1,)
        raise FileNotFoundError("words.tsv")

    with (
        pytest.raises(FileNotFoundError, match=r"words\.tsv"),
        store.unit_of_work(ANN, "import", "import", at=AT, staging=staging) as work,
    ):
        stopped_while_it_reads(work)
    with store.unit_of_work(ANN, "add", "customer:1", at=AT, staging=staging) as work:
        assert work.connection.exec_driver_sql("SELECT count(*) FROM stage.rows").scalar() == 2
        assert work.connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
        work.insert(customers, {"source": "manual", "external_id": "1", "name": "Linden Supply"})
        work.commit()
    store.close()


def test_what_is_read_while_the_store_is_closed_is_read_to_its_end_and_its_connection_closed(
    store_path: Path, key: Key
) -> None:
    _one_customer(store_path, key)
    store = open_store(store_path, key)
    with store.snapshot() as reading, store.read() as connection:
        pooled = connection.connection.dbapi_connection
        store.close()
        assert reading.execute("SELECT count(*) FROM customers").fetchone()[0] == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1
    for one in (reading, pooled):
        assert isinstance(one, sqlite.Connection)
        with pytest.raises(sqlite.ProgrammingError, match="closed"):
            one.execute("SELECT 1")


def test_what_is_not_committed_is_rolled_back(store_path: Path, key: Key) -> None:
    store = open_store(store_path, key)
    with store.unit_of_work(ANN, "add", "customer:1", at=AT) as work:
        work.insert(customers, {"source": "manual", "external_id": "1", "name": "Linden Supply"})
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 0
    store.close()


def test_the_program_waits_for_the_disk_before_it_says_that_something_is_done(
    store_path: Path, project: Path, python: str
) -> None:
    asked = "from models.store import connect; import sys; print(*connect(sys.argv[1]).execute('PRAGMA synchronous'))"
    said = subprocess.run([python, "-c", asked, store_path], cwd=project, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "(2,)", "FULL, which the tests themselves do without"


def test_a_reader_cannot_write_and_sees_one_state(store_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    store = open_store(store_path, key)
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1
        with store.unit_of_work(ANN, "add", "customer:2", at=AT) as work:
            work.insert(customers, {"source": "manual", "external_id": "2", "name": "Ridgeway Toys"})
            work.commit()
        assert connection.exec_driver_sql("SELECT count(*) FROM customers").scalar() == 1
        with pytest.raises(EnvironmentFault):
            _write_through(store)
    store.close()


def _write_through(store: object) -> None:
    with store.read() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DELETE FROM customers")


def test_a_store_locked_by_another_program_is_said_and_left(store_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    other = connect(store_path, key)
    other.execute("BEGIN IMMEDIATE")
    store = open_store(store_path, key, busy_timeout_ms=50)
    with pytest.raises(StoreBusy, match="Another program is writing"), store.unit_of_work(ANN, "x", "y", at=AT):
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.unit_of_work(ANN, "add", "customer:2", at=AT) as work:
        work.insert(customers, {"source": "manual", "external_id": "2", "name": "Ridgeway Toys"})
        work.commit()
    store.close()


def test_a_store_from_the_future_is_refused_and_left_as_it_is(store_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    connection = connect(store_path, key)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = store_path.read_bytes()
    with pytest.raises(StoreFromTheFuture, match="update Bellwether"):
        open_store(store_path, key)
    assert store_path.read_bytes() == before


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_truncated_store_is_recognised_at_opening(store_path: Path, share: float, key: Key) -> None:
    _one_customer(store_path, key)
    whole = store_path.read_bytes()
    store_path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(StoreDamaged, match="damaged"):
        open_store(store_path, key)


@pytest.mark.parametrize("content", [b"name,city\nLinden,Oslo\n", b"PK\x03\x04 something", b"\x00" * 4096])
def test_a_file_that_is_no_store_is_refused(store_path: Path, content: bytes, key: Key) -> None:
    store_path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="not a Bellwether book"):
        open_store(store_path, key)
    assert store_path.read_bytes() == content


def test_an_empty_file_is_no_book_unless_one_is_begun(store_path: Path, key: Key) -> None:
    store_path.write_bytes(b"")
    with pytest.raises(StoreDamaged, match="is empty"):
        open_store(store_path, key, create=False)
    assert store_path.read_bytes() == b""
    open_store(store_path, key).close()


def test_a_database_of_another_program_is_refused(store_path: Path, key: Key) -> None:
    connection = connect(store_path, key)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreDamaged, match="another program"):
        open_store(store_path, key)


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path, key: Key) -> None:
    with pytest.raises(EnvironmentFault, match="is a folder"):
        open_store(tmp_path)
    with pytest.raises(EnvironmentFault, match="There is no book"):
        open_store(tmp_path / "none.db", create=False)


SECOND = '''
"""Adds a colour."""
from alembic import op
import sqlalchemy as sa
revision = "{number:04d}"
down_revision = "{before:04d}"
def upgrade():
    op.add_column("customers", sa.Column("colour", sa.Text))
    {after}
'''


def _scripts(folder: Path, after: str = "") -> Path:
    versions = folder / "versions"
    versions.mkdir(parents=True)
    first = '"""First."""\nrevision = "{:04d}"\ndown_revision = None\ndef upgrade():\n    pass\n'
    (versions / "base.py").write_text(first.format(SCHEMA_VERSION))
    (versions / "next.py").write_text(SECOND.format(number=SCHEMA_VERSION + 1, before=SCHEMA_VERSION, after=after))
    return folder


def _columns(path: Path, key: Key) -> set[str]:
    connection = connect(path, key)
    names = {row[1] for row in connection.execute("PRAGMA table_info(customers)")}
    connection.close()
    return names


def test_a_migration_copies_the_store_first_and_keeps_its_rows(store_path: Path, tmp_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    migrate(store_path, SCHEMA_VERSION, key, to=SCHEMA_VERSION + 1, scripts=_scripts(tmp_path / "scripts"))
    assert "colour" in _columns(store_path, key)
    assert "colour" not in _columns(backup_path(store_path, SCHEMA_VERSION), key)
    connection = connect(store_path, key)
    assert connection.execute("SELECT name FROM customers").fetchone()[0] == "Linden Supply"
    assert connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION + 1
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone()[0] == f"{SCHEMA_VERSION + 1:04d}"
    connection.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(store_path: Path, tmp_path: Path, key: Key) -> None:
    _one_customer(store_path, key)
    scripts = _scripts(tmp_path / "scripts", after='raise RuntimeError("power cut")')
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(store_path, SCHEMA_VERSION, key, to=SCHEMA_VERSION + 1, scripts=scripts)
    assert "colour" not in _columns(store_path, key)
    open_store(store_path, key).close()


def test_every_index_and_table_is_named_once() -> None:
    statements = schema_ddl()
    assert len(statements) == len(set(statements))


def test_a_store_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connect(":memory:").close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "mapped"), [("ext4", True), ("tmpfs", True), ("vfat", False), ("fuseblk", False), ("cifs", False)]
)
def test_only_on_a_built_in_disk_a_book_is_read_through_a_memory_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, mapped: bool
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        f"22 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n23 22 8:17 / {tmp_path} rw - {kind} /dev/sdb1 rw\nshort line\n"
    )
    monkeypatch.setattr(room, "_MOUNTS", mounts)
    room.is_built_in.cache_clear()
    with closing(connect(tmp_path / "book.bellwether")) as connection:
        assert bool(connection.execute("PRAGMA mmap_size").fetchone()[0]) is mapped
    monkeypatch.setattr(room, "_MOUNTS", tmp_path / "missing")
    room.is_built_in.cache_clear()
    assert not room.is_built_in(tmp_path), "where nobody can tell, it might be a stick"
    room.is_built_in.cache_clear()
