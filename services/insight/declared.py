"""What is read of entities that say themselves how they are shown: lines of the timeline, details, facts for emails.

`services.entities.Told` is a query with words over its columns; here the words are filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from models import sqlite
from models.values import words
from models.values.customers import IdentityField
from services.insight.reader import Reader
from services.insight.said_of import source_words

if TYPE_CHECKING:
    from services.entities import Told

COLUMN: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")


@cache
def timelines() -> dict[str, Told]:
    """Lines of the timeline by their kind; read when the first line is, not on the way to the first page."""
    from services.entities import ENTITIES

    return {one.timeline.kind: one.timeline for one in ENTITIES.values() if one.timeline is not None}


def rows_of(reader: Reader, told: Told, customer_id: int) -> list[sqlite.Row]:
    """The rows that a customer has of it."""
    days = {"today": reader.today.isoformat(), "present": reader.present.isoformat()}
    return reader.rows(told.sql, {"customer": customer_id, **days})


def said(reader: Reader, parts: tuple[str, ...], row: sqlite.Row) -> list[str]:
    """Return the parts of a sentence with a row's values; parts with an empty value are left out."""
    return [text for part in parts if (text := _filled(reader, part, row))]


def _filled(reader: Reader, part: str, row: sqlite.Row) -> str:
    if any(row[name] in (None, "") for name, _ in COLUMN.findall(part)):
        return ""
    return COLUMN.sub(lambda found: _value(reader, row, found[1], found[2] or ""), part)


def _value(reader: Reader, row: sqlite.Row, name: str, form: str) -> str:
    value = row[name]
    if form == "money":
        return words.money_exact(value, row["currency"] or reader.currency)
    if form == "days":
        return words.count(value, "day")
    day = words.day_of(value) if form == "day" else None
    return reader.day(day) if day is not None else str(value)


def declared_fields(reader: Reader, customer_id: int) -> Iterator[IdentityField]:
    """What entities say of a customer beside the customer's own fields."""
    from services.entities import ENTITIES

    for told in (one.detail for one in ENTITIES.values() if one.detail is not None):
        for row in rows_of(reader, told, customer_id):
            yield IdentityField(told.label, " · ".join(said(reader, told.words, row)), source_words(row["source"]))
