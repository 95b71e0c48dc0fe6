"""Compensate an entry: a field returns only where it still holds its after-image, a row goes if nothing needs it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, exists, select, text, union
from sqlalchemy.exc import IntegrityError

from models.journal.chain import Image
from models.journal.renumber import renumbered
from models.journal.undo_messages import UNWATCHED, put_back, without_kept
from models.tables import (
    COMPUTED_TABLES,
    UNTOUCHED_DRAFT,
    alert_signals,
    alerts,
    customers,
    messages,
    metadata,
    notes,
    suppression_ledger,
    tasks,
)

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork


def references(connection: Connection, table: Table, row_id: int) -> list[str]:
    """Return the names of the tables that refer to a row, derived ones left out."""
    found = []
    for other in metadata.sorted_tables:
        if other in COMPUTED_TABLES:
            continue
        for column in other.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                there = connection.execute(select(exists().where(column == row_id))).scalar()
                if there:
                    found.append(other.name)
    return found


def clear_automatic_drafts(connection: Connection, alert_ids: Sequence[int]) -> None:
    """Remove the drafts that the pipeline wrote for alerts about to go, where no person touched them."""
    ids = json.dumps(list(alert_ids))
    going = f"SELECT o.id FROM messages o WHERE o.alert_id IN (SELECT value FROM json_each(?)) AND {UNTOUCHED_DRAFT}"
    connection.exec_driver_sql(f"DELETE FROM drafts WHERE message_id IN ({going})", (ids,))
    connection.exec_driver_sql(f"DELETE FROM messages WHERE id IN ({going})", (ids,))


def clear_derived(connection: Connection, customer_ids: Sequence[int]) -> int:
    """Remove scores, history and alerts that no person touched of customers about to go; return the alerts' number."""
    withdrawn = 0
    written = messages.alias("o")
    for start in range(0, len(customer_ids), 500):
        ids = list(customer_ids[start : start + 500])
        worked_on = union(
            select(tasks.c.alert_id).where(tasks.c.alert_id.is_not(None)),
            select(notes.c.alert_id).where(notes.c.alert_id.is_not(None)),
            select(written.c.alert_id).where(written.c.alert_id.is_not(None), text(f"NOT {UNTOUCHED_DRAFT}")),
        )
        open_alerts = select(alerts.c.id).where(
            alerts.c.customer_id.in_(ids), alerts.c.touched == 0, alerts.c.id.not_in(worked_on)
        )
        alert_ids = list(connection.execute(open_alerts).scalars())
        clear_automatic_drafts(connection, alert_ids)
        connection.execute(delete(alert_signals).where(alert_signals.c.alert_id.in_(alert_ids)))
        connection.execute(delete(alerts).where(alerts.c.id.in_(alert_ids)))
        for table in COMPUTED_TABLES:
            connection.execute(delete(table).where(table.c.customer_id.in_(ids)))
        withdrawn += len(alert_ids)
    return withdrawn


def undo_images(work: UnitOfWork, images: Iterable[Image]) -> None:
    """Put rows back to their before-images inside ``work``, last image first; name in ``work`` what is kept."""
    images = renumbered(work, without_kept(work, [_of_known_columns(image) for image in images]))
    staying = _kept_customers(work, images)
    for image in reversed(images):
        table = metadata.tables[image.table]
        row_id = _key(table, image.row_id)
        if staying and _customer_of(image) in staying:
            continue
        if image.operation == "insert":
            _take_out(work, table, row_id, dict(image.after or {}))
        elif image.operation == "delete":
            _bring_back(work, table, row_id, dict(image.before or {}))
        else:
            _put_back(work, table, row_id, dict(image.before or {}), dict(image.after or {}))


def _of_known_columns(image: Image) -> Image:
    """The image without columns that a later version of the store took away."""
    known = metadata.tables[image.table].c
    before, after = (
        {name: value for name, value in side.items() if name in known} if side is not None else None
        for side in (image.before, image.after)
    )
    return replace(image, before=before, after=after)


def _customer_of(image: Image) -> int | None:
    """Return the customer that a row belongs to, or is."""
    if image.table == "customers":
        return int(image.row_id)
    owner = (image.after or image.before or {}).get("customer_id")
    return owner if isinstance(owner, int) else None


def _key(table: Table, row_id: int | str) -> int | str:
    (primary, *_) = table.primary_key.columns
    return int(row_id) if primary.type.python_type is int else row_id


def _current(work: UnitOfWork, table: Table, row_id: int | str) -> dict[str, Any] | None:
    (primary, *_) = table.primary_key.columns
    row = work.connection.execute(select(table).where(primary == row_id)).mappings().first()
    return dict(row) if row is not None else None


def _kept_customers(work: UnitOfWork, images: Sequence[Image]) -> set[int]:
    """Return the customers whose adding cannot be undone any more, naming each with the reason.

    Decided before anything is taken out: a customer that stays keeps its identities and its scores.
    """
    kept = set()
    added = [image for image in images if image.table == "customers" and image.operation == "insert"]
    with_it = {(image.table, int(image.row_id)) for image in images if image.operation == "insert" and _numbered(image)}
    for image in added:
        row_id = int(image.row_id)
        row = _current(work, customers, row_id)
        if row is None:
            continue
        changed = sorted(name for name, value in (image.after or {}).items() if row.get(name) != value)
        needed_by = _needed_by(work.connection, row_id, with_it)
        if changed:
            names = ", ".join(f"“{name.replace('_', ' ')}”" for name in changed)
            work.keep(f"Customer {row_id} is kept, because {names} was changed later.")
        elif needed_by:
            names = ", ".join(name.replace("_", " ") for name in needed_by)
            work.keep(f"Customer {row_id} is kept, because {names} refer to it.")
        if changed or needed_by:
            kept.add(row_id)
    return kept


def _numbered(image: Image) -> bool:
    return str(image.row_id).isdecimal()


def _needed_by(connection: Connection, customer: int, going: set[tuple[str, int]]) -> list[str]:
    """Return the tables with rows of a customer that neither go with it nor are computed anew."""
    found = []
    for table in metadata.sorted_tables:
        if table in COMPUTED_TABLES or "customer_id" not in table.c or "id" not in table.c:
            continue
        ids = connection.execute(select(table.c.id).where(table.c.customer_id == customer)).scalars()
        if table.name == "messages":
            ids = connection.exec_driver_sql(
                f"SELECT o.id FROM messages o WHERE o.customer_id = ? AND NOT {UNTOUCHED_DRAFT}", (customer,)
            ).scalars()
        if table.name in ("alerts", "alert_signals"):
            touched = select(alerts.c.id).where(alerts.c.customer_id == customer, alerts.c.touched == 1)
            if connection.execute(touched).first() is not None and table.name == "alerts":
                found.append(table.name)
        elif any((table.name, row_id) not in going for row_id in ids):
            found.append(table.name)
    return found


def listed_still(address: str) -> str:
    """Say that a withdrawal outlives the undo, and what lifts it if it was a mistake."""
    return (
        "on the suppression list. If that was a mistake, record consent: Settings, Privacy, or"
        f" `bellwether consent {address} given`."
    )


def _take_out(work: UnitOfWork, table: Table, row_id: int | str, after: dict[str, Any]) -> None:
    row = _current(work, table, row_id)
    if row is None:
        return
    if table is suppression_ledger and row["said"] == "withdrawn":
        work.keep(f"{row['address']} stays {listed_still(row['address'])}")
        return
    passing = UNWATCHED if table is messages else frozenset()
    changed = sorted(name for name, value in after.items() if row.get(name) != value and name not in passing)
    if changed:
        names = ", ".join(f"“{name.replace('_', ' ')}”" for name in changed)
        work.keep(f"{_name(table)} {row_id} is kept, because {names} was changed later.")
        return
    if isinstance(row_id, int):
        if table.name == "customers":
            withdrawn = clear_derived(work.connection, [row_id])
            work.digest(f"scores and {withdrawn} untouched alerts of customer {row_id} removed")
        needed_by = references(work.connection, table, row_id)
        if needed_by:
            names = ", ".join(name.replace("_", " ") for name in needed_by)
            work.keep(f"{_name(table)} {row_id} is kept, because {names} refer to it.")
            return
    work.delete(table, row_id)


def _bring_back(work: UnitOfWork, table: Table, row_id: int | str, before: dict[str, Any]) -> None:
    if _current(work, table, row_id) is not None:
        work.keep(f"{_name(table)} {row_id} already exists again and is kept.")
        return
    work.insert(table, before)


def _put_back(work: UnitOfWork, table: Table, row_id: int | str, before: dict[str, Any], after: dict[str, Any]) -> None:
    row = _current(work, table, row_id)
    if row is None:
        work.keep(f"{_name(table)} {row_id} is gone and cannot be restored.")
        return
    if table.name == "messages":
        back, later = put_back(row, before, after, work.at)
    else:
        back = {name: value for name, value in before.items() if row[name] == after.get(name)}
        later = before.keys() - back.keys()
    for name in later:
        work.keep(f"{_name(table)} {row_id}: “{name.replace('_', ' ')}” was changed again later and is kept.")
    if not back:
        return
    try:
        work.update(table, row_id, back)
    except IntegrityError:
        # Another row has its place by now: a second open alert of the customer, a key that was used again.
        work.keep(f"{_name(table)} {row_id} is kept as it is, because another one has taken its place.")


def _name(table: Table) -> str:
    singular = {"policies": "policy", "opportunities": "deal", "activities": "activity", "identities": "identity"}
    word = singular.get(table.name, table.name.rstrip("s")).replace("_", " ")
    return word[:1].upper() + word[1:]
