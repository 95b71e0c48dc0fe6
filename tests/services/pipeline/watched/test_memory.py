"""What is remembered of files: no file is read twice, and losing it loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import Cancelled
from services.pipeline.watched import Memory, look_into


def never() -> bool:
    return False


def test_a_digest_is_kept_for_the_file_as_it_was_seen(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("id\n1\n")
    memory = Memory(tmp_path / "kept")
    mark = look_into(str(folder)).marks[0]
    assert memory.known(mark) == ""
    digest = memory.digest(mark, never)
    memory.save()
    (folder / "a.csv").write_text("id\n1\n2\n")
    again = Memory(tmp_path / "kept")
    assert again.known(mark) == digest == again.digest(mark, never)
    changed = look_into(str(folder)).marks[0]
    assert again.known(changed) == "" and again.digest(changed, never) != digest
    again.save()
    assert Memory(tmp_path / "kept").known(mark) == "", "one line a file: the newest"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["kept"]


def test_two_programs_that_remember_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in "ab":
        (tmp_path / "in" / name).write_text(name)
    first, second = look_into(str(tmp_path / "in")).marks
    one, other = Memory(tmp_path / "kept"), Memory(tmp_path / "kept")
    one.leave_out(one.digest(first, never))
    other.digest(second, never)
    one.save()
    other.save()
    both = Memory(tmp_path / "kept")
    assert both.known(first) and both.known(second) and both.leaves_out(both.known(first))


def test_a_memory_that_learned_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept")
    memory.save()
    assert not (tmp_path / "kept").exists()
    memory.leave_out("a")
    memory.save()
    (tmp_path / "kept").unlink()
    memory.save()
    assert not (tmp_path / "kept").exists()


def test_what_is_taken_back_stays_taken_back_though_the_file_still_has_it(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept")
    memory.leave_out("a")
    memory.leave_out("b")
    memory.save()
    again = Memory(tmp_path / "kept")
    again.take_back("a")
    again.save()
    found = Memory(tmp_path / "kept")
    assert (found.leaves_out("a"), found.leaves_out("b")) == (False, True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 99}', '{"form": 1, "files": [["a"]], "left_out": []}'])
def test_a_memory_that_cannot_be_read_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "kept").write_text(text)
    memory = Memory(tmp_path / "kept")
    assert not memory.leaves_out("x")


def test_reading_a_file_can_be_cancelled(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_text("a")
    mark = look_into(str(tmp_path / "in")).marks[0]
    memory = Memory(tmp_path / "kept")
    with pytest.raises(Cancelled):
        memory.digest(mark, lambda: True)
    assert memory.known(mark) == ""
