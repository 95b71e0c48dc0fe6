"""What a rule may raise by its record over the book's past: one that does no better than chance, nothing above medium.

What is to be lost by a rule counts for the share of such customers who left in this book's past, and for nothing where
that is no more than of others, or too few tell.

One that judges deals by their age raises nothing above low in a book whose deals nobody keeps up to date.

A rule about spending raises alerts only where its record bears it out: most customers who spend less for a while return
to their mean by themselves. With its figure `unproven` at 1, the policy lets it speak all the same. Rules about
customers in distress have no such limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.queries.kept_values import kept_value
from models.store import UnitOfWork
from models.values.rule_records import RULE_RECORDS, SPENT_LESS, PastRecord, records_of
from services.alerting.evaluate_rule import Fired, Subject
from services.alerting.late_deals import LateDeals, judges_age, read_late
from services.alerting.merge import OpenAlert
from services.alerting.rules import SEVERITIES, Rule
from services.alerting.sla import DueTimes


class RuleLimits:
    """Which rules in force are limited, by the records that the book holds."""

    def __init__(self, work: UnitOfWork, rules: Mapping[str, Rule]) -> None:
        records = records_of(kept_value(work.connection, RULE_RECORDS))
        self._limited = frozenset(code for code, rule in rules.items() if _is_limited(rule, records.get(code)))
        self._silent = frozenset(code for code, rule in rules.items() if _is_silent(rule, records.get(code)))
        self._lost = {code: records[code].lost_share if code in records else 0.0 for code in rules}
        self._by_age = [code for code, rule in rules.items() if judges_age(rule)]
        self.limit_by_age(read_late(work.connection))

    def limit_by_age(self, deals: LateDeals) -> None:
        """Limit the rules that judge deals by their age, where most open deals are too old for that."""
        low = dict.fromkeys(self._by_age if deals.neglected else (), SEVERITIES["low"])
        self._most = dict.fromkeys(self._limited, SEVERITIES["medium"]) | low

    @property
    def mark(self) -> str:
        """A text that changes when another rule is limited or silent, or loses more or less."""
        return f"{sorted(self._limited)} {sorted(self._silent)} {sorted(self._lost.items())}"

    def with_losses(self, rule: Rule) -> Rule:
        """The rule with the share of those whom it names who leave by its record."""
        return replace(rule, loss_times=self._lost.get(rule.code, rule.loss_times))

    def let_through(self, fired: Sequence[Fired]) -> list[Fired]:
        """The signals without those of silent rules, the others at most as severe as their rule may be."""
        return [
            one._replace(severity=min(one.severity, self._most.get(one.rule, one.severity)))
            for one in fired
            if one.rule not in self._silent
        ]

    def lower(
        self, work: UnitOfWork, open_alerts: Mapping[Subject, OpenAlert], due: DueTimes
    ) -> tuple[dict[Subject, OpenAlert], frozenset[int]]:
        """Lower what limited rules raised on alerts that nobody has worked on; return all alerts, and ids lowered."""
        left, lowered = dict(open_alerts), set()
        for customer, alert in open_alerts.items():
            severe = {
                s.id: self._most[s.rule] for s in alert.signals if s.severity > self._most.get(s.rule, s.severity)
            }
            if not severe or alert.touched:
                continue
            rows = [(most, signal) for signal, most in severe.items()]
            work.sql("UPDATE alert_signals SET severity = ? WHERE id = ?", rows)
            signals = tuple(s._replace(severity=severe.get(s.id, s.severity)) for s in alert.signals)
            severity = max(signal.severity for signal in signals)
            left[customer] = alert._replace(signals=signals)
            if severity < alert.severity:
                values = (severity, due.of(severity, alert.owner))
                work.sql("UPDATE alerts SET severity = ?, due_at = ? WHERE id = ?", (*values, alert.id))
                left[customer] = left[customer]._replace(severity=values[0], due_at=values[1])
            lowered.add(alert.id)
        return left, frozenset(lowered)


def _is_limited(rule: Rule, record: PastRecord | None) -> bool:
    return record is not None and record.verdict == "no better" and not rule.distress


def _is_silent(rule: Rule, record: PastRecord | None) -> bool:
    proven = record is not None and record.verdict == "better"
    asked_for = any(one.name == "unproven" and one.value for one in rule.parameters.values())
    return rule.outcome == SPENT_LESS and not proven and not asked_for
