"""What a try said: under way, works, or the sentence that says what failed."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from views.theme import Theme
from views.widgets.labels import note, row, set_ink
from views.widgets.painting import snapped

_SIZE = 16
_LOOKS = {"works": ("check", "good_text"), "fails": ("warning", "critical_text"), "waits": ("clock", "ink_2")}


class _Mark(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.look = theme, "waits"
        self.setFixedSize(_SIZE, 20)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        icon, ink = _LOOKS[self.look]
        with QPainter(self) as painter:
            dpr = self.devicePixelRatioF()
            painter.drawPixmap(QPointF(0, snapped(2, dpr)), self._theme.pixmap(icon, ink, _SIZE, dpr))


class Verdict(QWidget):
    """An icon and a sentence; nothing of it is told by the colour alone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._mark = _Mark(theme)
        self._words = note()
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box = row(self._mark, 8, self._words)
        box.setAlignment(self._mark, Qt.AlignmentFlag.AlignTop)
        box.setStretch(2, 1)
        self.setLayout(box)
        self.hide()

    @property
    def words(self) -> str:
        """The sentence; '' while there is none."""
        return self._words.text() if not self.isHidden() else ""

    @property
    def waiting(self) -> bool:
        """Whether something is being tried."""
        return not self.isHidden() and self._mark.look == "waits"

    def wait(self, words: str) -> None:
        """Say what is being tried."""
        self._say("waits", words)

    def works(self, words: str) -> None:
        """Say that it works."""
        self._say("works", words)

    def fails(self, words: str) -> None:
        """Say what failed."""
        self._say("fails", words)

    def _say(self, look: str, words: str) -> None:
        self._mark.look = look
        self._mark.update()
        self._words.setText(words)
        set_ink(self._words, _LOOKS[look][1])
        self.setAccessibleName(words)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
