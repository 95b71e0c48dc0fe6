"""The two kinds of error that a person is told in a sentence. Anything else that is raised is a bug.

A message is one clear sentence that says what happened, and what to do. It may hold a file's name, never a
customer's data.
"""

from __future__ import annotations

from pathlib import Path


class BellwetherError(Exception):
    """What a person may be told as it stands."""


class UserError(BellwetherError):
    """The input cannot be used as it is; the message says what to do. Exit code 1."""


class Question(UserError):
    """A person must say something first; the message says what is open and how to say it. Exit code 3 of an import."""


class NotAllowed(UserError):
    """IT does not allow it on this computer; nothing was done. Exit code 4."""


class UnknownOwner(UserError):
    """Nobody in the book owns anything under this name; it may be a new one."""


class ChangedElsewhere(UserError):
    """A text was changed by somebody else since it was read; nothing was overwritten, and the message says what is."""


class EnvironmentFault(BellwetherError):
    """Disk, lock, network, damaged or newer store: what failed, that nothing is lost, what to do. Exit code 1."""


class NetworkFault(EnvironmentFault):
    """A server, or what is said to it, does not do now.

    Attributes
    ----------
    offline
        Whether it looks as if there were no network.
    """

    def __init__(self, sentence: str, *, offline: bool = False) -> None:
        super().__init__(sentence)
        self.offline = offline


class StoreBusy(EnvironmentFault):
    """Another program holds the store's writer."""


class StoreFromTheFuture(EnvironmentFault):
    """The store was written by a newer version of this program."""


class StoreDamaged(EnvironmentFault):
    """The file is no readable store; the message says what can be done."""


class StoreLocked(EnvironmentFault):
    """The book is encrypted, and its key is missing or another one."""


class Cancelled(BellwetherError):
    """A person cancelled the work; none of it was kept. Exit code 130."""


def unwritable(path: Path, error: OSError) -> str:
    """Return the sentence why a file cannot be written."""
    if not path.parent.exists():
        return f"There is no folder {path.parent}."
    return f"{path} could not be written ({(error.strerror or 'the place cannot be written').lower()})."
