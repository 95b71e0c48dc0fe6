"""Undo and redo in a text field: its own text while it is being typed in, else what the person did in the book."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from views.actions import Actions, Command
from views.widgets.toast import Toast

_EDITED = "edited_after"
_KEYS = frozenset({QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress})


class UndoKeys(QObject):
    """Watches every text field of a window from the first time that it has the focus.

    The keys are a field's own from an edit in it until the next action, undo or redo. A field takes the keys before any
    shortcut and any panel does, so they are taken from it here.
    """

    def __init__(self, actions: Actions, toast: Toast, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._toast, self._acts = window, toast, 0
        self._commands = [actions[command] for command in (Command.UNDO, Command.REDO)]
        for action in self._commands:
            action.triggered.connect(self._acted)
        toast.offered.connect(self._acted)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _KEYS or not isinstance(event, QKeyEvent):
            return False
        pressed = QKeySequence(event.keyCombination())
        action = next((one for one in self._commands if pressed in one.shortcuts()), None)
        if action is None or not isinstance(watched, QWidget) or self._has_own(watched):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            action.trigger()
        return True

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or now.window() is not self._window or now.property(_EDITED) is not None:
            return
        text = _text_of(now)
        if text is not None:
            now.setProperty(_EDITED, self._acts)
            edited = text.textEdited if isinstance(text, QLineEdit) else text.textChanged
            edited.connect(partial(self._edited, now))
            now.installEventFilter(self)

    def _edited(self, field: QWidget, _text: str = "") -> None:
        field.setProperty(_EDITED, self._acts)
        if self._has_own(field) and field.hasFocus():
            self._toast.lend_key()

    def _acted(self) -> None:
        self._acts += 1

    def _has_own(self, field: QWidget) -> bool:
        """Whether an undo in the field is what is meant: its text was the last that was changed."""
        text = _text_of(field)
        if text is None or field.property(_EDITED) != self._acts:
            return False
        steps = text if isinstance(text, QLineEdit) else text.document()
        return steps.isUndoAvailable() or steps.isRedoAvailable()


def _text_of(field: QWidget) -> QLineEdit | QTextEdit | QPlainTextEdit | None:
    """What is typed in where this has the focus."""
    if isinstance(field, QComboBox | QAbstractSpinBox):
        return field.lineEdit()
    return field if isinstance(field, QLineEdit | QTextEdit | QPlainTextEdit) else None
