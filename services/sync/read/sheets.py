"""Files that hold several tables: the files of an archive, and the sheets of workbooks (XLSX, XLSM, XLSB, XLS, ODS).

An archive of several files is as many exports, each read by itself; so are the sheets of a workbook offered.

Numbers of a sheet are written as a person would (20, not 20.0), days and moments in ISO form, so that nothing depends
on how a cell happened to be formatted.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.values.errors import BellwetherError, UserError
from models.values.reading import Doubt, ReadingChoice, ReadingOption
from services.sync.read.content import container_of, members_of, reading
from services.sync.read.stream import Chunk

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook


# Beyond these no table program has written it: its size unpacked, and what packing can save of it.
_MOST_UNPACKED = 4 << 30
_MOST_PACKED = 150
_SMALL = 64 << 20
# A workbook with a larger sheet is not unpacked in memory (which takes some nine times its rows) but read as it comes,
# several times slower. So is one whose cells lie far apart: memory would hold every empty cell between them, at 31
# bytes each (measured).
_LARGE_SHEET = 160 << 20
_MOST_PLACES = 6_000_000
_BLOCK = 1 << 20
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]* r=["'](\d{1,7})["']""")
_FAR_CELL = re.compile(rb""" r=["']([A-Z]{2,3})(\d{1,7})["']""")
_SAVE = "open it where it was made and save it as CSV, then import that file"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name, its size, and whether people see it."""

    name: str
    rows: int
    columns: int
    visible: bool


def sheets_of(path: Path) -> list[Sheet]:
    """The sheets of a workbook that have anything in them, the fullest that people see first.

    Raises
    ------
    UserError
        It is locked, damaged, or has nothing in it.
    """
    with reading(path):
        found = _sheets_as_they_come(path) if _is_large(path) else _sheets_at_once(path)
    filled = [sheet for sheet in found if sheet.rows]
    if not filled:
        raise UserError(f"{path.name} is a workbook with nothing in it. Export it again, then import the new file.")
    return sorted(filled, key=lambda sheet: (not sheet.visible, -sheet.rows * sheet.columns))


def _sheets_at_once(path: Path) -> list[Sheet]:
    workbook = _open(path)
    found = []
    with _reading_sheets(path):
        for place, about in enumerate(workbook.sheets_metadata):
            if "Work" in str(about.typ):
                sheet = workbook.get_sheet_by_index(place)
                seen = str(about.visible).endswith(".Visible")
                found.append(Sheet(about.name, sheet.height, sheet.width, seen))
    return found


def _is_large(path: Path) -> bool:
    """Whether a workbook has a sheet that memory should not hold.

    Raises
    ------
    UserError
        It unpacks to more than any table program writes.
    """
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > _MOST_UNPACKED or unpacked > max(_SMALL, _MOST_PACKED * path.stat().st_size):
            raise UserError(f"{path.name} unpacks to {unpacked >> 20:,} MB, too much for a workbook: {_SAVE}.")
        sheets = [info for info in archive.infolist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", info.filename)]
        return any(info.file_size > _LARGE_SHEET or _places(archive, info) > _MOST_PLACES for info in sheets)


def _places(archive: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> int:
    """Return how many cells, empty ones too, lie between the first and the last cell of a sheet; a bound from above."""
    rows, columns, rest = 1, 26, b""
    with archive.open(sheet) as stream:
        while block := stream.read(_BLOCK):
            block = rest + block
            rows = max(rows, *map(int, _ROW.findall(block)), 0)
            for letters, row in _FAR_CELL.findall(block):
                rows, columns = max(rows, int(row)), max(columns, _column(letters))
            rest = block[-64:]
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheets_as_they_come(path: Path) -> list[Sheet]:
    found = []
    with _streaming(path) as workbook:
        for sheet in workbook.worksheets:
            rows, columns = sheet.max_row, sheet.max_column
            found.append(Sheet(sheet.title, rows or 1, columns or 1, sheet.sheet_state == "visible"))
    return found


@contextmanager
def _streaming(path: Path) -> Iterator[Any]:
    """A workbook whose rows are read as they come; what is wrong with it is said in a sentence."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            yield workbook
        finally:
            workbook.close()
    except (InvalidFileException, SyntaxError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise UserError(
            f"{path.name} is a workbook that cannot be read (damaged, or of an unknown kind): {_SAVE}."
        ) from problem


def _open(path: Path) -> CalamineWorkbook:
    from python_calamine import load_workbook

    with _reading_sheets(path):
        return load_workbook(path)


@contextmanager
def _reading_sheets(path: Path) -> Iterator[None]:
    """Turn what the reader of workbooks says of a damaged one into a sentence.

    It is written in Rust: where it trips over damage that it does not foresee it panics, and that passes by Exception.
    """
    from python_calamine import CalamineError, PasswordError

    damaged = f"{path.name} is a workbook that cannot be read (damaged, or of an unknown kind): {_SAVE}."
    try:
        yield
    except PasswordError as problem:
        raise UserError(
            f"{path.name} is locked with a password: save it without one, then import that file."
        ) from problem
    except CalamineError as problem:
        raise UserError(damaged) from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise UserError(damaged) from None


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet."""

    path: Path
    sheet: str
    total: int

    def chunks(self, size: int, first: int) -> Iterator[Chunk]:
        """Rows from row `first` on (from 0), `size` at a time."""
        rows = self._cells()
        done = sum(1 for _ in islice(rows, first))
        while found := [list(map(cell_text, row)) for row in islice(rows, size)]:
            done += len(found)
            yield Chunk(found, min(1.0, done / max(1, self.total)), {})

    def _cells(self) -> Iterator[Iterable[Any]]:
        if _is_large(self.path):
            with _streaming(self.path) as streamed:
                sheet = streamed[self.sheet]
                sheet.reset_dimensions()  # else each row is filled up to the farthest cell
                yield from sheet.iter_rows(values_only=True)
            return
        workbook = _open(self.path)
        with _reading_sheets(self.path):
            rows = iter(workbook.get_sheet_by_name(self.sheet).iter_rows())
        while True:
            with _reading_sheets(self.path):
                row = next(rows, None)
            if row is None:
                return
            yield row


def cell_text(value: Any) -> str:
    """A cell as text."""
    if value.__class__ is str:
        return value
    if value.__class__ is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if value is None:
        return ""
    if value.__class__ is bool:
        return "TRUE" if value else "FALSE"
    return _moment_text(value)


def _moment_text(value: Any) -> str:
    if isinstance(value, datetime):
        whole = value.time() == time.min
        return value.date().isoformat() if whole else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def of_each_member(path: Path, choice: ReadingChoice) -> tuple[ReadingChoice, ...]:
    """Return how each file of an archive with several is read; of any other file the choice that is given.

    So is what cannot be opened, as reading it says what is wrong with it.
    """
    if choice.member is not None:
        return (choice,)
    try:
        container, _ = container_of(path)
        members = members_of(path) if container == "zip" else []
    except BellwetherError:
        return (choice,)
    if len(members) < 2:
        return (choice,)
    return tuple(replace(choice, member=member.filename) for member in members)


def member_of(path: Path, choice: ReadingChoice) -> str:
    """The file of an archive that a person chose, or its only one.

    Raises
    ------
    UserError
        It has none of that name.
    Doubt
        It has several.
    """
    found = members_of(path)
    if choice.member is not None:
        named = [info.filename for info in found if choice.member in (info.filename, Path(info.filename).name)]
        if not named:
            names = ", ".join(info.filename for info in found[:12])
            raise UserError(f"{path.name} has no file “{choice.member}” in it. There are {names}.")
        return named[0]
    if len(found) > 1:
        options = tuple(member_option(info.filename, info.file_size, choice) for info in found[:12])
        raise Doubt(f"{path.name} holds {len(found)} files.", options)
    return found[0].filename


def member_option(name: str, size: int, choice: ReadingChoice) -> ReadingOption:
    """A file of an archive, as it is offered."""
    words_of_size = f"{max(1, round(size / 1024)):,} KB"
    return ReadingOption(f"{name}, {words_of_size}", replace(choice, member=name), f"--member '{name}'")


def sheet_option(sheet: Sheet, choice: ReadingChoice) -> ReadingOption:
    """A sheet of a workbook, as it is offered."""
    hidden = "" if sheet.visible else ", hidden"
    return ReadingOption(
        f"sheet “{sheet.name}”, {sheet.rows:,} rows{hidden}",
        replace(choice, sheet=sheet.name),
        f"--sheet '{sheet.name}'",
    )
