"""Retention: erase customers without contact for longer than the policy keeps them.

Nothing goes by itself. `due_for_erasure` is the dry run; a person reads it and erases those whom it lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Final, Protocol, TypeVar

from models import sqlite
from models.tables import CONTENT_TABLES, contacts, conversations, customers, email_events, notes
from models.values.changes import Changes
from models.values.errors import BellwetherError, UserError
from models.values.imports import Progress
from models.values.retention import Due, Erased, Retention
from services import backups
from services.duplicates import Erasure, email_on_its_way, erase_one_of, receipt_lines, receipt_text, rewrite_book
from services.exporting import write_file
from services.metrics.periods import months_later
from services.workspace import Workspace

#: Which rows are no word of theirs: what was only sent to them.
_THEIRS: Final = {
    email_events: "kind NOT IN ('sent', 'delivered', 'bounced')",
    conversations: "coalesce(direction, '') <> 'to_customer'",
}
#: Days beside those that end in "_on".
_ALSO: Final = {
    notes: ("written_at",),
    customers: ("email_consent_since",),
    contacts: ("email_consent_since",),
}
#: Who stays, however long ago: with a contract that is not known to have ended, or a task that is still to be done.
_STILL: Final = """
    SELECT customer_id FROM contracts
    WHERE (status = 'active' AND NOT coalesce(renews = 0 AND ends_on < :today, 0))
       OR (status IS NULL AND ends_on IS NULL)
    UNION SELECT customer_id FROM tasks WHERE done_at IS NULL
"""


class _Receipt(Protocol):
    @property
    def lines(self) -> tuple[str, ...]:
        """What the receipt says."""


T = TypeVar("T", bound=_Receipt)


def due_for_erasure(workspace: Workspace, months: int = 0) -> Retention:
    """Return who is due to be erased today by the policy, or by another period; nothing is changed."""
    kept = months or workspace.read_policy().retention_months
    with workspace.store.snapshot() as driver:
        return _due(driver, kept, workspace.clock.today()) if kept else Retention(0, None, ())


def erase_due(
    workspace: Workspace,
    asked: Sequence[int],
    months: int = 0,
    progress: Callable[[Progress], None] = lambda _progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Erased:
    """Erase customers who are due, each with all that refers to them; no undo brings them back.

    Parameters
    ----------
    asked
        Whom a person read in the list: who is no longer due when it is their turn, or joined the list since, stays.
    cancelled
        Asked between two customers; who went before stays erased.

    Raises
    ------
    UserError
        No period is set, and none is given.
    NotAllowed
        IT has set a period, and another one is given.
    """
    managed = workspace.read_policy().retention_months
    if months and months != managed:
        workspace.managed.refuse_change("retention_months", "How long customers are kept")
    kept, today = months or managed, workspace.clock.today()
    if not kept:
        raise UserError("No period is set. Set one in Settings, Privacy, or give --months.")
    receipts: list[Erasure] = []
    on_their_way, fault = [], ""
    for number, customer_id in enumerate(dict.fromkeys(asked)):
        progress(Progress("Erasing customers", number, len(asked)))
        with workspace.store.snapshot() as driver:
            if email_on_its_way(driver, customer_id):
                on_their_way.append(customer_id)
                continue
        if cancelled():
            fault = "Stopped."
            break
        try:
            found = erase_one_of(workspace, customer_id, _is_due(customer_id, kept, today))
        except BellwetherError as error:
            fault = str(error)
            break
        if found is not None:
            receipts.append(found)
    lines = [*receipt_lines(receipts, rewritten=_rewritten(workspace))] if receipts else ["No customer was erased."]
    if on_their_way:
        lines.append(f"Not erased, because an email is on its way: {', '.join(map(str, on_their_way))}.")
    changes = reduce(Changes.merged, (one.changes for one in receipts), Changes())
    gone = tuple(one.customer_id for one in receipts)
    return Erased(gone, tuple([*lines, fault] if fault else lines), changes, fault)


def with_receipt(workspace: Workspace, path: Path | None, erase: Callable[[], T]) -> tuple[T, str]:
    """Erase, and write the receipt to a .txt file where one is named; return what was erased and the receipt.

    Raises
    ------
    UserError, EnvironmentFault
        As `write_file` does, before anything is erased.
    """
    if path is not None:
        write_file(path, lambda file: file.write(b""), ".txt")
    erased = erase()
    text = receipt_text(erased.lines, backups.copies_with_data(workspace.store.path))
    if path is not None:
        write_file(path, lambda file: file.write(text.encode()), ".txt")
    return erased, text


def _rewritten(workspace: Workspace) -> bool:
    try:
        return rewrite_book(workspace)
    except BellwetherError:  # somebody else writes: the receipt says what is left
        return False


def _is_due(customer_id: int, months: int, today: date) -> Callable[[sqlite.Connection], bool]:
    def still(driver: sqlite.Connection) -> bool:
        return any(one.customer_id == customer_id for one in _due(driver, months, today, customer_id).due)

    return still


def _due(driver: sqlite.Connection, months: int, today: date, only: int | None = None) -> Retention:
    before = months_later(today, -months)
    asked = {"today": today.isoformat(), "only": only}
    still = {row[0] for row in driver.execute(_STILL, asked)}
    names = dict(driver.execute(f"SELECT id, name FROM customers{'' if only is None else ' WHERE id = :only'}", asked))
    last: dict[int, tuple[str, str]] = {}
    for query, table in _contacts(one=only is not None):
        for customer_id, day in driver.execute(query, asked):
            if day and day > last.get(customer_id, ("", ""))[0]:
                last[customer_id] = day, table
    late = [number for number in names if number in last and last[number][0] < before.isoformat()]
    due = [Due(one, names[one], date.fromisoformat(last[one][0]), last[one][1]) for one in late if one not in still]
    due.sort(key=lambda one: (one.last_on, one.customer_id))
    return Retention(months, before, tuple(due), len(late) - len(due), len(names.keys() - last.keys()))


def _contacts(*, one: bool) -> list[tuple[str, str]]:
    """Queries for the last day that rows of a table have of each customer, or of one, with the table's name."""
    found: list[tuple[str, str]] = []
    for table in (*CONTENT_TABLES, notes):
        whose = "id" if table is customers else "customer_id"
        days = [*(column.name for column in table.c if column.name.endswith("_on")), *_ALSO.get(table, ())]
        if whose not in table.c or not days:
            continue
        latest = [f"coalesce(max(substr({name}, 1, 10)), '')" for name in days]
        day = latest[0] if len(latest) == 1 else f"max({', '.join(latest)})"
        rows = " AND ".join([_THEIRS.get(table, "1"), *([f"{whose} = :only"] if one else [])])
        found.append((f"SELECT {whose}, {day} FROM {table.name} WHERE {rows} GROUP BY {whose}", table.name))
    return found
