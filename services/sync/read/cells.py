"""Cutting text into cells where the rules were not kept: quotes in quotes, quotes that never close, long delimiters.

A quotation mark opens a cell only at its start, and closes it only where a delimiter or the end of a line follows
(blanks between are allowed). So a mark in the middle of a cell is a letter like any other, and a mark that nobody
closes costs one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


# No cell of an irregular row reaches over more than this; what looks like one is a mark that was not closed.
_LONGEST_CELL = 1 << 20
# Delimiters that are no sign: runs of blanks (leading ones ignored), and places in the line.
BLANKS = "blanks"
FIXED = "fixed"
# What needs quotes by the standard, what another program may take for a quote, a remark or an escape, and blanks at the
# ends, which many readers drop.
_NEEDS_QUOTES = re.compile(r"[\",\r\n\\]|^[\s'#]|\s$|^sep=", re.IGNORECASE)


def trimmed(cells: Sequence[str], least: int = 0) -> list[str]:
    """Cells without the empty ones at their end, down to as many as `least`."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return list(cells[:end])


class Record(NamedTuple):
    """One row of cells.

    Attributes
    ----------
    cells : list of str
    quoted : list of bool
        Which of them stood in quotes.
    regular : bool
        Whether every quotation mark stood where the rules want it.
    lines : list of str
        The lines of the file that it took, where it took more than one or is not regular; else empty.
    """

    cells: list[str]
    quoted: list[bool]
    regular: bool
    lines: list[str]


_NOTHING = Record([], [], True, [])


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs that a text is cut by; quote and escape may be empty. `skip` leaves blanks before cells out."""

    delimiter: str
    quote: str
    escape: str
    skip: bool = False


@lru_cache(maxsize=128)
def _patterns(marks: Marks) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What opens a quoted cell; and what may come in it: its end (groups 1 and 2), or a mark that is text."""
    quote, delimiter = re.escape(marks.quote), re.escape(marks.delimiter)
    gap = "[ \t]*" if not marks.delimiter.isspace() else ""
    before = " *" if marks.skip else ""
    escaped = f"{re.escape(marks.escape)}.|" if marks.escape else ""
    closing = f"({quote}{gap}(?:({delimiter})|[\r\n]|\\Z))"
    return re.compile(f"{before}{quote}"), re.compile(f"{escaped}{quote}{quote}|{closing}|{quote}", re.DOTALL)


class Splitter:
    """Cuts lines into records, forgiving what breaks the rules of quoting."""

    def __init__(self, marks: Marks, lines: Iterable[str]) -> None:
        self._marks = marks
        self._lines = iter(lines)
        self._waiting: deque[str] = deque()
        self._taken = 0
        # Up to this line no end of a quoted cell is to be found: a second mark before it need not look again.
        self._closed_nowhere_until = 0
        self._opening: re.Pattern[str] | None = None
        self._inside: re.Pattern[str] | None = None
        if marks.quote:
            self._opening, self._inside = _patterns(marks)

    def __iter__(self) -> Iterator[Record]:
        while (line := self._next()) is not None:
            yield self._record(line)

    def put_back(self, lines: list[str]) -> None:
        """Let lines that were taken be cut again, each for itself."""
        self._waiting.extendleft(reversed(lines))
        self._taken -= len(lines)

    def _next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        self._taken += line is not None
        return line

    def _record(self, line: str) -> Record:
        marks = self._marks
        if (not marks.quote or marks.quote not in line) and (not marks.escape or marks.escape not in line):
            text = line.rstrip("\r\n")
            if not text:
                return _NOTHING
            cells = text.split(marks.delimiter)
            if marks.skip:
                cells = [cell.lstrip(" ") for cell in cells]
            return Record(cells, [False] * len(cells), True, [])
        return self._marked(line)

    def _marked(self, line: str) -> Record:
        """Cut a line in which quotes or escapes stand."""
        cells: list[str] = []
        quoted: list[bool] = []
        lines, regular, place = [line], True, 0
        ended, hopeless = False, False
        while not ended:
            opening = self._opening.match(line, place) if self._opening and not hopeless else None
            found = self._quoted(line, opening.end()) if opening else None
            if found is None:
                # Where no mark closes a cell behind this one, none closes one that opens further on in the line.
                hopeless = hopeless or opening is not None
                cell, place, ended = self._bare(line, place)
                regular = regular and not (self._marks.quote and self._marks.quote in cell)
                quoted.append(False)
                cells.append(self._unescaped(cell))
                continue
            raw, more, place, ended = found
            if more:
                lines += more
                line = more[-1]
            cell, kept = self._plain(raw)
            regular = regular and kept
            quoted.append(True)
            cells.append(cell)
        return Record(cells, quoted, regular, lines if len(lines) > 1 or not regular else [])

    def _bare(self, line: str, place: int) -> tuple[str, int, bool]:
        """The unquoted cell that begins at `place`, where the next one begins, and whether the line ends before it."""
        delimiter, escape = self._marks.delimiter, self._marks.escape
        at = line.find(delimiter, place)
        while escape and at > place and line[at - 1] == escape:
            at = line.find(delimiter, at + 1)
        cell = line[place:at] if at >= 0 else line[place:].rstrip("\r\n")
        return cell.lstrip(" ") if self._marks.skip else cell, at + len(delimiter), at < 0

    def _quoted(self, line: str, begin: int) -> tuple[str, list[str], int, bool] | None:
        """The text of a quoted cell, the lines it took, where it ends and whether the row does; None without an end."""
        assert self._inside is not None
        parts: list[str] = []
        more: list[str] = []
        length = 0
        while True:
            for found in self._inside.finditer(line, begin):
                if found[1] is not None:
                    parts.append(line[begin : found.start()])
                    return "".join(parts), more, found.end(), found[2] is None
            parts.append(line[begin:])
            length += len(line) - begin
            following = None
            if self._taken >= self._closed_nowhere_until and length <= _LONGEST_CELL:
                following = self._next()
            if following is None:
                self._closed_nowhere_until = max(self._closed_nowhere_until, self._taken)
                self.put_back(more)
                return None
            more.append(following)
            line, begin = following, 0

    def _plain(self, raw: str) -> tuple[str, bool]:
        """The text of a quoted cell, and whether all its marks were doubled or escaped."""
        quote, escape = self._marks.quote, self._marks.escape
        if quote not in raw and not (escape and escape in raw):
            return raw, True
        if not escape:
            text = raw.replace(quote * 2, quote)
            return text, quote not in raw.replace(quote * 2, "")
        parts = re.split(f"({re.escape(escape)}.|{re.escape(quote * 2)})", raw, flags=re.DOTALL)
        regular = not any(quote in part for part in parts[0::2])
        parts[1::2] = [quote if part == quote * 2 else self._unescaped(part) for part in parts[1::2]]
        return "".join(parts), regular

    def _unescaped(self, text: str) -> str:
        """Text without the escapes before signs that need one; others stay, because they say something (\\n)."""
        marks = self._marks
        if not marks.escape or marks.escape not in text:
            return text
        signs = re.escape(f"{marks.quote}{marks.escape}{marks.delimiter}\"'")
        return re.sub(f"{re.escape(marks.escape)}([{signs}])", r"\1", text)


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


def write_rows(file: SupportsWrite[str], rows: Iterable[Sequence[str]]) -> int:
    """Write rows and return how many; `file` is opened with ``newline=""``."""
    count = 0
    for row in rows:
        line = ",".join(map(_cell, row))
        # A line with nothing on it would be no row.
        file.write(f"{line or _quoted(line)}\r\n")
        count += 1
    return count


def _cell(text: str) -> str:
    return _quoted(text) if _NEEDS_QUOTES.search(text) else text


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
