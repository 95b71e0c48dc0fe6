"""Bring rows back under another number where their own was given away meanwhile.

SQLite gives the number of a deleted last row to the next one. A row that an undo brings back must not be taken for that
stranger: it, and whatever refers to it in the same entry, gets a fresh number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Table, func, select

from models.journal.chain import Image
from models.tables import metadata

if TYPE_CHECKING:
    from models.store.unit_of_work import UnitOfWork


def renumbered(work: UnitOfWork, images: Sequence[Image]) -> list[Image]:
    """Return the images of an entry with fresh numbers for deleted rows whose number another row has by now."""
    # A number that the entry itself gave again is free when its insert is undone.
    again = {(image.table, str(image.row_id)) for image in images if image.operation == "insert"}
    fresh: dict[tuple[str, int], int] = {}
    last: dict[str, int] = {}
    for image in images:
        table = metadata.tables[image.table]
        given_again = (image.table, str(image.row_id)) in again
        if image.operation != "delete" or given_again or not _numbered(table):
            continue
        number = int(image.row_id)
        if _taken_by_another(work, table, number, image.before or {}):
            if table.name not in last:
                last[table.name] = work.connection.execute(select(func.max(table.c.id))).scalar() or 0
            last[table.name] += 1
            fresh[(table.name, number)] = last[table.name]
    return [_with(image, fresh) for image in images] if fresh else list(images)


def _numbered(table: Table) -> bool:
    return "id" in table.c and table.c.id.primary_key and isinstance(table.c.id.type, Integer)


def _taken_by_another(work: UnitOfWork, table: Table, number: int, before: Mapping[str, Any]) -> bool:
    row = work.connection.execute(select(table).where(table.c.id == number)).mappings().first()
    return row is not None and any(row[name] != value for name, value in before.items() if name != "import_id")


def _with(image: Image, fresh: Mapping[tuple[str, int], int]) -> Image:
    table = metadata.tables[image.table]
    own = fresh.get((table.name, int(image.row_id))) if _numbered(table) else None
    return replace(
        image,
        row_id=own if own is not None else image.row_id,
        before=_values(table, image.before, fresh),
        after=_values(table, image.after, fresh),
    )


def _values(
    table: Table, values: Mapping[str, Any] | None, fresh: Mapping[tuple[str, int], int]
) -> dict[str, Any] | None:
    if values is None:
        return None
    changed = dict(values)
    for name, value in values.items():
        for target in _targets(table, name):
            if isinstance(value, int) and (target, value) in fresh:
                changed[name] = fresh[(target, value)]
    return changed


def _targets(table: Table, name: str) -> list[str]:
    """The tables to whose rows a column refers; the row's own number is one of its own table."""
    if name == "id":
        return [table.name]
    named = ["customers"] if name == "customer_id" else []
    return named or [key.column.table.name for key in table.c[name].foreign_keys]
