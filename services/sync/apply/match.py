"""Which customer of the book each customer of the file is: by id, then email, then phone; by name where that is all.

All of it in the staging file, set by set; nothing is written into the book here. Customers who are not found are
grouped, so that the same person under one id and one email becomes one customer and not two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from models import sqlite
from services.duplicates.erasure import is_erased
from services.duplicates.fields import FIELDS, Record, combined, strictest
from services.sync.apply.contacts import part_other_names
from services.sync.formats.plan import Plan
from services.sync.kinds.words import name_key
from services.sync.stage.layout import IGNORED, exists, layout_of

_SAME_SOURCE_ID = """
    EXISTS (SELECT 1 FROM main.identities o
            WHERE o.customer_id = i.customer_id AND o.kind = 'external_id' AND o.source = :source)
"""
JOINED: Final = "merged into another customer, whose row is used"
ERASED: Final = "erased on request: add the customer by hand to keep them again"
_CONSENTS: Final = ("email_consent", "tracking_consent")


def match_people(db: sqlite.Connection, plan: Plan, source: str) -> int:
    """Find the file's customers in the book and group those who are new.

    Returns
    -------
    int
        How many customers of the book the file's rows are of.
    """
    db.execute("CREATE INDEX stage.people_id ON people (external_id)")
    db.execute("CREATE INDEX stage.people_email ON people (email)")
    if exists(db, "main.customers") or exists(db, "main.erasures"):
        own = plan.entity.customer == "self"
        _by_id(db, source)
        if not own:
            _by_person(db, source, "people.external_id", "k.external_id", "AND k.source = :source")
        _by_key(db, source, own=own)
        _leave_out_erased(db, source, own=own)  # those who are still there are found by now
        joined = exists(db, "main.merged_customers")
        if joined:
            # By the key of a record that is a part of another customer now.
            same = f"m.source = :source AND m.external_id = {own_key(own=own)}"
            _match(db, source, "id", "m.customer_id", "main.merged_customers m", same)
        _by_contact(db, "email", source)
        if not own:
            _by_person(db, source, "people.email", "lower(k.email)", "")
        _by_contact(db, "phone", source)
        if exists(db, "stage.people WHERE phone_home IS NOT NULL"):
            _by_contact(db, "phone", source, at_home=True)
        part_other_names(db)
        _by_name(db)
        _by_order(db, source)
        if own:
            _one_row_each(db)
            if joined:
                speak_as_one(db, layout_of(plan).kept, source)
    _group_new(db)
    matched = db.execute("SELECT count(DISTINCT customer_id) FROM stage.people WHERE staged").fetchone()[0]
    return int(matched)


def _leave_out_erased(db: sqlite.Connection, source: str, *, own: bool) -> None:
    """Leave out the rows of those who were erased on request, so that no file brings them back."""
    erased = is_erased(db)
    if erased is None:
        return
    db.create_function("is_erased", 2, lambda kind, text: bool(text) and erased(kind, text), deterministic=True)
    known = [f"is_erased('id', :source || char(31) || {key})" for key in ("people.external_id", own_key(own=own))]
    known += ["is_erased('email', people.email)", "is_erased('phone', people.phone)"]
    nobody = f"customer_id IS NULL AND ({' OR '.join(known)})"
    db.execute(f"CREATE TABLE stage.erased AS SELECT who FROM stage.people WHERE {nobody}", {"source": source})
    whose = "who IN (SELECT who FROM stage.erased)"
    db.execute(f"UPDATE stage.r SET state = ?, note = ? WHERE state IS NULL AND {whose}", (IGNORED, ERASED))
    db.execute(f"UPDATE stage.people SET staged = 0 WHERE {whose}")


def _match(db: sqlite.Connection, source: str, how: str, customer: str, found: str, where: str) -> None:
    """Give people without a customer the one that the SQL finds; `how` names the way in which it was found."""
    db.execute(
        f"""
        UPDATE stage.people SET how = '{how}', customer_id = {customer} FROM {found}
        WHERE people.customer_id IS NULL AND {where}
        """,
        {"source": source},
    )


def _by_id(db: sqlite.Connection, source: str) -> None:
    known = """
        (SELECT value, min(customer_id) AS customer_id FROM main.identities
         WHERE kind = 'external_id' AND source = :source GROUP BY value) i
        """
    _match(db, source, "id", "i.customer_id", known, "i.value = people.external_id")


def _by_person(db: sqlite.Connection, source: str, said: str, known: str, where: str) -> None:
    """By the id or the address of a contact, who stands for the account; not where the person is at several."""
    persons = f"""
        (SELECT {known} AS known, min(k.customer_id) AS customer_id FROM main.contacts k
         WHERE {known} IS NOT NULL {where} GROUP BY 1 HAVING count(DISTINCT k.customer_id) = 1) k
        """
    _match(db, source, "contact", "k.customer_id", persons, f"people.order_ref IS NULL AND k.known = {said}")


def _by_key(db: sqlite.Connection, source: str, *, own: bool) -> None:
    """Customers whom an earlier file of this system made: what it knew them by is their key in the book."""
    if own:
        db.execute("CREATE INDEX stage.r_who ON r (who)")
    if exists(db, "main.customers WHERE source = ?", (source,)):
        same = f"c.source = :source AND c.external_id = {own_key(own=own)}"
        _match(db, source, "id", "c.id", "main.customers c", same)


def own_key(*, own: bool) -> str:
    """SQL of the key that a customer of the file has, or would have, in the book."""
    if own:
        return "(SELECT r.key FROM stage.r WHERE r.who = people.who AND r.state IS NULL)"
    return "coalesce(people.external_id, people.email, people.phone, people.name_key)"


def _by_contact(db: sqlite.Connection, kind: str, source: str, *, at_home: bool = False) -> None:
    """By an address or a number; `at_home`: by the number as it is dialled at home, where the book knows no country."""
    # Two records of one system are two customers, even where they share an address.
    apart = f"(people.external_id IS NULL OR NOT {_SAME_SOURCE_ID})"
    column = "phone_home" if at_home else kind
    nowhere = "AND customer_id IN (SELECT id FROM main.customers WHERE coalesce(country, '') = '')" if at_home else ""
    known = f"""
        (SELECT value, min(customer_id) AS customer_id FROM main.identities
         WHERE kind = '{kind}' {nowhere} GROUP BY value) i
        """
    where = f"people.order_ref IS NULL AND i.value = people.{column} AND {apart}"
    _match(db, source, kind, "i.customer_id", known, where)


def _by_name(db: sqlite.Connection) -> None:
    """By name only where a row says nothing else of its customer, and only where one customer bears the name."""
    only_name = "people.name_key IS NOT NULL AND " + " AND ".join(
        f"people.{column} IS NULL" for column in ("customer_id", "external_id", "email", "phone")
    )
    if not exists(db, f"stage.people WHERE {only_name}"):
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
    names = """
        (SELECT name_key, min(customer_id) AS customer_id FROM stage.names
         GROUP BY name_key HAVING count(DISTINCT customer_id) = 1) n
        """
    _match(db, "", "name", "n.customer_id", names, f"people.name_key = n.name_key AND {only_name}")


def _by_order(db: sqlite.Connection, source: str) -> None:
    """A return without a customer of its own has that of the order that it refers to."""
    nobody = "people.order_ref IS NOT NULL AND people.external_id IS NULL AND people.email IS NULL"
    same = "o.source = :source AND o.external_id = people.order_ref"
    _match(db, source, "order", "o.customer_id", "main.orders o", f"{nobody} AND {same}")


def _one_row_each(db: sqlite.Connection) -> None:
    """Two records of a customer file never become one customer: the first keeps the match, by id before by contact."""
    db.execute(
        """
        UPDATE stage.people SET customer_id = NULL, how = NULL
        WHERE customer_id IS NOT NULL AND how <> 'id' AND who NOT IN (
            SELECT who FROM (
                SELECT who, row_number() OVER (PARTITION BY customer_id ORDER BY how <> 'id', who) AS place
                FROM stage.people WHERE customer_id IS NOT NULL)
            WHERE place = 1)
        """
    )


def _group_new(db: sqlite.Connection) -> None:
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


@dataclass
class _Row:
    """A staged row of a merged customer; `record` is what was merged, None for the customer's own or another id."""

    row: int
    key: str
    values: dict[str, Any]
    own: bool
    record: int | None


@dataclass
class _Customer:
    """A customer with records that were merged, and the rows of the file that speak of it."""

    id: int
    source: str
    values: dict[str, Any]
    records: dict[int, Record] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)


def speak_as_one(db: sqlite.Connection, kept: Sequence[str], source: str) -> None:
    """Let the rows of a customer file that speak of merged customers say, in the columns that it keeps, what holds."""
    db.execute("CREATE TABLE stage.words (record_id INTEGER PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL)")
    names = [name for name in kept if name in FIELDS]
    for customer in _customers(db, names, source):
        _keep_words(db, customer, names)
        lead, *others = sorted(customer.rows, key=lambda one: (not one.own, one.record is not None, one.row))
        said = _own_word(customer, lead) if lead.own else _further_word(customer, lead, names)
        sets = ", ".join(f"{name} = ?" for name in names)
        db.execute(f"UPDATE stage.r SET {sets} WHERE row = ?", (*(said[name] for name in names), lead.row))
        db.executemany(
            "UPDATE stage.r SET state = ?, note = ? WHERE row = ?", [(IGNORED, JOINED, one.row) for one in others]
        )


def _customers(db: sqlite.Connection, names: Sequence[str], source: str) -> Iterable[_Customer]:
    staged = ", ".join(f"r.{name}" for name in names)
    found: dict[int, _Customer] = {}
    cursor = db.execute(
        f"""
        SELECT p.customer_id, r.row, r.key, m.id, {staged}
        FROM stage.people p JOIN stage.r r ON r.who = p.who
        LEFT JOIN main.merged_customers m ON m.source = :source AND m.external_id = r.key
        WHERE r.state IS NULL AND p.customer_id IN (SELECT customer_id FROM main.merged_customers)
        ORDER BY r.row
        """,
        {"source": source},
    ).fetchall()
    for number, row, key, record, *values in cursor:
        customer = found.get(number)
        if customer is None:
            customer = found[number] = _customer(db, number)
        own = customer.source == source and customer.values["external_id"] == key
        record = record if record in customer.records else None
        customer.rows.append(_Row(row, key, dict(zip(names, values, strict=True)), own, record))
    return found.values()


def _customer(db: sqlite.Connection, number: int) -> _Customer:
    columns = ("source", "external_id", *FIELDS)
    row = db.execute(f"SELECT {', '.join(columns)} FROM main.customers WHERE id = ?", (number,)).fetchone()
    values = dict(zip(columns, row, strict=True))
    records = {
        record: Record((source, key), json.loads(said), frozenset(json.loads(gave)))
        for record, source, key, said, gave in db.execute(
            "SELECT id, source, external_id, record, gave FROM main.merged_customers WHERE customer_id = ?", (number,)
        )
    }
    return _Customer(number, values["source"], values, records)


def _keep_words(db: sqlite.Connection, customer: _Customer, names: Sequence[str]) -> None:
    """Keep what each record says now, for comparison with the next file; the last step writes it into the book."""
    for row in customer.rows:
        if row.record is None:
            continue
        record = customer.records[row.record]
        after = {**record.values, **{name: row.values[name] for name in names}}
        for name in _CONSENTS:
            after[name] = after.get(name) or "unknown"
        if after != record.values:
            texts = [json.dumps(values, ensure_ascii=False) for values in (record.values, after)]
            db.execute("INSERT OR REPLACE INTO stage.words VALUES (?, ?, ?)", (row.record, *texts))


def words_to_keep(db: sqlite.Connection) -> list[tuple[int, str, str]]:
    """Merged records that a file said something new of: their number, and images before and after."""
    if not exists(db, "stage.sqlite_master WHERE name = 'words'"):
        return []
    return [
        (number, json.dumps({"record": before}, ensure_ascii=False), json.dumps({"record": after}, ensure_ascii=False))
        for number, before, after in db.execute("SELECT record_id, before, after FROM stage.words ORDER BY record_id")
    ]


def _own_word(customer: _Customer, lead: _Row) -> dict[str, Any]:
    """The customer's own record says what it is, and the other records, as they stand, what it lacks."""
    now = {row.record: row.values for row in customer.rows if row.record is not None}
    further = [row for row in customer.rows if row is not lead and row.record is None]
    records = [
        Record(record.key, {**record.values, **now.get(number, {})}) for number, record in customer.records.items()
    ]
    records += [Record((customer.source, row.key), row.values) for row in further]
    row = {**customer.values, **lead.values, "name": lead.values.get("name") or ""}
    for name in _CONSENTS:
        row[name] = row[name] or "unknown"
    together = combined(row, records).values
    together["name"] = together["name"] or None
    return together


def _further_word(customer: _Customer, lead: _Row, names: Sequence[str]) -> dict[str, Any]:
    """Another record: what it says anew is taken, what the customer lacks it fills."""
    said = dict(customer.values)
    for row in reversed([lead, *(one for one in customer.rows if one is not lead)]):
        known: Mapping[str, Any] = customer.records[row.record].values if row.record is not None else {}
        for name in names:
            value = row.values[name]
            fresh = row.record is None or (name != "attributes" and value != known.get(name))
            if value is not None and (said[name] in (None, "") or (row is lead and fresh)):
                said[name] = value
    for name in _CONSENTS:
        told = [row.values[name] for row in customer.rows if row.values.get(name) not in (None, "", "unknown")]
        said[name] = strictest([customer.values[name], *told])
    return said
