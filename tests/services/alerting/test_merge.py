"""Laws of merging: one open alert per customer, the gravest signal leads, closed rules keep silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerting.evaluate_rule import Fired
from services.alerting.merge import OpenAlert, Rulebook, Signal, Silence, is_silent, leading, merge, worse_by_a_step
from services.alerting.rules import shipped_rules

RULES = {rule.code: rule for rule in shipped_rules()}
NOW = datetime(2026, 11, 19, 9, tzinfo=UTC)
DUE = {4: "2026-11-19T13:00:00Z", 3: "2026-11-19T17:00:00Z", 2: "2026-11-23T17:00:00Z", 1: "2026-11-25T17:00:00Z"}
BOOK = Rulebook(RULES, NOW, "2026-11-19", lambda severity, _owner: DUE[severity])
CODES = [code for code in RULES if RULES[code].subject == "customer"]


def fired(rule: str, customer: int | None = 1, severity: int = 3, measure: float | None = 5.0) -> Fired:
    return Fired(
        rule=rule,
        kind=RULES[rule].kind,
        customer_id=customer,
        severity=severity,
        reason=f"{rule} says so",
        measure=measure,
        upside_minor=0,
        since_days=None,
        value_at_risk_minor=100,
        churn_risk=0.5,
        currency="USD",
        segment=None,
        owner=None,
        may_email=True,
        value_if_stays_minor=1_000,
    )


def alert(rule: str = "gap_beyond_usual", severity: int = 3, state: str = "open", **fields: object) -> OpenAlert:
    signal = Signal(7, rule, severity, f"{rule} says so", 5.0, "2026-11-01", "2026-11-01T09:00:00Z", DUE[severity])
    plain = OpenAlert(
        id=3,
        customer_id=1,
        state=state,
        kind="risk",
        rule=rule,
        severity=severity,
        reason=signal.reason,
        due_at=DUE[severity],
        upside_minor=0,
        owner=None,
        until=None,
        until_condition=None,
        baseline={},
        clock_stopped_at=None,
        touched=False,
        signals=(signal,),
    )
    return plain._replace(**fields)  # type: ignore[arg-type]


signals = st.lists(
    st.builds(
        fired,
        st.sampled_from(CODES),
        st.integers(1, 4),
        st.integers(1, 4),
        st.floats(0, 10),
    ),
    max_size=12,
    unique_by=lambda one: (one.rule, one.customer_id),
)


@settings(max_examples=100, deadline=None)
@given(signals)
def test_each_customer_gets_one_alert_that_the_gravest_signal_leads(ones: list[Fired]) -> None:
    plan = merge(ones, {}, {}, BOOK)
    customers = [lead.customer_id for lead, _, _ in plan.opened]
    assert sorted(customers, key=str) == sorted({one.customer_id for one in ones}, key=str)
    assert sum(len(group) for _, _, group in plan.opened) == len(ones)
    for lead, _, group in plan.opened:
        assert lead.severity == max(one.severity for one in group)
    assert plan.joined == [] and plan.updates == {} and plan.woken == []


@settings(max_examples=100, deadline=None)
@given(signals, st.integers(1, 4))
def test_what_joins_never_lowers_severity_nor_puts_off_the_due_time(ones: list[Fired], severity: int) -> None:
    old = alert(severity=severity)
    plan = merge(ones, {1: old}, {}, BOOK)
    changed = plan.updates.get(old.id, {})
    assert changed.get("severity", severity) >= max([severity, *(one.severity for one in ones if one.customer_id == 1)])
    assert changed.get("due_at", old.due_at) <= (old.due_at or "")
    assert all(lead.customer_id != 1 for lead, _, _ in plan.opened)
    assert {one.rule for _, one in plan.joined} == {one.rule for one in ones if one.customer_id == 1} - {old.rule}


@settings(max_examples=50, deadline=None)
@given(signals)
def test_an_alert_whose_signals_hold_unchanged_is_left_alone(ones: list[Fired]) -> None:
    first = merge(ones, {}, {}, BOOK)
    open_alerts: dict[int | None, OpenAlert] = {}
    for number, (lead, words, group) in enumerate(first.opened, start=1):
        held = tuple(
            Signal(n, one.rule, one.severity, one.reason, one.measure, "2026-11-19", "", DUE[one.severity])
            for n, one in enumerate(group)
        )
        open_alerts[lead.customer_id] = alert(
            lead.rule,
            lead.severity,
            id=number,
            customer_id=lead.customer_id,
            kind=lead.kind,
            reason=words,
            due_at=min(DUE[one.severity] for one in group),
            signals=held,
        )
    again = merge(ones, open_alerts, {}, BOOK)
    assert (again.opened, again.joined, again.refreshed, again.updates) == ([], [], [], {})


@settings(max_examples=100, deadline=None)
@given(signals, st.integers(1, 4))
def test_after_an_order_an_alert_is_as_grave_as_what_still_holds(ones: list[Fired], severity: int) -> None:
    old = alert(severity=severity)
    own = [one for one in ones if one.customer_id == 1]
    plan = merge(ones, {1: old}, {}, replace(BOOK, ordered=frozenset({7})))
    still = [old.severity] if all(one.rule != old.rule for one in own) else []
    assert plan.updates.get(old.id, {}).get("severity", severity) == max([*still, *(one.severity for one in own)])


def test_of_equal_severity_the_rule_that_stands_first_leads() -> None:
    ones = [fired("bad_review"), fired("gap_beyond_usual"), fired("unhappy_tickets")]
    assert leading(ones, RULES).rule == "unhappy_tickets"


def test_the_plainer_words_of_another_signal_stand_on_the_alert_while_that_one_holds() -> None:
    leaving, gap = fired("likely_to_leave", severity=4), fired("gap_beyond_usual")
    ((lead, words, group),) = merge([leaving, gap], {}, {}, BOOK).opened
    assert (lead, words, group) == (leaving, gap.reason, [leaving, gap])
    old = alert("likely_to_leave", 4)
    assert merge([leaving, gap], {1: old}, {}, BOOK).updates == {old.id: {"reason": gap.reason}}
    told = old._replace(reason=gap.reason, signals=(*old.signals, alert().signals[0]._replace(id=8)))
    assert merge([leaving, gap], {1: told}, {}, BOOK).updates == {}
    assert merge([leaving], {1: told}, {}, BOOK).updates == {old.id: {"reason": leaving.reason}}


def test_words_are_lent_only_by_rules_that_there_are() -> None:
    assert {code for rule in RULES.values() for code in rule.words_from} <= RULES.keys()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CODES), st.integers(0, 200), st.floats(0, 10), st.floats(0, 10))
def test_silence_lasts_for_the_cool_down_unless_it_got_worse(code: str, days: int, before: float, now: float) -> None:
    rule = RULES[code]
    silence = Silence(NOW - timedelta(days=days), "2026-10-01", before)
    expected = days < rule.cooldown_days and not worse_by_a_step(now, before, rule)
    assert is_silent(fired(code, measure=now), silence, BOOK) == expected


def test_what_may_be_told_once_is_silent_until_it_happens_again() -> None:
    one = fired("unsubscribed")._replace(since_days=10.0)  # withdrawn on 9 November
    assert is_silent(one, Silence(NOW - timedelta(days=9), "2026-11-10", None), BOOK)
    assert not is_silent(one, Silence(NOW - timedelta(days=400), "2025-10-01", None), BOOK)


def test_a_snooze_until_worse_ends_with_a_new_signal_or_a_step() -> None:
    snoozed = alert(state="snoozed", until_condition="worse", baseline={"measures": {"gap_beyond_usual": 5.0}})
    for ones, woken in (
        ([fired("gap_beyond_usual", measure=6.9)], False),
        ([fired("gap_beyond_usual", measure=7.0)], True),
        ([fired("bad_review")], True),
    ):
        assert bool(merge(ones, {1: snoozed}, {}, BOOK).woken) == woken


def test_an_alert_that_a_person_escalated_stays_critical() -> None:
    escalated = alert(severity=4, by_hand=4)._replace(signals=alert(severity=3).signals)
    plan = merge([fired("gap_beyond_usual", measure=5.0)], {1: escalated}, {}, BOOK)
    assert "severity" not in plan.updates.get(3, {})
