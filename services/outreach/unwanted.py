"""Whom no email is even drafted to: who withdrew consent or unsubscribed. What to do instead is said."""

from __future__ import annotations

from services.insight import Reader
from services.insight.reach import read_reach
from services.permission.answer import may_send, who_consented
from services.permission.recipient import addressed


def why_not_drafted(reader: Reader, customer_id: int, contact_id: int | None) -> str:
    """Return why no email is drafted and whom to write to, or how to call, instead; '' where one may be."""
    answer = may_send(reader.driver, reader.policy, customer_id, at=reader.now, contact_id=contact_id or 0)
    if not answer.left:
        return ""
    other = who_consented(reader.driver, reader.policy, customer_id, at=reader.now)
    why = f"{answer.left.partition(': ')[0]}: write to {other}, who gave consent." if other else answer.left
    return f"{why} {read_reach(reader, addressed(reader.driver, customer_id)).call}"
