"""An archive of several files is as many exports: each is read by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.values.errors import BellwetherError
from models.values.reading import ReadingChoice
from services.sync.read.content import container_of, members_of


def of_each_member(path: Path, choice: ReadingChoice) -> tuple[ReadingChoice, ...]:
    """Return how each file of an archive with several is read; of any other file the choice that is given.

    So is what cannot be opened, as reading it says what is wrong with it.
    """
    if choice.member is not None:
        return (choice,)
    try:
        container, _ = container_of(path)
        members = members_of(path) if container == "zip" else []
    except BellwetherError:
        return (choice,)
    if len(members) < 2:
        return (choice,)
    return tuple(replace(choice, member=member.filename) for member in members)
