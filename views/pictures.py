"""Pictures of the real window, for the demo on a machine without a screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from models.values.errors import EnvironmentFault
from services.settings import Preferences
from services.workspace import Workspace
from views.desktop import Desktop, build
from views.shell.pages import PAGES

SIZE = (1440, 900)
#: The window answers in well under a tenth of this; a picture is no place for a race.
SETTLE_MS = 1_500


def photograph(workspace: Workspace, preferences: Preferences, folder: Path) -> list[Path]:
    """Write a picture of every page into ``folder`` and return their paths.

    Raises
    ------
    EnvironmentFault
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{folder} cannot be made ({error.strerror}). Choose another place.") from error
    desktop = build(workspace, preferences, None)
    desktop.window.resize(*SIZE)
    desktop.window.start()
    desktop.window.show()
    try:
        return [_picture(desktop, spec.key, folder / f"{spec.key}.png") for spec in PAGES]
    finally:
        desktop.window.close()
        desktop.background.close()


def _picture(desktop: Desktop, page: str, path: Path) -> Path:
    desktop.window.show_page(page)
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS, loop.quit)
    loop.exec()
    if not desktop.window.grab().save(str(path)):
        raise EnvironmentFault(f"{path} cannot be written. Choose another place.")
    return path
