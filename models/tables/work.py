"""The queue and the work on it: rules, alerts with their signals, tasks and notes."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, text

from models.tables.meta import customer_reference, metadata, surrogate

rules = Table(
    "rules",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("definition", Text, nullable=False),  # JSON
    Column("changed_at", Text, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    surrogate(),
    customer_reference(nullable=True),  # null: an alert for the book
    Column("kind", Text, nullable=False),  # risk | opportunity | data
    Column("rule", Text, nullable=False),  # the rule whose signal leads the alert
    Column("severity", Integer, nullable=False),  # 4 critical, 3 high, 2 medium, 1 low
    # open | seen | in_work | waiting | snoozed | resolved | not_useful
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),  # JSON: that of the signal that it is called by
    Column("value_at_risk_minor", Integer, nullable=False, server_default="0"),
    Column("upside_minor", Integer, nullable=False, server_default="0"),
    Column("expected_value_minor", Integer, nullable=False, server_default="0"),  # what the queue ranks by
    Column("currency", Text),
    Column("churn_risk", Float),
    Column("opened_at", Text, nullable=False),
    Column("opened_as_of", Text, nullable=False),
    Column("due_at", Text),
    Column("clock_stopped_at", Text),
    Column("seen_at", Text),
    Column("until", Text),  # snoozed or waiting until this moment at the latest
    Column("until_condition", Text),  # next_order | reply | worse
    Column("condition_baseline", Text),  # JSON: the measure when it was snoozed
    Column("owner", Text),
    Column("outcome", Text),  # came_back | solved | saved | lost | no_issue | rule_off | why it was not useful
    Column("closed_at", Text),
    Column("closed_by", Text),  # person | rule
    Column("in_time", Integer),  # closed or answered before it was due
    Column("recommendation", Text),  # JSON: the playbook's entry with figures
    Column("touched", Integer, nullable=False, server_default="0"),  # a person worked on it
    Index(
        "uq_alerts_open_customer",
        "customer_id",
        unique=True,
        sqlite_where=text("state NOT IN ('resolved', 'not_useful') AND customer_id IS NOT NULL"),
    ),
    Index("ix_alerts_queue", "state", "severity", "expected_value_minor", "due_at"),
    Index("ix_alerts_customer", "customer_id", "opened_at"),
    Index("ix_alerts_closed", "closed_at"),
)

alert_signals = Table(
    "alert_signals",
    metadata,
    surrogate(),
    Column("alert_id", Integer, ForeignKey("alerts.id"), nullable=False),
    Column("customer_id", Integer),
    Column("rule", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("reason", Text, nullable=False),  # JSON: the rule, which of its texts, figures (or, of before, words)
    Column("measure", Float),  # what "worse by a step" is judged against
    Column("evidence", Text),  # JSON: sign, deal
    Column("raised_at", Text, nullable=False),
    Column("raised_as_of", Text, nullable=False),
    Column("due_at", Text),
    Column("cleared_at", Text),
    Index("ix_alert_signals_alert", "alert_id"),
    Index("ix_alert_signals_rule", "rule", "customer_id", "raised_at"),
)

tasks = Table(
    "tasks",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    Column("alert_id", Integer, ForeignKey("alerts.id")),
    Column("title", Text, nullable=False),
    Column("due_on", Text),
    Column("owner", Text),
    Column("created_at", Text, nullable=False),
    Column("done_at", Text),
    Index("ix_tasks_customer", "customer_id", "done_at", "due_on"),
    Index("ix_tasks_alert", "alert_id"),
)

notes = Table(
    "notes",
    metadata,
    surrogate(),
    customer_reference(nullable=True),
    Column("alert_id", Integer, ForeignKey("alerts.id")),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("written_at", Text, nullable=False),
    Index("ix_notes_customer", "customer_id", "written_at"),
    Index("ix_notes_alert", "alert_id"),
)
