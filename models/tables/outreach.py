"""Outreach: templates, the emails with their states, every draft of them, and each attempt to hand one over."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from models.tables.meta import customer_reference, metadata, surrogate

#: SQL of whether an email ``o`` was drafted automatically and no person touched it: it goes with its alert.
UNTOUCHED_DRAFT = (
    "(o.origin = 'flow' AND o.state = 'in_review' AND o.version = 1 AND o.changed_at = o.created_at"
    " AND NOT EXISTS (SELECT 1 FROM sendings x WHERE x.message_id = o.id))"
)

#: A person's own templates, and the starter set's where a person changed it; unchanged ones stay in the resources.
templates = Table(
    "templates",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("tone", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("enabled", Integer, nullable=False, server_default="1"),
    Column("changed_at", Text, nullable=False),
)

#: One email to one customer, from its first word to what became of it. Its text is what a person last saw.
messages = Table(
    "messages",
    metadata,
    surrogate(),
    customer_reference(),
    Column("alert_id", Integer, ForeignKey("alerts.id")),
    # draft | in_review | approved | queued | sending | sent | failed | in_doubt | discarded
    Column("state", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("tone", Text, nullable=False),
    Column("writer", Text, nullable=False),  # template:CODE | model:PROFILE | person
    Column("origin", Text, nullable=False, server_default="person"),  # person | flow
    Column("subject", Text, nullable=False, server_default=""),
    Column("greeting", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False, server_default=""),
    Column("facts", Text, nullable=False, server_default="[]"),  # JSON list: keys of the ticked facts
    Column("resolutions", Text, nullable=False, server_default="[]"),  # JSON list: how flagged statements were resolved
    Column("incentive_minor", Integer, nullable=False, server_default="0"),
    Column("currency", Text),
    Column("version", Integer, nullable=False, server_default="1"),  # counts changes of the text: what is approved
    Column("after_approval", Text),  # JSON: what happens to alert and deal
    # what was approved, to the letter
    Column("approved_by", Text),
    Column("approved_at", Text),
    Column("approved_version", Integer),
    Column("to_address", Text),
    Column("from_address", Text),
    Column("mail", Text),  # the mail that was approved, whole but for its date: what goes out, whatever changes since
    Column("mail_digest", Text),  # SHA-256 of it
    # handing over
    Column("not_before", Text),  # the moment that a person chose, null: as soon as may be
    Column("due_at", Text),  # not before this moment: chosen, stoppable until then, quiet hours, or the next attempt
    Column("message_id", Text),  # unique, stored before the first attempt
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fault", Text),  # the last attempt's fault in words
    Column("via", Text),  # smtp | eml | mail_program
    Column("sent_at", Text),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("contact_id", Integer, ForeignKey("contacts.id")),  # whom of the customer it goes to, null: the customer
    Column("quiet_waived_until", Text),  # the end of the quiet hours in which a person lets it go out all the same
    Index("uq_messages_message_id", "message_id", unique=True),
    Index("ix_messages_state", "state", "due_at", "id"),
    Index("ix_messages_customer", "customer_id", "state", "sent_at"),
    Index("ix_messages_alert", "alert_id", "state", "sent_at"),
    Index("ix_messages_changed", "changed_at", "id"),
    Index(
        "uq_messages_open_alert",
        "alert_id",
        unique=True,
        sqlite_where=text("state IN ('draft', 'in_review') AND alert_id IS NOT NULL"),
    ),
)

#: Every draft of an email, kept until it is sent and after.
drafts = Table(
    "drafts",
    metadata,
    surrogate(),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("words", Text, nullable=False),  # "language model, 6 facts"
    Column("writer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("greeting", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_to_model", Text),  # exactly what left this computer
    Column("tokens_in", Integer),
    Column("tokens_out", Integer),
    Column("cost", Text),  # decimal text with currency, where the profile names prices
    Column("written_at", Text, nullable=False),
    Index("uq_drafts_number", "message_id", "number", unique=True),
)

#: Each attempt to hand an email over. ``handing_over_at`` is written just before the end of the message is sent:
#: an attempt that has it and no outcome is in doubt, one without it certainly did not deliver.
sendings = Table(
    "sendings",
    metadata,
    surrogate(),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("handing_over_at", Text),
    Column("ended_at", Text),
    Column("outcome", Text),  # sent | refused | later | unreachable | in_doubt | interrupted
    Column("answer", Text),  # the server's words, shortened
    Index("uq_sendings_attempt", "message_id", "attempt", unique=True),
)
