"""How lines become cells, once that is decided."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.sync.read.cells import Marks, Splitter

# Delimiters that are no sign: runs of blanks (leading ones ignored), and places in the line.
BLANKS = "blanks"
FIXED = "fixed"


@dataclass(frozen=True)
class Cut:
    """How lines become cells.

    Attributes
    ----------
    delimiter : str
        One sign or several, or `blanks` or `fixed`.
    quote, escape : str
        Empty where there is none.
    newline : str
    skipped : int
        Lines before the first row: what says how the file is written (``sep=;``), and comments.
    skip_blanks : bool
        Whether blanks after a delimiter are no part of the cell.
    places : tuple of int
        Of a `fixed` cut: where each column begins.
    """

    delimiter: str
    quote: str
    escape: str
    newline: str
    skipped: int
    skip_blanks: bool = False
    places: tuple[int, ...] = field(default=())

    @property
    def plain(self) -> bool:
        """Whether the fast reader of the standard library cuts it as it is meant."""
        return len(self.delimiter) == 1 and not self.escape

    @property
    def marks(self) -> Marks:
        """The signs that text is cut by."""
        return Marks(self.delimiter, self.quote, self.escape, self.skip_blanks)

    def fast_rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Rows of a file that keeps the rules; `csv.Error` at the first that does not."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            skipinitialspace=self.skip_blanks,
            doublequote=True,
            strict=True,
        )

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Cut lines into rows of cells, forgiving what breaks the rules."""
        if self.delimiter == BLANKS:
            return (line.split() for line in lines)
        if self.delimiter == FIXED:
            return (self._by_places(line) for line in lines)
        return (record.cells for record in Splitter(self.marks, lines))

    def _by_places(self, line: str) -> list[str]:
        text = line.rstrip("\r\n")
        ends = [*self.places[1:], None]
        return [text[begin:end].strip() for begin, end in zip(self.places, ends, strict=True)]
