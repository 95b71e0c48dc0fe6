"""What a pane shows when it has no content: nothing yet, a skeleton, a wait in words, an empty book, an error.

Nothing is shown under 150 ms, a skeleton to 600 ms, then what is being waited for, with Cancel where that helps.
An error says what happened, what it means, and offers to try again; it is never a dialog over the window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from views.background import Failed
from views.theme import Theme, fonts
from views.widgets.buttons import link, push
from views.widgets.labels import column, label, note, row
from views.widgets.painting import fill

SKELETON_AFTER_MS = 150
WORDS_AFTER_MS = 600

SkeletonBlocks = Callable[[float, float], list[QRectF]]


class Skeleton(QWidget):
    """Grey blocks of the content's own geometry."""

    def __init__(self, theme: Theme, blocks: SkeletonBlocks) -> None:
        super().__init__()
        self._theme, self._blocks = theme, blocks
        self.setAccessibleName("Loading")

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("panel"))
            colour = self._theme.color("skeleton")
            for block in self._blocks(self.width(), self.height()):
                fill(painter, block.x(), block.y(), block.width(), block.height(), colour)


def rows_skeleton(height: int = 72) -> SkeletonBlocks:
    """Blocks for a list of rows."""

    def blocks(width: float, tall: float) -> list[QRectF]:
        made: list[QRectF] = []
        y = 0.0
        while y < tall:
            if height >= 60:
                made += [
                    QRectF(16, y + 12, width * 0.5, 12),
                    QRectF(16, y + 32, width * 0.7, 10),
                    QRectF(16, y + 50, width * 0.35, 10),
                ]
            else:
                made += [QRectF(16, y + height / 2 - 5, width * 0.3, 10)]
                made += [QRectF(width * 0.45, y + height / 2 - 5, width * 0.4, 10)]
            y += height
        return made

    return blocks


class Notice(QWidget):
    """A heading, a sentence and at most two buttons, in the middle of a pane."""

    def __init__(self, theme: Theme, *, icon: str = "", ink: str = "ink_3") -> None:
        super().__init__()
        self._theme = theme
        self._icon = label()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon_name, self._icon_ink = icon, ink
        self.heading = label("", fonts.HEADING, fonts.SEMIBOLD, wrap=True)
        self.words = note()
        for part in (self.heading, self.words):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.primary = push("")
        self.secondary = link("")
        self._asked: dict[QPushButton, Callable[[], None]] = {}
        for button in (self.primary, self.secondary):
            button.clicked.connect(partial(self._act, button))
        buttons = row(-1, self.primary, self.secondary, -1)
        buttons.setSpacing(8)  # not a gap of its own: one button alone stands in the middle
        inner = column(-1, self._icon, 10, self.heading, 4, self.words, 14, buttons, -1, margins=(24, 16, 24, 16))
        self.setLayout(inner)
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def say(
        self,
        heading: str,
        words: str = "",
        primary: tuple[str, Callable[[], None]] | None = None,
        secondary: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Fill it; a button without words is not there."""
        self.heading.setText(heading)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.setAccessibleName(f"{heading} {words}".strip())
        for button, given in ((self.primary, primary), (self.secondary, secondary)):
            button.setVisible(given is not None)
            if given is not None:
                button.setText(given[0])
                self._asked[button] = given[1]

    def _act(self, button: QPushButton, _checked: bool = False) -> None:
        self._asked[button]()

    def _draw_icon(self) -> None:
        self._icon.setVisible(bool(self._icon_name))
        if self._icon_name:
            dpr = self.devicePixelRatioF()
            self._icon.setPixmap(self._theme.pixmap(self._icon_name, self._icon_ink, 28, dpr))


class StatePane(QStackedWidget):
    """A pane's content with its other states, and the clock that decides which is shown while it loads.

    `loading` keeps the content that is there for 150 ms, so that a fast answer never flickers. Empty is neutral.
    """

    def __init__(
        self,
        theme: Theme,
        content: QWidget,
        blocks: SkeletonBlocks,
        *,
        skeleton_after_ms: int = SKELETON_AFTER_MS,
    ) -> None:
        super().__init__()
        self._content = content
        self._skeleton = Skeleton(theme, blocks)
        self._wait = Notice(theme, icon="clock")
        self._empty = Notice(theme)
        self._error = Notice(theme, icon="warning", ink="warning_text")
        for page in (content, self._skeleton, self._wait, self._empty, self._error):
            self.addWidget(page)
        self._waiting_for = ""
        self._first = QTimer(self, singleShot=True, interval=skeleton_after_ms)
        self._first.timeout.connect(self._show_skeleton)
        self._second = QTimer(self, singleShot=True, interval=WORDS_AFTER_MS - skeleton_after_ms)
        self._second.timeout.connect(self._show_wait)

    @property
    def state(self) -> str:
        """content, skeleton, wait, empty or error."""
        pages = (self._content, self._skeleton, self._wait, self._empty, self._error)
        names = ("content", "skeleton", "wait", "empty", "error")
        return names[pages.index(self.currentWidget())]

    @property
    def notice(self) -> Notice:
        """The notice that is shown, or would be."""
        current = self.currentWidget()
        return current if isinstance(current, Notice) else self._empty

    def loading(self, what: str) -> None:
        """Begin the clock; ``what`` is said after 600 ms ("Reading 104,218 customers")."""
        self._waiting_for = what
        self._first.start()

    def show_content(self) -> None:
        """The answer has come."""
        self._stop()
        self.setCurrentWidget(self._content)

    def show_skeleton(self) -> None:
        """Show the skeleton at once, where there is no older content to keep."""
        self._stop()
        self.setCurrentWidget(self._skeleton)

    def show_empty(self, heading: str, words: str = "", action: tuple[str, Callable[[], None]] | None = None) -> None:
        """Nothing is there, and one thing that can be done."""
        self._stop()
        self._empty.say(heading, words, action)
        self.setCurrentWidget(self._empty)

    def show_error(self, failed: Failed, retry: Callable[[], None], effect: str = "") -> None:
        """What failed, what it means, try again, copy the details."""
        self._stop()
        details = f"{failed.words}\n{type(failed.error).__name__}: {failed.error}"

        def copy() -> None:
            QGuiApplication.clipboard().setText(details)

        heading = effect or "This could not be loaded"
        self._error.say(heading, failed.words, ("Try again", retry), ("Copy details", copy))
        self.setCurrentWidget(self._error)

    def _stop(self) -> None:
        self._first.stop()
        self._second.stop()

    def _show_skeleton(self) -> None:
        self.setCurrentWidget(self._skeleton)
        self._second.start()

    def _show_wait(self) -> None:
        self._wait.say(f"{self._waiting_for} …", "This is taking longer than usual.")
        self.setCurrentWidget(self._wait)
