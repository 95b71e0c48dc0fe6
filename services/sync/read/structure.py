"""What lies between and below the rows of a table: repeated headers, totals, footers, remarks, further tables.

All of it is left out with its reason, and nothing else is. Rows that have a cell too many or too few are repaired where
the types of the columns leave one way only; otherwise they stay as they are, and whoever takes them must refuse them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from services.entities import ENTITIES
from services.sync.formats.headers import folded, known_headers, normal, synonyms
from services.sync.kinds.vocabulary import listed
from services.sync.read import celltypes
from services.sync.read.cells import trimmed

REPEATED, TOTALS, REMARK, ANOTHER = "header repeated", "totals or footer", "remark", "of another table in the file"
# So many rows are looked at to see whether another table begins.
AHEAD = 5
_RAGGED = re.compile(r"(?:The row )?has [\d,]+ cells where the header has [\d,]+")
_LISTED = listed("footers")
_FOOTER = re.compile("|".join(_LISTED["forms"]), re.IGNORECASE)
# How such rows begin: looked for in many rows at once, before any of them is looked at.
_BEGINNINGS = tuple(f"\n{word}" for word in _LISTED["beginnings"])
_INITIALS = frozenset(sign for word in _BEGINNINGS for sign in (word[1], word[1].upper()))
_TOTAL_WORDS = frozenset(
    form
    for word in _LISTED["totals"]
    for plain in (word, word.title(), word.upper(), word.capitalize())
    for form in (plain, f"{plain}:")
)
# How many rows there are, behind the word: "Total (29)".
_COUNT = re.compile(r"\s*\(\d[\d.,]*\)$")
# So many rows of a sample tell that a column is always, or never, filled.
_MANY = 10
_TYPED = frozenset((celltypes.NUMBER, celltypes.DATE, celltypes.EMAIL))


@dataclass(frozen=True)
class Findings:
    """What was found about rows of a chunk, by their place in it."""

    blank: frozenset[int] = frozenset()
    left_out: dict[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)
    faults: dict[int, list[str]] = field(default_factory=dict)


_NOTHING = Findings()


class Rules:
    """What is known of a table's rows from its header and its first rows.

    `kinds` holds the type of each column where (nearly) all cells of the sample agree, else None.
    """

    def __init__(self, header: Sequence[str], sample: Sequence[Sequence[str]]) -> None:
        self._header = [cell.strip() for cell in header]
        self._width = len(header)
        rows = [row for row in sample if len(row) == self._width]
        self._kinds = [
            kind if (kind := celltypes.column_type(column, share=0.97)) in _TYPED else None
            for column in zip(*rows, strict=True)
        ] or [None] * self._width
        # Where more than one cell was seen: columns whose cells all have digits, and those of which none is typed.
        filled = [[text for cell in column if (text := cell.strip())] for column in zip(*rows, strict=True)]
        self._digits = [len(column) > 1 and all(map(_has_digit, column)) for column in filled]
        self._untyped = [len(column) > 1 and not any(map(_is_typed, column)) for column in filled]
        # Among many rows, columns in which every cell is filled, and those in which none is.
        many = len(rows) >= _MANY
        self._full = [many and len(cells) == len(rows) for cells in filled]
        self._empty = [many and not cells for cells in filled]
        # A column of numbers or dates that has a cell in every row tells where a row was shifted.
        self._always = [
            kind is not None and all(cell.strip() for cell in column)
            for kind, column in zip(self._kinds, zip(*rows, strict=True), strict=False)
        ]

    def is_marked(self, firsts: Sequence[str]) -> bool:
        """Whether the first cells of rows hold anything that needs a second look."""
        if self._header[0] in firsts or not _TOTAL_WORDS.isdisjoint(firsts):
            return True
        if _INITIALS.isdisjoint({first[:1] for first in firsts}):
            return False
        together = "\n" + "\n".join(firsts).lower()
        return any(beginning in together for beginning in _BEGINNINGS)

    def left_out(self, row: Sequence[str]) -> str | None:
        """Why a row is not a row of data; None where it is one."""
        cells = [cell.strip() for cell in row]
        filled = [cell for cell in cells if cell]
        if not filled:
            return None
        names = [name for name in self._header if name]
        if self._width > 1 and filled == names and cells[: self._width] == self._header[: len(cells)]:
            return REPEATED
        first = _COUNT.sub("", filled[0])
        if self._width > 1 and first in _TOTAL_WORDS and _are_numbers(filled[1:]):
            return TOTALS
        if len(filled) * 2 <= self._width + 1 and self._width > 1:
            if first in _TOTAL_WORDS or (len(filled) == 1 and _FOOTER.match(first)):
                return TOTALS
            if len(cells) != self._width and _FOOTER.match(first):
                return TOTALS
        if len(filled) == 1 and len(cells) < self._width and first.startswith("#"):
            return REMARK
        return None

    def repair(self, row: Sequence[str], delimiter: str) -> list[str] | None:
        """A row with a cell too many or too few as it must have been meant; None where that is not certain."""
        if not any(self._kinds):
            return None
        if len(row) <= self._width:
            return self._only([self._opened(row, place) for place in range(len(row) + 1)])
        # A delimiter too many leaves an empty cell; one within a text cuts it in two.
        extra = len(row) - self._width
        closed = [
            [*row[:place], *row[place + extra :]]
            for place in range(self._width + 1)
            if not any(map(str.strip, row[place : place + extra]))
        ]
        ways = {place: self._glued(row, place, delimiter) for place in range(self._width)}
        # "Stone, Ada": a blank after the delimiter says that it stood within a text.
        spaced = [way for place, way in ways.items() if row[place + 1].startswith(" ")]
        usual = [way for way in closed if self.is_usual(way)]
        return self._only(usual) or self._only(list(ways.values())) or self._only(spaced)

    def is_shifted(self, row: Sequence[str]) -> bool:
        """Whether cells of a row stand in columns that they cannot belong to."""
        return not all(
            kind is None or celltypes.cell_type(cell) in (kind, celltypes.EMPTY)
            for kind, cell in zip(self._kinds, row, strict=False)
        )

    def names_anew(self, row: Sequence[str]) -> bool:
        """Whether a row repeats the header with columns fewer or more: so begins another table, blank row or not."""
        filled = [cell.strip() for cell in row if cell.strip()]
        names = [name for name in self._header if name]
        shorter, longer = sorted((filled, names), key=len)
        return len(filled) != len(names) and len(shorter) > 2 and longer[: len(shorter)] == shorter

    def begins_another(self, row: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
        """Whether a row after a blank one names the columns of another table; `following` are the rows below it."""
        cells = [cell.strip() for cell in row]
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or len(set(filled)) < len(filled) or not following:
            return False
        if any(celltypes.cell_type(cell) in _TYPED for cell in filled) or self.left_out(row) is not None:
            return False
        below = [cell for cell in following[0] if cell.strip()]
        if len(below) > len(filled):
            return False
        if self._signs_of_names(cells, following) > 1:
            return True
        if not any(celltypes.cell_type(cell) in _TYPED for cell in below):
            return False
        if len(trimmed(row)) > self._width or len(row) == len(following[0]) < self._width:
            return True
        return self.is_shifted(row) or self.is_shifted(following[0])

    def _signs_of_names(self, cells: Sequence[str], following: Sequence[Sequence[str]]) -> int:
        """How much speaks for cells being names of other columns, where their table is as wide as this one.

        A row of data may lack digits where the others have them (a customer's id "unknown"), or stand above a cell of
        another type; that both happens, or that every cell is a name that columns have, does not come by chance.
        """
        filled = [cell for cell in cells if cell]
        own = [name.casefold() for name in self._header if name]
        if not cells[0] or any(map(_has_digit, filled)) or own == [cell.casefold() for cell in filled]:
            return 0
        named = _are_known(filled)
        signs = 2 if named == len(filled) else 1 if named * 2 >= len(filled) and named > 1 else 0
        signs += bool(set(filled) & set(self._header))
        below = [[row[place].strip() for row in following if place < len(row)] for place in range(len(cells))]
        signs += any(
            had and column and all(map(_has_digit, column)) for had, column in zip(self._digits, below, strict=False)
        )
        signs += any(
            none and column and all(map(_is_typed, column)) for none, column in zip(self._untyped, below, strict=False)
        )
        return signs

    def fits(self, row: Sequence[str]) -> bool:
        """Whether the cells of a row are of their columns' types."""
        given = all(cell.strip() for cell, always in zip(row, self._always, strict=False) if always)
        return given and not self.is_shifted(row)

    def is_usual(self, row: Sequence[str]) -> bool:
        """Whether a row fits, and is filled and empty where all rows of the sample are."""
        return self.fits(row) and not any(
            (full and not cell.strip()) or (empty and cell.strip())
            for cell, full, empty in zip(row, self._full, self._empty, strict=False)
        )

    def _glued(self, row: Sequence[str], place: int, delimiter: str) -> list[str]:
        """The row with the cells from `place` on put together, as if their delimiter belonged to the text."""
        extra = len(row) - self._width + 1
        return [*row[:place], delimiter.join(row[place : place + extra]), *row[place + extra :]]

    def _opened(self, row: Sequence[str], place: int) -> list[str]:
        """The row with empty cells put in at `place`."""
        return [*row[:place], *[""] * (self._width - len(row)), *row[place:]]

    def _only(self, ways: Sequence[list[str]]) -> list[str] | None:
        """The one way that fits all types; the same result from several places is one way."""
        found = {tuple(way) for way in ways if self.fits(way)}
        return list(found.pop()) if len(found) == 1 else None


# In a narrower table a row of one cell may be a record of which the rest is missing.
_WIDE = 4
Ahead = Callable[[], list[list[str]]]


def is_footer(row: Sequence[str]) -> bool:
    """Whether a row that holds little begins like a total or a footer and has nothing but numbers beside that."""
    filled = [cell.strip() for cell in row if cell.strip()]
    if not filled or len(filled) * 2 > len(row) + 1 or not _FOOTER.match(filled[0]):
        return False
    return len(filled) == 1 or _are_numbers(filled[1:])


def trailer(rows: Sequence[Sequence[str]]) -> int:
    """Where below the last record a blank row begins what a report says of itself, a cell a row; else how many rows."""
    begins = len(rows)
    for place in reversed(range(len(rows))):
        filled = sum(1 for cell in rows[place] if cell.strip())
        if filled > 1 or len(rows[place]) < _WIDE or (filled and not rows[place][0].strip()):
            break
        begins = begins if filled else place
    return begins


class Sorter:
    """Sorts the rows of a table's chunks as they come; it remembers where a further table has begun.

    Parameters
    ----------
    repairs : bool
        Whether rows with a cell too many or too few are repaired: not in a file of rows that were rejected before.
    """

    def __init__(self, rules: Rules, delimiter: str, *, repairs: bool = True) -> None:
        self._repairs = repairs
        self._rules = rules
        self._delimiter = delimiter
        self._blank_before = False
        self._elsewhere = False

    def sort(self, rows: list[list[str]], width: int, ahead: Ahead = list) -> Findings:
        """Find what is not a row of the table, and bring every row to its width.

        Rows are changed in place. Chunks in which nothing is odd cost a look at the first cells only. `ahead` gives
        the rows that follow: what the last row of a chunk is may depend on them.
        """
        firsts = [row[0] if row else "" for row in rows]
        ragged = set(map(len, rows)) != {width}
        calm = not ragged and not self._elsewhere and not self._blank_before
        if calm and "" not in firsts and not self._rules.is_marked(firsts):
            return _NOTHING
        found = Findings(frozenset(place for place, row in enumerate(rows) if not any(row)))
        for place, row in enumerate(rows):
            self._look(rows, place, row, found, ahead)
            if len(row) != width:
                self._even_out(rows, place, row, width, found)
        return found

    def _look(self, rows: list[list[str]], place: int, row: list[str], found: Findings, ahead: Ahead) -> None:
        if not any(row):
            self._blank_before = True
            return
        word = self._rules.left_out(row)
        if word == REPEATED:
            self._elsewhere = False
        elif not self._elsewhere and (
            (self._blank_before and self._begins_another(rows, place, ahead)) or self._rules.names_anew(row)
        ):
            self._elsewhere = True
        self._blank_before = False
        if self._elsewhere:
            found.left_out[place] = ANOTHER
        elif word is not None:
            found.left_out[place] = word

    def _begins_another(self, rows: list[list[str]], place: int, ahead: Ahead) -> bool:
        """Whether another table begins here, or below a title that stands here."""
        near = rows[place : place + AHEAD]
        if len(near) < AHEAD:
            near = [*near, *ahead()][:AHEAD]
        until = next((at for at, row in enumerate(near) if at and not any(row)), len(near))
        following = near[:until]
        if len(following) == 1:
            following = [row for row in near if any(row)]
        if self._rules.begins_another(following[0], following[1:]):
            return True
        title = sum(1 for cell in rows[place] if cell.strip()) == 1
        return title and len(following) > 1 and self._rules.begins_another(following[1], following[2:])

    def _even_out(self, rows: list[list[str]], place: int, row: list[str], width: int, found: Findings) -> None:
        """Bring a row to the table's width: repaired where that is certain, else with its fault."""
        padded = row + [""] * (width - len(row))
        if len(row) > width and not any(map(str.strip, row[width:])) and self._rules.is_usual(row[:width]):
            rows[place] = row[:width]
            return
        rows[place] = padded[:width]
        if place in found.left_out or not any(row):
            return
        if len(row) < width and not self._rules.is_shifted(padded) and self._repairs:
            if not self._rules.is_usual(padded):
                found.repaired[place] = ragged(len(row), width)
            return
        repaired = self._rules.repair(row, self._delimiter) if self._repairs else None
        if repaired is not None:
            rows[place] = repaired
            found.repaired[place] = ragged(len(row), width)
        else:
            found.faults[place] = row


def table_starts(rows: Sequence[list[str]], sorter: Sorter, width: int) -> list[int]:
    """Places among a table's first rows where further tables begin."""
    out = sorter.sort([list(row) for row in rows], width).left_out
    places = sorted(place for place, word in out.items() if word == ANOTHER)
    return [place for place in places if place == places[0]]


def ragged(cells: int, width: int) -> str:
    """What is said of a row with another number of cells than the header."""
    return f"has {cells:,} cells where the header has {width:,}"


def is_ragged(why: str) -> bool:
    """Whether that is said of a row."""
    return _RAGGED.fullmatch(why) is not None


def _has_digit(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def _is_typed(cell: str) -> bool:
    """Whether a cell is a number, a date or an address."""
    return celltypes.cell_type(cell) in _TYPED


def _are_numbers(cells: Sequence[str]) -> bool:
    return bool(cells) and all(celltypes.cell_type(cell) == celltypes.NUMBER for cell in cells)


def _are_known(cells: Iterable[str]) -> int:
    """How many cells are names that columns of exports have."""
    own, others = _vocabulary()
    return sum(1 for cell in cells if normal(cell) in own or folded(cell) in others)


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """Names in this program's language as they are compared, and those of other languages."""
    own = frozenset(header for entity in ENTITIES.values() for header in known_headers(entity))
    others = frozenset(header for entity in ENTITIES.values() for header in synonyms(entity))
    return own - {""}, others - {""}
