"""A process that sends: it imports everything once, and from then on forks a sender for each line that it is given.

    python -m tests.services.outreach.outbox.sender

Each line is JSON with the book, the account and the moment; it answers with the number of the process that it made. An
empty line asks how that one ended: until then its number is not given to another process, so that it can be killed.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from typing import Any

from models.tables import metadata  # noqa: F401  (all that a sender needs is imported before the first fork)
from services.outreach.outbox import claim
from services.outreach.outbox.sending import send_due
from services.outreach.outbox.smtp import Timeouts
from services.settings import MailAccount, Preferences
from services.workspace import Recipe, open_workspace


def main() -> None:
    """Serve until the parent closes the line."""
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _send(json.loads(line))
        _answer(child)
        sys.stdin.readline()
        _, status = os.waitpid(child, 0)
        _answer(status)


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _send(given: dict[str, Any]) -> None:
    """Run one round as a program of its own would, and end without saying goodbye to anything."""
    code = 1
    try:
        if given["unlocked"]:
            claim._locked = lambda _file: True  # type: ignore[assignment]
        workspace = open_workspace(Recipe(given["store"], "Ada", given["moment"]), create=False)
        workspace = replace(workspace, preferences=Preferences(mail=MailAccount(**given["account"])))
        send_due(workspace, now=True, timeouts=Timeouts(*given["timeouts"]))
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
