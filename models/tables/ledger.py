"""The journal, its payloads, the policies, and the few facts about the book itself."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from models.tables.meta import metadata, surrogate

journal = Table(
    "journal",
    metadata,
    surrogate(),  # consecutive: a gap is a missing entry
    Column("at", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),  # person | import | model | rule | flow | system
    Column("actor", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False),  # e.g. "alert:77", "import:12", "customers:3"
    Column("digest", Text, nullable=False),  # SHA-256 of the payload
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("undoes", Integer),  # the entry that this one compensates
    Index("ix_journal_undoes", "undoes"),
    Index("ix_journal_actor", "actor_kind", "actor", "id"),
)

journal_payloads = Table(
    "journal_payloads",
    metadata,
    surrogate(),
    Column("journal_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("table_name", Text, nullable=False),  # '' for words about the entry
    Column("row_id", Text),  # text, because a few tables have words for keys
    Column("operation", Text, nullable=False),  # insert | update | delete | words | digest
    Column("before", Text),  # JSON
    Column("after", Text),  # JSON
    Column("digest", Text, nullable=False),  # SHA-256 of the row above: it stays when the images are erased
    Column("erased_at", Text),  # a person's data was erased on request: the chain still holds
    Index("ix_journal_payloads_entry", "journal_id", "position"),
    Index("ix_journal_payloads_row", "table_name", "row_id"),
)

policies = Table(
    "policies",
    metadata,
    surrogate(),
    Column("policy", Text, nullable=False),  # JSON
    Column("changed_at", Text, nullable=False),
    Column("actor", Text, nullable=False),
)

#: Facts about the book: reporting currency, when it was synced and scored, as of which day.
book = Table(
    "book",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
