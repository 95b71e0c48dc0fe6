"""Keys of books: the keyring's, a passphrase's, neither; and that nothing of a customer lies anywhere in plain text."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.keyrings import SystemKeyring
from models.store import open_store
from models.store.book_key import BookKey, key_from_passphrase, key_from_words, random_key
from models.store.encrypted import salt_of
from models.store.migrate import backup_path
from models.values.errors import EnvironmentFault, StoreLocked, UserError
from services.book.as_of import copy_as_of
from services.book.encryption import (
    check_key,
    encrypt_book,
    encryption_of,
    find_key,
    keep_given_key,
    new_key,
    passphrase_fault,
)
from services.book.files import copy_book
from services.sync import preview
from services.workspace import Recipe, SessionKeyring, open_workspace
from tests.services.sync.book import Book, write_csv
from tests.vault import Vault

PASSPHRASE = "correct horse battery"
HEADER = ["customer_id", "name", "email", "created"]


@pytest.fixture
def vault() -> Vault:
    return Vault()


@pytest.fixture
def keyring(vault: Vault) -> SystemKeyring:
    return SystemKeyring(vault)


def _rows(first: int, count: int) -> list[list[str]]:
    return [
        [str(n), f"Zyxomma Quarnell {n}", f"zyx{n}@quarnell.example", "2026-01-05"] for n in range(first, first + count)
    ]


def _plain_text(*folders: Path) -> list[str]:
    """Files that hold a customer's name or address, or that of the file itself."""
    words = (b"Quarnell", b"quarnell", "Quarnell".encode("utf-16-le"))
    return [
        str(one)
        for folder in folders
        for one in folder.rglob("*")
        if one.is_file() and any(word in one.read_bytes() for word in words)
    ]


def test_no_customer_is_in_plain_text_in_book_log_staging_backup_copies_or_temporary_files(
    store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyring: SystemKeyring
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("SQLITE_TMPDIR", str(temporary))
    files = [write_csv(tmp_path / f"{n}.csv", HEADER, _rows(n * 4_000, 4_000)) for n in range(2)]
    key = new_key(keyring)
    workspace = open_workspace(Recipe(str(store_path), "Ana", "2026-11-21T08:00:00+00:00", key=key))
    book, seen = Book(workspace), set[str]()

    def looked(_anything: object = None) -> None:
        seen.update(one.name for one in (*store_path.parent.iterdir(), *temporary.rglob("*")))
        assert _plain_text(store_path.parent, temporary) == []

    book.bring(files[0], source="crm")
    preview(workspace, book.request(files[1], source="crm"), progress=looked)
    looked()
    assert any(".check-" in name for name in seen)
    book.bring(files[1], source="crm")
    copy_book(workspace, store_path.with_name("copy.bw"))
    with copy_as_of(workspace, date(2026, 11, 20)) as past, past.store.snapshot() as reading:
        assert reading.execute("SELECT count(*) FROM customers").fetchone()[0] == 8_000
        looked()
    looked()
    workspace.close()
    assert {"book.db-wal", "copy.bw"} <= seen
    assert find_key(store_path.with_name("copy.bw"), keyring) == key, "a copy opens as the book does"


def test_a_plain_book_is_encrypted_with_the_copies_of_older_versions_and_what_checks_left(
    store_path: Path, tmp_path: Path, keyring: SystemKeyring
) -> None:
    workspace = open_workspace(Recipe(str(store_path), "Ana", "2026-11-21T08:00:00+00:00"))
    book = Book(workspace)
    book.bring(write_csv(tmp_path / "first.csv", HEADER, _rows(0, 50)), source="crm")
    copy_book(workspace, backup_path(store_path, 15))
    preview(workspace, book.request(write_csv(tmp_path / "next.csv", HEADER, _rows(50, 50)), source="crm"))
    workspace.close()
    assert len(_plain_text(store_path.parent)) == 3
    key = encrypt_book(store_path, keyring)
    assert _plain_text(store_path.parent) == []
    for path in (store_path, backup_path(store_path, 15)):
        store = open_store(path, find_key(path, keyring), create=False)
        with store.snapshot() as reading:
            assert reading.execute("SELECT count(*) FROM customers").fetchone()[0] == 50
        store.close()
    assert find_key(store_path, keyring) == key
    assert encryption_of(store_path, keyring).words == "This book is encrypted. Its key is in this computer’s keyring."


def test_the_key_is_kept_before_the_book_has_it(store_path: Path, vault: Vault, keyring: SystemKeyring) -> None:
    open_store(store_path).close()
    vault.locked = True
    with pytest.raises(EnvironmentFault, match="keyring"):
        encrypt_book(store_path, keyring)
    assert salt_of(store_path) is None
    vault.locked = False
    encrypt_book(store_path, keyring)
    assert [name for _, name in vault.secrets] == [f"key of book {(salt_of(store_path) or b'').hex()}"]


def test_a_keyring_that_is_locked_or_has_lost_the_key_says_so(
    store_path: Path, vault: Vault, keyring: SystemKeyring
) -> None:
    key = new_key(keyring)
    assert key is not None
    open_store(store_path, key).close()
    vault.locked = True
    with pytest.raises(EnvironmentFault, match="keyring is locked"):
        find_key(store_path, keyring)
    vault.locked = False
    vault.secrets.clear()
    with pytest.raises(StoreLocked, match="this computer has no key for it"):
        find_key(store_path, keyring)
    with pytest.raises(StoreLocked, match="does not open"):
        keep_given_key(store_path, keyring, "some other words")
    assert vault.secrets == {}
    keep_given_key(store_path, keyring, key.recovery)
    assert find_key(store_path, keyring) == key


@pytest.mark.parametrize("entry", ["no key at all", "ab" * 31, "ab" * 32])
def test_a_keyring_with_a_wrong_entry_gives_way_to_what_a_person_types(
    store_path: Path, keyring: SystemKeyring, entry: str
) -> None:
    key = key_from_passphrase(PASSPHRASE)
    open_store(store_path, key).close()
    keyring.set(key.name, entry)
    assert find_key(store_path, keyring, PASSPHRASE) == key
    keyring.set(key.name, key.raw.hex())
    assert find_key(store_path, keyring, "of another book") == key, "a passphrase set for another book is in no way"


def test_without_a_keyring_a_passphrase_opens_the_book_or_nothing_is_encrypted(store_path: Path) -> None:
    none = SessionKeyring()
    assert new_key(none) is None
    with pytest.raises(UserError, match="Choose at least 12 characters"):
        new_key(none, "too short")
    open_store(store_path).close()
    with pytest.raises(UserError, match="Choose a passphrase"):
        encrypt_book(store_path, none)
    key = encrypt_book(store_path, none, PASSPHRASE)
    assert find_key(store_path, none, PASSPHRASE) == key == find_key(store_path, none, key.recovery)
    assert check_key(store_path, PASSPHRASE) and check_key(store_path, key.recovery)
    assert not check_key(store_path, PASSPHRASE[:-1]) and not check_key(store_path, "")
    assert encryption_of(store_path, none).words == "This book is encrypted. Its passphrase opens it."


def test_another_key_opens_the_book_and_the_old_one_the_copies_made_before(
    store_path: Path, keyring: SystemKeyring
) -> None:
    open_store(store_path).close()
    old = encrypt_book(store_path, keyring)
    copy = store_path.with_name("before.bw")
    workspace = open_workspace(Recipe(str(store_path), "Ana", key=old))
    copy_book(workspace, copy)
    workspace.close()
    new = encrypt_book(store_path, keyring, PASSPHRASE)
    assert not check_key(store_path, old.recovery) and check_key(store_path, PASSPHRASE)
    assert check_key(copy, old.recovery) and not check_key(copy, new.recovery)
    assert find_key(copy, keyring) == old


@settings(max_examples=12, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=12, max_size=70)
    | st.binary(min_size=32, max_size=32).map(lambda raw: BookKey(raw, b"").recovery)
)
def test_what_made_a_key_opens_it_or_is_refused(passphrase: str) -> None:
    if not passphrase_fault(passphrase, passphrase):
        made = key_from_passphrase(passphrase)
        assert key_from_words(passphrase, made.salt) == made


def test_a_recovery_key_is_no_passphrase(store_path: Path, keyring: SystemKeyring) -> None:
    open_store(store_path).close()
    with pytest.raises(UserError, match="recovery key"):
        encrypt_book(store_path, keyring, random_key().recovery)
    assert salt_of(store_path) is None


def test_a_copy_that_stayed_plain_is_encrypted_when_the_book_gets_another_key(
    store_path: Path, keyring: SystemKeyring
) -> None:
    open_store(store_path).close()
    copy = backup_path(store_path, 15)
    copy.write_bytes(store_path.read_bytes())
    first = copy.read_bytes()
    encrypt_book(store_path, keyring)
    copy.write_bytes(first)
    key = encrypt_book(store_path, keyring)
    assert salt_of(copy) == salt_of(store_path) == key.salt


def test_a_try_that_failed_leaves_no_key_in_the_keyring(
    store_path: Path, vault: Vault, keyring: SystemKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(store_path).close()
    monkeypatch.setattr("models.store.convert._alike", lambda *_sides: False)
    with pytest.raises(EnvironmentFault, match="copied whole"):
        encrypt_book(store_path, keyring)
    assert not vault.secrets and salt_of(store_path) is None
