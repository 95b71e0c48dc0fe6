"""Lists in one cell: JSON, or texts parted by " ::: ", ";", "|" or ",", quoted or with escaped marks.

Which mark parts the texts of a column is decided from its cells together, so that "Shirts, long" stays one text where
semicolons part the others.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from typing import Final

from models.values.meanings import Meaning
from services.sync.kinds.column import LIKELY

# Marks in the order in which they are believed: the rarer in plain text come first.
_MARKS: Final = (" ::: ", "|", ";", ",")
_JSON: Final = "json"
# A mark of plain text, such as a comma, parts a list only where most texts between are short.
_MOST_WORDS: Final = 4
_EMPTY: Final = frozenset(("", "-", "[]", "NULL", "null", "N/A", "None"))


def list_meaning(header: str, cells: Sequence[str]) -> Meaning | None:
    """What a column means that no field takes, where its cells hold several texts each; None where they hold one."""
    filled = {text: marks for text in cells if (marks := _marks_in(text)) is not None}
    mark = mark_of(cells)
    several = [text for text in cells if mark in filled.get(text, {})]
    count = sum(text in filled for text in cells)
    if not several or len(several) * 2 < count:
        return None
    parted = "as JSON" if mark == _JSON else f"separated by “{mark.strip()}”"
    evidence = (f"{len(several):,} of the first {count:,} have several, such as {min(several)}",)
    return Meaning(header, "list", f"lists, {parted}", LIKELY, evidence, filled=count)


def mark_of(cells: Sequence[str]) -> str:
    """What parts the texts of a column: `json`, a mark, or '' where its cells are single texts."""
    found = [marks for text in cells if (marks := _marks_in(text))]
    for mark in (_JSON, *_MARKS):
        wordy = [marks[mark] for marks in found if mark in marks]
        if wordy and sum(wordy) * 2 < len(wordy):
            return mark
    return ""


def _marks_in(text: str) -> dict[str, bool] | None:
    """The marks in a cell, each with whether what it parts is prose; None where the cell holds nothing."""
    body = text.strip()
    if body in _EMPTY:
        return None
    if _is_json_list(body):
        return {_JSON: False}
    return {
        mark: any(len(part.split()) > _MOST_WORDS for part in _parts(body, mark)) for mark in _MARKS if mark in body
    }


def _is_json_list(body: str) -> bool:
    try:
        found = json.loads(body) if body.startswith("[") and body.endswith("]") else None
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and not any(isinstance(one, list | dict) for one in found)


def _parts(body: str, mark: str) -> list[str]:
    if len(mark) > 1:
        return body.split(mark.strip())
    escape = "\\" if f"\\{mark}" in body else None
    try:
        (parts,) = csv.reader([body.replace("\n", " ")], delimiter=mark, escapechar=escape, skipinitialspace=True)
    except (csv.Error, ValueError):
        return body.split(mark)
    return parts
