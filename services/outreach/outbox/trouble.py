"""The last fault of account or network: when sending is tried again by itself, and what is said meanwhile.

A fault belongs to the open book of the program that met it, and to the account that it met it with. Another program
has a keyring, an environment or a network of its own, so that its fault says nothing about this one; and a fault that
was met by a program that has ended is met again at once if it still stands.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from models.values import words
from services.settings import MailAccount
from services.workspace import Workspace

if TYPE_CHECKING:
    from models.store import Store

#: Minutes until sending is tried again after a fault of account or network; the last one for every further try.
_BACK_OFF_MINUTES: Final = (1, 2, 5, 15)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that keeps every email: its sentence, and the moment (UTC) at which sending is tried again."""

    sentence: str
    offline: bool
    retry_at: str
    tries: int


# Rounds are on a thread of the network, readers on those of the pool.
_lock: Final = threading.Lock()
_met: Final[WeakKeyDictionary[Store, tuple[MailAccount, Trouble]]] = WeakKeyDictionary()


def read_trouble(workspace: Workspace) -> Trouble | None:
    """Return the fault that still stands, None where the last round went well or another account is set by now."""
    with _lock:
        account, trouble = _met.get(workspace.store, (None, None))
    return trouble if account == workspace.preferences.mail else None


def keep_trouble(workspace: Workspace, sentence: str, *, offline: bool) -> None:
    """Keep a fault until a round goes well; each further one waits longer."""
    before = read_trouble(workspace)
    tries = before.tries + 1 if before is not None else 1
    pause = _BACK_OFF_MINUTES[min(tries, len(_BACK_OFF_MINUTES)) - 1]
    retry = words.stored(workspace.clock.now() + timedelta(minutes=pause))
    _keep(workspace, Trouble(sentence, offline, retry, tries))


def try_at_once(workspace: Workspace) -> None:
    """Wait no longer: a person asks for it. The fault stands until it has been tried."""
    before = read_trouble(workspace)
    if before is not None:
        _keep(workspace, replace(before, retry_at=workspace.at))


def no_trouble(workspace: Workspace) -> None:
    """Forget the fault: a round went well, or what was wrong with the account is fixed."""
    with _lock:
        _met.pop(workspace.store, None)


def _keep(workspace: Workspace, trouble: Trouble) -> None:
    with _lock:
        _met[workspace.store] = (workspace.preferences.mail, trouble)
