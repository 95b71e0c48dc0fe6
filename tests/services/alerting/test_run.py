"""What each rule of ALERTS.md fires on, and what it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.store.driver import driver_of
from models.tables import (
    activities,
    contracts,
    conversations,
    metadata,
    opportunities,
    order_lines,
    orders,
    products,
    rules,
    surveys,
)
from models.values.rule_records import LEFT, PastRecord
from services.alerting import add_note, resolve, switch_rule, win_back_without_alert
from services.alerting.rulebook import stored_rules
from services.alerting.rules import shipped_rules
from services.book.overdue import Overdue, count_overdue
from services.scoring.anomalies import write_anomalies
from services.scoring.events import read_events
from services.settings import ExchangeRate, RuleParameter, SegmentFigure
from tests.services.alerting.book import Book


def rules_of(book: Book, customer: int) -> set[str]:
    """The rules whose signals a customer's alert carries."""
    return {rule for alert in book.open_alerts(customer) for rule in book.signals(alert["id"])}


def test_a_book_without_scores_is_left_alone(book: Book) -> None:
    run = book.evaluate()
    assert run.opened == () and book.open_alerts() == []


def test_an_improbable_gap_raises_an_alert_in_words(book: Book) -> None:
    late = book.customer("Marlow & Pike", ago=74, gap=21, value_at_risk_minor=524_000)
    on_time = book.customer("On time", ago=62, gap=21)
    new = book.customer("New", ago=74, gap=21, silence_p=None)
    gone = book.customer("Gone", ago=366, gap=21)
    book.evaluate()
    alert = book.alert(late)
    assert "gap_beyond_usual" in book.signals(alert["id"])
    assert alert["reason"] == "No order for 74 days; the usual gap is 21"
    assert alert["state"] == "open" and alert["kind"] == "risk"
    assert alert["value_at_risk_minor"] == alert["expected_value_minor"] == 524_000
    for customer in (on_time, new, gone):
        assert "gap_beyond_usual" not in rules_of(book, customer)


def test_an_alert_about_silence_says_that_the_last_order_came_back(book: Book) -> None:
    fields = {"ago": 74, "gap": 21, "last_order_amount_minor": 0}
    returned, gift = book.customer(**fields), book.customer(**fields)
    book.order(returned, 70, -10_000, kind="return")
    lost = book.customer(ago=500, gap=21, last_order_amount_minor=0, spend_total_minor=900_000, silence_p=0.01)
    book.order(lost, 490, -10_000, kind="return")
    book.evaluate()
    assert book.alert(returned)["reason"] == "No order for 74 days, the last one returned; the usual gap is 21"
    assert book.alert(gift)["reason"] == "No order for 74 days; the usual gap is 21"
    assert book.alert(lost)["reason"].startswith("Last order 500 days ago, returned")


def test_an_overdue_order_is_as_grave_as_its_value(book: Book) -> None:
    """Medium; high in the highest fifth of value; critical in the highest 2 % of value at risk, if that is known."""
    book.crowd(40)
    cheap = book.customer("Cheap", ago=70, gap=20, clv_if_stays_minor=100)
    dear = book.customer("Dear", ago=70, gap=20)
    most = book.customer("Most", ago=70, gap=20, value_at_risk_minor=900_000, clv_if_stays_minor=900_000)
    book.evaluate()
    assert [book.alert(one)["severity"] for one in (cheap, dear, most)] == [2, 3, 4]


@pytest.mark.parametrize(("ago", "gap", "severity"), [(150, 20, 4), (151, 20, 3), (151, 38, 4), (170, 60, 4)])
def test_who_has_been_silent_for_long_is_no_matter_of_hours(book: Book, ago: int, gap: float, severity: int) -> None:
    """After 150 days and four usual gaps no matter of hours: high, among those with the most at risk; else medium."""
    book.crowd(40)
    book.order(book.customer(), 1)  # the files go on
    silent = {"silence_p": 0.001, "churn_risk": 0.9, "value_at_risk_minor": 900_000, "standing": "active"}
    most = book.customer("Most", ago=ago, gap=gap, clv_if_stays_minor=1_000_000, **silent)
    for number in range(6):
        book.order(most, ago + 30 * number)
    book.evaluate()
    assert book.alert(most)["severity"] == severity


@pytest.mark.parametrize(("risk", "chance", "severity"), [(0.2, 0.03, 2), (0.19, 0.03, 1), (0.19, 0.001, 2)])
def test_a_silence_longer_than_ever_that_is_no_chance_needs_no_model_to_be_medium(
    book: Book, risk: float, chance: float, severity: int
) -> None:
    crowd = book.crowd(30, spend_12m_minor=900_000, clv_if_stays_minor=900_000)
    book.order(crowd[0], 1)  # the files go on
    customer = book.customer("Regular", ago=66, gap=21, churn_risk=risk, silence_p=chance)
    for number in range(6):
        book.order(customer, 66 + 21 * number)
    book.evaluate()
    assert book.alert(customer)["severity"] == severity


@pytest.mark.parametrize("risk", [0.1, 0.5])
def test_a_silence_longer_than_ever_is_said_to_be_so_whatever_the_risk(book: Book, risk: float) -> None:
    book.order(book.crowd(10)[0], 1)  # the files go on
    customer = book.customer(ago=70, gap=20, churn_risk=risk, silence_p=0.001)
    for ago in (70, 90, 110, 131, 150, 170):
        book.order(customer, ago)
    book.evaluate()
    said = "No order for 70 days; the usual gap is 20, the longest so far 21"
    assert book.alert(customer)["reason"] == said


@pytest.mark.parametrize(
    "fields",
    [
        {"churn_risk": 0.19},  # a gap alone is no risk
        {"silence_p": 0.06},  # within their own rhythm
        {"silence_p": None},  # too few gaps to have one
        {"standing": "win_back"},
        {"standing": "lost"},
    ],
)
def test_a_gap_alone_raises_nothing(book: Book, fields: dict[str, Any]) -> None:
    book.crowd(10)
    customer = book.customer(ago=70, gap=20, **fields)
    book.evaluate()
    assert "gap_beyond_usual" not in rules_of(book, customer)


def test_who_is_silent_for_longer_than_others_are_active_is_named_though_their_gaps_are_uneven(book: Book) -> None:
    book.crowd(10)
    fields = {"ago": 182, "gap": 35, "silence_p": 0.09, "standing": "active"}
    long_silent = book.customer("Long silent", churn_risk=0.22, **fields)
    book.customer("Low risk", churn_risk=0.1, **fields)
    seasonal = book.customer("Seasonal", churn_risk=0.5, **{**fields, "silence_p": 0.7})
    not_yet = book.customer("Not yet", churn_risk=0.22, **{**fields, "ago": 179})
    book.evaluate()
    assert rules_of(book, long_silent) == {"gap_beyond_usual"}
    assert not book.open_alerts(seasonal) and not book.open_alerts(not_yet)
    assert overdue(book) == Overdue(3, 1, 1, 1)


def test_who_is_overdue_without_an_alert_is_counted_with_the_reason(book: Book) -> None:
    book.crowd(10)
    book.customer("Low risk", ago=70, gap=20, churn_risk=0.19)
    book.customer("Early", ago=40, gap=20, silence_p=0.15)
    book.customer("Few gaps", ago=60, gap=30, silence_p=None)
    named = book.customer("Named", ago=70, gap=20)
    book.evaluate()
    assert overdue(book) == Overdue(4, 1, 2, 1)
    resolve(book.workspace, [book.alert(named)["id"]], "no_issue")
    assert overdue(book) == Overdue(4, 0, 2, 1, closed=1)
    assert overdue(book).words == (
        "4 customers overdue for an order: 2 silent, but not unusually late for them, 1 silent, but at low churn risk,"
        " 1 silent, but with an alert closed recently"
    )
    answered = book.customer("Answered", ago=250, gap=60)
    book.email(answered, "sent", 30)
    book.evaluate()
    assert win_back_without_alert(book.workspace) == 1


def test_who_is_silent_for_longer_than_ever_is_not_counted_as_not_late(book: Book) -> None:
    book.crowd(10)
    ever = book.customer("Longer than ever", ago=113, gap=42, silence_p=0.153)
    known = book.customer("Known for it", ago=113, gap=42, silence_p=0.153)
    for ago in (113, 155, 197, 239, 281):
        book.order(ever, ago)
    for ago in (113, 233, 275, 317, 359):
        book.order(known, ago)
    book.evaluate()
    assert overdue(book).parts == (
        "1 silent, but not unusually late for them",
        "1 silent for longer than ever, but their gaps are uneven",
    )


@pytest.mark.parametrize(
    ("days", "told"), [(44, "silent, but with an alert closed recently"), (46, "silent, without an alert")]
)
def test_an_alert_counts_as_closed_recently_while_its_rule_rests(book: Book, days: int, told: str) -> None:
    book.crowd(10)
    named = book.customer("Named", ago=70, gap=20)
    book.evaluate()
    resolve(book.workspace, [book.alert(named)["id"]], "no_issue")
    assert overdue(book, days).parts == (f"1 {told}",)


def test_who_has_no_alert_because_the_rule_is_off_is_told_so(book: Book) -> None:
    book.crowd(10)
    book.customer("Early", ago=40, gap=20, silence_p=0.15)
    book.evaluate()
    switch_rule(book.workspace, "gap_beyond_usual", enabled=False)
    book.customer("Silent", ago=70, gap=20)
    book.customer("Low risk", ago=70, gap=20, churn_risk=0.19)
    assert overdue(book).parts == ("1 silent, but not unusually late for them", "2 silent, but the rule is off")


def test_who_is_silent_and_was_never_named_had_no_alert_closed(book: Book) -> None:
    book.crowd(10)
    book.evaluate()
    book.customer("Since then", ago=70, gap=20)
    assert overdue(book).parts == ("1 silent, without an alert",)


def overdue(book: Book, days: int = 0) -> Overdue:
    """As it is told so many days from now."""
    now = book.workspace.clock.now() + timedelta(days=days)
    with book.workspace.store.read() as connection:
        return count_overdue(driver_of(connection), book.workspace.policy, now)


def test_a_regular_buyers_silence_raises_a_low_alert_where_the_model_sees_no_risk(book: Book) -> None:
    book.crowd(40)
    fields = {"ago": 25, "gap": 7, "silence_p": 0.02, "churn_risk": 0.07, "spend_12m_minor": 1_000}
    dear = {"value_at_risk_minor": 900_000, "clv_if_stays_minor": 900_000}
    weekly, now_and_then = book.customer("Weekly", **fields, **dear), book.customer("Now and then", **fields)
    for number in range(8):
        book.order(weekly, 25 + 7 * number)
        book.order(now_and_then, 25 + number**3)
    book.evaluate()
    alert = book.alert(weekly)
    assert (alert["rule"], alert["severity"]) == ("gap_beyond_usual", 1)
    assert alert["reason"] == "No order for 25 days; the usual gap is 7, the longest so far 7"
    assert not book.open_alerts(now_and_then)
    for risk, severity in ((0.49, 3), (0.5, 4)):
        book.score(weekly, churn_risk=risk)
        book.evaluate()
        assert book.alert(weekly)["severity"] == severity


@pytest.mark.parametrize(("chance", "ago", "named"), [(0.009, 40, True), (0.011, 40, False), (0.009, 39, False)])
def test_the_biggest_are_named_where_they_were_never_silent_for_so_long_whatever_the_model_says(
    book: Book, chance: float, ago: int, named: bool
) -> None:
    book.crowd(40)
    fields = {"ago": ago, "gap": 8, "silence_p": chance, "churn_risk": 0.03}
    big, small = (book.customer(spend_12m_minor=spent, **fields) for spent in (900_000, 1_000))
    for number in range(8):
        for customer in (big, small):
            book.order(customer, ago + 3 * number**2)  # uneven: the longest gap is of 39 days
    book.evaluate()
    assert not book.open_alerts(small) and bool(book.open_alerts(big)) == named
    if named:
        alert = book.alert(big)
        assert alert["reason"] == "No order for 40 days; the usual gap is 8, the longest so far 39"
        assert alert["expected_value_minor"] == alert["value_at_risk_minor"], "nothing is known of such silences yet"
        record = PastRecord(LEFT, 60, 30, 100, 20, "active customers", lost_cases=36, lost_hits=18)
        book.keep_records(gap_beyond_usual=record)
        book.evaluate()
        expected = book.alert(big)["expected_value_minor"]
        assert expected == 35_000, "half of what they would bring: half of such customers left"


@pytest.mark.parametrize(("larger", "at_risk", "severity"), [(0, 1_000, 4), (3, 1_000, 3), (0, 50, 2)])
def test_the_very_biggest_are_critical_as_soon_as_they_were_never_silent_for_so_long(
    book: Book, larger: int, at_risk: int, severity: int
) -> None:
    """Where much is at risk: by the value alone nobody is critical of whom hardly anything is to be lost."""
    book.crowd(40)
    book.crowd(larger, spend_12m_minor=2_000_000)
    figures = {"churn_risk": 0.03, "spend_12m_minor": 900_000, "value_at_risk_minor": at_risk}
    big = book.customer(ago=40, gap=8, silence_p=0.009, **figures)
    for number in range(8):
        book.order(big, 40 + 3 * number**2)
    book.evaluate()
    assert book.alert(big)["severity"] == severity


@pytest.mark.parametrize(("complained", "worth", "severity"), [(None, 100_000, 2), (30, 100_000, 3), (30, 61_000, 2)])
def test_a_silence_after_a_complaint_is_high_of_who_is_worth_more_than_most(
    book: Book, complained: int | None, worth: int, severity: int
) -> None:
    book.crowd(40)
    book.crowd(11, spend_12m_minor=2_000_000)  # they are the highest fifth
    customer = book.customer(ago=60, gap=15, silence_p=0.03, churn_risk=0.3, spend_12m_minor=worth,
                             clv_minor=10_000, clv_if_stays_minor=50_000)  # fmt: skip
    if complained is not None:
        book.review(customer, 2, complained + 5)
    book.evaluate()
    with book.workspace.store.read() as connection:
        query = "SELECT severity FROM alert_signals WHERE rule = 'gap_beyond_usual' AND customer_id = ?"
        assert connection.exec_driver_sql(query, (customer,)).scalar() == severity


def test_how_regular_a_buyer_is_counts_up_to_the_chance_that_the_rule_asks_for(book: Book) -> None:
    book.crowd(40)
    weekly = book.customer("Weekly", ago=10, gap=7, silence_p=0.3, churn_risk=0.07)
    for number in range(8):
        book.order(weekly, 10 + 7 * number)
    book.evaluate()
    assert not book.open_alerts(weekly)
    policy = replace(book.workspace.policy, rule_parameters=(RuleParameter("gap_beyond_usual", "improbable", 0.4),))
    book.workspace = replace(book.workspace, policy=policy)
    book.evaluate()
    assert book.alert(weekly)["rule"] == "gap_beyond_usual"


def test_who_is_to_be_won_back_is_never_critical(book: Book) -> None:
    book.crowd(10)
    active, gone = (book.customer(name, standing=name) for name in ("active", "win_back"))
    for customer in (active, gone):
        book.deal(customer, amount_minor=9_000_000)
        book.ticket(customer, 5)
    book.evaluate()
    assert [book.alert(one)["severity"] for one in (active, gone)] == [4, 3]


def test_five_a_day_and_owner_become_critical_by_silence_and_the_rest_wait_in_order(book: Book) -> None:
    book.crowd(400)
    late = [
        book.customer(f"{owner} {n}", ago=70, gap=20, owner=owner, value_at_risk_minor=900_000 - n)
        for owner, count in (("Ada", 7), ("Ito", 1))
        for n in range(count)
    ]
    book.evaluate()
    assert [book.alert(one)["severity"] for one in late] == [4, 4, 4, 4, 4, 3, 3, 4]
    book.evaluate()
    assert [book.alert(one)["severity"] for one in late[:7]] == [4, 4, 4, 4, 4, 3, 3]
    book.move(days=1)
    book.evaluate()
    assert {book.alert(one)["severity"] for one in late} == {4}


def test_severity_decides_when_an_alert_is_due(book: Book) -> None:
    book.crowd(10)
    dear = book.customer("Dear", ago=70, gap=20, value_at_risk_minor=900_000)
    cheap = book.customer("Cheap", ago=70, gap=20)
    book.evaluate()
    assert book.alert(dear)["due_at"] == "2026-11-19T13:00:00Z"
    assert book.alert(cheap)["due_at"] == "2026-11-19T17:00:00Z"


def test_likely_to_leave_looks_at_active_customers_only(book: Book) -> None:
    book.crowd(18, value_at_risk_minor=100)
    leaving = book.customer("Leaving", churn_risk=0.6, value_at_risk_minor=80_000)
    long_gone = book.customer("Gone", ago=600, churn_risk=0.99, value_at_risk_minor=90_000)
    unsure = book.customer("Unsure", churn_risk=0.7, value_at_risk_minor=80_000, confidence="low")
    book.evaluate()
    assert book.alert(leaving)["rule"] == "likely_to_leave"
    assert "likely_to_leave" not in rules_of(book, long_gone) | rules_of(book, unsure)


def test_who_bought_once_or_twice_comes_after_the_regulars_whatever_the_value_at_risk(book: Book) -> None:
    book.crowd(98, value_at_risk_minor=100)
    dear = {"churn_risk": 0.6, "value_at_risk_minor": 900_000, "silence_p": None, "confidence": "medium"}
    twice, thrice = (book.customer(f"{days}", purchase_days=days, **dear) for days in (2, 3))
    visitor = book.customer("Visitor", purchase_days=0, order_count=0, **dear)
    subscriber = book.customer("Subscriber", purchase_days=1, model="Additive on contracts 3", **dear)
    book.evaluate()
    assert [book.alert(one)["severity"] for one in (twice, thrice, visitor, subscriber)] == [1, 4, 4, 4]


def test_a_model_that_says_that_most_like_them_stay_makes_nobody_critical(book: Book) -> None:
    book.crowd(98, value_at_risk_minor=100)
    likely, less = (
        book.customer(f"{risk}", churn_risk=risk, value_at_risk_minor=900_000, silence_p=None, confidence="medium")
        for risk in (0.5, 0.49)
    )
    book.evaluate()
    assert [book.alert(one)["severity"] for one in (likely, less)] == [4, 3]


def test_the_highest_tenth_is_not_enough_where_the_whole_book_is_calm(book: Book) -> None:
    book.crowd(20)
    highest = book.customer("Highest", churn_risk=0.08, value_at_risk_minor=80_000)
    book.evaluate()
    assert "likely_to_leave" not in rules_of(book, highest)


def test_who_has_the_most_to_lose_is_named_though_others_are_more_likely_to_leave(book: Book) -> None:
    book.crowd(68)
    book.crowd(30, churn_risk=0.9, value_at_risk_minor=50)
    most, less = (book.customer(ago=31, churn_risk=0.3, value_at_risk_minor=minor) for minor in (900_000, 150))
    in_rhythm = book.customer(ago=3, churn_risk=0.3, value_at_risk_minor=900_000)
    book.evaluate()
    assert (book.alert(most)["rule"], book.alert(most)["severity"]) == ("likely_to_leave", 2)
    assert all("likely_to_leave" not in rules_of(book, one) for one in (less, in_rhythm))


def test_a_risk_of_close_to_nothing_raises_no_alert_though_it_is_the_highest_of_the_book(book: Book) -> None:
    for _ in range(20):
        book.customer(churn_risk=0.002)
    highest = book.customer("Highest", churn_risk=0.03, value_at_risk_minor=80_000)
    book.deal(highest, ago=1, amount_minor=9_000_000)
    book.evaluate()
    assert book.open_alerts(highest) == []
    policy = replace(book.workspace.policy, churn_threshold_by_segment=(SegmentFigure("Loyal", 0.02),))
    book.workspace = replace(book.workspace, policy=policy)
    book.evaluate()
    assert book.alert(highest)["reason"] == "Churn risk above the threshold of their segment, $800 at risk"


@pytest.mark.parametrize(("chance", "rules"), [(0.04, ["likely_to_leave"]), (0.8, [])])
def test_who_is_silent_in_the_same_weeks_each_year_is_not_about_to_leave(
    book: Book, chance: float, rules: list[str]
) -> None:
    book.crowd(20)
    one = book.customer(ago=160, gap=8, churn_risk=0.9, value_at_risk_minor=900_000, silence_p=chance)
    book.evaluate()
    assert [one["rule"] for one in book.open_alerts(one) if one["rule"] == "likely_to_leave"] == rules


def test_engagement_below_the_threshold_is_low_and_a_fall_makes_it_medium(book: Book) -> None:
    crossed = book.customer("Crossed", engagement=42)
    always_low = book.customer("Always low", engagement=42)
    above = book.customer("Above", engagement=57)
    for customer, before in ((crossed, 64.0), (always_low, 48.0), (above, 70.0)):
        book.engaged_before(customer, before)
    book.evaluate()
    assert book.alert(crossed)["reason"] == "Engagement fell from 64 to 42 in 60 days"
    assert book.alert(crossed)["severity"] == 2
    assert (book.alert(always_low)["reason"], book.alert(always_low)["severity"]) == (
        "Engagement is 42, below your threshold",
        1,
    )
    assert book.open_alerts(above) == []


def test_low_engagement_names_the_lowest_of_those_who_still_buy_and_are_worth_keeping(book: Book) -> None:
    half = book.crowd(20, engagement=44, clv_if_stays_minor=60_000)
    lowest = book.customer(engagement=41, clv_if_stays_minor=60_000)
    small = book.customer(engagement=41, clv_if_stays_minor=1_000)
    gone = book.customer(engagement=20, ago=300, clv_if_stays_minor=60_000)
    book.crowd(20, engagement=70)
    book.evaluate()
    named = [alert["customer_id"] for alert in book.open_alerts() if alert["rule"] == "engagement_below"]
    assert named == [lowest]
    assert not {small, gone, *half} & set(named)


def test_engagement_that_stays_below_is_spoken_of_once(book: Book) -> None:
    low = book.customer("Low", engagement=42)
    book.engaged_before(low, 44.0)
    book.evaluate()
    from services.alerting import resolve

    resolve(book.workspace, [book.alert(low)["id"]], "no_issue")
    book.move(days=100)
    book.evaluate()
    assert [alert["state"] for alert in book.open_alerts(low)] == ["resolved"]


def test_spend_that_falls_to_sixty_percent_raises_an_alert(book: Book) -> None:
    book.crowd(10)
    book.bear_out_spending()
    falling = book.customer(mean_last_3_minor=5_600, clv_minor=1)
    steady = book.customer(mean_last_3_minor=6_100, clv_minor=1)
    book.evaluate()
    assert book.alert(falling)["reason"] == (
        "Last 3 days with orders (25 Oct to 14 Nov) averaged $56, the 6 before $100: down 44\u202f%"
    )
    assert book.alert(falling)["severity"] == 2
    assert book.open_alerts(steady) == []


def test_two_unhappy_tickets_or_one_left_open(book: Book) -> None:
    two, one_open, one_fresh, happy = (book.customer(name) for name in ("Two", "Open", "Fresh", "Happy"))
    for ago in (10, 40):
        book.ticket(two, ago, status="solved", resolved_on=book.day(ago - 1))
        book.ticket(happy, ago, sentiment=0.6)
    book.ticket(one_open, 5)
    book.ticket(one_fresh, 0)
    book.evaluate()
    assert book.alert(two)["reason"] == "2 unhappy tickets in 60 days, lifetime value $500"
    assert book.alert(one_open)["reason"] == "Unhappy ticket open for 5 days"
    assert book.open_alerts(one_fresh) == book.open_alerts(happy) == []


def test_days_open_are_counted_from_the_day_of_opening_as_the_timeline_counts_them(book: Book) -> None:
    of_a_day, fresh = book.customer("By day"), book.customer("Fresh")
    book.ticket(of_a_day, 101, opened_at=None)
    book.ticket(fresh, 0)
    policy = replace(book.workspace.policy, rule_parameters=(RuleParameter("unhappy_tickets", "open_hours", 1),))
    book.workspace = replace(book.workspace, policy=policy)
    book.evaluate()
    assert book.alert(of_a_day)["reason"] == "Unhappy ticket open for 101 days"
    assert book.alert(fresh)["reason"] == "Unhappy ticket from today still open"


@pytest.mark.parametrize("status", ["open", "solved"])
def test_the_customers_own_rating_of_a_ticket_counts_before_the_words_in_it(book: Book, status: str) -> None:
    book.crowd(10)
    glad, sad = book.customer("Glad"), book.customer("Sad", clv_minor=100, clv_if_stays_minor=100)
    for customer, rating in ((glad, 5), (sad, 1)):
        for ago in (10, 40):
            book.ticket(customer, ago, priority="Urgent", status=status, satisfaction=rating)
    book.evaluate()
    assert book.open_alerts(glad) == []
    urgent = {"distress", "urgent_ticket"} if status == "open" else set()  # no answer that helped
    assert rules_of(book, sad) == {"unhappy_tickets", *urgent}
    if not urgent:
        assert book.alert(sad)["reason"] == "2 unhappy tickets in 60 days"


@pytest.mark.parametrize(("worth", "severity"), [(200_000, 4), (70_000, 3)])
def test_a_renewal_near_makes_unhappy_tickets_critical_of_who_is_worth_more_than_most(
    book: Book, worth: int, severity: int
) -> None:
    book.crowd(20)
    customer = book.customer(renews_on=book.day(-18), clv_if_stays_minor=worth, spend_12m_minor=worth)
    book.ticket(customer, 5)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["rule"], alert["severity"]) == ("unhappy_tickets", severity)


def test_a_high_priority_ticket_of_the_most_valuable_is_critical_where_no_priority_is_above(book: Book) -> None:
    book.crowd(20)
    best = book.customer("Best", clv_if_stays_minor=200_000, spend_12m_minor=200_000)
    small = book.customer("Small", clv_if_stays_minor=1_000, spend_12m_minor=1_000)
    old = book.customer("Old", clv_if_stays_minor=200_000, spend_12m_minor=200_000)
    for customer, ago in ((best, 28), (small, 2), (old, 29)):
        book.ticket(customer, ago, priority="High")
    book.evaluate()
    found = [book.alert(customer) for customer in (best, small, old)]
    assert {alert["rule"] for alert in found} == {"urgent_ticket"}
    assert [alert["severity"] for alert in found] == [4, 2, 3], "20 working days, two days, and 21"


def test_a_bad_review_counts_only_while_no_ticket_is_open(book: Book) -> None:
    book.crowd(10, clv_if_stays_minor=900_000, spend_12m_minor=900_000)
    alone, ticketed = (book.customer(name, clv_minor=1_000) for name in ("Alone", "Ticketed"))
    for customer in (alone, ticketed):
        book.review(customer, 1)
    book.ticket(ticketed, 0, sentiment=0.0)
    book.evaluate()
    assert book.alert(alone)["reason"] == "Rated 1 of 5 on 16 Nov, no ticket opened yet"
    assert book.open_alerts(ticketed) == []


def test_satisfaction_falling_compares_three_ratings_with_those_before(book: Book) -> None:
    falling, steady = book.customer("Falling"), book.customer("Steady")
    for customer, recent in ((falling, 3), (steady, 5)):
        for ago in (300, 250, 200):
            book.review(customer, 5, ago)
        for ago in (80, 60, 40):
            book.review(customer, recent, ago)
    book.evaluate()
    assert book.alert(falling)["rule"] == "satisfaction_falling"
    assert book.open_alerts(steady) == []


def test_five_emails_without_an_answer(book: Book) -> None:
    silent, clicked, bought = (book.customer(name, ago=100, gap=90) for name in ("Silent", "Clicked", "Bought"))
    for customer in (silent, clicked, bought):
        for ago in (60, 50, 40, 30, 20):
            book.email(customer, "sent", ago, message=f"m{ago}")
            book.email(customer, "opened", ago, message=f"m{ago}")  # mail scanners open mails too
    book.email(clicked, "clicked", 35, message="m40")
    book.score(bought, last_order_on=book.day(25), days_since_last_order=25)
    book.evaluate()
    assert book.alert(silent)["reason"] == "Last 5 emails neither clicked nor answered"
    assert book.open_alerts(clicked) == book.open_alerts(bought) == []


def test_an_unsubscription_is_told_once(book: Book) -> None:
    book.crowd(10)
    values: dict[str, Any] = {"email_consent": "withdrawn", "email_consent_since": book.day(3)}
    customer = book.customer(clv_minor=900_000, **values)
    book.evaluate()
    alert = book.alert(customer)
    assert alert["reason"] == "Withdrew consent to emails 3 days ago"
    from services.alerting import resolve

    resolve(book.workspace, [alert["id"]], "no_issue")
    book.move(days=50)
    book.evaluate()
    assert len(book.open_alerts(customer)) == 1


def test_a_deal_without_contact_stalls_until_someone_writes(book: Book) -> None:
    stalled, spoken, early = (book.customer(name) for name in ("Stalled", "Spoken", "Early"))
    for customer in (stalled, spoken):
        book.deal(customer, "Proposal", 19)
    book.deal(early, "Identified", 19)
    book.add(conversations, customer_id=spoken, happened_on=book.day(4), direction="to_customer")
    book.evaluate()
    alert = book.alert(stalled)
    assert alert["reason"] == "Winter restock, Proposal, $450: open for 19 days without a call, reply or note"
    assert alert["upside_minor"] == 22_500
    assert book.open_alerts(spoken) == book.open_alerts(early) == []


def test_a_fall_of_engagement_that_is_silence_is_not_said_beside_the_silence(book: Book) -> None:
    book.crowd(10)
    silent, low = (book.customer(name, ago=ago, engagement=30.0) for name, ago in (("Silent", 120), ("Low", 20)))
    book.evaluate()
    assert book.signals(book.alert(silent)["id"]) == ["gap_beyond_usual"]
    assert book.alert(low)["rule"] == "engagement_below"


def test_where_no_contact_is_recorded_only_the_oldest_deals_beyond_the_usual_age_are_stalled(book: Book) -> None:
    closed, *opened = (book.customer(f"Deals {n}") for n in range(21))
    for number in range(40):
        won = book.deal(closed, "Won", 100 + number)
        with book.writing() as work:
            work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(60), won))
    for number, customer in enumerate(opened):
        book.deal(customer, "Proposal", 60 + 2 * number)
    for ago in (78, 79, 70):
        book.deal(opened[-1], "Proposal", ago)
    book.evaluate()
    assert [alert["customer_id"] for alert in book.open_alerts()] == opened[-2:]
    assert book.alert(opened[-1])["reason"] == (
        "Winter restock, Proposal, $450: open for 98 days; 9 of 10 deals here closed within 75 days."
        " 2 more deals are older than that"
    )


@pytest.mark.parametrize("closes", [60, None])
@pytest.mark.parametrize(("spoken", "raised"), [(4, False), (5, True)])
def test_what_customers_ask_now_and_then_does_not_tell_that_nobody_spoke_about_a_deal(
    book: Book, spoken: int, raised: bool, closes: int | None
) -> None:
    """Of deals that closed at least half must have had a conversation; else only their age tells."""
    closed = [book.customer(f"Closed {n}") for n in range(10)]
    for number, customer in enumerate(closed):
        won = book.deal(customer, "Won", 100)
        with book.writing() as work:
            day = book.day(closes) if closes is not None else None
            work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (day, won))
        book.add(conversations, customer_id=customer, happened_on=book.day(80 if number < spoken else 130))
    stalled = book.customer("Stalled")
    book.deal(stalled, "Proposal", 19)
    book.evaluate()
    assert [one["rule"] for one in book.open_alerts(stalled)] == ["deal_stalled"] * raised


@pytest.mark.parametrize(("currency", "rate", "amount_minor"), [("JPY", "0.01", 45_000), ("KWD", "3", 150_000)])
def test_a_deals_amount_is_converted_between_currencies_of_other_minor_units(
    book: Book, currency: str, rate: str, amount_minor: int
) -> None:
    policy = replace(book.workspace.policy, exchange_rates=(ExchangeRate(currency, rate),))
    book.workspace = replace(book.workspace, policy=policy)
    customer = book.customer()
    fields = {"stage": "Proposal", "opened_on": book.day(119), "amount_minor": amount_minor, "currency": currency}
    book.add(opportunities, customer_id=customer, name="Restock", **fields)
    book.evaluate()
    assert book.alert(customer)["upside_minor"] == 22_500  # half of $450.00


@pytest.mark.parametrize(
    ("amount", "past", "severity"),
    [
        (1_290_000, None, 4),
        (59_000, None, 3),  # the largest of small deals: customers are worth more
        (1_290_000, 14, 4),
        (1_290_000, 15, 2),  # nobody keeps it up to date
    ],
)
def test_a_deal_is_as_grave_as_customers_are_worth_and_no_more_once_its_date_is_long_past(
    book: Book, amount: int, past: int | None, severity: int
) -> None:
    for customer in book.crowd(5):
        book.deal(customer, "Negotiation", 5, 1_000)
    unhappy = book.customer("Unhappy", churn_risk=0.01, clv_minor=1_000)
    deal = book.deal(unhappy, "Negotiation", 5, amount)
    if past is not None:
        with book.writing() as work:
            work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (book.day(past), deal))
    book.ticket(unhappy, 10, satisfaction=1)
    book.ticket(unhappy, 12, satisfaction=1)
    book.evaluate()
    with book.workspace.store.read() as connection:
        query = "SELECT severity FROM alert_signals WHERE rule = 'deal_at_risk'"
        assert connection.exec_driver_sql(query).scalars().all() == [severity]


@pytest.mark.parametrize(("past", "severity"), [(None, 3), (14, 3), (15, 2)])
def test_a_stalled_deal_long_past_its_close_date_is_not_high(book: Book, past: int | None, severity: int) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    book.add(conversations, customer_id=customer, happened_on=book.day(28))
    deal = book.deal(customer, "Proposal", 30)
    with book.writing() as work:
        closes_on = book.day(past) if past is not None else None
        work.sql("UPDATE opportunities SET closes_on = ? WHERE id = ?", (closes_on, deal))
    book.evaluate()
    assert (book.alert(customer)["rule"], book.alert(customer)["severity"]) == ("deal_stalled", severity)


def test_a_large_deal_of_an_unhappy_customer_is_critical(book: Book) -> None:
    for customer in book.crowd(5):
        book.deal(customer, "Negotiation", 5, 1_000)
    unhappy = book.customer("Unhappy", churn_risk=0.01)
    book.deal(unhappy, "Negotiation", 5, 1_290_000)
    book.ticket(unhappy, 10)
    book.ticket(unhappy, 12)
    book.evaluate()
    alert = book.alert(unhappy)
    assert (alert["rule"], alert["severity"]) == ("deal_at_risk", 4)
    assert alert["reason"] == "Open deal of $12,900, and unhappy tickets"
    assert set(book.signals(alert["id"])) == {"deal_at_risk", "unhappy_tickets", "repeated_trouble"}


@pytest.mark.parametrize(("score", "rules"), [(9.0, []), (2.0, ["deal_at_risk"])])
def test_who_rated_us_well_after_their_tickets_were_solved_is_not_unhappy(
    book: Book, score: float, rules: list[str]
) -> None:
    for customer in book.crowd(5):
        book.deal(customer, "Negotiation", 5, 1_000)
    customer = book.customer("Solved", churn_risk=0.01)
    book.deal(customer, "Negotiation", 5, 1_290_000)
    for ago in (10, 12):
        book.ticket(customer, ago, resolved_on=book.day(ago - 1))
    book.add(surveys, customer_id=customer, kind="nps", score=score, scale=10, answered_on=book.day(4))
    book.evaluate()
    assert [one["rule"] for one in book.open_alerts(customer) if one["rule"] == "deal_at_risk"] == rules


def test_a_large_deal_is_critical_by_a_risk_that_is_high_not_by_one_that_is_usual(book: Book) -> None:
    for customer in book.crowd(20):
        book.deal(customer, "Negotiation", 5, 1_000)
    usual, high, unknown = (
        book.customer(name, churn_risk=risk, confidence=confidence)
        for name, risk, confidence in (("Usual", 0.14, "high"), ("High", 0.4, "high"), ("Unknown", 0.4, "low"))
    )
    for customer in (usual, high, unknown):
        book.deal(customer, "Negotiation", 5, 1_290_000)
    book.evaluate()
    assert book.alert(high)["reason"] == "Open deal of $12,900, churn risk 40\u202f%"
    assert book.open_alerts(usual) == book.open_alerts(unknown) == []


def test_a_renewal_with_low_health(book: Book) -> None:
    low = book.customer(renews_on=book.day(-40), health=52)
    well = book.customer(renews_on=book.day(-40), health=80)
    far = book.customer(renews_on=book.day(-80), health=52)
    given_notice = book.customer(churned_on=book.day(-40), health=52)
    book.evaluate()
    assert book.alert(low)["reason"] == "Renews in 40 days, health 52 of 100"
    assert book.open_alerts(well) == book.open_alerts(far) == book.open_alerts(given_notice) == []


def test_who_gave_notice_has_an_alert_by_what_they_are_worth_until_the_contract_ends(book: Book) -> None:
    book.crowd(40)
    dear = book.customer("Dear", clv_if_stays_minor=900_000)
    late = book.customer("Late", clv_if_stays_minor=900_000)
    small = book.customer("Small", clv_if_stays_minor=100)
    over, renewed, to_come = book.customer("Over"), book.customer("Renewed"), book.customer("To come")
    for customer, noticed, ends in (
        (dear, 12, -41), (late, 45, -41), (small, 12, -41), (over, 90, 1), (renewed, 12, -41), (to_come, -2, -41),
    ):  # fmt: skip
        book.add(
            contracts, customer_id=customer, starts_on=book.day(300), ends_on=book.day(ends), status="ended",
            noticed_on=book.day(noticed),
        )  # fmt: skip
    book.add(contracts, customer_id=renewed, starts_on=book.day(-41), ends_on=book.day(-400), status="active")
    book.evaluate()
    alert = book.alert(dear)
    assert (alert["rule"], alert["severity"]) == ("notice_given", 4)
    assert alert["reason"] == "Gave notice 12 days ago; the contract ends in 41 days"
    assert alert["recommendation"]["code"] in ("notice_email", "notice_call")
    assert (book.alert(late)["severity"], book.alert(small)["severity"]) == (3, 2)
    assert not book.open_alerts(over) and not book.open_alerts(renewed) and not book.open_alerts(to_come)


def test_the_end_of_a_valuable_customers_contract_is_agreed_in_time_though_all_is_well(book: Book) -> None:
    book.crowd(40)
    fields = {"renews_on": book.day(-12), "health": 95}
    dear = book.customer("Dear", clv_if_stays_minor=900_000, **fields)
    small = book.customer("Small", clv_if_stays_minor=100, **fields)
    monthly = book.customer("Monthly", clv_if_stays_minor=900_000, contract_starts_on=book.day(18), **fields)
    book.evaluate()
    alert = book.alert(dear)
    assert (alert["rule"], alert["severity"]) == ("renewal_near", 3)
    assert alert["reason"] == "Renews in 12 days, health 95 of 100"
    assert alert["recommendation"]["code"] == "renewal_agree"
    assert not book.open_alerts(small) and not book.open_alerts(monthly)


def test_a_very_large_return_is_told_whatever_the_model_expects(book: Book) -> None:
    """Also of who is no active customer: an order of more than others bring in years came back on its own day."""
    book.crowd(38)
    book.crowd(2, clv_if_stays_minor=900_000)
    once = book.customer("Once", ago=205, standing="win_back", churn_risk=0.8, clv_if_stays_minor=100)
    usual = book.customer("Usual")
    for customer, minor in ((once, 16_846_960), (usual, 59_000)):
        book.order(customer, 3, minor)
        book.order(customer, 3, -minor, kind="cancellation")
    book.evaluate()
    alert = book.alert(once)
    assert (alert["rule"], alert["severity"]) == ("large_return", 3)
    assert alert["reason"] == "Ordered and cancelled $168,470 on the same day"
    assert alert["recommendation"]["code"] in ("return_email", "return_call")
    assert not book.open_alerts(usual)
    resolve(book.workspace, [alert["id"]], "no_issue")
    book.move(days=2)
    book.evaluate()
    assert not [one for one in book.open_alerts(once) if one["state"] != "resolved"], "it was spoken of"
    book.order(once, 1, -9_000_000, kind="return")
    book.evaluate()
    assert [one["reason"] for one in book.open_alerts(once) if one["state"] != "resolved"] == [
        "Returned or cancelled $258,470 within 14 days"
    ]


def test_what_was_ordered_days_before_it_was_cancelled_is_no_slip_of_a_day(book: Book) -> None:
    book.crowd(38)
    book.crowd(2, clv_if_stays_minor=900_000)
    customer = book.customer("Once", ago=205, standing="win_back", clv_if_stays_minor=100)
    book.order(customer, 5, 16_846_960)
    book.order(customer, 3, -16_846_960, kind="cancellation")
    book.evaluate()
    assert book.alert(customer)["reason"] == "Returned or cancelled $168,470 within 14 days"


def test_win_back_is_due_only_where_nobody_wrote_since(book: Book) -> None:
    book.crowd(10)
    fields = {"ago": 420, "gap": 60.0, "spend_total_minor": 900_000}
    due, written = book.customer("Due", **fields), book.customer("Written", **fields)
    book.email(due, "sent", 30, campaign="Newsletter")  # a newsletter to everyone is no contact
    book.email(written, "sent", 30)
    book.evaluate()
    alert = book.alert(due)
    assert (alert["rule"], alert["kind"], alert["upside_minor"]) == ("win_back_due", "opportunity", 90_000)
    assert alert["reason"] == "Last order 420 days ago, no contact since"
    assert book.open_alerts(written) == []


def test_who_was_contacted_and_stayed_silent_is_due_again_after_a_while(book: Book) -> None:
    """A chat of five months ago kept a best customer off every list for good."""
    book.crowd(10)
    fields = {"ago": 400, "gap": 60.0, "spend_total_minor": 900_000}
    long_ago, lately = book.customer("Long ago", **fields), book.customer("Lately", **fields)
    for customer, ago in ((long_ago, 166), (lately, 89)):
        book.add(conversations, customer_id=customer, channel="Chat", direction="from_customer", text="Late again.",
                 happened_on=book.day(ago), leaving=0)  # fmt: skip
    book.evaluate()
    assert book.alert(long_ago)["reason"] == "Last order 400 days ago, last contact 166 days ago"
    assert book.open_alerts(lately) == []


def test_an_email_of_ours_does_not_make_a_book_one_that_keeps_contacts(book: Book) -> None:
    book.crowd(10)
    due, other = (book.customer(name, ago=420, gap=60.0, spend_total_minor=900_000) for name in ("Due", "Other"))
    book.email(other, "sent", 3, source="bellwether", external_id="1")
    book.evaluate()
    assert book.alert(due)["reason"] == "Last order 420 days ago"


def test_a_book_that_keeps_no_contacts_does_not_say_that_there_was_none(book: Book) -> None:
    book.crowd(10)
    due = book.customer("Due", ago=420, gap=60.0, spend_total_minor=900_000)
    book.evaluate()
    assert book.alert(due)["reason"] == "Last order 420 days ago"


def test_win_back_begins_where_active_ends(book: Book) -> None:
    """Low; medium for a year where a customer of high value is silent beyond the own rhythm."""
    book.crowd(10)
    dear = {"spend_total_minor": 900_000, "churn_risk": 0.6}
    quarterly = book.customer("Quarterly", ago=340, gap=91, **dear)
    long_ago = book.customer("Long ago", ago=500, gap=91, **dear)
    small = book.customer("Small", ago=340, gap=91, spend_total_minor=2_000, churn_risk=0.6)
    yearly = book.customer("Yearly", ago=1_200, gap=365, **dear)
    gone = book.customer("Gone", ago=1_200, gap=91, **dear)
    unknown = book.customer("Unknown", ago=340, gap=91, spend_total_minor=2_000, silence_p=None)
    lost = book.customer("Lost", ago=340, gap=91, standing="lost", **dear)
    book.evaluate()
    assert {rule for one in (quarterly, long_ago, small, yearly) for rule in rules_of(book, one)} == {"win_back_due"}
    assert [book.alert(one)["severity"] for one in (quarterly, long_ago, small, yearly)] == [2, 1, 1, 1]
    assert not any(book.open_alerts(one) for one in (gone, unknown, lost))


def test_engagement_is_news_of_active_customers_only(book: Book) -> None:
    active = book.customer("Active", engagement=40)
    gone = [book.customer(name, engagement=4, ago=1_100, standing=name) for name in ("win_back", "lost")]
    book.evaluate()
    assert rules_of(book, active) == {"engagement_below"}
    assert not any(book.open_alerts(one) for one in gone)


def test_growth_is_an_opportunity(book: Book) -> None:
    book.crowd(10)
    growing = book.customer(health=80, orders_6m=8, orders_6m_before=5)
    small = book.customer(health=80, orders_6m=3, orders_6m_before=1)
    ill = book.customer(health=60, orders_6m=8, orders_6m_before=5)
    young = book.customer(health=80, orders_6m=8, orders_6m_before=5, first_order_on=book.day(200))
    waiting = book.customer(health=80, orders_6m=8, orders_6m_before=5)
    book.ticket(waiting, 5)
    book.evaluate()
    assert all("ready_for_more" not in book.signals(one["id"]) for one in book.open_alerts(waiting))
    alert = book.alert(growing)
    assert alert["kind"] == "opportunity"
    assert alert["reason"] == "Purchase days up 60\u202f%: 8 in 6 months, 5 in the 6 before"
    assert alert["upside_minor"] == alert["expected_value_minor"] == 15_000
    assert book.open_alerts(small) == book.open_alerts(ill) == book.open_alerts(young) == []


@pytest.mark.parametrize(("ago", "raised"), [(59, False), (61, True)])
def test_nothing_is_sold_to_who_complained_of_late(book: Book, ago: int, raised: bool) -> None:
    book.crowd(10)
    ticket, rated, survey, review = (book.customer(health=80, orders_6m=8, orders_6m_before=5) for _ in range(4))
    book.ticket(ticket, ago, status="solved", resolved_on=book.day(ago))
    book.ticket(rated, 80, sentiment=0.0, status="solved", resolved_on=book.day(ago), satisfaction=2)
    book.add(surveys, customer_id=survey, kind="nps", score=2, scale=10, answered_on=book.day(ago))
    book.review(review, 2, ago)
    book.evaluate()
    found = [any("ready_for_more" in book.signals(alert["id"]) for alert in book.open_alerts(one))
             for one in (ticket, rated, survey, review)]  # fmt: skip
    assert found == [raised] * 4


def test_who_bought_less_in_the_last_quarter_or_cools_is_not_ready_for_more(book: Book) -> None:
    book.crowd(10)
    growing, fewer, less = (book.customer(health=80, orders_6m=8, orders_6m_before=4) for _ in range(3))
    cooling = book.customer(health=80, orders_6m=8, orders_6m_before=4, segment="Cooling VIP")
    for customer, now, amount in ((growing, 4, 10_000), (fewer, 3, 20_000), (less, 4, 4_000), (cooling, 4, 10_000)):
        for number in range(4):
            book.order(customer, 100 + number)
        for number in range(now):
            book.order(customer, 5 + number, amount)
    book.evaluate()
    assert book.alert(growing)["rule"] == "ready_for_more"
    assert book.open_alerts(fewer) == book.open_alerts(less) == book.open_alerts(cooling) == []


def test_a_rise_that_is_the_book_s_own_is_no_opportunity(book: Book) -> None:
    book.crowd(10, orders_6m=6, orders_6m_before=4)
    with_all = book.customer(health=80, orders_6m=8, orders_6m_before=5)
    beyond = book.customer(health=80, orders_6m=12, orders_6m_before=4)
    book.evaluate()
    assert book.open_alerts(with_all) == []
    assert book.alert(beyond)["rule"] == "ready_for_more"


def _bought(book: Book, customer: int, category: str, ago: int, kind: str = "purchase") -> None:
    product = book.add(products, name=category, category=category)
    order = book.order(customer, ago, kind=kind)
    book.add(order_lines, order_id=order, product_id=product, amount_minor=1)


def test_buying_often_from_one_category_only(book: Book) -> None:
    book.crowd(5)
    one, two = (
        book.customer("One", orders_6m=9, orders_6m_before=9),
        book.customer("Two", orders_6m=9, orders_6m_before=9),
    )
    for customer in (one, two):
        _bought(book, customer, "Denim", 20)
        _bought(book, customer, "Denim", 40)
    _bought(book, two, "Shoes", 30)
    book.evaluate()
    assert book.alert(one)["reason"] == "Buys often, but from one category only"
    assert book.open_alerts(two) == []


def test_who_buys_what_often_comes_back_is_shown_the_fit_scan(book: Book) -> None:
    other, never, user = (book.customer(name) for name in ("Other", "Never", "User"))
    _bought(book, other, "Shoes", 100)
    _bought(book, other, "Denim", 100)
    _bought(book, other, "Denim", 90, "return")
    for customer in (never, user):
        _bought(book, customer, "Denim", 10)
    book.add(activities, customer_id=user, kind="fit_scan", happened_on=book.day(9))
    book.evaluate()
    assert book.alert(never)["reason"] == "Bought Denim, which is often returned, and never used the fit scan"
    assert "not_adopted" not in rules_of(book, user)


def test_rules_that_an_older_program_stored_are_read_as_this_ones(book: Book) -> None:
    book.evaluate()
    with book.writing() as work:
        work.sql(
            "UPDATE rules SET definition = '{\"code\": \"win_back_due\"}', enabled = 0 WHERE code = 'win_back_due'"
        )
    with book.workspace.store.read() as connection:
        stored = {rule.code: on for rule, on in stored_rules(connection)}
    assert stored["win_back_due"] is False and len(stored) == len(shipped_rules())


def test_a_rule_may_ask_what_the_newest_fit_scan_said(book: Book) -> None:
    definition = {
        "code": "sized", "title": "Sized", "position": 900, "kind": "opportunity", "subject": "customer",
        "group": "growth", "severity": "low", "cooldown_days": 30, "after_order": "resolves",
        "reason": "Scanned {days_since_fit_scan:days} ago: size {recommended_size}",
        "when": [{"measure": "recommended_size", "is": "equals", "than": "XL"},
                 {"measure": "days_since_fit_scan", "is": "below", "than": 30}],
    }  # fmt: skip
    row = {"code": "sized", "version": 1, "enabled": 1, "changed_at": book.day(0)}
    with book.writing() as work:
        work.insert(rules, {**row, "definition": json.dumps(definition)})
    grown, long_ago, other = (book.customer(name) for name in ("Grown", "Long ago", "Other"))
    for customer, ago, size in ((grown, 200, "L"), (grown, 9, "XL"), (long_ago, 60, "XL"), (other, 9, "M")):
        book.add(activities, customer_id=customer, kind="fit_scan", happened_on=book.day(ago),
                 attributes=json.dumps({"chest_cm": "109", "Recommended size": size}))  # fmt: skip
    book.evaluate()
    assert "sized" in rules_of(book, grown) and book.alert(grown)["reason"] == "Scanned 9 days ago: size XL"
    assert "sized" not in rules_of(book, long_ago) | rules_of(book, other)


def test_a_rule_may_ask_for_overdue_invoices(book: Book) -> None:
    definition = {
        "code": "owing", "title": "Owing", "position": 900, "kind": "risk", "subject": "customer",
        "group": "money", "severity": "low", "cooldown_days": 30, "after_order": "resolves_when_over",
        "reason": "{overdue_invoices:count:overdue invoice|overdue invoices}, up to {overdue_invoice_days:days}",
        "when": [{"measure": "overdue_invoice_days", "is": "above", "than": 14}],
    }  # fmt: skip
    row = {"code": "owing", "version": 1, "enabled": 1, "changed_at": book.day(0)}
    with book.writing() as work:
        work.insert(rules, {**row, "definition": json.dumps(definition)})
    owing, later, paid, void, credited, partly, early = (
        book.customer(name) for name in ("Owing", "Later", "Paid", "Void", "Credited", "Partly", "Early")
    )
    owed = {"amount_minor": 5000, "currency": "USD", "issued_on": book.day(60), "status": "open"}
    invoices = metadata.tables["invoices"]
    for customer, ago, more in (
        *((owing, 20, {}), (owing, 5, {}), (later, 10, {}), (paid, 40, {"paid_on": book.day(30), "status": "paid"})),
        (void, 40, {"status": "void"}),
        (credited, 40, {"amount_minor": -5000}),
        (partly, 40, {"paid_on": book.day(30), "status": "partly paid"}),
        (early, 40, {"paid_on": book.day(-1), "status": "paid"}),
    ):
        book.add(invoices, customer_id=customer, due_on=book.day(ago), **{**owed, **more})
    book.evaluate()
    assert book.alert(owing)["reason"] == "2 overdue invoices, up to 20 days"
    assert all("owing" not in rules_of(book, customer) for customer in (later, paid, void, credited))
    assert all("owing" in rules_of(book, customer) for customer in (partly, early)), (
        "a later payment does not count yet"
    )


def test_activity_that_drops_against_its_own_rate(book: Book) -> None:
    fallen = book.customer("Fallen", ago=40)
    steady = [book.customer(f"Steady {n}") for n in range(15)]
    for customer in (fallen, *steady):
        for week in range(30):
            if customer == fallen and week < 4:
                continue
            for n in range(3):
                day = book.day(week * 7 + n)
                book.add(activities, customer_id=customer, kind="login", happened_on=day)
    with book.writing() as work:
        write_anomalies(work, read_events(work.connection, book.today, currency="USD"), everyone=True, said=True)
    book.evaluate()
    assert book.alert(fallen)["reason"] == "Portal logins fell 100\u202f% since 23 Oct: 0 instead of about 12"
    assert [rules_of(book, customer) for customer in steady] == [set()] * 15


def test_a_stale_source_is_an_alert_for_the_book(book: Book) -> None:
    customer = book.customer()
    for ago in range(32, 74, 7):
        book.email(customer, "sent", ago, message=str(ago))
        book.email(customer, "clicked", ago, message=str(ago))
    for ago in range(20):
        book.order(customer, ago)
    book.evaluate()
    (alert,) = [alert for alert in book.open_alerts() if alert["customer_id"] is None]
    assert (alert["kind"], alert["severity"]) == ("data", 3)
    assert alert["reason"] == "Email events 32 days old; usually every 7 days"
    book.email(customer, "sent", 0, message="new")
    book.email(customer, "clicked", 0, message="new")
    run = book.evaluate()
    assert run.closed == (alert["id"],)


def test_nothing_dated_after_the_books_day_counts(book: Book) -> None:
    customer = book.customer()
    book.score(customer, as_of=book.day(30))
    book.ticket(customer, 10)
    book.ticket(customer, 12)
    book.review(customer, 1, 3)
    book.deal(customer, ago=20)
    book.evaluate()
    assert book.open_alerts(customer) == []


@pytest.mark.parametrize("gone", [{"churned_on": (Book.day, 100)}])
def test_a_contract_that_ended_raises_nothing(book: Book, gone: dict[str, Any]) -> None:
    customer = book.customer(ago=200, gap=20, churned_on=book.day(100))
    book.evaluate()
    assert book.open_alerts(customer) == []


@pytest.mark.parametrize(("given", "unhappy"), [(2, True), (3, True), (4, False)])
def test_a_middling_rating_takes_back_no_unhappy_ticket(book: Book, given: int, unhappy: bool) -> None:
    customer = book.customer()
    for ago in (5, 9):
        book.ticket(customer, ago, status="solved", resolved_on=book.day(ago - 1), satisfaction=given)
    book.evaluate()
    raised = {one for alert in book.open_alerts(customer) for one in book.signals(alert["id"])}
    assert ("unhappy_tickets" in raised) is unhappy


def test_several_signals_make_one_alert_with_the_gravest_in_front(book: Book) -> None:
    other, *_ = book.crowd(10)
    book.order(other)  # orders still come in
    customer = book.customer(ago=70, gap=20, clv_minor=1, mean_last_3_minor=1_000)
    book.bear_out_spending()
    book.ticket(customer, 5)
    book.evaluate()
    alert = book.alert(customer)
    assert set(book.signals(alert["id"])) >= {"gap_beyond_usual", "unhappy_tickets", "spend_falling"}
    assert alert["severity"] == 3
    assert alert["rule"] == "unhappy_tickets", "what they wrote leads before what a model infers"


def test_a_second_run_changes_nothing_and_leaves_no_entry(book: Book) -> None:
    book.customer(ago=70, gap=20)
    assert book.evaluate().changes.entry is not None
    before = book.open_alerts()
    again = book.evaluate()
    assert again.changes.entry is None and again.opened == ()
    assert book.open_alerts() == before


def test_a_run_over_one_customer_says_the_same_as_a_run_over_all(book: Book) -> None:
    from models.values.changes import Changes
    from services.alerting import evaluate

    book.crowd(20)
    book.evaluate()
    customer = book.customer(ago=70, gap=20, clv_minor=900_000, churn_risk=0.7, value_at_risk_minor=90_000)
    other = book.customer("Unasked", ago=70, gap=20)
    run = evaluate(book.workspace, Changes(customers=frozenset({customer})))
    assert run.opened == (book.alert(customer)["id"],)
    assert book.open_alerts(other) == []
    scoped = (book.alert(customer)["severity"], set(book.signals(book.alert(customer)["id"])))
    book.evaluate()
    assert scoped == (book.alert(customer)["severity"], set(book.signals(book.alert(customer)["id"])))


def test_the_money_of_an_open_alert_follows_the_scores(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.score(customer, value_at_risk_minor=7_777, churn_risk=0.33)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["value_at_risk_minor"], alert["expected_value_minor"], alert["churn_risk"]) == (7_777, 7_777, 0.33)


def test_the_words_of_an_open_alert_follow_the_days(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    due = book.alert(customer)["due_at"]
    book.score(customer, days_since_last_order=72)
    book.evaluate()
    alert = book.alert(customer)
    assert alert["reason"].startswith("No order for 72 days")
    assert alert["due_at"] == due


def test_an_order_after_the_alert_resolves_it_as_came_back(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.move(days=2)
    book.order(customer, 1)
    book.score(customer, days_since_last_order=1)
    run = book.evaluate()
    alert = book.alert(customer)
    assert run.closed == (alert["id"],)
    assert (alert["state"], alert["outcome"], alert["closed_by"]) == ("resolved", "came_back", "rule")


def test_an_order_of_the_alerts_own_day_or_after_the_watch_time_or_a_return_does_not(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.order(customer, 0)
    book.move(days=61)
    book.order(customer, 0)
    book.order(customer, 30, kind="return")
    book.evaluate()
    assert book.alert(customer)["state"] == "open"


def test_an_order_does_not_close_a_complaint_that_still_stands(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.ticket(customer, 5)
    book.evaluate()
    book.move(days=2)
    book.order(customer, 0)
    book.score(customer, days_since_last_order=0, silence_p=0.9)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["state"], alert["rule"]) == ("open", "unhappy_tickets")


def test_a_closed_alert_keeps_its_rule_silent_for_the_cool_down(book: Book) -> None:
    from services.alerting import resolve

    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    resolve(book.workspace, [book.alert(customer)["id"]], "no_issue")
    book.move(days=20)
    book.score(customer, days_since_last_order=90)
    book.evaluate()
    assert len(book.open_alerts(customer)) == 1
    book.move(days=26)
    book.evaluate()
    assert len(book.open_alerts(customer)) == 2


def test_a_measure_that_gets_worse_by_a_step_breaks_the_silence(book: Book) -> None:
    from services.alerting import resolve

    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    resolve(book.workspace, [book.alert(customer)["id"]], "no_issue")
    book.move(days=20)
    book.score(customer, days_since_last_order=111)
    book.evaluate()
    assert len(book.open_alerts(customer)) == 2


def test_a_run_is_one_journal_entry_of_the_rules(book: Book) -> None:
    for n in range(5):
        book.customer(f"Customer {n}", ago=70, gap=20)
    with book.workspace.store.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar() or 0
    run = book.evaluate()
    with book.workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT actor_kind, verb FROM journal WHERE id > ?", (before,)).fetchall()
    assert [tuple(row) for row in rows] == [("rule", "evaluate")]
    assert run.changes.alerts == frozenset(run.opened) and len(run.opened) == 5


def test_the_journal_says_one_alert_as_one(book: Book) -> None:
    book.customer(ago=70, gap=20)
    book.evaluate()
    with book.workspace.store.read() as connection:
        told = connection.exec_driver_sql(
            "SELECT after FROM journal_payloads WHERE operation = 'words' ORDER BY journal_id DESC"
        ).scalar()
    assert "Evaluated the rules: 1 alert opened, 0 closed" in str(told)


def test_the_owners_zone_and_the_holidays_of_the_policy_move_the_due_time(book: Book) -> None:
    from dataclasses import replace

    from services.settings import BusinessHours, OwnerZone

    hours = BusinessHours(time_zone="UTC", holidays=(book.today,))
    policy = replace(book.workspace.policy, business_hours=hours, owner_zones=(OwnerZone("Ito", "Asia/Tokyo"),))
    book.workspace = book.workspace.with_policy(policy)
    book.crowd(10)
    here = book.customer("Here", ago=70, gap=20, clv_minor=1)
    there = book.customer("There", ago=70, gap=20, clv_minor=1, owner="Ito")
    book.evaluate()
    friday = (book.today + timedelta(days=1)).isoformat()
    assert book.alert(here)["due_at"] == f"{friday}T17:00:00Z"
    assert book.alert(there)["due_at"] == f"{friday}T08:00:00Z"


def test_orders_table_is_what_the_index_covers(book: Book) -> None:
    """The query for answered alerts must not read a customer's whole history."""
    with book.workspace.store.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT min(o.ordered_on) FROM orders o WHERE o.customer_id = 1"
            " AND o.kind = 'purchase' AND o.ordered_on > '2026-01-01' AND o.amount_minor > 0"
        ).fetchall()
    assert "COVERING INDEX ix_orders_customer" in str(plan), orders.name


def test_a_new_leading_signal_brings_its_own_advice_until_someone_works_on_the_alert(book: Book) -> None:
    book.crowd(10)
    book.bear_out_spending()
    for name, touched in (("Untouched", False), ("Touched", True)):
        customer = book.customer(name, mean_last_3_minor=5_000, clv_minor=1)
        book.evaluate()
        first = book.alert(customer)["recommendation"]["code"]
        if touched:
            add_note(book.workspace, book.alert(customer)["id"], "called them")
        book.ticket(customer, 5)
        book.evaluate()
        alert = book.alert(customer)
        assert alert["rule"] == "unhappy_tickets"
        assert (alert["recommendation"]["code"] == first) == touched


def test_when_an_order_answers_what_led_an_alert_the_rest_leads(book: Book) -> None:
    book.crowd(10, clv_if_stays_minor=900_000, spend_12m_minor=900_000, churn_risk=0.4)
    customer = book.customer(ago=70, gap=20, clv_minor=1_000, value_at_risk_minor=900_000)
    ticket = book.ticket(customer, 5)
    book.evaluate()
    assert "gap_beyond_usual" in book.signals(book.alert(customer)["id"])
    with book.writing() as work:
        work.sql("UPDATE tickets SET opened_on = '2026-01-01', resolved_on = '2026-01-02' WHERE id = ?", (ticket,))
    book.review(customer, 1, 1)
    book.evaluate()
    book.move(days=1)
    book.order(customer, 0)
    book.score(customer, days_since_last_order=0, silence_p=0.9)
    book.evaluate()
    alert = book.alert(customer)
    assert (alert["state"], alert["rule"]) == ("open", "bad_review")


def test_several_deals_of_a_customer_are_one_signal(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    book.add(conversations, customer_id=customer, happened_on=book.day(28))
    book.deal(customer, "Proposal", 22)
    book.deal(customer, "Qualified", 30)
    book.evaluate()
    assert book.alert(customer)["reason"] == (
        "Winter restock, Qualified, $450: open for 30 days, no call, reply or note for 28 days; 1 more deal like this"
    )


def test_the_model_alone_makes_nothing_critical_where_its_confidence_is_low(book: Book) -> None:
    for other in book.crowd(10):
        book.deal(other, "Negotiation", 5, 1_000)
    low, high = (book.customer(name, churn_risk=0.6, confidence=name) for name in ("low", "high"))
    for customer in (low, high):
        book.deal(customer, "Negotiation", 5, 9_000_000)
    book.evaluate()
    assert book.open_alerts(low) == []
    assert book.alert(high)["severity"] == 4
