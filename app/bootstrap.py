"""The composition root: the one place that decides which book, clock, keyring and person the program works with."""

from __future__ import annotations

import getpass
import os
from dataclasses import replace
from pathlib import Path
from typing import Literal

from app.keyrings import LazyKeyring
from app.paths import data_folder, default_book, managed_sources, sample_book
from models.private import close_to_others
from models.store import sweep_converted, sweep_meetings, sweep_staging
from models.store.book_key import BookKey, random_key
from models.values.errors import EnvironmentFault
from services.book.encryption import find_key, is_new, new_key
from services.settings import load_managed
from services.workspace import Keyring, Recipe, Workspace, open_workspace

#: A moment (ISO, with zone) at which the clock stands still: for pictures and for checks that must not depend on today.
MOMENT_VARIABLE = "BELLWETHER_NOW"
#: How a book is begun: encrypted where a keyring or a passphrase keeps its key, plain, or with a key that nobody keeps.
Beginning = Literal["encrypted", "plain", "passing"]


def calm_threads() -> None:
    """Keep numeric libraries to one thread: spinning threads beside a busy neighbour are ten times slower.

    Must run before numpy is imported; children inherit it.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def login() -> str:
    """Return the name of who works, as the operating system knows it; `Workspace.of_person` has the last word."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "someone"


def recipe_for(store: str | Path | None = None) -> Recipe:
    """Return the recipe of a workspace: the named book, or the user's own."""
    path = Path(store) if store is not None else default_book()
    return Recipe(
        store=str(path.expanduser().absolute()),
        person=login(),
        moment=os.environ.get(MOMENT_VARIABLE),
        managed=managed_sources(),
    )


def encryption_required() -> bool:
    """Whether IT's policy lets no book but the sample be plain."""
    return load_managed(*managed_sources()).limits.encryption_required


def build_workspace(
    store: str | Path | None = None, *, create: bool = True, given: str = "", beginning: Beginning = "encrypted"
) -> Workspace:
    """Open the workspace of a book; what a killed import or an earlier run left beside it is taken away.

    Parameters
    ----------
    given
        A passphrase or a recovery key, for a book whose key is not in the keyring.
    beginning
        How a book is begun where there is none yet.

    Raises
    ------
    StoreLocked
        The book is encrypted, and there is no key for it.
    EnvironmentFault
        The book cannot be opened; the message says why and what to do.
    """
    recipe = recipe_for(store)
    if store is None and not create and not Path(recipe.store).exists() and sample_book().exists():
        raise EnvironmentFault(
            f"There is no book at {recipe.store}. Import a file to start one, or name the sample book: "
            f'--store "{sample_book()}"'
        )
    close_to_others(data_folder())  # one that an older version made
    path, keyring = Path(recipe.store), LazyKeyring()
    if create and path.parent != data_folder() and not path.parent.is_dir():
        raise EnvironmentFault(f"There is no folder {path.parent}. Check the path, or create the folder first.")
    sweep_staging(path)
    sweep_meetings(path)
    sweep_converted(path)
    key = _begun(path, keyring, given, beginning) if create and is_new(path) else find_key(path, keyring, given)
    if key is None and path.resolve() != sample_book().resolve() and (create or path.exists()):
        load_managed(*recipe.managed).limits.refuse_plain(path.name)
    return open_workspace(replace(recipe, key=key), keyring=keyring, create=create)


def _begun(path: Path, keyring: Keyring, given: str, beginning: Beginning) -> BookKey | None:
    """The key of a new book; the sample book, which is made up, has none."""
    if beginning == "plain" or path.resolve() == sample_book().resolve():
        return None
    return random_key() if beginning == "passing" else new_key(keyring, given)
