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
    Column("acquisition_cost_minor", Integer),
    Column("birth_year", Integer),
    Column("gender", Text),
    UniqueConstraint("source", "external_id", name="uq_customers_key"),
    Index("ix_customers_name", text("name COLLATE NOCASE"), "id"),
    Index("ix_customers_owner", "owner", "id"),
    Index("ix_customers_tier", "tier", "id"),
    Index("ix_customers_region", "region", "id"),
)

#: People of a customer that is a company: whom to call and write to, each with a consent of their own.
contacts = Table(
    "contacts",
    metadata,
    surrogate(),
    customer_reference(),
    *foreign_key_columns(),
    Column("name", Text, nullable=False, server_default=""),
    Column("role", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("email_consent", Text, nullable=False, server_default="unknown"),  # given | withdrawn | unknown
    Column("email_consent_since", Text),
    Column("email_consent_how", Text),
    Column("preferred_channel", Text),
    Column("preferred_hours", Text),
    Column("is_primary", Integer, nullable=False, server_default="0"),
    UniqueConstraint("source", "external_id", name="uq_contacts_key"),
    Index("ix_contacts_customer", "customer_id", "is_primary"),
    Index("ix_contacts_email", "email"),
)

#: What a customer has signed, where a book has it.
contracts = Table(
    "contracts",
    metadata,
    surrogate(),
    customer_reference(),
    *foreign_key_columns(),
    Column("number", Text),
    Column("starts_on", Text),
    Column("ends_on", Text),  # the day on which it ends or renews
    Column("notice_days", Integer),
    Column("value_per_year_minor", Integer),
    Column("currency", Text),
    Column("status", Text),  # active | ended (in the future: notice was given) | unknown
    Column("renews", Integer),  # 1: renews by itself
    Column("noticed_on", Text),  # the day on which notice was given
    UniqueConstraint("source", "external_id", name="uq_contracts_key"),
    Index("ix_contracts_customer", "customer_id", "starts_on", "ends_on", "status", "value_per_year_minor"),
    Index("ix_contracts_ends_on", "ends_on"),
)

#: What a customer was billed; an invoice is no purchase.
invoices = Table(
    "invoices",
    metadata,
    surrogate(),
    customer_reference(),
    *foreign_key_columns(),
    Column("number", Text),
    Column("issued_on", Text),
    Column("due_on", Text),
    Column("paid_on", Text),
    Column("amount_minor", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text),  # open | partly paid | paid | void
    UniqueConstraint("source", "external_id", name="uq_invoices_key"),
    Index("ix_invoices_customer", "customer_id", "due_on", "paid_on", "status"),
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

#: What was said under an address about being emailed. A "no" outlives undo, merges and whoever carried the address;
#: only a later "yes" for that address lifts it. No foreign keys, and no part of the content hash.
suppression_ledger = Table(
    "suppression_ledger",
    metadata,
    surrogate(),
    Column("address", Text, nullable=False),  # normalised
    Column("said", Text, nullable=False),  # withdrawn | given
    Column("since", Text, nullable=False),  # UTC moment from which it counts
    Column("how", Text),
    Column("entered_at", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("import_id", Integer),  # the file that said it
    Index("ix_suppression_ledger_address", "address", "said", "since"),
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
