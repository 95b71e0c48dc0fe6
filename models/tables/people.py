"""One customer out of several records: what was merged, which pairs were judged, and which look alike."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from models.tables.meta import customer_reference, foreign_key_columns, metadata, surrogate

#: A record that is a part of another customer now. Files that name it by its key land there.
merged_customers = Table(
    "merged_customers",
    metadata,
    surrogate(),
    customer_reference(),  # whom it belongs to now
    *foreign_key_columns(),
    Column("former_id", Integer, nullable=False),
    Column("record", Text, nullable=False),  # JSON: its own values, as its system said them last
    Column("gave", Text, nullable=False, server_default="[]"),  # JSON list: fields that the customer has from it
    Column("merged_at", Text, nullable=False),
    Column("merged_by", Text, nullable=False),
    UniqueConstraint("source", "external_id", name="uq_merged_customers_key"),
    Index("ix_merged_customers_customer", "customer_id"),
)

#: What a person said of two records, by the keys of their systems: it outlives an import that is undone and done again.
pair_decisions = Table(
    "pair_decisions",
    metadata,
    surrogate(),
    Column("left_source", Text, nullable=False),
    Column("left_key", Text, nullable=False),
    Column("right_source", Text, nullable=False),
    Column("right_key", Text, nullable=False),
    Column("decision", Text, nullable=False),  # apart | later
    Column("decided_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    UniqueConstraint("left_source", "left_key", "right_source", "right_key", name="uq_pair_decisions_pair"),
    Index("ix_pair_decisions_right", "right_source", "right_key"),
)

#: By what those were known who were erased on request, as keyed hashes: files that bring them again leave them out.
erasures = Table(
    "erasures",
    metadata,
    surrogate(),
    Column("kind", Text, nullable=False),  # email | phone | id
    Column("mark", Text, nullable=False),  # HMAC-SHA256 with the book's own key; of an id with its system
    Column("former_id", Integer, nullable=False),  # the number that the customer had
    Column("withdrawn_since", Text),  # of an address under which a "no" stood
    Column("erased_at", Text, nullable=False),
    UniqueConstraint("kind", "mark", name="uq_erasures_mark"),
)

#: Derived: two customers who may be one. No foreign keys, as nothing that is computed keeps a customer in the book.
likely_pairs = Table(
    "likely_pairs",
    metadata,
    Column("first_id", Integer, primary_key=True),
    Column("second_id", Integer, primary_key=True),  # always the larger of the two
    Column("score", Integer, nullable=False),  # 0 … 100
    Column("reasons", Text, nullable=False),  # JSON list of words
    Index("ix_likely_pairs_second", "second_id"),
    Index("ix_likely_pairs_score", "score"),
    sqlite_with_rowid=False,
)

#: Derived: hashes of what may be alike, so that a new customer is compared with a few and not with everyone.
people_keys = Table(
    "people_keys",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("person_id", Integer, primary_key=True),
    sqlite_with_rowid=False,
)
