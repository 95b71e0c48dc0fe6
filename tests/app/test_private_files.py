"""What the program writes for itself is for its owner alone, whatever the umask; a file of a dead process is swept."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import build_workspace
from app.crash import write_report
from app.logs import start_log
from app.paths import default_book
from models.private import make_folder
from models.store import open_store, staging_path, sweep_staging
from models.store.migrate import migrate
from models.store.staging import runs
from models.store.unchanging import folded_copy
from models.values.errors import EnvironmentFault
from models.values.watching import FileMark
from services.outreach.outbox.claim import sole_sender
from services.pipeline.watched.memory import Memory
from services.settings import Preferences
from services.settings.preferences import save_preferences
from services.sync import preview
from tests.services.sync.book import open_book, write_csv

pytestmark = pytest.mark.skipif(os.name != "posix", reason="other systems keep files by other rules")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids="{:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def loose(folder: Path) -> list[str]:
    """All that lies at or below a folder and is not for its owner alone."""
    modes = {folder: 0o700} | {one: 0o700 if one.is_dir() else 0o600 for one in folder.rglob("*")}
    return [
        f"{one.relative_to(folder.parent)} {stat.S_IMODE(one.stat().st_mode):04o}"
        for one, mode in sorted(modes.items())
        if stat.S_IMODE(one.stat().st_mode) != mode
    ]


@pytest.mark.usefixtures("umask")
def test_the_book_and_what_lies_beside_it(tmp_path: Path) -> None:
    home = tmp_path / "made" / "by the program"
    header, rows = ["customer_id", "name", "email"], [["1", "Linden", "a@linden.example"], ["2", "Oak", "no address"]]
    path = write_csv(tmp_path / "customers.csv", header, rows)
    book = open_book(home / "book.bw")
    book.bring(path)
    preview(book.workspace, book.request(write_csv(tmp_path / "more.csv", header, [["3", "Elm", "b@elm.example"]])))
    with sole_sender(home / "book.bw", lambda: False, 0):
        pass
    memory = Memory.of_store(home / "book.bw")
    memory.digest(FileMark(str(path), 1, 1), lambda: False)
    memory.save()
    found = {one.name.partition("-")[2].partition("-")[0] or one.suffix for one in home.rglob("*")}
    assert found >= {"wal", "shm", ".bw", ".csv", ".sending", ".watched"}, found
    assert any(".check-" in one.name for one in home.iterdir())
    assert loose(tmp_path / "made") == []
    with folded_copy(home / "book.bw", None) as copy:
        assert loose(Path(copy)) == []
    book.workspace.close()


@pytest.mark.usefixtures("umask")
def test_a_staging_file_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    from services.sync.apply.analysis import Analysis

    compare = Analysis.compare

    def look(self: Analysis, db: object) -> None:
        seen.append(stat.S_IMODE(staging_path(store).stat().st_mode))
        compare(self, db)  # type: ignore[arg-type]

    monkeypatch.setattr(Analysis, "compare", look)
    store = tmp_path / "book.bw"
    book = open_book(store)
    book.bring(write_csv(tmp_path / "customers.csv", ["customer_id", "name"], [["1", "Linden"]]))
    book.workspace.close()
    assert seen == [0o600]


@pytest.mark.usefixtures("umask")
def test_a_book_of_an_earlier_version_and_its_copy(tmp_path: Path) -> None:
    make_folder(tmp_path / "home")
    path = tmp_path / "home" / "book.bw"
    open_store(path).close()
    path.chmod(0o664)
    migrate(path, 999, to=999)
    assert loose(path.parent) == []


@pytest.mark.usefixtures("umask")
def test_logs_crash_reports_and_preferences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]
) -> None:
    expected_logs.append("^Crash: ValueError$")
    monkeypatch.setattr(logging, "root", logging.RootLogger(logging.WARNING))
    monkeypatch.setattr(logging.Logger, "root", logging.root)
    monkeypatch.setattr("app.logs.MAX_BYTES", 200)
    logs = tmp_path / "logs"
    logs.mkdir(mode=0o755)
    (logs / "bellwether.log").touch(0o644)
    start_log(logs)
    for _ in range(9):
        logging.root.warning("a line that fills the log")
    for handler in logging.root.handlers:
        handler.close()
    assert len(list(logs.iterdir())) > 2
    write_report(logs, ValueError("x"))
    assert loose(logs) == []
    save_preferences(tmp_path / "config" / "preferences.json", Preferences())
    assert loose(tmp_path / "config") == []


def test_a_folder_of_the_person_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_store(tmp_path / "book.bw").close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_staging_file_whose_number_another_process_has_now_is_swept(tmp_path: Path) -> None:
    """After a restart of the computer the numbers of processes are given anew."""
    ours = tmp_path / f"book.bw.staging-{os.getpid()}"
    ours.touch()
    assert runs(os.getpid(), ours)
    os.utime(ours, (1_000_000_000, 1_000_000_000))
    sweep_staging(tmp_path / "book.bw")
    assert not ours.exists()


def test_without_a_list_of_processes_a_dead_one_is_still_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tmp_path / "book.bw.staging-1"
    ours.touch()
    monkeypatch.setattr("models.store.staging._PROCESSES", tmp_path / "proc")
    assert runs(os.getpid(), ours) and not runs(999_999_999, ours)


def test_a_book_is_not_begun_in_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "bokos" / "shop.bellwether"
    with pytest.raises(EnvironmentFault, match=r"There is no folder .*bokos\. Check the path"):
        build_workspace(wrong, beginning="plain")
    assert not wrong.parent.exists()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    build_workspace(beginning="plain").close()
    assert default_book().is_relative_to(tmp_path / "home") and default_book().exists()
