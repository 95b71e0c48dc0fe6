"""Files that would take all memory or hours: each is read in bounded work, or refused in a sentence."""

from __future__ import annotations

import gzip
import os
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from models.values.errors import UserError
from services.sync import read_table
from services.sync.read import content
from tests.services.sync.read.made import made, rows_of

HEADER = ("customer_id", "email")
ROWS = [["1", "ada@example.com"], ["2", "bo@example.com"]]


def with_stray_cell(path: Path, cell: str) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *ROWS):
        sheet.append(row)
    sheet[cell] = "x"
    book.save(path)
    return path


@pytest.mark.parametrize(("cell", "width"), [("ZZ20000", 702), ("XFD9000", 1 << 14)])
def test_one_stray_cell_does_not_make_a_sheet_of_millions_of_cells(tmp_path: Path, cell: str, width: int) -> None:
    path = with_stray_cell(tmp_path / "a.xlsx", cell)
    batches = list(read_table(path).batches(rows=1_000))
    assert read_table(path).columns == HEADER and batches[0].rows[:2] == ROWS
    assert sum(len(row) for batch in batches for row in batch.rows) < 60_000
    assert [len(row) for batch in batches for row in batch.overlong.values()] == [width]


def test_the_last_place_of_a_sheet_is_no_more_than_a_row_far_below(tmp_path: Path) -> None:
    table = read_table(with_stray_cell(tmp_path / "a.xlsx", "XFD1048576"))
    assert table.columns == HEADER and [list(row) for row in table.sample[:2]] == ROWS


def test_a_workbook_that_only_unpacks_is_refused(tmp_path: Path) -> None:
    book = with_stray_cell(tmp_path / "small.xlsx", "C1")
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(book) as small, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in small.namelist():
            bomb.writestr(name, small.read(name) + (b" " * (70 << 20) if "sheet1" in name else b""))
    with pytest.raises(UserError, match=r"bomb.xlsx unpacks to 70 MB, too much for a workbook: open it where"):
        read_table(path)


def test_a_line_that_does_not_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "line.csv.gz"
    path.write_bytes(gzip.compress(b"id,note\n1," + b"a" * (40 << 20)))
    with pytest.raises(UserError, match=r"line.csv.gz has a line of more than 32 MB, so it is not a table"):
        read_table(path)


def test_a_text_that_only_unpacks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_FREELY_UNPACKED", 1 << 20)
    rows = b"id,email\n" + b"1,ada@example.com\n" * 500_000
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows, 9))
    with pytest.raises(UserError, match=r"rows.csv.gz unpacks to more than 300 times its size"):
        read_table(path)
    archive = tmp_path / "rows.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("rows.csv", rows)
    with pytest.raises(UserError, match=r"rows.zip › rows.csv unpacks to more than 300 times its size"):
        read_table(archive)


def test_an_archive_of_thousands_of_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(201):
            packed.writestr(f"{number}.csv", "id\n1\n")
    with pytest.raises(UserError, match=r"many.zip holds 201 files; at most 200 are read at once"):
        read_table(path)


@pytest.mark.parametrize("letters", ["a", "1", "9.", "a@", "-", "=HYPERLINK("])
def test_a_long_unbroken_text_is_a_cell_like_any_other(tmp_path: Path, letters: str) -> None:
    long = (letters * 200_000)[:200_000]
    path = made(tmp_path, f"id,email,day,amount,note\n1,{long},{long},{long},{long}\n2,b@c.co,2026-01-02,3.5,fine\n")
    table = read_table(path)
    assert table.columns == ("id", "email", "day", "amount", "note")
    assert rows_of(path) == [["1", long, long, long, long], ["2", "b@c.co", "2026-01-02", "3.5", "fine"]]


def test_a_first_row_longer_than_the_sample_is_a_row(tmp_path: Path) -> None:
    text = "words, and more\n" * 9_000
    path = made(tmp_path, f'id,note,email\n1,"{text}",ada@example.com\n2,short,bo@example.com\n')
    assert [row[0::2] for row in rows_of(path)] == [["1", "ada@example.com"], ["2", "bo@example.com"]]


def test_a_file_that_somebody_writes_to_meanwhile_is_asked_for_again(tmp_path: Path) -> None:
    path = made(tmp_path, "id,email\n" + "".join(f"{number},a{number}@b.co\n" for number in range(40)))
    batches = read_table(path).batches(rows=10)
    next(batches)
    with path.open("a") as file:
        file.write("41,late@b.co\n")
    os.utime(path, ns=(0, 1))
    with pytest.raises(UserError, match=r"a.csv changed during the import. Nothing was imported"):
        list(batches)
