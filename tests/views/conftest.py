"""The look, the runner, a book and a window for tests of the views."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from services.book.files import Library
from services.settings import Preferences
from services.workspace import Workspace
from tests.views.books import opened, sample_copy
from views import background as runner
from views import desktop
from views.background import Background
from views.charts import plot
from views.desktop import Desktop
from views.theme import Theme, ThemeChoice

assert plot.Plot  # as some moments after the window is there: charts are drawn

#: What the window's children need, and in which they spend their first second.
CHILDRENS_MODULES = (
    "views.child",
    "views.data.jobs",
    "services.alerting.run",
    "services.pipeline.folder_import",
    "services.scoring.model_selection.in_use",
    "services.scoring.report.renewal",
    "services.scoring.run",
    "services.sync.previewing",
    "sklearn.ensemble",
)


@pytest.fixture(scope="session")
def warm_children() -> None:
    """A process without a window that has imported all that children need; they are copies of it."""
    multiprocessing.set_forkserver_preload(list(CHILDRENS_MODULES))


@pytest.fixture(autouse=True)
def children(warm_children: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children begin as copies; as the program begins them where a test is marked so: that takes them a second each."""
    if request.node.get_closest_marker("real_children") is None:
        monkeypatch.setattr(runner, "CHILDREN", "forkserver")


@pytest.fixture(scope="session")
def one_theme(qapp: QApplication) -> Theme:
    """The application has one look at a time."""
    return Theme(qapp, ThemeChoice.LIGHT, reduced_motion=True)


@pytest.fixture
def theme(one_theme: Theme) -> Iterator[Theme]:
    """The light theme, without animation; light again after a test that chose another one."""
    yield one_theme
    one_theme.choose(ThemeChoice.LIGHT)


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    """An open window over which panels open."""
    made = QWidget()
    made.resize(900, 600)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    """A runner of its own, closed after the test."""
    made = Background()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def sample(store_path: Path) -> Iterator[Workspace]:
    """The sample book, a copy for this test."""
    workspace = opened(sample_copy(store_path))
    yield workspace
    workspace.close()


@pytest.fixture
def empty(store_path: Path) -> Iterator[Workspace]:
    """A book that nothing was ever imported into."""
    workspace = opened(store_path)
    yield workspace
    workspace.close()


OpenWindow = Callable[..., Desktop]


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenWindow]:
    """Open a window on a book; it is closed after the test. What it tells stays until the test has looked.

    Reports are not made by themselves, which on a slow machine would begin in the middle of a test; and nobody is asked
    who they are, but where ``asks_who``.
    """
    monkeypatch.setattr("views.widgets.toast.LIFETIME_MS", 600_000)
    monkeypatch.setattr(desktop, "REPORTS_AFTER_MS", 3_600_000)
    made: list[Desktop] = []

    def open_(
        workspace: Workspace,
        preferences: Preferences | None = None,
        path: Path | None = None,
        size: tuple[int, int] = (1440, 900),
        library: Library | None = None,
        *,
        asks_who: bool = False,
    ) -> Desktop:
        known = replace(preferences or Preferences(), asked_me=not asks_who)
        desk = desktop.build(workspace, known, path, theme=theme, library=library)
        made.append(desk)
        desk.window.resize(*size)
        desk.window.start()
        with qtbot.waitActive(desk.window):
            desk.window.show()
            desk.window.activateWindow()
        return desk

    yield open_
    for desk in made:
        assert desk.window.close() or desk.window.close()  # who closes again is not asked
        desk.background.close()
        desk.window.deleteLater()
        for part in (desk.background, desk.book, desk.remembered):
            part.deleteLater()
