"""Whose row it is: each distinct customer of a file gets a small number, and is looked up in the book once.

A million orders of 20,000 customers need 20,000 look-ups. The same is done for products.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from services.sync.formats.plan import Plan
from services.sync.kinds import words
from services.sync.kinds.column import Column
from services.sync.kinds.ids import Ids
from services.sync.kinds.memo import LIMIT, Fault, Unfit
from services.sync.kinds.nothing import is_nothing
from services.sync.kinds.phones import phone_key
from services.sync.stage.faults import CellFault, LeftOut

PEOPLE = (
    "external_id",
    "email",
    "phone",
    "phone_home",
    "phone_text",
    "name",
    "name_key",
    "company",
    "city",
    "region",
    "country",
    "order_ref",
)
ITEMS = ("sku", "name", "name_key", "loose_key")
_BETWEEN = "\x1f"
_OF_PERSON = ("contact_id", "name", "first_name", "last_name", "email", "phone")
_CREATE = f"""
CREATE TABLE people (who INTEGER PRIMARY KEY, {", ".join(f"{name} TEXT" for name in PEOPLE)},
    staged INTEGER NOT NULL DEFAULT 1, customer_id INTEGER, how TEXT, head INTEGER)
"""
_CREATE_ITEMS = f"""
CREATE TABLE items (what INTEGER PRIMARY KEY, {", ".join(f"{name} TEXT" for name in ITEMS)}, product_id INTEGER)
"""


class Numbered(dict[Any, Any]):
    """Distinct texts, or tuples of texts, to numbers from 1; forgets them before it grows large, the numbers go on."""

    __slots__ = ("_first_sight", "faulty", "last", "waiting")

    def __init__(self, first_sight: Callable[[Any], tuple[Any, ...] | CellFault | None]) -> None:
        super().__init__()
        self._first_sight = first_sight
        self.last = 0
        self.faulty = False
        self.waiting: list[tuple[Any, ...]] = []

    def __missing__(self, cells: Any) -> Any:
        if len(self) >= LIMIT:
            self.clear()
        found = self._first_sight(cells)
        number: Any
        if found is None:
            number = None
        elif isinstance(found, CellFault):
            number = found
            self.faulty = True
        else:
            self.last += 1
            number = self.last
            self.waiting.append((number, *found))
        self[cells] = number
        return number


class People:
    """The customers of a file's rows."""

    def __init__(self, plan: Plan, db: sqlite3.Connection, left_out: LeftOut) -> None:
        self._left_out = left_out
        own = plan.entity.customer == "self"
        self._columns = [column for column in plan.columns if own or column.field.role == "customer"]
        if own:
            wanted = {"customer_id", "email", "phone", "name", "first_name", "last_name", "company"}
            # Where a number is, the country of the customer says.
            wanted |= {"country"} if plan.has("phone") else set()
            self._columns = [column for column in plan.columns if column.field.name in wanted]
        order_ref = plan.column("of_order_id") if "return" in plan.entity.hooks else None
        if order_ref is not None:
            self._columns.append(order_ref)
        # A contact without an account is a customer as it stands.
        self._whose = len(self._columns)
        if plan.entity.by_account:
            self._columns += [column for column in plan.columns if column.field.name in _OF_PERSON]
        self._names = [_person_field(column) for column in self._columns]
        self._ids = {column.place: Ids(column.form) for column in self._columns if column.field.kind == "id"}
        self._numbers = Numbered(self._read)
        self._single = len(self._columns) == 1
        self._staged: set[Any] = set()
        self._db = db
        db.execute(_CREATE)

    def convert(self, cells: Sequence[Sequence[str]]) -> list[Any]:
        """A number, None (nobody) or a `CellFault` for each row; `cells` holds all columns of the file."""
        if self._single:
            return list(map(self._numbers.__getitem__, cells[self._columns[0].place]))
        if not self._columns:
            return [None] * len(cells[0])
        # One text is hashed and compared in half the time of a tuple of texts.
        mine = zip(*(cells[column.place] for column in self._columns), strict=True)
        return list(map(self._numbers.__getitem__, map(_BETWEEN.join, mine)))

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""
        return self._numbers.faulty

    def staged(self, who: Iterable[Any]) -> None:
        """Note whose rows are staged: who has only rejected rows is not a customer."""
        self._staged.update(who)

    def finish(self) -> None:
        """Mark customers of whom no row was staged."""
        self.flush()
        if len(self._staged - {None}) < self._numbers.last:
            left_out = ((who,) for who in range(1, self._numbers.last + 1) if who not in self._staged)
            self._db.executemany("UPDATE people SET staged = 0 WHERE who = ?", left_out)
        self._staged.clear()

    def flush(self) -> None:
        """Write customers seen since the last call to the staging file."""
        if self._numbers.waiting:
            marks = ", ".join("?" * (len(PEOPLE) + 1))
            self._db.executemany(
                f"INSERT INTO people (who, {', '.join(PEOPLE)}) VALUES ({marks})", self._numbers.waiting
            )
            self._numbers.waiting.clear()

    def _read(self, cells: Any) -> tuple[Any, ...] | CellFault | None:
        given = (cells,) if self._single else cells.split(_BETWEEN)
        found: dict[str, str] = {}
        unread: list[tuple[CellFault, str]] = []
        for place, (column, name, cell) in enumerate(zip(self._columns, self._names, given, strict=False)):
            if place == self._whose and found:
                break
            text = cell.strip()
            if is_nothing(text, typed=column.field.kind == "email"):
                continue
            if column.field.kind == "id":
                own = self._ids[column.place].convert([text])[0][0]
                if isinstance(own, Fault):
                    unread.append((CellFault(column.place, column.header, own.why), text))
                    continue
                text = own or ""
            elif column.field.kind == "email":
                try:
                    text = words.to_email(text)
                except Unfit as problem:
                    unread.append((CellFault(column.place, column.header, str(problem)), text))
                    continue
            if text:
                found[name] = text
        known = found.get("external_id") or found.get("email")
        if unread and not (known and self._left_out.may(self._columns[0].field)):
            return unread[0][0]
        for fault, text in unread:
            self._left_out.note(fault, text)
        return _person(found)


def _person_field(column: Column) -> str:
    name = column.field.name
    return {"customer_id": "external_id", "contact_id": "external_id", "of_order_id": "order_ref"}.get(
        name, name.removeprefix("customer_")
    )


def _person(found: dict[str, str]) -> tuple[Any, ...] | None:
    phone_text = found.get("phone", "")
    home = phone_key(phone_text)
    phone = phone_key(phone_text, found.get("country", ""))
    full = " ".join(part for part in (found.get("first_name"), found.get("last_name")) if part)
    name = found.get("name") or full or found.get("company")
    key = words.name_key(name) if name else ""
    if not (found.get("external_id") or found.get("email") or phone or key or found.get("order_ref")):
        return None
    return (
        found.get("external_id"),
        found.get("email"),
        phone or None,
        home if home != phone else None,
        phone_text or None,
        name,
        key or None,
        found.get("company"),
        found.get("city"),
        found.get("region"),
        found.get("country"),
        found.get("order_ref"),
    )


class Items:
    """The products of a file's rows."""

    def __init__(self, plan: Plan, db: sqlite3.Connection) -> None:
        self._columns = [column for column in plan.columns if column.field.name in ("sku", "product")]
        self._names = [column.field.name for column in self._columns]
        self._ids = {column.place: Ids(column.form) for column in self._columns if column.field.kind == "id"}
        self._numbers = Numbered(self._read)
        self._db = db
        db.execute(_CREATE_ITEMS)

    def convert(self, cells: Sequence[Sequence[str]]) -> list[Any]:
        """A number or None for each row; `cells` holds all columns of the file."""
        mine = [cells[column.place] for column in self._columns]
        return list(map(self._numbers.__getitem__, zip(*mine, strict=True)))

    def flush(self) -> None:
        """Write products seen since the last call to the staging file."""
        if self._numbers.waiting:
            self._db.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, NULL)", self._numbers.waiting)
            self._numbers.waiting.clear()

    @property
    def faulty(self) -> bool:
        """Whether any code so far did not fit."""
        return self._numbers.faulty

    def _read(self, cells: Any) -> tuple[Any, ...] | CellFault | None:
        found = {name: cell.strip() for name, cell in zip(self._names, cells, strict=True)}
        sku = found.get("sku") or None
        if sku:
            column = self._columns[self._names.index("sku")]
            own = self._ids[column.place].convert([sku])[0][0]
            if isinstance(own, Fault):
                return CellFault(column.place, column.header, own.why)
            sku = own
        name = found.get("product") or None
        if not (sku or name):
            return None
        return (sku, name, words.name_key(name) if name else None, words.loose_key(name) if name else None)
