"""A store of every release opens and keeps its content; each is the sample book with five customers."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from models.journal import verify
from models.store import open_store

RELEASES = {"0.1.0": "d75e7bb1eba3c024726c64d5fa26285fcab311d91563e45728c25a7bde6d761a"}
STORES = Path(__file__).resolve().parent.parent / "fixtures" / "stores"


@pytest.mark.parametrize("release", list(RELEASES))
def test_a_store_of_each_release_opens_and_keeps_its_content(release: str, store_path: Path) -> None:
    store_path.write_bytes(gzip.decompress((STORES / f"{release}.bellwether.gz").read_bytes()))
    store = open_store(store_path)
    try:
        with store.read() as connection:
            outcome = verify(connection)
            assert outcome.problems == ()
            assert outcome.content_hash == RELEASES[release]
            assert connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() == 5
    finally:
        store.close()


def test_a_migrated_store_has_the_tables_of_a_new_one(store_path: Path, tmp_path: Path) -> None:
    store_path.write_bytes(gzip.decompress((STORES / "0.1.0.bellwether.gz").read_bytes()))
    for path in (store_path, tmp_path / "new.db"):
        open_store(path).close()
    assert _shape(store_path) == _shape(tmp_path / "new.db")


def _shape(path: Path) -> dict[str, object]:
    """Columns, keys and the columns of every index of each table."""
    driver = sqlite3.connect(path)
    try:
        tables = [row[0] for row in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: (
                driver.execute(f"SELECT * FROM pragma_table_info('{table}')").fetchall(),
                sorted(row[2:] for row in driver.execute(f"SELECT * FROM pragma_foreign_key_list('{table}')")),
                sorted(
                    (*row[1:], tuple(driver.execute(f"SELECT name FROM pragma_index_info('{row[1]}')")))
                    for row in driver.execute(f"SELECT * FROM pragma_index_list('{table}')")
                ),
            )
            for table in tables
        }
    finally:
        driver.close()


def test_every_store_kept_is_tested() -> None:
    assert {path.name.removesuffix(".bellwether.gz") for path in STORES.glob("*.gz")} == set(RELEASES)
