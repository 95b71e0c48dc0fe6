"""First start: an empty book says what to do, and shows nothing else."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from models.values.imports import Progress
from views.theme import Theme, fonts
from views.widgets.buttons import CommandButton, push
from views.widgets.labels import column, kind_of, label, note, row
from views.widgets.painting import rounded


def files_of(event: QDropEvent) -> list[Path]:
    """Local files of a drop; anything else is not taken."""
    mime = event.mimeData()
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []


class DropZone(QWidget):
    """The dashed field where files are dropped."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.over = False
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = self._theme
            ground = theme.color("primary_wash" if self.over else "panel")
            edge = theme.color("primary_text" if self.over else "control")
            rounded(painter, QRectF(self.rect()), 10, ground, edge, 1.5, dashed=True)


class FirstStart(QWidget):
    """Drop files here, or open the sample book."""

    wants_files = Signal()
    wants_sample = Signal()
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        kind_of(self, "ground")
        self._theme = theme
        self.zone = DropZone(theme)
        self._icon = label()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label("Which customers need you today?", fonts.TITLE, fonts.SEMIBOLD, wrap=True)
        words = note(
            "Drop your exports here: customers, orders, tickets, reviews, deals. They stay on this computer.",
            fonts.BODY,
        )
        for part in (title, words):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.choose = CommandButton(theme, "Choose files", "file", "Ctrl O", primary=True)
        self.choose.setFixedWidth(220)
        self.choose.clicked.connect(self.wants_files)
        self.sample = push("Open the sample book")
        self.sample.setToolTip("A made-up clothing retailer: 400 customers over two years")
        self.sample.clicked.connect(self.wants_sample)
        inner = column(
            self._icon,
            14,
            title,
            6,
            words,
            20,
            row(-1, self.choose, -1),
            12,
            row(-1, self.sample, -1),
            margins=(40, 36, 40, 36),
        )
        self.zone.setLayout(inner)
        self.zone.setMaximumWidth(640)
        self._busy = self._build_busy()
        self.setLayout(column(-1, row(-1, self.zone, -1), row(-1, self._busy, -1), -1, margins=(24, 24, 24, 24)))
        middle = self.layout()
        assert middle is not None
        self.zone.setMinimumWidth(580)
        theme.changed.connect(self._draw)
        self._draw()

    def first_focus(self) -> QWidget:
        """Where the keyboard begins."""
        return self.choose

    def show_over(self, over: bool) -> None:
        """Files are held over the window."""
        self.zone.over = over
        self.zone.update()

    def show_progress(self, progress: Progress) -> None:
        """Say how far the sample book is."""
        self.zone.hide()
        self._busy.show()
        self._step.setText(f"{progress.step} …")
        share = progress.fraction
        self._bar.setRange(0, 0 if share is None else 1000)
        if share is not None:
            self._bar.setValue(round(share * 1000))

    def show_start(self) -> None:
        """Back to the invitation."""
        self._busy.hide()
        self.zone.show()

    def _build_busy(self) -> QWidget:
        busy = QWidget()
        self._step = label("", fonts.BODY, fonts.MEDIUM)
        self._step.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(380)
        self._bar.setAccessibleName("Progress")
        cancel = push("Cancel")
        cancel.clicked.connect(self.cancelled)
        busy.setLayout(column(self._step, 12, self._bar, 16, row(-1, cancel, -1)))
        busy.hide()
        return busy

    def _draw(self) -> None:
        self._icon.setPixmap(self._theme.pixmap("drop", "primary_text", 40, self.devicePixelRatioF()))
