"""Encrypted books: which key opens one, where it is kept, and how a book gets another."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.store.book_key import (
    KEY_BYTES,
    SHORTEST_PASSPHRASE,
    BookKey,
    is_recovery_key,
    key_from_passphrase,
    key_from_words,
    key_name,
    random_key,
)
from models.store.convert import convert, copies_of_book, wipe
from models.store.copies import damaged_files
from models.store.encrypted import opens, salt_of, why_locked
from models.store.store import open_store
from models.values.errors import EnvironmentFault, StoreLocked, UserError
from services.workspace import Keyring, Workspace

NOT_ENCRYPTED: Final = (
    "The new book is not encrypted: this computer has no keyring. Set BELLWETHER_PASSPHRASE to encrypt it, "
    "or add --plain."
)
ENCRYPTED: Final = (
    "The new book is encrypted, and this computer’s keyring has its key. Print the recovery key with "
    "“bellwether encryption recovery-key” and keep it on paper."
)
REQUIRED: Final = "Your organisation requires encrypted books. This one is not encrypted yet."
NO_KEYRING: Final = "This computer has no keyring. You enter a passphrase each time you open the book."
BEGUN: Final = "Your new book is encrypted. Keep its recovery key on paper: see Settings › This computer."
CONVERTED: Final = "The book is encrypted with a new key. Keep its recovery key on paper: see Settings › This computer."


@dataclass(frozen=True, slots=True)
class Encryption:
    """How a book is kept.

    Attributes
    ----------
    encrypted
        Whether the file is.
    in_keyring
        Whether this computer's keyring opens it, without a passphrase.
    """

    encrypted: bool
    in_keyring: bool = False

    @property
    def words(self) -> str:
        """One sentence."""
        if not self.encrypted:
            return "This book is not encrypted."
        opened = "Its key is in this computer’s keyring." if self.in_keyring else "Its passphrase opens it."
        return f"This book is encrypted. {opened}"


def begun_words(workspace: Workspace, passphrase: str) -> str:
    """Say how a new book is kept."""
    if workspace.store.key is None:
        return NOT_ENCRYPTED
    return "The new book is encrypted. Its passphrase opens it." if passphrase else ENCRYPTED


def is_new(path: Path) -> bool:
    """Whether there is no book at a place yet."""
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def encryption_of(path: Path, keyring: Keyring) -> Encryption:
    """Say how the book at a place is kept."""
    salt = salt_of(path)
    return Encryption(salt is not None, salt is not None and _kept_key(salt, keyring) is not None)


def encryption_in_use(workspace: Workspace) -> tuple[Encryption, bool]:
    """Say how the open book is kept, and whether this computer has a keyring."""
    key, keyring = workspace.store.key, workspace.keyring
    in_keyring = key is not None and _kept_key(key.salt, keyring) is not None
    return Encryption(key is not None, in_keyring), keyring.lasting


def find_key(path: Path, keyring: Keyring, given: str = "") -> BookKey | None:
    """Return the key of a book, None for a plain one.

    Parameters
    ----------
    given
        A passphrase or a recovery key, for a book that the keyring does not open.

    Raises
    ------
    StoreLocked
        There is no key for it.
    EnvironmentFault
        The keyring is locked.
    """
    salt = salt_of(path)
    if salt is None:
        return None
    kept = _kept_key(salt, keyring)
    if kept is not None and (not given or opens(path, kept)):
        return kept
    if given:
        return key_from_words(given, salt)
    if keyring.lasting:
        keyring.lasts(key_name(salt))  # raises where it is locked
    raise StoreLocked(why_locked(path, None))


def _kept_key(salt: bytes, keyring: Keyring) -> BookKey | None:
    """The key that the keyring has for a book, None for none and for an entry that is no key."""
    try:
        raw = bytes.fromhex(keyring.get(key_name(salt)) or "")
    except ValueError:
        return None
    return BookKey(raw, salt) if len(raw) == KEY_BYTES else None


def keep_key(key: BookKey, keyring: Keyring) -> None:
    """Keep a key in the keyring for good.

    Raises
    ------
    EnvironmentFault
        There is no keyring, or it is locked.
    """
    if keyring.lasting:
        keyring.set(key.name, key.raw.hex())
        if keyring.lasts(key.name):
            return
        keyring.delete(key.name)
    raise EnvironmentFault(
        "This computer’s keyring did not take the key of the book. Nothing was changed; "
        "unlock the keyring, or use a passphrase."
    )


def keep_given_key(path: Path, keyring: Keyring, given: str) -> None:
    """Keep the key that a passphrase or a recovery key is for a book, once it opened the book.

    Raises
    ------
    StoreLocked
        It opens another book.
    EnvironmentFault
        There is no keyring, or it is locked.
    """
    salt = salt_of(path)
    if salt is None:
        raise UserError(f"{path.name} is not encrypted. Nothing was kept.")
    key = key_from_words(given, salt)
    if why := why_locked(path, key):
        raise StoreLocked(why)
    keep_key(key, keyring)


def passphrase_fault(passphrase: str, again: str) -> str:
    """Return what is wrong with a new passphrase that was typed twice, '' for nothing."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return f"The passphrase is too short. Choose at least {SHORTEST_PASSPHRASE} characters."
    if is_recovery_key(passphrase):
        return "This is a recovery key. Choose a passphrase of your own."
    return "" if passphrase == again else "The passphrases do not match. Type the same one in both fields."


def recovery_key(workspace: Workspace) -> str:
    """Return the recovery key of an open book, '' for a plain one."""
    return workspace.store.key.recovery if workspace.store.key is not None else ""


def new_key(keyring: Keyring, passphrase: str = "") -> BookKey | None:
    """Return a key for a book that is to be encrypted: the passphrase's, else one that the keyring keeps.

    Returns
    -------
    BookKey or None
        None where there is neither.

    Raises
    ------
    UserError
        The passphrase is too short.
    EnvironmentFault
        The keyring is locked.
    """
    if passphrase:
        if fault := passphrase_fault(passphrase, passphrase):
            raise UserError(fault)
        return key_from_passphrase(passphrase)
    if not keyring.lasting:
        return None
    key = random_key()
    keep_key(key, keyring)
    return key


def check_key(path: Path, words: str) -> bool:
    """Return whether a recovery key or a passphrase opens a book, which is only read."""
    salt = salt_of(path)
    if salt is None:
        return False
    return opens(path, key_from_words(words, salt))


def encrypt_book(path: Path, keyring: Keyring, passphrase: str = "", given: str = "") -> BookKey:
    """Encrypt a book, or give an encrypted one another key; plain copies of older versions get it too.

    Parameters
    ----------
    passphrase
        What will open it; '' for a key in the keyring.
    given
        The current passphrase or recovery key, where the keyring has none.

    Raises
    ------
    UserError
        There is neither keyring nor passphrase, or it is too short.
    StoreBusy, StoreLocked, EnvironmentFault
        The book is open, has another key, or there is no room. It is as it was.
    """
    before = find_key(path, keyring, given)
    open_store(path, before, create=False).close()  # a book at all, and of this version
    key = new_key(keyring, passphrase)
    if key is None:
        raise UserError("This computer has no keyring that keeps the key. Choose a passphrase for the book.")
    for kept in (*path.parent.glob(f"{glob.escape(path.name)}.check-*"), *damaged_files(path)):
        wipe(kept)
    try:
        for copy in copies_of_book(path):  # first: where one fails, the next try finds it still plain
            if salt_of(copy) is None:
                convert(copy, None, key)
        convert(path, before, key)
    except BaseException:
        if not passphrase and key.salt not in map(salt_of, (path, *copies_of_book(path))):
            keyring.delete(key.name)  # it opens nothing
        raise
    return key
