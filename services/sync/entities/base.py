"""What an entity is made of: fields with their type, and where they are kept.

The headers that files give them are data: `resources/synonyms`, one file for each language.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal

Kind = Literal[
    "id",
    "text",
    "long_text",
    "date",
    "moment",
    "money",
    "decimal",
    "integer",
    "percent",
    "boolean",
    "email",
    "phone",
    "rating",
    "sentiment",
    "birth_year",
    "gender",
    "instant",
    "hours",
    "currency",
    "stage",
    "consent",
    "opt_out",
    "order_kind",
    "mail_kind",
    "activity_kind",
    "ticket_status",
    "contract_status",
    "survey_kind",
    "direction",
    "number",
    "duration",
    "flag_deleted",
]
Role = Literal["row", "key", "customer", "item", "line", "reference", "control", "part"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity.

    Attributes
    ----------
    name
        How mappings, receipts and ``--map`` call it.
    kind
        Its type; see ``services.sync.validate``.
    label
        How the window calls it.
    columns
        Columns of the entity's table that hold it, where it is a ``row``; declared only where they have other names. A
        moment has two: the day as the file had it, and the moment in UTC.
    role
        ``row`` is kept as it is; ``key`` identifies the row; ``customer`` says whose it is; ``item`` says which
        product; ``line`` belongs to a line of an order; ``reference`` names a row of another entity; ``control``
        decides what happens to the row and is not kept; ``part`` is kept in a row of another entity.
    required
        Whether a row without it is rejected.
    once
        Headers that stand for it only where no text comes twice below them: the "id" of a list of purchases may be the
        buyer's.
    part
        For a field of that role: the field that it becomes in the contract of the row's customer.
    beside
        Fields of which a file must have one, else a header does not stand for this one.
    """

    name: str
    kind: Kind
    label: str
    _: KW_ONLY
    columns: tuple[str, ...] = ()
    role: Role = "row"
    required: bool = False
    once: tuple[str, ...] = ()
    part: str = ""
    beside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.role == "row" and not self.columns:
            object.__setattr__(self, "columns", self._usual_columns())

    def _usual_columns(self) -> tuple[str, ...]:
        if self.kind == "moment":
            return f"{self.name.removesuffix('_at')}_on", self.name
        return (f"{self.name}_minor",) if self.kind == "money" else (self.name,)


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of row that files bring.

    Attributes
    ----------
    name, label
        Its name in commands and receipts, and in the window.
    table
        The table that it is kept in.
    fields
        All its fields.
    telling
        Fields whose presence says that a file is about this entity.
    vague
        Headers that fields of it accept and that say nothing of the entity: a file that has no others of its telling
        fields is about something else.
    needs
        Groups of fields; of each group a file must have one, else it cannot be about this entity.
    known_by
        The field by which a file that has nothing of `needs` still says something of rows that are in the book.
    customer
        Whether a row must have a customer, may have one, or has none.
    day
        The field whose day says how far a file reaches.
    extras
        Whether columns that are not a field are kept with the row, as its attributes.
    like
        Columns in which an edited row of a file without ids still agrees with its earlier self, closest first.
    order
        Place in a batch of files: what others refer to comes first.
    by_account
        Whether a file is about it only where a person says so, or where its rows name accounts that are in the book.
    """

    name: str
    label: str
    table: str
    fields: tuple[Field, ...]
    telling: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    customer: Literal["self", "required", "optional", "none"]
    day: str = ""
    extras: bool = False
    like: tuple[tuple[str, ...], ...] = ()
    order: int = 50
    vague: tuple[str, ...] = ()
    by_account: bool = False
    known_by: str = ""

    def field(self, name: str) -> Field | None:
        """The field of this name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def refers_to(self) -> frozenset[str]:
        """Entities without whose rows its own cannot be joined: those of its customers, orders and deals."""
        own = {"of_order_id": "orders", "opportunity_id": "opportunities"}
        found = {own[field.name] for field in self.fields if field.name in own and field.role != "key"}
        return frozenset(found | ({"customers"} if self.customer in ("required", "optional") else set()) - {self.name})

    @property
    def with_lines(self) -> bool:
        """Whether several rows may make up one record: an order and its lines."""
        return any(field.role == "line" for field in self.fields)


CUSTOMER_FIELDS: tuple[Field, ...] = (
    Field("customer_id", "id", "Customer id", role="customer"),
    Field("customer_email", "email", "Customer email", role="customer"),
    Field("customer_phone", "phone", "Customer phone", role="customer"),
    Field("customer_name", "text", "Customer name", role="customer"),
    Field("customer_first_name", "text", "Customer first name", role="customer"),
    Field("customer_last_name", "text", "Customer last name", role="customer"),
    Field("customer_company", "text", "Customer company", role="customer"),
    Field("customer_city", "text", "Customer city", role="customer"),
    Field("customer_region", "text", "Customer region", role="customer"),
    Field("customer_country", "text", "Customer country", role="customer"),
)

ITEM_FIELDS: tuple[Field, ...] = (
    Field("sku", "id", "Product code", role="item"),
    Field("product", "text", "Product", role="item"),
)
