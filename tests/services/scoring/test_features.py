"""Features: what counts as a purchase day, what a return does, and that nothing later than the day is seen."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.values.errors import StoreDamaged
from services.scoring.events import decode_days, decode_numbers
from services.scoring.features import Features, ReferenceGaps, features_at, sparklines
from services.scoring.ledger import Ledger, pace_at, pace_of, paces_at
from tests.examples import examples
from tests.services.scoring.made_up import NEVER, made_up_book, read_through

GAPS = ReferenceGaps(30.0, 7.0)


def seen(as_of: int, *, customers: int = 1, **events: list[tuple[float, ...]]) -> Features:
    return features_at(Ledger(made_up_book(customers, as_of, **events), as_of), GAPS)


def test_several_orders_on_one_day_are_one_purchase_day() -> None:
    found = seen(100, orders=[(0, 10, 500), (0, 10, 700), (0, 40, 900)])
    assert (found.frequency[0], found.recency[0], found.age[0]) == (1, 30, 90)
    assert (found.order_count[0], found.purchase_days[0]) == (3, 2)
    assert found.repeat_value[0] == 900
    assert found.mean_value[0] == (1200 + 900) / 2


def test_a_return_that_names_its_order_reduces_it_from_its_own_date_on() -> None:
    events = {"orders": [(0, 10, 500), (0, 40, 900)], "linked_returns": [(0, 60, 40, -300, 0)]}
    assert seen(59, **events).repeat_value[0] == 900
    after = seen(60, **events)
    assert after.repeat_value[0] == 600
    assert after.frequency[0] == 1
    assert after.spend_total[0] == 1100


def test_a_return_that_names_none_reduces_spend_and_is_no_purchase_day() -> None:
    found = seen(100, orders=[(0, 10, 600), (0, 40, 600)], loose_returns=[(0, 60, -300)])
    assert found.purchase_days[0] == 2
    assert found.spend_total[0] == 900
    assert found.repeat_value[0] == 450
    assert found.days_since[0] == 60


def test_a_return_of_an_unknown_order_counts_as_one_that_names_none() -> None:
    found = seen(100, orders=[(0, 10, 600), (0, 40, 600)], linked_returns=[(0, 60, 39, -300, 0)])
    assert found.spend_total[0] == 900


def test_a_cancelled_day_is_no_purchase_day_and_a_partly_cancelled_one_is() -> None:
    events = {
        "orders": [(0, 10, 500), (0, 40, 900), (0, 70, 100), (0, 70, 200)],
        "linked_returns": [(0, 50, 40, -900, 1), (0, 71, 70, -100, 1)],
    }
    found = seen(100, **events)
    assert found.purchase_days[0] == 2
    assert found.recency[0] == 60
    assert seen(49, **events).purchase_days[0] == 2  # not cancelled yet


def test_an_order_that_was_cancelled_whole_is_not_counted_beside_one_that_stands() -> None:
    orders = [(0, 40, 900), (0, 70, 100), (0, 70, 200)]
    assert seen(100, orders=orders, linked_returns=[(0, 71, 70, -100, 2)]).order_count[0] == 2
    assert seen(100, orders=orders, linked_returns=[(0, 71, 70, -50, 1)]).order_count[0] == 3


def test_a_purchase_of_zero_is_a_purchase_day_and_a_negative_one_is_none() -> None:
    found = seen(100, orders=[(0, 10, 500), (0, 30, 0), (0, 50, -100)])
    assert found.purchase_days[0] == 2
    assert found.last_order[0] == 30


def test_an_order_without_a_known_value_counts_as_a_day_and_not_in_means() -> None:
    found = seen(100, orders=[(0, 10, 500), (0, 30, float("nan")), (0, 50, 700)])
    assert found.purchase_days[0] == 3
    assert found.repeat_value[0] == 700
    assert found.mean_value[0] == 600


def test_the_usual_gap_is_the_own_median_once_there_are_enough_gaps_and_the_books_before() -> None:
    often = [(0, day, 100) for day in (0, 10, 20, 30, 40, 140)]
    found = seen(200, customers=3, orders=[*often, (1, 5, 100), (1, 15, 100), (2, 9, 100)])
    assert found.usual_gap[0] == pytest.approx(10)
    assert found.usual_gap[1] == pytest.approx(30 * (10 / 30) ** 0.25)
    assert found.usual_gap[2] == pytest.approx(30)
    of_four = seen(200, customers=1, orders=[(0, day, 100) for day in (0, 14, 22, 40, 55)])
    assert of_four.usual_gap[0] == pytest.approx(14.5)  # four gaps are enough to call it theirs


def test_customers_without_orders_are_measured_by_their_activity() -> None:
    found = seen(50, customers=3, orders=[(0, 10, 500)], activities=[(0, 45), (1, 20), (1, 20), (1, 30), (1, 48)])
    assert found.by_activity.tolist() == [False, True, False]
    assert (found.frequency[1], found.recency[1], found.age[1]) == (2, 28, 30)
    assert found.days_since[0] == 40
    assert found.last_activity[0] == 45
    assert found.purchase_days[1] == 0
    assert np.isnan(found.days_since[2])


def test_windows_end_with_the_day_and_do_not_overlap() -> None:
    orders = [(0, day, 100) for day in (1000 - 364, 1000 - 363, 1000 - 182, 1000 - 181, 1000)]
    found = seen(1000, orders=orders)
    assert found.orders_6m[0] == 2
    assert found.orders_6m_before[0] == 2
    assert found.spend_6m[0] == 200
    assert found.spend_6m_before[0] == 200
    assert found.spend_12m[0] == 500


def test_the_last_three_and_the_six_before_need_nine_purchase_days() -> None:
    nine = [(0, day, 100.0 if day < 60 else 40.0) for day in range(0, 90, 10)]
    found = seen(100, customers=2, orders=[*nine, *((1, day, 100.0) for day in range(0, 80, 10))])
    assert (found.mean_last_3[0], found.mean_6_before[0]) == (40, 100)
    assert found.mean_last_3[1] == 100
    assert np.isnan(found.mean_6_before[1])


def test_a_ticket_is_rated_when_it_is_closed() -> None:
    tickets = [(0, 10, 30, -0.5, 1.0)]
    assert seen(29, orders=[(0, 1, 5)], tickets=tickets).satisfaction[0] == pytest.approx(2.0)  # its mood alone
    assert seen(30, orders=[(0, 1, 5)], tickets=tickets).satisfaction[0] == 1.0


def test_a_ticket_that_is_rated_well_is_not_unhappy_whatever_its_words() -> None:
    tickets = [(0, 40, 41, -0.9, 5.0), (1, 40, 41, 0.5, 1.0), (2, 40, 70, -0.9, 5.0)]
    found = seen(60, customers=3, orders=[(row, 1, 5) for row in range(3)], tickets=tickets)
    assert found.tickets_unhappy_60d.tolist() == [0, 1, 1], "the rating of a day to come is not known"


def test_a_middling_rating_takes_back_no_unhappy_ticket_and_makes_none() -> None:
    tickets = [(0, 40, 41, -0.9, 3.0), (1, 40, 41, 0.5, 3.0), (2, 40, 41, np.nan, 3.0)]
    found = seen(60, customers=3, orders=[(row, 1, 5) for row in range(3)], tickets=tickets)
    assert found.tickets_unhappy_60d.tolist() == [1, 0, 0]


def test_no_ticket_is_a_fact_only_where_tickets_are_recorded() -> None:
    assert np.isnan(seen(50, orders=[(0, 1, 5)]).tickets_90d[0])
    found = seen(50, customers=2, orders=[(0, 1, 5), (1, 1, 5)], tickets=[(1, 20, 21, 0.0, 4.0)])
    assert found.tickets_90d.tolist() == [0, 1]


def test_what_came_since_the_last_order_is_told_apart() -> None:
    tickets = [(0, day, day + 1, mood, np.nan) for day, mood in ((39, -0.9), (40, -0.9), (60, -0.9), (70, 0.5))]
    reviews = [(0, 30, 1.0, -1.0), (0, 50, 2.0, -0.5), (0, 55, 5.0, 1.0)]
    events = {"orders": [(0, 1, 5), (0, 40, 5)], "tickets": tickets, "reviews": reviews}
    found = seen(80, customers=2, **events)
    assert found.unhappy_since_order.tolist() == [2, 0]
    assert found.bad_reviews_since_order.tolist() == [1, 0]
    assert seen(49, **events).bad_reviews_since_order[0] == 0


def test_an_answered_mail_counts_and_an_opened_one_is_not_asked_for() -> None:
    found = seen(200, orders=[(0, 1, 5)], mails=[(0, day) for day in (100, 120, 140, 160)], answers=[(0, 121)])
    assert found.answer_share[0] == 0.25
    assert found.days_since_mail[0] == 40


def test_our_own_mail_is_contact_and_never_one_that_was_ignored() -> None:
    found = seen(200, orders=[(0, 1, 5)], mails=[(0, 100), (0, 120)], answers=[(0, 121)], own_mails=[(0, 195)])
    assert (found.mails_180d[0], found.answer_share[0], found.days_since_mail[0]) == (2, 0.5, 5)


def test_a_sparkline_falls_with_silence() -> None:
    ledger = Ledger(made_up_book(1, 1000, orders=[(0, day, 100) for day in range(700, 900, 10)]), 1000)
    line = sparklines(ledger)[0].tolist()
    assert len(line) == 12
    assert max(line) == 100
    assert line[-1] == 0


def test_events_after_the_day_that_was_read_are_refused() -> None:
    with pytest.raises(ValueError, match="earlier day"):
        Ledger(made_up_book(1, 10), 11)


def test_days_are_decoded_as_the_calendar_has_them() -> None:
    assert decode_days("1970-01-01,2000-02-29,2026-11-21,1899-12-31").tolist() == [0, 11016, 20778, -25568]


def test_a_number_that_is_none_is_a_damaged_store_and_not_a_shorter_series() -> None:
    for text in ("1,2,x", "1,2", "1,2,3,4"):
        with pytest.raises(StoreDamaged, match="amount that is not a number"):
            decode_numbers(text, np.int64, 3)
    assert decode_numbers("1,-2,9007199254740993", np.int64, 3).tolist() == [1, -2, 9007199254740993]


rows = st.integers(0, 3)
days = st.integers(0, 400)
money = st.floats(-50, 500)
few = st.integers(0, 3)
books = st.fixed_dictionaries(
    {
        "orders": st.lists(st.tuples(rows, days, money), max_size=40),
        "linked_returns": st.lists(
            st.tuples(rows, days, days, st.floats(-500, 0), st.sampled_from([0.0, 1.0])), max_size=6
        ),
        "loose_returns": st.lists(st.tuples(rows, days, st.floats(-500, 0)), max_size=4),
        "tickets": st.lists(
            st.tuples(rows, days, st.integers(0, 3_000_000), st.floats(-1, 1), st.floats(1, 5)), max_size=6
        ),
        "surveys": st.lists(st.tuples(rows, days, st.floats(1, 5)), max_size=4),
        "reviews": st.lists(st.tuples(rows, days, st.floats(1, 5), st.floats(-1, 1)), max_size=4),
        "mails": st.lists(st.tuples(rows, days), max_size=8),
        "answers": st.lists(st.tuples(rows, days), max_size=4),
        "activities": st.lists(st.tuples(rows, days), max_size=12),
        "contracts": st.lists(
            st.tuples(rows, days, st.one_of(days, st.just(NEVER))), max_size=4, unique_by=lambda event: event[0]
        ),
        "departures": st.lists(
            st.tuples(rows, days, st.one_of(days, st.just(NEVER))), max_size=3, unique_by=lambda event: event[0]
        ),
        "deals": st.lists(st.tuples(rows, days, few, few), max_size=8),
        "mix": st.lists(st.tuples(rows, days, few), max_size=10),
        "discounted": st.lists(st.tuples(rows, days, st.floats(0, 500)), max_size=6),
        "visits": st.lists(st.tuples(rows, days), max_size=8),
        "uses": st.lists(st.tuples(rows, days, few), max_size=10),
        "renewals": st.lists(st.tuples(rows, days), max_size=4),
        "leaving": st.lists(st.tuples(rows, days), max_size=4),
    }
)


@given(books, days)
@settings(max_examples=examples(40), deadline=None)
def test_nothing_after_the_day_is_seen(events: dict[str, list[tuple[float, ...]]], day: int) -> None:
    whole = made_up_book(4, 400, **events)
    early = read_through(whole, day)
    later, alone = Ledger(whole, day), Ledger(early, day)
    one, other = features_at(later, GAPS), features_at(alone, GAPS)
    for field in fields(Features):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)
    np.testing.assert_array_equal(sparklines(later), sparklines(alone))


@given(books)
@settings(max_examples=examples(30), deadline=None)
def test_features_hold_together(events: dict[str, list[tuple[float, ...]]]) -> None:
    found = features_at(Ledger(made_up_book(4, 400, **events), 400), GAPS)
    assert np.all((found.recency >= 0) & (found.recency <= found.age))
    assert np.all((found.frequency == 0) <= (found.recency == 0))
    assert np.all(found.frequency == np.maximum(found.rhythm_count - 1, 0))
    known = found.rhythm_count > 0
    assert np.all(np.isfinite(found.days_since[known]) & (found.days_since[known] >= 0))
    assert np.all(found.recent + found.earlier <= found.rhythm_count)
    assert np.all(found.spend_6m <= found.spend_12m + 500 * 40)


@given(books, st.randoms(use_true_random=False))
@settings(max_examples=examples(25), deadline=None)
def test_the_order_of_rows_does_not_matter(events: dict[str, list[tuple[float, ...]]], random: object) -> None:
    shuffled = {name: random.sample(list(items), len(items)) for name, items in events.items()}  # type: ignore[attr-defined]
    one = features_at(Ledger(made_up_book(4, 400, **events), 400), GAPS)
    other = features_at(Ledger(made_up_book(4, 400, **shuffled), 400), GAPS)
    for field in fields(Features):
        np.testing.assert_allclose(
            np.asarray(getattr(one, field.name), float),
            np.asarray(getattr(other, field.name), float),
            err_msg=field.name,
        )


@given(books, st.integers(28, 400))
@settings(max_examples=examples(15), deadline=None)
def test_the_pace_of_the_day_itself_is_that_of_the_features(
    events: dict[str, list[tuple[float, ...]]], day: int
) -> None:
    ledger = Ledger(made_up_book(4, 400, **events), day)
    found = features_at(ledger, GAPS)
    pace = pace_at(ledger, day, found.window)
    np.testing.assert_array_equal(pace.count, found.rhythm_count)
    np.testing.assert_array_equal(pace.days_since, found.days_since)
    np.testing.assert_array_equal(pace.recent, found.recent)
    np.testing.assert_array_equal(pace.earlier, found.earlier)


@given(books, st.lists(days, min_size=1, max_size=5), st.integers(0, 90))
@settings(max_examples=examples(25), deadline=None)
def test_places_of_several_days_at_once_are_those_of_each(
    events: dict[str, list[tuple[float, ...]]], marks: list[int], back: int
) -> None:
    orders = Ledger(made_up_book(4, 400, **events), 400).orders
    at, earlier = np.array(sorted(marks)), np.array([0, back, 1, 90])
    for place, day in enumerate(at.tolist()):
        np.testing.assert_array_equal(orders.places(at)[place], orders.until(day))
        np.testing.assert_array_equal(orders.places(at, earlier)[place], orders.until(day - earlier))


@given(books)
@settings(max_examples=examples(15), deadline=None)
def test_paces_of_past_marks_are_those_of_each_alone(events: dict[str, list[tuple[float, ...]]]) -> None:
    events = {**events, "orders": [(who, 3 * day, value) for who, day, value in events["orders"]]}
    ledger = Ledger(made_up_book(4, 1200, **events), 1200)
    window = np.array([60.0, 90.0, 120.0, 180.0])
    for pace, day in zip(paces_at(ledger, [300, 900, 1200], window), (300, 900, 1200), strict=True):
        alone = pace_of(ledger.orders, day, window.astype(np.int64))
        for field in fields(alone):
            ours = getattr(pace, field.name)[~ledger.by_activity]
            np.testing.assert_array_equal(ours, getattr(alone, field.name)[~ledger.by_activity], err_msg=field.name)


@given(books)
@settings(max_examples=examples(15), deadline=None)
def test_features_with_other_usual_gaps_are_those_computed_anew(events: dict[str, list[tuple[float, ...]]]) -> None:
    ledger = Ledger(made_up_book(4, 400, **events), 400)
    one, other = features_at(ledger, GAPS, features_at(ledger)), features_at(ledger, GAPS)
    for field in fields(Features):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)


def test_the_values_of_repeat_days_are_told_singly_and_those_of_nothing_are_left_out() -> None:
    found = seen(100, orders=[(0, 10, 500), (0, 30, 200), (0, 40, 0), (0, 60, 800)], loose_returns=[(0, 70, -150)])
    left = 1.0 - 150 / 1500
    assert (found.repeats_priced[0], found.repeat_value[0]) == (2, 500 * left)
    assert found.repeat_log[0] == pytest.approx((np.log(200) + np.log(800)) / 2 + np.log(left))
    nothing = seen(100, orders=[(0, 10, 500), (0, 30, 200)], loose_returns=[(0, 70, -700)])
    assert nothing.repeats_priced[0] == 0 and np.isnan(nothing.repeat_value[0])
