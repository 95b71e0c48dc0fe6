"""Every rule's record over the book's past: what it would have raised week by week in a year, and how that ended.

The rules look at a copy of the book as of each week, by parameters fitted on what was known on the first of them, as a
trial of one rule does: every alert that a rule would have raised by itself is counted (`alone`) and judged once its
window is over (`outcomes`). Base: the active customers whom the rule could have named (with gaps of their own, where
the rule judges by these), each once within a window. The record is kept in the book with what it was made of, and made
anew when that changes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from typing import Final, NamedTuple

from sqlalchemy import Connection

from models.gc_pause import gc_paused
from models.queries.kept_values import keep_value, kept_value
from models.queries.purchases import PURCHASES
from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.changes import Changes
from models.values.errors import Cancelled
from models.values.imports import Progress
from models.values.journal import Actor
from models.values.rule_records import LEFT, RULE_RECORDS, MonthRecord, PastRecord
from models.values.words import count, day_of
from services.alerting.alone import Orders, Queue, at_end_of, look, weeks_before
from services.alerting.outcomes import WINDOW_DAYS, Events, is_judged, window_end
from services.alerting.rulebook import in_force, replay_mark
from services.alerting.rules import Condition, Rule, Test
from services.alerting.run import run_rules
from services.book.as_of import copy_as_of
from services.book.sources import silence_held
from services.scoring import score_due
from services.workspace import Workspace

STEP: Final = "Replaying the rules"
#: Customers of whom the past is replayed; of more, every n-th.
MOST_CUSTOMERS: Final = 5_000
#: Of a book with more customers the first replay takes minutes: it waits for the next round.
AT_ONCE: Final = 2_000
_FEWEST_WEEKS, _MOST_WEEKS, _PAST_DAYS = 7, 52, 180
#: A fit takes as long as all else; the first one holds, unless the book grows by a fifth.
NO_REFIT_DAYS: Final = 365
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
class _Base:
    """Customers whom rules could have named, each once within a window."""

    cases: int = 0
    hits: int = 0
    until: dict[int, date] = field(default_factory=dict)

    def add(self, customer: int, day: date, end: date, hit: bool | None) -> None:
        """Count a customer, unless their window of an earlier day is not over or nothing is known of them."""
        if hit is not None and day >= self.until.get(customer, day):
            self.cases += 1
            self.hits += hit
            self.until[customer] = end


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
        as_of, first = _known(connection)
        assert as_of is not None, "the book is not scored"
        entry = int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM journal").scalar() or 0)
        rules = in_force(connection, workspace.policy)
    days = days_of(first, as_of) if first else []
    records = _replayed(workspace, rules, days, as_of, progress or (lambda _step: None), cancelled or (lambda: False))
    kept = {
        "as_of": as_of.isoformat(),
        "entry": entry,
        "mark": replay_mark(rules, workspace.policy),
        "days": [day.isoformat() for day in days],
        "rules": {code: record.as_json() for code, record in records.items()},
    }
    changes = _keep(workspace, json.dumps(kept, sort_keys=True), records, len(days))
    return changes.merged(run_rules(workspace).changes)


def renew_first_record(workspace: Workspace, progress: Callable[[Progress], None]) -> str:
    """Replay the past of a book whose rules have no record yet, so that no alert is judged otherwise a day later.

    Nothing is done where the past is too short to replay.

    Returns
    -------
    str
        For a book of more than `AT_ONCE` customers, that its past is replayed with the next round; '' for all others.
    """
    with workspace.store.read() as connection:
        as_of, first = _known(connection)
        scored = int(connection.exec_driver_sql("SELECT count(*) FROM customer_risk_scores").scalar() or 0)
        kept = kept_value(connection, RULE_RECORDS)
    if kept is not None or as_of is None or first is None or not days_of(first, as_of):
        return ""
    if scored > AT_ONCE:
        return (
            "The rules have no track record yet. `bellwether run` builds it, which takes a few minutes, "
            "and may lower the severity of alerts from rules that were no better than chance."
        )
    renew_record(workspace, progress)
    return ""


def _known(connection: Connection) -> tuple[date | None, date | None]:
    """The day of the scores, and the first day of which purchases or contracts are known."""
    as_of = connection.exec_driver_sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar()
    first = connection.exec_driver_sql(f"SELECT min(ordered_on) FROM {PURCHASES}").scalar()
    first = first or connection.exec_driver_sql("SELECT min(starts_on) FROM contracts").scalar()
    return day_of(as_of), day_of(first)


def days_of(first: date, as_of: date) -> list[date]:
    """The days of the year before on which the rules are replayed, whose windows can be over; none of a young book."""
    room = (as_of - first).days - _PAST_DAYS
    weeks = range(min(_MOST_WEEKS, room // 7), -(-WINDOW_DAYS // 7) - 1, -1)
    return weeks_before(as_of, weeks) if len(weeks) >= _FEWEST_WEEKS else []


def _replayed(
    workspace: Workspace,
    rules: Sequence[Rule],
    days: Sequence[date],
    last: date,
    tell: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> dict[str, PastRecord]:
    queues = [Queue(rule, workspace.policy.watch_days) for rule in rules if is_judged(rule)]
    population = {queue.rule.code: _population(queue.rule) for queue in queues}
    base = {(population[queue.rule.code], queue.rule.outcome): _Base() for queue in queues}
    records = {}
    if not days:
        return {queue.rule.code: _record(queue, None, population[queue.rule.code].words, _Base()) for queue in queues}
    tell(Progress(STEP, 0, len(days)))
    with copy_as_of(workspace, days[0], later_too=True, most=MOST_CUSTOMERS) as copy:
        past = replace(copy, policy=replace(copy.policy, refit_days=NO_REFIT_DAYS))
        events, orders = Events(past, last), Orders(past, days[0])
        for number, day in enumerate(days):
            if stop():
                raise Cancelled
            then = at_end_of(past, day)
            score_due(then, force_all=True)
            with gc_paused(), then.store.unit_of_work(_ACTOR, "look", "alerts", at=then.at) as work:
                held = silence_held(driver_of(work.connection), day, then.clock.today(), then.policy)
                look(work, then, queues, rules, orders, held=bool(held))
                _count(work, day, events, base)
            tell(Progress(STEP, number + 1, len(days)))
        for queue in queues:
            code = queue.rule.code
            records[code] = _record(queue, events, population[code].words, base[population[code], queue.rule.outcome])
    return records


def _record(queue: Queue, events: Events | None, among: str, base: _Base) -> PastRecord:
    """Judge what a rule raised; no events: it raised nothing."""
    correct, incorrect, early, ahead = Counter[str](), Counter[str](), Counter[str](), list[int]()
    outcome, lost = queue.rule.outcome, list[bool]()
    if events is not None:
        queue.judge(events)
        lost = [hit for one in queue.lost if (hit := queue.verdict(one, events)) is not None]
        for (day, customer, gap), hit in zip(queue.raised, queue.verdicts, strict=True):
            end, month = window_end(day, gap), day.isoformat()[:7]
            if hit is None:
                early[month] += not events.is_over(end)
                continue
            (correct if hit else incorrect)[month] += 1
            if hit and outcome == LEFT:
                ahead.append(events.gone_after(customer or 0, day, end))
    named = sorted(correct.keys() | incorrect.keys() | (+early).keys())
    return PastRecord(
        outcome,
        correct.total() + incorrect.total(),
        correct.total(),
        base.cases,
        base.hits,
        among,
        queue.rule.distress,
        tuple(MonthRecord(one, correct[one], incorrect[one], early[one]) for one in named),
        round(median(ahead)) if ahead else None,
        len(lost),
        sum(lost),
    )


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


def _count(work: UnitOfWork, day: date, events: Events, base: Mapping[tuple[_Population, str], _Base]) -> None:
    scores = work.sql(
        "SELECT customer_id, standing, silence_p IS NOT NULL AS own_gaps, coalesce(usual_gap_days, 0) AS gap"
        " FROM customer_risk_scores"
    ).fetchall()
    for (population, outcome), tally in base.items():
        for one in scores:
            if one.standing == population.standing and (one.own_gaps or not population.own_gaps):
                end = window_end(day, one.gap)
                tally.add(one.customer_id, day, end, events.hit(one.customer_id, outcome, day, end))


def _keep(workspace: Workspace, text: str, records: Mapping[str, PastRecord], days: int) -> Changes:
    weak = sum(record.verdict == "no better" and not record.distress for record in records.values())
    with workspace.store.unit_of_work(_ACTOR, "replay", "rules", at=workspace.at) as work:
        keep_value(work, RULE_RECORDS, text)
        found = f"{count(weak, 'rule')} no better than chance" if days else "the book is too new to judge them"
        work.say(f"Replayed {count(len(records), 'rule')} over {count(days, 'day')} of the past: {found}")
        work.digest(text)
        work.touch(tables=("alerts",))
        return work.commit()
