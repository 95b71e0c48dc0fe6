"""What each rule of ALERTS.md fires on, and what it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.tables import activities, conversations, opportunities, order_lines, orders, products
from services.alerting import add_note
from services.scoring.events import read_events
from services.scoring.unusual import write_unusual
from services.settings import ExchangeRate
from tests.services.alerting.book import Book


def rules_of(book: Book, customer: int) -> set[str]:
    """The rules whose signals a customer's card carries."""
    return {rule for card in book.cards(customer) for rule in book.signals(card["id"])}


def test_a_book_without_scores_is_left_alone(book: Book) -> None:
    run = book.evaluate()
    assert run.opened == () and book.cards() == []


def test_a_gap_of_more_than_three_times_the_usual_raises_a_card_in_words(book: Book) -> None:
    late = book.customer("Marlow & Pike", ago=74, gap=21, value_at_risk_minor=524_000)
    on_time = book.customer("On time", ago=62, gap=21)
    new = book.customer("New", ago=74, gap=21, purchase_days=3)
    gone = book.customer("Gone", ago=366, gap=21)
    book.evaluate()
    card = book.card(late)
    assert card["rule"] == "gap_beyond_usual"
    assert card["reason"] == "No order for 74 days; the usual gap is 21"
    assert card["state"] == "open" and card["kind"] == "risk"
    assert card["value_at_risk_minor"] == card["expected_value_minor"] == 524_000
    for customer in (on_time, new, gone):
        assert "gap_beyond_usual" not in rules_of(book, customer)


def test_top_fifth_lifetime_value_makes_a_gap_critical(book: Book) -> None:
    book.crowd(10)
    dear = book.customer("Dear", ago=70, gap=20, clv_minor=900_000)
    cheap = book.customer("Cheap", ago=70, gap=20, clv_minor=100)
    book.evaluate()
    assert book.card(dear)["severity"] == 4
    assert book.card(cheap)["severity"] == 3


def test_a_gap_that_is_too_long_since_long_is_no_longer_critical(book: Book) -> None:
    book.crowd(10)
    lately = book.customer("Lately", ago=90, gap=20, clv_minor=900_000)
    long_since = book.customer("Long since", ago=91, gap=20, clv_minor=900_000)
    book.evaluate()
    assert book.card(lately)["severity"] == 4
    assert book.card(long_since)["severity"] == 3


def test_a_card_stays_critical_when_its_gap_gets_old(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(ago=85, gap=20, clv_minor=900_000)
    book.evaluate()
    book.move(days=10)
    with book.writing() as work:
        work.sql("UPDATE customer_risk_scores SET days_since_last_order = 95 WHERE customer_id = ?", (customer,))
    book.evaluate()
    card = book.card(customer)
    assert (card["severity"], card["reason"]) == (4, "No order for 95 days; the usual gap is 20")


def test_among_many_lost_ones_only_the_most_valuable_of_the_active_are_critical(book: Book) -> None:
    book.crowd(10, clv_minor=500_000)
    for _ in range(40):
        book.customer("Gone", ago=700, gap=20, clv_minor=0)
    repeat = book.customer("Came back", ago=70, gap=20, clv_minor=1_000)
    book.evaluate()
    assert book.card(repeat)["severity"] == 3


def test_severity_decides_when_a_card_is_due(book: Book) -> None:
    book.crowd(10)
    dear = book.customer("Dear", ago=70, gap=20, clv_minor=900_000)
    cheap = book.customer("Cheap", ago=70, gap=20, clv_minor=100)
    book.evaluate()
    assert book.card(dear)["due_at"] == "2026-11-19T13:00:00Z"
    assert book.card(cheap)["due_at"] == "2026-11-19T17:00:00Z"


def test_likely_to_leave_looks_at_active_customers_only(book: Book) -> None:
    book.crowd(18, value_at_risk_minor=100)
    leaving = book.customer("Leaving", churn_risk=0.6, value_at_risk_minor=80_000)
    long_gone = book.customer("Gone", ago=600, churn_risk=0.99, value_at_risk_minor=90_000)
    unsure = book.customer("Unsure", churn_risk=0.7, value_at_risk_minor=80_000, confidence="low")
    book.evaluate()
    assert book.card(leaving)["rule"] == "likely_to_leave"
    assert "likely_to_leave" not in rules_of(book, long_gone) | rules_of(book, unsure)


def test_the_highest_tenth_is_not_enough_where_the_whole_book_is_calm(book: Book) -> None:
    book.crowd(20)
    highest = book.customer("Highest", churn_risk=0.08, value_at_risk_minor=80_000)
    book.evaluate()
    assert "likely_to_leave" not in rules_of(book, highest)


def test_engagement_must_cross_the_threshold_and_have_fallen(book: Book) -> None:
    crossed = book.customer("Crossed", engagement=42)
    always_low = book.customer("Always low", engagement=42)
    slowly = book.customer("Slowly", engagement=47)
    for customer, before in ((crossed, 64.0), (always_low, 48.0), (slowly, 52.0)):
        book.engaged_before(customer, before)
    book.evaluate()
    assert book.card(crossed)["reason"] == "Engagement fell from 64 to 42 in 60 days"
    assert book.cards(always_low) == book.cards(slowly) == []


def test_spend_that_falls_to_sixty_percent_raises_a_card(book: Book) -> None:
    book.crowd(10)
    falling = book.customer(mean_last_3_minor=5_600, clv_minor=1)
    steady = book.customer(mean_last_3_minor=6_100, clv_minor=1)
    book.evaluate()
    assert book.card(falling)["reason"] == "Average order down 44\u202f% over 3 orders"
    assert book.card(falling)["severity"] == 2
    assert book.cards(steady) == []


def test_two_unhappy_tickets_or_one_left_open(book: Book) -> None:
    two, one_open, one_fresh, happy = (book.customer(name) for name in ("Two", "Open", "Fresh", "Happy"))
    for ago in (10, 40):
        book.ticket(two, ago, status="solved", resolved_on=book.day(ago - 1))
        book.ticket(happy, ago, sentiment=0.6)
    book.ticket(one_open, 5)
    book.ticket(one_fresh, 0)
    book.evaluate()
    assert book.card(two)["reason"] == "2 unhappy tickets in 60 days"
    assert book.card(one_open)["reason"] == "Unhappy ticket open for 5 days"
    assert book.cards(one_fresh) == book.cards(happy) == []


def test_a_renewal_near_makes_unhappy_tickets_critical(book: Book) -> None:
    customer = book.customer(renews_on=book.day(-18))
    book.ticket(customer, 5)
    book.evaluate()
    card = book.card(customer)
    assert (card["rule"], card["severity"]) == ("unhappy_tickets", 4)


def test_a_bad_review_counts_only_while_no_ticket_is_open(book: Book) -> None:
    alone, ticketed = book.customer("Alone"), book.customer("Ticketed")
    for customer in (alone, ticketed):
        book.review(customer, 1)
    book.ticket(ticketed, 0, sentiment=0.0)
    book.evaluate()
    assert book.card(alone)["reason"] == "Review of 1 of 5, no ticket opened yet"
    assert book.cards(ticketed) == []


def test_satisfaction_falling_compares_three_ratings_with_those_before(book: Book) -> None:
    falling, steady = book.customer("Falling"), book.customer("Steady")
    for customer, recent in ((falling, 3), (steady, 5)):
        for ago in (300, 250, 200):
            book.review(customer, 5, ago)
        for ago in (80, 60, 40):
            book.review(customer, recent, ago)
    book.evaluate()
    assert book.card(falling)["rule"] == "satisfaction_falling"
    assert book.cards(steady) == []


def test_five_emails_without_an_answer(book: Book) -> None:
    silent, clicked, bought = (book.customer(name, ago=100, gap=90) for name in ("Silent", "Clicked", "Bought"))
    for customer in (silent, clicked, bought):
        for ago in (60, 50, 40, 30, 20):
            book.email(customer, "sent", ago, message=f"m{ago}")
            book.email(customer, "opened", ago, message=f"m{ago}")  # mail scanners open mails too
    book.email(clicked, "clicked", 35, message="m40")
    book.score(bought, last_order_on=book.day(25), days_since_last_order=25)
    book.evaluate()
    assert book.card(silent)["reason"] == "Last 5 emails neither clicked nor answered"
    assert book.cards(clicked) == book.cards(bought) == []


def test_an_unsubscription_is_told_once(book: Book) -> None:
    book.crowd(10)
    values: dict[str, Any] = {"email_consent": "withdrawn", "email_consent_since": book.day(3)}
    customer = book.customer(clv_minor=900_000, **values)
    book.evaluate()
    card = book.card(customer)
    assert card["reason"] == "Withdrew consent to emails 3 days ago"
    from services.alerting import resolve

    resolve(book.workspace, [card["id"]], "no_issue")
    book.move(days=50)
    book.evaluate()
    assert len(book.cards(customer)) == 1


def test_a_deal_without_contact_stalls_until_someone_writes(book: Book) -> None:
    stalled, spoken, early = (book.customer(name) for name in ("Stalled", "Spoken", "Early"))
    for customer in (stalled, spoken):
        book.deal(customer, "Proposal", 19)
    book.deal(early, "Identified", 19)
    book.add(conversations, customer_id=spoken, happened_on=book.day(4), direction="to_customer")
    book.evaluate()
    card = book.card(stalled)
    assert card["reason"] == "Proposal open for 19 days, no contact for 19"
    assert card["upside_minor"] == 22_500
    assert book.cards(spoken) == book.cards(early) == []


@pytest.mark.parametrize(("currency", "rate", "amount_minor"), [("JPY", "0.01", 45_000), ("KWD", "3", 150_000)])
def test_a_deals_amount_is_converted_between_currencies_of_other_minor_units(
    book: Book, currency: str, rate: str, amount_minor: int
) -> None:
    policy = replace(book.workspace.policy, exchange_rates=(ExchangeRate(currency, rate),))
    book.workspace = replace(book.workspace, policy=policy)
    customer = book.customer()
    fields = {"stage": "Proposal", "opened_on": book.day(19), "amount_minor": amount_minor, "currency": currency}
    book.add(opportunities, customer_id=customer, name="Restock", **fields)
    book.evaluate()
    assert book.card(customer)["upside_minor"] == 22_500  # half of $450.00


def test_a_large_deal_of_an_unhappy_customer_is_critical(book: Book) -> None:
    for customer in book.crowd(5):
        book.deal(customer, "Negotiation", 5, 1_000)
    unhappy = book.customer("Unhappy", churn_risk=0.01)
    book.deal(unhappy, "Negotiation", 5, 1_290_000)
    book.ticket(unhappy, 10)
    book.ticket(unhappy, 12)
    book.evaluate()
    card = book.card(unhappy)
    assert (card["rule"], card["severity"]) == ("deal_at_risk", 4)
    assert card["reason"] == "Deal of $12,900 open, and unhappy tickets"
    assert set(book.signals(card["id"])) == {"deal_at_risk", "unhappy_tickets"}


def test_a_renewal_with_low_health(book: Book) -> None:
    low = book.customer(renews_on=book.day(-40), health=52)
    well = book.customer(renews_on=book.day(-40), health=80)
    far = book.customer(renews_on=book.day(-80), health=52)
    book.evaluate()
    assert book.card(low)["reason"] == "Renews in 40 days, health 52 of 100"
    assert book.cards(well) == book.cards(far) == []


def test_win_back_is_due_only_where_nobody_wrote_since(book: Book) -> None:
    book.crowd(10)
    fields = {"ago": 420, "gap": 60.0, "spend_total_minor": 900_000}
    due, written = book.customer("Due", **fields), book.customer("Written", **fields)
    book.email(due, "sent", 30, campaign="Newsletter")  # a newsletter to everyone is no contact
    book.email(written, "sent", 30)
    book.evaluate()
    card = book.card(due)
    assert (card["rule"], card["kind"], card["upside_minor"]) == ("win_back_due", "opportunity", 90_000)
    assert book.cards(written) == []


def test_growth_is_an_opportunity(book: Book) -> None:
    growing = book.customer(health=80, orders_6m=8, orders_6m_before=5)
    small = book.customer(health=80, orders_6m=3, orders_6m_before=1)
    ill = book.customer(health=60, orders_6m=8, orders_6m_before=5)
    young = book.customer(health=80, orders_6m=8, orders_6m_before=5, first_order_on=book.day(200))
    book.evaluate()
    card = book.card(growing)
    assert (card["kind"], card["reason"]) == ("opportunity", "Orders up 60\u202f% in 6 months")
    assert card["upside_minor"] == card["expected_value_minor"] == 15_000
    assert book.cards(small) == book.cards(ill) == book.cards(young) == []


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
    assert book.card(one)["reason"] == "Buys often, and from one category only"
    assert book.cards(two) == []


def test_who_buys_what_often_comes_back_is_shown_the_fit_scan(book: Book) -> None:
    other, never, user = (book.customer(name) for name in ("Other", "Never", "User"))
    _bought(book, other, "Shoes", 100)
    _bought(book, other, "Denim", 100)
    _bought(book, other, "Denim", 90, "return")
    for customer in (never, user):
        _bought(book, customer, "Denim", 10)
    book.add(activities, customer_id=user, kind="fit_scan", happened_on=book.day(9))
    book.evaluate()
    assert book.card(never)["reason"] == "Bought Denim, which often comes back, and never used the fit scan"
    assert "not_adopted" not in rules_of(book, user)


def test_activity_that_drops_against_its_own_rate(book: Book) -> None:
    fallen = book.customer("Fallen")
    steady = [book.customer(f"Steady {n}") for n in range(15)]
    for customer in (fallen, *steady):
        for week in range(30):
            if customer == fallen and week < 4:
                continue
            for n in range(3):
                day = book.day(week * 7 + n)
                book.add(activities, customer_id=customer, kind="login", happened_on=day)
    with book.writing() as work:
        write_unusual(work, read_events(work.connection, book.today, currency="USD"), everyone=True, said=True)
    book.evaluate()
    assert book.card(fallen)["reason"] == "Portal logins fell 100\u202f% since 23 Oct: 0 instead of about 12"
    assert [rules_of(book, customer) for customer in steady] == [set()] * 15


def test_a_stale_source_is_a_card_for_the_book(book: Book) -> None:
    customer = book.customer()
    for ago in range(18, 60, 7):
        book.email(customer, "sent", ago, message=str(ago))
        book.email(customer, "clicked", ago, message=str(ago))
    for ago in range(20):
        book.order(customer, ago)
    book.evaluate()
    (card,) = [card for card in book.cards() if card["customer_id"] is None]
    assert (card["kind"], card["severity"]) == ("data", 2)
    assert card["reason"] == "Email events 18 days old; usually every 7 days"
    book.email(customer, "sent", 0, message="new")
    book.email(customer, "clicked", 0, message="new")
    run = book.evaluate()
    assert run.closed == (card["id"],)


def test_nothing_dated_after_the_books_day_counts(book: Book) -> None:
    customer = book.customer()
    book.score(customer, as_of=book.day(30))
    book.ticket(customer, 10)
    book.ticket(customer, 12)
    book.review(customer, 1, 3)
    book.deal(customer, ago=20)
    book.evaluate()
    assert book.cards(customer) == []


@pytest.mark.parametrize("gone", [{"churned_on": (Book.day, 100)}])
def test_a_contract_that_ended_raises_nothing(book: Book, gone: dict[str, Any]) -> None:
    customer = book.customer(ago=200, gap=20, churned_on=book.day(100))
    book.evaluate()
    assert book.cards(customer) == []


def test_several_signals_make_one_card_with_the_gravest_in_front(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(ago=70, gap=20, clv_minor=1, mean_last_3_minor=1_000)
    book.ticket(customer, 5)
    book.evaluate()
    card = book.card(customer)
    assert set(book.signals(card["id"])) >= {"gap_beyond_usual", "unhappy_tickets", "spend_falling"}
    assert card["severity"] == 3
    assert card["rule"] == "gap_beyond_usual"


def test_a_second_run_changes_nothing_and_leaves_no_entry(book: Book) -> None:
    book.customer(ago=70, gap=20)
    assert book.evaluate().changes.entry is not None
    before = book.cards()
    again = book.evaluate()
    assert again.changes.entry is None and again.opened == ()
    assert book.cards() == before


def test_a_run_over_one_customer_says_the_same_as_a_run_over_all(book: Book) -> None:
    from models.values.changes import Changes
    from services.alerting import evaluate

    book.crowd(20)
    book.evaluate()
    customer = book.customer(ago=70, gap=20, clv_minor=900_000, churn_risk=0.7, value_at_risk_minor=90_000)
    other = book.customer("Unasked", ago=70, gap=20)
    run = evaluate(book.workspace, Changes(customers=frozenset({customer})))
    assert run.opened == (book.card(customer)["id"],)
    assert book.cards(other) == []
    scoped = (book.card(customer)["severity"], set(book.signals(book.card(customer)["id"])))
    book.evaluate()
    assert scoped == (book.card(customer)["severity"], set(book.signals(book.card(customer)["id"])))


def test_the_money_of_an_open_card_follows_the_scores(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.score(customer, value_at_risk_minor=7_777, churn_risk=0.33)
    book.evaluate()
    card = book.card(customer)
    assert (card["value_at_risk_minor"], card["expected_value_minor"], card["churn_risk"]) == (7_777, 7_777, 0.33)


def test_the_words_of_an_open_card_follow_the_days(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    due = book.card(customer)["due_at"]
    book.score(customer, days_since_last_order=72)
    book.evaluate()
    card = book.card(customer)
    assert card["reason"].startswith("No order for 72 days")
    assert card["due_at"] == due


def test_an_order_after_the_card_resolves_it_as_came_back(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.move(days=2)
    book.order(customer, 1)
    book.score(customer, days_since_last_order=1)
    run = book.evaluate()
    card = book.card(customer)
    assert run.closed == (card["id"],)
    assert (card["state"], card["outcome"], card["closed_by"]) == ("resolved", "came_back", "rule")


def test_an_order_of_the_cards_own_day_or_after_the_watch_time_or_a_return_does_not(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    book.order(customer, 0)
    book.move(days=61)
    book.order(customer, 0)
    book.order(customer, 30, kind="return")
    book.evaluate()
    assert book.card(customer)["state"] == "open"


def test_an_order_does_not_close_a_complaint_that_still_stands(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    book.ticket(customer, 5)
    book.evaluate()
    book.move(days=2)
    book.order(customer, 0)
    book.score(customer, days_since_last_order=0)
    book.evaluate()
    card = book.card(customer)
    assert (card["state"], card["rule"]) == ("open", "unhappy_tickets")


def test_a_closed_card_keeps_its_rule_silent_for_the_cool_down(book: Book) -> None:
    from services.alerting import resolve

    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    resolve(book.workspace, [book.card(customer)["id"]], "no_issue")
    book.move(days=20)
    book.score(customer, days_since_last_order=90)
    book.evaluate()
    assert len(book.cards(customer)) == 1
    book.move(days=26)
    book.evaluate()
    assert len(book.cards(customer)) == 2


def test_a_measure_that_gets_worse_by_a_step_breaks_the_silence(book: Book) -> None:
    from services.alerting import resolve

    customer = book.customer(ago=70, gap=20)
    book.evaluate()
    resolve(book.workspace, [book.card(customer)["id"]], "no_issue")
    book.move(days=20)
    book.score(customer, days_since_last_order=111)
    book.evaluate()
    assert len(book.cards(customer)) == 2


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
    assert book.card(here)["due_at"] == f"{friday}T17:00:00Z"
    assert book.card(there)["due_at"] == f"{friday}T08:00:00Z"


def test_orders_table_is_what_the_index_covers(book: Book) -> None:
    """The query for answered cards must not read a customer's whole history."""
    with book.workspace.store.read() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT min(o.ordered_on) FROM orders o WHERE o.customer_id = 1"
            " AND o.kind = 'purchase' AND o.ordered_on > '2026-01-01' AND o.amount_minor > 0"
        ).fetchall()
    assert "COVERING INDEX ix_orders_customer" in str(plan), orders.name


def test_a_new_leading_signal_brings_its_own_advice_until_someone_works_on_the_card(book: Book) -> None:
    book.crowd(10)
    for name, touched in (("Untouched", False), ("Touched", True)):
        customer = book.customer(name, mean_last_3_minor=5_000, clv_minor=1)
        book.evaluate()
        first = json.loads(book.card(customer)["recommendation"])["code"]
        if touched:
            add_note(book.workspace, book.card(customer)["id"], "called them")
        book.ticket(customer, 5)
        book.evaluate()
        card = book.card(customer)
        assert card["rule"] == "unhappy_tickets"
        assert (json.loads(card["recommendation"])["code"] == first) == touched


def test_when_an_order_answers_what_led_a_card_the_rest_leads(book: Book) -> None:
    customer = book.customer(ago=70, gap=20)
    ticket = book.ticket(customer, 5)
    book.evaluate()
    assert book.card(customer)["rule"] == "gap_beyond_usual"
    with book.writing() as work:
        work.sql("UPDATE tickets SET opened_on = '2026-01-01', resolved_on = '2026-01-02' WHERE id = ?", (ticket,))
    book.review(customer, 1, 1)
    book.evaluate()
    book.move(days=1)
    book.order(customer, 0)
    book.score(customer, days_since_last_order=0)
    book.evaluate()
    card = book.card(customer)
    assert (card["state"], card["rule"]) == ("open", "bad_review")


def test_several_deals_of_a_customer_are_one_signal(book: Book) -> None:
    book.crowd(10)
    customer = book.customer(churn_risk=0.01)
    book.deal(customer, "Proposal", 22)
    book.deal(customer, "Qualified", 30)
    book.evaluate()
    assert book.card(customer)["reason"] == "Qualified open for 30 days, no contact for 30, and 1 more"


def test_the_model_alone_makes_nothing_critical_where_its_confidence_is_low(book: Book) -> None:
    for other in book.crowd(10):
        book.deal(other, "Negotiation", 5, 1_000)
    low, high = (book.customer(name, churn_risk=0.6, confidence=name) for name in ("low", "high"))
    for customer in (low, high):
        book.deal(customer, "Negotiation", 5, 9_000_000)
    book.evaluate()
    assert book.cards(low) == []
    assert book.card(high)["severity"] == 4
