"""What a rule of an export works on: the columns of a file with those that rules add, and its rows in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.sync.formats.systems import System

Says = Mapping[str, Any]


@dataclass
class Rows:
    """Consecutive rows, changed in place.

    Attributes
    ----------
    rows : list of list of str
        As wide as the sheet.
    skipped : dict of int to str
        Places of rows that are not imported, and why.
    """

    rows: list[list[str]]
    skipped: dict[int, str] = field(default_factory=dict)


Step = Callable[[Rows], None]
Expand = Callable[[list[str]], list[list[str]]]


class Sheet:
    """The columns of a file as an export's rules know them; rules add theirs at the right."""

    def __init__(self, system: System, file_name: str, columns: Sequence[str], sample: Sequence[Sequence[str]]) -> None:
        self._system = system
        self._named: dict[str, list[int]] = {}
        self.file_name = file_name
        self.columns = list(columns)
        self.own_width = len(self.columns)
        self.sample = sample
        self.used: set[int] = set()
        for place, column in enumerate(self.columns):
            self._named.setdefault(system.key(column), []).append(place)

    def place(self, header: str) -> int | None:
        """Where a column stands, by its header in any of the export's languages; None where the file has it not.

        What the column says is taken over by whoever asks: it need not be kept as an extra detail.
        """
        return next(iter(self.places([header])), None)

    def places(self, headers: Sequence[str]) -> list[int]:
        """Where those of several columns stand that the file has, in the order of the headers.

        A header may stand there twice: some exports have a column for each zone in which they write their times.
        """
        found = self.changed(headers)
        self.used.update(found)
        return found

    def changed(self, headers: Sequence[str]) -> list[int]:
        """Where those of several columns stand whose cells are only changed: they still say something of their own."""
        return [place for header in headers for place in self._named.get(self._system.key(header), ())]

    def add(self, header: str) -> int:
        """Add a column; one that an earlier rule added under the same header is that column."""
        named = self._named.setdefault(self._system.key(header), [])
        if named and named[-1] >= self.own_width:
            return named[-1]
        self.columns.append(header)
        named.append(len(self.columns) - 1)
        return named[-1]

    def cells(self, place: int) -> list[str]:
        """The filled cells of one of the file's own columns among its first rows."""
        return [row[place].strip() for row in self.sample if place < len(row) and row[place].strip()]
