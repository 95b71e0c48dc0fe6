"""Figures on top of a page; each is a button that filters to what it counts. What stands beside them is given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from models.values.alerts import Tile as TileValue
from views.theme import Theme
from views.widgets.labels import kind_of
from views.widgets.tile import Tile


class TileStrip(QWidget):
    """Tiles side by side. `asked` carries the key of the tile that was clicked."""

    asked = Signal(str)

    def __init__(self, theme: Theme, count: int, name: str, *beside: QWidget) -> None:
        super().__init__()
        kind_of(self, "ground")
        self.setAccessibleName(name)
        box = QHBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        #: The tiles from left to right.
        self.tiles = [Tile(theme, first=number == 0) for number in range(count)]
        for tile in self.tiles:  # each as wide as its words, and the rest shared out
            box.addWidget(tile)
            tile.clicked.connect(partial(self._clicked, tile))
        for part in beside:
            box.addWidget(part, 1)
        self.setLayout(box)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tiles(self, values: Sequence[TileValue]) -> None:
        """Show the figures; tiles without one are not there."""
        for number, tile in enumerate(self.tiles):
            tile.setVisible(number < len(values))
            if number < len(values):
                tile.show_value(values[number])

    def mark(self, key: str) -> None:
        """Show which tile's filter holds, '' for none."""
        for tile in self.tiles:
            tile.setChecked(tile.value is not None and tile.value.key == key != "")

    def set_low(self, low: bool) -> None:
        """One line of 28 px in a low window."""
        for tile in self.tiles:
            tile.set_low(low)

    def _clicked(self, tile: Tile, _checked: bool = False) -> None:
        if tile.value is not None:
            self.asked.emit(tile.value.key)
