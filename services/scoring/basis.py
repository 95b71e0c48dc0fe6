"""What a fit was learnt from: how many rows of each kind the book had through the day of the fit.

Files that come one by one must end in the same scores as all at once. So a fit is in force only while the past that it
knows is still the book's: after an export of another kind, or of months that were missing, everything is learnt anew.
What comes day by day lies after the fit's day, and the few rows of earlier days that come late change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from models.values.outbox import OWN_SOURCE
from services.book.sources import SOURCES
from services.scoring.series import fetch

#: So few rows, or so small a share of a kind's, may come late or be taken back.
_FEW, _SHARE = 3, 0.01
#: Rows of files are all but those that this program wrote: so the index over days is enough, and no row is looked at.
_FROM_FILES: Final = (
    "SELECT count(*) - (SELECT count(*) FROM {table} WHERE source = '{own}' AND +{day} <= :day)"
    " FROM {table} WHERE {day} <= :day"
)
_KINDS: Final = {
    **{table: _FROM_FILES.format(table=table, day=day, own=OWN_SOURCE) for _, table, day in SOURCES},
    "opportunities": "SELECT count(*) FROM opportunities WHERE opened_on <= :day",
    "contracts": "SELECT count(*) FROM contracts WHERE starts_on <= :day",
    "customers": "SELECT count(*) FROM customers WHERE coalesce(signed_up_on, '') <= :day",
    "products": "SELECT count(*) FROM products WHERE :day <> ''",
}


def rows_through(connection: Connection, day: str) -> dict[str, int]:
    """Count the rows of each kind through the end of `day`."""
    counts = {kind: fetch(connection, counted, {"day": day})[0][0] for kind, counted in _KINDS.items()}
    return {kind: int(count) for kind, count in counts.items() if count}


def same_past(connection: Connection, known: Mapping[str, int], day: str) -> bool:
    """Whether the book's past through `day` is still the one that is `known`."""
    counts = rows_through(connection, day)
    return all(
        abs(counts.get(kind, 0) - known.get(kind, 0)) <= max(_FEW, _SHARE * known.get(kind, 0)) for kind in _KINDS
    )
