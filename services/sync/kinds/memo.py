"""Each distinct text of a column is converted once.

Exports repeat themselves: a million orders have 20,000 addresses and 700 days. A dictionary that converts what it does
not know turns a column into values at the speed of a lookup; where a column does not repeat itself, it is emptied
before it grows large, so that memory stays bounded whatever the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LIMIT = 100_000


class Unfit(Exception):
    """A text does not fit its type; the message says why in words that follow the column's name."""


class Unsettled(Exception):
    """A cell speaks against what the first rows of its column said: the column is to be decided from all rows."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Stands in a column for a value that could not be converted: "is not a date or time"."""

    why: str


class Memo(dict[Any, Any]):
    """Text (or a tuple of texts) to value, converted on first sight; `faulty` once any text did not fit."""

    __slots__ = ("_convert", "faulty")

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert
        self.faulty = False

    def __missing__(self, text: Any) -> Any:
        if len(self) >= LIMIT:
            self.clear()
        try:
            value = self._convert(text)
        except Unfit as problem:
            value = Fault(str(problem))
            self.faulty = True
        self[text] = value
        return value
