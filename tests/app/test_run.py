"""What stands around the commands: which of window and command is meant, exit codes, crash reports, the keyring."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from app import crash, run
from app.cli import run_command
from app.keyrings import LazyKeyring
from models.store import open_store


@pytest.mark.parametrize(
    ("words", "window", "store"),
    [
        ([], True, None),
        (["--store", "a.db"], True, "a.db"),
        (["--store=a.db"], True, "a.db"),
        (["north.bellwether"], True, "north.bellwether"),
        (["alerts"], False, None),
        (["--help"], False, None),
    ],
)
def test_without_a_command_the_window_is_meant(words: list[str], window: bool, store: str | None) -> None:
    assert run._wants_window(words) is window
    if window:
        assert run._store_of(words) == store


def test_a_program_without_a_console_says_what_it_says_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    run._give_streams()
    assert sys.stdout.write("words") == 5 and sys.stderr.write("words") == 5
    sys.stdout.close()
    sys.stderr.close()


def test_a_misused_command_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["no-such-command"]) == 2
    assert run_command(["verify", "--no-such-option"]) == 2
    assert capsys.readouterr().out == ""


def test_a_missing_book_is_one_sentence_and_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["verify", "--store", str(tmp_path / "none.db"), "--json"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1 and "There is no book" in printed.err
    assert not (tmp_path / "none.db").exists()


def test_a_missing_book_beside_the_sample_names_the_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sample.bellwether").touch()
    monkeypatch.setattr("app.bootstrap.default_book", lambda: tmp_path / "book.bellwether")
    monkeypatch.setattr("app.bootstrap.sample_book", lambda: tmp_path / "sample.bellwether")
    assert run_command(["alerts"]) == 1
    assert f'--store "{tmp_path / "sample.bellwether"}"' in capsys.readouterr().err


def test_verify_prints_the_content_hash(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_store(store_path).close()
    assert run_command(["verify", "--store", str(store_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] and len(document["content_hash"]) == 64


def test_undo_with_nothing_to_undo_says_so(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_store(store_path).close()
    assert run_command(["undo", "--store", str(store_path)]) == 1
    assert "nothing to undo" in capsys.readouterr().err


def test_doctor_answers_without_a_book_and_with_one(store_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor", "--store", str(store_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["store"] == "not created yet"
    open_store(store_path).close()
    assert run_command(["doctor", "--store", str(store_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["store"] == "in order"


def test_a_crash_report_holds_places_and_no_values(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("^Crash: ValueError$")
    secret = "ines@marlowpike.example"
    try:
        raise ValueError(f"bad address {secret}")
    except ValueError as error:
        path = crash.write_report(tmp_path, error)
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert secret not in text and "ValueError" in text and "test_run.py" in text


def test_old_crash_reports_go(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("^Crash: ValueError$")
    for _ in range(crash.KEPT_REPORTS + 3):
        crash.write_report(tmp_path, ValueError("x"))
    assert len(list(tmp_path.glob("crash-*.txt"))) == crash.KEPT_REPORTS


def test_a_bug_is_told_without_a_trace(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    expected_logs: list[str],
) -> None:
    expected_logs.append("^Crash: RuntimeError$")

    def broken(_words: list[str]) -> int:
        raise RuntimeError("customer Marlow & Pike")

    monkeypatch.setattr("app.cli.run_command", broken)
    monkeypatch.setattr(run, "log_folder", lambda: tmp_path)
    monkeypatch.setattr(run, "start_log", lambda _folder: None)
    assert run.main(["verify"]) == 1
    told = capsys.readouterr().err
    assert "Marlow" not in told and "Traceback" not in told and "crash-" in told


def test_without_a_system_keyring_secrets_are_for_this_run_only() -> None:
    keyring = LazyKeyring()
    assert not keyring.lasting
    keyring.set("a", "b")
    assert keyring.get("a") == "b"
    assert LazyKeyring().get("a") is None


def test_numeric_libraries_are_kept_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.bootstrap import calm_threads

    monkeypatch.setattr(os, "environ", {})
    calm_threads()
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_a_start_takes_away_what_a_killed_import_left(tmp_path: Path) -> None:
    store = tmp_path / "book [1].db"
    open_store(store).close()
    nobody, running = (store.with_name(f"{store.name}.staging-{pid}") for pid in (99_999_999, os.getpid()))
    for path in (nobody, running):
        path.write_text("")
    assert run_command(["doctor", "--store", str(store)]) == 0
    assert running.exists() and not nobody.exists()
