"""Who buys: customers, the identities by which other systems know them, and documents for drafting."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint, text

from models.tables.meta import customer_reference, foreign_key_columns, metadata, surrogate

customers = Table(
    "customers",
    metadata,
    surrogate(),
    *foreign_key_columns(),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text),
    Column("phone", Text),
    Column("company", Text),
    Column("city", Text),
    Column("region", Text),
    Column("country", Text),
    Column("tier", Text),
    Column("owner", Text),
    Column("signed_up_on", Text),
    Column("preferences", Text),  # JSON
    Column("attributes", Text),  # JSON: columns that nobody mapped
    Column("email_consent", Text, nullable=False, server_default="unknown"),  # given | withdrawn | unknown
    Column("email_consent_since", Text),
    Column("email_consent_how", Text),
    Column("tracking_consent", Text, nullable=False, server_default="unknown"),
    Column("suppressed_until", Text),
    Column("suppressed_why", Text),
    Column("contract_starts_on", Text),
    Column("renews_on", Text),
    Column("churned_on", Text),
    Column("acquisition_cost_minor", Integer),
    UniqueConstraint("source", "external_id", name="uq_customers_key"),
    Index("ix_customers_name", text("name COLLATE NOCASE"), "id"),
    Index("ix_customers_owner", "owner", "id"),
    Index("ix_customers_tier", "tier", "id"),
    Index("ix_customers_region", "region", "id"),
    Index("ix_customers_renews_on", "renews_on"),
)

identities = Table(
    "identities",
    metadata,
    surrogate(),
    customer_reference(),
    Column("kind", Text, nullable=False),  # external_id | email | phone | name
    Column("source", Text, nullable=False, server_default=""),  # the system for an external id, else ''
    Column("value", Text, nullable=False),  # ids as they are, e-mail and phone normalised
    Column("confidence", Text, nullable=False, server_default="exact"),
    Column("import_id", Integer),
    UniqueConstraint("kind", "source", "value", "customer_id", name="uq_identities_value"),
    Index("ix_identities_customer", "customer_id"),
)

documents = Table(
    "documents",
    metadata,
    surrogate(),
    *foreign_key_columns(),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("source", "external_id", name="uq_documents_key"),
)
