"""How staged rows become rows of the store: for each column of a table, the expression over the staging file.

The tables of the store and the staging file are joined by scalar look-ups only, so that each statement walks the staged
rows once, in the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import tables
from services.sync.map.plan import Plan
from services.sync.stage.layout import Layout

CHANGED, UNCHANGED, IGNORED, REJECTED = 1, 2, 3, 4

CUSTOMER = "(SELECT p.customer_id FROM stage.people p WHERE p.who = s.who)"
_PRODUCT = "(SELECT i.product_id FROM stage.items i WHERE i.what = s.what)"
_PRODUCT_NAME = "(SELECT i.name FROM stage.items i WHERE i.what = s.what)"
_SKU = "(SELECT i.sku FROM stage.items i WHERE i.what = s.what)"
_OPPORTUNITY = "(SELECT d.id FROM main.opportunities d WHERE d.source = :source AND d.external_id = s.ref)"
_ORDER = "(SELECT q.id FROM main.orders q WHERE q.source = :source AND q.external_id = s.ord)"
# An order known by its text has another key in the book if it was edited: it is found through the staged order.
_LOOSE_ORDER = "(SELECT o.target_id FROM stage.o o WHERE o.key = s.ord)"


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
    """

    table: str
    staged: str
    columns: dict[str, str]
    compared: tuple[str, ...]
    loose_keys: bool
    like: tuple[tuple[str, ...], ...] = ()
    day: str = ""


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

    Consent that was withdrawn is given again only by its own system, and not where a person recorded here that it was
    withdrawn, or by a file that says since when and is later.
    """
    columns = {
        name: f"CASE WHEN t.source = :source THEN s.{name} ELSE coalesce(s.{name}, t.{name}) END"
        for name in layout.kept
    }
    columns["name"] = "coalesce(s.name, t.name)"
    dated = "email_consent_since" in columns
    for name in ("email_consent", "tracking_consent"):
        if name in columns:
            columns[name] = (
                f"CASE WHEN {_stays_withdrawn(name, dated=dated)} THEN 'withdrawn' "
                f"WHEN t.source = :source THEN coalesce(s.{name}, 'unknown') "
                f"ELSE coalesce(nullif(s.{name}, 'unknown'), t.{name}) END"
            )
    if "email_consent" in columns:
        for name in ("email_consent_since", "email_consent_how"):
            if name in columns:
                stays = _stays_withdrawn("email_consent", dated=dated)
                columns[name] = f"CASE WHEN {stays} AND t.{name} IS NOT NULL THEN t.{name} ELSE {columns[name]} END"
    return Target("customers", "r", columns, compared=tuple(columns), loose_keys=False)


def _stays_withdrawn(name: str, *, dated: bool) -> str:
    """SQL of whether consent was withdrawn and a staged row does not say that it was given anew."""
    later = "s.email_consent_since > t.email_consent_since" if dated and name == "email_consent" else "0"
    by_hand = (
        "EXISTS (SELECT 1 FROM main.journal_payloads p WHERE p.table_name = 'customers' "
        f"AND p.row_id = CAST(t.id AS TEXT) AND json_extract(p.after, '$.{name}') = 'withdrawn')"
    )
    return (
        f"t.{name} = 'withdrawn' AND s.{name} IS NOT 'withdrawn' AND NOT coalesce(s.{name} = 'given' AND "
        f"({later} OR (t.source = :source AND NOT {by_hand})), 0)"
    )


def _plain(plan: Plan, layout: Layout) -> Target:
    entity = plan.entity
    columns = {"external_id": "s.key"}
    if entity.customer in ("required", "optional"):
        columns["customer_id"] = CUSTOMER
    if entity.name == "stage_changes":
        columns["opportunity_id"] = _OPPORTUNITY
    store = tables.metadata.tables[entity.table].columns
    columns |= {name: f"s.{name}" for name in layout.kept if name in store}
    if layout.has_items:
        columns["product_name"] = _PRODUCT_NAME
        columns["product_id"] = _PRODUCT
    if entity.name == "products":
        columns["name"] = f"coalesce({columns.get('name', 'NULL')}, s.key)"
    day = entity.field(entity.day)
    return Target(
        table=entity.table,
        staged="r",
        columns=columns,
        compared=_compared(columns, loose=not layout.keyed),
        loose_keys=not layout.keyed,
        like=() if layout.keyed else _like(entity.like, columns),
        day=day.columns[0] if day and day.columns and day.columns[0] in columns else "",
    )


def _orders_of_lines(plan: Plan, layout: Layout) -> Target:
    columns = {"external_id": "s.key", "customer_id": CUSTOMER}
    columns |= {name: f"s.{name}" for name in layout.kept}
    loose = not plan.has("order_id", "return_id")
    return Target(
        table="orders",
        staged="o",
        columns=columns,
        compared=_compared(columns, loose=loose),
        loose_keys=loose,
        like=_like(plan.entity.like, columns) if loose else (),
        day="ordered_on",
    )


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
    like = (("order_id", "sku"), ("order_id",)) if layout.has_items else (("order_id",),)
    return Target(
        table="order_lines",
        staged="r",
        columns=columns,
        compared=_compared(columns, loose=not layout.keyed),
        loose_keys=not layout.keyed,
        like=() if layout.keyed else like,
    )


def _compared(columns: dict[str, str], *, loose: bool) -> tuple[str, ...]:
    # What a product name refers to may be learnt later than the row: that alone does not make the row a changed one.
    left_out = {"product_id"} if loose else {"product_id", "external_id"}
    return tuple(name for name in columns if name not in left_out)


def _like(like: tuple[tuple[str, ...], ...], columns: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    return tuple(names for names in like if all(name in columns for name in names))
