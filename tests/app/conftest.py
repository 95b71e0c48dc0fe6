"""Commands as a script runs them, in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring as library
import pytest

from app.bootstrap import MOMENT_VARIABLE
from app.cli import run_command
from tests.vault import Vault


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the commands run, whatever day it is."""
    monkeypatch.setenv(MOMENT_VARIABLE, "2026-11-19T09:00:00+00:00")


@pytest.fixture
def ask(store_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command on the test's book with --json; returns (exit code, document or None, standard error)."""

    def run(*words: str, store: Path = store_path) -> tuple[int, Any, str]:
        capsys.readouterr()
        code = run_command([*words, "--store", str(store), "--json"])
        printed = capsys.readouterr()
        return code, json.loads(printed.out) if printed.out else None, printed.err

    return run


@pytest.fixture
def no_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a first scoring nor a round replays the past to judge the rules: that takes seconds.

    It is the matter of `test_first_record` and of the tests of the replay.
    """
    for command in ("demo", "importing", "scores"):
        monkeypatch.setattr(f"app.cli.{command}.say_first_record", lambda _workspace, _as_json: None)
    monkeypatch.setattr("services.alerting.record_due", lambda _workspace: False)


@pytest.fixture
def vault() -> Iterator[Vault]:
    """A keyring that keeps secrets."""
    before, made = library.get_keyring(), Vault()
    library.set_keyring(made)
    yield made
    library.set_keyring(before)
