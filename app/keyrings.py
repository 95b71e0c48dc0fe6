"""The operating system's keyring behind the small protocol that the rooms know.

A secret is either in a real keyring or in this process's memory, never in a file of our own: a backend that writes
plain text or throws away counts as none, and what a locked keyring does not take is kept for this run only.
"""

from __future__ import annotations

import sys
from threading import Lock
from typing import TYPE_CHECKING

from models.values.errors import EnvironmentFault
from services.workspace import Keyring, SessionKeyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "bellwether"
#: Longer secrets lie in parts of so many characters.
_LONGEST = 1_200
_IN_PARTS = "bellwether-parts:"
#: Backends that keep nothing, or keep it where everybody can read it.
_NO_KEYRINGS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
#: What backends raise beside keyring's own errors; only a module that is loaded can have raised anything.
_FOREIGN = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


class SystemKeyring:
    """Secrets in the operating system's keyring; those that it does not take, in memory for this run.

    Parameters
    ----------
    backend
        A backend that keeps secrets for good; `system_keyring` chooses it.
    """

    lasting = True

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend
        self._run = SessionKeyring()

    def get(self, name: str) -> str | None:
        """Return a secret; None where there is none, or where the keyring stays locked."""
        found = self._run.get(name)
        return found if found is not None else self._in_keyring(name)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; for this run only where the keyring stays locked (`lasts` tells)."""
        try:
            self._write(name, secret)
        except _faults():
            self._run.set(name, secret)
        else:
            self._run.delete(name)

    def delete(self, name: str) -> None:
        """Forget a secret; it is well if there was none.

        Raises
        ------
        EnvironmentFault
            The keyring stays locked or refuses: the secret may still be in it.
        """
        self._run.delete(name)
        try:
            head = self._backend.get_password(SERVICE, name)
            if head is None:
                return
            self._backend.delete_password(SERVICE, name)
            self._drop_parts(name, 0, _parts_of(head))
        except _faults() as error:
            raise EnvironmentFault(
                "This computer's keyring did not remove the secret. Unlock the keyring and clear it again."
            ) from error

    def lasts(self, name: str) -> bool:
        """Return whether a secret of this name is in the keyring, and not only kept for this run.

        Raises
        ------
        EnvironmentFault
            The keyring stays locked, so that nobody knows.
        """
        if self._run.get(name) is not None:
            return False
        try:
            return self._backend.get_password(SERVICE, name) is not None
        except _faults() as error:
            raise EnvironmentFault("This computer's keyring is locked. Unlock it and try again.") from error

    def _in_keyring(self, name: str) -> str | None:
        try:
            head = self._backend.get_password(SERVICE, name)
            if head is None or not (count := _parts_of(head)):
                return head
            parts = [self._backend.get_password(SERVICE, _part(name, number)) for number in range(count)]
        except _faults():
            return None
        return "".join(part or "" for part in parts) if None not in parts else None

    def _write(self, name: str, secret: str) -> None:
        """Keep a long secret in parts, with their number under its name: Windows takes 1,280 characters an entry."""
        before = _parts_of(self._backend.get_password(SERVICE, name) or "")
        parts = [secret[at : at + _LONGEST] for at in range(0, len(secret), _LONGEST)] if len(secret) > _LONGEST else []
        for number, part in enumerate(parts):
            self._backend.set_password(SERVICE, _part(name, number), part)
        self._backend.set_password(SERVICE, name, f"{_IN_PARTS}{len(parts)}" if parts else secret)
        self._drop_parts(name, len(parts), before)

    def _drop_parts(self, name: str, first: int, end: int) -> None:
        for number in range(first, end):
            if self._backend.get_password(SERVICE, _part(name, number)) is not None:
                self._backend.delete_password(SERVICE, _part(name, number))


def system_keyring() -> Keyring:
    """Return the system's keyring, or one for this run only where the computer has none that keeps secrets."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    # The first three: a configuration that names a backend which is not installed here.
    faults: tuple[type[BaseException], ...] = (ImportError, AttributeError, ValueError, *_faults())
    try:
        backend = keyring.get_keyring()
        choices = backend.backends if isinstance(backend, ChainerBackend) else [backend]
    except faults:
        return SessionKeyring()
    kept = next((one for one in choices if _keeps(one)), None)
    return SystemKeyring(kept) if kept is not None else SessionKeyring()


class LazyKeyring:
    """Asks for the system's keyring at first use: importing it costs 65 ms that the first page must not wait for.

    Called from several threads: there is one keyring in a run, so that what one thread sets another gets.
    """

    def __init__(self) -> None:
        self._keyring: Keyring | None = None
        self._finding = Lock()

    @property
    def lasting(self) -> bool:
        """Return whether secrets outlive this run."""
        return self._found().lasting

    def get(self, name: str) -> str | None:
        """Return a secret, or None."""
        return self._found().get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret."""
        self._found().set(name, secret)

    def delete(self, name: str) -> None:
        """Forget a secret."""
        self._found().delete(name)

    def lasts(self, name: str) -> bool:
        """Return whether there is a secret of this name that outlives this run."""
        return self._found().lasts(name)

    def _found(self) -> Keyring:
        with self._finding:
            if self._keyring is None:
                self._keyring = system_keyring()
            return self._keyring


def _part(name: str, number: int) -> str:
    return f"{name} part {number + 1}"


def _parts_of(head: str) -> int:
    """In how many parts a secret is kept whose entry this is, 0 where the entry is the secret itself."""
    count = head.removeprefix(_IN_PARTS)
    return int(count) if count != head and count.isdecimal() else 0


def _keeps(backend: KeyringBackend) -> bool:
    """Whether a backend keeps secrets, and not in plain text."""
    kinds = type(backend).__mro__
    return not any(
        kind.__module__.startswith(_NO_KEYRINGS) or "plaintext" in kind.__name__.casefold() for kind in kinds
    )


def _faults() -> tuple[type[BaseException], ...]:
    from keyring.errors import KeyringError

    loaded = ((sys.modules.get(module), name) for module, name in _FOREIGN)
    return (KeyringError, OSError, RuntimeError, *(getattr(module, name) for module, name in loaded if module))
