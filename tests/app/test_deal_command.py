"""The command `deal set`: several deals by one action, which `undo` takes back."""

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


def test_deals_are_changed_and_the_change_undone(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["rows", "deals", "--where", "open", "=", "yes", "--json", "--store", book]
    assert run_command(asked) == 0
    before = json.loads(capsys.readouterr().out)
    numbers = [str(row[0]) for row in before["rows"][:2]]
    assert run_command(["deal", "set", *numbers, "stage=won", "closed_on=2026-11-17", "--json", "--store", book]) == 0
    assert json.loads(capsys.readouterr().out)["words"] == "Moved 2 deals to Won"
    assert run_command(asked) == 0
    assert json.loads(capsys.readouterr().out)["total"] == before["total"] - 2
    assert run_command(["undo", "--store", book]) == 0
    capsys.readouterr()
    assert run_command(asked) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == before["rows"]


def test_the_new_values_are_printed(book: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rows", "deals", "--where", "open", "=", "yes", "--json", "--store", book]) == 0
    number = str(json.loads(capsys.readouterr().out)["rows"][0][0])
    asked = [
        "deal",
        "set",
        "--new-owner",
        number,
        "stage=Proposal",
        "probability=35",
        "amount=1200.50",
        "closes_on=2027-01-05",
    ]
    assert run_command([*asked, "owner=Cleo", "--store", book]) == 0
    said = capsys.readouterr().out
    assert f"{number}  " in said
    assert ": Proposal, probability 35\N{NARROW NO-BREAK SPACE}%, 1200.50 USD, close date 2027-01-05, Cleo" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["stage=Won"], 2, "Name a deal by its number"),
        (["x", "stage=Won"], 2, "is not a deal’s number"),
        (["99999", "stage=Won"], 1, "There is no deal 99999"),
        (["1", "owner=Helen"], 1, "“Helen”. Closest: Helen Brandvold. For a new owner add --new-owner."),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(
    book: str, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert run_command(["deal", "set", *words, "--store", book]) == code
    assert said in capsys.readouterr().err
