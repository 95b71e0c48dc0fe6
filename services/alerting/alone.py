"""What a rule by itself would have raised in the past: week by week, one open alert a customer, worked on by nobody.

An order closes an alert, and then the rule keeps silent as long as it does in the book. The record of every rule and
the trial of one count these alerts, so that they find the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.queries.purchases import PURCHASES
from models.store import UnitOfWork
from services.alerting.evaluate_rule import Fired
from services.alerting.measuring import fire
from services.alerting.merge import Rulebook, Silence, is_silent
from services.alerting.outcomes import Events, window_end
from services.alerting.rules import Rule
from services.workspace import FixedClock, Workspace


def weeks_before(last: date, weeks: Iterable[int]) -> list[date]:
    """The days so many weeks before one."""
    return [last - timedelta(weeks=back) for back in weeks]


def at_end_of(past: Workspace, day: date) -> Workspace:
    """The workspace of a copy with its clock at the end of a day."""
    return replace(past, clock=FixedClock(datetime.combine(day, past.clock.now().timetz())))


class Raised(NamedTuple):
    """One alert of the past: day, customer, and the customer's usual gap then."""

    day: date
    customer: int | None
    gap: float


@dataclass(slots=True)
class Queue:
    """The alerts that a rule alone would have raised while nobody worked on them.

    Attributes
    ----------
    open
        Day and measure of each open alert, by customer; None stands for the book.
    raised
        Every alert.
    lost
        Of each alert the day from which on the rule says what is to be lost.
    verdicts
        Of each of these whether it was correct; None: not to be judged yet. Empty for a rule that is not judged.
    """

    rule: Rule
    watch_days: int
    open: dict[int | None, tuple[str, float | None]] = field(default_factory=dict)
    closed: dict[int | None, Silence] = field(default_factory=dict)
    raised: list[Raised] = field(default_factory=list)
    lost: list[Raised] = field(default_factory=list)
    _losing: set[int | None] = field(default_factory=set)
    verdicts: list[bool | None] = field(default_factory=list)

    def answer(self, fired: Mapping[int | None, Fired], orders: Orders, now: datetime) -> None:
        """Close what an order answers, or of the book fresh data."""
        for customer, (day, measure) in list(self.open.items()):
            holds = customer in fired
            over = not holds if customer is None else orders.followed(customer, day, self.watch_days, now.date())
            if over and (self.rule.order_resolves or not holds):
                del self.open[customer]
                self._losing.discard(customer)
                self.closed[customer] = Silence(now, day, measure)

    def take(self, work: UnitOfWork, fired: Mapping[int | None, Fired], book: Rulebook) -> None:
        """Raise what is new and outside the rule's cool-down."""
        day = date.fromisoformat(book.as_of)
        for customer, one in fired.items():
            if customer in self.open:
                self.open[customer] = (self.open[customer][0], one.measure)
            elif not is_silent(one, self.closed.get(customer), book):
                self.open[customer] = (book.as_of, one.measure)
                self.raised.append(Raised(day, customer, _usual_gap(work, customer)))
            if one.loss_minor is not None and customer in self.open and customer not in self._losing:
                self._losing.add(customer)
                self.lost.append(Raised(day, customer, _usual_gap(work, customer)))

    def judge(self, events: Events) -> None:
        """Say of each alert whose window is over whether its customer left, or spent less."""
        self.verdicts = [self.verdict(one, events) for one in self.raised]

    def verdict(self, one: Raised, events: Events) -> bool | None:
        """Whether a customer left, or spent less, by the end of the window of an alert; None: not known."""
        end = window_end(one.day, one.gap)
        return events.hit(one.customer or 0, self.rule.outcome, one.day, end)


class Orders:
    """Days on which each customer bought something, from a day on."""

    def __init__(self, past: Workspace, first: date) -> None:
        self._days: dict[int, list[str]] = {}
        with past.store.read() as connection:
            for customer, day in connection.exec_driver_sql(
                f"SELECT customer_id, ordered_on FROM {PURCHASES}"
                " WHERE kind = 'purchase' AND amount_minor > 0 AND ordered_on > ? ORDER BY ordered_on",
                (first.isoformat(),),
            ):
                self._days.setdefault(customer, []).append(day)

    def followed(self, customer: int, raised_on: str, watch_days: int, today: date) -> bool:
        """Whether an order followed an alert within its watch time, up to today."""
        days = self._days.get(customer, [])
        at = bisect_right(days, raised_on)
        last = min(today, date.fromisoformat(raised_on) + timedelta(days=watch_days))
        return at < len(days) and days[at] <= last.isoformat()


def look(
    work: UnitOfWork, then: Workspace, queues: Sequence[Queue], rules: Iterable[Rule], orders: Orders, *, held: bool
) -> None:
    """Let the rules of some queues look at a day's scores; `held`: the files stopped, so that silence says nothing.

    Parameters
    ----------
    rules
        All rules in force, by which engagement keeps silent where a rule says already that nothing came.
    """
    now = then.clock.now()
    fired: dict[str, dict[int | None, Fired]] = {queue.rule.code: {} for queue in queues}
    for one in fire(work, then, [queue.rule for queue in queues], rules):
        fired[one.rule][one.customer_id] = one
    for queue in queues:
        rule, found = queue.rule, fired[queue.rule.code]
        if rule.silence and held:
            found = {customer: one for customer, one in found.items() if customer in queue.open}
        queue.answer(found, orders, now)
        queue.take(work, found, Rulebook({rule.code: rule}, now, now.date().isoformat(), _never_due))


def _usual_gap(work: UnitOfWork, customer: int | None) -> float:
    found = work.sql("SELECT usual_gap_days FROM customer_risk_scores WHERE customer_id = ?", (customer,))
    return float(found.scalar() or 0)


def _never_due(_severity: int, _owner: str | None) -> str:
    return ""
