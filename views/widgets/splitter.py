"""Splitters of one pixel whose sizes are remembered on this computer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget


class PaneSplitter(QSplitter):
    """Flush panes with a line of 1 px. `resized` tells the sizes after a person moved it."""

    resized = Signal(str, object)

    def __init__(self, name: str, *, vertical: bool = False) -> None:
        super().__init__(Qt.Orientation.Vertical if vertical else Qt.Orientation.Horizontal)
        self.setObjectName(name)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(lambda _pos, _index: self.resized.emit(name, tuple(self.sizes())))

    def add(self, pane: QWidget, *, stretch: int, minimum: int) -> None:
        """Add a pane; the one with a stretch takes what a wider window gives."""
        pane.setMinimumWidth(minimum) if self.orientation() == Qt.Orientation.Horizontal else None
        self.addWidget(pane)
        self.setStretchFactor(self.count() - 1, stretch)

    def show_only(self, half: QWidget | None) -> None:
        """Show one pane alone, in a window that is too narrow for more; None shows all."""
        for pane in map(self.widget, range(self.count())):
            if pane is not None:
                pane.setVisible(half in (None, pane))

    def restore(self, sizes: Sequence[int]) -> None:
        """Take up remembered sizes, if they are for as many panes."""
        if len(sizes) == self.count() and all(size > 0 for size in sizes):
            self.setSizes(list(sizes))
