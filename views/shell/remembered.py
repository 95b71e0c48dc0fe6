"""What this computer remembers, held by the window and written in the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from services.settings import Managed, Preferences, save_preferences
from views.background import Desk

SAVE_AFTER_MS = 400


class Remembered(QObject):
    """The preferences, changed by `set` and saved a moment later; a newer change replaces the waiting one.

    What IT has set is in force and cannot be changed; it is not saved, so that it ends where IT takes it back.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        preferences: Preferences,
        path: Path | None,
        parent: QObject | None = None,
        managed: Managed | None = None,
    ) -> None:
        super().__init__(parent)
        self._own, self._path, self._managed = preferences, path, managed or Managed()
        self._value = self._managed.apply_preferences(preferences)
        self._desk: Desk | None = None
        self._dirty = False
        self._later = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._later.timeout.connect(self._save)

    @property
    def value(self) -> Preferences:
        """The preferences as they are now."""
        return self._value

    def use(self, desk: Desk) -> None:
        """Whose lane writes the file."""
        self._desk = desk

    def set(self, **changes: Any) -> None:
        """Change some fields of the preferences and save them soon."""
        after = replace(self._own, **self._managed.unlocked(changes))
        if after == self._own:
            return
        self._own, self._value = after, self._managed.apply_preferences(after)
        self._dirty = True
        self._later.start()
        self.changed.emit()

    def splitter(self, name: str) -> Sequence[int]:
        """Remembered sizes of a splitter, empty if there are none."""
        return self._value.splitters.get(name, ())

    def set_splitter(self, name: str, sizes: Sequence[int]) -> None:
        """Remember the sizes of a splitter."""
        self.set(splitters={**self._value.splitters, name: tuple(sizes)})

    def save_now(self) -> None:
        """Write what waits, before the window goes."""
        self._later.stop()
        self._save()

    def _save(self) -> None:
        if not self._dirty or self._path is None or self._desk is None:
            return
        self._dirty = False
        value, path = self._own, self._path
        self._desk.write(lambda: save_preferences(path, value), lambda _none: None, self.failed.emit)
