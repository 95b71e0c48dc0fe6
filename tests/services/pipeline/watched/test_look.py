"""A look into a folder: what is seen, what is half a file, what is left alone, and what is wrong with the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.values.watching import FileMark
from services.pipeline.watched import is_still, look_into, readable
from services.pipeline.watched.look import obstacle, settled


def names(folder: Path) -> list[str]:
    return [mark.name for mark in look_into(str(folder)).marks]


def test_half_files_and_hidden_ones_are_not_seen(tmp_path: Path) -> None:
    for name in ("a.csv.part", "b.crdownload", "c.csv.tmp", "~$d.xlsx", ".e.csv", ".~lock.f.ods#", "g.CSV.Part"):
        (tmp_path / name).write_text("x")
    (tmp_path / "orders.csv").write_text("id\n1\n")
    (tmp_path / "export").write_text("id\n1\n")
    assert names(tmp_path) == ["export", "orders.csv"]


def test_documents_that_hold_no_table_are_left_alone_and_counted(tmp_path: Path) -> None:
    for name in ("manual.pdf", "Logo.PNG", "orders.csv", "notes.md", "book.xlsx", "all.zip", "people.csv.gz"):
        (tmp_path / name).write_text("x")
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "orders.csv").write_text("x")
    look = look_into(str(tmp_path))
    assert [mark.name for mark in look.marks] == ["all.zip", "book.xlsx", "orders.csv", "people.csv.gz"]
    assert len(look.left_alone) == 3 and look.fault == ""


def test_the_open_book_and_what_lies_beside_it_are_not_seen(tmp_path: Path) -> None:
    for name in ("book.bellwether", "book.bellwether-wal", "book.bellwether.watched", "orders.csv"):
        (tmp_path / name).write_text("x")
    seen = look_into(str(tmp_path), tmp_path / "book.bellwether")
    assert [mark.name for mark in seen.marks] == ["orders.csv"]
    assert len(look_into(str(tmp_path), tmp_path / "elsewhere" / "book.bellwether").marks) == 4


def test_a_file_that_is_written_to_is_waited_for_and_a_whole_one_is_good(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id\n1\n")
    marks = look_into(str(tmp_path)).marks
    (tmp_path / "b.csv").write_text("id\n1\n2\n")
    assert readable(marks) == ((marks[0],), ())


def test_a_folder_that_is_gone_or_is_none_is_one_sentence(tmp_path: Path) -> None:
    gone = look_into(str(tmp_path / "gone"))
    assert gone.marks == () and gone.fault.startswith(f"{tmp_path / 'gone'} is not there. ")
    (tmp_path / "file").write_text("x")
    assert "is no longer a folder" in look_into(str(tmp_path / "file")).fault


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_and_a_file_without_the_right_to_read_say_so(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("x")
    mark = look_into(str(tmp_path)).marks[0]
    (tmp_path / "orders.csv").chmod(0)
    assert not is_still(mark) and obstacle(mark).startswith("You do not have permission")
    assert [one.mark for one in readable([mark])[1]] == [mark]
    tmp_path.chmod(0)
    try:
        assert "cannot be read: you do not have permission" in look_into(str(tmp_path)).fault
    finally:
        tmp_path.chmod(0o700)


def test_a_file_is_settled_when_two_looks_show_it_alike_and_it_is_not_empty(tmp_path: Path) -> None:
    one, grown, empty = FileMark("a", 5, 1), FileMark("b", 5, 1), FileMark("c", 0, 1)
    before = (one, grown, empty)
    now = (one, FileMark("b", 9, 2), empty, FileMark("d", 1, 1))
    assert settled(before, now) == (one,)


def test_a_file_that_was_written_to_since_it_was_seen_is_not_still(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id\n1\n")
    mark = look_into(str(tmp_path)).marks[0]
    assert is_still(mark)
    path.write_text("id\n1\n2\n")
    assert not is_still(mark)
    path.unlink()
    assert not is_still(mark) and obstacle(mark) == ""
