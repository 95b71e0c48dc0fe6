"""The command that writes files for other systems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from tests.services.sync.book import write_csv

HEAD = ["Record ID", "Company name", "City", "Company owner", "Company Domain Name"]


@pytest.fixture
def changed(ask: Any, tmp_path: Path) -> None:
    """A company of HubSpot whose city was changed here."""
    ask("import", str(write_csv(tmp_path / "companies.csv", HEAD, [["701", "Acme", "Leeds", "Mia", "acme.com"]])))
    assert ask("customer", "set", "1", "city=York")[0] == 0


def test_the_files_are_written_and_named(ask: Any, changed: None, tmp_path: Path) -> None:
    out = tmp_path / "back.csv"
    code, found, _ = ask("write-back", "--to", "hubspot", "--what", "fields", "--out", str(out))
    assert code == 0
    (file,) = found["files"]
    assert file == {
        "file": str(out), "records": "companies", "what": "fields", "columns": ["Record ID", "City"], "rows": 1,
    }  # fmt: skip
    assert out.read_bytes() == b"Record ID,City\r\n701,York\r\n"
    assert ask("journal")[1][0]["verb"] == "write-back"


def test_a_dry_run_shows_the_rows_and_writes_nothing(
    ask: Any, changed: None, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ask("verify")[1]
    assert run_command(["write-back", "--to", "hubspot", "--dry-run", "--store", str(store_path)]) == 0
    said = capsys.readouterr().out
    assert "companies: 1 row" in said and "701" in said and "York" in said and "Record ID" in said
    assert ask("verify")[1] == before


def test_what_is_missing_or_unknown_is_said(ask: Any, changed: None, tmp_path: Path) -> None:
    assert ask("write-back", "--to", "hubspot")[0] == 2
    assert ask("write-back", "--to", "siebel", "--out", str(tmp_path / "x.csv"))[0] == 2
    code, _, said = ask("write-back", "--to", "hubspot", "--out", str(tmp_path / "no" / "x.csv"))
    assert code == 1 and "There is no folder" in said


def test_nothing_changed_is_no_failure(ask: Any, tmp_path: Path) -> None:
    ask("import", str(write_csv(tmp_path / "companies.csv", HEAD, [["701", "Acme", "Leeds", "Mia", "acme.com"]])))
    out = tmp_path / "back.csv"
    code, found, _ = ask("write-back", "--to", "hubspot", "--what", "fields", "--out", str(out))
    assert (code, found["files"], out.exists()) == (0, [], False)
