"""The suppression list as a person reads it: each address under which a "no" stands, also those that nobody has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.values import words
from models.values.customers import Suppression
from services.permission.ledger import day_at, history, refused, stored_key

if TYPE_CHECKING:
    from services.workspace import Workspace

_FOUND: Final = (
    "SELECT l.address, max(l.since) FROM suppression_ledger l WHERE l.said = 'withdrawn' AND l.since <= :at"
    f" AND instr(l.address, :part) AND {refused('l.address', ':at')} GROUP BY l.address"
)
_WHO: Final = " UNION ALL ".join(
    f"SELECT {stored_key('email')} AS address, name FROM {table} WHERE {stored_key('email')} IN"
    " (SELECT value FROM json_each(:addresses))"
    for table in ("customers", "contacts")
)


def read_suppressions(workspace: Workspace, part: str = "", *, count: int = 50) -> tuple[tuple[Suppression, ...], int]:
    """Return suppressed addresses that contain ``part``, the newest first, and how many there are in all."""
    named = {"at": workspace.at, "part": part.strip().lower()}
    with workspace.store.snapshot() as driver:
        (total,) = driver.execute(f"SELECT count(*) FROM ({_FOUND})", named).fetchone()
        found = driver.execute(f"{_FOUND} ORDER BY 2 DESC, 1 LIMIT :count", {**named, "count": count}).fetchall()
        who = _who(driver, [address for address, _ in found])
        policy = workspace.policy
        return tuple(
            Suppression(
                address,
                words.full_day(day_at(since, policy)),
                ", ".join(who.get(address, ())),
                history(driver, policy, address),
            )
            for address, since in found
        ), total


def _who(driver: sqlite.Connection, addresses: list[str]) -> dict[str, list[str]]:
    who: dict[str, list[str]] = {}
    for address, name in driver.execute(_WHO, {"addresses": json.dumps(addresses)}):
        if name not in who.setdefault(address, []):
            who[address].append(name)
    return who
