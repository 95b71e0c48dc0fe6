"""Whatever a file does to the reading of it, memory and time have an end, and the book stays as it was."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.values.errors import UserError
from services.sync.read import bounded, bounds, end_bounds, moved_on, opening
from tests.services.sync.book import Book, write_csv


def _fill_memory(*_: Any, **__: Any) -> None:
    kept = []
    while True:
        kept.append(bytearray(b"x") * (1 << 20))


def _stand_still(*_: Any, **__: Any) -> None:
    while True:
        pass


def _search_for_ever(*_: Any, **__: Any) -> None:
    re.match(r"(a+)+$", "a" * 64 + "b")


class _Cleared:
    """What takes long to be cleared away."""

    def __del__(self) -> None:
        _stand_still()


def _clear_away_then_stand_still(*_: Any, **__: Any) -> None:
    _Cleared()
    _stand_still()


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_MOST_BYTES", 64 << 20)
    monkeypatch.setattr(bounds, "_SILENT_SECONDS", 1.0)
    monkeypatch.setattr(bounds, "_LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("does", "said"),
    [(_fill_memory, "takes more than 64 MB of memory"), (_stand_still, "made no progress for 1 seconds"),
     (_search_for_ever, "made no progress for 1 seconds"),
     (_clear_away_then_stand_still, "made no progress for 1 seconds")],
)  # fmt: skip
@pytest.mark.parametrize("way", ["import", "check"])
def test_an_import_that_takes_too_much_is_stopped_with_a_sentence(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, does: Callable[..., None], said: str
) -> None:
    book.bring(write_csv(tmp_path / "customers.csv", ["Customer ID", "Name"], [["1", "Ada Stone"], ["2", "Kim Berg"]]))
    file = write_csv(
        tmp_path / "orders.csv", ["Order ID", "Customer ID", "Date", "Total"], [["1", "1", "2026-03-02", 9]]
    )
    before = book.hash()
    with monkeypatch.context() as patch:
        patch.setattr(opening, "rank_cuts", does)
        with pytest.raises(UserError, match=f"Reading orders.csv {said}, so Bellwether stopped. Nothing was imported."):
            book.bring(file) if way == "import" else book.check(file)
    assert book.hash() == before
    assert not list(tmp_path.glob("*staging*"))
    assert book.bring(file).rows["inserted"] == 1


@pytest.mark.usefixtures("narrow")
def test_what_runs_in_another_thread_is_stopped_too(tmp_path: Path) -> None:
    said: list[str] = []

    def work() -> None:
        try:
            with bounded(tmp_path / "orders.csv"):
                _stand_still()
        except UserError as error:
            said.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "made no progress for 1 seconds" in said[0]


@pytest.mark.usefixtures("narrow")
def test_work_that_moves_on_is_not_stopped(tmp_path: Path) -> None:
    with bounded(tmp_path / "orders.csv"):
        for _ in range(30):
            time.sleep(0.05)
            moved_on()


@pytest.mark.usefixtures("narrow")
def test_the_last_step_is_not_stopped(tmp_path: Path) -> None:
    with bounded(tmp_path / "orders.csv"):
        end_bounds()
        time.sleep(1.5)


def test_memory_that_is_not_there_is_said_the_same_way(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="takes more than 500 MB of memory"), bounded(tmp_path / "orders.csv"):
        raise MemoryError


def test_an_error_within_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(KeyError), bounded(tmp_path / "orders.csv"):
        raise KeyError("x")
