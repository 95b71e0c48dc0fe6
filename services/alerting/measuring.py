"""What a run of the rules measures: the days and figures that expressions name, and the tables that they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


def fire_alone(work: UnitOfWork, then: Workspace, rule: Rule) -> list[Fired]:
    """Return for whom one rule holds at the end of the day of the scores, whatever the other rules say."""
    as_of = str(work.sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar())
    today, currency = then.clock.today().isoformat(), reporting_currency(work.connection, then.policy)
    facts = Facts(work, bindings_of([rule], as_of, then.at, today, currency), None)
    amounts = build_tables(work, facts, [rule], then.policy, today, currency)
    figures = compute_references(work, references([rule]), facts.bindings, lambda: facts.build_deals(*amounts))
    fired = evaluate_rule(work, rule, figures, facts.bindings, currency)
    facts.drop()
    return fired


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
