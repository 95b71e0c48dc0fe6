"""Secrets: in a real keyring or in memory, never in a file; said honestly when the keyring stays locked."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import keyring
import pytest
from keyring.backends.chainer import ChainerBackend

from app.keyrings import SERVICE, LazyKeyring, SystemKeyring, system_keyring
from models.values.errors import EnvironmentFault
from services.workspace import SessionKeyring
from tests.vault import Vault


class PlaintextVault(Vault):
    """A backend that writes what it is given where everybody can read it."""


class Refusing(Vault):
    """A backend whose transport breaks with an error that is none of keyring's."""

    def _open(self) -> None:
        raise OSError("the bus is gone")


@pytest.fixture
def restored() -> Iterator[None]:
    """Put keyring's own choice of a backend back after the test."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_secret_goes_to_the_keyring_and_is_taken_out_again() -> None:
    vault = Vault()
    secrets = SystemKeyring(vault)
    assert secrets.get("mail") is None and not secrets.lasts("mail")
    secrets.set("mail", "one")
    assert vault.secrets == {(SERVICE, "mail"): "one"}
    assert secrets.get("mail") == "one" and secrets.lasts("mail")
    secrets.delete("mail")
    assert vault.secrets == {} and secrets.get("mail") is None
    secrets.delete("mail")


class Narrow(Vault):
    """A backend with Windows' limit: 2,560 bytes of UTF-16 an entry."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > 2_560:
            raise OSError("Stub received bad data")
        super().set_password(service, username, password)


def test_a_long_secret_fits_where_an_entry_may_not_be_long() -> None:
    vault = Narrow()
    secrets = SystemKeyring(vault)
    for secret in ("a" * 5_000, "b" * 1_201, "c" * 1_200, "d" * 2_400, "short"):
        secrets.set("mail-sign-in:ada", secret)
        assert secrets.lasts("mail-sign-in:ada") and SystemKeyring(vault).get("mail-sign-in:ada") == secret
    assert len(vault.secrets) == 1, "no part is left of the longer ones"
    secrets.set("mail-sign-in:ada", "e" * 4_000)
    secrets.delete("mail-sign-in:ada")
    assert vault.secrets == {}


def test_what_a_locked_keyring_does_not_take_is_kept_for_this_run_and_said_so() -> None:
    vault = Vault()
    secrets = SystemKeyring(vault)
    secrets.set("mail", "old")
    vault.locked = True
    secrets.set("mail", "new")
    assert secrets.get("mail") == "new"
    assert not secrets.lasts("mail")
    assert vault.secrets == {(SERVICE, "mail"): "old"}
    vault.locked = False
    assert secrets.get("mail") == "new", "what was typed last counts, also after the keyring was unlocked"
    secrets.set("mail", "newer")
    assert secrets.lasts("mail") and vault.secrets == {(SERVICE, "mail"): "newer"}
    assert SystemKeyring(vault).get("mail") == "newer"


def test_clearing_a_secret_of_a_locked_keyring_says_that_it_is_still_there() -> None:
    vault = Vault()
    secrets = SystemKeyring(vault)
    secrets.set("mail", "old")
    vault.locked = True
    with pytest.raises(EnvironmentFault, match="Unlock the keyring"):
        secrets.delete("mail")
    with pytest.raises(EnvironmentFault, match="is locked"):
        secrets.lasts("mail")
    assert vault.secrets


def test_a_keyring_whose_transport_breaks_loses_nothing() -> None:
    secrets = SystemKeyring(Refusing())
    secrets.set("mail", "one")
    assert secrets.get("mail") == "one" and not secrets.lasts("mail")


def test_plain_text_and_nothing_are_no_keyrings(restored: None) -> None:
    vault = Vault()
    keyring.set_keyring(vault)
    assert isinstance(system_keyring(), SystemKeyring)
    plain = PlaintextVault()
    keyring.set_keyring(plain)
    found = system_keyring()
    assert isinstance(found, SessionKeyring) and not found.lasting
    found.set("mail", "one")
    assert plain.secrets == {}


def test_of_a_chain_only_a_real_keyring_is_used(restored: None, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, vault = PlaintextVault(), Vault()
    chain = ChainerBackend()
    monkeypatch.setattr(ChainerBackend, "backends", [plain, vault])
    keyring.set_keyring(chain)
    found = system_keyring()
    found.set("mail", "one")
    assert found.lasting and vault.secrets and not plain.secrets
    monkeypatch.setattr(ChainerBackend, "backends", [plain])
    assert isinstance(system_keyring(), SessionKeyring)


def test_a_configuration_that_names_no_backend_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "not.installed.Keyring")
    assert isinstance(system_keyring(), SessionKeyring)


def test_threads_that_ask_at_once_get_one_keyring() -> None:
    secrets = LazyKeyring()
    begin = threading.Barrier(4)

    def keep(number: int) -> None:
        begin.wait()
        secrets.set(f"name {number}", str(number))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [secrets.get(f"name {number}") for number in range(4)] == ["0", "1", "2", "3"]
    secrets.delete("name 0")
    assert secrets.get("name 0") is None and not secrets.lasts("name 1")
