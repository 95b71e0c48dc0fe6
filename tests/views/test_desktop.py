"""The entry of the desktop program: it runs until the window is closed, and gets ready meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from services.settings import Preferences
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from tests.views.conftest import OpenWindow
from views import desktop
from views.pictures import photograph
from views.shell.pages import COMPOSER, PAGES

HEAVY = "pandas sklearn scipy openai pyqtgraph alembic pydantic typer sqlalchemy.orm keyring"
BANNED = tuple(HEAVY.split())


def test_it_runs_until_the_window_is_closed(
    qtbot: QtBot, sample: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "WARM_UP_AFTER_MS", 10)
    monkeypatch.setattr(desktop, "PAGE_EVERY_MS", 10)
    seen: list[str] = []

    def look() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if w.objectName() == "" and w.isVisible()]
        window = next(w for w in windows if hasattr(w, "toast"))
        if set(window._pages) == {spec.key for spec in (*PAGES, COMPOSER)}:
            seen.append(window.toast.words)
            window.close()
            timer.stop()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    problems = ("Your preferences were damaged; the defaults are used.",)
    code = desktop.open_window(sample, Preferences(), tmp_path / "preferences.json", problems=problems)
    assert code == 0
    assert seen == list(problems)
    assert json.loads((tmp_path / "preferences.json").read_text(encoding="utf-8"))["last_page"] == "alerts"


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
        "wait_until(lambda: made.window.page('alerts').queue.model.rowCount() > 0)",
        f"print(','.join(name for name in {BANNED!r} if name in sys.modules))",
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
        timeout=120,
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
        timeout=120,
    )
    assert ended.stderr == ""
    width, height, ratio = ended.stdout.split()
    assert abs(int(width) - 1366 * percent / 100) <= 2
    assert (height, float(ratio)) == ("72", percent / 100)


def test_the_window_can_be_built_without_being_shown(open_window: OpenWindow, empty: Workspace) -> None:
    assert desktop.application() is QApplication.instance()
