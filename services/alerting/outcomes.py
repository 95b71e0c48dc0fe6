"""Query module: what became of customers after a day of the past: who left, who spent less, and from when it is known.

Left: no purchase within max(90 days, 2 x the usual gap) after the day; who is under contract left where it ended. A
window that is not over is not judged.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from models.queries.purchases import PURCHASES
from models.values.rule_records import SPENT_LESS
from services.alerting.rules import Rule
from services.workspace import Workspace

#: After so many days it is known at the earliest whether who was named has left.
WINDOW_DAYS: Final = 90
_WINDOW_GAPS: Final = 2.0


def is_judged(rule: Rule) -> bool:
    """Whether it can be said of a rule's alerts that they were right: it is about customers who are at risk."""
    return rule.kind == "risk" and rule.subject == "customer"


def window_end(day: date, usual_gap: float) -> date:
    """The day by which it is known whether who was named on a day has left."""
    return day + timedelta(days=int(max(WINDOW_DAYS, _WINDOW_GAPS * usual_gap)))


class Events:
    """All purchases and contracts of the copy, which knows what came later."""

    def __init__(self, past: Workspace, last: date) -> None:
        self._last = last.isoformat()
        self._days: dict[int, list[str]] = {}
        amounts: dict[int, list[int]] = {}
        with past.store.read() as connection:
            for who, day, amount in connection.exec_driver_sql(
                f"SELECT p.customer_id, p.ordered_on, coalesce(p.amount_minor, 0) FROM {PURCHASES} p"
                " JOIN customers c ON c.id = p.customer_id WHERE p.ordered_on <= ? ORDER BY 2",
                (self._last,),
            ):
                self._days.setdefault(who, []).append(day)
                amounts.setdefault(who, [0]).append(amount)
            self._contracts: dict[int, list[tuple[str, str | None]]] = {}
            for who, begin, end in connection.exec_driver_sql(
                "SELECT customer_id, starts_on, CASE WHEN status = 'ended' THEN ends_on END FROM contracts"
                " WHERE starts_on IS NOT NULL"
            ):
                self._contracts.setdefault(who, []).append((begin, end))
        self._sums = {who: list(accumulate(own)) for who, own in amounts.items()}

    @property
    def first(self) -> str | None:
        return min((own[0] for own in self._days.values()), default=None)

    def hit(self, customer: int, outcome: str, day: date, end: date) -> bool | None:
        """Whether the customer left (or spent less than in the year before) between two days; None: not known (yet).

        Who orders again is known to have stayed before that, who left is not: judging early would count only the wrong.
        """
        begin, until = day.isoformat(), end.isoformat()
        if not self.is_over(end):
            return None
        if outcome == SPENT_LESS:
            return self._spent_less(customer, day, end)
        own = self._contracts.get(customer)
        if own is not None:
            return any(
                gone is not None and begin < gone <= until and not any(gone < other <= until for other, _ in own)
                for _, gone in own
            )
        days = self._days.get(customer)
        if not days:
            return None
        return bisect_right(days, until) == bisect_right(days, begin)

    def is_over(self, end: date) -> bool:
        """Whether a window that ends on this day can be judged."""
        return end.isoformat() <= self._last

    def gone_after(self, customer: int, day: date, end: date) -> int:
        """Days from the day until who left in the window counted as gone: their contract's end, or so long a silence.

        The silence is as long as the window and begins with the last purchase.
        """
        begin, until = day.isoformat(), end.isoformat()
        own = self._contracts.get(customer)
        if own is not None:
            ends = [gone for _, gone in own if gone is not None and begin < gone <= until]
            return (date.fromisoformat(max(ends)) - day).days
        days = self._days[customer]
        at = bisect_right(days, begin) - 1
        silent = (day - date.fromisoformat(days[at])).days if at >= 0 else 0
        return max((end - day).days - silent, 0)

    def _spent_less(self, customer: int, day: date, end: date) -> bool | None:
        days, sums = self._days.get(customer), self._sums.get(customer)
        if not days or sums is None:
            return None
        now = bisect_right(days, day.isoformat())
        before = bisect_right(days, (day - timedelta(days=365)).isoformat())
        known = min((day - date.fromisoformat(days[0])).days, 365)
        if now == before or known < WINDOW_DAYS:
            return None
        after = sums[bisect_right(days, end.isoformat())] - sums[now]
        return after < (sums[now] - sums[before]) * (end - day).days / known
