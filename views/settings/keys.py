"""Keys of the Settings page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent


def saves(event: QEvent) -> bool:
    """Whether a key saves: Ctrl+Enter. A page that takes it must accept its `ShortcutOverride` first."""
    if not isinstance(event, QKeyEvent):
        return False
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def takes_over(event: QEvent) -> bool:
    """Whether it asks if Ctrl+Enter is meant here and not for a command of the window; it is then accepted."""
    if event.type() == QEvent.Type.ShortcutOverride and saves(event):
        event.accept()
        return True
    return False
