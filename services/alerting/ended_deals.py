"""Query module: alerts whose deal was won or lost, or moved on from where it stood still, since its rule spoke of it.

Contact alone ends nothing, nor does a risk that fell: what is to be done about an open deal is a person's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from models.store import UnitOfWork
from models.values.deals import CLOSED
from models.values.outbox import OWN_SOURCE
from services.alerting.driver import tuples
from services.alerting.measures import STAGE_AS_OF
from services.alerting.rules import Rule

#: Whether the deal changed its stage since the signal was raised.
_MOVED: Final = f"""EXISTS (SELECT 1 FROM stage_changes h WHERE h.opportunity_id = o.id
    AND iif(h.source = '{OWN_SOURCE}', h.changed_at > g.raised_at,
            h.changed_on > g.raised_as_of AND h.changed_on <= :as_of))"""
_ENDED: Final = "iif(json_valid(g.reason), g.reason ->> 'ended', NULL)"
_STAGES: Final = f"""
SELECT a.id, g.id, g.rule, a.customer_id, {STAGE_AS_OF}, {_MOVED}
FROM alerts a JOIN alert_signals g ON g.alert_id = a.id AND g.cleared_at IS NULL
JOIN opportunities o ON o.id = g.evidence ->> 'deal'
WHERE {{which}} {{scope}}"""
_OPEN: Final = f"a.state NOT IN ('resolved', 'not_useful') AND {_ENDED} IS NULL"
_SOLVED: Final = f"""a.state = 'resolved' AND a.closed_by = 'rule' AND a.outcome = 'solved' AND {_ENDED} IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM alerts b WHERE b.customer_id = a.customer_id
                AND b.state NOT IN ('resolved', 'not_useful'))"""


def ended_deals(
    work: UnitOfWork,
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    bindings: Mapping[str, Any],
    *,
    scoped: bool,
) -> dict[int, str]:
    """Signals of open alerts whose deal is over, and whose rule holds no longer: signal id to the deal's stage now.

    An alert that a person reopened afterwards is theirs.
    """
    return {
        signal: stage
        for _, signal, rule, customer, stage, moved in _stages(work, _OPEN, bindings, scoped=scoped)
        if (rule, customer) not in holding and _is_over(rules.get(rule), stage, moved)
    }


def deals_on_again(
    work: UnitOfWork,
    rules: Mapping[str, Rule],
    holding: frozenset[tuple[str, int | None]],
    bindings: Mapping[str, Any],
    *,
    scoped: bool,
) -> list[int]:
    """Alerts that ended with their deal, which stands as before (what ended it was undone), and whose rule holds."""
    return [
        alert
        for alert, _, rule, customer, stage, moved in _stages(work, _SOLVED, bindings, scoped=scoped)
        if (rule, customer) in holding and not _is_over(rules.get(rule), stage, moved)
    ]


def _stages(work: UnitOfWork, which: str, bindings: Mapping[str, Any], *, scoped: bool) -> list[Any]:
    scope = "AND a.customer_id IN (SELECT customer_id FROM temp.run_scope)" if scoped else ""
    return tuples(work.connection, _STAGES.format(which=which, scope=scope), bindings).fetchall()


def _is_over(rule: Rule | None, stage: str, moved: int) -> bool:
    """Whether a deal is closed, or has left the stages that its rule is about."""
    if stage in CLOSED:
        return True
    tests = rule.tests() if rule is not None else ()
    stages = {test.value for test in tests if (test.measure, test.comparator) == ("deal_stage", "equals")}
    return bool(stages) and (moved == 1 or stage not in stages)
