"""One run of the rules: measure, evaluate, answer, wake, merge, write; one unit of work with one journal entry.

When the book's day advanced, or rules or policy changed, every customer is evaluated, because silence is an event too;
otherwise only those whose rows changed, against the book's quantiles of the last full run. Whatever a run looks at, it
wakes the alerts whose date has come, and looks at how old the book's data are.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from models.gc_pause import gc_paused
from models.queries.kept_values import keep_value, kept_value
from models.store import UnitOfWork
from models.store.driver import driver_of
from models.values.changes import Changes
from models.values.journal import Actor
from models.values.words import count, stored
from services.alerting import open_alerts as queries
from services.alerting.conditions import compute_references, references
from services.alerting.criticals import within_budget
from services.alerting.ended_deals import deals_on_again, ended_deals
from services.alerting.evaluate_rule import Fired, Subject, evaluate_rule
from services.alerting.facts import Facts
from services.alerting.horizon import customers_told, follow_horizon, names_horizon
from services.alerting.late_deals import count_late, judges_age
from services.alerting.life import Answered, answer, raise_anew, reopen_unanswered, wake, withdraw
from services.alerting.limits import RuleLimits
from services.alerting.measures import OF_THE_BOOK
from services.alerting.measuring import bindings_of, build_tables, say_once
from services.alerting.merge import OpenAlert, Plan, Rulebook, merge
from services.alerting.overridden import mark_overridden
from services.alerting.recommend import Adviser, Case, read_open_work, read_records
from services.alerting.rulebook import fingerprint, in_force, install
from services.alerting.rules import Rule
from services.alerting.sla import DueTimes
from services.alerting.terms import keep_terms
from services.alerting.watches import Watched, look
from services.book.alert_phrasing import with_part
from services.book.playbook import read_playbook
from services.book.sources import silence_since
from services.settings import Policy, reporting_currency
from services.workspace import Workspace

_REFERENCES: Final = "alert_references"
_EVALUATED: Final = "alerts_evaluated_to_entry"
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a run did.

    Attributes
    ----------
    opened, closed
        Ids of alerts that were opened, and of those that were resolved (or withdrawn) by themselves.
    fired
        Number of signals of each rule, those that were kept silent or held already included.
    """

    changes: Changes = field(default_factory=Changes)
    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    woken: tuple[int, ...] = ()
    fired: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of a run share; `book`: what the references are kept with, `kept`: those of the last full run."""

    work: UnitOfWork
    policy: Policy
    rules: Mapping[str, Rule]
    limits: RuleLimits
    now: datetime
    today: str
    book: Mapping[str, Any]
    kept: Mapping[str, Any]
    currency: str
    scope: frozenset[int] | None
    watched: Watched

    @property
    def as_of(self) -> str:
        return str(self.book["as_of"])

    @property
    def scoped(self) -> bool:
        return self.scope is not None

    @property
    def anew(self) -> bool:
        """The scores are of another past than when the open alerts were raised."""
        return "figures" in self.kept and self.kept["basis"] != self.book["basis"]

    @property
    def bindings(self) -> dict[str, Any]:
        """What the measures' expressions name."""
        return bindings_of(self.rules.values(), self.as_of, self.work.at, self.today, self.currency)

    @property
    def measured(self) -> tuple[Rule, ...]:
        """The rules that this run evaluates, watches apart: without a customer to look at, those about the book."""
        nobody = self.scope is not None and not self.scope
        rules = (rule for rule in self.rules.values() if rule.code not in self.watched.rules)
        return tuple(rule for rule in rules if not nobody or rule.subject in OF_THE_BOOK)


def run_rules(workspace: Workspace, changed: Changes | None = None, *, limited: bool = True) -> Evaluation:
    """Evaluate the rules for the customers that changed, or for everyone where the book's day or a rule moved.

    Alerts whose date has come wake whoever changed, and the age of the book's data is looked at: ``Changes()`` is a
    round in which nothing changed.

    Parameters
    ----------
    workspace
        Store, policy and clock.
    changed
        What changed since the last run; None: everyone.
    limited
        Hold back rules that the book's past refutes; a trial and a replay ask what each rule says by itself, and
        look at no watch.

    Returns
    -------
    Evaluation
        Without a journal entry where nothing changed.
    """
    actor = Actor("rule", "alerting")
    watched = look(workspace) if limited else Watched()
    unit = workspace.store.unit_of_work(actor, "evaluate", "alerts", at=workspace.at)
    with gc_paused(), unit as work:
        install(work)
        rules = {rule.code: rule for rule in in_force(work.connection, workspace.policy)}
        limits = RuleLimits(work, rules if limited else {})
        book = _book(work, f"{fingerprint(rules.values(), workspace.policy)} {limits.mark}")
        if book is None:
            _undone_since(work)
            return Evaluation(changes=work.commit())
        kept = _kept_references(work)
        stale = any(kept.get(key) != value for key, value in book.items())
        run = _Run(
            work=work,
            policy=workspace.policy,
            rules={code: limits.with_losses(rule) for code, rule in rules.items()} | dict(watched.rules),
            limits=limits,
            now=workspace.clock.now(),
            today=workspace.clock.today().isoformat(),
            book=book,
            kept=kept,
            currency=reporting_currency(work.connection, workspace.policy),
            scope=None if stale or changed is None or changed.everyone else changed.customers,
            watched=watched,
        )
        facts = Facts(work, run.bindings, run.scope, kept["categories"] if run.scoped else None)
        fired, reworded = _measure(run, facts)
        return _apply(run, facts, fired, reworded, undone=_undone_since(work))


def _book(work: UnitOfWork, rules: str) -> dict[str, Any] | None:
    """What the references of a full run hold for, None for a book without scores; `rules`: what these say."""
    # Scoring keeps all on one day and one horizon.
    scores: Any = work.sql("SELECT as_of, churn_horizon_days FROM customer_risk_scores LIMIT 1").fetchone()
    if scores is None:
        return None
    scored = json.loads(kept_value(work.connection, "scored") or "{}")
    mark = hashlib.sha256(rules.encode()).hexdigest()
    return {"as_of": scores[0], "rules": mark, "horizon": scores[1], "basis": scored.get("basis", 0)}


def _measure(run: _Run, facts: Facts) -> tuple[list[Fired], list[Fired]]:
    """Build the run's tables and fire every rule; also what open alerts are to say by another horizon."""
    rules = run.measured
    amounts = build_tables(run.work, facts, rules, run.policy, run.today, run.currency)
    if run.scoped:
        figures = run.kept["figures"]
    else:
        figures = compute_references(run.work, references(rules), facts.bindings, lambda: facts.build_deals(*amounts))
        _keep_references(run.work, {**run.book, "categories": list(facts.categories or ()), "figures": figures})
        if any(judges_age(rule) for rule in rules):
            run.limits.limit_by_age(count_late(run.work, facts.bindings))
    fired = [one for rule in rules for one in evaluate_rule(run.work, rule, figures, facts.bindings, run.currency)]
    other = run.kept.get("horizon") != run.book["horizon"] and not run.scoped
    naming = [rule for rule in rules if other and names_horizon(rule)]
    reworded = [
        evaluate_rule(run.work, one, figures, facts.bindings, run.currency, customers_told(one)) for one in naming
    ]
    return say_once(fired, run.rules), [one for rule in reworded for one in rule]


def _apply(
    run: _Run, facts: Facts, fired: Sequence[Fired], reworded: Sequence[Fired], undone: str | None
) -> Evaluation:
    """Let the signals open, join, resolve and wake alerts, and commit."""
    work, due = run.work, DueTimes(run.policy, run.now)
    said = frozenset((one.rule, one.customer_id) for one in run.limits.let_through(fired))
    on_again = deals_on_again(work, run.rules, said, facts.bindings, scoped=run.scoped)
    reopened = reopen_unanswered(work, on_again, scoped=run.scoped)
    before = queries.open_alerts(work.connection, scoped=run.scoped)
    open_alerts, lowered = run.limits.lower(work, before, due)
    raised = {signal.rule for alert in before.values() for signal in alert.signals}
    watched = run.watched.fire(raised, run.currency)
    fired = [*run.limits.let_through(_without_silence(run, before, fired)), *watched]
    withdrawn: list[int] = []
    if undone is not None:
        open_alerts, withdrawn = withdraw(work, open_alerts, fired, undone)
    if run.anew:
        open_alerts, more = raise_anew(work, open_alerts, fired, run.rules)
        withdrawn += more
    holding = frozenset((one.rule, one.customer_id) for one in fired) | run.watched.unknown
    ended = ended_deals(work, run.rules, holding, facts.bindings, scoped=run.scoped)
    answered = answer(
        work,
        open_alerts,
        run.rules,
        holding,
        ended,
        as_of=run.as_of,
        watch_days=run.policy.watch_days,
        scoped=run.scoped,
    )
    open_alerts = follow_horizon(work, _without(open_alerts, answered), reworded, holding)
    open_alerts = mark_overridden(work, open_alerts, run.rules, holding)
    since = stored(run.now - timedelta(days=3650))
    silences = queries.closed_signals(work.connection, since, scoped=run.scoped, by_people=run.anew)
    book = Rulebook(run.rules, run.now, run.as_of, due.of, answered.ordered)
    fired = within_budget(
        work, fired, open_alerts, silences, book, run.policy.critical_budget, run.scope, anew=run.anew
    )
    plan = merge(fired, open_alerts, silences, book)
    adviser = _Advice(run)
    adviser.renew(plan, open_alerts, fired)
    opened = queries.write_plan(
        work,
        plan,
        as_of=run.as_of,
        due=due.of,
        recommendations=[adviser.advise(lead, ones) for lead, _, ones in plan.opened],
    )
    keep_terms(work, plan, due, run.as_of)
    resting = {**queries.due_alerts(work.connection, stored(run.now)), **open_alerts}
    woken = wake(work, resting, plan.woken, due, run.now)
    revalued = queries.refresh_values(work)
    facts.drop()
    closed = (*answered.resolved, *withdrawn)
    altered = {alert.id for customer, alert in open_alerts.items() if alert is not before[customer]}
    altered |= (
        lowered | {alert for alert, values in plan.updates.items() if values} | {alert for alert, _ in plan.joined}
    )
    changed = {*opened, *closed, *woken, *reopened, *altered}
    if changed or plan.refreshed or revalued:
        counts = (len(altered), len(plan.joined), len(plan.refreshed), len(answered.signals), revalued)
        _describe(work, fired, (opened, closed, woken, reopened), counts)
        work.touch(alerts=changed, tables=("alerts", "alert_signals"))
    signals = Counter(one.rule for one in fired)
    return Evaluation(work.commit(), tuple(opened), closed, tuple(woken), dict(signals))


def _without_silence(run: _Run, open_alerts: Mapping[Subject, OpenAlert], fired: Sequence[Fired]) -> Sequence[Fired]:
    """Leave out what says that nothing came where no file came; an alert that is open already says so instead."""
    held = silence_since(
        driver_of(run.work.connection), date.fromisoformat(run.as_of), date.fromisoformat(run.today), run.policy
    )
    if not held:
        return fired
    there = {(signal.rule, customer) for customer, alert in open_alerts.items() for signal in alert.signals}
    kept = [one for one in fired if not run.rules[one.rule].silence or (one.rule, one.customer_id) in there]
    return [
        one._replace(reason=with_part(one.reason, held=held)) if run.rules[one.rule].silence else one for one in kept
    ]


def _describe(
    work: UnitOfWork, fired: Sequence[Fired], open_alerts: Sequence[Sequence[int]], counts: Sequence[int]
) -> None:
    """Say in the journal what was written: ids of alerts opened, closed, woken and reopened, counts of other rows."""
    digest = hashlib.sha256()
    lines = [f"{one.rule} {one.customer_id} {one.severity} {one.reason}" for one in fired]
    digest.update("\n".join(lines).encode())
    for ids in open_alerts:
        digest.update(repr(sorted(ids)).encode())
    work.digest(f"{digest.hexdigest()} altered, joined, refreshed, cleared, revalued: {list(counts)}")
    opened, closed, woken, _ = (len(ids) for ids in open_alerts)
    work.say(f"Evaluated the rules: {count(opened, 'alert')} opened, {closed} closed, {woken} due again")


def _without(open_alerts: Mapping[Subject, OpenAlert], answered: Answered) -> dict[Subject, OpenAlert]:
    """The alerts that are still open, without the signals that were answered."""
    if not answered.resolved and not answered.signals:
        return dict(open_alerts)
    left = {}
    resolved = frozenset(answered.resolved)
    for customer, alert in open_alerts.items():
        if alert.id not in resolved:
            signals = tuple(signal for signal in alert.signals if signal.id not in answered.signals)
            left[customer] = alert if len(signals) == len(alert.signals) else alert._replace(signals=signals)
    return left


class _Advice:
    """What to do for the alerts of a run; the book is asked for its record and open work once, and only if needed."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._adviser: Adviser | None = None
        self._open_work: Mapping[int | None, frozenset[str]] = {}

    def advise(self, lead: Fired, ones: Sequence[Fired]) -> str | None:
        """The recommendation for an alert that `lead` leads, with all its signals."""
        run = self._run
        if self._adviser is None:
            connection = run.work.connection
            records = read_records(connection, run.as_of, run.policy.watch_days)
            self._adviser = Adviser(read_playbook(), run.policy, records)
            self._open_work = read_open_work(connection, run.as_of, run.work.at)
        others = _NONE
        if len(ones) > 1:
            others = frozenset([run.rules[one.rule].group for one in ones if one is not lead])
        case = Case(
            run.rules[lead.rule].group,
            others,
            lead.segment,
            lead.may_email,
            self._open_work.get(lead.customer_id, _NONE),
            lead.sign,
            lead.value_if_stays_minor,
            lead.currency,
        )
        return self._adviser.advise(case)

    def renew(self, plan: Plan, open_alerts: Mapping[Subject, OpenAlert], fired: Sequence[Fired]) -> None:
        """Advise anew where another signal leads an alert that nobody has worked on yet."""
        changed = {alert_id for alert_id, values in plan.updates.items() if "rule" in values}
        customers = {
            alert.customer_id: alert for alert in open_alerts.values() if alert.id in changed and not alert.touched
        }
        signals: dict[int | None, list[Fired]] = {}
        for one in fired:
            if one.customer_id in customers:
                signals.setdefault(one.customer_id, []).append(one)
        for customer, ones in signals.items():
            values = plan.updates[customers[customer].id]
            leading = [one for one in ones if one.rule == values["rule"]]
            if leading:
                values["recommendation"] = self.advise(leading[0], ones)


def _undone_since(work: UnitOfWork) -> str | None:
    """When the oldest import was written that was undone since the last run, or None; remembers this run."""
    last = kept_value(work.connection, _EVALUATED)
    found = work.sql(
        "SELECT min(undone.at) FROM journal j JOIN journal undone ON undone.id = j.undoes"
        " WHERE j.id > ? AND undone.actor_kind = 'import'",
        (int(last or 0),),
    ).scalar()
    keep_value(work, _EVALUATED, str(work.sql("SELECT coalesce(max(id), 0) FROM journal").scalar()))
    return str(found) if found is not None else None


def _kept_references(work: UnitOfWork) -> dict[str, Any]:
    text = kept_value(work.connection, _REFERENCES)
    return {"basis": 0, **(json.loads(text) if text else {})}


def _keep_references(work: UnitOfWork, kept: Mapping[str, Any]) -> None:
    figures = {key: value for key, value in kept["figures"].items() if value != float("inf")}
    keep_value(work, _REFERENCES, json.dumps({**kept, "figures": figures}, sort_keys=True))
