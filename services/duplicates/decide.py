"""What a person says of two customers without merging them: they are two, or it is decided later.

A decision is kept by the keys of the records, so that it holds for whatever becomes of the customers: after an import
that is undone and done again, and after one of them was merged with a third.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from models.store import UnitOfWork
from models.tables import customers, merged_customers, pair_decisions
from models.values.changes import Changes
from models.values.errors import UserError
from services.workspace import Workspace

Key = tuple[str, str]
_SAID: Final = {"apart": "Kept {} and {} apart", "later": "Left for later whether {} and {} are the same customer"}
_VERBS: Final = {"apart": "keep-apart", "later": "decide-later"}


def keep_apart(workspace: Workspace, one_id: int, two_id: int) -> Changes:
    """Mark two customers as different.

    Raises
    ------
    UserError
        One of them is not in the book, or it is the same one twice.
    """
    return _decide(workspace, one_id, two_id, "apart")


def decide_later(workspace: Workspace, one_id: int, two_id: int) -> Changes:
    """Put the question off: the pair leaves the first list and is not lost.

    Raises
    ------
    UserError
        One of them is not in the book, or it is the same one twice.
    """
    return _decide(workspace, one_id, two_id, "later")


def _decide(workspace: Workspace, one_id: int, two_id: int, decision: str) -> Changes:
    if one_id == two_id:
        raise UserError(f"Customer {one_id} cannot be compared with itself. Name two customers.")
    first, second = sorted((one_id, two_id))
    subject = f"customers:{first}+{second}"
    with workspace.store.unit_of_work(workspace.me, _VERBS[decision], subject, at=workspace.at) as work:
        names = [_name(work, number) for number in (first, second)]
        known = _between(work, first, second)
        if known and all(row["decision"] == decision for row in known):
            return Changes(words="That was already decided.")
        for row in known:
            work.delete(pair_decisions, row["id"])
        left, right = sorted(_keys(work, number)[0] for number in (first, second))
        work.insert(
            pair_decisions,
            {
                "left_source": left[0],
                "left_key": left[1],
                "right_source": right[0],
                "right_key": right[1],
                "decision": decision,
                "decided_at": work.at,
                "decided_by": work.actor.name,
            },
        )
        work.say(_SAID[decision].format(*names))
        return work.commit()


def forget_decisions(work: UnitOfWork, one_id: int, two_id: int) -> None:
    """Two customers become one: what was said of them before does not hold any more."""
    for row in _between(work, one_id, two_id):
        work.delete(pair_decisions, row["id"])


def _name(work: UnitOfWork, number: int) -> str:
    name = work.connection.execute(select(customers.c.name).where(customers.c.id == number)).scalar()
    if name is None:
        raise UserError(f"There is no customer {number}. “bellwether customers” lists them.")
    return str(name)


def _keys(work: UnitOfWork, number: int) -> list[Key]:
    """A customer's own key, then those of the records that are parts of it."""
    own = select(customers.c.source, customers.c.external_id).where(customers.c.id == number)
    parts = select(merged_customers.c.source, merged_customers.c.external_id).where(
        merged_customers.c.customer_id == number
    )
    return [(row[0], row[1]) for query in (own, parts) for row in work.connection.execute(query)]


def _between(work: UnitOfWork, one_id: int, two_id: int) -> list[Mapping[str, Any]]:
    theirs = set(_keys(work, two_id))
    found: list[Mapping[str, Any]] = []
    table = pair_decisions.c
    for source, key in _keys(work, one_id):
        query = select(pair_decisions).where(
            ((table.left_source == source) & (table.left_key == key))
            | ((table.right_source == source) & (table.right_key == key))
        )
        for row in work.connection.execute(query).mappings():
            if {(row["left_source"], row["left_key"]), (row["right_source"], row["right_key"])} & theirs:
                found.append(dict(row))
    return found
