"""Confidence and why: each thing that lowers it, in words with figures, and nothing that raises it by getting worse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.values.alerts import ALIKE_WORDS
from services.scoring import score_due
from services.scoring.confidence import HIGH, LOW, MEDIUM, Check, Confidence, book_words, confidence, summed
from services.scoring.events import BookEvents, Series, read_events
from services.scoring.features import features_at
from services.scoring.freshness import EVERYTHING
from services.scoring.ledger import Ledger
from services.scoring.model_selection import CLOSED_FORM
from services.scoring.model_selection.in_use import with_chosen_models
from services.scoring.model_selection.record import Record, Similar, similar_cases
from services.scoring.parameters import Chosen, Parameters, fit_parameters
from services.scoring.phrasing import confidence_in_words
from tests.services.scoring.books import Book, simulated_orders
from tests.services.scoring.made_up import made_up_book
from tests.services.scoring.model_selection.pasts import buying_book

HORIZON, AS_OF = 90, 20_000
CUSTOMERS = 60
#: Customer 0 bought once, 1 three times, 2 lately for the first time; the others every 25 days for two years.
ONCE, THRICE, NEW = 0, 1, 2
REGULAR = slice(3, None)


def _orders() -> list[tuple[int, int, float]]:
    rare = [(ONCE, AS_OF - 300, 900.0), *((THRICE, AS_OF - 300 + 60 * n, 900.0) for n in range(3))]
    new = [(NEW, AS_OF - 60 + 10 * n, 900.0) for n in range(6)]
    return [*rare, *new, *((who, AS_OF - 25 * n - who % 25, 1000.0) for who in range(3, CUSTOMERS) for n in range(28))]


BOOK = replace(
    made_up_book(
        CUSTOMERS,
        AS_OF,
        orders=_orders(),
        tickets=[(who, AS_OF - 50, AS_OF - 49.0, 0.3, 4.0) for who in range(3, 30)],
        reviews=[(who, AS_OF - 50, 4.0, 0.5) for who in range(3, 20)],
    ),
    known_sources=frozenset({"orders", "tickets", "reviews", "surveys"}),
)
#: Fitted on a book in which customers leave: among these regular ones nobody does.
FITTED = fit_parameters(features_at(Ledger(buying_book(300, 7), AS_OF)), "USD")
RISK = np.full(CUSTOMERS, 0.6)


def chosen(record: Record, error: float | None = 0.02, beats_rule: bool = True) -> Chosen:
    return Chosen(CLOSED_FORM, HORIZON, "It predicted best.", error, beats_rule, record.as_json())


def judged(
    record: Record | None = None,
    book: BookEvents = BOOK,
    old: Mapping[str, int] | None = None,
    risk: NDArray[np.float64] = RISK,
    **more: object,
) -> Confidence:
    """Confidence in the book's scores by a model with this record, with sources that are so many days old."""
    parameters = replace(FITTED, horizon_days=HORIZON)
    if record is not None:
        parameters = replace(parameters, orders=replace(FITTED.orders, chosen=chosen(record, **more)))  # type: ignore[arg-type]
    book = replace(book, old_sources=dict(old or {}))
    ledger = Ledger(book, AS_OF)
    return confidence(ledger, features_at(ledger, parameters.gaps), parameters, risk, HORIZON)


def why(found: Confidence, customer: int) -> tuple[str, ...]:
    said = [{"phrase": phrase, "figures": figures} for phrase, figures in found.reasons(int(found.why[customer]))]
    return confidence_in_words(json.dumps(said))


def test_who_is_well_known_from_fresh_sources_is_of_high_confidence_without_a_reason() -> None:
    found = judged(Record(weights=(("btyd", 0.8), ("tickets", 0.2))))
    assert (found.level[REGULAR] == HIGH).all() and {why(found, who) for who in range(3, CUSTOMERS)} == {()}
    assert found.level[[ONCE, THRICE, NEW]].tolist() == [LOW, MEDIUM, MEDIUM]
    assert "Known for less than 90 days." in why(found, NEW)


def test_an_old_source_that_the_risk_rests_on_lowers_the_confidence_and_is_named_with_its_days() -> None:
    record = Record(weights=(("btyd", 0.8), ("tickets", 0.15), ("tickets_unhappy", 0.05)))
    found = judged(record, old={"tickets": 45})
    assert why(found, 5) == ("Tickets are 45 days older than the book's other data.",)
    assert (found.level[REGULAR] == MEDIUM).all()


def test_an_old_source_that_the_risk_hardly_rests_on_lowers_nothing() -> None:
    record = Record(weights=(("btyd", 0.97), ("tickets", 0.02), ("tickets_unhappy", 0.01)))
    for told in (record, Record(), None):
        assert (judged(told, old={"tickets": 400, "reviews": 31}).level[REGULAR] == HIGH).all()


def test_satisfaction_is_as_new_as_the_newer_of_tickets_and_surveys() -> None:
    record = Record(weights=(("btyd", 0.7), ("satisfaction", 0.3)))
    assert (judged(record, old={"surveys": 700}).level[REGULAR] == HIGH).all()
    both = judged(record, old={"surveys": 700, "tickets": 61})
    assert why(both, 5) == ("Tickets are 61 days older than the book's other data.",)


def test_old_orders_lower_the_confidence_and_orders_as_old_as_the_horizon_leave_none() -> None:
    for days, level in ((45, MEDIUM), (90, LOW), (1_200, LOW)):
        found = judged(old={"orders": days})
        assert why(found, 5) == (f"The book's newest order is {days:,} days older than its other data.",)
        assert (found.level[REGULAR] == level).all()


def test_a_source_as_old_as_the_horizon_leaves_low_confidence_where_most_of_the_risk_rests_on_it() -> None:
    heavy, light = (Record(weights=(("btyd", 1.0 - share), ("review_score", share))) for share in (0.6, 0.3))
    assert (judged(heavy, old={"reviews": 120}).level[3:20] == LOW).all()
    assert (judged(light, old={"reviews": 120}).level[3:20] == MEDIUM).all()


def test_a_day_of_scores_long_after_all_data_is_said_and_lowers_the_confidence() -> None:
    found = judged(old={EVERYTHING: 60})
    assert why(found, 5) == ("The book's newest data is 60 days older than these scores.",)
    assert (found.level[REGULAR] == MEDIUM).all()
    assert (judged(old={EVERYTHING: 2_000}).level == LOW).all()


def test_who_lacks_what_the_risk_rests_on_is_of_medium_confidence_and_is_told_what_is_missing() -> None:
    record = Record(weights=(("btyd", 0.55), ("review_score", 0.4), ("satisfaction", 0.05)))
    found = judged(record)
    assert (found.level[3:20] == HIGH).all()
    assert (found.level[20:] == MEDIUM).all()
    assert why(found, 25) == ("Not on record for this customer: reviews, 40\u202f% of what the churn risk depends on.",)
    assert len(why(found, 40)) == 2 and "satisfaction, 5\u202f%" in why(found, 40)[1]


def test_little_that_is_missing_lowers_nothing() -> None:
    assert (judged(Record(weights=(("btyd", 0.7), ("review_score", 0.3)))).level[REGULAR] == HIGH).all()


def test_customers_like_whom_the_past_was_told_wrongly_are_named_with_what_came() -> None:
    similar = (Similar(2, 24, 112, 0.62, 0.41, 0.16), Similar(2, 32, 100, 0.81, 0.82, 0.0))
    risk = np.where(np.arange(CUSTOMERS) % 2 == 0, 0.6, 0.8)
    found = judged(Record(812, 0.05, similar), risk=risk)
    assert (found.level[4::2] == MEDIUM).all() and (found.level[3::2] == HIGH).all()
    assert why(found, 4) == (
        "112 similar customers: predicted 62\u202f%, actual 41\u202f% (95\u202f% range 32–50\u202f%). "
        "Similar: 4 or more purchase days.",
    )


def test_risks_that_were_useless_for_customers_like_this_one_leave_low_confidence() -> None:
    found = judged(Record(900, 0.28, (Similar(2, 24, 900, 0.62, 0.31, 0.28),)))
    assert (found.level[REGULAR] == LOW).all()


def test_where_nobody_like_this_one_was_seen_the_whole_past_speaks() -> None:
    similar = (Similar(2, 32, 100, 0.9, 0.74, 0.16), Similar(0, 24, 100, 0.6, 0.5, 0.13))
    found = judged(Record(500, 0.15, similar))
    assert why(found, 5) == ("In back-tests the churn risk was 15 points too high on average (500 cases).",)
    assert (found.level[REGULAR] == MEDIUM).all()


def test_high_confidence_takes_similar_customers_of_whom_the_risk_was_right() -> None:
    few = judged(Record(500, 0.01, (Similar(2, 24, 9, 0.6, 0.6, 0.0),)))
    assert why(few, 5) == ("Fewer than 10 similar customers were in the back-tests.",)
    assert (few.level[REGULAR] == MEDIUM).all()
    off = judged(Record(500, 0.01, (Similar(2, 24, 100, 0.6, 0.45, 0.08),)))
    assert why(off, 5)[0].startswith("100 similar customers: predicted 60")
    assert (off.level[REGULAR] == MEDIUM).all()
    chance = judged(Record(500, 0.01, (Similar(2, 24, 20, 0.6, 0.45, 0.03),)))
    assert (chance.level[REGULAR] == HIGH).all()


def test_what_came_is_held_against_the_customers_own_risk_too_and_the_words_say_who_is_similar() -> None:
    found = judged(
        Record(800, 0.02, (Similar(2, 32, 79, 0.76, 0.67, 0.05, (0.7, 0.86)),)), risk=np.full(CUSTOMERS, 0.8)
    )
    assert (found.level[REGULAR] == MEDIUM).all()
    assert why(found, 5)[0].endswith("Similar: 4 or more purchase days, risk 70–86\u202f%.")


def test_a_risk_and_one_a_point_higher_have_all_but_the_same_past_cases() -> None:
    rng = np.random.default_rng(6)
    risk = rng.beta(2.0, 2.0, 900)
    found = similar_cases(np.full(900, 2), risk, rng.random(900) < risk)
    assert [one.step for one in found] == list(range(41))
    for one, following in pairwise(found):
        assert abs(one.left - following.left) < 0.12 or following.cases < 80
    assert all(one.cases <= 100 and abs(one.told - one.step / 40) <= 0.1 for one in found)


def test_past_cases_are_the_same_in_any_order_and_count_a_repeated_customer_once() -> None:
    rng = np.random.default_rng(7)
    kind, risk = rng.integers(0, 3, 600), np.round(rng.random(600), 2)
    left = rng.random(600) < risk
    order = rng.permutation(600)
    once = similar_cases(kind, risk, left)
    assert similar_cases(kind[order], risk[order], left[order]) == once
    twice = similar_cases(*(np.repeat(column, 2) for column in (kind, risk, left)), 2.0)
    assert [(one.cases, one.left) for one in twice] == [
        (one.cases, one.left) for one in similar_cases(kind, risk, left)
    ]


def test_a_record_replaces_what_was_known_on_average_only() -> None:
    fair = Record(400, 0.0, (Similar(2, 24, 400, 0.6, 0.6, 0.0),))
    assert (judged(fair, error=0.2).level[REGULAR] == HIGH).all()
    found = judged(Record(), error=0.2)
    assert why(found, 5) == ("In back-tests the churn risk was off by 20 points on average.",)


def test_a_model_that_cannot_tell_customers_apart_leaves_low_confidence() -> None:
    found = judged(Record(400, 0.0, (Similar(2, 24, 400, 0.6, 0.6, 0.0),), apart=False))
    assert why(found, 5) == (ALIKE_WORDS,)
    assert (found.level[REGULAR] == LOW).all()


def test_a_model_that_tells_no_better_than_the_rule_is_said_to_be_so() -> None:
    found = judged(Record(400, 0.0, (Similar(2, 24, 400, 0.6, 0.6, 0.0),)), beats_rule=False)
    assert why(found, 5) == ("In back-tests the churn risk was no more accurate than “no order for 90 days”.",)


def test_a_record_for_another_horizon_says_nothing() -> None:
    told = replace(chosen(Record(900, 0.28, (Similar(2, 24, 900, 0.62, 0.31, 0.28),))), horizon_days=30)
    parameters = replace(FITTED, orders=replace(FITTED.orders, chosen=told))
    ledger = Ledger(BOOK, AS_OF)
    found = confidence(ledger, features_at(ledger, parameters.gaps), parameters, RISK, HORIZON)
    assert (found.level[REGULAR] == HIGH).all()


def test_who_is_scored_by_their_contract_is_judged_by_the_contract() -> None:
    days = np.where(np.arange(CUSTOMERS) < 30, AS_OF - 40, AS_OF - 500)
    contracts = Series(np.arange(CUSTOMERS), days, {"left": np.full(CUSTOMERS, 3e6)})
    model = replace(CLOSED_FORM, windows=4)
    similar = (Similar(0, 24, 300, 0.6, 0.6, 0.0), Similar(1, 24, 300, 0.6, 0.42, 0.14))
    told = replace(chosen(Record(600, 0.05, similar, (("contract_age", 1.0),))), model=model)
    book = replace(BOOK, contracts=contracts, old_sources={"orders": 200})
    parameters = replace(FITTED, horizon_days=HORIZON, contract=told)
    ledger = Ledger(book, AS_OF)
    found = confidence(ledger, features_at(ledger, parameters.gaps), parameters, RISK, HORIZON)
    assert (found.level == MEDIUM).all()
    assert why(found, ONCE) == ("Under contract for less than 90 days.",)
    assert why(found, 40)[0].startswith("300 similar customers: predicted 60")


SOURCES = ("orders", "tickets", "reviews", "surveys", EVERYTHING)


@given(
    st.dictionaries(st.sampled_from(SOURCES), st.integers(31, 500)),
    st.sampled_from(SOURCES),
    st.integers(0, 500),
    st.floats(0.0, 1.0),
    st.sampled_from(("tickets", "review_score", "satisfaction")),
)
@settings(max_examples=60, deadline=None)
def test_a_fresher_source_never_lowers_the_confidence(
    old: dict[str, int], source: str, days: int, share: float, column: str
) -> None:
    record = Record(weights=(("btyd", 1.0 - share), (column, share)))
    fresher = {name: age for name, age in old.items() if name != source}
    if source in old and days > 30:
        fresher[source] = min(days, old[source])
    assert (judged(record, old=fresher).level >= judged(record, old=old).level).all()


@given(st.integers(0, 40), st.floats(0.0, 0.3), st.floats(0.0, 0.3))
@settings(max_examples=40, deadline=None)
def test_a_record_that_was_further_off_never_raises_the_confidence(cases: int, one: float, other: float) -> None:
    near, far = sorted((one, other))
    levels = [judged(Record(40, 0.0, (Similar(2, 24, cases + 10, 0.6, 0.6 - off, off),))).level for off in (near, far)]
    assert (levels[1] <= levels[0]).all()


def test_reasons_are_the_same_alone_and_among_all() -> None:
    """Whether one is scored alone, with few or with everybody, and however many reasons the book has."""
    similar = tuple(Similar(kind, step, 300 + step, 0.6, 0.3, 0.15) for kind in range(3) for step in range(41))
    active = [(who, AS_OF - 60 - 20 * n - who, 0) for who in range(10, 20) for n in range(9)]
    some = made_up_book(CUSTOMERS, AS_OF, activities=[(who, day) for who, day, _ in active])
    orders = BOOK.orders.where((BOOK.orders.row < 10) | (BOOK.orders.row >= 20))
    weights = (("btyd", 0.4), ("review_score", 0.3), ("tickets", 0.2), ("activity_gap", 0.1))
    old = {"orders": 40, "tickets": 35, "reviews": 50, "activities": 60}
    known = frozenset({"orders", "tickets", "reviews", "activities"})
    book = replace(BOOK, orders=orders, activities=some.activities, old_sources=old, known_sources=known)
    told = chosen(Record(900, 0.05, similar, weights))
    parameters = replace(
        FITTED, orders=replace(FITTED.orders, chosen=told), activity=replace(FITTED.activity, candidate=1, chosen=told)
    )
    risk = np.linspace(0.05, 0.95, CUSTOMERS)

    def judge(among: NDArray[np.bool_]) -> list[tuple[int, tuple[str, ...]]]:
        ledger = Ledger(book.only(among), AS_OF)
        found = confidence(ledger, features_at(ledger, parameters.gaps), parameters, risk[among], HORIZON)
        return [(int(found.level[place]), why(found, place)) for place in range(ledger.customers)]

    everybody = judge(np.ones(CUSTOMERS, np.bool_))
    assert len({reasons for _, reasons in everybody}) > 8
    for who in range(CUSTOMERS):
        assert judge(np.arange(CUSTOMERS) == who) == [everybody[who]]
    odd = np.arange(CUSTOMERS) % 2 == 1
    assert judge(odd) == everybody[1::2]


@given(st.integers(0, 150), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_any_number_of_reasons_can_be_told(number: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    checks = [Check(int(rng.integers(0, 2)), rng.random(30) < 0.2, "known_for", (place,)) for place in range(number)]
    found = summed(checks, 30)
    for who in range(30):
        mine = [check for check in checks if check.holds[who]]
        assert why(found, who) == tuple(f"Known for less than {check.figures[0]} days." for check in mine)
        assert found.level[who] == min((check.at_most for check in mine), default=HIGH)


def test_what_a_few_cases_say_is_drawn_to_what_all_say() -> None:
    kind = np.repeat([0, 2], [10, 2_000])
    risk, left = np.full(2_010, 0.6), np.arange(2_010) % 10 < 6
    left[:10] = False
    few, many = (one for one in similar_cases(kind, risk, left) if one.step == 24)
    assert (few.cases, few.told, few.left) == (10, 0.6, 0.0)
    assert 0.0 < few.off < 0.06 and abs(many.off) < 0.02


def test_a_refit_keeps_a_record_that_adds_up_and_survives_the_store() -> None:
    book = buying_book(250, 5, with_tickets=True)
    parameters = with_chosen_models(book, fit_parameters(features_at(Ledger(book, book.as_of)), "USD"), 60)
    assert parameters.orders.chosen is not None
    plain = json.loads(json.dumps(parameters.as_json(), allow_nan=False))
    assert Parameters.from_json(plain) == parameters
    record = Record.from_json(parameters.orders.chosen.record)
    assert Record.from_json(json.loads(json.dumps(record.as_json()))) == record
    assert record.cases > 100
    assert sum(weight for _, weight in record.weights) == pytest.approx(1.0, abs=0.01)
    assert all(0.0 <= one.left <= 1.0 and abs(one.told - one.step / 40) <= 0.1 for one in record.similar)


LAST = date(2026, 11, 20)


def _days(ago: int) -> str:
    return str(LAST - timedelta(days=ago))


def _with_tickets(book: Book, *ages: int) -> Book:
    book.add_customers(80)
    orders = [order for order in simulated_orders(80, date(2025, 1, 1), LAST, seed=4) if order[1] < LAST]
    book.add_orders([*orders, (1, LAST, 500)])
    book.add("tickets", [{"customer_id": 3, "opened_on": _days(age), "sentiment": 0.1} for age in ages])
    return book


def test_a_source_that_ends_long_before_the_others_is_old_unless_it_always_was_rare(book: Book) -> None:
    _with_tickets(book, *range(45, 200, 3))
    book.add("reviews", [{"customer_id": 3, "reviewed_on": _days(40 + 35 * n), "rating": 4} for n in range(9)])
    book.add("surveys", [{"customer_id": 3, "answered_on": _days(29), "score": 4, "scale": 5, "kind": "csat"}])
    with book.workspace.store.read() as connection:
        assert read_events(connection, LAST, currency="USD").old_sources == {"tickets": 45}
        later = read_events(connection, LAST + timedelta(days=50), currency="USD").old_sources
        assert later == {"tickets": 45, EVERYTHING: 50}
        assert read_events(connection, LAST - timedelta(days=45), currency="USD").old_sources == {}
        few = read_events(connection, LAST, currency="USD", customers=[7, 9]).old_sources
        assert few == {"tickets": 45}


def test_when_an_old_source_gets_newer_everybody_is_scored_anew(book: Book) -> None:
    score_due(_with_tickets(book, 45, 48, 51).workspace)
    book.add("tickets", [{"customer_id": 3, "opened_on": _days(40), "sentiment": 0.1}])
    run = score_due(book.workspace)
    assert run.scored == 80


def test_what_holds_of_a_whole_book_is_said_once_and_in_plain_words() -> None:
    """A run warns of a book in which a pause looks like a departure, and of a model that tells nobody apart."""
    parameters = fit_parameters(features_at(Ledger(BOOK, BOOK.as_of)), "USD")
    orders = replace(
        parameters.orders,
        candidate=1,
        btyd=replace(parameters.orders.btyd, dropout_identifiable=False),
        chosen=chosen(Record(400, 0.0, (), apart=False)),
    )
    said = list(book_words(replace(parameters, orders=orders)))
    assert said == [
        "In this book the model cannot tell a long pause from a departure. "
        "A high churn risk means “no order soon”, not “gone for good”.",
        ALIKE_WORDS,
    ]
    assert not any(term in " ".join(said).lower() for term in ("dropout", "identifiable", "rung", "told"))
