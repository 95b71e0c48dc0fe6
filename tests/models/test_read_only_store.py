"""A book where nothing can be written: it is read, and says what to do where it would have to change."""

from __future__ import annotations

import gc
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models.store import Store, connect, open_store
from models.values.errors import EnvironmentFault
from models.values.journal import Actor
from tests.models.conftest import Key

NOBODY = 65_534
ME = Actor("person", "Ada")
AT = "2026-11-19T09:00:00Z"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders are locked otherwise elsewhere")


@contextmanager
def like_everyone() -> Iterator[None]:
    """Without the rights of the administrator, who may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    gc.collect()  # what earlier tests left is taken away by the administrator, who made it
    gc.disable()
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        gc.enable()


def note(store: Store, word: str) -> None:
    with store.unit_of_work(ME, "note", "book", at=AT) as work:
        work.digest(word)
        work.commit()


def entries(store: Store) -> int:
    with store.snapshot() as connection:
        return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may look into."""
    with TemporaryDirectory(prefix="bellwether-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for one in (Path(name), *Path(name).rglob("*")):
            one.chmod(stat.S_IRWXU)


Lay = Callable[..., Path]


@pytest.fixture
def lay(folder: Path, key: Key) -> Lay:
    """Lay a book with two entries into a folder that is then locked; the second may still be in its log."""

    def made(*logs: str) -> Path:
        first, locked = folder / "first.bw", folder / "locked"
        locked.mkdir()
        store = open_store(first, key)
        note(store, "one")
        if not logs:
            note(store, "two")
            store.close()
        else:
            store.close()
            store = open_store(first, key)
            note(store, "two")
        for ending in ("", *logs):
            shutil.copyfile(f"{first}{ending}", locked / f"book.bw{ending}")
            (locked / f"book.bw{ending}").chmod(0o444)
        store.close()
        locked.chmod(0o555)
        return locked / "book.bw"

    return made


@pytest.mark.parametrize("logs", [(), ("-wal", "-shm"), ("-wal",)], ids=["closed", "left open", "its log alone"])
def test_a_book_is_read_where_nothing_can_be_written(lay: Lay, logs: tuple[str, ...], key: Key) -> None:
    path = lay(*logs)
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    with like_everyone():
        store = open_store(path, key)
        try:
            assert entries(store) == 2 and store.read_only
            with store.read() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() == 2
            with pytest.raises(EnvironmentFault, match=r"can be read but not changed.*copy it to a folder"):
                note(store, "three")
        finally:
            store.close()
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


def test_the_copy_that_was_read_is_deleted(lay: Lay, folder: Path, monkeypatch: pytest.MonkeyPatch, key: Key) -> None:
    path = lay("-wal")
    temporary = folder / "temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with like_everyone():
        store = open_store(path, key)
        assert list(temporary.iterdir())
        store.close()
    assert not list(temporary.iterdir())


def test_an_older_book_that_cannot_be_brought_up_to_date_says_so(lay: Lay, key: Key) -> None:
    path = lay()
    connection = connect(path, key)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with like_everyone(), pytest.raises(EnvironmentFault, match=r"older Bellwether.*Copy it to a folder"):
        open_store(path, key)


def test_a_file_that_may_not_be_read_is_refused(lay: Lay, key: Key) -> None:
    path = lay()
    path.chmod(0)
    with like_everyone(), pytest.raises(EnvironmentFault, match="cannot be opened"):
        open_store(path, key)
