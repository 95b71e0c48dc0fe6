"""What a file is packed as is found in its bytes, not in its name."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook

from models.values.errors import UserError
from models.values.reading import Doubt, ReadingChoice
from services.sync import read_table
from tests.services.sync.read.made import made, rows_of


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], hidden: Sequence[str] = ()) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def archive(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_a_workbook_is_read_whatever_its_name_and_its_cells_are_text(tmp_path: Path) -> None:
    rows = [
        ["id", "name", "day", "at", "hour", "share", "paid"],
        [20.0, "Ada", date(2026, 1, 2), datetime.fromisoformat("2026-01-02 03:04:05"), time(9, 30), 0.125, True],
        [85004, None, date(2026, 1, 3), datetime.fromisoformat("2026-01-03"), time(10, 0), 1e-7, False],
    ]
    path = workbook(tmp_path / "a.csv", {"Orders": rows})
    table = read_table(path)
    assert table.columns == tuple(rows[0])
    assert rows_of(path) == [
        ["20", "Ada", "2026-01-02", "2026-01-02 03:04:05", "09:30:00", "0.125", "TRUE"],
        ["85004", "", "2026-01-03", "2026-01-03", "10:00:00", "1e-07", "FALSE"],
    ]
    assert table.dialect.as_dict()["sheet"] == "Orders"
    assert table.dialect.in_words() == "workbook, sheet “Orders”"


def test_the_fullest_sheet_that_people_see_is_taken_and_the_others_are_offered(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "Notes": [["note"], ["x"]],
            "Sales": [["id", "total"], [1, 2], [3, 4]],
            "Empty": [],
            "Raw": [["id", "total"], *[[1, 2]] * 30],
        },
        hidden=["Raw"],
    )
    table = read_table(path)
    assert table.dialect.sheet == "Sales"
    assert {option.choice.sheet for option in table.reading.others} == {"Notes", "Raw"}
    assert any("“Notes”" in warning for warning in table.warnings)
    assert len(rows_of(path, ReadingChoice(sheet="raw"))) == 30
    with pytest.raises(UserError, match="no sheet “Nope”"):
        read_table(path, ReadingChoice(sheet="Nope"))


def test_a_large_sheet_is_read_as_it_comes_and_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["id", "name", "day", "sum"], *([n, f"name {n}", date(2026, 1, 2), n / 8] for n in range(1200))]
    path = workbook(tmp_path / "a.xlsx", {"A": rows, "B": [["x"], ["y"]]}, hidden=["B"])
    at_once = rows_of(path, at_once=500)
    monkeypatch.setattr("services.sync.read.sheets._LARGE_SHEET", 1000)
    assert rows_of(path, at_once=500) == at_once
    assert read_table(path).reading.others[0].choice.sheet == "B"
    assert len(at_once) == 1200


def test_titles_and_totals_of_a_sheet_are_told_from_its_table(tmp_path: Path) -> None:
    rows = [["Sales by customer"], [], ["Customer", "Email", "Total"], ["Ada", "ada@x.example", 5]]
    rows += [["Ben", "ben@x.example", 7], ["Grand Total", None, 12]]
    path = workbook(tmp_path / "a.xlsx", {"Report": rows})
    assert read_table(path).columns == ("Customer", "Email", "Total")
    assert rows_of(path) == [["Ada", "ada@x.example", "5"], ["Ben", "ben@x.example", "7"]]


def test_an_archive_with_one_file_is_that_file(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.csv", {"export/orders.csv": b"id,name\n1,Ada\n", "__MACOSX/._orders.csv": b"\0\5"})
    table = read_table(path)
    assert rows_of(path) == [["1", "Ada"]]
    assert (table.dialect.member, table.dialect.compressed) == ("export/orders.csv", True)


def test_an_archive_with_several_files_asks_which(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"orders.csv": b"id,name\n1,Ada\n", "people.csv": b"id,name\n2,Ben\n"})
    with pytest.raises(Doubt, match=r"--member 'orders\.csv'") as caught:
        read_table(path)
    found = [rows_of(path, option.choice) for option in caught.value.options]
    assert found == [[["1", "Ada"]], [["2", "Ben"]]]
    assert [option.choice.member for option in caught.value.options] == ["orders.csv", "people.csv"]
    with pytest.raises(UserError, match=r"no file “x\.csv”"):
        read_table(path, ReadingChoice(member="x.csv"))


def test_a_large_packed_file_is_read_in_pieces(tmp_path: Path) -> None:
    text = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(40_000))
    for path in (made(tmp_path, gzip.compress(text)), archive(tmp_path / "a.zip", {"a.csv": text})):
        shares = [batch.share for batch in read_table(path).batches()]
        assert len(shares) == 80
        assert shares == sorted(shares) and 0 < shares[0] <= shares[-1] <= 1


def locked_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a.csv", b"id,name\n1,Ada\n")
    content = bytearray(stream.getvalue())
    for place in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[place] |= 1
    return bytes(content)


def of_kind(kind: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(kind, b"application/vnd.oasis.opendocument.text")
        packed.writestr("content.xml", b"<x/>")
    return stream.getvalue()


REFUSED = {
    "word": (of_kind("word/document.xml"), "text document"),
    "letter": (of_kind("mimetype"), "office document"),
    "locked": (locked_archive(), "locked with a password"),
    "nothing": (b"PK\x05\x06" + bytes(18), "nothing in it"),
    "twice": (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "packed twice"),
    "film": (b"\0\0\0\x20ftypisom" + bytes(40), "picture or a video"),
    "photo": (b"\xff\xd8\xff\xe0" + bytes(40), "a picture"),
    "feed": (b"\n <html><head>", "web page"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_table_is_named(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(UserError, match=words) as caught:
        read_table(made(tmp_path, content))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_workbook_cut_short_is_refused_in_a_sentence(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", {"A": [["id", "name"], [1, "Ada"]]}).read_bytes()
    for end in range(64, len(whole), 997):
        with pytest.raises(UserError, match="CSV"):
            read_table(made(tmp_path, whole[:end], "cut.xlsx"))


def test_a_file_of_an_archive_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "exports.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "id,total\n1,5\n")
        archive.writestr("readme.txt", "These are the exports of the quarter.")
    with pytest.raises(UserError, match=r"exports\.zip › readme\.txt has a header but no rows"):
        read_table(path, ReadingChoice(member="readme.txt"))
