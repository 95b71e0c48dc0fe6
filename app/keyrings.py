"""The operating system's keyring behind the small protocol that the rooms know."""

from __future__ import annotations

from services.workspace import Keyring, SessionKeyring

SERVICE = "bellwether"


class SystemKeyring:
    """Secrets in the operating system's keyring. Made by ``system_keyring`` only where there is a real one."""

    lasting = True

    def get(self, name: str) -> str | None:
        """Return a secret; None where there is none, or where the keyring stays locked."""
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, name)
        except KeyringError:
            return None

    def set(self, name: str, secret: str) -> None:
        """Keep a secret; a keyring that stays locked keeps the one before."""
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, name, secret)
        except KeyringError:
            return


def system_keyring() -> Keyring:
    """Return the system's keyring, or one for this run only where the computer has none."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, (fail.Keyring, null.Keyring)):
        return SessionKeyring()
    return SystemKeyring()


class LazyKeyring:
    """Asks for the system's keyring at first use: importing it costs 65 ms that the first page must not wait for."""

    def __init__(self) -> None:
        self._keyring: Keyring | None = None

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

    def _found(self) -> Keyring:
        if self._keyring is None:
            self._keyring = system_keyring()
        return self._keyring
