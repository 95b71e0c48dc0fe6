"""Every rule's record over the book's past: evaluate the rules on earlier days, and count what became of the customers.

The rules are evaluated on a copy of the book as of each of up to eight days, six weeks apart, by parameters fitted on
what was known on the first of them. Left: no purchase within max(90 days, 2 x the usual gap) after the day; who is
under contract left where it ended. A window that is not over is not judged, and no customer counts twice for a rule
within one window. Base: the active customers whom the rule could have named (with gaps of their own, where the rule
judges by these). The record is kept in the book with what it was made of, and made anew when that changes.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from statistics import median
from typing import Any, Final, NamedTuple

from models.queries.kept_values import keep_value
from models.queries.purchases import PURCHASES
from models.values.changes import Changes
from models.values.errors import Cancelled
from models.values.imports import Progress
from models.values.journal import Actor
from models.values.rule_records import LEFT, RULE_RECORDS, SPENT_LESS, MonthRecord, PastRecord
from models.values.words import count
from services.alerting.rulebook import in_force, replay_mark
from services.alerting.rules import Condition, Rule, Test
from services.alerting.run import run_rules
from services.book.as_of import copy_as_of
from services.scoring import score_due
from services.workspace import FixedClock, Workspace

STEP: Final = "Replaying the rules"
#: Customers of whom the past is replayed; of more, every n-th.
MOST_CUSTOMERS: Final = 5_000
_FEWEST_DAYS, _MOST_DAYS, _APART, _LEAST_APART = 4, 8, 45, 14
#: A fit takes as long as all else; the first one holds, unless the book grows by a fifth.
NO_REFIT_DAYS: Final = 365
_PAST_DAYS, _WINDOW_DAYS, _WINDOW_GAPS = 180, 90, 2.0
_ACTOR = Actor("model", "Report card")


class _Population(NamedTuple):
    """Whom a rule could name."""

    standing: str
    own_gaps: bool

    @property
    def words(self) -> str:
        among = f"{self.standing.replace('_', '-')} customers"
        return f"{among} with four gaps or more" if self.own_gaps else among


@dataclass(slots=True)
class _Tally:
    """Cases of a rule, or of a population, by month; who was counted is free again after their window."""

    correct: Counter[str] = field(default_factory=Counter)
    incorrect: Counter[str] = field(default_factory=Counter)
    too_early: dict[int, str] = field(default_factory=dict)  # the month in which each was named first
    ahead: list[int] = field(default_factory=list)
    until: dict[int, date] = field(default_factory=dict)

    def add(self, customer: int, day: date, end: date, hit: bool) -> bool:
        """Count a case; False where the customer's window of an earlier day is not over."""
        if day < self.until.get(customer, day):
            return False
        (self.correct if hit else self.incorrect)[day.isoformat()[:7]] += 1
        self.until[customer] = end
        return True

    @property
    def hits(self) -> int:
        return self.correct.total()

    @property
    def cases(self) -> int:
        return self.hits + self.incorrect.total()

    @property
    def months(self) -> tuple[MonthRecord, ...]:
        early = Counter(self.too_early.values())
        named = sorted(self.correct.keys() | self.incorrect.keys() | early.keys())
        return tuple(MonthRecord(one, self.correct[one], self.incorrect[one], early[one]) for one in named)


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
        """Whether the customer left (or spent less than in the year before) between two days; None: not known."""
        begin, until = day.isoformat(), end.isoformat()
        if outcome == SPENT_LESS:
            return self._spent_less(customer, day, end)
        own = self._contracts.get(customer)
        if own is not None:
            if until > self._last:
                return None
            return any(
                gone is not None and begin < gone <= until and not any(gone < other <= until for other, _ in own)
                for _, gone in own
            )
        days = self._days.get(customer)
        if not days:
            return None
        if bisect_right(days, until) > bisect_right(days, begin):
            return False
        return True if until <= self._last else None

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
        if not days or sums is None or end.isoformat() > self._last:
            return None
        now = bisect_right(days, day.isoformat())
        before = bisect_right(days, (day - timedelta(days=365)).isoformat())
        known = min((day - date.fromisoformat(days[0])).days, 365)
        if now == before or known < _WINDOW_DAYS:
            return None
        after = sums[bisect_right(days, end.isoformat())] - sums[now]
        return after < (sums[now] - sums[before]) * (end - day).days / known


def renew_record(
    workspace: Workspace,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Changes:
    """Replay the past, keep every rule's record, and evaluate the rules by it.

    Raises
    ------
    Cancelled
        If `cancelled` says so between two days; nothing is kept then.
    """
    run_rules(workspace, Changes())  # brings the stored rules up to those of the program
    with workspace.store.read() as connection:
        as_of = date.fromisoformat(
            str(connection.exec_driver_sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar())
        )
        entry = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar() or 0)
        rules = in_force(connection, workspace.policy)
        first = connection.exec_driver_sql(f"SELECT min(ordered_on) FROM {PURCHASES}").scalar()
        first = first or connection.exec_driver_sql("SELECT min(starts_on) FROM contracts").scalar()
    days = days_of(date.fromisoformat(first), as_of) if first else ()
    judged = [rule for rule in rules if is_judged(rule)]
    records = _replayed(workspace, judged, days, as_of, progress or (lambda _step: None), cancelled or (lambda: False))
    kept = {
        "as_of": as_of.isoformat(),
        "entry": entry,
        "mark": replay_mark(rules, workspace.policy),
        "days": [day.isoformat() for day in days],
        "rules": {code: record.as_json() for code, record in records.items()},
    }
    changes = _keep(workspace, json.dumps(kept, sort_keys=True), records, len(days))
    return changes.merged(run_rules(workspace).changes)


def days_of(first: date, as_of: date) -> tuple[date, ...]:
    """The days on which the rules are replayed, whose windows are over; none where the book is too young for four."""
    last = as_of - timedelta(days=_WINDOW_DAYS)
    room = (last - first).days - _PAST_DAYS
    apart = min(_APART, room // (_FEWEST_DAYS - 1))
    if apart < _LEAST_APART:
        return ()
    times = min(_MOST_DAYS, 1 + room // apart)
    return tuple(last - timedelta(days=apart * back) for back in range(times - 1, -1, -1))


def _replayed(
    workspace: Workspace,
    rules: list[Rule],
    days: tuple[date, ...],
    last: date,
    tell: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> dict[str, PastRecord]:
    population = {rule.code: _population(rule) for rule in rules}
    own: dict[str, _Tally] = {rule.code: _Tally() for rule in rules}
    base = {(population[rule.code], rule.outcome): _Tally() for rule in rules}
    if days:
        tell(Progress(STEP, 0, len(days)))
        with copy_as_of(workspace, days[0], later_too=True, most=MOST_CUSTOMERS) as copy:
            past = replace(copy, policy=replace(copy.policy, refit_days=NO_REFIT_DAYS))
            events = Events(past, last)
            for number, day in enumerate(days):
                if stop():
                    raise Cancelled
                _count(alerts_as_of(past, day), day, events, {rule.code: rule.outcome for rule in rules}, own, base)
                tell(Progress(STEP, number + 1, len(days)))
    return {
        rule.code: PastRecord(
            rule.outcome,
            own[rule.code].cases,
            own[rule.code].hits,
            base[population[rule.code], rule.outcome].cases,
            base[population[rule.code], rule.outcome].hits,
            population[rule.code].words,
            rule.distress,
            own[rule.code].months,
            round(median(own[rule.code].ahead)) if own[rule.code].ahead else None,
        )
        for rule in rules
    }


def is_judged(rule: Rule) -> bool:
    """Whether it can be said of a rule's alerts that they were right: it is about customers who are at risk."""
    return rule.kind == "risk" and rule.subject == "customer"


def window_end(day: date, usual_gap: float) -> date:
    """The day by which it is known whether who was named on a day has left."""
    return day + timedelta(days=int(max(_WINDOW_DAYS, _WINDOW_GAPS * usual_gap)))


def _population(rule: Rule) -> _Population:
    tests = [part for part in rule.when.parts if isinstance(part, Test)]
    standing = next((str(t.value) for t in tests if t.measure == "standing" and t.comparator == "equals"), "active")
    return _Population(standing, _judges_gaps(rule.when))


def _judges_gaps(condition: Condition) -> bool:
    """Whether a condition holds only of customers who have gaps of their own."""
    if isinstance(condition, Test):
        return condition.measure == "silence_chance"
    judged = [_judges_gaps(part) for part in condition.parts]
    return any(judged) if condition.how == "all" else condition.how == "any" and all(judged)


def alerts_as_of(past: Workspace, day: date) -> Workspace:
    """Score the copy as of a day, and evaluate every rule on a queue that nobody has worked."""
    then = replace(past, clock=FixedClock(datetime.combine(day, past.clock.now().timetz())))
    score_due(then, force_all=True, as_of=day)
    with then.store.unit_of_work(_ACTOR, "forget", "alerts", at=then.at) as work:
        for table in ("alert_signals", "alerts"):
            work.sql(f"DELETE FROM {table}")
        work.digest(day.isoformat())
        work.commit()
    run_rules(then, limited=False)
    return then


def _count(
    then: Workspace,
    day: date,
    events: Events,
    outcomes: Mapping[str, str],
    own: Mapping[str, _Tally],
    base: Mapping[tuple[_Population, str], _Tally],
) -> None:
    with then.store.read() as connection:
        scores: dict[int, Any] = {
            row[0]: row[1:]
            for row in connection.exec_driver_sql(
                "SELECT customer_id, standing, silence_p IS NOT NULL, coalesce(usual_gap_days, 0)"
                " FROM customer_risk_scores"
            )
        }
        signals = connection.exec_driver_sql(
            "SELECT DISTINCT rule, customer_id FROM alert_signals WHERE customer_id IS NOT NULL"
        ).fetchall()
    end = {who: window_end(day, gap) for who, (_, _, gap) in scores.items()}
    for (population, outcome), tally in base.items():
        for who, (standing, with_gaps, _) in scores.items():
            if standing == population.standing and (with_gaps or not population.own_gaps):
                _judge(tally, events, who, outcome, day, end[who])
    for rule, who in signals:
        if rule in own and who in scores:
            _judge(own[rule], events, who, outcomes[rule], day, end[who])


def _judge(tally: _Tally, events: Events, customer: int, outcome: str, day: date, end: date) -> None:
    hit = events.hit(customer, outcome, day, end)
    if hit is None:
        if not events.is_over(end):
            tally.too_early.setdefault(customer, day.isoformat()[:7])
    elif tally.add(customer, day, end, hit) and hit and outcome == LEFT:
        tally.ahead.append(events.gone_after(customer, day, end))


def _keep(workspace: Workspace, text: str, records: Mapping[str, PastRecord], days: int) -> Changes:
    weak = sum(record.verdict == "no better" and not record.distress for record in records.values())
    with workspace.store.unit_of_work(_ACTOR, "replay", "rules", at=workspace.at) as work:
        keep_value(work, RULE_RECORDS, text)
        found = f"{count(weak, 'rule')} no better than chance" if days else "the book is too new to judge them"
        work.say(f"Replayed {count(len(records), 'rule')} over {count(days, 'day')} of the past: {found}")
        work.digest(text)
        work.touch(tables=("alerts",))
        return work.commit()
