"""Opens a book for the window: asks for what opens it, and encrypts it first where that is wanted or required."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.bootstrap import Beginning, build_workspace, encryption_required, recipe_for
from app.keyrings import LazyKeyring
from models.values.errors import BellwetherError, StoreLocked
from services.book.encryption import (
    BEGUN,
    CONVERTED,
    NO_KEYRING,
    REQUIRED,
    encrypt_book,
    encryption_of,
    is_new,
    keep_given_key,
)
from services.workspace import Keyring, Workspace

if TYPE_CHECKING:
    from views.shell.books import Going

#: Shows a window that asks, and waits for its answer.
Ask = Callable[[Any], Any]


def open_asking(opening: Going, name: str, *, sample: bool, ask: Ask) -> tuple[Workspace, str] | None:
    """Open a book and return it with what is to be told about it; None where a person wants another one.

    Parameters
    ----------
    name
        What the book is called.
    sample
        It is the sample book, which is never encrypted by itself.

    Raises
    ------
    BellwetherError
        The book cannot be opened, whatever its key.
    """
    from views.shell.key_window import ProtectWindow, UnlockWindow

    path, keyring = Path(opening.store).expanduser().absolute(), LazyKeyring()
    given, told, keep, new = opening.given, "", False, is_new(path)
    beginning: Beginning = "plain" if sample else "encrypted"
    if opening.restore:
        told = _restored(path, keyring, opening, partial(_ask_key, ask, name))
    if opening.convert is not None:
        given, told = _encrypted(path, keyring, opening.convert, given)
    elif not sample and (why := _why_protect(path, keyring)):
        protecting = ProtectWindow(name, why, keyring=keyring.lasting, may_be_plain=not encryption_required())
        if (answer := ask(protecting)) is None:
            return None
        if not new:
            given, told = _encrypted(path, keyring, answer.words, "")
        else:
            given, beginning = answer.words, "plain" if answer.plain else "encrypted"
    while True:
        try:
            workspace = build_workspace(opening.store, given=given, beginning=beginning)
            break
        except StoreLocked as locked:
            answer = ask(UnlockWindow(name, str(locked) if given else "", keyring=keyring.lasting))
            if answer is None:
                return None
            given, keep = answer.words, answer.keep
    if keep:
        told = _kept(path, keyring, given)
    if new and workspace.store.key is not None:
        told = told or BEGUN
    return workspace, told


def _ask_key(ask: Ask, name: str, why: str) -> str | None:
    from views.shell.key_window import UnlockWindow

    answer = ask(UnlockWindow(name, why, keyring=False))
    return answer.words if answer is not None else None


def _restored(path: Path, keyring: Keyring, opening: Going, ask: Callable[[str], str | None]) -> str:
    """Put a backup in the place of a book; return what to tell. Where that fails, the book is as it was."""
    from services.backups import backups_of, restore

    given = opening.given
    while True:
        try:
            backup = next(one for one in backups_of(path) if str(one.path) == opening.restore)
            recipe = recipe_for(path)
            return restore(path, backup, keyring, person=recipe.person, clock=recipe.clock, given=given).words
        except StopIteration:
            return "This backup no longer exists. Choose another one."
        except StoreLocked as locked:
            answer = ask(str(locked))
            if answer is None:
                return "Nothing was restored."
            given = answer
        except BellwetherError as error:
            return str(error)


def _why_protect(path: Path, keyring: Keyring) -> str:
    """Why a person must say first with what a book is to be encrypted, '' where nothing is asked."""
    if is_new(path):
        return "" if keyring.lasting else NO_KEYRING
    if encryption_required() and not encryption_of(path, keyring).encrypted:
        return REQUIRED
    return ""


def _encrypted(path: Path, keyring: Keyring, passphrase: str, given: str) -> tuple[str, str]:
    """Encrypt a book; return what opens it now and what to tell. Where that fails, it is as it was.

    Raises
    ------
    BellwetherError
        It failed, and a plain book may not be opened.
    """
    try:
        return encrypt_book(path, keyring, passphrase, given).recovery, CONVERTED
    except BellwetherError as error:
        if encryption_required() and not encryption_of(path, keyring).encrypted:
            raise
        return given, str(error)


def _kept(path: Path, keyring: Keyring, given: str) -> str:
    try:
        keep_given_key(path, keyring, given)
    except BellwetherError as error:
        return str(error)
    return ""
