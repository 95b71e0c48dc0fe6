"""Which new customers of a file look like somebody else: what a check says before anything is written.

The same keys and the same comparison as after the import, so that what is counted here is what the review list gets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Final

from models import sqlite
from models.values.people import LISTED
from services.duplicates import rows
from services.duplicates.keys import MOST, keys_of
from services.duplicates.likeness import likeness
from services.duplicates.normal import Person, Raw, person_of

#: A file with more new customers is a first import of a book, or nearly: looking at all takes longer than the check.
MOST_LOOKED_AT: Final = 20_000
_OF_ROWS: Final = ("city", "region", "country", "attributes")


def doubtful_customers(db: sqlite.Connection, staged: Collection[str]) -> int | None:
    """Count the new customers of a file who look like a customer of the book, or like another new one.

    Parameters
    ----------
    db : sqlite.Connection
        Connection of the store with the staging file attached; its people are matched.
    staged : collection of str
        Columns of the staged rows of a customer file; empty for rows about something else.

    Returns
    -------
    int or None
        None where there are too many to look at before an import.
    """
    new = list(_new(db, staged, MOST_LOOKED_AT + 1))
    if len(new) > MOST_LOOKED_AT:
        return None
    keyed: dict[int, list[Person]] = {}
    for person in new:
        for key in keys_of(person):
            keyed.setdefault(key, []).append(person)
    found: set[int] = set()
    for key, there in rows.meeting(db, sorted(keyed), MOST).items():
        mine = keyed[key]
        if len(there) + len(mine) > MOST:
            continue
        known = rows.persons(db, there) if there else {}
        for one, two in (*combinations(mine, 2), *((one, two) for one in mine for two in known.values())):
            if {one.id, two.id} <= found:
                continue
            if likeness(one, two, least=LISTED).score >= LISTED:
                found |= {one.id, two.id}
    return sum(1 for number in found if number < 0)


def _new(db: sqlite.Connection, staged: Collection[str], limit: int) -> Iterator[Person]:
    """The file's new customers, numbered below 0 so that none is taken for one of the book."""
    places = [f"r.{name}" if name in staged else _of_people(name) for name in _OF_ROWS]
    source = "stage.people p LEFT JOIN stage.r r ON r.who = p.who" if staged else "stage.people p"
    cursor = db.execute(
        f"""
        SELECT -p.who, coalesce(p.name, ''), p.email, coalesce(p.phone, p.phone_text), p.company, {", ".join(places)}
        FROM {source} WHERE p.customer_id IS NULL AND p.head = p.who AND p.staged GROUP BY p.who LIMIT ?
        """,
        (limit,),
    )
    for row in cursor:
        yield person_of(Raw._make((*row, (), ())))


def _of_people(name: str) -> str:
    return "NULL" if name == "attributes" else f"p.{name}"
