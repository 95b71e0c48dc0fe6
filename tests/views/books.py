"""Books for tests of the window: the sample book, built once by the program's own job and copied for each test."""

from __future__ import annotations

import fcntl
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

from services.pipeline.jobs import SampleBookJob
from services.workspace import Recipe, Workspace, open_workspace
from tests.conftest import SHARED

#: A Thursday morning, so that alerts are due today.
MOMENT = "2026-11-19T09:00:00+00:00"
PERSON = "Ada"


@cache
def _sample() -> Path:
    """Return the sample book, which the first of the processes that share the tests builds."""
    path = SHARED / "sample.bellwether"
    with (SHARED / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_name("unfinished.bellwether")
            SampleBookJob(Recipe(str(unfinished), PERSON, MOMENT), customers=160)(lambda _progress: None, lambda: False)
            unfinished.rename(path)
    return path


def sample_copy(to: Path) -> Path:
    """Copy the sample book to ``to``; it is built at the first call."""
    shutil.copyfile(_sample(), to)
    return to


def opened(path: Path, moment: str | None = MOMENT) -> Workspace:
    """Open a book with a clock that stands still, at a computer that knows the sender's name."""
    workspace = open_workspace(Recipe(str(path), PERSON, moment))
    mail = replace(workspace.preferences.mail, from_name=PERSON)
    return replace(workspace, preferences=replace(workspace.preferences, mail=mail))
