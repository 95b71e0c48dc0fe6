"""Customers whom a file shows to be one: the book knows one by its ID, the other by an address, and a row says both.

Had the row come first, later files would have found one customer by either. So that the order of files does not matter,
whoever nothing but the ID or the address is known of goes over into the other one. Each row that goes over leaves its
image in the journal's entry of the import, whose undo brings it back.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from models import sqlite
from models.journal import clear_derived
from models.store import UnitOfWork
from models.tables import customers
from models.values.words import count
from services.duplicates.nicknames import SHARED_MAILBOXES
from services.duplicates.parts import moved_columns
from services.sync.apply.write import default_name
from services.sync.stage.layout import exists

#: What rows about something else say of a customer; whoever stays is given what they lack of it.
_SAID_BESIDE: Final = ("city", "region", "country", "owner")
_NOTHING: Final = (None, "", "unknown")
_KEY: Final = ("id", "source", "external_id", "import_id", "name")


def find_links(db: sqlite.Connection, source: str, *, own: bool) -> list[str]:
    """Find customers of the book whom the matched file shows to be one, and let its rows be of who stays; say so."""
    pairs = db.execute(
        """
        SELECT DISTINCT p.customer_id, e.customer_id, p.email FROM stage.people p
        CROSS JOIN main.identities e ON e.kind = 'email' AND e.source = '' AND e.value = p.email
        WHERE p.how = 'id' AND p.staged AND e.customer_id <> p.customer_id
        """
    ).fetchall()
    by_id, by_address = Counter(one for one, _, _ in pairs), Counter(other for _, other, _ in pairs)
    claimed = "how = 'id'" if not own else "customer_id IS NOT NULL"
    claims = {row[0] for row in db.execute(f"SELECT customer_id FROM stage.people WHERE {claimed} AND staged")}
    clear = [
        (one, other)
        for one, other, email in pairs
        if by_id[one] == by_address[other] == 1
        and other not in claims
        and email.partition("@")[0] not in SHARED_MAILBOXES
    ]
    known = _known(db, {number for pair in clear for number in pair}, source)
    judged = _judged(db)
    links = [
        link
        for pair in clear
        if (link := _link(known[pair[0]], known[pair[1]]))
        and frozenset((one["source"], one["external_id"]) for one in map(known.__getitem__, pair)) not in judged
    ]
    db.execute("CREATE TABLE stage.links (gone INTEGER PRIMARY KEY, stays INTEGER NOT NULL)")
    if not links:
        return []
    db.executemany("INSERT INTO stage.links VALUES (?, ?)", links)
    db.execute("UPDATE stage.people SET customer_id = l.stays FROM stage.links l WHERE l.gone = people.customer_id")
    # Receipts are kept, also after an erasure: they name nobody.
    return [f"Joined {count(len(links), 'customer')}, as this file gives both their ID and their address."]


def _judged(db: sqlite.Connection) -> set[frozenset[tuple[str, str]]]:
    """Pairs of keys of which a person said that they are two customers, or put it off: no file decides these."""
    rows = db.execute("SELECT left_source, left_key, right_source, right_key FROM main.pair_decisions")
    return {frozenset({(row[0], row[1]), (row[2], row[3])}) for row in rows}


def _known(db: sqlite.Connection, numbers: Collection[int], source: str) -> dict[int, dict[str, Any]]:
    """Customers as the book has them, with the kinds of their identities; `of_source`: known to that system."""
    names = [column.name for column in customers.columns]
    own = [f"c.{name}" for name in names]
    cursor = db.execute(
        f"""
        SELECT {", ".join(own)},
            (SELECT group_concat(i.kind) FROM main.identities i WHERE i.customer_id = c.id),
            EXISTS (SELECT 1 FROM main.identities i WHERE i.customer_id = c.id AND i.kind = 'external_id'
                    AND i.source = :source),
            EXISTS (SELECT 1 FROM main.merged_customers m WHERE m.customer_id = c.id),
            EXISTS (SELECT 1 FROM main.alerts a WHERE a.customer_id = c.id AND a.touched <> 0)
                OR EXISTS (SELECT 1 FROM main.messages e WHERE e.customer_id = c.id)
        FROM main.customers c WHERE c.id IN (SELECT value FROM json_each(:numbers))
        """,
        {"source": source, "numbers": json.dumps(sorted(numbers))},
    )
    names += ["kinds", "of_source", "merged", "worked_on"]
    found = (dict(zip(names, row, strict=True)) for row in cursor)
    return {one["id"]: {**one, "kinds": (one["kinds"] or "").split(",")} for one in found}


def _link(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, int] | None:
    """Who goes over into whom, of a customer found by ID and one found by address; None where that is not certain."""
    if one["merged"] or other["merged"] or other["of_source"] or "email" in one["kinds"]:
        return None
    if _bare(other, "email"):
        return other["id"], one["id"]
    return (one["id"], other["id"]) if _bare(one, "external_id") else None


def _bare(customer: Mapping[str, Any], kind: str) -> bool:
    """Whether nothing is known of a customer but one identity, and nobody worked on them."""
    email = customer["email"] if kind == "email" else None
    called = default_name(None if email else customer["external_id"], email, None)
    said = [
        name
        for name in customers.columns.keys()  # noqa: SIM118
        if name not in (*_KEY, *_SAID_BESIDE) and customer[name] not in _NOTHING and name != kind
    ]
    return customer["kinds"] == [kind] and customer["name"] == called and not said and not customer["worked_on"]


def join_links(work: UnitOfWork, db: sqlite.Connection) -> None:
    """Let the rows of who goes be those of who stays, and give those what they lack."""
    if not exists(db, "stage.sqlite_master WHERE name = 'links'"):
        return
    links = dict(db.execute("SELECT gone, stays FROM stage.links ORDER BY gone").fetchall())
    if not links:
        return
    clear_derived(work.connection, list(links))
    for table, column in moved_columns():
        theirs = defaultdict[int, list[int]](list)
        rows: Iterable[tuple[int, int]] = db.execute(
            f"SELECT id, {column} FROM main.{table.name} WHERE {column} IN (SELECT gone FROM stage.links) ORDER BY id"
        ).fetchall()
        for number, customer in rows:
            theirs[links[customer]].append(number)
        for stays, numbers in theirs.items():
            work.move(table, numbers, column, stays)
    lacking = ", ".join(f"iif(s.{name} IS NULL, g.{name}, NULL)" for name in _SAID_BESIDE)
    given = db.execute(
        f"""
        SELECT s.id, {lacking} FROM stage.links l JOIN main.customers g ON g.id = l.gone
        JOIN main.customers s ON s.id = l.stays ORDER BY l.gone
        """
    ).fetchall()
    for stays, *values in given:
        more = {name: value for name, value in zip(_SAID_BESIDE, values, strict=True) if value is not None}
        if more:
            work.update(customers, stays, more)
    for gone in links:
        work.delete(customers, gone)
