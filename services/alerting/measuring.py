"""What a run of the rules measures: the days and figures that expressions name, and the tables that they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from models.queries.deals import list_price
from models.store import UnitOfWork
from models.values.money import exponent
from services.alerting.activity import COLUMNS, drops
from services.alerting.conditions import compute_references, references
from services.alerting.evaluate_rule import Fired, evaluate_rule, prepare
from services.alerting.facts import Facts
from services.alerting.measures import NAMED, day_bindings
from services.alerting.rules import Rule
from services.alerting.spending import COLUMNS as spending_columns
from services.alerting.spending import falls
from services.settings import Policy, SegmentFigure, minor_rates, reporting_currency
from services.workspace import Workspace


def bindings_of(rules: Iterable[Rule], as_of: str, at: str, today: str, currency: str) -> dict[str, Any]:
    """What the measures' expressions name: days, the currency's minor units, and parameters of rules."""
    parameters = [(name, one.value) for rule in rules for name, one in rule.parameters.items()]
    named = {**NAMED, **dict(sorted(one for one in parameters if one[0] in NAMED))}  # of several rules the highest
    return {**day_bindings(as_of, at), "today": today, "minor": 10 ** exponent(currency), **named}


def build_tables(
    work: UnitOfWork, facts: Facts, rules: Collection[Rule], policy: Policy, today: str, currency: str
) -> tuple[str, str]:
    """Build what these rules read; SQL of a deal's amount and of its list price in the reporting currency."""
    facts.build_customers(*_thresholds_sql(policy))
    amounts = _amounts_sql(policy, currency)
    for rule in rules:
        if rule.code == "activity_dropped":
            facts.store("activity_drop", COLUMNS, drops(work.connection, facts.bindings))
        elif rule.code == "spend_falling":
            fall = float(rule.parameters["fall"].value)
            facts.store("spending", spending_columns, falls(work.connection, facts.bindings, fall))
    prepare(facts, rules, amounts, today, policy)
    return amounts


def fire(work: UnitOfWork, then: Workspace, wanted: Sequence[Rule], in_force: Iterable[Rule]) -> list[Fired]:
    """Return for whom some rules hold at the end of the day of the scores; of the others only what keeps these silent.

    Parameters
    ----------
    wanted
        The rules, with figures of their own or those in force.
    in_force
        The rules in force.
    """
    by_code = {rule.code: rule for rule in (*in_force, *wanted)}
    asked = {rule.code for rule in wanted}
    said_once = any(rule.group == "engagement" for rule in wanted)
    rules = [rule for rule in by_code.values() if rule.code in asked or (said_once and rule.silence)]
    as_of = str(work.sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar())
    today, currency = then.clock.today().isoformat(), reporting_currency(work.connection, then.policy)
    facts = Facts(work, bindings_of(by_code.values(), as_of, then.at, today, currency), None)
    amounts = build_tables(work, facts, rules, then.policy, today, currency)
    figures = compute_references(work, references(rules), facts.bindings, lambda: facts.build_deals(*amounts))
    fired = [one for rule in rules for one in evaluate_rule(work, rule, figures, facts.bindings, currency)]
    facts.drop()
    return [one for one in say_once(fired, by_code) if one.rule in asked]


def say_once(fired: Sequence[Fired], rules: Mapping[str, Rule]) -> list[Fired]:
    """Leave out that engagement fell where a rule says that nothing came: engagement falls by that alone."""
    silent = {one.customer_id for one in fired if rules[one.rule].silence}
    return [one for one in fired if rules[one.rule].group != "engagement" or one.customer_id not in silent]


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


def _amounts_sql(policy: Policy, currency: str) -> tuple[str, str]:
    """SQL of a deal's amount and of its product's list price in the reporting currency; none without a known rate."""
    rates = {currency: 1.0, **minor_rates(policy, currency)}

    def converted(amount: str, its_currency: str) -> str:
        cases = "".join(f" WHEN '{one}' THEN {amount} * {rate!r}" for one, rate in rates.items())
        return f"CASE coalesce({its_currency}, '{currency}'){cases} END"

    return (
        converted("o.amount_minor", "o.currency"),
        converted(list_price(currency), "coalesce(p.currency, o.currency)"),
    )
