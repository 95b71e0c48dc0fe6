"""The last fault of account or network, kept in the book: when to try again, and what the chip says meanwhile."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from models.values import words
from models.values.journal import Actor
from services.workspace import Workspace

_SENDER: Final = Actor("system", "outbox")
_KEY: Final = "outbox trouble"
#: Minutes until sending is tried again after a fault of account or network; the last one for every further try.
_BACK_OFF_MINUTES: Final = (1, 2, 5, 15)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that keeps every email: its sentence, and the moment (UTC) at which sending is tried again."""

    sentence: str
    offline: bool
    retry_at: str
    tries: int


def read_trouble(driver: sqlite3.Connection) -> Trouble | None:
    """Return the fault that still stands, None where the last round went well."""
    found = driver.execute("SELECT value FROM book WHERE key = ?", (_KEY,)).fetchone()
    return Trouble(**json.loads(found[0])) if found is not None else None


def keep_trouble(workspace: Workspace, sentence: str, *, offline: bool) -> None:
    """Keep a fault; it changes nothing that people did, and leaves no entry in the journal."""
    with workspace.store.unit_of_work(_SENDER, "trouble", "outbox", at=workspace.at) as work:
        before = read_trouble(work.driver)
        tries = before.tries + 1 if before is not None else 1
        pause = _BACK_OFF_MINUTES[min(tries, len(_BACK_OFF_MINUTES)) - 1]
        retry = words.stored(workspace.clock.now() + timedelta(minutes=pause))
        value = json.dumps(asdict(Trouble(sentence, offline, retry, tries)), ensure_ascii=False)
        work.sql("INSERT INTO book (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                 (_KEY, value))  # fmt: skip
        work.commit()


def no_trouble(workspace: Workspace) -> None:
    """Forget the fault once a round went well."""
    with workspace.store.snapshot() as driver:
        if read_trouble(driver) is None:
            return
    with workspace.store.unit_of_work(_SENDER, "trouble", "outbox", at=workspace.at) as work:
        work.sql("DELETE FROM book WHERE key = ?", (_KEY,))
        work.commit()
