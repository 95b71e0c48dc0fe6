"""`read`: any file as a clean table, what was concluded of it, and a refusal that says which flag decides."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cli import run_command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_bytes('id;note\n1;"a; b"\n2;"say ""hi"", now"\n3; padded \n4;Zürich\n'.encode("cp1252"))
    return tmp_path


def read(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any, str]:
    code = run_command(["read", *words, "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def test_a_clean_table_goes_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["read", str(folder / "a.csv")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "id,note",
        "1,a; b",
        '2,"say ""hi"", now"',
        '3," padded "',
        "4,Zürich",
    ]


def test_what_was_concluded_is_said_with_what_else_could_be(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, (document,), _ = read(capsys, str(folder / "a.csv"))
    assert (code, document["error"], document["rows"]) == (0, None, 4)
    assert document["dialect"] == {
        "encoding": "cp1252",
        "delimiter": ";",
        "quote": '"',
        "escape": None,
        "newline": "\n",
        "header_row": 0,
        "skipped": 0,
        "compressed": False,
    }
    parts = {one["part"]: one for one in document["concluded"]}
    assert {"encoding", "delimiter", "quote", "header"} <= set(parts)
    assert parts["delimiter"]["is"] == "semicolon" and parts["delimiter"]["because"]


def test_a_written_table_reads_the_same_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    assert run_command(["read", str(folder / "a.csv"), "--out", str(out)]) == 0
    first = (out / "a.csv").read_bytes()
    assert run_command(["read", str(out / "a.csv"), "--out", str(folder / "again")]) == 0
    assert (folder / "again" / "a.csv").read_bytes() == first


def test_a_doubt_names_the_flag_that_settles_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "b.csv"
    path.write_text("ab;cd,ef\ngh;ij,kl\nmn;op,qr\nst;uv,wx\n")
    code, (document,), said = read(capsys, str(path))
    assert code == 1
    assert {one["flag"] for one in document["options"]} == {"--delimiter ','", "--delimiter ';'"}
    assert "--delimiter ';'" in said
    code, (document,), _ = read(capsys, str(path), "--delimiter", ";")
    assert (code, document["columns"]) == (0, ["ab", "cd,ef"])


def test_every_file_of_an_archive_becomes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("orders.csv", "id,name\n1,Ada\n")
        packed.writestr("people.csv", "id,name\n2,Ben\n3,Cy\n")
    code, documents, _ = read(capsys, str(tmp_path / "a.zip"), "--out", str(tmp_path / "out"))
    assert code == 0
    assert [document["rows"] for document in documents] == [1, 2]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["orders.csv", "people.csv"]


@pytest.mark.parametrize(
    ("flags", "columns"),
    [
        (["--header-row", "0"], ["column 1", "column 2"]),
        (["--delimiter", "tab"], ["id;note"]),
        (["--encoding", "mac_roman"], ["id", "note"]),
        (["--quote", "none"], ["id", "note"]),
    ],
)
def test_every_part_is_a_flag(
    folder: Path, capsys: pytest.CaptureFixture[str], flags: list[str], columns: list[str]
) -> None:
    code, (document,), _ = read(capsys, str(folder / "a.csv"), *flags)
    assert (code, document["columns"]) == (0, columns)


def test_a_sign_that_is_none_is_misuse(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["read", str(folder / "a.csv"), "--quote", "abc"]) == 2
    assert "not a delimiter" in capsys.readouterr().err


def test_an_import_is_settled_by_the_same_flags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "orders.csv"
    lines = [f"A{number};2026-01-0{number},ada{number}@x.example;{number},50" for number in range(1, 6)]
    path.write_text("\n".join(["order id;ordered at,email;total,note", *lines]) + "\n")
    book = ["--store", str(tmp_path / "book.bellwether"), "--dry-run", "--json"]
    run_command(["import", str(path), "--delimiter", ",", *book])
    assert "order id;ordered at" in capsys.readouterr().out


def test_signs_and_rows_that_cannot_be_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,Ada\n")
    assert run_command(["read", str(path), "--delimiter", ""]) == 2
    assert "is not a delimiter" in capsys.readouterr().err
    assert run_command(["read", str(path), "--header-row", "9999"]) == 1
    assert "no row 9,999 among the first 2" in capsys.readouterr().err


def test_a_workbook_is_one_table_that_names_its_other_sheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("North", "South", "West"):
        sheet = book.create_sheet(name)
        sheet.append(["id", "name"])
        sheet.append([1, name])
    book.save(tmp_path / "three.xlsx")
    code, (document,), _ = read(capsys, str(tmp_path / "three.xlsx"))
    assert (code, document["dialect"]["sheet"], document["rows"]) == (0, "North", 1)
    assert [one["flag"] for one in document["further_tables"]] == ["--sheet 'South'", "--sheet 'West'"]


def test_what_a_terminal_would_obey_is_never_written_to_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "evil.csv"
    path.write_text("id,\x1b[2Jnote\x9b31m\n1,\x1b]0;owned\x07\n2,plain\n", encoding="utf-8")
    _code, (document,), _said = read(capsys, str(path))
    assert document["columns"] == ["id", "\x1b[2Jnote\x9b31m"]
    assert run_command(["read", str(path), "--json"]) == 0
    assert not {"\x1b", "\x9b"} & set(capsys.readouterr().out)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert run_command(["read", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == ["id,\ufffd[2Jnote\ufffd31m", "1,\ufffd]0;owned\ufffd", "2,plain"]
    store = tmp_path / "book.db"
    assert run_command(["import", str(path), "--as", "customers", "--store", str(store), "--no-score"]) == 3
    said = capsys.readouterr()
    assert not {"\x1b", "\x9b", "\x07"} & set(said.out + said.err)


def test_cells_beyond_the_header_are_told_with_their_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,note,other\n" + "".join(f"{number},plain,x\n" for number in range(20)) + "20,one,two,three\n")
    code, (document,), _ = read(capsys, str(path))
    assert (code, document["surplus_rows"], document["rows"]) == (3, [21], 21)
    assert run_command(["read", str(path)]) == 3
    assert "Not read in full: row 21." in capsys.readouterr().err
