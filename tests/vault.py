"""A keyring for tests: a backend of the real library that keeps secrets in memory, and can be locked."""

from __future__ import annotations

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class Vault(KeyringBackend):
    """A backend that keeps secrets, and can be locked as a person locks a desktop's."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        if self.secrets.pop((service, username), None) is None:
            raise PasswordDeleteError("none")

    def _open(self) -> None:
        if self.locked:
            raise KeyringLocked("The person dismissed the prompt")
