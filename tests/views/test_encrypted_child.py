"""A child process opens an encrypted book by itself, with a key that nobody else can see on its way there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from models.store import open_store
from models.store.book_key import random_key
from services.workspace import Recipe, open_workspace
from views.background import Background, Done

pytestmark = pytest.mark.real_children


@dataclass(frozen=True)
class Looking:
    """Opens the book, and tells how many journal entries it has and how the process was started."""

    recipe: Recipe

    def __call__(self, progress: object, cancelled: object) -> tuple[int, bytes]:
        workspace = open_workspace(self.recipe, create=False)
        try:
            with workspace.store.snapshot() as reading:
                count = int(reading.execute("SELECT count(*) FROM journal").fetchone()[0])
        finally:
            workspace.close()
        return count, b"".join(Path("/proc/self", one).read_bytes() for one in ("cmdline", "environ"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows how a process was started")
def test_a_child_gets_the_key_by_its_pipe_alone(qtbot: QtBot, background: Background, store_path: Path) -> None:
    key = random_key()
    open_store(store_path, key).close()
    run = background.child(Looking(Recipe(str(store_path), "Ana", key=key)))
    with qtbot.waitSignal(run.ended) as ended:
        pass
    outcome = ended.args[0]
    assert isinstance(outcome, Done)
    count, started = outcome.value
    assert count == 0 and started
    assert key.raw not in started and key.raw.hex().encode() not in started
    assert key.raw.hex() not in repr(Recipe(str(store_path), "Ana", key=key))
