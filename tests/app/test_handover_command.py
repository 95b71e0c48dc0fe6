"""The command `handover`: the pack as PDF, and the change of owner itself, which `undo` takes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import run_command
from tests.views.books import MOMENT, sample_copy


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("BELLWETHER_NOW", MOMENT)
    return str(sample_copy(tmp_path / "book.bellwether"))


def customers_of(owner: str, book: str, capsys: pytest.CaptureFixture[str]) -> int:
    assert run_command(["query", "customers", "--where", "owner", "=", owner, "--json", "--store", book]) == 0
    return int(json.loads(capsys.readouterr().out)["totals"]["customers"])


@pytest.mark.usefixtures("qapp")
def test_the_pack_is_written_and_the_owner_changed_by_one_action(
    book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count, pdf = customers_of("Helen Brandvold", book, capsys), tmp_path / "pack.pdf"
    asked = ["Helen Brandvold", "--to", "Cleo Marsh", "--pdf", str(pdf), "--change-owner", "--store", book]
    assert run_command(["handover", *asked]) == 1
    assert "No owner is called “Cleo Marsh”" in capsys.readouterr().err and not pdf.exists()
    asked.append("--new-owner")
    assert run_command(["handover", *asked]) == 0
    assert f"Hand-over pack of {count} customers saved in {pdf}" in capsys.readouterr().out
    assert pdf.read_bytes().startswith(b"%PDF")
    assert customers_of("Cleo Marsh", book, capsys) == count > 3
    assert customers_of("Helen Brandvold", book, capsys) == 0
    assert run_command(["undo", "--store", book]) == 0
    capsys.readouterr()
    assert customers_of("Helen Brandvold", book, capsys) == count


def test_a_wrong_call_is_told_in_a_sentence(book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf = ["--pdf", str(tmp_path / "pack.pdf"), "--store", book]
    assert run_command(["handover", "Nobody", *pdf]) == 1
    assert "No customer has the owner “Nobody”" in capsys.readouterr().err
    assert run_command(["handover", "Helen Brandvold", "--change-owner", *pdf]) == 2
    assert "Name who takes over with --to" in capsys.readouterr().err
