"""The scorecard's parts on made-up events: engagement, health, segments, trend, confidence, reasons."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring import confidence, segments, trends
from services.scoring.events import BookEvents
from services.scoring.features import features_at
from services.scoring.ledger import Ledger, Pace
from services.scoring.parameters import Parameters, fit_parameters
from services.scoring.phrasing import reasons_in_words
from services.scoring.reasons import contributions
from services.scoring.scorecard import Scorecard, churn_risk, scorecard
from services.settings import EngagementWeights, Policy
from tests.services.scoring.cdnow import Floats
from tests.services.scoring.made_up import made_up_book

POLICY = Policy()
YEAR = 1000


def shop(seed: int = 1, customers: int = 120) -> list[tuple[float, ...]]:
    """Orders of a small shop over a thousand days."""
    rng = np.random.default_rng(seed)
    orders: list[tuple[float, ...]] = []
    for customer in range(customers):
        day, gap, level = float(rng.integers(0, 800)), rng.gamma(3, 12), rng.gamma(4, 1500)
        while day <= YEAR:
            orders.append((customer, int(day), level * rng.gamma(6, 1 / 6)))
            day += 1 + rng.exponential(gap)
            if rng.random() < 0.08:
                break
    return orders


def fitted_to(book: BookEvents) -> Parameters:
    return fit_parameters(features_at(Ledger(book, book.as_of)), book.currency)


SHOP = shop()
FITTED = fitted_to(made_up_book(120, YEAR, orders=SHOP))


def scored(book: BookEvents, parameters: Parameters = FITTED, policy: Policy = POLICY) -> Scorecard:
    return scorecard(Ledger(book, book.as_of), parameters, policy)


def test_base_and_points_add_up_to_the_risk() -> None:
    book = made_up_book(121, YEAR, orders=SHOP)
    card = scored(book)
    risk = card.figures.churn_risk
    parts = contributions(FITTED.orders, card.figures.seen, POLICY.churn_horizon_days)
    bought = card.figures.seen.purchase_days > 0
    np.testing.assert_allclose((parts.base + parts.points.sum(axis=1))[bought], risk[bought], atol=1e-9)
    for place, text in enumerate(card.drivers):
        points = [driver["points"] for driver in reasons_in_words(text) if driver["points"] is not None]
        assert sum(points) == pytest.approx(100 * parts.points[place].sum() if points else 0, abs=0.02)
    assert json.loads(card.drivers[120]) == []


@given(st.lists(st.integers(0, 900), min_size=2, max_size=30, unique=True), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_a_silence_beyond_the_typical_raises_the_risk_and_one_within_it_lowers_it(days: list[int], wait: int) -> None:
    day = max(days) + wait
    book = made_up_book(1, day, orders=[(0, on, 5000.0) for on in days])
    seen = features_at(Ledger(book, day), FITTED.gaps)
    points = contributions(FITTED.orders, seen, 90).points[0, 0]
    beyond = seen.days_since[0] - FITTED.orders.repeaters.relative_gap * seen.usual_gap[0]
    assert points * np.sign(beyond) >= -1e-9


def test_reasons_are_in_words_with_the_strongest_first() -> None:
    book = made_up_book(
        1, YEAR, orders=[(0, day, 5000) for day in range(500, 927, 21)], tickets=[(0, 950, 960, -0.8, 2)]
    )
    drivers = reasons_in_words(scored(book).drivers[0])
    assert drivers[0] == {
        "code": "gap",
        "label": "Gap since last order",
        "evidence": "No order for 80 days; the usual gap is 21",
        "points": drivers[0]["points"],
        "kind": "raises",
    }
    facts = [driver for driver in drivers if driver["points"] is None]
    assert facts == drivers[1 : 1 + len(facts)]  # beside the strongest reason to expect that they leave
    assert [(fact["code"], fact["evidence"]) for fact in facts] == [
        ("tickets", "1 since the last order"),
        ("satisfaction", "2.0 of 5, 1 in a year"),
    ]
    sizes = [abs(driver["points"]) for driver in drivers if driver["points"] is not None]
    assert sizes == sorted(sizes, reverse=True)


def test_facts_without_points_fit_beside_the_bars() -> None:
    book = made_up_book(
        2,
        YEAR,
        orders=[(who, day, 5000 if day < 800 else 900) for who in range(2) for day in range(500, 860, 24)],
        tickets=[(0, 950 + day, 960, -0.8, 1) for day in range(12)],
        reviews=[(0, 900, 1.0, -1.0), (1, 900, 5.0, 1.0)],
        mails=[(who, 900 + day) for who in range(2) for day in range(12)],
        answers=[(1, 905 + day) for day in range(6)],
    )
    facts = [driver for text in scored(book).drivers for driver in reasons_in_words(text) if driver["points"] is None]
    assert {fact["code"] for fact in facts} == {"tickets", "satisfaction", "reviews", "email", "value"}
    assert max(len(fact["label"]) for fact in facts) <= 16
    assert max(len(f"{fact['label']}: {fact['evidence']}") for fact in facts) <= 40


def test_a_one_time_buyer_has_one_reason_and_low_confidence() -> None:
    card = scored(made_up_book(1, YEAR, orders=[(0, 700, 5000)]))
    assert [driver["code"] for driver in json.loads(card.drivers[0])] == ["gap"]
    assert confidence.NAMES[card.confidence.level[0]] == "low"
    assert card.confidence.reasons(int(card.confidence.why[0]))[0] == ("once", (False,))


def test_a_customer_of_whom_nothing_is_known_gets_the_prior_and_says_so() -> None:
    card = scored(made_up_book(2, YEAR, orders=[(0, 700, 5000)]))
    assert card.models[1].startswith("Prior")
    assert 0 < card.figures.churn_risk[1] < 1
    assert confidence.NAMES[card.confidence.level[1]] == "low"
    assert np.isnan(card.figures.engagement.total[1])
    assert np.isnan(card.figures.value.expected[1])
    assert card.membership.now[1] == segments.NONE


def test_a_score_does_not_move_because_others_changed() -> None:
    alone = scored(made_up_book(1, YEAR, orders=[event for event in SHOP if event[0] == 0]))
    among = scored(made_up_book(120, YEAR, orders=SHOP))
    for name in ("churn_risk", "value_at_risk"):
        assert getattr(alone.figures, name)[0] == getattr(among.figures, name)[0]
    assert alone.figures.engagement.total[0] == among.figures.engagement.total[0]
    assert alone.figures.health.total[0] == among.figures.health.total[0]
    assert alone.drivers[0] == among.drivers[0]
    assert alone.membership.now[0] == among.membership.now[0]


@given(st.lists(st.integers(0, 900), min_size=1, max_size=30), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_silence_lowers_engagement_and_health_and_raises_the_risk(days: list[int], wait: int) -> None:
    book = made_up_book(1, YEAR, orders=[(0, day, 5000.0) for day in days])
    now, later = Ledger(replace(book, as_of=900), 900), Ledger(replace(book, as_of=900 + wait), 900 + wait)
    cards = [scorecard(ledger, FITTED, POLICY).figures for ledger in (now, later)]
    assert cards[0].churn_risk[0] <= cards[1].churn_risk[0] + 1e-12
    assert cards[0].engagement.total[0] >= cards[1].engagement.total[0] - 1e-9
    assert cards[0].health.total[0] >= cards[1].health.total[0] - 1e-9


@given(st.integers(0, 40))
@settings(max_examples=20, deadline=None)
def test_a_mail_today_lowers_engagement_until_the_caps_interval_has_passed(days: int) -> None:
    orders = [(0, day, 5000.0) for day in range(900, 1000, 10)]
    mailed = scored(made_up_book(1, YEAR, orders=orders, mails=[(0, YEAR - days)])).figures.engagement
    free = scored(made_up_book(1, YEAR, orders=orders)).figures.engagement
    assert (mailed.total[0] == free.total[0]) == (days >= POLICY.email_cap_days)
    assert mailed.total[0] <= free.total[0]


def test_health_leaves_out_what_is_not_known_and_counts_it() -> None:
    orders = [(0, day, 5000.0) for day in range(900, 1000, 10)]
    bare = scored(made_up_book(1, YEAR, orders=orders)).figures.health
    assert bare.coverage[0] == 2
    full = scored(
        made_up_book(
            1, YEAR, orders=orders, tickets=[(0, 950, 951, 0.5, 5)], reviews=[(0, 940, 5, 0.9)], mails=[(0, 930)]
        )
    ).figures.health
    assert full.coverage[0] == 6
    assert full.parts["email"][0] == POLICY.health_curves.email.points[0][1]
    assert 0 <= full.total[0] <= 100


@pytest.mark.parametrize(("said", "bought", "stands"), [(985, 990, True), (985, 998, True), (920, 990, False)])
def test_who_says_that_they_leave_is_neither_healthy_nor_a_champion(said: int, bought: int, stands: bool) -> None:
    orders = [(0, day, 90_000.0) for day in (*range(700, bought, 10), bought)]
    card = scored(made_up_book(1, YEAR, orders=orders, leaving=[(0, said)], tickets=[(0, 950, 951, 0.5, 5)]))
    assert segments.NAMES[card.membership.now[0]] == ("At risk" if stands else "Champion")
    assert (card.figures.health.total[0] <= 30) == stands


def test_weights_are_the_policys() -> None:
    orders = [(0, day, 5000.0) for day in range(900, 1000, 10)]
    only = Policy(engagement_weights=EngagementWeights(recency=1, frequency=0, value=0, contact=0))
    figures = scored(made_up_book(1, YEAR, orders=orders), policy=only).figures.engagement
    assert figures.total[0] == pytest.approx(figures.parts["recency"][0])


def test_the_horizon_is_the_policys() -> None:
    seen = features_at(Ledger(made_up_book(1, YEAR, orders=[(0, 950, 1.0), (0, 990, 1.0)]), YEAR), FITTED.gaps)
    risks = [churn_risk(seen, FITTED, days)[0] for days in (30, 60, 90, 180)]
    assert risks == sorted(risks, reverse=True)
    assert len(set(risks)) == 4


def pace(count: float, since: float, recent: float = 0.0, earlier: float = 0.0, exposure: float = 0.0) -> Pace:
    return Pace(*(np.array([value]) for value in (count, since + 100.0, since, recent, earlier, exposure)))


@pytest.mark.parametrize(
    ("count", "since", "worth", "name"),
    [
        (1, 10, 0, "New"), (1, 200, 0, "One-time"), (1, 900, 0, "Lost"), (3, 10, 0, "Promising"), (9, 10, 0.2, "Loyal"),
        (9, 10, 1.5, "Champion"), (9, 50, 1.5, "Cooling VIP"), (9, 70, 0.2, "At risk"), (9, 150, 0.2, "Hibernating"),
        (9, 150, 1.5, "Hibernating"), (9, 300, 1.5, "Lost"),
    ],
)  # fmt: skip
def test_segments_are_those_of_the_grid(count: float, since: float, worth: float, name: str) -> None:
    found = segments.assign(pace(count, since), np.array([30.0]), np.array([worth]))
    assert segments.NAMES[found[0]] == name


@given(st.integers(1, 40), st.integers(0, 1500), st.floats(1, 300), st.floats(0, 3))
@settings(max_examples=300, deadline=None)
def test_everybody_who_bought_has_a_segment(count: int, since: int, gap: float, worth: float) -> None:
    found = segments.assign(pace(count, since), np.array([gap]), np.array([worth]))
    assert 0 <= found[0] < len(segments.NAMES)


def test_membership_changes_only_past_a_margin() -> None:
    gap, worth = np.array([30.0]), np.array([0.2])
    loyal = np.array([segments.NAMES.index("Loyal")])
    at_risk = np.array([segments.NAMES.index("At risk")])
    assert segments.assign(pace(9, 65), gap, worth)[0] == at_risk[0]
    assert segments.assign(pace(9, 65), gap, worth, loyal)[0] == loyal[0]
    assert segments.assign(pace(9, 70), gap, worth, loyal)[0] == at_risk[0]
    assert segments.assign(pace(9, 55), gap, worth, at_risk)[0] == at_risk[0]
    assert segments.assign(pace(9, 40), gap, worth, at_risk)[0] == loyal[0]


def test_a_segment_tells_since_when_and_what_was_before() -> None:
    book = made_up_book(1, YEAR, orders=[(0, day, 100.0) for day in range(400, 911, 30)])
    member = scored(book).membership
    assert segments.NAMES[member.now[0]] == "At risk"
    assert segments.NAMES[member.before[0]] == "Loyal"
    assert 910 + 60 <= member.since[0] <= YEAR


def test_a_silence_of_several_usual_gaps_is_never_steady() -> None:
    columns = [np.array([float(value)] * 3) for value in (0, 91, 4, 270)]
    silence = np.array([1.5, 4.1, np.nan])
    assert [trends.NAMES[way] for way in trends.direction(*columns, silence)] == ["steady", "falling", "steady"]


@pytest.mark.parametrize(
    ("recent", "earlier", "exposure", "name"),
    [
        (1, 40, 400, "falling"),
        (25, 40, 400, "rising"),
        (9, 40, 400, "steady"),
        (0, 2, 400, "unknown"),
        (0, 9, 40, "unknown"),
    ],
)
def test_a_trend_is_named_only_where_there_is_evidence(recent: int, earlier: int, exposure: int, name: str) -> None:
    columns = [np.array([float(value)]) for value in (recent, 90, earlier, exposure)]
    assert trends.NAMES[trends.direction(*columns)[0]] == name


@given(st.integers(0, 60), st.integers(3, 200), st.integers(90, 700))
@settings(max_examples=100, deadline=None)
def test_more_recent_events_never_turn_a_trend_down(recent: int, earlier: int, exposure: int) -> None:
    def told(count: int) -> int:
        columns = [np.array([float(value)]) for value in (count, 90, earlier, exposure)]
        return (trends.FALLING, trends.STEADY, trends.RISING).index(trends.direction(*columns)[0])

    assert told(recent) <= told(recent + 1)


def test_parameters_survive_the_store() -> None:
    again = Parameters.from_json(json.loads(json.dumps(FITTED.as_json(), allow_nan=False)))
    assert again == FITTED


def test_a_small_book_stands_on_model_zero() -> None:
    few = fitted_to(made_up_book(40, YEAR, orders=shop(2, 40)))
    assert few.orders.candidate == 0
    card = scored(made_up_book(40, YEAR, orders=shop(2, 40)), few)
    assert set(card.confidence.level.tolist()) == {confidence.LOW}
    assert FITTED.orders.candidate == 1


def separation(risk: Floats, silent: Floats) -> float:
    """Area under the curve: how often a customer who stayed away had the higher risk."""
    away, came = risk[silent > 0], risk[silent == 0]
    return float((away[:, None] > came).mean() + 0.5 * (away[:, None] == came).mean())


def test_fifty_customers_suffice_to_tell_who_stays_away() -> None:
    orders = shop(7, 400)
    first = {customer: min(day for who, day, _ in orders if who == customer) for customer, _, _ in orders}
    known = [customer for customer, day in first.items() if day <= 800]
    chosen = {customer: place for place, customer in enumerate(known[:50])}
    early = [(chosen[who], day, value) for who, day, value in orders if who in chosen and day <= 800]
    fitted = fitted_to(made_up_book(50, 800, orders=early))
    everyone = {customer: place for place, customer in enumerate(known)}
    book = made_up_book(
        len(known), 800, orders=[(everyone[w], d, v) for w, d, v in orders if w in everyone and d <= 800]
    )
    risk = churn_risk(features_at(Ledger(book, 800), fitted.gaps), fitted, 90)
    later = {who for who, day, _ in orders if 800 < day <= 890}
    assert separation(risk, np.array([float(customer not in later) for customer in known])) >= 0.8
