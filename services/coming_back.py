"""Which orders followed which email: one meaning of it, for the cards that it resolves and for what is counted.

An order follows an email if it was placed after it and within the policy's watch time. Where a file gives no time of
day, an order of the same day (UTC) does not count: it may have been placed before.
"""

from __future__ import annotations

from typing import Final

#: SQL of whether an order ``o`` was placed after the email ``m``, within ``:watch`` ("+60 days") of it.
FOLLOWS: Final = (
    "o.customer_id = m.customer_id AND o.ordered_on >= date(m.sent_at) AND o.ordered_on <= date(m.sent_at, :watch)"
    " AND (o.ordered_at > m.sent_at OR (o.ordered_at IS NULL AND o.ordered_on > date(m.sent_at)))"
)
#: SQL of whether an order ``o`` is a purchase that counts as coming back.
PURCHASE: Final = "o.kind = 'purchase' AND o.amount_minor > 0"
