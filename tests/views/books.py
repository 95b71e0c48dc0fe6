"""Books for tests of the window: the sample book, built once by the program's own job and copied for each test."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from services.jobs import SampleBookJob
from services.workspace import Recipe, Workspace, open_workspace

#: A Thursday morning, so that cards are due today.
MOMENT = "2026-11-19T09:00:00+00:00"
PERSON = "Ada"


@cache
def _sample(folder: str) -> Path:
    path = Path(folder) / "sample.bellwether"
    SampleBookJob(Recipe(str(path), PERSON, MOMENT), customers=160)(lambda _progress: None, lambda: False)
    return path


@cache
def _folder() -> str:
    return tempfile.mkdtemp(prefix="bellwether-sample-")


def sample_copy(to: Path) -> Path:
    """Copy the sample book to ``to``; it is built at the first call."""
    shutil.copyfile(_sample(_folder()), to)
    return to


def opened(path: Path, moment: str | None = MOMENT) -> Workspace:
    """Open a book with a clock that stands still, at a computer that knows the sender's name."""
    workspace = open_workspace(Recipe(str(path), PERSON, moment))
    mail = replace(workspace.preferences.mail, from_name=PERSON)
    return replace(workspace, preferences=replace(workspace.preferences, mail=mail))


def forget() -> None:
    """Delete what was built."""
    shutil.rmtree(_folder(), ignore_errors=True)
