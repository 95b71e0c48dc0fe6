"""The composition root: the one place that decides which book, clock, keyring and person the program works with."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from app.keyrings import LazyKeyring
from app.paths import data_folder, default_book, managed_sources, sample_book
from models.private import close_to_others
from models.store import sweep_meetings, sweep_staging
from models.values.errors import EnvironmentFault
from services.workspace import Recipe, Workspace, open_workspace

#: A moment (ISO, with zone) at which the clock stands still: for pictures and for checks that must not depend on today.
MOMENT_VARIABLE = "BELLWETHER_NOW"


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


def build_workspace(store: str | Path | None = None, *, create: bool = True) -> Workspace:
    """Open the workspace of a book; what a killed import or an earlier run left beside it is taken away.

    Raises
    ------
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
    sweep_staging(Path(recipe.store))
    sweep_meetings(Path(recipe.store))
    return open_workspace(recipe, keyring=LazyKeyring(), create=create)
