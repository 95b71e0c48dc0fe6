"""Whom no email is even drafted to: who withdrew consent or unsubscribed. A call is suggested instead."""

from __future__ import annotations

from services.insight import Reader
from services.insight.reach import read_reach
from services.permission.answer import may_send
from services.permission.recipient import addressed


def why_not_drafted(reader: Reader, customer_id: int, contact_id: int | None) -> str:
    """Return why no email is drafted and whom to call instead, '' where one may be."""
    answer = may_send(reader.driver, reader.policy, customer_id, at=reader.now, contact_id=contact_id or 0)
    if not answer.left:
        return ""
    return f"{answer.left} {read_reach(reader, addressed(reader.driver, customer_id)).call}"
