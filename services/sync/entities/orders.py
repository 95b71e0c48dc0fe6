"""Orders and returns: one record may stretch over several rows of a file, one for each line."""

from __future__ import annotations

from dataclasses import replace

from services.sync.entities.base import CUSTOMER_FIELDS, ITEM_FIELDS, Entity, Field

_LINE_FIELDS = (
    Field("line_id", "id", "Line id", role="line"),
    *(replace(field, role="line") for field in ITEM_FIELDS),
    Field("quantity", "decimal", "Quantity", role="line"),
    Field("unit_price", "decimal", "Unit price", role="line"),
)

ORDERS = Entity(
    name="orders",
    label="Orders",
    table="orders",
    telling=("order_id", "amount", "quantity", "line_total", "unit_price", "channel"),
    needs=(
        ("ordered_at",),
        ("customer_id", "customer_email", "customer_phone", "customer_name", "customer_last_name"),
        ("amount", "line_total", "unit_price"),
    ),
    customer="required",
    day="ordered_at",
    like=(("customer_id", "ordered_on"), ("customer_id",)),
    order=30,
    fields=(
        Field(
            *("order_id", "id", "Order"),
            role="key",
            once=("id", "ref", "ref no", "reference", "reference number", "reference no"),
        ),
        *CUSTOMER_FIELDS,
        Field("ordered_at", "moment", "Ordered at", required=True),
        Field("amount", "money", "Amount", role="control"),
        Field("discount", "money", "Discount"),
        Field("currency", "currency", "Currency"),
        Field("channel", "text", "Channel"),
        Field("kind", "order_kind", "Kind"),
        Field("of_order_id", "id", "Of order", columns=("of_external_id",)),
        *_LINE_FIELDS,
        Field("line_total", "money", "Line total", role="line"),
    ),
)

RETURNS = Entity(
    name="returns",
    label="Returns",
    table="orders",
    telling=("return_id", "returned_at", "refund", "reason"),
    # Every list of orders has these: without a word of returns it is none of returns.
    vague=("date", "amount", "total", "value", "betrag", "importe", "montant"),
    needs=(("returned_at",), ("refund", "unit_price"), ("return_id", "of_order_id")),
    customer="required",
    day="returned_at",
    like=(("customer_id", "ordered_on"), ("customer_id",)),
    order=40,
    fields=(
        Field("return_id", "id", "Return", role="key"),
        Field("of_order_id", "id", "Of order", columns=("of_external_id",)),
        *CUSTOMER_FIELDS,
        Field("returned_at", "moment", "Returned at", columns=("ordered_on", "ordered_at"), required=True),
        Field("refund", "money", "Refund", role="line"),
        Field("currency", "currency", "Currency"),
        Field("channel", "text", "Channel"),
        *_LINE_FIELDS,
        Field("reason", "text", "Reason", role="control"),
    ),
)
