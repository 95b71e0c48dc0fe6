"""An application without a screen, for commands that print."""

from __future__ import annotations

import os
from typing import Final

from PySide6.QtCore import QCoreApplication

from views.desktop import application
from views.theme import Theme, ThemeChoice

_PLATFORM: Final = "QT_QPA_PLATFORM"


def theme_of_paper() -> Theme:
    """Return the light theme, with an application that needs no screen where there is none yet."""
    if QCoreApplication.instance() is None:
        os.environ[_PLATFORM] = "offscreen"
    return Theme(application(), ThemeChoice.LIGHT, reduced_motion=True)
