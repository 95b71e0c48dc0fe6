"""How the rows of an entity lie in the staging file, and which columns of the store they become.

Declared from the plan: which columns are staged, which of them are compared, and whether rows make up records of
several lines (orders) or stand for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import UniqueConstraint

from models import tables
from services.sync.formats.plan import Plan

# Of a row of the file that is laid out as several, the first bears its number, each further one this much more.
PIECE = 1 << 40


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
    has_extra: bool
    space: tuple[str, ...]

    def create(self) -> str:
        """The statement that makes the table of staged rows."""
        parts = ["row INTEGER PRIMARY KEY", "key TEXT", "who INTEGER", "what INTEGER", "ord TEXT", "ref TEXT"]
        parts += [f"{name} {self.types.get(name, 'TEXT')}{self._default(name)}" for name in self.columns]
        parts += ["target_id INTEGER", "state INTEGER", "note TEXT"]
        return f"CREATE TABLE r ({', '.join(parts)})"

    def _default(self, name: str) -> str:
        value = self.usual.get(name)
        return f" DEFAULT '{value}'" if value is not None else ""


def layout_of(plan: Plan) -> Layout:
    """Declare how a plan's rows are staged."""
    entity = plan.entity
    fields = (name for column in plan.columns if column.field.role == "row" for name in column.field.columns)
    lines = entity.with_lines and any(column.field.role == "line" for column in plan.columns)
    computed = (name for field, names in entity.computed.items() if not field or plan.has(field) for name in names)
    kept = tuple(dict.fromkeys([*fields, *computed]))
    types = {column.name: str(column.type) for column in tables.metadata.tables[entity.table].columns}
    keyed = plan.has("line_id") if lines else any(column.field.role == "key" for column in plan.columns)
    return Layout(
        columns=(*kept, *(("total_minor", "quantity", "unit_price") if lines else ())),
        kept=kept,
        usual=_usual(plan, lines=lines),
        types=types | {"total_minor": "INTEGER"},
        lines=lines,
        keyed=keyed or bool(entity.key_of),
        has_people=entity.customer != "none",
        has_items=any(column.field.name in ("sku", "product") for column in plan.columns)
        and entity.table != "products",
        has_extra=entity.extras,
        space=key_space(entity.table),
    )


def key_space(table: str) -> tuple[str, ...]:
    """Columns that make up a table's key besides source and external id."""
    key = next(one for one in tables.metadata.tables[table].constraints if isinstance(one, UniqueConstraint))
    return tuple(column.name for column in key.columns if column.name not in ("source", "external_id"))


def _usual(plan: Plan, *, lines: bool) -> dict[str, str]:
    if plan.entity.table != "orders":
        return {}
    return {"currency": plan.currency} if lines else {"currency": plan.currency, "kind": "purchase"}
