"""What the line of an alert tells of purchases beside its reason: the silence, the year's spend, what went back.

Beside an alert's money it says why somebody is worth a call of whom the model expects little loss.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from models.queries.purchases import not_ordered_again
from models.values import words
from models.values.alerts import RECORDED_LOSS
from models.values.rule_records import RULE_RECORDS, records_of
from models.values.said_leaving import said_words
from services.insight.reader import Reader

#: So many days without an order, and so many usual gaps, are told beside a reason that speaks of something else.
_SILENT_DAYS, _SILENT_GAPS = 45, 1.5
#: Less than this share of the year's spend at risk does not say what the customer is worth.
_LITTLE: Final = 0.1
#: What went back in so many days is told from this share of the year's orders on, and from so many times as much as in
#: as many days of the year before: who always sends back much did nothing new.
_BACK_DAYS, _BACK_SHARE, _BACK_TIMES = 90, 0.1, 2.0
_YEAR: Final = 365
#: With these words a line tells a silence.
SILENT: Final = "no order for"

#: SQL of what went back by ``kind`` in a time, in the currency of the customer's scores ``s``; what was cancelled and
#: ordered anew did not.
_BACK: Final = f"""(SELECT coalesce(sum({not_ordered_again("o")}), 0) FROM orders o
    WHERE o.customer_id = s.customer_id AND o.kind {{kind}} AND o.currency = s.currency
          AND o.ordered_on > date(:day, '-{{since}} days') AND o.ordered_on <= date(:day, '-{{until}} days'))"""
_FACTS: Final = f"""
SELECT s.customer_id, s.last_order_on AS ordered_on, s.last_order_amount_minor AS ordered,
       s.days_since_last_order AS silent_days, s.usual_gap_days AS usual_gap,
       (SELECT max(o.ordered_on) FROM orders o WHERE o.customer_id = s.customer_id AND o.kind = 'purchase'
           AND o.ordered_on <= :day) > s.last_order_on AS cancelled_since,
       coalesce(s.spend_12m_minor, 0) AS spent, s.value_at_risk_minor AS at_risk,
       s.currency, s.said_leaving AS leaving,
       coalesce((SELECT max({RECORDED_LOSS.format(alert="a")}) FROM alerts a WHERE a.customer_id = s.customer_id
                 AND a.state NOT IN ('resolved', 'not_useful')), 0) AS loss,
       {_BACK.format(kind="= 'return'", since=_BACK_DAYS, until=0)} AS returned,
       {_BACK.format(kind="= 'cancellation'", since=_BACK_DAYS, until=0)} AS cancelled,
       {_BACK.format(kind="IN ('return', 'cancellation')", since=_YEAR, until=_BACK_DAYS)} AS back_before
FROM customer_risk_scores s WHERE s.customer_id IN (SELECT value FROM json_each(:ids))"""


def says_little(at_risk_minor: int | None, spent_minor: int) -> bool:
    """Whether the value at risk does not tell what a customer is worth who spent so much in 12 months."""
    return spent_minor > 0 and at_risk_minor is not None and at_risk_minor < _LITTLE * spent_minor


@dataclass(frozen=True)
class PurchaseFacts:
    """What is known of one customer; money in minor units of ``currency``, days up to the as-of day.

    Attributes
    ----------
    cancelled_since
        Whether they ordered since the last order that counts: that one they cancelled.
    leaving
        Their words of leaving that stand, as the scores keep them.
    loss, lost
        What is to be lost by the record of the rules on their open alert, and that record in words.
    returned, cancelled
        What went back in the last 90 days.
    back_before
        What went back in the year before these.
    """

    ordered_on: str | None = None
    ordered: int | None = None
    silent_days: int | None = None
    usual_gap: float | None = None
    cancelled_since: int | None = None
    spent: int = 0
    at_risk: int | None = None
    currency: str = ""
    leaving: str | None = None
    loss: int = 0
    lost: str = ""
    returned: int = 0
    cancelled: int = 0
    back_before: int = 0

    @property
    def said(self) -> str:
        """What they said of leaving, "they may leave"; '' where no words stand."""
        return said_words(self.leaving)

    @property
    def noticed(self) -> bool:
        """Whether it is the notice that they gave of their contract."""
        return bool(json.loads(self.leaving or "{}").get("notice"))

    @property
    def said_on(self) -> date:
        """The day of these words."""
        return date.fromisoformat(json.loads(self.leaving or "{}")["on"])

    def ordered_since(self, day: date, today: date) -> str:
        """Say that they ordered after a day: ``ordered $879 on 22 Nov``; '' where they did not."""
        on = words.day_of(self.ordered_on)
        if on is None or on <= day:
            return ""
        amount = f" {words.money(self.ordered, self.currency)}" if self.ordered else ""
        return f"ordered{amount} on {words.day(on, today)}"

    def silence(self) -> Iterator[str]:
        """Say for how long they ordered nothing, where that is long for them."""
        days = self.silent_days
        if (
            days is not None
            and not self.cancelled_since
            and days >= max(_SILENT_DAYS, _SILENT_GAPS * (self.usual_gap or 0.0))
        ):
            yield f"{SILENT} {words.count(days, 'day')}"

    @property
    def record(self) -> str:
        """What became of others after such a silence, where more is lost by that than the model expects; else ''."""
        return f"{self.lost} after such a silence" if self.lost and self.loss > (self.at_risk or 0) else ""

    def worth(self) -> Iterator[str]:
        """Say what they spent, where the money at risk does not tell it, and how much is lost by the rule's record."""
        if says_little(self.at_risk, self.spent):
            yield f"{words.money(self.spent, self.currency)} spent in 12 months"
        if self.record:
            yield f"{words.money(self.loss, self.currency)} at stake: {self.record}"

    def went_back(self) -> Iterator[str]:
        """Say what they sent back or cancelled lately, where that is much for them."""
        back = self.returned + self.cancelled
        usual = self.back_before * _BACK_DAYS / (_YEAR - _BACK_DAYS)
        ordered = max(self.spent, 0) + back + self.back_before
        if back <= 0 or back < _BACK_SHARE * ordered or back < _BACK_TIMES * usual:
            return
        both = self.returned and self.cancelled
        how = "returned or cancelled" if both else "returned" if self.returned else "cancelled"
        yield f"{how} {words.money(back, self.currency)} in {_BACK_DAYS} days"


def read_purchase_facts(reader: Reader, ids: Sequence[int]) -> Mapping[int, PurchaseFacts]:
    """Return what is known of the purchases of customers with an open alert; who has no scores is left out."""
    asked: dict[str, Any] = {"ids": json.dumps(list(ids)), "day": reader.present.isoformat()}
    rows = [dict(row) for row in reader.rows(_FACTS, asked)]
    told = any(row["loss"] for row in rows)
    records = records_of(reader.value("SELECT value FROM book WHERE key = ?", (RULE_RECORDS,)) if told else None)
    lost = next((record.lost_words for record in records.values() if record.lost_words), "")
    return {
        row.pop("customer_id"): PurchaseFacts(**row | {"currency": row["currency"] or reader.currency, "lost": lost})
        for row in rows
    }
