"""The desktop: opens a book with its window, then what was asked for in its place; tells what cannot be opened."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.bootstrap import build_workspace
from app.crash import write_report
from app.paths import default_book, log_folder, managed_sources, sample_book
from app.uncaught import uncaught_reported
from app.unlocking import open_asking
from models.values.errors import BellwetherError, StoreDamaged
from services.book.files import Library
from services.settings import LoadedPreferences, Preferences, default_path, load_managed, load_preferences
from services.workspace import Workspace

if TYPE_CHECKING:
    from views.shell.books import Going
    from views.shell.one_window import OneWindow
    from views.shell.stand_in import StandIn


def open_desktop(store: str | None = None, *, sample: Path | None = None) -> int:
    """Open the window on a book: the named one, the one of last time, or the user's own; then what comes in its place.

    Parameters
    ----------
    sample
        Where the sample book lies, if not at its usual place.

    Returns
    -------
    int
        Exit code of the program: 1 where a book could not be opened and no other one was chosen.
    """
    from views.shell.books import Going
    from views.shell.stand_in import StandIn

    stand_in = StandIn()
    last = load_preferences(default_path()).preferences.store_path
    code, going = 0, [Going(store or last or str(default_book()))]
    if last and not store and not Path(last).exists():  # on a drive that is not there, or thrown away
        code = _choose_instead(f"The book at {last} no longer exists.", library(sample), going, stand_in)
        going = going[1:]
    while going:
        after = going.pop()
        if after.anew:
            start_again(after.store)
        elif after.store:
            code = _open_book(after, library(sample), going, stand_in)
        elif chosen := _ask_for_book(library(sample), stand_in):
            going.append(chosen)
    stand_in.leave()
    return code


def _open_book(opening: Going, books: Library, then: list[Going], stand_in: StandIn) -> int:
    """Run one window; what is to come after it is put into ``then``."""
    from views.desktop import application, ask_for_key
    from views.shell.one_window import OneWindow

    loaded = load_preferences(default_path())
    application(_in_force(loaded.preferences).text_size).setApplicationVersion(__version__)
    one = OneWindow(str(Path(opening.store).expanduser().absolute()))
    if not one.claim():
        if one.call():
            return 0
        words = "This book is open in another window that is not responding. Close that window first."
        return _choose_instead(words, books, then, stand_in)
    stand_in.tell(f"Opening {books.name_of(opening.store)} …", 50)
    try:
        opened = open_asking(
            opening,
            books.name_of(opening.store),
            sample=Path(opening.store) == books.sample,
            ask=partial(ask_for_key, preferences=loaded.preferences, stand_in=stand_in),
        )
    except BellwetherError as error:
        one.release()
        return _choose_instead(str(error), books, then, stand_in, _backup_of(opening, error))
    if opened is None:
        one.release()
        if chosen := _ask_for_book(books, stand_in):
            then.append(chosen)
        return 0
    workspace, words = opened
    if words:
        loaded = replace(loaded, problems=(words, *loaded.problems))
    stand_in.tell(f"Opening {books.name_of(opening.store)} …", 75)
    try:
        return _run(workspace, loaded, one, opening, books, then, stand_in)
    finally:
        from services.audit import remember_head  # the journal needs SQLAlchemy, which the first page does not

        if remember_head(workspace):
            logging.getLogger(__name__).warning("The journal is not the one that this computer remembers.")
        workspace.close()
        one.release()
        gc.unfreeze()  # what was kept from the collector as long as the window stood goes with it


def _run(
    workspace: Workspace,
    loaded: LoadedPreferences,
    one: OneWindow,
    opening: Going,
    books: Library,
    then: list[Going],
    stand_in: StandIn,
) -> int:
    from views.desktop import open_window

    in_force = workspace.managed.apply_preferences(loaded.preferences)
    with uncaught_reported(_report) as uncaught:
        return open_window(
            workspace.of_person(in_force),
            loaded.preferences,
            default_path(),
            problems=loaded.problems,
            files=opening.files,
            bug=_report,
            listen=uncaught.listen,
            library=books,
            one=one,
            then=then.append,
            stand_in=stand_in,
        )


def library(sample: Path | None = None) -> Library:
    """Return the two books that every person has."""
    return Library(default_book().absolute(), (sample or sample_book()).absolute())


def start_again(store: str) -> None:
    """Start the program anew on a book, in a process of its own that outlives this one."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(Path(sys.argv[0]).absolute())]
    subprocess.Popen([*program, "--store", store], close_fds=True)


def _choose_instead(
    words: str, books: Library, then: list[Going], stand_in: StandIn, backup: Going | None = None
) -> int:
    """Say why a book cannot be opened, and offer its backup and others; nothing of it was changed."""
    sys.stderr.write(f"{words}\n")
    if chosen := _ask_for_book(books, stand_in, words, backup):
        then.append(chosen)
    return 1


def _backup_of(opening: Going, error: BellwetherError) -> Going | None:
    """What puts the newest backup of a damaged book in its place, None where there is none."""
    from services.backups import backups_of

    known = backups_of(Path(opening.store)) if isinstance(error, StoreDamaged) else ()
    return replace(opening, restore=str(known[0].path)) if known else None


def _ask_for_book(books: Library, stand_in: StandIn, words: str = "", backup: Going | None = None) -> Going | None:
    """Let a person choose a book; None where they chose none."""
    from views.desktop import choose_book

    return choose_book(_in_force(load_preferences(default_path()).preferences), books, words, stand_in, backup)


def _in_force(preferences: Preferences) -> Preferences:
    """Return the preferences with what IT has set; a mistake in that is told when the book is opened."""
    try:
        return load_managed(*managed_sources()).apply_preferences(preferences)
    except BellwetherError:
        return preferences


def _report(error: BaseException) -> None:
    write_report(log_folder(), error)


def take_pictures(store: Path, folder: Path) -> list[Path]:
    """Write a picture of each page of the window, light, 1440 × 900, and return their paths.

    Raises
    ------
    EnvironmentFault
        The folder cannot be written, or the book cannot be opened.
    """
    from views.pictures import photograph

    workspace = build_workspace(store, create=False)
    try:
        return photograph(workspace, Preferences(theme="light", asked_me=True), folder)
    finally:
        workspace.close()
