"""What was computed: the public table of latest scores, its weekly history, and the parameters between refits."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, text

from models.tables.meta import metadata, surrogate
from models.values.said_leaving import RISK_ORDER

#: The latest score of each customer. PUBLIC: other programs read it; columns are added, never renamed.
customer_risk_scores = Table(
    "customer_risk_scores",
    metadata,
    Column("customer_id", Integer, ForeignKey("customers.id"), primary_key=True),
    Column("as_of", Text, nullable=False),
    Column("engagement", Float),  # 0 … 100
    Column("health", Float),  # 0 … 100, null without any part
    Column("health_coverage", Integer),  # parts with data, of 6
    Column("churn_risk", Float),  # 0 … 1
    Column("churn_horizon_days", Integer, nullable=False),
    Column("clv_minor", Integer),  # expected net revenue, after the chance of leaving
    Column("clv_low_minor", Integer),  # 80 % range
    Column("clv_high_minor", Integer),
    Column("clv_if_stays_minor", Integer),
    Column("clv_horizon_months", Integer, nullable=False),
    Column("currency", Text),
    Column("value_at_risk_minor", Integer),
    Column("value_at_risk_low_minor", Integer),
    Column("value_at_risk_high_minor", Integer),
    Column("segment", Text),
    Column("segment_before", Text),
    Column("segment_since", Text),  # day
    Column("trend", Text),  # falling | steady | rising | unknown
    Column("confidence", Text, nullable=False),  # high | medium | low
    Column("confidence_why", Text),  # JSON list of phrases with their figures
    Column("drivers", Text),  # JSON list of codes and figures, see services.scoring.reasons; phrasing has the words
    Column("model", Text, nullable=False),
    Column("scored_at", Text, nullable=False),
    # facts as of the same day, so that lists and rules need no second aggregation
    Column("purchase_days", Integer, nullable=False, server_default="0"),
    Column("order_count", Integer, nullable=False, server_default="0"),
    Column("first_order_on", Text),
    Column("last_order_on", Text),
    Column("last_order_amount_minor", Integer),
    Column("days_since_last_order", Integer),
    Column("usual_gap_days", Float),
    Column("spend_total_minor", Integer),
    Column("spend_12m_minor", Integer),
    Column("spend_6m_minor", Integer),
    Column("spend_6m_before_minor", Integer),
    Column("orders_6m", Integer),
    Column("orders_6m_before", Integer),
    Column("mean_last_3_minor", Integer),
    Column("mean_6_before_minor", Integer),
    Column("engagement_parts", Text),  # JSON {part: 0–100}
    Column("health_parts", Text),  # JSON {part: 0–100 or null}
    Column("last_activity_on", Text),
    Column("sparkline", Text),  # JSON list of small integers, oldest first
    Column("changed", Text),  # JSON list, likewise: what moved the churn risk since a week before
    Column("overridden", Text),  # JSON {figure: {"computed": …, "reason": …, "until": day}} of what a person set
    Column("standing", Text),  # active | win_back | lost; null where nothing is known
    # P(a silence at least this long | the customer's own gaps), null below 4 gaps
    Column("silence_p", Float),
    # what they still bring if they buy nothing within the churn horizon: clv = (1 - risk) x if stays + risk x if leaves
    Column("clv_if_leaves_minor", Integer),
    Column("clv_median_minor", Integer),  # as many outcomes lie above as below
    Column("left_on", Text),  # day on which the last contract ended; null for customers
    # JSON {"on": day, "leaves": …, "computed": {column: …}}: they said that they (may) leave, and that counts instead
    # of the model's churn risk, which is null then; with what the model has
    Column("said_leaving", Text),
    Index("ix_scores_churn", "churn_risk", "customer_id"),
    # with the range, the standing and the segment, so that the book's totals are read from the index alone
    Index(
        "ix_scores_at_risk",
        "value_at_risk_minor",
        "customer_id",
        "value_at_risk_low_minor",
        "value_at_risk_high_minor",
        "standing",
        "segment",
    ),
    Index("ix_scores_engagement", "engagement", "customer_id"),
    Index("ix_scores_last_order", "last_order_on", "customer_id"),
    Index("ix_scores_segment", "segment", "customer_id"),
    Index("ix_scores_clv", "clv_minor", "customer_id"),
    Index("ix_scores_health", "health", "customer_id"),
    Index("ix_scores_standing", "standing", text(RISK_ORDER), "customer_id"),
    Index("ix_scores_said_leaving", "customer_id", sqlite_where=text("said_leaving IS NOT NULL")),
)

score_history = Table(
    "score_history",
    metadata,
    Column("customer_id", Integer, ForeignKey("customers.id"), primary_key=True),
    Column("as_of", Text, primary_key=True),
    Column("engagement", Float),
    Column("health", Float),
    Column("churn_risk", Float),
    Column("clv_minor", Integer),
    Column("value_at_risk_minor", Integer),
    Column("segment", Text),
    Column("model", Text, nullable=False),
    # the book's total of a day, and the days after one
    Index("ix_score_history_day", "as_of", "customer_id", "value_at_risk_minor", "segment"),
    sqlite_with_rowid=False,
)

model_fits = Table(
    "model_fits",
    metadata,
    surrogate(),
    Column("kind", Text, nullable=False),  # churn | value | references
    Column("model", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("data_from", Text),
    Column("data_to", Text),
    Column("customers", Integer, nullable=False),
    Column("parameters", Text, nullable=False),  # JSON
    Column("versions", Text, nullable=False),  # JSON
    Column("why", Text, nullable=False),
    Column("fitted_at", Text, nullable=False),
    Column("journal_id", Integer),
    Index("ix_model_fits_latest", "kind", "id"),
)

#: What a person knows better than a model: their figure counts until it expires, whatever is computed.
score_overrides = Table(
    "score_overrides",
    metadata,
    surrogate(),
    Column("customer_id", Integer, ForeignKey("customers.id"), nullable=False),
    Column("figure", Text, nullable=False),  # churn_risk | health | engagement | segment | clv
    Column("value", Text, nullable=False),  # as the public table has it: a number, or a segment's name
    Column("reason", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_on", Text, nullable=False),  # the last day on which it counts
    Column("ended_at", Text),  # taken back before it expired
    Index("ix_score_overrides_customer", "customer_id", "figure"),
)

#: Where a customer does otherwise than their own past says, by channel, as of the last scoring.
anomalies = Table(
    "anomalies",
    metadata,
    Column("customer_id", Integer, ForeignKey("customers.id"), primary_key=True),
    Column("channel", Text, primary_key=True),  # orders | visits | logins | emails | tickets …
    Column("as_of", Text, nullable=False),
    Column("since", Text),  # day of the change
    Column("direction", Text, nullable=False),  # down | up
    Column("seen", Float, nullable=False),  # events in the window
    Column("expected", Float, nullable=False),
    Column("window_days", Integer, nullable=False),
    Column("p", Float, nullable=False),  # tail probability
    Column("evidence", Text, nullable=False),
    Index("ix_anomalies_channel", "channel", "p"),
    sqlite_with_rowid=False,
)

#: What was worked out of the whole book, as JSON: how far scores can be trusted, drift, forecast, migration, issues.
score_reports = Table(
    "score_reports",
    metadata,
    surrogate(),
    Column("kind", Text, nullable=False),  # backtest | drift | forecast | migration | emerging
    Column("as_of", Text, nullable=False),
    Column("report", Text, nullable=False),  # JSON
    Column("made_at", Text, nullable=False),
    Column("journal_id", Integer),
    Index("ix_score_reports_latest", "kind", "id"),
)
