"""The commands about watched folders, and `run`, which imports what landed in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import MOMENT_VARIABLE
from app.cli import run_command, watching
from services.settings import default_path


@pytest.fixture
def ask(ask: Any, moment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run a command with preferences of the test's own, and look at folders without a pause."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.0)
    return ask


def orders(path: Path, *numbers: int) -> Path:
    lines = ["order_id,customer_id,date,amount", *(f"O{n},C{n},2026-11-05,5.00" for n in numbers)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_folders_are_watched_for_one_book_until_they_are_removed(ask: Any, folder: Path, tmp_path: Path) -> None:
    assert ask("watch", "add", str(folder))[0] == 0
    assert ask("watch", "add", str(folder))[1] == {"watched": [{"folder": str(folder), "files": 0, "fault": None}]}
    other = tmp_path / "other.bellwether"
    assert ask("watch", "add", str(tmp_path), store=other)[0] == 0
    assert [one["folder"] for one in ask("watch")[1]["watched"]] == [str(folder)]
    assert ask("watch", "remove", str(folder))[1] == {"watched": []}
    code, _, said = ask("watch", "remove", str(folder))
    assert code == 1 and "is not watched" in said
    assert len(json.loads(default_path().read_text())["watched"]) == 1


def test_what_is_no_folder_is_not_watched(ask: Any, folder: Path) -> None:
    code, _, said = ask("watch", "add", str(folder / "none"))
    assert code == 1 and "is not a folder" in said


def test_run_imports_what_landed_first_and_scores_it(ask: Any, folder: Path, tmp_path: Path) -> None:
    ask("import", str(orders(tmp_path / "taught.csv", 1)))
    ask("watch", "add", str(folder))
    orders(folder / "day.csv", 2, 3)
    code, found, _ = ask("run")
    assert code == 0
    assert [one["rows"]["inserted"] for one in found["imported"]] == [2]
    assert found["waiting"] == [] and found["folders"] == [{"folder": str(folder), "fault": None}]
    assert found["scores"]["scored"] >= 2
    code, again, _ = ask("run")
    assert (code, again["imported"], again["scores"]["scored"]) == (0, [], 0)


def test_run_says_what_waits_for_a_person_and_what_is_wrong_with_a_folder(
    ask: Any, folder: Path, tmp_path: Path
) -> None:
    ask("import", str(orders(tmp_path / "taught.csv", 1)))
    gone = tmp_path / "gone"
    gone.mkdir()
    for one in (folder, gone):
        ask("watch", "add", str(one))
    gone.rmdir()
    (folder / "puzzle.csv").write_text("a,b,c\n1,2,3\n4,5,6\n")
    code, found, said = ask("run")
    assert code == 3
    assert [Path(one["file"]).name for one in found["waiting"]] == ["puzzle.csv"]
    assert "puzzle.csv needs your attention: " in said and f"{gone} is not there." in said


def test_in_words_run_names_what_it_imported(
    ask: Any, folder: Path, tmp_path: Path, store_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask("import", str(orders(tmp_path / "taught.csv", 1)))
    ask("watch", "add", str(folder))
    orders(folder / "day.csv", 2)
    assert run_command(["run", "--store", str(store_path)]) == 0
    assert "1 file imported from 1 watched folder: day.csv." in capsys.readouterr().out
    assert run_command(["watch", "--store", str(store_path)]) == 0
    assert str(folder) in capsys.readouterr().out


def test_run_names_a_source_whose_files_have_stopped_coming(
    ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, day in enumerate(("10-01", "10-08", "10-15", "10-22"), 1):
        monkeypatch.setenv(MOMENT_VARIABLE, f"2026-{day}T09:00:00+00:00")
        assert ask("import", str(orders(tmp_path / f"week{number}.csv", number)), "--source", "till")[0] == 0
    monkeypatch.setenv(MOMENT_VARIABLE, "2026-11-19T09:00:00+00:00")
    code, found, said = ask("run")
    assert code == 0
    assert [(one["source"], one["usual_days"], one["age_days"]) for one in found["late_sources"]] == [("till", 7, 28)]
    assert "Files of till have stopped coming: usually every 7 days, last 28 days ago." in said
