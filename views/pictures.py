"""Pictures of the window without a screen: for `make demo` where there is none, and for the documents."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from models.values.errors import EnvironmentFault
from services.settings import Preferences
from services.workspace import Workspace
from views import desktop
from views.charts.chart import PLOT
from views.desktop import Desktop
from views.shell.pages import PAGES

SIZE = (1440, 900)
QUIET_MS = 150
SMALLEST_FILE = 0  # what Qt calls the quality of a PNG is how little it is compressed
AT_MOST_MS = 20_000


def wait_until(holds: Callable[[], bool], at_most_ms: int = AT_MOST_MS) -> None:
    """Run the event loop until something holds, or the time is over."""
    loop = QEventLoop()
    look = QTimer(interval=10)
    look.timeout.connect(lambda: loop.quit() if holds() else None)
    QTimer.singleShot(at_most_ms, loop, loop.quit)
    look.start()
    loop.exec()
    look.stop()


def settle(desk: Desktop) -> None:
    """Wait until every question is answered and nothing more was asked for a moment."""
    quiet = 0

    def calm() -> bool:
        nonlocal quiet
        quiet = quiet + 10 if desk.background.idle else 0
        return quiet >= QUIET_MS

    wait_until(calm)


def take(desk: Desktop, path: Path) -> Path:
    """Write a picture of the window as it is.

    Raises
    ------
    EnvironmentFault
        The place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{path.parent} cannot be made: {error.strerror}.") from error
    if not desk.window.grab().save(str(path), "PNG", SMALLEST_FILE):
        raise EnvironmentFault(f"The picture {path} cannot be written. Choose another folder.")
    return path


def photograph(workspace: Workspace, preferences: Preferences, folder: Path) -> list[Path]:
    """Write a picture of each page and return their paths.

    Raises
    ------
    EnvironmentFault
        The folder cannot be written.
    Exception
        The first error of its own that the window met: a picture of it is no picture of the page.
    """
    met: list[BaseException] = []
    import_module(PLOT)
    desk = desktop.build(workspace, preferences, None, bug=met.append)
    taken = []
    try:
        desk.window.resize(*SIZE)
        desk.window.start()
        desk.window.show()
        settle(desk)
        for spec in PAGES:
            if met:
                break
            desk.window.show_page(spec.key)
            settle(desk)
            taken.append(take(desk, folder / f"{spec.key}.png"))
    finally:
        desk.window.close()
        # A window that asks before it closes stays open: without a person its threads would keep the program alive.
        desk.background.close()
        desktop.discard(desk)
    if met:
        raise met[0]
    return taken
