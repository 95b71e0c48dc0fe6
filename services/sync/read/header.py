"""Which rows name the columns: found by comparing the first rows with the types of what stands below them.

Names may stand in one row, in two (SurveyMonkey: the question above, the answer below; reports: a group above its
columns) or in three (Qualtrics: code, question, import id), below titles and notes, or nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.sync.read import celltypes
from services.sync.read.cells import trimmed

_TYPED = (celltypes.NUMBER, celltypes.DATE, celltypes.EMAIL)
_QUALTRICS = '{"ImportId"'
# What survey programs write below a question that has one answer: it names nothing.
_ONE_ANSWER = frozenset(("response", "open-ended response", "antwort", "réponse", "respuesta"))


@dataclass(frozen=True)
class Header:
    """The names of the columns and how many rows stand before the first row of data.

    `row` is the first row that names columns (None where none does), `rows` how many do.
    """

    columns: tuple[str, ...]
    row: int | None
    first_data_row: int
    rows: int = 1


def find_header(rows: Sequence[Sequence[str]], said_row: int | None = None, said_rows: int | None = None) -> Header:
    """Find the header among a file's first rows.

    Rows that are blank or much narrower than the table (titles, notes) before it are skipped. A file without a header
    gets the names `column 1`, `column 2`, … A person may have said in which row (from 1; 0: none) and how many rows
    the names stand.
    """
    filled = [row for row in rows if any(row)]
    width = Counter(map(len, filled)).most_common(1)[0][0] if filled else 1
    start = _preamble(rows, width) if not said_row else min(said_row - 1, max(0, len(rows) - 1))
    first = list(rows[start]) if rows else []
    body = [row for row in rows[start + 1 :] if any(row)]
    if said_row is None and said_rows is None and _is_group_row(rows, start, body):
        said_rows = 2
    if said_row == 0 or (said_row is None and said_rows is None and not _names_columns(first, body)):
        return Header(tuple(f"column {place}" for place in range(1, width + 1)), None, start, 0)
    begin, count = (start, said_rows) if said_rows else _rows_of_names(rows, start, width, free=said_row is None)
    names = _joined(rows[begin : begin + count])
    width = _without_trailing(names, rows[begin + count :], max(width, len(names)) if count > 1 else width)
    return Header(_distinct(names, width), begin, begin + count, count)


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
    if _are_periods(first):
        return True
    votes = 0
    for place, cell in enumerate(first):
        below = celltypes.column_type(row[place] for row in body[:200] if place < len(row))
        if below in _TYPED and cell.strip():
            votes += -1 if celltypes.cell_type(cell) == below else 1
    if votes:
        return votes > 0
    return not any(kind in _TYPED for kind in kinds) and len(set(filled)) == len(filled)


def _are_periods(first: Sequence[str]) -> bool:
    """Whether a row's numbers are years or months that go up one by one: names of columns, and no data."""
    numbers = [cell.strip() for cell in first if celltypes.cell_type(cell) == celltypes.NUMBER]
    if len(numbers) < 3 or not all(number.isdecimal() and len(number) == len(numbers[0]) for number in numbers):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(numbers)}
    return all(step > 0 for step in steps) and 1900 <= int(numbers[0]) <= 2100


def _is_group_row(rows: Sequence[Sequence[str]], start: int, body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names groups (years, say) of the columns that the next one names."""
    if len(body) < 2 or start + 1 >= len(rows) or sum(1 for cell in rows[start] if cell.strip()) < 2:
        return False
    names = rows[start + 1]
    return _groups(rows[start], names) and all(cell.strip() for cell in names) and _names_columns(names, body[1:])


def _rows_of_names(rows: Sequence[Sequence[str]], start: int, width: int, *, free: bool) -> tuple[int, int]:
    """Where the names begin and over how many rows they go."""
    for more in (2, 1):
        if start + more < len(rows) and any(cell.startswith(_QUALTRICS) for cell in rows[start + more]):
            return start, more + 1
    above = rows[start - 1] if free and start else ()
    if sum(1 for cell in above if cell.strip()) > 1 and _groups(above, rows[start]) and len(above) <= width + 1:
        return start - 1, 2
    if start + 1 < len(rows) and _second(rows[start], rows[start + 1], rows[start + 2 :]):
        return start, 2
    return start, 1


def _groups(above: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a row names groups of the columns that the row below it names, and is not a title or note."""
    filled = [place for place, cell in enumerate(above) if cell.strip()]
    words = (word for place in filled for word in (above[place], *above[place].split()[1:]))
    if any(celltypes.cell_type(word) in (celltypes.DATE, celltypes.EMAIL) for word in words):
        return False
    named = all(place < len(names) and names[place].strip() for place in filled)
    spread = filled[-1] * 2 >= len(names) and any(after - place > 1 for place, after in pairwise(filled))
    return named and spread


def _second(first: Sequence[str], second: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row below the names is a second row of names, and not the first of data."""
    body = [row for row in below if any(row)][:200]
    filled = [place for place, cell in enumerate(second) if cell.strip()]
    if not filled or not body:
        return False
    kinds = [celltypes.cell_type(second[place]) for place in filled]
    if any(kind in _TYPED for kind in kinds):
        return False
    open_above = [place for place in filled if place >= len(first) or not first[place].strip()]
    answers = {second[place].strip().lower() for place in filled}
    if answers <= _ONE_ANSWER:
        return True
    unlike = 0
    for place, cell in enumerate(first):
        typed = celltypes.column_type(row[place] for row in body if place < len(row))
        if typed in _TYPED and cell.strip():
            # Where every row of data has a number, a date or an address, a row of names has none.
            unlike += 1
    return bool(open_above) and open_above[0] > 0 and unlike > 1


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """One name a column out of the rows that name it."""
    if len(rows) < 2:
        return list(rows[0]) if rows else []
    if any(cell.startswith(_QUALTRICS) for cell in rows[-1]):
        return list(map(_with_question, rows[0], rows[1])) if len(rows) > 2 else list(rows[0])
    upper, lower = list(rows[0]), list(rows[1])
    width = max(len(upper), len(lower)) + 1
    over = [cell.strip() for cell in [*upper, *[""] * width][:width]]
    under = [cell.strip() for cell in [*lower, *[""] * width][:width]]
    names, group = [], ""
    for place in range(width - 1):
        group = over[place] or (group if under[place] else "")
        alone = over[place] and (over[place + 1] or not under[place + 1])
        if not under[place] or (alone and under[place].lower() in _ONE_ANSWER):
            names.append(over[place])
        else:
            names.append(f"{group}: {under[place]}" if group else under[place])
    return names


def _with_question(code: str, question: str) -> str:
    """A column's code, with the question that it stands for where that is a sentence."""
    text = question.strip()
    return f"{code}: {text}" if len(text.split()) > 2 and not text.startswith(code) else code


def _without_trailing(names: Sequence[str], body: Sequence[Sequence[str]], width: int) -> int:
    """The width without columns at the end that have neither a name nor a cell."""
    while width > 1 and not (width <= len(names) and names[width - 1].strip()):
        if any(len(row) >= width and row[width - 1].strip() for row in body):
            break
        width -= 1
    return width


def _distinct(first: Sequence[str], width: int) -> tuple[str, ...]:
    """Name every column once: a blank header gets its place, a repeated one its number."""
    taken = {name.strip().lstrip("\ufeff") for name in first}
    seen: Counter[str] = Counter()
    names: list[str] = []
    for place in range(max(width, len(trimmed(first)))):
        name = first[place].strip().lstrip("\ufeff") if place < len(first) else ""
        name = name or f"column {place + 1}"
        seen[name] += 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in taken:
            seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
