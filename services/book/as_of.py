"""Look at the book as of an earlier day: the same program on a copy that lives as long as the look.

Scores and alerts are derived, so the copy throws them away: whoever looks computes what they need of them as of that
day, by the same functions as ever. The book itself is only read. A copy costs a tenth of a second for a hundred
megabytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from json import dumps
from pathlib import Path

from sqlalchemy import delete

from models import sqlite
from models.store import Store
from models.store.connect import unlocked
from models.tables import (
    alert_signals,
    alerts,
    book,
    customer_risk_scores,
    drafts,
    messages,
    model_fits,
    notes,
    score_history,
    sendings,
    tasks,
)
from models.values.errors import EnvironmentFault, UserError
from models.values.journal import Actor
from services.book.known import known_customers
from services.workspace import FixedClock, Workspace, open_workspace


@contextmanager
def copy_as_of(
    workspace: Workspace, day: date, *, later_too: bool = False, most: int | None = None
) -> Iterator[Workspace]:
    """Yield a workspace on a copy of the book without scores and alerts, whose clock stands at the end of ``day``.

    Parameters
    ----------
    later_too
        Keep customers who were not known on that day yet: for one who walks on from it.
    most
        Keep about so many customers, every n-th; None: all.

    Raises
    ------
    UserError
        The day lies in the future, or before the book begins.
    EnvironmentFault
        There is no room for the copy.
    """
    if day > workspace.clock.today():
        raise UserError(f"{day} is in the future. Choose a day up to today.")
    with tempfile.TemporaryDirectory(prefix="bellwether-as-of-") as folder:
        copy = Path(folder) / workspace.store.path.name
        write_copy(workspace, copy, day, later_too=later_too, most=most)
        with opened_copy(workspace, copy, day) as past:
            yield past


def write_copy(
    workspace: Workspace, target: Path, day: date, *, later_too: bool = False, most: int | None = None
) -> None:
    """Write the copy of `copy_as_of` to a file, for whoever looks several times."""
    _copy(workspace.store, target, None if later_too else day, most)
    with opened_copy(workspace, target, day) as past:
        _forget_derived(past)


@contextmanager
def opened_copy(workspace: Workspace, copy: Path, day: date) -> Iterator[Workspace]:
    """Yield a workspace on a copy that was written before, with the policy of the book's own workspace."""
    moment = datetime.combine(day, time(23, 59, 59)).astimezone()
    recipe = replace(workspace.recipe, store=str(copy), moment=moment.isoformat())
    past = replace(open_workspace(recipe), policy=workspace.policy, clock=FixedClock(moment))
    try:
        yield past
    finally:
        past.close()


def _copy(source: Store, target: Path, day: date | None, most: int | None) -> None:
    """Copy the book; with a day only the customers who were known on it, what came later of others counts nowhere."""
    with source.snapshot() as origin, closing(sqlite.connect(target)) as copy:
        unlocked(copy, source.key)
        known = known_customers(origin, day) if day is not None else None
        try:
            origin.backup(copy)
            if known is not None:
                copy.execute("DELETE FROM customers WHERE id NOT IN (SELECT value FROM json_each(?))", (dumps(known),))
                copy.commit()
            if most is not None:
                (customers,) = copy.execute("SELECT count(*) FROM customers").fetchone()
                copy.execute("DELETE FROM customers WHERE id % ? <> 0", (-(-customers // most) or 1,))
                copy.commit()
        except sqlite.OperationalError as error:
            raise EnvironmentFault(
                "Looking back needs a copy of the book, and the disk has no room for it. Free some space and try again."
            ) from error


def _forget_derived(past: Workspace) -> None:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with past.store.unit_of_work(Actor("system", "looking back"), "forget", "book", at=at) as work:
        # In this order: what refers to others goes first.
        written = (sendings, drafts, messages, alert_signals, tasks, notes, alerts)
        for table in (*written, customer_risk_scores, score_history, model_fits, book):
            work.execute(delete(table))
        work.commit()
