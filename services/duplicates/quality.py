"""Query module: identifiers that contradict each other, as a page of data quality shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from models import sqlite
from models.values.people import QualityRow
from services.duplicates.likeness import name_likeness
from services.duplicates.normal import stands_in, words_of
from services.workspace import Workspace

#: Below this likeness two names under one address are two people's.
_ANOTHER_NAME: Final = 0.7
_LISTED: Final = 200
_NAMED: Final = 20
_SHARED: Final = """
    SELECT i.source, i.value, json_group_array(json_array(c.id, c.name, c.phone))
    FROM identities i JOIN customers c ON c.id = i.customer_id
    WHERE i.kind = ? AND i.value IN (
        SELECT value FROM identities WHERE kind = ? GROUP BY source, value HAVING count(DISTINCT customer_id) > 1)
    GROUP BY i.source, i.value HAVING count(DISTINCT i.customer_id) > 1
    ORDER BY count(*) DESC, i.value
"""
_KINDS: Final = (
    ("email", "shared_email", "{count} customers with different names share the address {value}."),
    ("phone", "shared_phone", "{count} customers with different names share the number {value}."),
    ("external_id", "shared_id", "{source} uses one ID, {value}, for {count} customers."),
)


def identifier_quality(workspace: Workspace, *, limit: int = _LISTED) -> tuple[QualityRow, ...]:
    """Contradicting identifiers: an address under two names, an id of two customers, one with two addresses.

    Parameters
    ----------
    workspace : Workspace
    limit : int
        How many of each kind at the most.
    """
    with workspace.store.snapshot() as db:
        found: list[QualityRow] = []
        for kind, name, words in _KINDS:
            found += _first(_shared(db, kind, name, words), limit)
        found += _first(_several_addresses(db), limit)
        found += _first(_several_countries(db), limit)
    return tuple(found)


def _first(rows: Iterator[QualityRow], limit: int) -> list[QualityRow]:
    return [row for row, _ in zip(rows, range(limit), strict=False)]


def _shared(db: sqlite.Connection, kind: str, name: str, words: str) -> Iterator[QualityRow]:
    told: set[tuple[int, ...]] = set()
    for source, value, listed in db.execute(_SHARED, (kind, kind)):
        people = sorted({(number, who, phone) for number, who, phone in json.loads(listed)}, key=lambda one: one[0])
        ids = tuple(number for number, _, _ in people)
        if kind == "phone" and ids in told:
            continue  # the same number, as it is dialled at home
        told.add(ids)
        if kind == "external_id" or _differ([(who, phone) for _, who, phone in people]):
            customers = tuple((number, who) for number, who, _ in people[:_NAMED])
            said = words.format(count=len(people), value=value, source=source)
            yield QualityRow(name, said, customers, len(people))  # type: ignore[arg-type]


def _differ(names: Sequence[tuple[str, str | None]]) -> bool:
    """Whether two of the names are those of different people; a customer without a name contradicts nobody."""
    told = [words_of(name) for name, phone in names[:_NAMED] if not stands_in(name, phone)]
    return any(
        (name_likeness(one, two) or 0.0) < _ANOTHER_NAME for place, one in enumerate(told) for two in told[:place]
    )


def _several_addresses(db: sqlite.Connection) -> Iterator[QualityRow]:
    """One id of one system with several addresses: the person changed it, or the id was given to another."""
    cursor = db.execute(
        """
        SELECT c.id, c.name, group_concat(i.value, ', '), count(*) FROM identities i JOIN customers c
        ON c.id = i.customer_id
        WHERE i.kind = 'email'
          AND (SELECT count(*) FROM identities x WHERE x.customer_id = c.id AND x.kind = 'external_id') = 1
          AND NOT EXISTS (SELECT 1 FROM merged_customers m WHERE m.customer_id = c.id)
        GROUP BY c.id HAVING count(*) > 1 ORDER BY count(*) DESC, c.id
        """
    )
    for number, name, addresses, count in cursor:
        yield QualityRow(
            "several_emails", f"{name} has one ID and {count} addresses: {addresses}.", ((number, name),), 1
        )


def _several_countries(db: sqlite.Connection) -> Iterator[QualityRow]:
    """Records that were merged although their countries differ."""
    cursor = db.execute(
        """
        SELECT c.id, c.name, c.country, json_extract(m.record, '$.country') AS other
        FROM merged_customers m JOIN customers c ON c.id = m.customer_id
        WHERE other IS NOT NULL AND c.country IS NOT NULL AND lower(other) <> lower(c.country) ORDER BY c.id
        """
    )
    for number, name, country, other in cursor:
        yield QualityRow("several_countries", f"{name} was merged from {country} and {other}.", ((number, name),), 1)
