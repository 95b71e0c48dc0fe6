"""Books as files: which there are, what they are called, beginning one, copying one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models import sqlite
from models.private import make_folder, private
from models.store import open_store
from models.store.copies import copy_store
from models.store.encrypted import salt_of
from models.values.errors import EnvironmentFault, UserError
from services.workspace import Workspace

SUFFIX = ".bellwether"
#: Why files of a person's own do not go into the sample book.
SAMPLE_BOOK = "This is the sample book"
SAMPLE_TAKES_NONE = "Your files belong in your own book. Nothing was imported here."


@dataclass(frozen=True, slots=True)
class Library:
    """The two books that every person has, wherever else they keep more.

    Attributes
    ----------
    own, sample
        Paths, absolute; the files need not be there yet.
    """

    own: Path
    sample: Path

    def name_of(self, store: str | Path) -> str:
        """Return what a book is called: the name of its file, or which of the two it is."""
        path = Path(store)
        return {self.own: "My book", self.sample: "Sample book"}.get(path, path.stem)


def check_book(path: Path) -> None:
    """See that a book can be opened; an older one is brought up to date. Encrypted ones are not opened.

    Raises
    ------
    EnvironmentFault, UserError
        As `open_store` does.
    """
    if salt_of(path) is None:
        open_store(path, create=False).close()


def check_place(path: Path) -> None:
    """See that a book can be begun at a place. It is made when it is opened: only then is its key known.

    Raises
    ------
    UserError
        There is a file at that place: it is left as it is.
    EnvironmentFault
        The place cannot be written.
    """
    _refuse_existing(path)
    try:
        make_folder(path.parent)
        with open(path, "xb", opener=private):
            pass
        path.unlink()
    except OSError as error:
        raise EnvironmentFault(f"The book cannot be written at {path}. Choose another folder.") from error


def copy_book(workspace: Workspace, target: Path) -> None:
    """Write a copy of the book as it is at this moment, whole or not at all.

    Raises
    ------
    UserError
        There is a file at that place: it is left as it is.
    EnvironmentFault
        The place cannot be written.
    """
    workspace.managed.limits.refuse_store(target)
    _refuse_existing(target)
    try:
        with workspace.store.snapshot() as source:
            copy_store(source, target, workspace.store.key)
    except (OSError, sqlite.Error) as error:
        raise EnvironmentFault(f"The copy cannot be written at {target}. Choose another folder.") from error


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise UserError(f"There is a file at {path} already. Choose another name.")
