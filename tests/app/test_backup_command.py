"""`backup`, `backups`, `restore`; and what a damaged book says where there is a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.store.copies import backup_files


def _bring(ask: Any, folder: Path, number: int) -> Path:
    file = folder / f"{number}.csv"
    file.write_text(f"customer_id,name,email\n{number},Customer {number},c{number}@example.org\n", encoding="utf-8")
    assert ask("import", str(file), "--source", "crm")[0] == 0
    return file


@pytest.fixture
def backed_up(ask: Any, moment: None, store_path: Path, tmp_path: Path) -> Path:
    """A book with one customer, backed up, and then another customer."""
    _bring(ask, tmp_path, 1)
    assert ask("backups")[1] == {"backups": []}
    code, made, _ = ask("backup")
    assert code == 0 and ask("backups")[1] == {"backups": [made]} and made["kind"] == "asked"
    return _bring(ask, tmp_path, 2)


def test_a_backup_is_compared_and_restored(ask: Any, backed_up: Path, store_path: Path) -> None:
    assert ask("restore", "newest", "--dry-run")[1]["since"] == "Since then: 1 import."
    assert "Customer 2" in str(ask("customers")[1])
    code, done, _ = ask("restore", "newest")
    assert code == 0 and done["files"] == [str(backed_up)]
    found = str(ask("customers")[1])
    assert "Customer 1" in found and "Customer 2" not in found
    assert ask("verify")[1]["ok"] and [one["kind"] for one in ask("backups")[1]["backups"]] == ["restore", "asked"]
    assert ask("doctor")[1]["newest_backup"] == "2026-11-19T09:00:00+00:00"


def test_a_name_that_is_no_backup_changes_nothing(ask: Any, backed_up: Path, store_path: Path) -> None:
    code, _, told = ask("restore", "yesterday")
    assert code == 1 and "no backup called “yesterday”" in told and "Customer 2" in str(ask("customers")[1])


def test_a_damaged_book_names_its_backup(ask: Any, backed_up: Path, store_path: Path) -> None:
    assert len(backup_files(store_path)) == 1
    store_path.write_bytes(b"\x00garbage" * 4_096)
    code, _, told = ask("customers")
    assert code == 1 and "damaged" in told and "bellwether restore newest" in told
    code, found, told = ask("doctor")
    assert code == 1 and "damaged" in found["store"] and found["newest_backup"] and "bellwether restore newest" in told
    assert ask("restore", "newest")[0] == 0 and "Customer 1" in str(ask("customers")[1])
