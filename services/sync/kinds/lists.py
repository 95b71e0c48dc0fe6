"""Lists in one cell: JSON, or texts parted by " ::: ", ";", "|" or ",", quoted or with escaped marks.

Which mark parts the texts of a column is decided from all its cells, so that "Shirts, long" stays one text where
semicolons part the others.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.values.meanings import Meaning
from services.sync.kinds.column import LIKELY
from services.sync.kinds.memo import Memo

# Marks in the order in which they are believed: the rarer in plain text come first.
MARKS = (" ::: ", "|", ";", ",")
JSON = "json"
# A mark of plain text, such as a comma, parts a list only where most texts between are short.
_MOST_WORDS = 4
_EMPTY = frozenset(("", "-", "[]", "NULL", "null", "N/A", "None"))


def split_list(text: str, mark: str) -> list[str]:
    """The texts of a cell, in their order, without empty ones and repetitions.

    Parameters
    ----------
    text : str
    mark : str
        What parts them, one of `MARKS`; `json` for a JSON list. '' : the cell is one text.
    """
    body = text.strip()
    if body in _EMPTY:
        return []
    if (found := _json_list(body)) is not None:
        parts = found
    elif mark in ("", JSON):
        parts = [body]
    elif len(mark) > 1:
        parts = body.split(mark.strip())
    else:
        parts = _cut(body, mark)
    kept = (part.strip().removeprefix("* ").strip() for part in parts)
    return list(dict.fromkeys(part for part in kept if part))


def join_list(parts: Iterable[str], mark: str) -> str:
    """Write texts as a list that `split_list` reads back."""
    if mark == JSON:
        return json.dumps(list(parts), ensure_ascii=False)
    if len(mark) > 1:
        return mark.join(parts)
    return mark.join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in parts)


def _json_list(body: str) -> list[str] | None:
    if not (body.startswith("[") and body.endswith("]")):
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or any(isinstance(one, list | dict) for one in found):
        return None
    return [one if isinstance(one, str) else json.dumps(one) for one in found if one is not None]


def _cut(body: str, mark: str) -> list[str]:
    escape = "\\" if f"\\{mark}" in body else None
    try:
        (parts,) = csv.reader([body.replace("\n", " ")], delimiter=mark, escapechar=escape, skipinitialspace=True)
    except (csv.Error, ValueError):
        return body.split(mark)
    return parts


@dataclass
class ListTally:
    """Counts of cells by the marks in them."""

    filled: int = 0
    marks: Counter[str] = field(default_factory=Counter)
    example: dict[str, str] = field(default_factory=dict)
    wordy: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._memo = Memo(_marks_in)

    def take(self, cells: Iterable[str]) -> None:
        """Add cells to the evidence."""
        for text, count in Counter(cells).items():
            found = self._memo[text]
            if found is None:
                continue
            self.filled += count
            for mark, wordy in found:
                self.marks[mark] += count
                self.wordy[mark] += count if wordy else 0
                if mark not in self.example or text < self.example[mark]:
                    self.example[mark] = text

    @property
    def mark(self) -> str:
        """What parts the texts of the column: `json`, one of `MARKS`, or '' where its cells are single texts."""
        if self.marks[JSON]:
            return JSON
        for mark in MARKS:
            if self.marks[mark] and self.wordy[mark] * 2 < self.marks[mark]:
                return mark
        return ""


def _marks_in(text: str) -> tuple[tuple[str, bool], ...] | None:
    body = text.strip()
    if body in _EMPTY:
        return None
    if _json_list(body) is not None:
        return ((JSON, False),)
    found = []
    for mark in MARKS:
        if mark in body:
            parts = split_list(body, mark)
            found.append((mark, any(len(part.split()) > _MOST_WORDS for part in parts)))
    return tuple(found)


def list_meaning(header: str, cells: Sequence[str]) -> Meaning | None:
    """What a column means that no field takes, where its cells hold several texts each; None where they hold one."""
    tally = ListTally()
    tally.take(cells)
    mark = tally.mark
    several = tally.marks[mark] if mark else 0
    if several * 2 < tally.filled or not several:
        return None
    parted = "as JSON" if mark == JSON else f"parted by “{mark.strip()}”"
    evidence = (f"{several:,} of the first {tally.filled:,} have several, such as {tally.example[mark]}",)
    return Meaning(header, "list", f"lists, {parted}", LIKELY, evidence, filled=tally.filled)
