"""Query module: which customers a rule fires for, in one statement over the run's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.store import UnitOfWork
from models.values.watches import PREFIX
from services.alerting.conditions import Bindings, to_sql
from services.alerting.driver import tuples
from services.alerting.facts import Facts
from services.alerting.measures import BLOCKS, MEASURES, OF_THE_BOOK
from services.alerting.rules import SEVERITIES, Rule, Test
from services.book.alert_phrasing import PLACEHOLDER, reason_writer, with_part
from services.settings import Policy

#: Whose alert: a customer's, the book's (None), or a watch's own by its code.
Subject = int | str | None


class Fired(NamedTuple):
    """One rule that holds for one customer (or for the book) at the end of the as-of day.

    Attributes
    ----------
    reason
        As it is stored (`services.book.alert_phrasing`).
    measure
        What "worse by a step" is judged against, None where the rule has no step.
    since_days
        Days since the event that the rule may speak of only once, None for the others.
    upside_minor
        What is to be won, in minor units of the reporting currency.
    deal_id
        The deal that it is about.
    loss_minor
        What is to be lost by the rule's own record, in minor units; None where it says nothing of it.
    sign
        What the variant of the reason is about, where the rule names it.
    """

    rule: str
    kind: str
    customer_id: int | None
    severity: int
    reason: str
    measure: float | None
    upside_minor: int
    since_days: float | None
    value_at_risk_minor: int
    churn_risk: float | None
    currency: str
    segment: str | None
    owner: str | None
    may_email: int  # 0 or 1, as the store says it
    value_if_stays_minor: int
    deal_id: int | None = None
    loss_minor: int | None = None
    sign: str | None = None

    @property
    def stake_minor(self) -> int:
        """What is to be lost: by the model, or by the rule's record where that says more."""
        return max(self.value_at_risk_minor, self.loss_minor or 0)

    @property
    def subject(self) -> Subject:
        """Whose alert it joins; see `subject_of`."""
        return subject_of(self.rule, self.customer_id)


def subject_of(rule: str, customer_id: int | None) -> Subject:
    """Return whose open alert a signal belongs to: its customer's, a watch's own, or (None) the book's."""
    return rule if customer_id is None and rule.startswith(PREFIX) else customer_id


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    bindings: dict[str, Any]
    named: tuple[str, ...]  # the measures that the reason shows, in the order of their columns


#: The columns before the measures that the reason shows.
_FIXED = 15


def prepare(facts: Facts, rules: Iterable[Rule], amounts: tuple[str, str], today: str, policy: Policy) -> None:
    """Build the tables that the rules read beside ``facts``."""
    for rule in rules:
        if rule.subject == "book":
            facts.build_sources(today, policy)
        if rule.subject == "product":
            facts.build_products()
        if rule.subject == "deal":
            facts.build_deals(*amounts)
        for name in sorted(rule.measures()):
            block = MEASURES[name].block
            if block is not None:
                facts.build(block)


def evaluate_rule(
    work: UnitOfWork,
    rule: Rule,
    figures: Mapping[str, float],
    bindings: Mapping[str, Any],
    currency: str,
    regardless: str | None = None,
) -> list[Fired]:
    """Evaluate one rule.

    Parameters
    ----------
    work
        The unit of work that holds the run's tables.
    rule
        With its parameters in force.
    figures
        The book's quantiles by their key.
    bindings
        Values that the measures' expressions name: as_of and the rule's words.
    currency
        The reporting currency, for amounts without one.
    regardless
        SQL of customers of whom to say what the rule would, whether or not it holds; None: of all for whom it holds.

    Returns
    -------
    list of Fired
        At most one for each customer, the most severe.
    """
    statement = _statement(rule, figures, bindings, regardless)
    columns = {name: _FIXED + at for at, name in enumerate(statement.named)}
    words = {name: p.value for name, p in rule.parameters.items() if isinstance(p.value, str)}
    limits = _limits(work, rule, statement.named)
    code, kind = rule.code, rule.kind
    codes = (*(variant.code for variant in rule.reasons), "")
    write = [reason_writer(code, *text, columns, words, limits) for text in zip(codes, rule.texts, strict=True)]
    signs = (*(variant.sign for variant in rule.reasons), None)
    rows = list(tuples(work.connection, statement.sql, {**statement.bindings, "reporting": currency}))
    found = [
        Fired._make((code, kind, row[0], row[1], write[row[2]](row, row[8]), *row[3:_FIXED], signs[row[2]]))
        for row in rows
    ]
    if rule.subject == "customer":
        return found
    counting = [any(MEASURES[name].of_others for name in _named(text)) for text in rule.texts]
    return _gravest(zip(found, (counting[row[2]] for row in rows), strict=True))


def _limits(work: UnitOfWork, rule: Rule, named: Iterable[str]) -> frozenset[float]:
    """The thresholds that the shown figures are compared with: the rule's own, and the policy's of engagement."""
    limits = {float(one.value) for one in rule.parameters.values() if isinstance(one.value, int | float)}
    if "engagement" in named:
        told = tuples(work.connection, "SELECT DISTINCT engagement_threshold FROM temp.run_facts", {})
        limits |= {float(threshold) for (threshold,) in told if threshold is not None}
    return frozenset(limits)


def _gravest(found: Iterable[tuple[Fired, bool]]) -> list[Fired]:
    """The first signal of each customer, who may have several deals; its reason counts the others, if not already."""
    each: dict[int | None, list[tuple[Fired, bool]]] = {}
    for one, counts in found:
        each.setdefault(one.customer_id, []).append((one, counts))
    gravest = []
    for (first, counts), *others in each.values():
        more = len(others) if others and not counts else None
        gravest.append(first._replace(reason=with_part(first.reason, more=more)) if more else first)
    return gravest


def _statement(
    rule: Rule, figures: Mapping[str, float], bindings: Mapping[str, Any], regardless: str | None
) -> _Statement:
    bound = Bindings(dict(bindings))
    severity = _severity_sql(rule, figures, bound)
    variant = _variant_sql(rule, figures, bound)
    held = to_sql(rule.when, rule, figures, bound) if regardless is None else f"f.customer_id IN ({regardless})"
    worse = _expression(rule.worse_measure)
    if rule.worse_by < 0:
        worse = f"-({worse})"
    times = rule.figure(rule.upside_times) or 0
    upside = f"({_expression(rule.upside_measure)}) * {float(times)!r}" if rule.upside_measure else "0"
    loss = (
        f"CAST(round(({_expression(rule.loss_measure)}) * {rule.loss_times!r}) AS INTEGER)"
        if rule.loss_measure
        else "NULL"
    )
    named = list(dict.fromkeys(name for text in rule.texts for name in _named(text)))
    upside = f"CAST(round(coalesce({upside}, 0)) AS INTEGER)"
    # The order of the fields of `Fired` from its measure on: rows become signals without being taken apart.
    columns = [f"{severity} AS severity", variant, f"{worse} AS worse", upside, _expression(rule.once_since)]
    if rule.subject in OF_THE_BOOK:
        key, columns = "NULL", [*columns, "0", "NULL", ":reporting", "NULL", "NULL", "0", "0", "NULL", "NULL"]
    else:
        key = "f.customer_id"
        columns += ["coalesce(f.value_at_risk, 0)", "f.churn_risk", "coalesce(f.currency, :reporting)", "f.segment"]
        columns += ["f.owner", "f.may_email", "coalesce(f.value_if_stays, 0)"]
        columns += ["d.id" if rule.subject == "deal" else "NULL", loss]
    shown = [MEASURES[name].sql for name in named]
    # The most severe case comes first; of a customer's deals the largest, then the oldest, stands for them all.
    worst = "d.worth DESC, d.age_days DESC, d.id" if rule.subject == "deal" else "worse DESC"
    order = f"ORDER BY severity DESC, {worst}" if rule.subject != "customer" else ""
    sql = f"SELECT {', '.join([key, *columns, *shown])} FROM {_tables(rule)} WHERE {held} {order}"
    return _Statement(sql, bound.values, tuple(named))


def _tables(rule: Rule) -> str:
    if rule.subject in OF_THE_BOOK:
        return OF_THE_BOOK[rule.subject]
    # What must have a row comes first, and a cross join keeps it there: such a table is small, that of facts is not.
    first = "temp.run_deals d" if rule.subject == "deal" else ""
    needed = None if first else _needed_block(rule)
    if needed is not None:
        first = f"temp.run_{needed} {BLOCKS[needed]}"
    tables = "temp.run_facts f"
    if first:
        tables = f"{first} CROSS JOIN {tables} ON f.customer_id = {first.split()[1]}.customer_id"
    blocks = sorted({block for name in rule.measures() if (block := MEASURES[name].block) is not None} - {needed})
    for block in blocks:
        alias = BLOCKS[block]
        tables += f" LEFT JOIN temp.run_{block} {alias} ON {alias}.customer_id = f.customer_id"
    return tables


def _needed_block(rule: Rule) -> str | None:
    """A table without whose row the rule cannot hold, because a test that must hold reads it; None if there is none."""
    tested = [MEASURES[part.measure] for part in rule.when.parts if isinstance(part, Test)]
    return next((measure.block for measure in tested if measure.block and not measure.counts_none), None)


def _expression(measure: str | None) -> str:
    return MEASURES[measure].sql if measure is not None else "NULL"


def _severity_sql(rule: Rule, figures: Mapping[str, float], bound: Bindings) -> str:
    clauses = sorted(rule.escalations, key=lambda clause: -clause.severity)
    cases = "".join(f" WHEN {to_sql(c.when, rule, figures, bound)} THEN {c.severity}" for c in clauses)
    severity = f"CASE{cases} ELSE {rule.severity} END" if cases else str(rule.severity)
    if rule.subject in OF_THE_BOOK or rule.distress:
        return severity
    # Who is to be won back is nobody's emergency.
    return f"min({severity}, CASE WHEN f.standing IN ('win_back', 'lost') THEN {SEVERITIES['high']} ELSE 4 END)"


def _variant_sql(rule: Rule, figures: Mapping[str, float], bound: Bindings) -> str:
    cases = "".join(
        f" WHEN {to_sql(variant.when, rule, figures, bound)} THEN {number}"
        for number, variant in enumerate(rule.reasons)
    )
    plain = len(rule.reasons)
    return f"CASE{cases} ELSE {plain} END" if cases else str(plain)


def _named(text: str) -> list[str]:
    """The measures that a reason shows."""
    return [match[1] for match in PLACEHOLDER.finditer(text) if match[1] in MEASURES]
