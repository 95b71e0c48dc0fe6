"""While files are checked or an import is undone: nothing under 150 ms, a skeleton, then progress with Cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from models.values.imports import Progress
from views.background import Failed
from views.data.importing_view import ImportingView
from views.theme import Theme
from views.widgets.labels import column
from views.widgets.states import SKELETON_AFTER_MS, WORDS_AFTER_MS, Notice, Skeleton


class WaitingPane(QWidget):
    """Blank, skeleton, progress, or a fault with a way to try again."""

    cancel_wanted = Signal()
    files_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._blank = QWidget()
        self._skeleton = Skeleton(theme, _blocks)
        self._progress = ImportingView(theme)
        self._progress.cancel_wanted.connect(self.cancel_wanted)
        self._fault = Notice(theme, icon="warning", ink="warning_text")
        self._stack = QStackedWidget()
        for page in (self._blank, self._skeleton, self._progress, self._fault):
            self._stack.addWidget(page)
        self.setLayout(column(self._stack))
        self._first = QTimer(self, singleShot=True, interval=SKELETON_AFTER_MS)
        self._first.timeout.connect(lambda: self._stack.setCurrentWidget(self._skeleton))
        self._second = QTimer(self, singleShot=True, interval=WORDS_AFTER_MS)
        self._second.timeout.connect(lambda: self._stack.setCurrentWidget(self._progress))

    @property
    def fault_words(self) -> str:
        """The fault that is shown, '' for none."""
        return self._fault.words.text() if self._stack.currentWidget() is self._fault else ""

    @property
    def fault(self) -> Notice:
        """The notice that says a fault."""
        return self._fault

    def begin(self, words: str, files: Sequence[str], *, cancellable: bool = True) -> None:
        """Begin to wait."""
        self._stack.setCurrentWidget(self._blank)
        self._progress.begin(words, files, importing=False)
        self._progress.cancel.setVisible(cancellable)
        self._first.start()
        self._second.start()

    def stop(self) -> None:
        """The answer has come."""
        self._first.stop()
        self._second.stop()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self._progress.show_progress(progress)

    def show_fault(self, failed: Failed, retry: Callable[[], None], heading: str, *, of_file: bool = False) -> None:
        """Say what is wrong, and offer what can help: another file where it lies in this one, else to try again."""
        self.stop()
        again = ("Try again", retry)
        other = ("Choose another file…", self.files_wanted.emit)
        self._fault.say(heading, failed.words, *((other, again) if of_file else (again,)))
        self._stack.setCurrentWidget(self._fault)
        self._fault.primary.setFocus()


def _blocks(width: float, tall: float) -> list[QRectF]:
    """Skeleton in the geometry of a check."""
    side = max(288.0, width * 0.24)
    made = [QRectF(16, 14, 180, 16), QRectF(210, 17, 320, 10)]
    y = 128.0
    while y < tall:
        made += [QRectF(16, y, 40, 9), QRectF(76, y, 70, 9), QRectF(176, y, (width - side - 200) * 0.8, 9)]
        y += 31
    made += [QRectF(width - side + 16, 62, 160, 16), QRectF(width - side + 16, 92, side - 32, 10)]
    made += [QRectF(width - side + 16, 116 + 24 * n, side - 32, 10) for n in range(7)]
    made += [QRectF(width - side + 16, 300, side - 32, 38)]
    return made
