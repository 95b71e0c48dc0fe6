"""The policy: its figures, what it refuses, and its way through JSON, processes and the book."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journal.history import entries
from models.values.errors import UserError
from services.audit import undo_last
from services.settings import (
    BusinessHours,
    Curve,
    EngagementWeights,
    ExchangeRate,
    FieldError,
    Managed,
    OwnerZone,
    Policy,
    RuleOwner,
    RuleParameter,
    SegmentFigure,
    SegmentTone,
    SlaHours,
    history,
    load_policy,
    reporting_currency,
)
from services.settings.codec import from_json, to_json
from services.workspace import Recipe, Workspace, open_workspace


@pytest.fixture
def workspace(store_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(Recipe(str(store_path), "Ada", "2026-11-20T09:00:00+00:00"))
    yield workspace
    workspace.close()


def stored(workspace: Workspace) -> Policy:
    with workspace.store.read() as connection:
        return load_policy(connection)


policies_ = st.builds(
    Policy,
    engagement_threshold=st.floats(0, 100),
    churn_horizon_days=st.sampled_from((30, 60, 90, 180)),
    card_budget=st.integers(1, 1000),
    engagement_weights=st.just(EngagementWeights(0.25, 0.25, 0.25, 0.25)),
    sla_hours=st.lists(st.floats(0.25, 2000), min_size=4, max_size=4).map(lambda hours: SlaHours(*sorted(hours))),
    business_hours=st.builds(
        BusinessHours,
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        opens=st.just(time(8, 30)),
        time_zone=st.sampled_from(("", "Europe/Berlin", "America/New_York")),
        holidays=st.lists(st.dates(), max_size=3).map(tuple),
    ),
    rule_parameters=st.lists(
        st.builds(
            RuleParameter,
            st.text(min_size=1),
            st.just("x"),
            st.one_of(st.floats(allow_nan=False), st.booleans(), st.text()),
        ),
        max_size=3,
        unique_by=lambda one: one.rule,
    ).map(tuple),
    exchange_rates=st.just((ExchangeRate("EUR", "1.0845"), ExchangeRate("JPY", "0.0064"))),
    owner_zones=st.just((OwnerZone("Ada", "Asia/Tokyo"),)),
    rule_owners=st.just((RuleOwner("spend_falling", "Ada"),)),
)


@given(policies_)
def test_a_policy_comes_back_from_json_and_from_another_process_as_it_was(policy: Policy) -> None:
    assert from_json(Policy, json.loads(json.dumps(to_json(policy)))) == policy
    assert pickle.loads(pickle.dumps(policy)) == policy


@pytest.mark.parametrize(
    ("field", "value", "path", "words"),
    [
        ("card_budget", 0, "card_budget", "between 1 and 1000"),
        ("card_budget", "many", "card_budget", "a whole number"),
        ("card_budget", True, "card_budget", "a whole number"),
        ("engagement_threshold", float("nan"), "engagement_threshold", "between 0 and 100"),
        ("churn_horizon_days", 45, "churn_horizon_days", "30, 60, 90 or 180"),
        ("churn_critical", 0.1, "churn_critical", "must not be below"),
        ("engagement_weights", {"recency": 0.9}, "engagement_weights.sum", "add up to 100 %"),
        ("sla_hours", {"high": 1}, "sla_hours.high", "severity above"),
        ("sla_hours", {"hihg": 1}, "sla_hours.hihg", "no setting with this name"),
        ("business_hours", {"opens": "17:30"}, "business_hours.closes", "later than the opening"),
        ("business_hours", {"opens": "half nine"}, "business_hours.opens", "a time such as 09:00"),
        ("business_hours", {"weekdays": []}, "business_hours.weekdays", "at least one day"),
        ("business_hours", {"weekdays": [1, 9]}, "business_hours.weekdays", "0 (Monday) to 6 (Sunday)"),
        ("business_hours", {"time_zone": "Mars/Olympus"}, "business_hours.time_zone", "not a time zone"),
        ("business_hours", {"holidays": ["2026-02-30"]}, "business_hours.holidays[0]", "a day such as"),
        ("rule_owners", [{"rule": "x", "owner": " "}], "rule_owners[0].owner", "enter the name"),
        ("reporting_currency", "dollars", "reporting_currency", "three capital letters"),
        ("exchange_rates", [{"currency": "EUR", "rate": "-1"}], "exchange_rates[0].rate", "greater than 0"),
        ("exchange_rates", [{"currency": "EUR", "rate": "1,1"}], "exchange_rates[0].rate", "is not a number"),
        ("exchange_rates", [{"currency": "EUR"}], "exchange_rates[0].rate", "is missing"),
        ("exchange_rates", "EUR", "exchange_rates", "a list"),
        ("health_curves", {"reviews": {"points": [[1, 0]]}}, "health_curves.reviews.points", "two points"),
        ("health_curves", {"reviews": {"points": [[1, 0], [1, 5]]}}, "health_curves.reviews.points", "must rise"),
        ("health_curves", {"email": {"points": [[0, 0], [1, 9], [2, 5]]}}, "health_curves.email.points", "only"),
        ("colour", "red", "colour", "no setting with this name"),
    ],
)
def test_what_does_not_fit_is_named_by_field_and_reason(field: str, value: Any, path: str, words: str) -> None:
    with pytest.raises(FieldError) as caught:
        from_json(Policy, {field: value})
    assert caught.value.field == path
    assert words in caught.value.reason
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_same_currency_rule_figure_or_segment_is_not_listed_twice() -> None:
    with pytest.raises(FieldError, match="EUR is listed twice"):
        Policy(exchange_rates=(ExchangeRate("EUR", "1"), ExchangeRate("EUR", "2")))
    with pytest.raises(FieldError, match="Loyal is listed twice"):
        Policy(incentive_share_by_segment=(SegmentFigure("Loyal", 0.1), SegmentFigure("Loyal", 0.2)))


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_a_curve_is_monotone_and_stays_within_its_scores(measures: list[float]) -> None:
    for curve in (Policy().engagement_curves.recency, Policy().health_curves.satisfaction):
        falls = curve.points[0][1] > curve.points[-1][1]
        scores = [curve.at(measure) for measure in sorted(measures, reverse=falls)]
        assert scores == sorted(scores)
        assert 0 <= scores[0] <= scores[-1] <= 100


def test_a_curve_meets_its_points_and_is_linear_between_them() -> None:
    curve = Curve(((0, 100), (2, 50), (3, 0)))
    assert [curve.at(x) for x in (-1, 0, 1, 2, 2.5, 3, 9)] == [100, 100, 75, 50, 25, 0, 0]


def test_figures_of_a_segment_or_an_owner_come_before_the_general_ones() -> None:
    policy = Policy(
        engagement_threshold_by_segment=(SegmentFigure("Champion", 65),),
        owner_zones=(OwnerZone("Kenji", "Asia/Tokyo"),),
    )
    assert (policy.engagement_threshold_of("Champion"), policy.engagement_threshold_of(None)) == (65, 50)
    assert (policy.incentive_share_of("Champion"), policy.incentive_share_of("New")) == (0.02, 0.01)
    assert (policy.tone_of("One-time"), policy.tone_of("Loyal"), policy.tone_of(None)) == ("brief", "warm", "warm")
    assert str(policy.zone_of("Kenji")) == "Asia/Tokyo"
    assert policy.zone_of("Ada") is policy.business_hours.zone()
    assert (policy.sla_hours.of("critical"), policy.sla_hours.of("?")) == (4, 40)


def test_a_book_without_a_stored_policy_has_the_defaults(workspace: Workspace) -> None:
    assert stored(workspace) == Policy()
    with workspace.store.read() as connection:
        assert reporting_currency(connection, Policy()) == "USD"
        assert reporting_currency(connection, Policy(reporting_currency="EUR")) == "EUR"


def test_a_change_is_stored_versioned_and_journalled(workspace: Workspace) -> None:
    changes = workspace.change_policy(card_budget=30, sla_hours={"critical": 2})
    assert changes.everyone and changes.entry == 1
    assert changes.words == "Changed sla hours, alerts a day from 25 to 30".replace("sla", "answer")
    workspace.change_policy(business_hours=BusinessHours(holidays=(date(2026, 12, 25),)))
    now = stored(workspace)
    assert (now.card_budget, now.sla_hours.critical, now.sla_hours.high) == (30, 2, 8)
    assert now.business_hours.holidays == (date(2026, 12, 25),)
    with workspace.store.read() as connection:
        assert [one[2]["business_hours"]["holidays"] for one in history(connection)] == [["2026-12-25"], []]
        assert [entry.verb for entry in entries(connection)] == ["change-policy", "change-policy"]


def test_a_change_is_undone_to_the_version_before(workspace: Workspace) -> None:
    workspace.change_policy(card_budget=30)
    workspace.change_policy(card_budget=40, margin=0.4)
    undo_last(workspace)
    assert stored(workspace) == Policy(card_budget=30)
    undo_last(workspace)
    assert stored(workspace) == Policy()


def test_a_change_to_the_same_figures_leaves_no_entry(workspace: Workspace) -> None:
    assert workspace.change_policy(card_budget=25).entry is None
    with workspace.store.read() as connection:
        assert history(connection) == []


def test_a_change_that_does_not_fit_leaves_the_policy_as_it_was(workspace: Workspace) -> None:
    workspace.change_policy(churn_warning=0.45)
    with pytest.raises(FieldError, match="churn_critical"):
        workspace.change_policy(churn_critical=0.42)
    assert stored(workspace) == replace(Policy(), churn_warning=0.45)


def test_how_a_segment_is_treated_is_stored_and_undone_and_a_tone_moves_no_score(workspace: Workspace) -> None:
    changes = workspace.change_policy(churn_threshold_by_segment=[{"segment": "Champion", "figure": 0.25}])
    assert changes.everyone
    assert not workspace.change_policy(tone_by_segment=(SegmentTone("Champion", "formal"),)).everyone
    assert stored(workspace).tone_of("Champion") == "formal"
    undo_last(workspace)
    assert stored(workspace) == Policy(churn_threshold_by_segment=(SegmentFigure("Champion", 0.25),))
    with pytest.raises(FieldError, match="shrill"):
        workspace.change_policy(tone_by_segment=[{"segment": "Champion", "tone": "shrill"}])


def test_what_it_has_set_is_locked(workspace: Workspace) -> None:
    managed = Managed(policy={"card_budget": 40}, origins={"card_budget": "acme.toml"})
    with pytest.raises(UserError, match=r"alerts a day.*your organisation"):
        replace(workspace, managed=managed).change_policy(card_budget=10)
    assert managed.apply(stored(workspace)).card_budget == 40
    assert managed.is_locked("card_budget") and not managed.is_locked("margin")


def test_a_stored_policy_of_another_version_still_opens_the_book(workspace: Workspace) -> None:
    from models.tables import policies

    odd = json.dumps({"card_budget": 12, "of_the_future": 1, "sla_hours": {"critical": -4}})
    with workspace.store.unit_of_work(workspace.me, "test", "policy", at=workspace.at) as work:
        work.insert(policies, {"policy": odd, "changed_at": workspace.at, "actor": "x"})
        work.commit()
    assert stored(workspace) == Policy(card_budget=12)
