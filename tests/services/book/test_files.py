"""Books as files: names, beginning one, copying one."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.values.errors import BellwetherError, EnvironmentFault, UserError
from services import insight
from services.book.files import Library, check_book, check_place, copy_book
from tests.views.books import opened, sample_copy


def test_a_book_is_called_as_its_file_and_the_two_of_everybody_by_what_they_are(tmp_path: Path) -> None:
    library = Library(tmp_path / "book.bellwether", tmp_path / "sample.bellwether")
    names = [library.name_of(tmp_path / f"{name}.bellwether") for name in ("book", "sample", "North 2026")]
    assert names == ["My book", "Sample book", "North 2026"]


def test_a_copy_holds_what_the_book_holds_and_is_for_its_owner_alone(store_path: Path, tmp_path: Path) -> None:
    book = opened(sample_copy(store_path))
    target = tmp_path / "copy.bellwether"
    copy_book(book, target)
    copy = opened(target)
    assert [row.customer for row in insight.queue(copy).rows] == [row.customer for row in insight.queue(book).rows]
    assert target.stat().st_mode & 0o077 == 0
    copy.close()
    book.close()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["copy.bellwether"]


def test_nothing_is_written_over(store_path: Path, tmp_path: Path) -> None:
    there = tmp_path / "there.bellwether"
    there.write_text("mine")
    book = opened(store_path)
    for write in (lambda: check_place(there), lambda: copy_book(book, there), lambda: copy_book(book, store_path)):
        with pytest.raises(UserError, match="Choose another name"):
            write()
    assert there.read_text() == "mine"
    book.close()


def test_a_copy_that_cannot_be_written_leaves_nothing(store_path: Path, tmp_path: Path) -> None:
    book = opened(store_path)
    with pytest.raises(EnvironmentFault):
        copy_book(book, tmp_path / "no such folder" / "copy.bellwether")
    book.close()


def test_a_place_is_looked_at_before_a_book_is_begun_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "new.bellwether"
    check_place(path)
    assert path.parent.is_dir() and not path.exists()
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentFault, match="Choose another folder"):
        check_place(tmp_path / "file" / "new.bellwether")


def test_what_is_no_book_cannot_be_opened_as_one(tmp_path: Path) -> None:
    other = tmp_path / "other.bellwether"
    other.write_text("no book")
    for path in (other, tmp_path / "missing.bellwether"):
        with pytest.raises(BellwetherError):
            check_book(path)
