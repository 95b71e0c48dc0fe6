"""What speaks for a file being of a system of the book: its folder, its columns, its ids, its people and its rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Final

from models import sqlite
from services.sync.apply.write import default_name
from services.sync.formats.headers import normal
from services.sync.formats.plan import Plan, source_from_name
from services.sync.formats.systems import known_sources
from services.sync.stage.layout import Target

# Fields by which files of one system refer to the same rows.
_FAMILIES: Final[Mapping[str, str]] = {
    "customer_id": "customers",
    "product_id": "products",
    "sku": "products",
    "order_id": "orders",
    "of_order_id": "orders",
    "opportunity_id": "deals",
}
# What a list calls its own ids: other files call the same ones by what the list is of.
_OWN_IDS: Final = frozenset(("id", "key", "externalid", "recordid", "uniqueid"))
_LOOKED_AT = 2_000
_FEWEST = 2
_EXAMPLES = 3
# Whole numbers with more digits than these are not reached by counting.
_COUNTED_DIGITS = 6
APART, WEAK, LIKELY, SURE = range(4)

Headers = dict[str, set[str]]


@dataclass(slots=True)
class System:
    """A system whose files are in the book.

    ``last``: the moment at which the newest of them was imported; ``lists_customers``: whether one says who there is.
    """

    name: str
    last: str = ""
    lists_customers: bool = False
    headers: Headers = field(default_factory=dict)
    paths: set[Path] = field(default_factory=set)


@dataclass(slots=True)
class Evidence:
    """A file compared with one system.

    Attributes
    ----------
    named, known, there
        Customers that the file names by id; how many of them the system has; how many it has in all.
    agree, differ, elsewhere
        Of those: by name, address or number the same, and none of them; addresses that belong to another id.
    rows_same, rows_other
        Rows that are in the book under the same id, of the same customer and day, and of another customer and day.
    near, shares, headers, beyond, slight
        Whether a file of it came from the same folder or together with this one; whether columns of ids are called
        alike; whether all columns are; whether ids agree beyond chance; whether fewer agree than those of one system
        would.
    """

    system: System
    named: int = 0
    known: int = 0
    there: int = 0
    agree: int = 0
    differ: int = 0
    elsewhere: int = 0
    rows_same: int = 0
    rows_other: int = 0
    near: bool = False
    shares: bool = False
    headers: bool = False
    beyond: bool = False
    slight: bool = False
    like_ids: bool = True
    examples: tuple[str, ...] = ()

    @property
    def overlaps(self) -> bool:
        return self.known > 0 and 2 * self.known >= min(self.named, self.there)

    @property
    def contradicts(self) -> bool:
        people = self.differ >= _FEWEST and self.differ > self.agree
        return people or (self.rows_other >= _FEWEST and self.rows_other > self.rows_same and not self.agree)

    @property
    def expected(self) -> bool:
        """Whether the file would be taken as one of this system, were it not for what its rows say."""
        return self.headers or (self.near and self.shares)

    @property
    def tier(self) -> int:
        if self.contradicts or self.elsewhere > self.agree:
            return APART
        if self.agree or self.rows_same > self.rows_other:
            return SURE
        if self.near and self.shares and (self.known or self.like_ids):
            return WEAK if self.slight and not self.headers else LIKELY
        if self.overlaps:
            return LIKELY if self.beyond else WEAK
        return LIKELY if self.headers and self.like_ids else APART

    def rank(self, token: bool) -> tuple[object, ...]:
        """By what systems between which the ids do not decide are told apart."""
        share = round(self.known / self.named, 1) if self.named else 0
        return self.tier, self.agree > 0, self.near, token, share, self.headers


def systems_of(db: sqlite.Connection) -> dict[str, System]:
    found: dict[str, System] = {}
    for source, path, mapping, entity, at in db.execute(
        """
        SELECT source, file_path, json_extract(receipt, '$.mapping'), json_extract(receipt, '$.remembered.entity'),
               started_at FROM main.imports
        WHERE undone_by IS NULL AND source <> '' ORDER BY id
        """
    ):
        one = found.setdefault(source, System(source))
        one.paths.add(Path(path))
        one.last = at
        one.lists_customers |= entity == "customers"
        for family, headers in families(json.loads(mapping)).items():
            one.headers.setdefault(family, set()).update(headers)
    return found


def families(mapping: Mapping[str, str]) -> Headers:
    """The columns of ids by what they refer to."""
    found: Headers = {}
    for column, name in mapping.items():
        if name in _FAMILIES:
            found.setdefault(_FAMILIES[name], set()).add(normal(column))
    return found


def evidence_of(
    db: sqlite.Connection, plan: Plan, target: Target, systems: Sequence[System], own: Headers, *, lines: bool
) -> list[Evidence]:
    """Compare a staged file with systems; what it says itself is gathered once."""
    held = [_circumstances(plan, system, own) for system in systems]
    if held and ("customers" in own or plan.entity.name == "products"):
        _hold_ids(db, plan, held)
        for one in (one for one in held if one.known):
            _hold_people(db, plan, one)
        if plan.entity.name != "products":
            _hold_addresses(db, held)
    for one in held:
        _hold_rows(db, plan, target, one, lines=lines)
    return held


def _circumstances(plan: Plan, system: System, own: Headers) -> Evidence:
    found = Evidence(system, headers=system.name in plan.origin.by_headers)
    path = plan.table.path.resolve()
    beside = {Path(name): source for name, source in plan.origin.beside}
    found.near = any(one.parent == path.parent or one in beside for one in system.paths) or (
        system.name in beside.values()
    )
    common = own.keys() & system.headers.keys()
    called = [(own[family], system.headers[family]) for family in common]
    found.shares = all(mine & theirs or (mine | theirs) & _OWN_IDS for mine, theirs in called)
    if system.name in known_sources():
        found.shares = found.shares and bool(common)
    return found


def _hold_ids(db: sqlite.Connection, plan: Plan, held: Sequence[Evidence]) -> None:
    """Which ids of the file each system has, and whether so many agree by chance."""
    if plan.entity.name == "products":
        named, there = "SELECT key AS id FROM stage.r", "SELECT source, external_id AS id FROM main.products"
    else:
        named = "SELECT external_id AS id FROM stage.people WHERE staged"
        there = "SELECT source, value AS id FROM main.identities WHERE kind = 'external_id'"
    db.execute("CREATE TABLE stage.named (id TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
    number = f"iif(length(id) <= {_COUNTED_DIGITS} AND id NOT GLOB '*[^0-9]*', CAST(id AS INTEGER), NULL)"
    db.execute(f"INSERT INTO stage.named SELECT DISTINCT id, {number} FROM ({named}) WHERE id IS NOT NULL")
    count, numbers = db.execute("SELECT count(*), count(number) FROM stage.named").fetchone()
    totals = {
        source: figures
        for source, *figures in db.execute(
            f"""
            SELECT source, count(*), count(*) FILTER (WHERE id IN (SELECT id FROM stage.named)), count({number}),
                   min({number}), max({number})
            FROM (SELECT DISTINCT source, id FROM ({there})) WHERE source IN (SELECT value FROM json_each(?))
            GROUP BY source
            """,
            (json.dumps([one.system.name for one in held]),),
        )
    }
    for found in held:
        total, known, counted, low, high = totals.get(found.system.name, (0, 0, 0, None, None))
        found.named, found.known, found.there = count, known, total
        found.like_ids = not count or not total or (numbers * 2 > count) == (counted * 2 > total)
        found.beyond = numbers * 2 <= count
        if not found.beyond and counted:
            among = "SELECT count(*) FROM stage.named WHERE number BETWEEN ? AND ?"
            (within,) = db.execute(among, (low, high)).fetchone()
            dense = counted / (high - low + 1)
            found.beyond = known >= within * dense + 3 * sqrt(within * dense * (1 - dense)) + 1
            # A list says who there is; of what others did, only numbers from another stretch speak against one system.
            apart = plan.entity.customer == "self" or found.system.lists_customers or 2 * within < numbers
            found.slight = bool(known) and not found.beyond and not found.overlaps and apart
    db.execute("DROP TABLE stage.named")


def _hold_people(db: sqlite.Connection, plan: Plan, found: Evidence) -> None:
    """Whether customers with the same id are the same people, by what both say of them."""
    if plan.entity.name == "products":
        _hold_products(db, found)
        return
    rows = db.execute(
        f"""
        SELECT p.external_id, p.name, p.email, p.phone, c.name, c.external_id, c.email, c.phone,
               EXISTS (SELECT 1 FROM main.identities e
                       WHERE e.customer_id = c.id AND +e.kind = 'email' AND e.value = p.email),
               EXISTS (SELECT 1 FROM main.identities e
                       WHERE e.customer_id = c.id AND +e.kind = 'phone' AND e.value = p.phone)
        FROM stage.people p
        CROSS JOIN main.identities i ON i.kind = 'external_id' AND i.source = ? AND i.value = p.external_id
        CROSS JOIN main.customers c ON c.id = i.customer_id
        WHERE p.staged ORDER BY p.who LIMIT {_LOOKED_AT}
        """,
        (found.system.name,),
    )
    examples: list[str] = []
    for number, name, email, phone, known, key, mail, tel, same_mail, same_phone in rows:
        called = "" if known == default_name(key, mail, tel) else known
        if called and len(examples) < _EXAMPLES:
            examples.append(f"{number} is {called} there" + (f" and {name} here" if name and name != called else ""))
        marks = [same_mail] if email and mail else []
        marks += [same_phone] if phone and tel else []
        marks += [alike(name, called)] if name and called else []
        if marks and any(marks):
            found.agree += 1
        elif marks:
            found.differ += 1
    found.examples = tuple(examples)


def _hold_addresses(db: sqlite.Connection, held: Sequence[Evidence]) -> None:
    """How many of the file's addresses each system has, but only under other ids."""
    elsewhere = dict(
        db.execute(
            """
            SELECT source, count(*) FROM (
                SELECT x.source FROM stage.people p
                CROSS JOIN main.identities e ON e.kind = 'email' AND e.source = '' AND e.value = p.email
                CROSS JOIN main.identities x ON x.customer_id = e.customer_id AND +x.kind = 'external_id'
                WHERE p.staged AND p.external_id IS NOT NULL
                GROUP BY p.who, x.source HAVING max(x.value = p.external_id) = 0)
            GROUP BY source
            """
        ).fetchall()
    )
    for one in held:
        one.elsewhere = elsewhere.get(one.system.name, 0)


def _hold_products(db: sqlite.Connection, found: Evidence) -> None:
    rows = db.execute(
        f"""
        SELECT s.key, s.name, t.name FROM stage.r s JOIN main.products t ON t.source = ? AND t.external_id = s.key
        WHERE s.name IS NOT NULL AND t.name IS NOT NULL LIMIT {_LOOKED_AT}
        """,
        (found.system.name,),
    ).fetchall()
    found.agree = sum(alike(name, known) for _, name, known in rows)
    found.differ = len(rows) - found.agree
    found.examples = tuple(f"{key} is {known} there and {name} here" for key, name, known in rows[:_EXAMPLES])


def _hold_rows(db: sqlite.Connection, plan: Plan, target: Target, found: Evidence, *, lines: bool) -> None:
    """Whether rows that are in the book under the same id are of the same customer and day."""
    keyed = plan.has("order_id") if lines else not target.loose_keys
    if not keyed or not target.day or plan.entity.customer in ("self", "none"):
        return
    same_row = "t.source = :source AND t.external_id = s.ord" if lines else target.same_row
    found.rows_same, found.rows_other = db.execute(
        f"""
        SELECT count(*) FILTER (WHERE day AND who), count(*) FILTER (WHERE NOT day AND NOT who) FROM (
            SELECT t.{target.day} IS s.{target.day} AS day, EXISTS (
                SELECT 1 FROM main.identities i WHERE i.customer_id = t.customer_id AND (
                    (i.kind = 'external_id' AND i.source = :source AND i.value = p.external_id)
                    OR (i.kind = 'email' AND i.value = p.email))) AS who
            FROM (SELECT * FROM stage.r LIMIT {_LOOKED_AT}) s CROSS JOIN stage.people p ON p.who = s.who
            CROSS JOIN main.{target.table} t ON {same_row}
            WHERE p.external_id IS NOT NULL OR p.email IS NOT NULL)
        """,
        {"source": found.system.name},
    ).fetchone()


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def alike(one: str, other: str) -> bool:
    """Whether two names share most of their words."""
    mine, theirs = _words(one), _words(other)
    return 2 * len(mine & theirs) > min(len(mine), len(theirs))


def file_words(path: Path) -> set[str]:
    return {word for word in re.findall(r"[^\W\d_]+", source_from_name(path.name).casefold()) if len(word) > 2}
