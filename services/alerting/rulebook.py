"""The rules of a book: the shipped definitions kept in the store with their version, switched and tuned by people.

Figures that people change are policy (`rule_parameters`, or the general figure that a parameter follows); the table
holds the definitions themselves, so that every alert can be read next to the rule that raised it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection

from models.queries.kept_values import kept_value
from models.store import UnitOfWork
from models.tables import rules as rules_table
from models.values.changes import Changes
from models.values.errors import UserError
from models.values.nearest import nearest
from models.values.rule_records import RULE_RECORDS
from models.values.watches import PREFIX
from services.alerting.rules import Rule, rule_from_json, rule_to_json, shipped_rules
from services.alerting.watches import switch_watch
from services.settings import Policy, RuleOwner, RuleParameter
from services.workspace import Workspace

#: Days of the book after which the past is replayed anew.
_RENEW_DAYS: Final = 30
#: What a replay counts; another text makes it due where an older program counted otherwise.
_COUNTED: Final = "each alert, by month, and what is lost"


@cache
def _shipped() -> tuple[Rule, ...]:
    return shipped_rules()


def install(work: UnitOfWork) -> None:
    """Bring the book's definitions up to those of the program; each change counts the version up."""
    rows: list[Any] = list(work.sql("SELECT code, version, definition FROM rules"))
    stored = {row[0]: (row[1], row[2]) for row in rows}
    for rule in _shipped():
        definition = rule_to_json(rule)
        known = stored.get(rule.code)
        if known is None:
            row = {"code": rule.code, "version": 1, "enabled": 1, "definition": definition, "changed_at": work.at}
            work.insert(rules_table, row)
        elif known[1] != definition:
            values = {"version": known[0] + 1, "definition": definition, "changed_at": work.at}
            work.update(rules_table, rule.code, values)


def stored_rules(connection: Connection) -> list[tuple[Rule, bool]]:
    """The book's rules, watches apart, with whether each is on; the shipped ones where none was stored yet.

    A shipped rule is this program's: the next run of the rules stores it, and what another version stored may be
    written in measures that this one does not know.
    """
    shipped = {rule.code: rule for rule in _shipped()}
    rows = connection.exec_driver_sql(
        "SELECT code, definition, enabled FROM rules WHERE substr(code, 1, ?) <> ?", (len(PREFIX), PREFIX)
    ).fetchall()
    found = [(shipped.get(code) or rule_from_json(definition), bool(on)) for code, definition, on in rows]
    return sorted(found or [(rule, True) for rule in _shipped()], key=lambda one: one[0].position)


def in_force(connection: Connection, policy: Policy) -> tuple[Rule, ...]:
    """The rules that are switched on, with the policy's figures.

    Raises
    ------
    UserError
        Where the policy sets a figure that a rule does not have or that lies outside its bounds.
    """
    return tuple(with_policy(rule, policy) for rule, enabled in stored_rules(connection) if enabled)


def with_policy(rule: Rule, policy: Policy) -> Rule:
    """A rule with the figures that the policy sets; one that only an older program's rule had rests."""
    values: dict[str, float | str] = {}
    for name, parameter in rule.parameters.items():
        if parameter.follows is not None:
            values[name] = float(getattr(policy, parameter.follows))
    for one in policy.rule_parameters:
        if one.rule == rule.code and one.name not in rule.retired:
            values[one.name] = one.value
    return rule.with_parameters(values)


def with_figures(workspace: Workspace, policy: Policy, code: str, figures: Mapping[str, float | str]) -> Policy:
    """Return the policy with other figures of a rule; those that are in force as they are stay unnamed.

    Raises
    ------
    UserError
        For a rule that the book does not have, a figure that the rule does not have, or one out of its bounds.
    """
    with workspace.store.read() as connection:
        in_force = with_policy(known_rule(connection, code)[0], policy)
    set_now = in_force.with_parameters(figures).parameters
    named = {one.name for one in policy.rule_parameters if one.rule == code}
    kept = [one for one in policy.rule_parameters if one.rule != code]
    kept += [
        RuleParameter(code, name, one.value)
        for name, one in set_now.items()
        if name in named or one.value != in_force.parameters[name].value
    ]
    return replace(policy, rule_parameters=tuple(kept))


def with_owner(policy: Policy, code: str, owner: str) -> Policy:
    """Return the policy with another owner of a rule; '' for nobody."""
    kept = [one for one in policy.rule_owners if one.rule != code]
    named = [RuleOwner(code, owner.strip())] if owner.strip() else []
    return replace(policy, rule_owners=(*kept, *named))


def name_owner(workspace: Workspace, code: str, owner: str) -> Changes:
    """Name who answers for a rule; '' for nobody. Nothing is written where it is so already.

    Raises
    ------
    UserError
        For a rule that the book does not have.
    """
    with workspace.store.read() as connection:
        known_rule(connection, code)
    return workspace.change_policy(rule_owners=with_owner(workspace.read_policy(), code, owner).rule_owners)


def known_rule(connection: Connection, code: str) -> tuple[Rule, bool]:
    """The rule with this code and whether it is switched on.

    Raises
    ------
    UserError
        For a rule that the book does not have; it names those that it has.
    """
    known = {rule.code: (rule, on) for rule, on in stored_rules(connection)}
    if code not in known:
        raise UserError(f"There is no rule “{code}”. {nearest(code, known)}")
    return known[code]


def fingerprint(rules: Iterable[Rule], policy: Policy) -> str:
    """A text that changes when any rule or figure does."""
    figures = [
        (rule.code, sorted((p.name, p.value) for p in rule.parameters.values()), rule_to_json(rule)) for rule in rules
    ]
    thresholds = (policy.engagement_threshold_by_segment, policy.churn_threshold_by_segment)
    return repr((figures, policy.engagement_threshold, *thresholds))


def record_due(workspace: Workspace) -> bool:
    """Whether the past is to be replayed: never yet, a month ago, after a refit or undo, or with other rules."""
    with workspace.store.read() as connection:
        as_of = connection.exec_driver_sql("SELECT as_of FROM customer_risk_scores LIMIT 1").scalar()
        if as_of is None:
            return False
        text = kept_value(connection, RULE_RECORDS)
        if text is None:
            return True
        kept = json.loads(text)
        refitted = connection.exec_driver_sql(
            "SELECT EXISTS (SELECT 1 FROM model_fits WHERE coalesce(journal_id, 0) > :entry)"
            " OR EXISTS (SELECT 1 FROM journal WHERE id > :entry AND verb = 'undo-import')",
            {"entry": kept["entry"]},
        ).scalar()
        age = (date.fromisoformat(as_of) - date.fromisoformat(kept["as_of"])).days
        mark = replay_mark(in_force(connection, workspace.policy), workspace.policy)
    return bool(refitted) or not 0 <= age < _RENEW_DAYS or kept["mark"] != mark


def replay_mark(rules: Iterable[Rule], policy: Policy) -> str:
    """A short text that changes when a replay of the rules could find something else."""
    text = f"{fingerprint(rules, policy)} {policy.churn_horizon_days} {_COUNTED}"
    return hashlib.sha256(text.encode()).hexdigest()


def switch_rule(workspace: Workspace, code: str, *, enabled: bool) -> Changes:
    """Switch a rule or a watch on or off; open alerts of a rule stay, and nothing is written where it is so already.

    Raises
    ------
    UserError
        For a rule that the book does not have.
    """
    if code.startswith(PREFIX):
        return switch_watch(workspace, code, enabled=enabled)
    verb = "switch-on-rule" if enabled else "switch-off-rule"
    with workspace.store.unit_of_work(workspace.me, verb, f"rule:{code}", at=workspace.at) as work:
        install(work)
        rule, on = known_rule(work.connection, code)
        how = "on" if enabled else "off"
        if on == enabled:
            return Changes(words=f"The rule “{rule.title}” is already {how}")
        work.update(rules_table, code, {"enabled": int(enabled), "changed_at": work.at})
        work.touch(everyone=True)
        work.say(f"Switched {how} the rule “{rule.title}”")
        return work.commit()
