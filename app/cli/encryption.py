"""Commands about encryption: whether a book is encrypted, its recovery key, another key.

They open no workspace: a book is converted while nobody has it open.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app.bootstrap import recipe_for
from app.cli.frame import DONE, NOTHING_DONE, JsonOption, StoreOption, answer, ask_secret, told
from app.cli.secrets import PASSPHRASE
from app.keyrings import LazyKeyring
from models.store import sweep_converted
from models.values.errors import EnvironmentFault, UserError
from services.book.encryption import check_key, encrypt_book, encryption_of, find_key, keep_given_key, passphrase_fault
from services.settings import load_managed
from services.workspace import Keyring

ByPassphrase = Annotated[
    bool, typer.Option("--passphrase", help="Ask for a passphrase instead of keeping a key in the keyring.")
]


@told
def show(store: StoreOption = None, json: JsonOption = False) -> int:
    """Show whether the book is encrypted, and how it is opened."""
    found = encryption_of(_book(store), LazyKeyring())
    answer({"encrypted": found.encrypted, "key_in_keyring": found.in_keyring}, found.words, json)
    return DONE


@told
def switch_on(passphrase: ByPassphrase = False, store: StoreOption = None, json: JsonOption = False) -> int:
    """Encrypt a plain book: writes an encrypted copy, compares it, then overwrites the plain file."""
    path, keyring = _book(store), LazyKeyring()
    if encryption_of(path, keyring).encrypted:
        raise UserError("This book is encrypted already. “bellwether encryption rekey” gives it another key.")
    return _converted(path, keyring, passphrase, json)


@told
def change(passphrase: ByPassphrase = False, store: StoreOption = None, json: JsonOption = False) -> int:
    """Give an encrypted book another key. Copies that you made before keep the old one."""
    path, keyring = _book(store), LazyKeyring()
    if not encryption_of(path, keyring).encrypted:
        raise UserError("This book is not encrypted. “bellwether encryption on” encrypts it.")
    return _converted(path, keyring, passphrase, json)


@told
def recovery_key(store: StoreOption = None, json: JsonOption = False) -> int:
    """Print the recovery key of the book: keep it on paper, it opens the book without keyring or passphrase."""
    path, keyring = _book(store), LazyKeyring()
    key = find_key(path, keyring, _given(path, keyring))
    if key is None:
        raise UserError("This book is not encrypted: it has no recovery key.")
    if not check_key(path, key.recovery):
        raise EnvironmentFault(f"This passphrase or key does not open {path.name}.")
    answer({"recovery_key": key.recovery}, key.recovery, json)
    return DONE


@told
def test(
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Say whether a recovery key or passphrase opens the book. Exit code 1: it does not."""
    opens = check_key(_book(store), ask_secret("Recovery key or passphrase"))
    answer({"opens": opens}, "This key opens the book." if opens else "This key does not open the book.", json)
    return DONE if opens else NOTHING_DONE


@told
def unlock(store: StoreOption = None, json: JsonOption = False) -> int:
    """Keep the key of a book from another computer in this one's keyring; asks for its recovery key."""
    given = os.environ.get(PASSPHRASE, "") or ask_secret("Recovery key or passphrase")
    keep_given_key(_book(store), LazyKeyring(), given)
    answer({"key_in_keyring": True}, "This computer’s keyring now opens the book.", json)
    return DONE


def _converted(path: Path, keyring: Keyring, by_passphrase: bool, as_json: bool) -> int:
    given = _given(path, keyring)
    new = os.environ.get(PASSPHRASE, "") if not encryption_of(path, keyring).encrypted else ""
    if by_passphrase or not (new or keyring.lasting):
        new = _twice(ask_secret)
    key = encrypt_book(path, keyring, new, given)
    words = (
        f"{encryption_of(path, keyring).words} Keep this recovery key on paper: it opens the book if the other is "
        f"lost.\n{key.recovery}"
    )
    answer({"recovery_key": key.recovery}, words, as_json)
    return DONE


def _given(path: Path, keyring: Keyring) -> str:
    """The current passphrase or recovery key, where the keyring does not open the book."""
    found = encryption_of(path, keyring)
    if not found.encrypted or found.in_keyring:
        return ""
    return os.environ.get(PASSPHRASE, "") or ask_secret("Current passphrase or recovery key")


def _twice(ask: Callable[[str], str]) -> str:
    chosen = ask("New passphrase")
    if fault := passphrase_fault(chosen, ask("Repeat the passphrase")):
        raise UserError(fault)
    return chosen


def _book(store: Path | None) -> Path:
    recipe = recipe_for(store)
    path = Path(recipe.store)
    managed = load_managed(*recipe.managed)
    managed.limits.refuse_store(path)
    managed.permit(recipe.person).refuse("encrypt")
    if not path.is_file():
        raise EnvironmentFault(f"There is no book at {path}. Check the path.")
    sweep_converted(path)
    return path
