"""Checking again: a button, and while the check runs in its child process how far it is, and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from models.values.imports import Progress
from views.actions import Actions, Command
from views.background import ChildRun, Done, Failed, Outcome
from views.shell.book import Book
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, push
from views.widgets.labels import ElidedLabel, row

if TYPE_CHECKING:
    from views.child import ChildJob

MakeJob = Callable[[], "ChildJob"]
_SPAN: Final = 1_000
_NARROW: Final = 900
CHECKED: Final = "Back-test finished"
STOPPED: Final = "Stopped; the last back-test is unchanged"


class CheckBar(QWidget):
    """Sits beside the tabs. `ended` is emitted when a check is over, however it ended.

    Parameters
    ----------
    job : makes the work of a check, which returns `Changes`.
    """

    ended = Signal()

    def __init__(self, book: Book, actions: Actions, theme: Theme, parent: QWidget, job: MakeJob) -> None:
        super().__init__(parent)
        self._book, self._actions, self._job = book, actions, job
        self._allowed = self._first = False
        self.run: ChildRun | None = None
        self.step = ElidedLabel(theme, "", fonts.SMALL, fonts.REGULAR, "ink_2")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(120)
        self.progress.setAccessibleName("Back-test progress")
        self.cancel = push("Cancel")
        self.cancel.clicked.connect(self.stop)
        self.check = CommandButton.of(theme, actions[Command.CHECK_SCORES], "retry")
        self.export = CommandButton.of(theme, actions[Command.EXPORT_TAB], "file")
        self.export.set_key("")
        self.setLayout(row(self.step, 10, self.progress, 10, self.cancel, 8, self.check, 8, self.export,
                           margins=(8, 0, 16, 0)))  # fmt: skip
        self._show_run(False)

    def allow(self, allowed: bool, *, first: bool) -> None:
        """Whether there is anything to check, and whether nothing was checked so far."""
        self._allowed, self._first = allowed, first
        words = "Run back-test" if first else "Back-test again"
        self.check.setText(words)
        self.check.setAccessibleName(words)
        self._actions[Command.CHECK_SCORES].setText(words)
        self._actions[Command.CHECK_SCORES].setEnabled(allowed and self.run is None)

    def fit(self, width: int) -> None:
        """In a narrow window the step is left to the tooltip."""
        self.step.setMaximumWidth(120 if width < _NARROW else 320)

    def begin(self) -> None:
        """Start a check, unless one is running."""
        if self.run is not None:
            return
        self.run = self._book.run(self._job())
        self.run.progress.connect(self._told)
        self.run.ended.connect(self._ended)
        self._told(Progress("Loading the book", 0, None))
        self._show_run(True)
        self.cancel.setFocus()

    def stop(self) -> None:
        """Cancel the check; what was kept before stays."""
        if self.run is not None:
            self.cancel.setEnabled(False)
            self.step.setText("Stopping …")
            self.run.cancel()

    def _told(self, progress: object) -> None:
        if not isinstance(progress, Progress) or not self.cancel.isEnabled():
            return
        share = progress.fraction
        self.progress.setRange(0, 0 if share is None else _SPAN)
        if share is not None:
            self.progress.setValue(round(_SPAN * share))
        self.step.setText(f"{progress.step} …")
        self.progress.setAccessibleDescription(progress.step)

    def _ended(self, outcome: Outcome) -> None:
        had_focus = self.cancel.hasFocus()
        self.run = None
        self._show_run(False)
        self.allow(self._allowed, first=self._first)
        if had_focus and self.check.isEnabled():
            self.check.setFocus()
        if isinstance(outcome, Done):
            self._book.heard(outcome.value, own=True)
            self._book.told.emit(CHECKED)
        elif isinstance(outcome, Failed):
            self._book.failed.emit(outcome)
        else:
            self._book.told.emit(STOPPED)
        self.ended.emit()

    def _show_run(self, on: bool) -> None:
        for part in (self.step, self.progress, self.cancel):
            part.setVisible(on)
        self.cancel.setEnabled(True)
        self.check.setVisible(not on)
        self._actions[Command.CHECK_SCORES].setEnabled(not on and self._allowed)
