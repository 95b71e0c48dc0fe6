"""Laws of reading: what was written is read, and any bytes have an answer."""

from __future__ import annotations

import csv
import io
import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.values.errors import BellwetherError, UserError
from models.values.reading import ReadingChoice
from services.sync import read_table
from services.sync.read.cells import Marks, Splitter, write_rows
from services.sync.read.dialect import sample_lines
from services.sync.read.sheets import cell_text
from tests.services.sync.read.made import made, rows_of

_TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0\ufeff"), max_size=9
)
_AWKWARD = st.text(alphabet="\"'\\,;|\t\r\n ab1#=", max_size=9)
_CELL = st.one_of(_TEXT, _AWKWARD)
_WORD = st.text(alphabet=string.ascii_letters, min_size=1, max_size=8)
_HEADER = ["order id", "first text", "second text"]


def written(rows: list[list[str]], **dialect: object) -> str:
    text = io.StringIO()
    csv.writer(text, **dialect).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t", "|", "#"]),
    quote=st.sampled_from(['"', "'"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"]),
)
def test_any_text_in_any_dialect_that_is_said_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    delimiter: str,
    quote: str,
    newline: str,
    encoding: str,
) -> None:
    folder = tmp_path_factory.mktemp("laws")
    text = written(
        [_HEADER, *rows], delimiter=delimiter, quotechar=quote, lineterminator=newline, quoting=csv.QUOTE_ALL
    )
    path = made(folder, text.encode(encoding))
    choice = ReadingChoice(encoding=encoding, delimiter=delimiter, quote=quote, escape="", header_row=1, header_rows=1)
    table = read_table(path, choice, rowless=True)
    assert table.columns == tuple(_HEADER)
    # A row that says nothing, or only what a header, a total or another table's names say, may be left out by reason.
    expected = [row for row in rows if any(row)]
    found = [row for batch in table.batches(rows=2) for row in batch.rows if any(row)]
    assert found == expected


@settings(max_examples=60, deadline=None)
@example(words=["A"] * 11, texts=[*[""] * 9, "\\", "\r#", ""])
@given(
    words=st.lists(_WORD, min_size=5, max_size=12),
    texts=st.lists(_CELL, min_size=12, max_size=12),
)
def test_what_this_program_writes_is_read_without_being_told(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], texts: list[str]
) -> None:
    """Whatever stands in the texts of a table with an id and a day."""
    rows = [
        [f"{1000 + number}", f"2026-01-{number + 1:02d}", word, text]
        for number, (word, text) in enumerate(zip(words, texts, strict=False))
    ]
    text = io.StringIO(newline="")
    write_rows(text, [["id", "day", "word", "note"], *rows])
    path = made(tmp_path_factory.mktemp("laws"), text.getvalue())
    table = read_table(path)
    assert (table.dialect.delimiter, table.columns) == (",", ("id", "day", "word", "note"))
    assert rows_of(path) == rows


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(_CELL, min_size=2, max_size=4), min_size=1, max_size=6), quote=st.sampled_from("\"'"))
def test_the_forgiving_cutter_cuts_what_keeps_the_rules_as_the_strict_one(rows: list[list[str]], quote: str) -> None:
    text = written(rows, quotechar=quote, lineterminator="\n", quoting=csv.QUOTE_ALL)
    strict = list(csv.reader(io.StringIO(text, newline=""), quotechar=quote, strict=True))
    lenient = [record.cells for record in Splitter(Marks(",", quote, ""), sample_lines(text))]
    assert lenient == strict == rows


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(_AWKWARD, _TEXT, st.text(max_size=200)))
def test_lines_put_together_are_the_text(text: str) -> None:
    assert "".join(sample_lines(text)) == text


@settings(max_examples=120, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=400),
        st.lists(
            st.sampled_from([b'"', b"'", b",", b";", b"\t", b"\n", b"\r", b"\\", b"a", b"1", b"\xe9", b"\0", b"#"])
        ).map(b"".join),
        st.binary(max_size=200).map(lambda content: b"PK\x03\x04" + content),
        st.binary(max_size=200).map(lambda content: b"\x1f\x8b\x08" + content),
    )
)
@example(content=b'a,"' * 30_000)
@example(content=b'"' * 60_001)
@example(content=b'"a\n' * 20_000)
def test_any_bytes_have_an_answer_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = made(tmp_path_factory.mktemp("laws"), content)
    began = time.process_time()
    try:
        table = read_table(path, rowless=True)
        for batch in table.batches():
            assert all(len(row) == len(table.columns) for row in batch.rows)
    except BellwetherError as problem:
        said = str(problem)
        assert isinstance(problem, UserError)
        assert said.endswith((".", ").")) and "\n" not in said and "Traceback" not in said
    # Not a measure: a cutter that looks at everything again at each mark needs minutes for these.
    assert time.process_time() - began < 20


@given(number=st.integers(-(10**14), 10**14))
def test_whole_numbers_of_sheets_are_written_whole(number: int) -> None:
    assert cell_text(float(number)) == str(number)


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_of_sheets_lose_nothing(number: float) -> None:
    assert float(cell_text(number)) == number
