"""Files that name records which were merged: each row speaks for the customer that its record is a part of.

A record that was merged away still has its word, but it cannot undo what a person put together: what it says as it said
before changes nothing; what it says anew is taken; what its customer lacks it fills; consent only becomes stricter.
Several rows of a file that are one customer speak with one voice, that of the customer's own record where it is there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from services.duplicates.fields import FIELDS, Record, combined, strictest
from services.sync.apply.target import IGNORED

JOINED: Final = "merged into another customer, whose row is used"
_CONSENTS: Final = ("email_consent", "tracking_consent")


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


def any_joined(db: sqlite3.Connection) -> bool:
    """Whether customers were merged in this book."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM main.merged_customers)").fetchone()[0])


def find_joined(db: sqlite3.Connection, source: str, key: str) -> None:
    """Match rows by the key of a record that is a part of another customer now; `key` is SQL over `people`."""
    db.execute(
        f"""
        UPDATE stage.people SET customer_id = m.customer_id, how = 'id' FROM main.merged_customers m
        WHERE people.customer_id IS NULL AND m.source = :source AND m.external_id = {key}
        """,
        {"source": source},
    )


def speak_as_one(db: sqlite3.Connection, kept: Sequence[str], source: str) -> None:
    """Let the rows of a customer file that speak of merged customers say what is to hold of them.

    Parameters
    ----------
    db : sqlite3.Connection
        Connection of the store with the staging file attached; its people are matched.
    kept : sequence of str
        Columns of the customers that the file has.
    source : str
        The system that the file's ids belong to.
    """
    db.execute("CREATE TABLE stage.words (record_id INTEGER PRIMARY KEY, before TEXT NOT NULL, after TEXT NOT NULL)")
    names = [name for name in kept if name in FIELDS]
    for customer in _customers(db, names, source):
        _keep_words(db, customer, names)
        lead, *others = sorted(customer.rows, key=lambda one: (not one.own, one.record is not None, one.row))
        said = _own_word(customer, lead, names) if lead.own else _further_word(customer, lead, names)
        sets = ", ".join(f"{name} = ?" for name in names)
        db.execute(f"UPDATE stage.r SET {sets} WHERE row = ?", (*(said[name] for name in names), lead.row))
        db.executemany(
            "UPDATE stage.r SET state = ?, note = ? WHERE row = ?", [(IGNORED, JOINED, one.row) for one in others]
        )


def _customers(db: sqlite3.Connection, names: Sequence[str], source: str) -> Iterable[_Customer]:
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


def _customer(db: sqlite3.Connection, number: int) -> _Customer:
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


def _keep_words(db: sqlite3.Connection, customer: _Customer, names: Sequence[str]) -> None:
    """What a record says now is what it said last, from the next file on; the last step writes it into the book."""
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


def words_to_keep(db: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Merged records that a file said something new of: their number, and images before and after."""
    if not db.execute("SELECT EXISTS (SELECT 1 FROM stage.sqlite_master WHERE name = 'words')").fetchone()[0]:
        return []
    return [
        (number, json.dumps({"record": before}, ensure_ascii=False), json.dumps({"record": after}, ensure_ascii=False))
        for number, before, after in db.execute("SELECT record_id, before, after FROM stage.words ORDER BY record_id")
    ]


def _own_word(customer: _Customer, lead: _Row, names: Sequence[str]) -> dict[str, Any]:
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
