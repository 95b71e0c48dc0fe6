"""Rules are data: what is shipped is sound, what is not is refused with the place and the reason."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import UserError
from services.alerting.conditions import times_median
from services.alerting.measures import BLOCKS, MEASURES
from services.alerting.rulebook import with_policy
from services.alerting.rules import SEVERITIES, parse_rule, rule_from_json, rule_to_json, shipped_rules, walk
from services.book.alert_phrasing import reason_words, reason_writer
from services.entities import ENTITIES
from services.settings import Policy, RuleParameter

TODAY = date(2026, 11, 20)
#: Cool-downs of ALERTS.md in days; 0 where it speaks once.
LAW = {
    "likely_to_leave": ("low", 30),  # high from three purchase days on
    "gap_beyond_usual": ("low", 45),
    "distress": ("medium", 0),  # by what the customer is worth
    "engagement_below": ("low", 90),
    "urgent_ticket": ("medium", 14),
    "repeated_trouble": ("high", 30),
    "unhappy_mention": ("medium", 14),
    "product_ratings_falling": ("medium", 30),
    "spend_falling": ("medium", 60),
    "activity_dropped": ("low", 30),
    "unhappy_tickets": ("medium", 30),  # by what the customer is worth
    "bad_review": ("high", 30),
    "large_return": ("high", 0),
    "satisfaction_falling": ("medium", 60),
    "emails_unread": ("low", 90),
    "unsubscribed": ("medium", 0),
    "deal_stalled": ("medium", 14),
    "deal_at_risk": ("medium", 14),  # by its close date, and what customers are worth
    "renewal_near": ("low", 30),
    "notice_given": ("medium", 0),  # by what the customer is worth
    "not_adopted": ("low", 90),
    "ready_for_more": ("low", 60),
    "win_back_due": ("low", 120),
    "data_stale": ("high", 7),
}
SEVERITY = {"critical": 4, "high": 3, "medium": 2, "low": 1}


def minimal() -> dict[str, Any]:
    return {
        "code": "late",
        "title": "Late",
        "position": 1,
        "kind": "risk",
        "subject": "customer",
        "group": "silence",
        "severity": "high",
        "cooldown_days": 30,
        "after_order": "resolves",
        "reason": "No order for {days_since_order:days}",
        "parameters": {"days": {"value": 90, "least": 1, "most": 900, "title": "Days"}},
        "when": [{"measure": "days_since_order", "is": "above", "than": "@days"}],
    }


def test_the_shipped_rules_are_those_of_the_design_with_its_severities_and_cool_downs() -> None:
    rules = {rule.code: (rule.severity, rule.cooldown_days) for rule in shipped_rules()}
    assert rules == {code: (SEVERITY[severity], days) for code, (severity, days) in LAW.items()}


def test_the_sentences_of_a_rule_name_each_figure_once() -> None:
    told = {**minimal(), "sentences": ["Raise an alert after {days} days."]}
    assert parse_rule(told, "late.toml").sentences == ("Raise an alert after {days} days.",)
    assert parse_rule(minimal(), "late.toml").sentences == ("Days: {days}.",)  # of an older program
    for wrong in ("Raise an alert.", "After {days} or {days} days.", "After {weeks} weeks."):
        with pytest.raises(UserError, match=r"late.toml: “sentences” must name each parameter once"):
            parse_rule({**told, "sentences": [wrong]}, "late.toml")
    assert all(one[0].startswith("Raise an alert when ") for one in (rule.sentences for rule in shipped_rules()))


def test_a_rule_knows_whether_a_higher_figure_raises_more_alerts() -> None:
    overdue = next(rule for rule in shipped_rules() if rule.code == "gap_beyond_usual")
    assert {name: overdue.more_by(name) for name in ("improbable", "risk", "critical_share")} == {
        "improbable": 1,
        "risk": -1,
        "critical_share": 0,
    }
    back = next(rule for rule in shipped_rules() if rule.code == "win_back_due")
    assert back.more_by("contact_days") == -1  # not contacted for less than these days


def test_each_measure_and_block_is_used_or_needed() -> None:
    used = {name for rule in shipped_rules() for name in rule.measures()} | {"lifetime_value"}
    spare = set(MEASURES) - used
    # The weeks of a fall stand in the rule's words as books of earlier versions have it; what a scan said is for rules
    # that a book has of its own.
    scanned = {"recommended_size", "days_since_fit_scan"}
    declared = {name for entity in ENTITIES.values() for name in entity.measures}
    assert spare <= {"activity_6m", "activity_weeks", "purchase_days", "rating_before", *scanned, *declared}
    assert {measure.block for measure in MEASURES.values() if measure.block} == set(BLOCKS)


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.code)
def test_a_rule_survives_the_store(rule: Any) -> None:
    assert rule_from_json(rule_to_json(rule)) == rule


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"severity": "urgent"}, "“severity” must be one of"),
        ({"title": ""}, "“title” must be text"),
        ({"kind": "danger"}, "“kind” must be one of"),
        ({"cooldown_days": 0}, "“cooldown_days” must be a number"),
        ({"cooldown_days": True}, "“cooldown_days” must be a number"),
        ({"colour": "red"}, "“colour” is not a field of a rule"),
        ({"when": []}, "“when” must list at least one test"),
        ({"when": ["gap"]}, "each entry of “when” must be a test"),
        ({"when": [{"measure": "mood", "is": "above", "than": 1}]}, "“mood” is not a measure"),
        ({"when": [{"measure": "churn_risk", "is": "beyond", "than": 1}]}, "“is” must be one of"),
        ({"when": [{"measure": "churn_risk", "is": "above"}]}, "needs a number"),
        ({"when": [{"measure": "churn_risk", "is": "above", "than": "high"}]}, "needs a number"),
        ({"when": [{"measure": "churn_risk", "is": "above", "than": "@share"}]}, "names no parameter"),
        ({"when": [{"measure": "churn_risk", "is": "above", "than": 1, "of": "vips"}]}, "“of” must be one of"),
        ({"when": [{"measure": "churn_risk", "is": "above", "than": 1, "for": 3}]}, "“for” is not part of a test"),
        ({"when": [{"measure": "deal_amount", "is": "above", "than": 1}]}, "cannot be measured for a customer"),
        ({"reason": "Gone for {days_since_order:fortnights}"}, "is not a known format"),
        ({"parameters": {"days": {"value": 1, "least": 2, "most": 3}}}, "must be between 2 and 3"),
        ({"parameters": {"days": {"value": 1, "least": 0}}}, "“parameters.days.most” must be a number"),
        ({"escalate": [{"to": "worse", "when": []}]}, "“escalate.to” must be one of"),
        ({"upside": {"measure": "spent", "times": "@none"}}, "“upside.times” names no parameter"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_the_place(change: dict[str, Any], words: str) -> None:
    definition = copy.deepcopy(minimal()) | change
    with pytest.raises(UserError) as error:
        parse_rule(definition, "late.toml")
    assert str(error.value).startswith("late.toml: ") and words in str(error.value)


def test_a_file_that_is_no_toml_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "late.toml").write_text("code = ")
    with pytest.raises(UserError, match="cannot be read as TOML"):
        shipped_rules(tmp_path)


def test_the_policy_sets_a_rules_figures_within_their_bounds() -> None:
    rule = parse_rule(minimal(), "late.toml")
    policy = replace(Policy(), rule_parameters=(RuleParameter("late", "days", 120),))
    assert with_policy(rule, policy).figure("@days") == 120
    for name, value, words in (("days", 1_000, "between 1 and 900"), ("hours", 3, "has no figure “hours”")):
        wrong = replace(Policy(), rule_parameters=(RuleParameter("late", name, value),))
        with pytest.raises(UserError, match=words):
            with_policy(rule, wrong)


def test_a_figure_that_follows_the_policy_takes_its_general_one() -> None:
    (rule,) = [one for one in shipped_rules() if one.code == "data_stale"]
    assert with_policy(rule, replace(Policy(), stale_factor=5)).figure("@times") == 5


@settings(max_examples=100, deadline=None)
@given(st.floats(0.001, 0.999), st.floats(1, 10))
def test_times_the_median_risk_is_always_within_reach(median: float, times: float) -> None:
    threshold = times_median(median, times, probability=True)
    assert median - 1e-12 <= threshold < 1
    if median * times <= 0.5:
        assert threshold <= median * times + 1e-12
    assert times_median(median, times, probability=False) == median * times


def test_figures_read_as_people_say_them() -> None:
    figures = {"days": 74.0, "risk": 0.72, "money": 524_000, "n": 1, "missing": None}
    columns = {name: at for at, name in enumerate(figures)}
    for template, words in (
        ("{days:days} late", "74 days late"),
        ("{n:days} late", "1 day late"),
        ("risk {risk:percent}", "Risk 72\u202f%"),
        ("{money:money} at risk", "$5,240 at risk"),
        ("{n:count:ticket|tickets}", "1 ticket"),
        ("never used the {kind}", "Never used the fit scan"),
        ("{missing:days}", "No"),
    ):
        write = reason_writer("own", "", template, columns, {"kind": "fit_scan"}, ())
        assert reason_words(write(tuple(figures.values()), "USD"), TODAY) == words


def test_no_reason_calls_it_certain_that_somebody_leaves() -> None:
    for risk, said in ((1.0, ">99\u202f%"), (0.67, "67\u202f%"), (0.001, "<1\u202f%")):
        write = reason_writer("own", "", "{churn_risk:chance} likely", {"churn_risk": 0}, {}, ())
        assert reason_words(write((risk,), "USD"), TODAY) == f"{said} likely"


@pytest.mark.parametrize(
    ("health", "said"), [(59.5, "Health 59.5"), (60.0, "Health 60"), (60.4, "Health 60.4"), (58.7, "Health 59")]
)
def test_a_figure_that_only_rounding_makes_the_threshold_shows_its_decimal(health: float, said: str) -> None:
    write = reason_writer("own", "", "health {health:number}", {"health": 0}, {}, {60.0, 50.0})
    assert reason_words(write((health,), "USD"), TODAY) == said


def test_a_figure_of_a_rule_that_is_gone_stops_nothing() -> None:
    """A policy of an older program may still set "times the usual gap"."""
    rule = next(one for one in shipped_rules() if one.code == "gap_beyond_usual")
    policy = Policy(rule_parameters=(RuleParameter("gap_beyond_usual", "ratio", 4.0),))
    assert with_policy(rule, policy).parameters == rule.parameters


def test_no_rule_is_critical_by_churn_risk_alone_where_the_model_knows_too_little() -> None:
    for rule in shipped_rules():
        grave = [clause.when for clause in rule.escalations if clause.severity == SEVERITIES["critical"]]
        if rule.severity == SEVERITIES["critical"]:
            grave.append(rule.when)
        for condition in grave:
            tests = [*walk(condition), *(walk(rule.when))]
            if any(test.measure in ("churn_risk", "value_at_risk") for test in tests):
                known = ("confidence", "not", "low")
                assert any((test.measure, test.comparator, test.value) == known for test in tests), rule.code
