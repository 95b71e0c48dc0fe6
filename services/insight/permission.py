"""Whether a customer may be emailed, and why, for the pages: what the send policy says, and what may be offered.

It advises; what is sent is asked again where it is sent, by the same policy.
"""

from __future__ import annotations

from models import sqlite
from models.values.alerts import Permission
from services.insight.reader import Reader


def read_permission(reader: Reader, customer: sqlite.Row, incentive_words: str = "") -> Permission:
    """Return the verdict with its reasons; quiet hours refuse nothing and are said where an email is written.

    Parameters
    ----------
    customer
        A row of ``customers`` with all its columns.
    incentive_words
        What the suggested action says about the largest incentive, shown last as a limit.
    """
    # Not needed for the queue, and dear to import: 20 ms before the first page.
    from services.permission.answer import may_send

    answer = may_send(reader.driver, reader.policy, customer["id"], at=reader.now)
    offer = (("warn", incentive_words),) if incentive_words and answer.allowed else ()
    return Permission(allowed=answer.allowed, verdict=answer.verdict, lines=(*answer.lines, *offer))
