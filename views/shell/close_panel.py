"""Asks once before the window is closed over an import. Esc, a click elsewhere or the button goes on working."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.widgets.overlay import Overlay

_TRUTH = "Files that are done stay in your book, the one at work is taken back."


class ClosePanel(Overlay):
    """The question, and the button that closes."""

    def __init__(self, theme: Theme, window: QWidget, question: str, close: Callable[[], object]) -> None:
        super().__init__(theme, window, question, 360)
        self.stay = push("Go on working")
        self.stay.clicked.connect(self.dismiss)
        self.leave = push("Close and stop it", primary=True)
        self.leave.clicked.connect(close)
        words = label(question, fonts.BODY, fonts.SEMIBOLD, wrap=True)
        truth = label(_TRUTH, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True)
        box = column(words, 8, truth, 14, row(-1, self.stay, 8, self.leave))
        box.setContentsMargins(16, 14, 16, 14)
        self.setLayout(box)

    def first_focus(self) -> QWidget:
        return self.stay
