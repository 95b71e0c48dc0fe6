"""The entry of the desktop program: it runs until the window is closed, and gets ready meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.values.errors import EnvironmentFault
from services.settings import Preferences
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from views import desktop
from views.pictures import photograph
from views.shell.pages import COMPOSER, PAGES
from views.shell.window import MainWindow

HEAVY = "pandas sklearn scipy numpy openai pyqtgraph alembic pydantic typer sqlalchemy keyring jinja2"
#: What leaves and comes in, and the processes for long work.
LATER = "ssl email smtplib multiprocessing.connection views.child services.pipeline services.pipeline.jobs"
#: Other pages, the rooms of emails, and the send policy before them.
OTHERS = "views.customers views.composer views.outbox views.data views.settings services.outreach.send_policy"
BANNED = tuple(f"{HEAVY} {LATER} {OTHERS} services.permission.answer models.values.outreach".split())
GIVEN_UP_AFTER_MS = 60_000


def run_until(done: Callable[[MainWindow], bool], workspace: Workspace, **told: Any) -> int:
    """Run the program until something holds of its window, and close it then: after a minute at the latest."""
    waited = QElapsedTimer()
    waited.start()

    def look() -> None:
        shown = (one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible())
        window = next(shown, None)
        if window is not None and (done(window) or waited.hasExpired(GIVEN_UP_AFTER_MS)):
            timer.stop()
            window.close()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    return desktop.open_window(workspace, Preferences(), **told)


def test_it_runs_until_the_window_is_closed(
    qtbot: QtBot, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "WARM_UP_AFTER_MS", 10)
    monkeypatch.setattr(desktop, "PAGE_EVERY_MS", 10)
    seen: list[str] = []

    def ready(window: MainWindow) -> bool:
        seen[:] = [window.toast.words]
        return set(window._pages) == {spec.key for spec in (*PAGES, COMPOSER)} or seen != list(problems)

    problems = ("Your preferences were damaged; the defaults are used.",)
    code = run_until(ready, sample, preferences_path=tmp_path / "preferences.json", problems=problems)
    assert code == 0
    assert seen == list(problems)
    assert json.loads((tmp_path / "preferences.json").read_text(encoding="utf-8"))["last_page"] == "alerts"


def test_an_import_ahead_that_fails_is_told_and_the_window_works_on(
    qtbot: QtBot, sample: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged installation: what is there can be used, and what is not is said."""
    monkeypatch.setattr(desktop, "WARM_UP_AFTER_MS", 10)
    monkeypatch.setattr(desktop, "AHEAD", ("views.customers.page", "views.nowhere"))
    bugs: list[BaseException] = []
    told: list[str] = []

    def works_on(window: MainWindow) -> bool:
        if bugs and not told and window.toast.words:  # it is told a turn after it was met
            told.append(window.toast.words)
            window.show_page("customers")
        return "customers" in window._pages

    assert run_until(works_on, sample, preferences_path=None, bug=bugs.append) == 0
    assert [type(bug) for bug in bugs] == [ModuleNotFoundError]
    assert told == ["Something went wrong in Bellwether (ModuleNotFoundError). Unfinished work was not saved."]


def test_nothing_heavy_is_imported_before_the_first_page(tmp_path: Path) -> None:
    """What is not needed for the first rows costs 50 to 1,200 ms each."""
    store = sample_copy(tmp_path / "book.bellwether")
    lines = (
        "import sys",
        "from services.settings import Preferences",
        "from services.workspace import Recipe, open_workspace",
        "from views import desktop",
        "from views.pictures import wait_until",
        f"workspace = open_workspace(Recipe({str(store)!r}, 'Ada', '2026-11-19T09:00:00+00:00'))",
        "made = desktop.build(workspace, Preferences(), None)",
        "made.window.start()",
        "made.window.show()",
        "found = []",
        "model = made.window.page('alerts').queue.model",
        # At the moment that the rows are there: what a worker reads afterwards may need more.
        f"model.modelReset.connect(lambda: found.append([name for name in {BANNED!r} if name in sys.modules]))",
        "wait_until(lambda: model.rowCount() > 0)",
        "print(','.join(found[0]))",
        "made.window.close()",
        "workspace.close()",
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=600,
    )
    assert ended.stdout.strip() == ""


def test_a_picture_of_each_page_can_be_taken_without_a_screen(
    qtbot: QtBot, theme: object, tmp_path: Path, store_path: Path
) -> None:
    workspace = opened(sample_copy(store_path))
    taken = photograph(workspace, Preferences(theme="light"), tmp_path)
    workspace.close()
    assert [path.name for path in taken] == [f"{spec.key}.png" for spec in PAGES]
    assert all(path.stat().st_size > 20_000 for path in taken)


@pytest.mark.parametrize("fault", ["the folder", "a page"])
def test_pictures_that_cannot_be_taken_end_the_program_with_an_error(
    qtbot: QtBot, theme: object, tmp_path: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    made: list[desktop.Desktop] = []
    build = desktop.build
    monkeypatch.setattr(desktop, "build", lambda *a, **k: made.append(build(*a, **k)) or made[-1])
    if fault == "a page":
        monkeypatch.setattr("views.alerts.questions.at_risk", _broken)
    taken = tmp_path / "file"
    taken.write_text("") if fault == "the folder" else taken.mkdir()
    workspace = opened(sample_copy(store_path))
    with pytest.raises(EnvironmentFault if fault == "the folder" else ZeroDivisionError):
        photograph(workspace, Preferences(theme="light"), taken / "pictures")
    workspace.close()
    assert made[0].background.closed and not made[0].window.isVisible()


def _broken(*_args: object, **_named: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("percent", [125, 150, 175, 200])
def test_the_window_is_drawn_at_every_scale(percent: int, tmp_path: Path) -> None:
    """Rows keep their height, and nothing warns."""
    store = sample_copy(tmp_path / "book.bellwether")
    lines = (
        "from services.settings import Preferences",
        "from services.workspace import Recipe, open_workspace",
        "from views import desktop",
        "from views.pictures import settle",
        f"workspace = open_workspace(Recipe({str(store)!r}, 'Ada', '2026-11-19T09:00:00+00:00'))",
        "made = desktop.build(workspace, Preferences(), None)",
        "made.window.resize(1366, 768)",
        "made.window.start()",
        "made.window.show()",
        "settle(made)",
        "view = made.window.page('alerts').queue.view",
        "picture = made.window.grab()",
        "print(picture.width(), view.visualRect(view.currentIndex()).height(), view.devicePixelRatioF())",
        "made.window.close()",
        "workspace.close()",
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(percent / 100)}
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=600,
    )
    assert ended.stderr == ""
    width, height, ratio = ended.stdout.split()
    assert abs(int(width) - 1366 * percent / 100) <= 2
    assert (height, float(ratio)) == ("72", percent / 100)


def test_the_window_can_be_built_without_being_shown(open_window: OpenWindow, empty: Workspace) -> None:
    assert desktop.application() is QApplication.instance()
