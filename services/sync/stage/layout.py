"""How the rows of an entity lie in the staging file, and which columns of the store they become.

Declared from the plan: which columns are staged, which of them are compared, and whether rows make up records of
several lines (orders) or stand for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.sync.map.plan import Plan

# Columns of the store that hold numbers; all else is text.
_INTEGERS = frozenset(
    (
        "discount_minor",
        "amount_minor",
        "acquisition_cost_minor",
        "rating",
        "satisfaction",
        "verified",
        "duration_s",
        "scale",
    )
)
_REALS = frozenset(("sentiment", "probability", "score"))
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
    usual
        Values that most files have in every row of a column: such rows are staged without the column.
    lines
        Whether several rows make up one record.
    keyed
        Whether the file identifies its rows; else a row is known by its text and its n-th occurrence.
    has_people, has_items
        Whether rows name a customer, a product.
    """

    columns: tuple[str, ...]
    kept: tuple[str, ...]
    usual: dict[str, str]
    lines: bool
    keyed: bool
    has_people: bool
    has_items: bool
    has_extra: bool

    def create(self) -> str:
        """The statement that makes the table of staged rows."""
        parts = ["row INTEGER PRIMARY KEY", "key TEXT", "who INTEGER", "what INTEGER", "ord TEXT", "ref TEXT"]
        parts += [f"{name} {_type(name)}{self._default(name)}" for name in self.columns]
        parts += ["target_id INTEGER", "state INTEGER", "note TEXT"]
        return f"CREATE TABLE r ({', '.join(parts)})"

    def _default(self, name: str) -> str:
        value = self.usual.get(name)
        return f" DEFAULT '{value}'" if value is not None else ""


def layout_of(plan: Plan) -> Layout:
    """Declare how a plan's rows are staged."""
    entity = plan.entity
    kept: list[str] = []
    for column in plan.columns:
        if column.field.role in ("row",) and column.field.columns:
            kept += column.field.columns
    lines = entity.with_lines and any(column.field.role == "line" for column in plan.columns)
    extra: list[str] = []
    if entity.table == "orders":
        extra = [name for name in ("amount_minor", "kind", "currency") if name not in kept]
        kept = [name for name in kept if name not in ("amount_minor",)]
        kept += extra
        if lines:
            extra = [*extra, "total_minor", "quantity", "unit_price"]
    elif entity.name in ("products", "opportunities"):
        extra = [name for name in ("currency",) if name not in kept]
        kept += extra
    if entity.name in ("tickets", "reviews", "conversations"):
        extra = [name for name in ("sentiment", "sentiment_by") if name not in kept]
        kept += extra
    if entity.name == "surveys":
        extra = [name for name in ("kind", "scale") if name not in kept]
        kept += extra
    has_extra = entity.customer == "self"
    if has_extra:
        extra = ["attributes"] + (["name"] if "name" not in kept else [])
        extra += ["email_consent"] if plan.has("email_opt_out") and "email_consent" not in kept else []
        kept += extra
    columns = tuple(dict.fromkeys([*kept, *extra]))
    key = next((column for column in plan.columns if column.field.role == "key"), None)
    return Layout(
        columns=columns,
        kept=tuple(dict.fromkeys(kept)),
        usual=_usual(plan, lines=lines),
        lines=lines,
        keyed=(plan.has("line_id") if lines else key is not None) or entity.name in ("customers", "products"),
        has_people=entity.customer != "none",
        has_items=any(column.field.name in ("sku", "product") for column in plan.columns) and entity.name != "products",
        has_extra=has_extra,
    )


def _usual(plan: Plan, *, lines: bool) -> dict[str, str]:
    if plan.entity.table != "orders":
        return {}
    return {"currency": plan.currency} if lines else {"currency": plan.currency, "kind": "purchase"}


def _type(name: str) -> str:
    if name in _INTEGERS or name == "total_minor":
        return "INTEGER"
    return "REAL" if name in _REALS else "TEXT"
