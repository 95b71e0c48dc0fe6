"""Any file becomes a table of text."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.sync import read_table


def rows_of(path: Path) -> list[list[str]]:
    return [row for batch in read_table(path).batches(rows=3) for row in batch.rows]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, expected: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Name,City\nCafé Émile,Zürich\nJosé,São Paulo\n".encode(encoding))
    table = read_table(path)
    assert table.dialect.encoding == expected
    assert table.columns == ("Name", "City")
    assert rows_of(path) == [["Café Émile", "Zürich"], ["José", "São Paulo"]]


def test_latin_1_is_known_by_bytes_that_windows_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Name,City\nCafé \x81,Zürich\n".encode("latin-1"))
    assert read_table(path).dialect.encoding == "latin-1"


def test_a_character_between_two_blocks_does_not_break_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    line = "x" * 62 + "é\n"
    path.write_text("Name,City\n" + "a,b\n" + f"a,{line}" * 40_000, encoding="utf-8")
    assert read_table(path).dialect.encoding == "utf-8"


def test_a_few_broken_bytes_do_not_make_a_utf_8_file_windows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"Name,City\n" + "Jürgen,Zürich\n".encode() * 100 + b"Bad\xff,x\n")
    table = read_table(path)
    assert table.dialect.encoding == "utf-8"
    assert table.warnings and "broken" in table.warnings[0]
    assert rows_of(path)[0] == ["Jürgen", "Zürich"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    rows = [["Name", "Amount", "Note"], ["Ada", "1,5", "a; b"], ["Ben", "2,25", "x, y | z"], ["Cy", "3", ""]]
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    table = read_table(path)
    assert table.dialect.delimiter == delimiter
    assert [list(table.columns), *rows_of(path)] == rows


def test_prose_with_commas_does_not_beat_semicolons(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id;text;amount\n1;Well, yes, it came;1,50\n2;No, never, not once;2,75\n3;Fine, thanks;3,00\n", encoding="utf-8"
    )
    assert read_table(path).dialect.delimiter == ";"


def test_blanks_separate_where_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(" customer_id  date  value\r\n 00001 19970101   11.77\r\n 00002 19970112   12.00\r\n", newline="")
    table = read_table(path)
    assert table.columns == ("customer_id", "date", "value")
    assert rows_of(path) == [["00001", "19970101", "11.77"], ["00002", "19970112", "12.00"]]


def test_a_column_of_names_is_not_cut_at_its_blanks(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("name\nAda Stone\nBen Frost\nCy Moor\n")
    assert rows_of(path) == [["Ada Stone"], ["Ben Frost"], ["Cy Moor"]]


def test_a_file_without_header_gets_numbered_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        " 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n 00021 0002 19970101  3   63.34\n"
    )
    table = read_table(path)
    assert table.dialect.header_row is None
    assert table.columns == tuple(f"column {place}" for place in range(1, 6))
    assert len(rows_of(path)) == 3


def test_titles_before_the_header_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Sales report\n\nid,name,amount\n1,Ada,2.50\n2,Ben,3.50\n")
    table = read_table(path)
    assert table.columns == ("id", "name", "amount")
    assert table.dialect.header_row == 2
    assert rows_of(path) == [["1", "Ada", "2.50"], ["2", "Ben", "3.50"]]


def test_a_sep_line_is_obeyed_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nid;name\n1;Ada, B\n2;Ben, C\n")
    table = read_table(path)
    assert (table.dialect.delimiter, table.columns) == (";", ("id", "name"))
    assert rows_of(path) == [["1", "Ada, B"], ["2", "Ben, C"]]


def test_blank_and_repeated_headers_get_names_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,,name,name\n1,2,3,4\n5,6,7,8\n")
    assert read_table(path).columns == ("id", "column 2", "name", "name (2)")


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"id,name\n1,Ada\n2,Ben\n"))
    assert read_table(path).dialect.compressed
    assert rows_of(path) == [["1", "Ada"], ["2", "Ben"]]


def test_short_rows_are_filled_and_long_ones_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n1,2\n1,2,3,4\n,,\n1,2,3,\n")
    (batch,) = read_table(path).batches()
    assert batch.rows == [["1", "2", "3"], ["1", "2", ""], ["1", "2", "3"], ["", "", ""], ["1", "2", "3"]]
    assert batch.overlong == {2: ["1", "2", "3", "4"]}
    assert batch.blank == {3}


def test_nul_bytes_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n" + b"1,Ada\n" * 200 + b"2,B\x00en\n")
    assert rows_of(path)[-1] == ["2", "Ben"]


_CELL = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff\x85\u2028\u2029"),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=15),
    breaks=st.lists(st.sampled_from(["", "\n", "\r\n", '"', ",", '""\n,']), min_size=15, max_size=15),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], breaks: list[str]
) -> None:
    """Whatever stands in the cells, a quoted file is read as it was written."""
    rows = [[cells[0] + extra, *cells[1:]] for cells, extra in zip(rows, breaks, strict=False)]
    # Where \" is all that a file has of either, it may as well be an escaped quotation mark.
    assume(not any('\\"' in cell for row in rows for cell in row))
    path = tmp_path_factory.mktemp("read") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["order id", "first text", "second text"])
        writer.writerows(rows)
    try:
        table = read_table(path)
    except UserError as problem:
        assert "no rows" in str(problem)
        assert not any(cell.strip() for row in rows for cell in row)
        return
    assert table.columns == ("order id", "first text", "second text")
    assert [row for batch in table.batches(rows=4) for row in batch.rows] == rows
