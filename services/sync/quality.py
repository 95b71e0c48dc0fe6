"""Query module: how complete, how old and how consistent the data of the book are."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from models.values.quality import DataAge, DataQuality, FieldFill
from services.book.sources import source_ages
from services.sync.people import count_pairs, identifier_quality

if TYPE_CHECKING:
    from services.workspace import Workspace

#: Kind in words, table, and its fields: name, column, what depends on it.
_KINDS: Final = (
    (
        "Customers",
        "customers",
        (
            ("Name", "nullif(name, '')", "people are found and greeted by it"),
            ("Email", "email", "no email can be written without it"),
            ("Phone", "phone", ""),
            ("Company", "company", ""),
            ("City", "city", ""),
            ("Country", "country", ""),
            ("Tier", "tier", "the queue can be filtered by it"),
            ("Owner", "owner", "alerts go to nobody without it"),
            (
                "Consent to emails",
                "nullif(email_consent, 'unknown')",
                "who has said neither may have to be asked",
            ),
        ),
    ),
    (
        "Orders",
        "orders",
        (
            ("Customer", "customer_id", "an order of nobody counts for nobody"),
            ("Time of day", "ordered_at", ""),
            ("Channel", "channel", ""),
            ("Discount", "discount_minor", "how much is bought on sale is not known without it"),
        ),
    ),
    (
        "Products",
        "products",
        (("Name", "nullif(name, '')", ""), ("Category", "category", "what is bought is not told apart without it")),
    ),
    (
        "Tickets",
        "tickets",
        (
            ("Customer", "customer_id", "a ticket of nobody counts for nobody"),
            ("Day", "opened_on", ""),
            ("Solved on", "resolved_on", ""),
            ("Satisfaction", "satisfaction", ""),
        ),
    ),
    (
        "Deals",
        "opportunities",
        (
            ("Customer", "customer_id", "a deal of nobody counts for nobody"),
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
