"""Delimiter, quote and escape are found by evidence, said with it, and overridden by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import UserError
from models.values.reading import Doubt, ReadingChoice
from services.sync import read_table
from tests.benchmarks.bench_reading import GOAL, score
from tests.services.sync.read.made import made, rows_of

PEOPLE = [["Ada Stone", "Basel", "2026-01-02"], ["Ben Frost", "Bern", "2026-01-03"], ["Cy Moor", "Chur", "2026-02-04"]]


def test_most_true_dialects_of_the_public_collection_are_found(data_dir: Path) -> None:
    tried, misses = score(data_dir / "csv" / "wrangling")
    assert tried > 100
    assert len(misses) <= (1 - GOAL) * tried, misses


@pytest.mark.parametrize("delimiter", ["#", "~", "^", "\x01", "\x1f", "||", "::", "~|~", ";;", "!"])
def test_rare_and_long_delimiters_are_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["name", "city", "since"], *PEOPLE]
    path = made(tmp_path, "".join(delimiter.join(row) + "\n" for row in rows))
    assert read_table(path).dialect.delimiter == delimiter
    assert rows_of(path) == PEOPLE


def test_a_long_delimiter_in_quotes_is_text(tmp_path: Path) -> None:
    path = made(tmp_path, 'name||note\nAda||"one || two"\nBen||three\nCy||four\n')
    assert rows_of(path) == [["Ada", "one || two"], ["Ben", "three"], ["Cy", "four"]]


def test_comma_and_blank_with_decimal_commas_is_one_delimiter(tmp_path: Path) -> None:
    path = made(tmp_path, "name, price, weight\nAda, 1,5, 2,25\nBen, 2,75, 3,5\nCy, 3,0, 4,75\n")
    assert read_table(path).dialect.delimiter == ", "
    assert rows_of(path)[1] == ["Ben", "2,75", "3,5"]


def test_blanks_after_delimiters_are_no_part_of_cells(tmp_path: Path) -> None:
    path = made(tmp_path, '"name", "note"\n"Ada", "a, b"\n"Ben", ""\n')
    assert rows_of(path) == [["Ada", "a, b"], ["Ben", ""]]


def test_apostrophes_around_cells_are_quotes(tmp_path: Path) -> None:
    path = made(tmp_path, "'name','note'\n'Ada','it''s, well'\n'Ben','x'\n")
    assert read_table(path).dialect.quote == "'"
    assert rows_of(path) == [["Ada", "it's, well"], ["Ben", "x"]]


def test_an_apostrophe_before_a_number_is_no_quote(tmp_path: Path) -> None:
    path = made(tmp_path, "order,zip\n1,'85004\n2,'85005\n3,'00501\n")
    assert read_table(path).dialect.quote == '"'
    assert rows_of(path)[0] == ["1", "'85004"]


def test_escaped_quotes_are_read_and_other_escapes_stay(tmp_path: Path) -> None:
    path = made(tmp_path, '"name","note"\n"Ada","she said \\"hi\\", twice"\n"Ben","C:\\new"\n')
    assert read_table(path).dialect.escape == "\\"
    assert rows_of(path) == [["Ada", 'she said "hi", twice'], ["Ben", "C:\\new"]]


def test_quotes_inside_quoted_cells_are_text(tmp_path: Path) -> None:
    path = made(tmp_path, 'id,size,city\n1,"a 5" pipe, long","Bern"\n2,"plain","Basel"\n3,"more","Chur"\n')
    assert rows_of(path)[0] == ["1", 'a 5" pipe, long', "Bern"]


def test_a_mark_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    path = made(tmp_path, 'id,name\n1,"Ada\n2,Ben\n3,Cy\n4,Zed"x\n')
    assert rows_of(path) == [["1", '"Ada'], ["2", "Ben"], ["3", "Cy"], ["4", 'Zed"x']]


def test_line_ends_may_be_mixed(tmp_path: Path) -> None:
    path = made(tmp_path, b'id,name\r\n1,Ada\n2,"B\r\nen"\r3,Cy\r\n')
    assert rows_of(path) == [["1", "Ada"], ["2", "B\r\nen"], ["3", "Cy"]]


def test_one_column_of_decimal_commas_is_not_two(tmp_path: Path) -> None:
    assert rows_of(made(tmp_path, "Price\n1,50\n2,75\n12,00\n")) == [["1,50"], ["2,75"], ["12,00"]]


def test_columns_of_fixed_width_are_cut_where_blanks_run_down(tmp_path: Path) -> None:
    lines = [f"{'name':<14}{'city':<12}{'amount':>8}"]
    lines += [f"{'Ada Stone':<14}{'Sankt Gallen':<12}{12.5:>8}", f"{'Ben':<14}{'':<12}{7.25:>8}"]
    lines += [f"{'Cy van Moor':<14}{'Bern':<12}{100:>8}"]
    path = made(tmp_path, "\n".join(lines) + "\n", "a.txt")
    assert read_table(path).dialect.delimiter == "fixed"
    assert rows_of(path) == [["Ada Stone", "Sankt Gallen", "12.5"], ["Ben", "", "7.25"], ["Cy van Moor", "Bern", "100"]]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_delimiter_is_obeyed(tmp_path: Path, line: str) -> None:
    path = made(tmp_path, f"{line}\r\na;b\r\n1,5;x,y\r\n2,5;z,w\r\n")
    assert read_table(path).columns == ("a", "b")
    assert rows_of(path) == [["1,5", "x,y"], ["2,5", "z,w"]]


def test_remarks_above_the_table_are_skipped_and_a_header_that_is_one_is_kept(tmp_path: Path) -> None:
    path = made(tmp_path, "# made by a program\n# on a day\nid;name\n1;Ada\n2;Ben\n")
    assert read_table(path).columns == ("id", "name")
    path = made(tmp_path, "#,Email,When\n1,ada@x.example,2026-01-02\n2,ben@x.example,2026-01-03\n", "b.csv")
    assert read_table(path).columns == ("#", "Email", "When")


def test_order_names_that_begin_with_a_number_sign_are_rows(tmp_path: Path) -> None:
    path = made(tmp_path, "Name,Total\n#1001,5.00\n#1002,6.50\n#1003,7.25\n")
    assert rows_of(path) == [["#1001", "5.00"], ["#1002", "6.50"], ["#1003", "7.25"]]


def test_two_likely_delimiters_are_a_doubt_with_both(tmp_path: Path) -> None:
    path = made(tmp_path, "ab;cd,ef\ngh;ij,kl\nmn;op,qr\nst;uv,wx\n")
    with pytest.raises(Doubt) as caught:
        read_table(path)
    assert {option.choice.delimiter for option in caught.value.options} == {",", ";"}
    assert "--delimiter ','" in str(caught.value) and "--delimiter ';'" in str(caught.value)
    for option in caught.value.options:
        assert len(read_table(path, option.choice).columns) == 2


def test_every_part_can_be_overridden(tmp_path: Path) -> None:
    path = made(tmp_path, "a;b\n1,5;'x'\n2,5;'y'\n")
    choice = ReadingChoice(delimiter=",", quote="", header_row=0, encoding="latin-1")
    table = read_table(path, choice)
    assert (table.dialect.delimiter, table.dialect.quote, table.dialect.header_row) == (",", "", None)
    assert table.dialect.encoding in ("latin-1", "iso8859-1")
    assert rows_of(path, choice) == [["a;b", ""], ["1", "5;'x'"], ["2", "5;'y'"]]
    assert all(
        table.reading.about(part).confidence == 1.0  # type: ignore[union-attr]
        for part in ("delimiter", "quote", "header", "encoding")
    )


def test_what_was_concluded_says_why_and_what_else(tmp_path: Path) -> None:
    reading = read_table(made(tmp_path, "a;b\n1;x, y\n2;z, w\n3;u, v\n")).reading
    about = reading.about("delimiter")
    assert about is not None
    assert (about.words, "2 columns" in about.why, 0.5 <= about.confidence <= 1) == ("semicolon", True, True)
    assert any(option.flag == "--delimiter ','" for option in about.options)


def test_an_encoding_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no encoding"):
        read_table(made(tmp_path, "a,b\n1,2\n"), ReadingChoice(encoding="klingon"))
