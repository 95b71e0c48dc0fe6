"""Asks once more before an import is undone, with its effect counted. Esc closes it; nothing is undone by accident."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from models.values.imports import UndoPreview
from views.data.phrases import undo_lines
from views.data.sections import icon_line
from views.theme import Theme, fonts
from views.widgets.buttons import push
from views.widgets.labels import column, label, row
from views.widgets.overlay import Overlay


class UndoPanel(Overlay):
    """What an undo takes out and puts back, and the button that does it."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        file_name: str,
        preview: UndoPreview,
        undo: Callable[[], None],
        more: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """
        Parameters
        ----------
        more : words and work of a further button, which asks for the undo of the whole batch.
        """
        super().__init__(theme, window, f"Undo the import of {file_name}", 360 if more is None else 432)
        self._undo = undo
        lines: Sequence[tuple[str, str]] = undo_lines(preview.takes_out, preview.puts_back, preview.keeps)
        box = column(label(f"Undo the import of {file_name}?", fonts.BODY, fonts.SEMIBOLD, wrap=True), 8)
        box.setContentsMargins(16, 14, 16, 14)
        if preview.refused:
            box.addWidget(label(preview.refused, fonts.LIST, fonts.REGULAR, "ink_2", wrap=True))
        else:
            for icon, words in lines:
                box.addWidget(icon_line(theme, icon, words))
            box.addWidget(icon_line(theme, "alerts", "Scores and alerts are recalculated"))
        box.addSpacing(12)
        self._close = push("Close" if preview.refused else "Keep it")
        self._close.clicked.connect(self.dismiss)
        self._go = push("Undo", primary=True)
        self._go.clicked.connect(self._confirmed)
        self._go.setVisible(not preview.refused)
        self.more = push(more[0] if more is not None else "")
        self.more.setVisible(more is not None)
        if more is not None:
            self.more.clicked.connect(self.dismiss)
            self.more.clicked.connect(more[1])
        box.addLayout(row(self.more, 16, -1, self._close, 8, self._go))
        self.setLayout(box)

    def first_focus(self) -> QWidget:
        return self._go if not self._go.isHidden() else self._close

    def _confirmed(self) -> None:
        self.dismiss()
        self._undo()
