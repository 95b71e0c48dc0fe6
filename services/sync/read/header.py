"""Which row names the columns: found by comparing the first rows with the types of what stands below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.sync.read import celltypes

_TYPED = (celltypes.NUMBER, celltypes.DATE, celltypes.EMAIL)


@dataclass(frozen=True)
class Header:
    """The names of the columns and how many rows stand before the first row of data."""

    columns: tuple[str, ...]
    row: int | None
    first_data_row: int


def find_header(rows: Sequence[Sequence[str]]) -> Header:
    """Find the header among a file's first rows.

    Rows that are blank or much narrower than the table (titles, notes) before it are skipped. A file without a header
    gets the names `column 1`, `column 2`, …
    """
    width = Counter(len(row) for row in rows if any(row)).most_common(1)[0][0]
    start = _preamble(rows, width)
    first = list(rows[start])
    body = [row for row in rows[start + 1 :] if any(row)]
    if not _names_columns(first, body):
        return Header(tuple(f"column {place}" for place in range(1, width + 1)), None, start)
    return Header(_distinct(first, width), start, start + 1)


def _preamble(rows: Sequence[Sequence[str]], width: int) -> int:
    for place, row in enumerate(rows):
        filled = sum(1 for cell in row if cell.strip())
        if filled and (width < 3 or filled * 2 > width or (len(row) == width and filled * 3 > width)):
            return place
    return next((place for place, row in enumerate(rows) if any(row)), 0)


def _names_columns(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    filled = [cell.strip() for cell in first if cell.strip()]
    if not filled:
        return False
    kinds = [celltypes.cell_type(cell) for cell in filled]
    if not body:
        return not any(kind in _TYPED for kind in kinds)
    votes = 0
    for place, cell in enumerate(first):
        below = celltypes.column_type(row[place] for row in body[:200] if place < len(row))
        if below in _TYPED and cell.strip():
            votes += -1 if celltypes.cell_type(cell) == below else 1
    if votes:
        return votes > 0
    return not any(kind in _TYPED for kind in kinds) and len(set(filled)) == len(filled)


def _distinct(first: Sequence[str], width: int) -> tuple[str, ...]:
    """Name every column once: a blank header gets its place, a repeated one its number."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place in range(max(width, len(first))):
        name = first[place].strip().lstrip("\ufeff") if place < len(first) else ""
        name = name or f"column {place + 1}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
