"""The desktop: opens the book and the preferences, hands both to the window, and tells what cannot be opened."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from app.bootstrap import build_workspace
from app.crash import write_report
from app.paths import default_book, log_folder
from app.uncaught import uncaught_reported
from models.values.errors import BellwetherError
from services.settings import Preferences, default_path, load_preferences


def open_desktop(store: str | None = None) -> int:
    """Open the window on a book: the named one, the one of last time, or the user's own."""
    path = default_path()
    loaded = load_preferences(path)
    named = store or loaded.preferences.store_path or str(default_book())
    try:
        workspace = build_workspace(named)
    except BellwetherError as error:
        return _tell_unusable(str(error))
    from views.desktop import open_window

    preferences = workspace.managed.apply_preferences(loaded.preferences)
    try:
        with uncaught_reported(_report) as uncaught:
            return open_window(
                replace(workspace, owner_name=preferences.me, preferences=preferences),
                preferences,
                path,
                problems=loaded.problems,
                bug=_report,
                listen=uncaught.listen,
            )
    finally:
        from services.audit import remember_head  # the journal needs SQLAlchemy, which the first page does not

        remember_head(workspace)
        workspace.close()


def _report(error: BaseException) -> None:
    write_report(log_folder(), error)


def take_pictures(store: Path, folder: Path) -> list[Path]:
    """Write a picture of each page of the window, light, 1440 × 900, and return their paths.

    Raises
    ------
    EnvironmentFault
        The folder cannot be written, or the book cannot be opened.
    """
    from views.pictures import photograph

    workspace = build_workspace(store, create=False)
    try:
        return photograph(workspace, Preferences(theme="light"), folder)
    finally:
        workspace.close()


def _tell_unusable(words: str) -> int:
    """Say in a window of its own why the book cannot be opened; nothing of it was changed."""
    from PySide6.QtWidgets import QMessageBox

    from views.desktop import application

    sys.stderr.write(f"{words}\n")
    application()
    box = QMessageBox(QMessageBox.Icon.Warning, "Bellwether", "The book cannot be opened.")
    box.setInformativeText(words)
    box.exec()
    return 1
