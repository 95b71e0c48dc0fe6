"""Which orders followed which email: one meaning of it, for the alerts that it resolves and for what is counted.

An order follows an email if it was placed after it and within the policy's watch time. Where a file gives no time of
day, an order of the email's own day does not count: it may have been placed before. That day is the one of the email's
event, which is the calendar of the customer's owner, as an order's day is the calendar of its file.
"""

from __future__ import annotations

from typing import Final

from models.queries.purchases import is_cancelled
from models.values.outbox import OWN_SOURCE

#: SQL of the day on which the email ``m`` was sent; for one without an event the day in UTC.
SENT_ON: Final = (
    "coalesce((SELECT e.happened_on FROM email_events e"
    f" WHERE e.source = '{OWN_SOURCE}' AND e.external_id = m.message_id), date(m.sent_at))"
)
#: SQL of whether an order ``o`` was placed after the email ``m``, within ``:watch`` ("+60 days") of it.
FOLLOWS: Final = (
    # The calendar may be a day behind UTC.
    "o.customer_id = m.customer_id AND o.ordered_on >= date(m.sent_at, '-1 day')"
    f" AND o.ordered_on <= date({SENT_ON}, :watch)"
    f" AND (o.ordered_at > m.sent_at OR (o.ordered_at IS NULL AND o.ordered_on > {SENT_ON}))"
)
#: SQL of whether an order ``o`` is of the email's own day and its file gives no time: before or after.
SAME_DAY: Final = f"o.customer_id = m.customer_id AND o.ordered_at IS NULL AND o.ordered_on = {SENT_ON}"
#: SQL of whether an order ``o`` is a purchase that counts as coming back.
PURCHASE: Final = f"o.kind = 'purchase' AND o.amount_minor > 0 AND NOT {is_cancelled('o')}"
