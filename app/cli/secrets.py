"""Secrets for one run of a command: taken from the environment before the keyring is asked, and written nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from services.workspace import Keyring

#: Holds the passphrase or the recovery key of the book, for one run.
PASSPHRASE = "BELLWETHER_PASSPHRASE"
#: What a secret's name begins with, and the variable that holds it for this run.
VARIABLES = {
    "mail:": "BELLWETHER_MAIL_PASSWORD",
    "mail-client:": "BELLWETHER_MAIL_CLIENT_SECRET",
    "model:": "BELLWETHER_MODEL_KEY",
}


class GivenSecrets:
    """A keyring that looks for a secret in the environment first."""

    def __init__(self, keyring: Keyring, environment: Mapping[str, str]) -> None:
        self._keyring = keyring
        self._given = {start: environment[name] for start, name in VARIABLES.items() if environment.get(name)}

    @property
    def lasting(self) -> bool:
        """Return whether secrets outlive this run."""
        return self._keyring.lasting

    def get(self, name: str) -> str | None:
        """Return a secret, or None."""
        given = next((secret for start, secret in self._given.items() if name.startswith(start)), None)
        return given if given is not None else self._keyring.get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret in the keyring."""
        self._keyring.set(name, secret)

    def delete(self, name: str) -> None:
        """Forget a secret of the keyring."""
        self._keyring.delete(name)

    def lasts(self, name: str) -> bool:
        """Return whether a secret of the keyring outlives this run."""
        return self._keyring.lasts(name)
