"""Retention: erase customers of whom nothing has been heard for as long as the policy keeps them.

Nothing goes by itself. `due_for_erasure` is the dry run; a person reads it and erases those whom it lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Final

from models import sqlite
from models.tables import CONTENT_TABLES, email_events, notes
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.imports import Progress
from models.values.retention import Due, Retention
from models.values.words import full_day
from services.duplicates import Erasure, email_on_its_way, erase_customer
from services.metrics.periods import months_later
from services.workspace import Workspace

#: What customers do with an email; that one was sent to them is no word of theirs.
_BY_THEM: Final = "kind IN ('opened', 'clicked', 'replied', 'converted')"
#: Who is not left, however long ago: a contract without an end that is not over, or a task that is still to be done.
_STILL = """
    SELECT customer_id FROM contracts WHERE ends_on IS NULL AND status = 'active'
    UNION SELECT customer_id FROM tasks WHERE done_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """Customers who were erased together, and who was not: an email to them is on its way."""

    receipts: tuple[Erasure, ...]
    left: tuple[int, ...]

    @property
    def changes(self) -> Changes:
        """What changed in the book."""
        return reduce(Changes.merged, (one.changes for one in self.receipts), Changes())

    @property
    def lines(self) -> tuple[str, ...]:
        """One receipt for all of them, as a person reads it."""
        if not self.receipts:
            return ("Nobody was erased.",)
        last = self.receipts[-1]
        rows = sum((Counter(one.rows) for one in self.receipts), Counter())
        together = Erasure(
            last.customer_id, last.at, last.by, dict(rows), sum(one.details for one in self.receipts),
            sum(one.marks for one in self.receipts),
            tuple(dict.fromkeys(file for one in self.receipts for file in one.files)), last.rewritten, self.changes,
        )  # fmt: skip
        numbers = ", ".join(str(one.customer_id) for one in self.receipts)
        who = "Customer" if len(self.receipts) == 1 else "Customers"
        first = f"{who} {numbers}: erased on {full_day(datetime.fromisoformat(last.at).date())} by {last.by}."
        left = [f"Kept, as an email is on its way: {', '.join(map(str, self.left))}."] if self.left else []
        return (first, *together.lines[1:], *left)


def due_for_erasure(workspace: Workspace, months: int | None = None) -> Retention:
    """Return who is due to be erased today by the policy, or by another period; nothing is changed."""
    kept = workspace.read_policy().retention_months if months is None else months
    with workspace.store.snapshot() as driver:
        if not kept:
            return Retention(0, None, (), 0)
        return _due(driver, kept, workspace.clock.today())


def erase_due(
    workspace: Workspace,
    asked: Sequence[int],
    months: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Erased:
    """Erase customers who are due, each with all that refers to them; no undo brings them back.

    Parameters
    ----------
    asked
        Whom a person read in the list: who is no longer due, or joined it since, stays.
    progress
        Called after each.

    Raises
    ------
    UserError
        No period is set, and none is given.
    """
    kept = workspace.read_policy().retention_months if months is None else months
    if not kept:
        raise UserError("No period is set. Set one under Settings, Emails, Retention, or give --months.")
    still = {one.customer_id for one in due_for_erasure(workspace, kept).due}
    going = [one for one in dict.fromkeys(asked) if one in still]
    with workspace.store.snapshot() as driver:
        left = [one for one in going if email_on_its_way(driver, one)]
    going = [one for one in going if one not in left]
    receipts = []
    for number, customer_id in enumerate(going, 1):
        receipts.append(erase_customer(workspace, customer_id, rewrite=number == len(going)))
        if progress is not None:
            progress(Progress("Erasing customers", number, len(going)))
    return Erased(tuple(receipts), tuple(left))


def _due(driver: sqlite.Connection, months: int, today: date) -> Retention:
    before = months_later(today, -months)
    still = {row[0] for row in driver.execute(_STILL)}
    names = dict(driver.execute("SELECT id, name FROM customers"))
    heard: dict[int, tuple[str, str]] = {}
    for query, table in _heard():
        for customer_id, day in driver.execute(query):
            if day and day > heard.get(customer_id, ("", ""))[0]:
                heard[customer_id] = day, table
    due = [
        Due(number, names[number], date.fromisoformat(day), table)
        for number, (day, table) in heard.items()
        if number in names and day < before.isoformat() and number not in still
    ]
    due.sort(key=lambda one: (one.last_on, one.customer_id))
    return Retention(months, before, tuple(due), len(names.keys() - heard.keys()))


def _heard() -> list[tuple[str, str]]:
    """Queries for the last day that rows of a table have of each customer, with the table's name."""
    found = [("SELECT id, signed_up_on FROM customers", "customers")]
    days = [
        (table, [one.name for one in table.c if one.name.endswith("_on")])
        for table in CONTENT_TABLES
        if "customer_id" in table.c
    ]
    for table, columns in (*days, (notes, ["written_at"])):
        latest = [f"coalesce(max(substr({name}, 1, 10)), '')" for name in columns]
        if latest:
            day = latest[0] if len(latest) == 1 else f"max({', '.join(latest)})"
            only = f" WHERE {_BY_THEM}" if table is email_events else ""
            found.append((f"SELECT customer_id, {day} FROM {table.name}{only} GROUP BY customer_id", table.name))
    return found
