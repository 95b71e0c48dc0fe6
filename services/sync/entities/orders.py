"""Orders and returns: one record may stretch over several rows of a file, one for each line."""

from __future__ import annotations

from dataclasses import replace

from services.sync.entities.base import CUSTOMER_FIELDS, ITEM_FIELDS, Entity, Field

_LINE_FIELDS = (
    *(replace(field, role="line") for field in ITEM_FIELDS),
    Field(
        "quantity",
        "decimal",
        "Quantity",
        ("qty", "items", "units", "count", "quantity purchased", "lineitem quantity", "menge", "anzahl", "number of items"),
        role="line",
    ),
    Field(
        "unit_price",
        "decimal",
        "Unit price",
        ("price", "unitprice", "price each", "item price", "lineitem price", "price per unit", "einzelpreis"),
        role="line",
    ),
)
_LINE_ID = Field("line_id", "id", "Line id", ("order line id", "line item id", "order item id", "line number"), role="line")
_LINE_TOTAL = Field(
    "line_total",
    "money",
    "Line total",
    ("line amount", "line value", "extended price", "extended amount", "item total", "line price"),
    role="line",
)

ORDERS = Entity(
    name="orders",
    label="Orders",
    table="orders",
    telling=("order_id", "amount", "quantity", "line_total", "unit_price", "channel"),
    needs=(
        ("ordered_at",),
        ("customer_id", "customer_email", "customer_phone", "customer_name"),
        ("amount", "line_total", "unit_price"),
    ),
    customer="required",
    day="ordered_at",
    like=(("customer_id", "ordered_on"), ("customer_id",)),
    order=30,
    fields=(
        Field(
            "order_id",
            "id",
            "Order",
            ("order number", "order no", "order", "order #", "orderid", "invoice", "invoice no", "invoice number",
             "invoiceno", "invoice id", "transaction id", "sale id", "receipt number", "purchase id", "bestellnummer"),
            role="key",
        ),
        *CUSTOMER_FIELDS,
        Field(
            "ordered_at",
            "moment",
            "Ordered at",
            ("order date", "orderdate", "date", "ordered on", "invoice date", "invoicedate", "purchase date", "purchased at",
             "created at", "order time", "order timestamp", "timestamp", "transaction date", "sale date", "datetime",
             "order datetime", "bestelldatum", "paid at", "day", "purchased on", "order created at", "bought on"),
            ("ordered_on", "ordered_at"),
            required=True,
        ),
        Field(
            "amount",
            "money",
            "Amount",
            ("total", "order total", "order amount", "total amount", "total price", "grand total", "order value", "value",
             "revenue", "net amount", "sales", "total paid", "price paid", "betrag", "summe", "gross amount", "spend",
             "amount paid", "sale amount", "purchase amount", "subtotal"),
        ),
        Field("discount", "money", "Discount", ("discount amount", "order discount", "rabatt"), ("discount_minor",)),
        Field("currency", "currency", "Currency", ("currency code", "order currency", "währung"), ("currency",)),
        Field(
            "channel",
            "text",
            "Channel",
            ("sales channel", "source", "order source", "store", "shop", "order channel"),
            ("channel",),
        ),
        Field(
            "kind",
            "order_kind",
            "Kind",
            ("order type", "type", "transaction type", "order kind", "status", "order status"),
            ("kind",),
        ),
        Field(
            "of_order_id",
            "id",
            "Of order",
            ("returned order id", "original order id", "original order", "refund of", "returned order"),
            ("of_external_id",),
        ),
        _LINE_ID,
        *_LINE_FIELDS,
        _LINE_TOTAL,
    ),
)

RETURNS = Entity(
    name="returns",
    label="Returns",
    table="orders",
    telling=("return_id", "returned_at", "refund", "reason"),
    needs=(("returned_at",), ("refund", "unit_price"), ("return_id", "of_order_id")),
    customer="required",
    day="returned_at",
    like=(("customer_id", "ordered_on"), ("customer_id",)),
    order=40,
    fields=(
        Field("return_id", "id", "Return", ("return number", "refund id", "rma", "rma number", "credit note"), role="key"),
        Field(
            "of_order_id",
            "id",
            "Of order",
            ("order id", "order number", "original order id", "returned order id", "order", "invoice", "invoice no"),
            ("of_external_id",),
        ),
        *CUSTOMER_FIELDS,
        Field(
            "returned_at",
            "moment",
            "Returned at",
            ("return date", "returned on", "refund date", "refunded at", "date", "returned"),
            ("ordered_on", "ordered_at"),
            required=True,
        ),
        replace(
            _LINE_TOTAL,
            name="refund",
            label="Refund",
            headers=("refund amount", "refunded amount", "amount", "total", "amount refunded", "value"),
        ),
        Field("currency", "currency", "Currency", ("currency code",), ("currency",)),
        Field("channel", "text", "Channel", ("return channel",), ("channel",)),
        _LINE_ID,
        *_LINE_FIELDS,
        Field("reason", "text", "Reason", ("return reason", "refund reason"), role="control"),
    ),
)
