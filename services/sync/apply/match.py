"""Which customer of the book each customer of the file is: by id, then email, then phone; by name where that is all.

All of it in the staging file, set by set; nothing is written into the book here. Customers who are not found are
grouped, so that the same person under one id and one email becomes one customer and not two.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from services.sync.apply.joined import any_joined, find_joined, speak_as_one
from services.sync.apply.shared_contacts import part_other_names
from services.sync.formats.plan import Plan
from services.sync.kinds.words import name_key
from services.sync.stage.layout import layout_of

_SAME_SOURCE_ID = """
    EXISTS (SELECT 1 FROM main.identities o
            WHERE o.customer_id = i.customer_id AND o.kind = 'external_id' AND o.source = :source)
"""


@dataclass(frozen=True, slots=True)
class Matches:
    """How the customers of a file were found."""

    matched: int
    created: int
    by: dict[str, int]
    warnings: tuple[str, ...]


def match_people(db: sqlite3.Connection, plan: Plan, source: str) -> Matches:
    """Find the file's customers in the book and group those who are new.

    Parameters
    ----------
    db : sqlite3.Connection
        Connection of the store with the staging file attached.
    plan : Plan
    source : str
        The system that the file's ids belong to.
    """
    db.execute("CREATE INDEX stage.people_id ON people (external_id)")
    db.execute("CREATE INDEX stage.people_email ON people (email)")
    warnings: list[str] = []
    if db.execute("SELECT EXISTS (SELECT 1 FROM main.customers)").fetchone()[0]:
        own = plan.entity.customer == "self"
        _by_id(db, source)
        if not own:
            _by_person(db, source, "people.external_id", "k.external_id", "AND k.source = :source")
        _by_key(db, source, own=own)
        joined = any_joined(db)
        if joined:
            find_joined(db, source, own_key(own=own))
        _by_contact(db, "email", source)
        if not own:
            _by_person(db, source, "people.email", "lower(k.email)", "")
        _by_contact(db, "phone", source)
        if db.execute("SELECT EXISTS (SELECT 1 FROM stage.people WHERE phone_home IS NOT NULL)").fetchone()[0]:
            _by_contact(db, "phone", source, at_home=True)
        part_other_names(db)
        _by_name(db)
        _by_order(db, source)
        if own:
            _one_row_each(db)
            if joined:
                speak_as_one(db, layout_of(plan).kept, source)
    _group_new(db)
    by = dict(
        db.execute(
            "SELECT how, count(DISTINCT customer_id) FROM stage.people WHERE customer_id IS NOT NULL GROUP BY how"
        )
    )
    matched = db.execute("SELECT count(DISTINCT customer_id) FROM stage.people WHERE staged").fetchone()[0]
    created = db.execute("SELECT count(DISTINCT head) FROM stage.people WHERE customer_id IS NULL").fetchone()[0]
    return Matches(matched, created, by, tuple(warnings))


def _by_id(db: sqlite3.Connection, source: str) -> int:
    return db.execute(
        """
        UPDATE stage.people SET how = 'id', customer_id = i.customer_id
        FROM (SELECT value, min(customer_id) AS customer_id FROM main.identities
              WHERE kind = 'external_id' AND source = :source GROUP BY value) i
        WHERE people.customer_id IS NULL AND i.value = people.external_id
        """,
        {"source": source},
    ).rowcount


def _by_person(db: sqlite3.Connection, source: str, said: str, known: str, where: str) -> None:
    """By the id or the address of a contact, who stands for the account; not where the person is at several."""
    db.execute(
        f"""
        UPDATE stage.people SET how = 'contact', customer_id = k.customer_id
        FROM (SELECT {known} AS known, min(k.customer_id) AS customer_id FROM main.contacts k
              WHERE {known} IS NOT NULL {where} GROUP BY 1 HAVING count(DISTINCT k.customer_id) = 1) k
        WHERE people.customer_id IS NULL AND people.order_ref IS NULL AND k.known = {said}
        """,
        {"source": source},
    )


def _by_key(db: sqlite3.Connection, source: str, *, own: bool) -> None:
    """Customers whom an earlier file of this system made: what it knew them by is their key in the book."""
    if own:
        db.execute("CREATE INDEX stage.r_who ON r (who)")
    if not db.execute("SELECT EXISTS (SELECT 1 FROM main.customers WHERE source = ?)", (source,)).fetchone()[0]:
        return
    key = own_key(own=own)
    db.execute(
        f"""
        UPDATE stage.people SET customer_id = c.id, how = 'id' FROM main.customers c
        WHERE people.customer_id IS NULL AND c.source = :source AND c.external_id = {key}
        """,
        {"source": source},
    )


def own_key(*, own: bool) -> str:
    """SQL of the key that a customer of the file has, or would have, in the book."""
    if own:
        return "(SELECT r.key FROM stage.r WHERE r.who = people.who AND r.state IS NULL)"
    return "coalesce(people.external_id, people.email, people.phone, people.name_key)"


def _by_contact(db: sqlite3.Connection, kind: str, source: str, *, at_home: bool = False) -> None:
    """By an address or a number; `at_home`: by the number as it is dialled at home, where the book knows no country."""
    # Two records of one system are two customers, even where they share an address.
    apart = f"AND (people.external_id IS NULL OR NOT {_SAME_SOURCE_ID})"
    column = "phone_home" if at_home else kind
    nowhere = "AND customer_id IN (SELECT id FROM main.customers WHERE coalesce(country, '') = '')" if at_home else ""
    db.execute(
        f"""
        UPDATE stage.people SET how = '{kind}', customer_id = i.customer_id
        FROM (SELECT value, min(customer_id) AS customer_id FROM main.identities
              WHERE kind = '{kind}' {nowhere} GROUP BY value) i
        WHERE people.customer_id IS NULL AND people.order_ref IS NULL AND i.value = people.{column} {apart}
        """,
        {"source": source},
    )


def _by_name(db: sqlite3.Connection) -> None:
    """By name only where a row says nothing else of its customer, and only where one customer bears the name."""
    only_name = "people.name_key IS NOT NULL AND " + " AND ".join(
        f"people.{column} IS NULL" for column in ("customer_id", "external_id", "email", "phone")
    )
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM stage.people WHERE {only_name})").fetchone()[0]:
        return
    db.create_function("name_key", 1, lambda text: name_key(text) if text else None, deterministic=True)
    db.execute("CREATE TABLE stage.names (name_key TEXT, customer_id INTEGER)")
    db.execute(
        """
        INSERT INTO stage.names SELECT name_key(name), id FROM main.customers WHERE name <> ''
        UNION SELECT name_key(company), id FROM main.customers WHERE company IS NOT NULL
        """
    )
    db.execute("CREATE INDEX stage.names_key ON names (name_key, customer_id)")
    db.execute(
        f"""
        UPDATE stage.people SET how = 'name', customer_id = n.customer_id
        FROM (SELECT name_key, min(customer_id) AS customer_id FROM stage.names
              GROUP BY name_key HAVING count(DISTINCT customer_id) = 1) n
        WHERE people.name_key = n.name_key AND {only_name}
        """
    )


def _by_order(db: sqlite3.Connection, source: str) -> None:
    """A return without a customer of its own has that of the order that it refers to."""
    db.execute(
        """
        UPDATE stage.people SET how = 'order', customer_id = o.customer_id
        FROM main.orders o
        WHERE people.customer_id IS NULL AND people.order_ref IS NOT NULL AND people.external_id IS NULL
          AND people.email IS NULL AND o.source = :source AND o.external_id = people.order_ref
        """,
        {"source": source},
    )


def _one_row_each(db: sqlite3.Connection) -> None:
    """Two records of a customer file never become one customer: the first keeps the match, by id before by contact."""
    db.execute(
        """
        UPDATE stage.people SET customer_id = NULL, how = NULL
        WHERE customer_id IS NOT NULL AND how <> 'id' AND who <> (
            SELECT q.who FROM stage.people q WHERE q.customer_id = people.customer_id
            ORDER BY q.how <> 'id', q.who LIMIT 1)
        """
    )


def _group_new(db: sqlite3.Connection) -> None:
    """Give everyone who is not in the book a head: the first of those who are the same new customer."""
    db.execute(
        """
        UPDATE stage.people SET head = (SELECT min(q.who) FROM stage.people q WHERE q.external_id = people.external_id
                                        AND q.customer_id IS NULL)
        WHERE customer_id IS NULL AND external_id IS NOT NULL
        """
    )
    # Where a column of ids holds addresses too, a row with only that address is of the customer with that id.
    db.execute(
        """
        UPDATE stage.people SET head = (
            SELECT min(q.head) FROM stage.people q
            WHERE q.external_id = coalesce(people.email, people.phone, people.name_key) AND q.customer_id IS NULL)
        WHERE customer_id IS NULL AND external_id IS NULL
        """
    )
    for kind in ("email", "phone", "name_key"):
        db.execute(f"CREATE INDEX IF NOT EXISTS stage.people_{kind} ON people ({kind})")
        db.execute(
            f"""
            UPDATE stage.people SET head = coalesce(
                (SELECT min(q.head) FROM stage.people q WHERE q.{kind} = people.{kind} AND q.head IS NOT NULL),
                (SELECT min(q.who) FROM stage.people q
                 WHERE q.{kind} = people.{kind} AND q.head IS NULL AND q.customer_id IS NULL))
            WHERE customer_id IS NULL AND head IS NULL AND {kind} IS NOT NULL
            """
        )
