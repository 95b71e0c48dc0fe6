"""Rows of a file with cells that a person wrote anew: every reading finds them so, and knows what stood there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.sync.read.stream import Chunk, Rows


@dataclass(frozen=True)
class RewrittenRows:
    """The rows of a file with cells written anew; what stood in them is noted as they pass.

    Attributes
    ----------
    cells
        By row of data (from 1): place of a column to what is to stand there.
    before
        By row and place: what stood there, of the rows that were read.
    """

    base: Rows
    first_data_row: int
    cells: Mapping[int, Mapping[int, str]]
    width: int
    before: dict[tuple[int, int], str] = field(default_factory=dict)

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        number = first - self.first_data_row + 1
        for chunk in self.base.chunks(size, first):
            for row in self.cells:
                if number <= row < number + len(chunk.rows):
                    chunk.rows[row - number] = self._rewritten(row, chunk.rows[row - number])
            number += len(chunk.rows)
            yield chunk

    def _rewritten(self, row: int, cells: list[str]) -> list[str]:
        # Of a row with a cell too many, what was shown and fixed is what holds.
        cells = (cells + [""] * (self.width - len(cells)))[: self.width]
        for place, text in self.cells[row].items():
            self.before.setdefault((row, place), cells[place])
            cells[place] = text
        return cells
