"""What customers do: orders, tickets, reviews, mail events, deals and all other activity, each with its event day."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from models.tables.meta import customer_reference, foreign_key_columns, metadata, surrogate


def _leaving(table: str, day: str) -> tuple[Column[int], Index]:
    """Return whether the words say that the customer leaves (1 or 0; null: not read yet), and an index of who does."""
    found = Index(f"ix_{table}_leaving", "customer_id", day, "leaving", sqlite_where=text("leaving IS NOT 0"))
    return Column("leaving", Integer), found


products = Table(
    "products",
    metadata,
    surrogate(),
    *foreign_key_columns(),
    Column("sku", Text),
    Column("name", Text, nullable=False, server_default=""),
    Column("category", Text),
    Column("price", Text),  # decimal text: a unit price may be finer than the currency
    Column("currency", Text),
    Column("brand", Text),
    UniqueConstraint("source", "external_id", name="uq_products_key"),
)

orders = Table(
    "orders",
    metadata,
    surrogate(),
    customer_reference(),
    *foreign_key_columns(),
    Column("ordered_on", Text, nullable=False),
    Column("ordered_at", Text),
    Column("amount_minor", Integer, nullable=False),  # negative for returns and cancellations
    Column("discount_minor", Integer),
    Column("currency", Text, nullable=False),
    Column("channel", Text),
    # purchase | return | cancellation | charge (nothing but postage, fees and the like: revenue, and no purchase)
    Column("kind", Text, nullable=False, server_default="purchase"),
    Column("of_external_id", Text),  # the order that a return or cancellation refers to, where the file says so
    UniqueConstraint("source", "external_id", name="uq_orders_key"),
    # covers the features: nothing outside this index is read when a book is scored
    Index("ix_orders_customer", "customer_id", "kind", "ordered_on", "amount_minor", "currency", "discount_minor"),
    # covers sums by day
    Index("ix_orders_on", "ordered_on", "kind", "customer_id", "amount_minor", "currency"),
    Index("ix_orders_cancellations", "ordered_on", sqlite_where=text("kind = 'cancellation'")),
)

order_lines = Table(
    "order_lines",
    metadata,
    surrogate(),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False),
    *foreign_key_columns(),
    Column("product_id", Integer, ForeignKey("products.id")),
    Column("product_name", Text),  # as the file had it
    Column("sku", Text),
    Column("quantity", Text),  # decimal text: metres and kilograms are quantities too
    Column("unit_price", Text),
    Column("amount_minor", Integer, nullable=False),
    UniqueConstraint("source", "external_id", name="uq_order_lines_key"),
    Index("ix_order_lines_order", "order_id"),
    Index("ix_order_lines_product", "product_id"),
)

tickets = Table(
    "tickets",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("subject", Text),
    Column("text", Text),
    Column("kind", Text),
    Column("channel", Text),
    Column("status", Text),  # open | pending | solved
    Column("priority", Text),
    Column("sentiment", Float),  # -1 … 1
    Column("sentiment_by", Text),  # file | computed
    Column("opened_on", Text),
    Column("opened_at", Text),
    Column("resolved_on", Text),
    Column("resolved_at", Text),
    Column("satisfaction", Integer),  # 1 … 5
    Column("agent", Text),
    Column("first_answer_at", Text),
    Column("resolution_hours", Float),  # the file's own, where it gives one
    *_leaving("tickets", "opened_on"),
    Column("reopens", Integer),  # how often it was opened again, where the file says so
    UniqueConstraint("source", "external_id", name="uq_tickets_key"),
    Index("ix_tickets_customer", "customer_id", "opened_on", "resolved_on", "sentiment", "satisfaction"),
    Index("ix_tickets_on", "opened_on"),
)

reviews = Table(
    "reviews",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("product_id", Integer, ForeignKey("products.id")),
    Column("product_name", Text),
    Column("rating", Integer),  # 1 … 5
    Column("title", Text),
    Column("text", Text),
    Column("sentiment", Float),
    Column("sentiment_by", Text),
    Column("reviewed_on", Text, nullable=False),
    Column("reviewed_at", Text),
    Column("verified", Integer),
    Column("helpful_votes", Integer),
    Column("sku", Text),  # of the product, as the file had it
    *_leaving("reviews", "reviewed_on"),
    UniqueConstraint("source", "external_id", name="uq_reviews_key"),
    Index("ix_reviews_customer", "customer_id", "reviewed_on", "rating", "sentiment"),
    Index("ix_reviews_product", "product_id"),
    Index("ix_reviews_on", "reviewed_on"),
)

email_events = Table(
    "email_events",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("message", Text),
    Column("campaign", Text),
    # sent | delivered | opened | clicked | replied | converted | bounced | unsubscribed
    Column("kind", Text, nullable=False),
    Column("happened_on", Text, nullable=False),
    Column("happened_at", Text),
    Column("campaign_kind", Text),
    Column("address", Text),  # to whom, where the file says it: a contact's or the customer's own
    UniqueConstraint("source", "external_id", name="uq_email_events_key"),
    # in the order in which emails are put together of their events (`models.queries.emails`), and covers that
    Index(
        "ix_email_events_customer",
        "customer_id",
        "source",
        text("coalesce(message, campaign, external_id)"),
        "address",
        "kind",
        "happened_on",
        "campaign",
        "campaign_kind",
    ),
    Index("ix_email_events_on", "happened_on"),
)

#: One row an email, made of its events (`models.queries.emails`), and numbered as the first of them. It is moved and
#: deleted with these alone, so that no column of it refers to another row.
emails = Table(
    "emails",
    metadata,
    surrogate(),
    Column("customer", Integer),
    Column("campaign", Text),
    Column("campaign_kind", Text),
    Column("sent_on", Text),  # null of an unsubscription alone
    # the first day of each thing that became of it
    Column("opened_on", Text),
    Column("clicked_on", Text),
    Column("replied_on", Text),
    Column("converted_on", Text),
    Column("bounced_on", Text),
    Column("unsubscribed_on", Text),
)
# covers figures by day
Index("ix_emails_on", emails.c.sent_on, *(one for one in emails.c if one.name not in ("id", "sent_on")))

opportunities = Table(
    "opportunities",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("name", Text),
    Column("kind", Text),
    Column("stage", Text, nullable=False),  # Identified | Qualified | Proposal | Negotiation | Won | Lost
    Column("stage_as_given", Text),
    Column("amount_minor", Integer),
    Column("currency", Text),
    Column("probability", Float),
    Column("opened_on", Text),
    Column("closes_on", Text),
    Column("product_id", Integer, ForeignKey("products.id")),
    Column("product_name", Text),
    Column("owner", Text),
    Column("origin", Text),
    Column("sku", Text),
    Column("lost_reason", Text),  # as its system has it
    UniqueConstraint("source", "external_id", name="uq_opportunities_key"),
    Index("ix_opportunities_customer", "customer_id", "stage"),
    Index("ix_opportunities_stage", "stage", "amount_minor"),
    Index("ix_opportunities_product", "product_id"),
)

stage_changes = Table(
    "stage_changes",
    metadata,
    surrogate(),
    Column("opportunity_id", Integer, ForeignKey("opportunities.id"), nullable=False),
    *foreign_key_columns(),
    Column("from_stage", Text),
    Column("to_stage", Text, nullable=False),
    Column("changed_on", Text, nullable=False),
    Column("changed_at", Text),
    UniqueConstraint("source", "external_id", name="uq_stage_changes_key"),
    Index("ix_stage_changes_opportunity", "opportunity_id", "changed_on"),
    Index("ix_stage_changes_on", "changed_on"),
)

activities = Table(
    "activities",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    # login | document_view | feature_use | web_session | store_visit | fit_scan | other words as the file has them
    Column("kind", Text, nullable=False),
    Column("happened_on", Text, nullable=False),
    Column("happened_at", Text),
    Column("duration_s", Integer),
    Column("subject", Text),
    Column("attributes", Text),  # JSON
    UniqueConstraint("source", "external_id", "kind", name="uq_activities_key"),
    Index("ix_activities_customer", "customer_id", "kind", "happened_on"),
    Index("ix_activities_on", "happened_on"),
)

surveys = Table(
    "surveys",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("kind", Text, nullable=False),  # nps | csat | ces
    Column("score", Float),
    Column("scale", Integer),
    Column("comment", Text),
    Column("answered_on", Text, nullable=False),
    Column("answered_at", Text),
    *_leaving("surveys", "answered_on"),
    UniqueConstraint("source", "external_id", name="uq_surveys_key"),
    Index("ix_surveys_customer", "customer_id", "answered_on", "kind", "score", "scale"),
    Index("ix_surveys_on", "answered_on"),
)

conversations = Table(
    "conversations",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    *foreign_key_columns(),
    Column("channel", Text, nullable=False, server_default=""),  # a part of the key: calls and chats both begin at 1
    Column("direction", Text),  # from_customer | to_customer
    Column("text", Text),
    Column("happened_on", Text, nullable=False),
    Column("happened_at", Text),
    Column("sentiment", Float),
    Column("sentiment_by", Text),
    Column("duration_s", Integer),
    *_leaving("conversations", "happened_on"),
    UniqueConstraint("source", "external_id", "channel", name="uq_conversations_key"),
    Index("ix_conversations_customer", "customer_id", "happened_on"),
    Index("ix_conversations_on", "happened_on"),
)
