"""What an entity is made of: fields with their type, the headers that files give them, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass
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
    "currency",
    "stage",
    "consent",
    "opt_out",
    "order_kind",
    "mail_kind",
    "activity_kind",
    "ticket_status",
    "survey_kind",
    "direction",
    "number",
    "duration",
    "flag_deleted",
]
Role = Literal["row", "key", "customer", "item", "line", "reference", "control"]


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
    headers
        Headers under which files have it, besides its own name.
    columns
        Columns of the entity's table that hold it. A moment has two: the day as the file had it, and the moment in UTC.
    role
        ``row`` is kept as it is; ``key`` identifies the row; ``customer`` says whose it is; ``item`` says which
        product; ``line`` belongs to a line of an order; ``reference`` names a row of another entity; ``control``
        decides what happens to the row and is not kept.
    required
        Whether a row without it is rejected.
    once
        Headers that stand for it only where no text comes twice below them: the "id" of a list of purchases may be the
        buyer's.
    """

    name: str
    kind: Kind
    label: str
    headers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    role: Role = "row"
    required: bool = False
    once: tuple[str, ...] = ()


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
    customer
        Whether a row must have a customer, may have one, or has none.
    day
        The field whose day says how far a file reaches.
    like
        Columns in which an edited row of a file without ids still agrees with its earlier self, closest first.
    order
        Place in a batch of files: what others refer to comes first.
    """

    name: str
    label: str
    table: str
    fields: tuple[Field, ...]
    telling: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    customer: Literal["self", "required", "optional", "none"]
    day: str = ""
    like: tuple[tuple[str, ...], ...] = ()
    order: int = 50
    vague: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """The field of this name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def with_lines(self) -> bool:
        """Whether several rows may make up one record: an order and its lines."""
        return any(field.role == "line" for field in self.fields)


CUSTOMER_FIELDS: tuple[Field, ...] = (
    Field(
        "customer_id",
        "id",
        "Customer id",
        (
            "customer number",
            "customer no",
            "customerid",
            "cust id",
            "client id",
            "account id",
            "accountid",
            "user id",
            "member id",
            "contact id",
            "buyer id",
            "customer external id",
            "kundennummer",
            "buyer user id",
        ),
        role="customer",
    ),
    Field(
        "customer_email",
        "email",
        "Customer email",
        (
            "email",
            "e-mail",
            "email address",
            "e-mail address",
            "buyer email",
            "contact email",
            "requester email",
            "reviewer email",
            "user email",
            "customer e-mail",
            "recipient",
            "recipient email",
        ),
        role="customer",
    ),
    Field(
        "customer_phone", "phone", "Customer phone", ("phone", "phone number", "mobile", "telephone"), role="customer"
    ),
    Field(
        "customer_name",
        "text",
        "Customer name",
        (
            "customer",
            "account",
            "account name",
            "client",
            "client name",
            "company",
            "company name",
            "organization",
            "organisation",
            "buyer",
            "buyer name",
            "requester",
            "reviewer name",
            "full name",
            "contact name",
        ),
        role="customer",
    ),
    Field("customer_city", "text", "Customer city", ("city", "billing city", "ship city"), role="customer"),
    Field("customer_region", "text", "Customer region", ("region", "state", "province"), role="customer"),
    Field(
        "customer_country", "text", "Customer country", ("country", "billing country", "ship country"), role="customer"
    ),
)

ITEM_FIELDS: tuple[Field, ...] = (
    Field(
        "sku",
        "id",
        "Product code",
        (
            "product id",
            "productid",
            "product code",
            "stock code",
            "stockcode",
            "item id",
            "item code",
            "article number",
            "artikelnummer",
            "lineitem sku",
            "variant sku",
            "product sku",
            "asin",
        ),
        role="item",
    ),
    Field(
        "product",
        "text",
        "Product",
        (
            "product name",
            "item",
            "item name",
            "description",
            "product title",
            "product purchased",
            "lineitem name",
            "article",
            "artikel",
            "product description",
        ),
        role="item",
    ),
)
