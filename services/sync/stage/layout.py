"""How the rows of an entity lie in the staging file, and how they become rows of the store.

Declared from the plan: which columns are staged, which of them are compared, and whether rows make up records of
several lines (orders) or stand for themselves; and for each column of a table, the expression over the staging file.
The tables of the store and the staging file are joined by scalar look-ups only, so that each statement walks the staged
rows once, in the order of the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import UniqueConstraint

from models import sqlite, tables
from services.permission.ledger import stored_key
from services.sync.formats.plan import Plan

# Of a row of the file that is laid out as several, the first bears its number, each further one this much more.
PIECE = 1 << 40
CHANGED, UNCHANGED, IGNORED, REJECTED = 1, 2, 3, 4

CUSTOMER = "(SELECT p.customer_id FROM stage.people p WHERE p.who = s.who)"
_PRODUCT = "(SELECT i.product_id FROM stage.items i WHERE i.what = s.what)"
_PRODUCT_NAME = "(SELECT i.name FROM stage.items i WHERE i.what = s.what)"
_SKU = "(SELECT i.sku FROM stage.items i WHERE i.what = s.what)"
_REFERRED = "(SELECT d.id FROM main.{} d WHERE d.source = :source AND d.external_id = s.ref)"
_TRACKING_BY_HAND = (
    "EXISTS (SELECT 1 FROM main.journal_payloads p WHERE p.table_name = 'customers' AND p.row_id = CAST(t.id AS TEXT)"
    " AND json_extract(p.after, '$.tracking_consent') = 'withdrawn')"
)
_ORDER = "(SELECT q.id FROM main.orders q WHERE q.source = :source AND q.external_id = s.ord)"
# An order known by its text has another key in the book if it was edited: it is found through the staged order.
_LOOSE_ORDER = "(SELECT o.target_id FROM stage.o o WHERE o.key = s.ord)"


@dataclass(frozen=True, slots=True)
class Layout:
    """What is staged for a plan.

    Attributes
    ----------
    columns
        Staged columns besides row, key, who, what, ord, ref.
    kept
        Those of them that the entity's table has under the same name.
    types
        What the columns hold, as the entity's table has it; text where it has no such column.
    usual
        Values that most files have in every row of a column: such rows are staged without the column.
    lines
        Whether several rows make up one record.
    keyed
        Whether the file identifies its rows; else a row is known by its text and its n-th occurrence.
    has_people, has_items
        Whether rows name a customer, a product.
    space
        Columns that part the keys of the table: each kind of activity counts from 1.
    """

    columns: tuple[str, ...]
    kept: tuple[str, ...]
    usual: dict[str, str]
    types: dict[str, str]
    lines: bool
    keyed: bool
    has_people: bool
    has_items: bool
    space: tuple[str, ...]

    def create(self) -> str:
        """The statement that makes the table of staged rows."""
        parts = ["row INTEGER PRIMARY KEY", "key TEXT", "who INTEGER", "what INTEGER", "ord TEXT", "ref TEXT"]
        defaults = {name: f" DEFAULT '{value}'" for name, value in self.usual.items()}
        parts += [f"{name} {self.types.get(name, 'TEXT')}{defaults.get(name, '')}" for name in self.columns]
        parts += ["target_id INTEGER", "state INTEGER", "note TEXT"]
        return f"CREATE TABLE r ({', '.join(parts)})"


def layout_of(plan: Plan) -> Layout:
    """Declare how a plan's rows are staged."""
    entity = plan.entity
    fields = (name for column in plan.columns if column.field.role == "row" for name in column.field.columns)
    lines = entity.with_lines and any(column.field.role == "line" for column in plan.columns)
    computed = (name for field, names in entity.computed.items() if not field or plan.has(field) for name in names)
    kept = tuple(dict.fromkeys([*fields, *computed]))
    types = {column.name: str(column.type) for column in tables.metadata.tables[entity.table].columns}
    keyed = plan.has("line_id") if lines else any(column.field.role == "key" for column in plan.columns)
    usual = {"currency": plan.currency} | ({} if lines else {"kind": "purchase"})
    return Layout(
        columns=(*kept, *(("total_minor", "quantity", "unit_price") if lines else ())),
        kept=kept,
        usual=usual if entity.table == "orders" else {},
        types=types | {"total_minor": "INTEGER"},
        lines=lines,
        keyed=keyed or bool(entity.key_of),
        has_people=entity.customer != "none",
        has_items=any(column.field.name in ("sku", "product") for column in plan.columns)
        and entity.table != "products",
        space=key_space(entity.table),
    )


def key_space(table: str) -> tuple[str, ...]:
    """Columns that make up a table's key besides source and external id."""
    key = next(one for one in tables.metadata.tables[table].constraints if isinstance(one, UniqueConstraint))
    return tuple(column.name for column in key.columns if column.name not in ("source", "external_id"))


def exists(db: sqlite.Connection, rows: str, values: Sequence[object] = ()) -> bool:
    """Whether there are rows; `rows` is what stands behind FROM."""
    return bool(db.execute(f"SELECT EXISTS (SELECT 1 FROM {rows})", values).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Target:
    """One table that staged rows become.

    Attributes
    ----------
    table
        Table of the store.
    staged
        Table of the staging file, `r` (rows) or `o` (orders put together from rows).
    columns
        Store column to expression over the staged row `s`.
    compared
        Those columns whose difference makes a row a changed one.
    loose_keys
        Whether keys are digests of the rows' text, so that an edited row has another key than before.
    like
        Columns in which an edited row still agrees with its earlier self, closest first.
    day
        The column of the day on which it happened, '' for none.
    space
        Columns that part the table's keys.
    """

    table: str
    staged: str
    columns: dict[str, str]
    compared: tuple[str, ...]
    loose_keys: bool
    like: tuple[tuple[str, ...], ...] = ()
    day: str = ""
    space: tuple[str, ...] = ()

    @property
    def same_row(self) -> str:
        """SQL of whether row `t` of the store is the one that the staged row `s` names."""
        if self.table == "customers":
            return f"t.id = {CUSTOMER}"
        parts = [f"t.{name} = {self.columns[name]}" for name in self.space]
        return " AND ".join(["t.source = :source", "t.external_id = s.key", *parts])


def targets_of(plan: Plan, layout: Layout) -> list[Target]:
    """The tables that a plan's rows become, in the order in which they are written."""
    if plan.entity.customer == "self":
        return [_customers(layout)]
    if layout.lines:
        orders = _orders_of_lines(plan, layout)
        return [orders, _lines(layout, _LOOSE_ORDER if orders.loose_keys else _ORDER)]
    return [_plain(plan, layout)]


def _customers(layout: Layout) -> Target:
    """A customer keeps what other systems said of them; an empty cell erases only what its own system once said.

    Consent to emails that was withdrawn is given again only by a file that says since when, and later; consent to
    tracking only by its own system, and not where a person recorded here that it was withdrawn.
    """
    columns = {
        name: f"CASE WHEN t.source = :source THEN s.{name} ELSE coalesce(s.{name}, t.{name}) END"
        for name in layout.kept
    }
    columns["name"] = "coalesce(s.name, t.name)"
    given_since = "s.email_consent_since" if "email_consent_since" in columns else "NULL"
    stays = {
        "email_consent": stays_withdrawn("email_consent", given_later(given_since)),
        "tracking_consent": stays_withdrawn("tracking_consent", f"t.source = :source AND NOT {_TRACKING_BY_HAND}"),
    }
    for name in ("email_consent", "tracking_consent"):
        if name in columns:
            columns[name] = (
                f"CASE WHEN {stays[name]} THEN 'withdrawn' "
                f"WHEN t.source = :source THEN coalesce(s.{name}, 'unknown') "
                f"ELSE coalesce(nullif(s.{name}, 'unknown'), t.{name}) END"
            )
    if "email_consent" in columns:
        for name in ("email_consent_since", "email_consent_how"):
            if name in columns:
                columns[name] = f"CASE WHEN {stays['email_consent']} THEN t.{name} ELSE {columns[name]} END"
    return Target("customers", "r", columns, compared=tuple(columns), loose_keys=False)


def stays_withdrawn(name: str, anew: str) -> str:
    """SQL of whether consent was withdrawn in `t` and the staged row `s` does not say that it was given anew."""
    return (
        f"t.{name} = 'withdrawn' AND s.{name} IS NOT 'withdrawn' AND NOT coalesce(s.{name} = 'given' AND ({anew}), 0)"
    )


def given_later(since: str) -> str:
    """SQL of whether a day is later than that of the withdrawal in `t`; without a day, than what the ledger has."""
    return (
        f"{since} > coalesce(t.email_consent_since, (SELECT max(substr(n.since, 1, 10)) FROM main.suppression_ledger n"
        f" WHERE n.said = 'withdrawn' AND n.address = {stored_key('t.email')}))"
    )


def _plain(plan: Plan, layout: Layout) -> Target:
    entity = plan.entity
    columns = {"external_id": "s.key"}
    if entity.customer in ("required", "optional"):
        columns["customer_id"] = CUSTOMER
    if entity.reference is not None:
        columns[entity.reference.name] = _REFERRED.format(entity.reference.refers)
    store = tables.metadata.tables[entity.table].columns
    columns |= {name: f"s.{name}" for name in layout.kept if name in store}
    if layout.has_items:
        columns |= {"product_name": _PRODUCT_NAME, "sku": _SKU, "product_id": _PRODUCT}
    for name, stored in entity.stored.items():
        if not stored.having or plan.has(*stored.having):
            columns[name] = stored.sql.format_map(defaultdict(lambda: "NULL", columns))
    # What a file does not say of a key is ''.
    columns |= {name: f"coalesce(s.{name}, '')" if name in layout.kept else "''" for name in layout.space}
    day = entity.field(entity.day)
    on = day.columns[0] if day and day.columns and day.columns[0] in columns else ""
    return _target(entity.table, "r", columns, not layout.keyed, entity.like, on, layout.space)


def _orders_of_lines(plan: Plan, layout: Layout) -> Target:
    columns = {"external_id": "s.key", "customer_id": CUSTOMER}
    columns |= {name: f"s.{name}" for name in layout.kept}
    return _target("orders", "o", columns, not plan.has("order_id", "return_id"), plan.entity.like, "ordered_on")


def _lines(layout: Layout, order: str) -> Target:
    columns = {
        "external_id": "s.key",
        "order_id": order,
        "quantity": "s.quantity",
        "unit_price": "s.unit_price",
        "amount_minor": "s.amount_minor",
    }
    if layout.has_items:
        columns |= {"product_name": _PRODUCT_NAME, "sku": _SKU, "product_id": _PRODUCT}
    return _target("order_lines", "r", columns, not layout.keyed, (("order_id", "sku"), ("order_id",)))


def _target(
    table: str,
    staged: str,
    columns: dict[str, str],
    loose: bool,
    like: tuple[tuple[str, ...], ...],
    day: str = "",
    space: tuple[str, ...] = (),
) -> Target:
    # What a product name refers to may be learnt later than the row: that alone does not make the row a changed one.
    left_out = {"product_id"} if loose else {"product_id", "external_id"}
    compared = tuple(name for name in columns if name not in left_out)
    known = tuple(names for names in like if loose and all(name in columns for name in names))
    return Target(table, staged, columns, compared, loose, known, day, space)
