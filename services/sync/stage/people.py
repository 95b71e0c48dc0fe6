"""Whose row it is: each distinct customer of a file gets a small number, and is looked up in the book once.

A million orders of 20,000 customers need 20,000 look-ups. The same is done for products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models import sqlite
from services.sync.formats.plan import Plan
from services.sync.kinds import words
from services.sync.kinds.column import Column
from services.sync.kinds.ids import Ids
from services.sync.kinds.memo import LIMIT, Fault, Unfit
from services.sync.kinds.phones import phone_key
from services.sync.kinds.vocabulary import is_nothing
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
_CALLED = {"customer_id": "external_id", "contact_id": "external_id", "of_order_id": "order_ref"}
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


class Distinct:
    """Customers or products of a file's rows, each distinct one with a number and a row of the staging file."""

    def __init__(self, db: sqlite.Connection, table: str, columns: Sequence[Column]) -> None:
        self._db = db
        self._table = table
        self._columns = columns
        self._ids = {column.place: Ids(column.form) for column in columns if column.field.kind == "id"}
        self._numbers = Numbered(self._read)

    def convert(self, cells: Sequence[Sequence[str]]) -> list[Any]:
        """A number, None (nothing is named) or a `CellFault` for each row; `cells` holds all columns of the file."""
        if not self._columns:
            return [None] * len(cells[0])
        mine = [cells[column.place] for column in self._columns]
        # One text is hashed and compared in half the time of a tuple of texts.
        texts = mine[0] if len(mine) == 1 else map(_BETWEEN.join, zip(*mine, strict=True))
        return list(map(self._numbers.__getitem__, texts))

    @property
    def faulty(self) -> bool:
        """Whether any cell so far did not fit."""
        return self._numbers.faulty

    def flush(self) -> None:
        """Write those seen since the last call to the staging file."""
        if self._numbers.waiting:
            marks = ", ".join("?" * len(self._numbers.waiting[0]))
            self._db.executemany(f"INSERT INTO {self._table} VALUES ({marks})", self._numbers.waiting)
            self._numbers.waiting.clear()

    def _read(self, cells: str) -> tuple[Any, ...] | CellFault | None:
        """What the cells of a row say of a customer or product."""
        raise NotImplementedError

    def _own_id(self, column: Column, text: str) -> str | CellFault:
        """An id as its column is read; '' where there is none."""
        own = self._ids[column.place].convert([text])[0][0]
        return CellFault(column.place, column.header, own.why) if isinstance(own, Fault) else own or ""


class People(Distinct):
    """The customers of a file's rows."""

    def __init__(self, plan: Plan, db: sqlite.Connection, left_out: LeftOut) -> None:
        self._left_out = left_out
        own = plan.entity.customer == "self"
        columns = [column for column in plan.columns if own or column.field.role == "customer"]
        if own:
            wanted = {"customer_id", "email", "phone", "name", "first_name", "last_name", "company"}
            # Where a number is, the country of the customer says.
            wanted |= {"country"} if plan.has("phone") else set()
            columns = [column for column in plan.columns if column.field.name in wanted]
        order_ref = plan.column("of_order_id") if "return" in plan.entity.hooks else None
        if order_ref is not None:
            columns.append(order_ref)
        # A contact without an account is a customer as it stands.
        self._whose = len(columns)
        if plan.entity.by_account:
            columns += [column for column in plan.columns if column.field.name in _OF_PERSON]
        names = (column.field.name for column in columns)
        self._names = [_CALLED.get(name, name.removeprefix("customer_")) for name in names]
        self._staged: set[Any] = set()
        db.execute(_CREATE)
        super().__init__(db, f"people (who, {', '.join(PEOPLE)})", columns)

    def staged(self, who: Iterable[Any]) -> None:
        """Note whose rows are staged: who has only rejected rows is not a customer."""
        self._staged.update(who)

    def finish(self) -> None:
        """Mark customers without a staged row."""
        self.flush()
        if len(self._staged - {None}) < self._numbers.last:
            left_out = ((who,) for who in range(1, self._numbers.last + 1) if who not in self._staged)
            self._db.executemany("UPDATE people SET staged = 0 WHERE who = ?", left_out)
        self._staged.clear()

    def _read(self, cells: str) -> tuple[Any, ...] | CellFault | None:
        given = [cells] if len(self._columns) == 1 else cells.split(_BETWEEN)
        found: dict[str, str] = {}
        unread: list[tuple[CellFault, str]] = []
        for place, (column, name, cell) in enumerate(zip(self._columns, self._names, given, strict=False)):
            if place == self._whose and found:
                break
            text = cell.strip()
            if is_nothing(text, typed=column.field.kind == "email"):
                continue
            read: str | CellFault = text
            if column.field.kind == "id":
                read = self._own_id(column, text)
            elif column.field.kind == "email":
                try:
                    read = words.to_email(text)
                except Unfit as problem:
                    read = CellFault(column.place, column.header, str(problem))
            if isinstance(read, CellFault):
                unread.append((read, text))
            elif read:
                found[name] = read
        known = found.get("external_id") or found.get("email")
        if unread and not (known and self._left_out.may(self._columns[0].field)):
            return unread[0][0]
        for fault, text in unread:
            self._left_out.note(fault, text)
        return _person(found)


def _person(found: dict[str, str]) -> tuple[Any, ...] | None:
    phone_text = found.get("phone", "")
    home = phone_key(phone_text)
    phone = phone_key(phone_text, found.get("country", ""))
    full = " ".join(part for part in (found.get("first_name"), found.get("last_name")) if part)
    name = found.get("name") or full or found.get("company")
    key = words.name_key(name) if name else ""
    if not (found.get("external_id") or found.get("email") or phone or key or found.get("order_ref")):
        return None
    said = {**found, "phone": phone, "phone_home": home if home != phone else "", "phone_text": phone_text}
    said |= {"name": name or "", "name_key": key}
    return tuple(said.get(one) or None for one in PEOPLE)


class Items(Distinct):
    """The products of a file's rows."""

    def __init__(self, plan: Plan, db: sqlite.Connection) -> None:
        db.execute(_CREATE_ITEMS)
        columns = [one for one in plan.columns if one.field.name in ("sku", "product")]
        super().__init__(db, f"items (what, {', '.join(ITEMS)})", columns)

    def _read(self, cells: str) -> tuple[Any, ...] | CellFault | None:
        given = [cells] if len(self._columns) == 1 else cells.split(_BETWEEN)
        found = {one.field.name: (one, cell.strip()) for one, cell in zip(self._columns, given, strict=False)}
        sku: str | CellFault | None = self._own_id(*found["sku"]) if found.get("sku", ("", ""))[1] else None
        if isinstance(sku, CellFault):
            return sku
        name = found["product"][1] if "product" in found else ""
        if not (sku or name):
            return None
        return (
            sku or None,
            name or None,
            words.name_key(name) if name else None,
            words.loose_key(name) if name else None,
        )
