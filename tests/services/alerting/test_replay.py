"""Every rule's record over the book's past, and what a rule without a good record may still raise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import exp, log
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journal import verify
from models.store.driver import driver_of
from models.values.customers import CustomerFilter
from models.values.rule_records import LEFT, RULE_RECORDS, SPENT_LESS, PastRecord, records_of
from services.alerting import evaluate, record_due, renew_record, rule_records, try_rule, win_back_without_alert
from services.alerting.outcomes import Events
from services.alerting.replay import days_of
from services.alerting.spending import chance_of
from services.book.overdue import count_overdue
from services.insight import customers_page
from services.scoring import score_due
from services.settings import RuleParameter
from tests.services.alerting.book import Book
from tests.services.alerting.past import alerts_as_of
from tests.services.scoring.books import Book as Past
from tests.services.scoring.books import simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps")

AS_OF = date(2026, 11, 19)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A book of 50 customers with two years of orders, scored and replayed."""
    book = Past(tmp_path_factory.mktemp("replay") / "book.db", f"{AS_OF}T12:00:00+00:00")
    book.add_customers(50)
    book.add_orders(simulated_orders(50, AS_OF - timedelta(days=730), AS_OF, seed=7))
    score_due(book.workspace)
    evaluate(book.workspace)
    assert record_due(book.workspace)
    renew_record(book.workspace)
    yield book
    book.workspace.close()


def test_the_record_counts_who_left_beside_all_whom_the_rule_could_have_named(past: Past) -> None:
    records = {one.code: one.past for one in rule_records(past.workspace)}
    overdue, engagement = records["gap_beyond_usual"], records["engagement_below"]
    assert overdue is not None and engagement is not None
    assert 0 < overdue.hits <= overdue.cases and overdue.hits / overdue.cases > overdue.base
    assert 0 < overdue.base_cases <= engagement.base_cases
    assert overdue.among == "active customers with four gaps or more"
    assert records["product_ratings_falling"] is None and records["ready_for_more"] is None
    assert f"{overdue.hits} of {overdue.cases} left; of all active customers" in overdue.words
    assert 0 < overdue.lost_hits <= overdue.lost_cases <= overdue.cases, "of some it says what is to be lost"
    assert records["engagement_below"].lost_cases == 0  # type: ignore[union-attr]


def test_the_record_is_counted_by_month_and_tells_how_early_the_rule_was(past: Past) -> None:
    for one in rule_records(past.workspace):
        if one.past is None:
            continue
        counted = one.past.months
        assert sum(month.correct for month in counted) == one.past.hits
        assert sum(month.correct + month.incorrect for month in counted) == one.past.cases
        assert (one.past.early_by is None) == (not one.past.hits or one.past.outcome != LEFT)
        assert len(one.year.months) >= 12 and one.year.months[-1].month == "2026-11"
        assert (one.year.correct, one.year.judged) == (one.past.hits, one.past.cases), "told alike everywhere"
        assert one.year.too_early >= sum(month.too_early for month in counted)
    overdue = next(one for one in rule_records(past.workspace) if one.code == "gap_beyond_usual")
    assert overdue.past is not None and overdue.past.early_by is not None and 0 <= overdue.past.early_by < 400
    with past.workspace.store.read() as connection:
        text = str(connection.exec_driver_sql("SELECT value FROM book WHERE key = ?", (RULE_RECORDS,)).scalar())
    assert records_of(text) == {one.code: one.past for one in rule_records(past.workspace) if one.past is not None}


def test_the_record_and_a_trial_of_a_rule_count_the_same_alerts(past: Past, tmp_path: Path) -> None:
    with past.workspace.store.read() as connection:
        text = connection.exec_driver_sql("SELECT value FROM book WHERE key = ?", (RULE_RECORDS,)).scalar()
    weeks = (AS_OF - date.fromisoformat(json.loads(str(text))["days"][0])).days // 7 + 1
    counted, tried = {}, {}
    for one in rule_records(past.workspace):
        if one.past is not None:
            side = try_rule(past.workspace, one.code, weeks=weeks, kept=tmp_path / "past").after
            counted[one.code] = one.past.hits, one.past.cases, one.past.early_by
            tried[one.code] = side.correct, side.judged, side.early_by
            assert (side.caught > 0) == (side.correct > 0) and side.caught <= side.correct
    assert counted == tried
    assert {code for code, (_, cases, _early) in counted.items() if cases} >= {"gap_beyond_usual", "engagement_below"}


def test_who_ordered_again_is_judged_no_sooner_than_who_left(past: Past) -> None:
    events = Events(past.workspace, AS_OF)
    with past.workspace.store.read() as connection:
        who, day = connection.exec_driver_sql("SELECT customer_id, max(ordered_on) FROM orders").one()
    before = date.fromisoformat(day) - timedelta(days=1)
    assert events.hit(who, LEFT, before, AS_OF) is False
    assert events.hit(who, LEFT, before, AS_OF + timedelta(days=1)) is None


def test_a_record_of_an_older_program_is_read_and_made_anew(past: Past) -> None:
    kept = json.loads(json.dumps({"rules": {"one": record(3, 9, 5).as_json()}}))
    del kept["rules"]["one"]["months"], kept["rules"]["one"]["early_by"]
    assert records_of(json.dumps(kept)) == {"one": record(3, 9, 5)}


def test_a_replay_is_one_entry_of_the_journal_and_not_due_again(past: Past) -> None:
    with past.workspace.store.read() as connection:
        said = (
            connection.exec_driver_sql(
                "SELECT p.after FROM journal j JOIN journal_payloads p ON p.journal_id = j.id"
                " WHERE j.verb = 'replay' AND p.operation = 'words'"
            )
            .scalars()
            .all()
        )
        text = connection.exec_driver_sql("SELECT value FROM book WHERE key = ?", (RULE_RECORDS,)).scalar()
        assert verify(connection).ok
    assert len(said) == 1 and "over 40 days of the past" in str(said[0])
    kept = json.loads(str(text))
    assert all(date.fromisoformat(day) <= AS_OF - timedelta(days=90) for day in kept["days"])
    assert not record_due(past.workspace)


@given(st.integers(0, 2_000))
def test_only_days_with_a_past_and_a_window_that_is_over_are_replayed(span: int) -> None:
    days = days_of(AS_OF - timedelta(days=span), AS_OF)
    assert not days or 7 <= len(days) <= 40
    assert all((AS_OF - day).days >= 90 and span - (AS_OF - day).days >= 180 for day in days)
    assert all((later - day).days == 7 for day, later in pairwise(days))
    assert bool(days) == (span >= 19 * 7 + 180)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 500), st.integers(0, 500))
def test_no_rule_is_judged_by_fewer_than_thirty_cases_nor_praised_below_the_base(
    cases: int, hits: int, base_cases: int, base_hits: int
) -> None:
    record = PastRecord(LEFT, cases, min(hits, cases), base_cases, min(base_hits, base_cases), "active customers")
    assert (record.verdict == "too few") == (cases < 30)
    if record.verdict == "better":
        assert record.hits / cases > record.base
    assert records_of(json.dumps({"rules": {"one": record.as_json()}})) == {"one": record}


@given(st.lists(st.integers(2_000, 60_000), min_size=6, max_size=20), st.floats(0.05, 0.9))
def test_orders_are_improbably_small_by_the_customers_own_spread_only(before: list[int], share: float) -> None:
    mean = exp(fmean(log(amount) for amount in before))
    found, even = (chance_of([*map(float, before), *[mean * part] * 3]) for part in (share, 1.0))
    assert found is not None and even is not None
    assert found < even and even == pytest.approx(0.5)
    assert chance_of([100.0] * 8) is None


# -- what the record lets a rule raise ------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "book.db")
    yield book
    book.close()


def record(hits: int, cases: int, base: int, outcome: str = LEFT) -> PastRecord:
    return PastRecord(outcome, cases, hits, 100, base, "active customers")


@pytest.mark.parametrize(
    ("hits", "cases", "base", "severity"),
    [(6, 40, 12, 2), (20, 40, 60, 2), (30, 40, 12, 3), (0, 29, 90, 3)],
)
def test_a_rule_no_better_than_chance_raises_nothing_above_medium(
    book: Book, hits: int, cases: int, base: int, severity: int
) -> None:
    book.crowd(10)
    customer = book.customer(clv_if_stays_minor=1, clv_minor=1)
    book.review(customer, 1)
    book.evaluate()
    before = book.alert(customer)
    assert (before["rule"], before["severity"]) == ("bad_review", 3)
    book.keep_records(bad_review=record(hits, cases, base))
    book.evaluate()
    after = book.alert(customer)
    assert after["severity"] == severity  # nobody had worked on it
    assert (after["due_at"] > before["due_at"]) == (severity < 3)
    other = book.customer(clv_if_stays_minor=1, clv_minor=1)
    book.review(other, 1)
    book.evaluate()
    assert book.alert(other)["severity"] == severity


def test_distress_is_exempt(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(clv_if_stays_minor=900_000, clv_minor=900_000)
    book.ticket(customer, 1, priority="urgent")
    book.keep_records(distress=record(0, 40, 90))
    book.evaluate()
    assert book.alert(customer)["severity"] == 4


def test_a_deal_alert_stays_critical_while_the_complaint_is_open(book: Book) -> None:
    """Leaving is not what a deal with a complaint is about: neither a record of leaving nor an order makes it less."""
    for customer in book.crowd(5):
        book.deal(customer, "Negotiation", 5, 1_000)
    unhappy = book.customer("Unhappy", churn_risk=0.01)
    book.deal(unhappy, "Negotiation", 5, 1_290_000)
    ticket = book.ticket(unhappy, 61)
    book.keep_records(unhappy_tickets=record(6, 40, 12), repeated_trouble=record(6, 40, 12))
    book.evaluate()
    alert = book.alert(unhappy)
    assert (alert["rule"], alert["severity"], alert["due_at"]) == ("deal_at_risk", 4, "2026-11-19T13:00:00Z")
    assert alert["reason"] == "Open deal of $12,900, and an unhappy ticket open for 61 days"
    book.move(days=1)
    book.order(unhappy)
    book.evaluate()
    alert = book.alert(unhappy)
    assert (alert["rule"], alert["severity"], alert["state"]) == ("deal_at_risk", 4, "open")
    with book.writing() as work:
        work.sql("UPDATE tickets SET status = 'solved', resolved_on = ? WHERE id = ?", (book.day(0), ticket))
    book.evaluate()
    assert (book.alert(unhappy)["state"], book.alert(unhappy)["outcome"]) == ("resolved", "came_back")


@pytest.mark.parametrize(
    ("records", "speaks"),
    [
        ({}, False),
        ({"spend_falling": record(20, 40, 50, SPENT_LESS)}, False),
        ({"spend_falling": record(20, 29, 10, SPENT_LESS)}, False),
        ({"spend_falling": record(36, 40, 50, SPENT_LESS)}, True),
    ],
)
def test_falling_spend_is_an_alert_only_where_the_past_bears_it_out(
    book: Book, records: dict[str, PastRecord], speaks: bool
) -> None:
    customer = book.customer(mean_last_3_minor=4_000)
    book.keep_records(**records)
    book.evaluate()
    assert [alert["rule"] for alert in book.open_alerts(customer)] == (["spend_falling"] if speaks else [])
    policy = replace(book.workspace.policy, rule_parameters=(RuleParameter("spend_falling", "unproven", 1),))
    book.workspace = book.workspace.with_policy(policy)
    book.evaluate()
    assert [alert["rule"] for alert in book.open_alerts(customer)] == ["spend_falling"], "the policy can turn it on"
    for one in records.values():
        assert ("it raises no alert" in one.words) == (not speaks)


def test_a_silence_has_an_alert_from_when_it_is_improbable_until_they_are_lost(tmp_path: Path) -> None:
    """Or is counted among those without one: nothing lies between an overdue order and a win-back."""
    last, first = date(2026, 6, 30), date(2022, 1, 3)
    book = Past(tmp_path / "book.db", f"{last}T12:00:00+00:00")
    book.add_customers(62)
    book.add_orders(simulated_orders(60, first, last, seed=11))
    stopped = {61: (91, date(2025, 1, 6)), 62: (7, date(2025, 3, 3))}
    for who, (gap, end) in stopped.items():
        book.add_orders((who, end - timedelta(days=gap * back), 900_000) for back in range(12))
    rules = {who: set[str]() for who in stopped}
    for ago in (20, 45, 130, 170, 200, 260, 290, 340, 400):
        past = alerts_as_of(book.workspace, date(2025, 3, 3) + timedelta(days=ago))
        with past.store.read() as connection:
            improbable = connection.exec_driver_sql(
                "SELECT customer_id FROM customer_risk_scores WHERE standing IN ('active', 'win_back')"
                " AND (silence_p <= 0.05 OR silence_p <= 0.2 AND days_since_last_order > max(180, 3 * usual_gap_days))"
            ).scalars()
            named: dict[int, set[str]] = {}
            for who, rule in connection.exec_driver_sql(
                "SELECT customer_id, rule FROM alert_signals WHERE rule IN ('gap_beyond_usual', 'win_back_due')"
            ):
                named.setdefault(who, set()).add(rule)
            silent = set(improbable)
            overdue = count_overdue(driver_of(connection), past.policy, past.clock.now())
        unnamed = overdue.number - overdue.named + win_back_without_alert(past)
        assert len(silent - named.keys()) <= unnamed
        listed = (CustomerFilter(overdue=True), CustomerFilter(standings=frozenset({"win_back"})))
        assert silent <= {row.id for one in listed for row in customers_page(past, one, limit=62).rows}
        for who in stopped:
            assert who not in silent or who in named, (who, ago)
            rules[who] |= named.get(who, set())
    book.workspace.close()
    # Of whom a week was long, nothing more is to be expected before they count as win-back.
    assert rules == {61: {"gap_beyond_usual", "win_back_due"}, 62: {"gap_beyond_usual"}}


def test_a_record_of_distress_says_that_it_is_exempt() -> None:
    record = PastRecord(LEFT, 31, 3, 100, 23, "active customers", distress=True)
    assert record.words == (
        "3 of 31 left; of all active customers 23\u202f% left. This rule is about answering customers, not about who "
        "leaves, so its record does not limit it"
    )


@pytest.mark.parametrize(("cases", "hits", "share"), [(59, 24, 24 / 59), (9, 9, 0), (40, 12, 0), (0, 0, 0)], ids=str)
def test_what_is_to_be_lost_is_told_where_the_past_bears_it_out(cases: int, hits: int, share: float) -> None:
    record = PastRecord(LEFT, 80, 40, 100, 25, "active customers", lost_cases=cases, lost_hits=hits)
    assert record.lost_share == share
    assert record.lost_words == (f"{hits} of {cases} left" if share else "")
