"""The self-test of an installation: all goes well here, and what does not is told step by step."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from app import self_test
from app.cli import run_command
from app.cli.frame import NOT_ALLOWED
from app.self_test import STEPS, Step, run_self_test
from models.schema_version import SCHEMA_VERSION


@pytest.mark.soak
def test_the_program_passes_it_and_touches_nothing_of_who_runs_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run_command(["--self-test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == SCHEMA_VERSION - 1 + len(STEPS) + 1
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert not list(tmp_path.iterdir())


def test_what_goes_wrong_is_told_at_its_step_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = {
        Step("ask for what there is not", ("no-such-command",)): "exit code 2",
        Step("talk", ("undo", "--store", "{folder}/none.bellwether")): "said: ",
        Step("write", ("--version",), makes=("page.pdf",)): "page.pdf was not written",
        Step("begin", ("--version",), before=lambda folder: (folder / "none").unlink()): "FileNotFoundError",
    }
    monkeypatch.setattr(self_test, "STEPS", tuple(problems))
    monkeypatch.setattr(self_test, "SCHEMA_VERSION", 3)
    told: list[str] = []
    assert not run_self_test(told.append)
    assert told[:2] == ["ok      open a book of schema 1", "ok      open a book of schema 2"]
    assert told[-1] == "The self-test failed: 4 of its steps."
    begins = [told.index(f"failed  {step.title}") for step in problems]
    assert begins[0] == 2 and begins == sorted(begins)
    for problem, begin, end in zip(problems.values(), begins, [*begins[1:], len(told) - 1], strict=True):
        assert any(problem in line for line in told[begin + 1 : end]), problem


def test_what_it_does_not_allow_is_told_as_locked_and_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "STEPS", (Step("export", ()),))
    monkeypatch.setattr(self_test, "SCHEMA_VERSION", 1)
    monkeypatch.setattr("subprocess.run", lambda *_words, **_how: CompletedProcess((), NOT_ALLOWED, "", "Not allowed."))
    told: list[str] = []
    assert run_self_test(told.append)
    assert told == ["locked  export", "The self-test passed."]


def test_the_books_of_the_test_lie_where_it_wants_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(f"[limits]\nstore_folders = ['{tmp_path}/books']\n", encoding="utf-8")
    monkeypatch.setattr(self_test, "managed_sources", lambda: (str(policy),))
    assert self_test._place() == tmp_path / "books" and (tmp_path / "books").is_dir()


def test_a_warning_in_the_log_fails_a_step(tmp_path: Path) -> None:
    log = tmp_path / "home" / "bellwether.log"
    log.parent.mkdir()
    log.write_text("2026-11-20 09:00:00 INFO app: began\n2026-11-20 09:00:01 WARNING views: slow\n", encoding="utf-8")
    assert list(self_test._logged(tmp_path)) == ["logged: 2026-11-20 09:00:01 WARNING views: slow"]
    assert list(self_test._logged(tmp_path)) == []
