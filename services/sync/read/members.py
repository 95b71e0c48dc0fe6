"""An archive of several files is as many exports: each is read by itself; so are the sheets of a workbook offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from models.values.errors import BellwetherError, UserError
from models.values.reading import Doubt, ReadingChoice, ReadingOption
from services.sync.read.content import container_of, members_of
from services.sync.read.sheets import Sheet


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


def member_of(path: Path, choice: ReadingChoice) -> str:
    """The file of an archive that a person chose, or its only one.

    Raises
    ------
    UserError
        It has none of that name.
    Doubt
        It has several.
    """
    found = members_of(path)
    if choice.member is not None:
        named = [info.filename for info in found if choice.member in (info.filename, Path(info.filename).name)]
        if not named:
            names = ", ".join(info.filename for info in found[:12])
            raise UserError(f"{path.name} has no file “{choice.member}” in it. There are {names}.")
        return named[0]
    if len(found) > 1:
        options = tuple(member_option(info.filename, info.file_size, choice) for info in found[:12])
        raise Doubt(f"{path.name} holds {len(found)} files.", options)
    return found[0].filename


def member_option(name: str, size: int, choice: ReadingChoice) -> ReadingOption:
    """A file of an archive, as it is offered."""
    words_of_size = f"{max(1, round(size / 1024)):,} KB"
    return ReadingOption(f"{name}, {words_of_size}", replace(choice, member=name), f"--member '{name}'")


def sheet_option(sheet: Sheet, choice: ReadingChoice) -> ReadingOption:
    """A sheet of a workbook, as it is offered."""
    hidden = "" if sheet.visible else ", hidden"
    return ReadingOption(
        f"sheet “{sheet.name}”, {sheet.rows:,} rows{hidden}",
        replace(choice, sheet=sheet.name),
        f"--sheet '{sheet.name}'",
    )
