"""Sheets of workbooks (XLSX, XLSM, XLSB, XLS, ODS) as rows of text.

Numbers are written as a person would (20, not 20.0), days and moments in ISO form, so that nothing depends on how a
cell happened to be formatted.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.values.errors import UserError
from services.sync.read.content import reading
from services.sync.read.stream import Chunk

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

# A workbook is unpacked in memory; beyond this it is no workbook that a table program has written.
_MOST_UNPACKED = 2 << 30
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
        workbook = _open(path)
        found = []
        for place, about in enumerate(workbook.sheets_metadata):
            if "Work" not in str(about.typ):
                continue
            sheet = workbook.get_sheet_by_index(place)
            found.append(Sheet(about.name, sheet.height, sheet.width, str(about.visible).endswith("Visible")))
    filled = [sheet for sheet in found if sheet.rows]
    if not filled:
        raise UserError(f"{path.name} is a workbook with nothing in it. Export it again, then import the new file.")
    return sorted(filled, key=lambda sheet: (not sheet.visible, -sheet.rows * sheet.columns))


def _open(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineError, PasswordError, load_workbook

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_UNPACKED:
                raise UserError(f"{path.name} is too large for a workbook: {_SAVE}.")
    try:
        return load_workbook(path)
    except PasswordError as problem:
        raise UserError(
            f"{path.name} is locked by a password: save it without one, then import that file."
        ) from problem
    except CalamineError as problem:
        raise UserError(
            f"{path.name} is a workbook that cannot be read (it is damaged, or of a kind that is not known): {_SAVE}."
        ) from problem


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

    def _cells(self) -> Iterator[list[Any]]:
        return iter(_open(self.path).get_sheet_by_name(self.sheet).iter_rows())


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
