"""Alerts keep codes and figures, which are put into words when they are shown.

Reasons that stand in words stay: they are shown as they are, and the next run of the rules says those that still hold
anew. What a person's figure overrides is marked by that run, too: until then an open alert says what its rule said. Of
a recommendation the playbook's words go, which its code stands for.
"""

from __future__ import annotations

import json

from alembic import op

revision = "0016"
down_revision = "0015"

#: The entries that the playbook had at this version.
_ENTRIES = (
    "data_refresh", "distress_email", "distress_call", "pressing_ticket", "pressing_call", "mention_answer",
    "mention_call", "product_check", "channel_note", "silence_after_complaint", "engagement_draft",
    "engagement_note", "deal_rescue", "deal_next_step", "deal_call", "renewal_agree", "renewal_review",
    "ticket_first", "apology", "apology_call", "review_ticket", "review_call", "satisfaction_ask",
    "satisfaction_call", "vip_call", "vip_personal", "check_in_deal", "check_in_deal_call", "check_in",
    "check_in_call", "spend_review", "spend_call", "other_channel", "respect_choice", "win_back", "win_back_call",
    "adoption", "adoption_note", "grow", "grow_call",
)  # fmt: skip
_OVERRIDDEN = """
SELECT g.id, g.reason, g.evidence ->> 'overridden', a.id FROM alert_signals g JOIN alerts a ON a.id = g.alert_id
 WHERE g.evidence ->> 'overridden' IS NOT NULL AND g.cleared_at IS NULL AND a.state NOT IN ('resolved', 'not_useful')"""


def upgrade() -> None:
    """Take the marks out of the words of open alerts, and the playbook's words out of recommendations."""
    book = op.get_bind()
    for signal, said, plain, alert in book.exec_driver_sql(_OVERRIDDEN).all():
        book.exec_driver_sql("UPDATE alert_signals SET reason = ? WHERE id = ?", (plain, signal))
        book.exec_driver_sql("UPDATE alerts SET reason = ? WHERE id = ? AND reason = ?", (plain, alert, said))
    book.exec_driver_sql(
        "UPDATE alert_signals SET evidence = nullif(json_remove(evidence, '$.overridden'), '{}')"
        " WHERE evidence ->> 'overridden' IS NOT NULL"
    )
    book.exec_driver_sql(
        "UPDATE alerts SET recommendation = json_remove(recommendation, '$.title', '$.why', '$.goal', '$.goal_code')"
        " WHERE recommendation ->> 'code' IN (SELECT value FROM json_each(?))",
        (json.dumps(_ENTRIES),),
    )
