"""Settings as text: what is shown is what is kept, and every mistake is said at its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.outreach import TONES
from models.values.scores import SEGMENTS
from services.settings import (
    AutoDrafts,
    BusinessHours,
    EngagementWeights,
    ExchangeRate,
    Policy,
    QuietHours,
    SegmentFigure,
    SegmentTone,
    SlaHours,
)
from views.settings.draft import changes, check, groups_of, sum_of, texts_of
from views.settings.fields import GROUPS, SETTINGS

HOURS = st.lists(st.integers(1, 2_000), min_size=4, max_size=4).map(sorted)
FIGURES = st.dictionaries(st.sampled_from(SEGMENTS), st.integers(0, 100), max_size=4)
POLICIES = st.builds(
    Policy,
    engagement_threshold=st.integers(0, 100).map(float),
    churn_warning=st.integers(0, 50).map(lambda share: share / 100),
    churn_critical=st.integers(50, 100).map(lambda share: share / 100),
    churn_horizon_days=st.sampled_from([30, 60, 90, 180]),
    clv_horizon_months=st.integers(1, 60),
    card_budget=st.integers(1, 1_000),
    sla_hours=HOURS.map(lambda hours: SlaHours(*map(float, hours))),
    engagement_weights=st.integers(0, 100).map(lambda n: EngagementWeights(n / 100, (100 - n) / 100, 0.0, 0.0)),
    business_hours=st.builds(
        BusinessHours,
        weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        opens=st.integers(0, 11).map(lambda hour: time(hour, 30)),
        closes=st.integers(12, 23).map(time),
        time_zone=st.sampled_from(["", "Europe/Berlin", "America/Chicago"]),
        holidays=st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=4).map(lambda d: tuple(sorted(d))),
    ),
    reporting_currency=st.sampled_from(["", "USD", "EUR"]),
    exchange_rates=st.dictionaries(st.sampled_from(["GBP", "JPY", "CHF"]), st.integers(1, 10**6), max_size=3).map(
        lambda rates: tuple(ExchangeRate(currency, f"{rate / 1000:.3f}") for currency, rate in rates.items())
    ),
    engagement_threshold_by_segment=FIGURES.map(
        lambda found: tuple(SegmentFigure(name, float(figure)) for name, figure in found.items())
    ),
    churn_threshold_by_segment=FIGURES.map(
        lambda found: tuple(SegmentFigure(name, figure / 100) for name, figure in found.items())
    ),
    tone_by_segment=st.dictionaries(st.sampled_from(SEGMENTS), st.sampled_from(list(TONES)), max_size=4).map(
        lambda found: tuple(SegmentTone(name, tone) for name, tone in found.items())
    ),
    incentive_share_by_segment=FIGURES.map(
        lambda found: tuple(SegmentFigure(name, figure / 100) for name, figure in found.items())
    ),
    incentive_approval_minor=st.integers(0, 10**9),
    recall_minutes=st.integers(0, 120),
    consent_on_record=st.booleans(),
    quiet_hours=st.builds(QuietHours, enabled=st.booleans(), begins=st.just(time(21, 30)), free_days=st.booleans()),
    service_manager=st.sampled_from(["", "Dana Voss"]),
    sender_line=st.sampled_from(["", "Linden Supply, 12 Quay Street"]),
    auto_drafts=st.builds(
        AutoDrafts,
        enabled=st.booleans(),
        approved_by=st.just("Ada Lind"),
        rules=st.sets(st.sampled_from(["likely_to_leave", "renewal_near"])).map(lambda found: tuple(sorted(found))),
        per_day=st.integers(1, 200),
    ),
)


@settings(max_examples=60, deadline=None)
@given(POLICIES)
def test_what_is_shown_is_what_is_kept(policy: Policy) -> None:
    after, faults = check(Policy(), texts_of(policy))
    assert faults == {}
    shown = {setting.top for setting in SETTINGS}
    assert all(getattr(after, name) == getattr(policy, name) for name in shown)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([one for one in SETTINGS if one.kind not in ("choice", "weekdays")]), st.text(max_size=12))
def test_nothing_that_is_typed_raises(setting: object, text: str) -> None:
    path = setting.path  # type: ignore[attr-defined]
    after, faults = check(Policy(), {**texts_of(Policy()), path: text})
    assert isinstance(after, Policy)
    assert all(fault.endswith((".", "?")) for fault in faults.values())


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("engagement_threshold", "150", "between 0 and 100"),
        ("engagement_threshold", "", "missing"),
        ("churn_critical", "30", "below"),
        ("churn_warning", "-1", "between 0 and 100"),
        ("clv_horizon_months", "2.5", "whole"),
        ("card_budget", "0", "between 1 and 1000"),
        ("sla_hours.high", "1", "shorter"),
        ("business_hours.opens", "noon", "not a time"),
        ("business_hours.closes", "08:00", "later"),
        ("business_hours.weekdays", "", "working day"),
        ("business_hours.holidays", "25.12.2026", "not a date"),
        ("business_hours.time_zone", "Atlantis", "not a time zone"),
        ("reporting_currency", "dollars", "not a currency"),
        ("exchange_rates", "EUR 1.08\neuro 1.1", "line 2"),
        ("exchange_rates", "EUR", "EUR 1.0845"),
        ("exchange_rates", "EUR 1.08\nEUR 1.09", "twice"),
        ("exchange_rates", "EUR 0", "greater"),
        ("engagement_threshold_by_segment", "Champion = 150", "between 0 and 100"),
        ("incentive_share_by_segment", "Champion = much", "Champion"),
        ("churn_threshold_by_segment", "Champion = 120", "between 0 and 100"),
        ("tone_by_segment", "Champion = shrill", "Warm, Brief, Formal"),
        ("incentive_approval_minor", "1e99999999", "amount"),
        ("incentive_approval_minor", "12.3456", "too precise"),
        ("incentive_approval_minor", "9" * 29, "too large"),
        ("incentive_approval_minor", "much", "not a number"),
        ("recall_minutes", "121", "between 0 and 120"),
        ("quiet_hours.ends", "20:00", "differ"),
        ("auto_drafts.enabled", "yes", "name"),
        ("auto_drafts.per_day", "0", "between 1 and 200"),
    ],
)
def test_a_mistake_is_said_at_its_field(path: str, text: str, word: str) -> None:
    _after, faults = check(Policy(), {**texts_of(Policy()), path: text})
    path = "auto_drafts.approved_by" if path == "auto_drafts.enabled" else path
    assert word.casefold() in faults[path].casefold()
    assert not faults[path].endswith("..")
    assert groups_of(faults) == {group.key for group in GROUPS if any(one.path == path for one in group.settings)}


def test_figures_that_are_judged_against_one_another_may_both_move() -> None:
    texts = {**texts_of(Policy()), "churn_warning": "60", "churn_critical": "80"}
    after, faults = check(Policy(), texts)
    assert faults == {}
    assert (after.churn_warning, after.churn_critical) == (0.6, 0.8)


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("card_budget", "1,000", 1000),
        ("card_budget", "1.000", 1000),
        ("engagement_threshold", "12.125", 12.125),
        ("engagement_threshold", "12,125", 12.125),
        ("incentive_approval_minor", "1.234,50", 123_450),
        ("incentive_approval_minor", "1,234.50", 123_450),
        ("incentive_approval_minor", "1 200", 120_000),
        ("exchange_rates", "EUR 1,085", (ExchangeRate("EUR", "1.085"),)),
    ],
)
def test_figures_are_read_as_everywhere_else(path: str, text: str, value: object) -> None:
    after, faults = check(Policy(), {**texts_of(Policy(), "USD"), path: text}, "USD")
    assert faults == {} and getattr(after, path) == value


def test_what_nobody_changed_stays_as_it_is() -> None:
    policy = Policy(incentive_approval_minor=1_205, engagement_threshold=12.125)
    after, faults = check(policy, texts_of(policy, "KWD"), "KWD")  # "1.205": thousands or a fraction if typed
    assert faults == {} and after == policy


def test_weights_must_add_up() -> None:
    texts = {**texts_of(Policy()), "health_weights.recency": "40"}
    _after, faults = check(Policy(), texts)
    assert "110" in faults["health_weights"]
    assert sum_of(texts, "health_weights") == pytest.approx(110)
    assert sum_of({**texts, "health_weights.recency": "x"}, "health_weights") is None
    assert groups_of(faults) == {"health"}


def test_only_fields_that_differ_are_written() -> None:
    before = Policy()
    assert changes(before, before) == {}
    assert changes(before, replace(before, card_budget=30)) == {"card_budget": 30}


@pytest.mark.parametrize(("currency", "shown"), [("USD", "50"), ("JPY", "5000"), ("KWD", "5")])
def test_an_amount_is_shown_in_units_of_the_books_currency(currency: str, shown: str) -> None:
    policy = Policy(incentive_approval_minor=5_000)
    texts = texts_of(policy, currency)
    assert texts["incentive_approval_minor"] == shown
    after, faults = check(Policy(), texts, currency)
    assert faults == {} and after.incentive_approval_minor == 5_000


def test_amounts_with_cents_keep_them() -> None:
    texts = texts_of(Policy(incentive_approval_minor=5_050), "USD")
    assert texts["incentive_approval_minor"] == "50.50"
    assert check(Policy(), texts, "USD")[0].incentive_approval_minor == 5_050


def test_an_amount_can_be_changed_once_it_is_known_in_what_currency() -> None:
    policy = Policy(incentive_approval_minor=500)
    texts = texts_of(policy, "")
    assert check(policy, {**texts, "card_budget": "40"}, "") == (replace(policy, card_budget=40), {})
    typed = {**texts, "incentive_approval_minor": "70"}
    same, faults = check(policy, typed, "")
    assert same == policy and list(faults) == ["incentive_approval_minor"]
    assert check(policy, typed, "JPY") == (replace(policy, incentive_approval_minor=70), {})
