"""The command that writes everything about one customer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import run_command
from tests.views.books import MOMENT, sample_copy


@pytest.mark.usefixtures("qapp")
def test_both_files_are_written_and_noted_as_having_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)
    book = str(sample_copy(tmp_path / "book.bellwether"))
    pdf, data = tmp_path / "seven.pdf", tmp_path / "seven.json"
    words = ["customer", "data", "7", "--out", str(pdf), "--out", str(data), "--store", book]
    assert run_command(words) == 0
    said = capsys.readouterr().out
    document = json.loads(data.read_text("utf-8"))
    assert pdf.read_bytes().startswith(b"%PDF-") and pdf.stat().st_size > 4_000
    assert document["customers"][0]["id"] == 7 and document["orders"] and document["history"] is not None
    assert said.rstrip().endswith(f"about {document['name']} saved in {pdf}, {data}")
    assert run_command(["disclosures", "--json", "--store", book]) == 0
    assert [one["to"] for one in json.loads(capsys.readouterr().out)] == [str(data), str(pdf)]
    assert run_command(["customer", "data", "7", "--out", str(tmp_path / "seven.csv"), "--store", book]) == 1
