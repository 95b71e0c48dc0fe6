"""Query module: customers as they are compared, and the pairs and keys that were found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from models import sqlite
from models.values.people import Likeness
from services.duplicates.normal import Person, Raw, person_of

#: The journal's entry up to which pairs were looked for.
MARK: Final = "duplicates_found_to_entry"
_BETWEEN: Final = "\x1f"
_AT_ONCE: Final = 5_000
_RAW: Final = f"""
    SELECT c.id, c.name, c.email, c.phone, c.company, c.city, c.region, c.country, c.attributes,
           (SELECT group_concat(i.kind || i.value, '{_BETWEEN}') FROM identities i
            WHERE i.customer_id = c.id AND i.kind IN ('email', 'phone'))
    FROM customers c
"""


def everyone(db: sqlite.Connection) -> Iterator[Person]:
    """All customers of the book in the order of their numbers."""
    cursor = db.execute(f"{_RAW} ORDER BY c.id")
    while rows := list(islice(cursor, _AT_ONCE)):
        yield from map(_person, rows)


def persons(db: sqlite.Connection, ids: Iterable[int]) -> dict[int, Person]:
    """Customers by number; those who are no longer in the book are left out."""
    asked = json.dumps(sorted(set(ids)))
    cursor = db.execute(f"{_RAW} WHERE c.id IN (SELECT value FROM json_each(?))", (asked,))
    return {row[0]: _person(row) for row in cursor}


def _person(row: Sequence[Any]) -> Person:
    known = str(row[9]).split(_BETWEEN) if row[9] else []
    emails = tuple(one[5:] for one in known if one.startswith("email"))
    phones = tuple(one[5:] for one in known if one.startswith("phone"))
    return person_of(Raw._make((*row[:9], emails, phones)))


def meeting(db: sqlite.Connection, keys: Iterable[int], most: int) -> dict[int, list[int]]:
    """Who is under each of some keys; keys that gather more than `most` are left out."""
    found: dict[int, list[int]] = {}
    for key in keys:
        rows = db.execute("SELECT person_id FROM people_keys WHERE key = ? LIMIT ?", (key, most + 1)).fetchall()
        if len(rows) <= most:
            found[key] = [row[0] for row in rows]
    return found


def forget(db: sqlite.Connection, ids: Iterable[int]) -> int:
    """Remove the keys and pairs of some customers; return how many pairs there were."""
    asked = json.dumps(sorted(ids))
    listed = "(SELECT value FROM json_each(?))"
    db.execute(f"DELETE FROM people_keys WHERE person_id IN {listed}", (asked,))
    first = db.execute(f"DELETE FROM likely_pairs WHERE first_id IN {listed}", (asked,)).rowcount
    return first + db.execute(f"DELETE FROM likely_pairs WHERE second_id IN {listed}", (asked,)).rowcount


def forget_all(db: sqlite.Connection) -> int:
    """Remove all keys and pairs; return how many pairs there were."""
    db.execute("DELETE FROM people_keys")
    return db.execute("DELETE FROM likely_pairs").rowcount


def keep_keys(db: sqlite.Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Keep (key, customer)."""
    db.executemany("INSERT OR IGNORE INTO people_keys (key, person_id) VALUES (?, ?)", rows)


def keep_pairs(db: sqlite.Connection, pairs: Mapping[tuple[int, int], Likeness]) -> None:
    """Keep the pairs that look alike."""
    db.executemany(
        "INSERT OR REPLACE INTO likely_pairs (first_id, second_id, score, reasons) VALUES (?, ?, ?, ?)",
        ((*pair, found.score, json.dumps(found.reasons, ensure_ascii=False)) for pair, found in sorted(pairs.items())),
    )


def mark(db: sqlite.Connection) -> int | None:
    """The entry up to which pairs were looked for; None where they never were."""
    found = db.execute("SELECT value FROM book WHERE key = ?", (MARK,)).fetchone()
    return int(found[0]) if found is not None else None


def set_mark(db: sqlite.Connection, entry: int) -> None:
    """Say up to which entry pairs were looked for."""
    db.execute("INSERT OR REPLACE INTO book (key, value) VALUES (?, ?)", (MARK, str(entry)))
