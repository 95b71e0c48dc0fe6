"""One run of the rules: measure, fire, answer, wake, merge, write; one unit of work with one journal entry.

When the book's day advanced, or rules or policy changed, every customer is evaluated, because silence is an event too;
otherwise only those whose rows changed, against the book's quantiles of the last full run. Whatever a run looks at, it
wakes the cards whose date has come, and looks at how old the book's data are.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from models.store import UnitOfWork
from models.values.changes import Changes
from models.values.journal import Actor
from services.alerting import cards as queries
from services.alerting.activity import COLUMNS, drops
from services.alerting.conditions import compute_references, references
from services.alerting.facts import Facts
from services.alerting.fire import Fired, fire, prepare
from services.alerting.horizon import customers_told, follow_horizon, names_horizon
from services.alerting.life import Answered, answer, reopen_without_order, wake, withdraw
from services.alerting.measures import NAMED, day_bindings
from services.alerting.merge import Card, Plan, Rulebook, merge
from services.alerting.overruled import mark_overruled
from services.alerting.recommend import Adviser, Case, read_open_work, read_playbook, read_records
from services.alerting.rulebook import fingerprint, in_force, install
from services.alerting.rules import Rule
from services.alerting.sla import DueTimes
from services.cycles import no_cycles
from services.settings import Policy, SegmentFigure, minor_rates, reporting_currency
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
        Ids of cards that were opened, and of those that were resolved (or withdrawn) by themselves.
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
    """What the steps of a run share."""

    work: UnitOfWork
    policy: Policy
    rules: Mapping[str, Rule]
    now: datetime
    today: str
    as_of: str
    horizon: int | None
    currency: str
    scope: frozenset[int] | None

    @property
    def scoped(self) -> bool:
        return self.scope is not None

    @property
    def measured(self) -> tuple[Rule, ...]:
        """The rules that this run evaluates: without a customer to look at, those about the book."""
        nobody = self.scope is not None and not self.scope
        return tuple(rule for rule in self.rules.values() if not nobody or rule.subject == "book")


def run_rules(workspace: Workspace, changed: Changes | None = None) -> Evaluation:
    """Evaluate the rules for the customers that changed, or for the whole book.

    Parameters
    ----------
    workspace
        Store, policy and clock.
    changed
        What changed since the last run; None: evaluate everyone.

    Returns
    -------
    Evaluation
        Without a journal entry where nothing changed.
    """
    actor = Actor("rule", "alerting")
    unit = workspace.store.unit_of_work(actor, "evaluate", "alerts", at=workspace.at)
    with no_cycles(), unit as work:
        install(work)
        rules = in_force(work.connection, workspace.policy)
        # Scoring keeps all on one day and one horizon.
        as_of = work.sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar()
        if as_of is None:
            return Evaluation(changes=work.commit())
        horizon = work.sql("SELECT churn_horizon_days FROM customer_risk_scores LIMIT 1").scalar()
        kept = _kept_references(work)
        mark = hashlib.sha256(fingerprint(rules, workspace.policy).encode()).hexdigest()
        stale = (kept.get("as_of"), kept.get("rules"), kept.get("horizon")) != (as_of, mark, horizon)
        everyone = changed is None or changed.everyone or stale
        run = _Run(
            work=work,
            policy=workspace.policy,
            rules={rule.code: rule for rule in rules},
            now=workspace.clock.now(),
            today=workspace.clock.today().isoformat(),
            as_of=as_of,
            horizon=horizon,
            currency=reporting_currency(work.connection, workspace.policy),
            scope=None if everyone or changed is None else changed.customers,
        )
        bindings = {**day_bindings(as_of, work.at), "today": run.today, **_named(rules)}
        facts = Facts(work, bindings, run.scope, kept["categories"] if run.scoped else None)
        fired, reworded = _measure(run, facts, kept, mark)
        return _apply(run, facts, fired, reworded, undone=_undone_since(work))


def _named(rules: Sequence[Rule]) -> dict[str, float | str]:
    """The values of the parameters that the measures' expressions name."""
    return {**NAMED, **{name: p.value for rule in rules for name, p in rule.parameters.items() if name in NAMED}}


def _measure(run: _Run, facts: Facts, kept: Mapping[str, Any], mark: str) -> tuple[list[Fired], list[Fired]]:
    """Build the run's tables and fire every rule; beside, what open cards are to say by another horizon."""
    rules = run.measured
    facts.build_customers(*_thresholds_sql(run.policy))
    amount = _amount_sql(run)
    if any(rule.code == "activity_dropped" for rule in rules):
        facts.store("activity_drop", COLUMNS, drops(run.work.connection, facts.bindings, scoped=run.scoped))
    prepare(facts, rules, amount, run.today, run.policy)
    if run.scoped:
        figures = kept["figures"]
    else:
        figures = compute_references(run.work, references(rules), facts.bindings, lambda: facts.build_deals(amount))
        book = {"as_of": run.as_of, "rules": mark, "horizon": run.horizon, "categories": list(facts.categories or ())}
        _keep_references(run.work, {**book, "figures": figures})
    fired = [one for rule in rules for one in fire(run.work, rule, figures, facts.bindings, run.currency)]
    other = kept.get("horizon") != run.horizon and not run.scoped
    naming = [rule for rule in rules if other and names_horizon(rule)]
    told = [fire(run.work, one, figures, facts.bindings, run.currency, customers_told(one)) for one in naming]
    return fired, [one for rule in told for one in rule]


def _apply(
    run: _Run, facts: Facts, fired: Sequence[Fired], reworded: Sequence[Fired], undone: str | None
) -> Evaluation:
    """Let the signals open, join, resolve and wake cards, and commit."""
    work, due = run.work, DueTimes(run.policy, run.now)
    reopened = reopen_without_order(work, scoped=run.scoped)
    before = queries.open_cards(work.connection, scoped=run.scoped)
    cards: Mapping[int | None, Card] = before
    withdrawn: list[int] = []
    if undone is not None:
        cards, withdrawn = withdraw(work, cards, fired, undone)
    holding = frozenset((one.rule, one.customer_id) for one in fired)
    answered = answer(
        work, cards, run.rules, holding, as_of=run.as_of, watch_days=run.policy.watch_days, scoped=run.scoped
    )
    cards = follow_horizon(work, _without(cards, answered), reworded, holding)
    cards = mark_overruled(work, cards, run.rules, holding)
    since = queries.stored(run.now - timedelta(days=3650))
    silences = queries.closed_signals(work.connection, since, scoped=run.scoped)
    plan = merge(fired, cards, silences, Rulebook(run.rules, run.now, run.as_of, due.of))
    adviser = _Advice(run)
    adviser.renew(plan, cards, fired)
    opened = queries.write_plan(
        work,
        plan,
        as_of=run.as_of,
        due=due.of,
        recommendations=[adviser.advise(lead, ones) for lead, _, ones in plan.opened],
    )
    resting = {**queries.due_cards(work.connection, queries.stored(run.now)), **cards}
    woken = wake(work, resting, plan.woken, due, run.now)
    revalued = queries.refresh_values(work)
    facts.drop()
    closed = (*answered.resolved, *withdrawn)
    altered = {card.id for customer, card in cards.items() if card is not before[customer]}
    altered |= {card for card, values in plan.updates.items() if values} | {card for card, _ in plan.joined}
    changed = {*opened, *closed, *woken, *reopened, *altered}
    if changed or plan.refreshed or revalued:
        counts = (len(altered), len(plan.joined), len(plan.refreshed), len(answered.signals), revalued)
        _describe(work, fired, (opened, closed, woken, reopened), counts)
        work.touch(alerts=changed, tables=("alerts", "alert_signals"))
    signals = Counter(one.rule for one in fired)
    return Evaluation(work.commit(), tuple(opened), closed, tuple(woken), dict(signals))


def _describe(work: UnitOfWork, fired: Sequence[Fired], cards: Sequence[Sequence[int]], counts: Sequence[int]) -> None:
    """Say in the journal what was written: ids of cards opened, closed, woken and reopened, counts of other rows."""
    digest = hashlib.sha256()
    lines = [f"{one.rule} {one.customer_id} {one.severity} {one.reason}" for one in fired]
    digest.update("\n".join(lines).encode())
    for ids in cards:
        digest.update(repr(sorted(ids)).encode())
    work.digest(f"{digest.hexdigest()} altered, joined, refreshed, cleared, revalued: {list(counts)}")
    opened, closed, woken, _ = (len(ids) for ids in cards)
    work.say(f"Evaluated the rules: {opened} cards opened, {closed} closed, {woken} due again")


def _without(cards: Mapping[int | None, Card], answered: Answered) -> dict[int | None, Card]:
    """The cards that are still open, without the signals that an order answered."""
    if not answered.resolved and not answered.signals:
        return dict(cards)
    left = {}
    resolved = frozenset(answered.resolved)
    for customer, card in cards.items():
        if card.id not in resolved:
            signals = tuple(signal for signal in card.signals if signal.id not in answered.signals)
            left[customer] = card if len(signals) == len(card.signals) else card._replace(signals=signals)
    return left


class _Advice:
    """What to do for the cards of a run; the book is asked for its record and open work once, and only if needed."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._adviser: Adviser | None = None
        self._open_work: Mapping[int | None, frozenset[str]] = {}

    def advise(self, lead: Fired, ones: Sequence[Fired]) -> str | None:
        """The recommendation for a card that `lead` leads, with all its signals."""
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
            lead.value_if_stays_minor,
            lead.currency,
        )
        return self._adviser.advise(case)

    def renew(self, plan: Plan, cards: Mapping[int | None, Card], fired: Sequence[Fired]) -> None:
        """Advise anew where another signal leads a card that nobody has worked on yet."""
        changed = {card_id for card_id, values in plan.updates.items() if "rule" in values}
        customers = {card.customer_id: card for card in cards.values() if card.id in changed and not card.touched}
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
    last = work.sql("SELECT value FROM book WHERE key = ?", (_EVALUATED,)).scalar()
    found = work.sql(
        "SELECT min(undone.at) FROM journal j JOIN journal undone ON undone.id = j.undoes"
        " WHERE j.id > ? AND undone.actor_kind = 'import'",
        (int(last or 0),),
    ).scalar()
    _keep(work, _EVALUATED, str(work.sql("SELECT coalesce(max(id), 0) FROM journal").scalar()))
    return str(found) if found is not None else None


def _thresholds_sql(policy: Policy) -> tuple[str, str]:
    """SQL of a customer's engagement threshold, and of the risk threshold that their segment has of its own."""
    general = repr(float(policy.engagement_threshold))
    return (
        _by_segment_sql(policy.engagement_threshold_by_segment, general),
        _by_segment_sql(policy.churn_threshold_by_segment, "NULL"),
    )


def _by_segment_sql(figures: Sequence[SegmentFigure], general: str) -> str:
    cases = "".join(
        f" WHEN s.segment = '{one.segment.replace(chr(39), chr(39) * 2)}' THEN {float(one.figure)!r}" for one in figures
    )
    return f"CASE{cases} ELSE {general} END" if cases else general


def _amount_sql(run: _Run) -> str:
    """SQL of a deal's amount in the reporting currency; without a known rate the deal has none."""
    cases = f" WHEN o.currency IS NULL OR o.currency = '{run.currency}' THEN o.amount_minor"
    for currency, rate in minor_rates(run.policy, run.currency).items():
        cases += f" WHEN o.currency = '{currency}' THEN o.amount_minor * {rate!r}"
    return f"CASE{cases} END"


def _kept_references(work: UnitOfWork) -> dict[str, Any]:
    text = work.sql("SELECT value FROM book WHERE key = ?", (_REFERENCES,)).scalar()
    return dict(json.loads(text)) if text else {}


def _keep_references(work: UnitOfWork, kept: Mapping[str, Any]) -> None:
    figures = {key: value for key, value in kept["figures"].items() if value != float("inf")}
    _keep(work, _REFERENCES, json.dumps({**kept, "figures": figures}, sort_keys=True))


def _keep(work: UnitOfWork, key: str, value: str) -> None:
    work.sql(
        "INSERT INTO book (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        " WHERE value <> excluded.value",
        (key, value),
    )
