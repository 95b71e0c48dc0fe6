"""`encryption` and books that are begun by a command: encrypted where a key can be kept, and never silently plain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from app.cli import run_command
from app.paths import sample_book
from models.store.encrypted import salt_of
from services.settings import Limits, Managed
from tests.vault import Vault

PASSPHRASE = "correct horse battery"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,name,email\n1,Zyx Quarnell,zyx@quarnell.example\n", encoding="utf-8")
    return path


def test_without_a_keyring_a_new_book_is_plain_and_one_line_says_so(ask: Any, file: Path, store_path: Path) -> None:
    code, _, told = ask("import", str(file), "--source", "crm")
    assert code == 0 and salt_of(store_path) is None
    assert told.count("\n") == 1 and "The new book is not encrypted" in told and "BELLWETHER_PASSPHRASE" in told
    assert ask("encryption")[1] == {"encrypted": False, "key_in_keyring": False}
    assert ask("import", str(file), "--source", "crm")[2] == "", "said once"


def test_a_book_that_is_to_be_plain_is_plain_without_a_word(ask: Any, file: Path, store_path: Path) -> None:
    assert ask("import", str(file), "--source", "crm", "--plain")[2] == "" and salt_of(store_path) is None


def test_with_a_keyring_a_new_book_is_encrypted_and_every_command_reads_it(
    ask: Any, file: Path, store_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, told = ask("import", str(file), "--source", "crm")
    assert code == 0 and salt_of(store_path) and "encryption recovery-key" in told
    assert "Zyx Quarnell" in str(ask("customers")[1])
    assert ask("verify")[1]["ok"] and ask("doctor")[1]["encrypted"] is True
    assert ask("encryption")[1] == {"encrypted": True, "key_in_keyring": True}
    paper = ask("encryption", "recovery-key")[1]["recovery_key"]
    for typed, code in ((paper, 0), (paper[:-1], 1)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        assert ask("encryption", "test")[:2] == (code, {"opens": code == 0})
    assert ask("encryption", "test", paper)[0] == 2, "a key on the command line can be read by every process"
    vault.secrets.clear()
    code, _, told = ask("customers")
    assert code == 1 and "this computer has no key for it" in told and "BELLWETHER_PASSPHRASE" in told
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, told = ask("encryption", "unlock")
    assert code == 1 and "nothing was entered" in told
    typed = iter([paper])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("app.cli.frame.getpass.getpass", lambda _words: next(typed))
    assert "Zyx Quarnell" in str(ask("customers")[1]), "in a terminal it is asked for"


def test_books_are_encrypted_only_where_they_may_lie(
    ask: Any, file: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("import", str(file), "--source", "crm", "--plain")
    managed = Managed(limits=Limits(store_folders=("/elsewhere",)))
    monkeypatch.setattr("app.cli.encryption.load_managed", lambda *_sources: managed)
    code, _, told = ask("encryption", "on")
    assert code == 4 and "not allowed by your organisation" in told and salt_of(store_path) is None


def test_a_dry_run_keeps_no_key_of_the_book_that_it_throws_away(ask: Any, file: Path, vault: Vault) -> None:
    assert ask("import", str(file), "--source", "crm", "--dry-run")[0] == 0
    assert not [name for _, name in vault.secrets if name.startswith("key of book")]


def test_a_passphrase_in_the_environment_begins_and_opens_a_book(
    ask: Any, file: Path, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_PASSPHRASE", "short")
    code, _, told = ask("import", str(file), "--source", "crm")
    assert code == 1 and "too short" in told and not store_path.exists()
    monkeypatch.setenv("BELLWETHER_PASSPHRASE", PASSPHRASE)
    assert ask("import", str(file), "--source", "crm")[0] == 0 and salt_of(store_path)
    assert "Zyx Quarnell" in str(ask("customers")[1])
    monkeypatch.setenv("BELLWETHER_PASSPHRASE", "another horse battery")
    code, _, told = ask("customers")
    assert code == 1 and "does not open book.db" in told


def test_a_plain_book_is_encrypted_and_given_another_key(
    ask: Any, file: Path, store_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("import", str(file), "--source", "crm", "--plain")
    content = ask("verify")[1]["content_hash"]
    first = ask("encryption", "on")[1]["recovery_key"]
    code, _, told = ask("encryption", "on")
    assert code == 1 and "encrypted already" in told
    second = ask("encryption", "rekey")[1]["recovery_key"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{first}\n"))
    assert first != second and ask("encryption", "test")[0] == 1
    assert ask("verify")[1]["content_hash"] == content
    vault.secrets.clear()


@pytest.mark.usefixtures("no_replay")
def test_the_sample_book_is_plain(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["demo", "--no-window", "--customers", "12", "--json"]) in (0, 3)
    assert sample_book().is_file() and salt_of(sample_book()) is None
    sample_book().unlink()
    capsys.readouterr()
