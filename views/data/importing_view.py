"""The state "importing": how far it is, which file is at work, how long it will still take, and Cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from models.values.imports import FileProgress, Progress
from views.data.steps import StepBar
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.words import counted, duration

_SPAN = 1_000
#: Share of the whole that scoring and alerts take after the last file.
AFTER_SHARE = 0.2
SAY_LEFT_AFTER_S = 2.0
FILE_NOTE = "You can keep working. Your book does not change until the import is done. You can undo it."
FILES_NOTE = "You can keep working. Each file is in your book as soon as it is done, and you can undo it."
SCORING_NOTE = "You can keep working. The imported data is in your book; stopped scoring resumes at the next start."
OTHER_NOTE = "You can keep working."


def whole_share(progress: FileProgress) -> float | None:
    """How far a batch is, between 0 and 1; None while that is not known."""
    files = max(1, progress.of)
    if progress.number >= files:
        return (1 - AFTER_SHARE) + AFTER_SHARE * (progress.fraction or 0.0)
    if progress.fraction is None and files == 1:
        return None
    return (1 - AFTER_SHARE) * (progress.number + (progress.fraction or 0.0)) / files


def left_words(share: float | None, elapsed: float) -> str:
    """How long it will still take, once that can be told."""
    if share is None or share < 0.05 or elapsed < SAY_LEFT_AFTER_S:
        return ""
    return f"about {duration(max(1.0, elapsed * (1 - share) / share))} left"


class ImportingView(QWidget):
    """Shows progress. `cancel_wanted` once: the file at work is then taken back by the book, those before it stay."""

    cancel_wanted = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock, self._began, self._best = clock, 0.0, 0.0
        self._files: tuple[str, ...] = ()
        self._importing = self._scoring = False
        self.bar = StepBar(theme)
        self._title = label("", fonts.CUSTOMER, fonts.SEMIBOLD)
        self._step = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        self._left = label("", fonts.LIST, fonts.REGULAR, "ink_2")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the import")
        self.cancel = push("Cancel")
        self.cancel.clicked.connect(self._cancel)
        self.note = label("", fonts.SMALL, fonts.REGULAR, "ink_3", wrap=True)
        inner = QWidget()
        inner.setMaximumWidth(620)
        inner.setMinimumWidth(320)
        lines = row(self._step, -1, self._left)
        inner.setLayout(
            column(
                self._title,
                14,
                self.progress,
                8,
                lines,
                18,
                row(self.cancel, -1),
                14,
                self.note,
                margins=(24, 0, 24, 0),
            )
        )
        middle = row(-1, inner, -1)
        middle.setStretch(1, 6)
        middle.setAlignment(inner, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(column(self.bar, -1, middle, -1, -1))

    def begin(self, words: str, files: Sequence[str], *, importing: bool = True) -> None:
        """Begin: what is done in words, with the files' names."""
        self._began, self._best = self._clock(), 0.0
        self._files = tuple(files)
        self._title.setText(words)
        verdict = "Importing" if importing else "Working"
        self.bar.show_state(verdict, "primary", "", 1)
        self.bar.setVisible(importing)
        self.cancel.setEnabled(True)
        self.cancel.setText("Cancel")
        self._importing, self._scoring = importing, False
        self.note.setText(OTHER_NOTE if not importing else FILES_NOTE if len(self._files) > 1 else FILE_NOTE)
        self.progress.setRange(0, 0)
        self._step.setText("Starting …")
        self._left.setText("")
        self.cancel.setFocus()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is; the bar never goes back."""
        told = progress if isinstance(progress, FileProgress) else FileProgress(progress.step, progress.done,
                                                                                progress.total)  # fmt: skip
        if self._importing and not self._scoring and told.number >= max(1, told.of):
            self._begin_scoring()
        share = whole_share(told)
        if share is None:
            self.progress.setRange(0, 0)
        else:
            self._best = max(self._best, share)
            self.progress.setRange(0, _SPAN)
            self.progress.setValue(round(_SPAN * self._best))
        name = self._files[told.number] if len(self._files) > 1 and told.number < len(self._files) else ""
        count = f" ({told.number + 1} of {counted(told.of, 'file')})" if name else ""
        self._step.setText(f"{name}{count}: {told.step.lower()}" if name else told.step)
        self._left.setText(left_words(self._best if share is not None else None, self._clock() - self._began))
        self.progress.setAccessibleDescription(f"{self._step.text()} {self._left.text()}".strip())

    def _begin_scoring(self) -> None:
        """From here on nothing can be cancelled but the scores."""
        self._scoring = True
        self.note.setText(SCORING_NOTE)
        if self.cancel.isEnabled():
            self.cancel.setText("Stop scoring")

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping …" if self._scoring else "Cancelling …")
        self.cancel_wanted.emit()
