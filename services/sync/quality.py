"""Query module: how complete, how old and how consistent the data of the book are."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from models.values.quality import DataAge, DataQuality, FieldFill
from services.book.sources import source_ages
from services.duplicates import count_pairs, identifier_quality

if TYPE_CHECKING:
    from services.workspace import Workspace

#: Kind in words, table, and its fields: name, column, what depends on it.
_KINDS: Final = (
    (
        "Customers",
        "customers",
        (
            ("Name", "nullif(name, '')", "no greeting by name"),
            ("Email", "email", "no emails to them"),
            ("Phone", "phone", ""),
            ("Company", "company", ""),
            ("City", "city", ""),
            ("Country", "country", ""),
            ("Tier", "tier", "the queue cannot be filtered by it"),
            ("Owner", "owner", "alerts have no owner"),
            (
                "Email consent",
                "nullif(email_consent, 'unknown')",
                "ask for consent before you email them",
            ),
        ),
    ),
    (
        "Orders",
        "orders",
        (
            ("Customer", "customer_id", "orders without a customer are not counted"),
            ("Time of day", "ordered_at", ""),
            ("Channel", "channel", ""),
            ("Discount", "discount_minor", "no figure for discounts"),
        ),
    ),
    (
        "Products",
        "products",
        (("Name", "nullif(name, '')", ""), ("Category", "category", "purchases cannot be told apart by category")),
    ),
    (
        "Tickets",
        "tickets",
        (
            ("Customer", "customer_id", "tickets without a customer are not counted"),
            ("Day", "opened_on", ""),
            ("Solved on", "resolved_on", ""),
            ("Satisfaction", "satisfaction", ""),
        ),
    ),
    (
        "Deals",
        "opportunities",
        (
            ("Customer", "customer_id", "deals without a customer are not counted"),
            ("Amount", "amount_minor", ""),
            ("Closing day", "closes_on", ""),
            ("Owner", "owner", ""),
        ),
    ),
)


def data_quality(workspace: Workspace) -> DataQuality:
    """How complete, how old and how consistent the data are; each table is read once.

    Parameters
    ----------
    workspace : Workspace
    """
    with workspace.store.snapshot() as db:
        fields = tuple(fill for kind in _KINDS for fill in _fills(db, *kind))
        ages = source_ages(db, workspace.clock.today(), workspace.policy)
    return DataQuality(
        fields=fields,
        ages=tuple(DataAge(one.words, one.last_day, one.age_days, one.stale) for one in ages),
        pairs=count_pairs(workspace),
        contradictions=identifier_quality(workspace),
    )


def _fills(db: sqlite3.Connection, kind: str, table: str, fields: tuple[tuple[str, str, str], ...]) -> list[FieldFill]:
    counts = ", ".join(f"count({column})" for _, column, _ in fields)
    total, *filled = db.execute(f"SELECT count(*), {counts} FROM {table}").fetchone()
    if not total:
        return []
    return [
        FieldFill(kind, name, count, total, matters) for (name, _, matters), count in zip(fields, filled, strict=True)
    ]
