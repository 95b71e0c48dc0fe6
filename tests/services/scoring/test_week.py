"""What moved a risk in a week: points that add up, words for what happened, and nothing that came later."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.events import BookEvents, day_number
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.parameters import Parameters, fit_parameters
from services.scoring.phrasing import week_in_words
from services.scoring.reasons import Contributions
from services.scoring.scorecard import Scorecard, churn_risk, scorecard
from services.scoring.week import DAYS, Standing, _told, changed_json, shares_of_move
from services.settings import Policy
from tests.services.scoring.books import simulated_orders
from tests.services.scoring.made_up import made_up_book, read_through

FIRST, LAST = date(2025, 1, 1), date(2026, 11, 21)
DAY = day_number(LAST)
COUNT = 120


def orders() -> list[tuple[int, int, float]]:
    return [(who - 1, day_number(day), minor) for who, day, minor in simulated_orders(COUNT, FIRST, LAST, seed=11)]


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return fit_parameters(features_at(Ledger(book(), DAY)), "USD")


def book(**more: Any) -> BookEvents:
    return made_up_book(COUNT, DAY, **{"orders": orders(), **more})


def told(found: Scorecard) -> dict[int, list[dict[str, Any]]]:
    return {row: week_in_words(text, found.drivers[row]) for row, text in enumerate(found.changed) if text is not None}


def card(events: BookEvents, parameters: Parameters, day: int = DAY) -> Scorecard:
    return scorecard(Ledger(events, day), parameters, Policy())


def test_points_add_up_to_the_move_and_the_move_is_that_of_the_two_days(parameters: Parameters) -> None:
    found = card(book(), parameters)
    now = found.figures.churn_risk
    then = churn_risk(features_at(Ledger(book(), DAY - DAYS), parameters.gaps), parameters, 90)
    moves = told(found)
    assert len(moves) > 20
    for row, (risk, *parts) in moves.items():
        assert (risk["code"], risk["since"]) == ("churn_risk", "2026-11-14")
        assert (risk["before"], risk["now"]) == (round(float(then[row]), 4), round(float(now[row]), 4))
        assert risk["points"] == pytest.approx(100 * (risk["now"] - risk["before"]), abs=0.006)
        assert sum(part["points"] or 0 for part in parts) == pytest.approx(risk["points"], abs=0.06)
        assert all(part["kind"] == ("lowers" if part["points"] < 0 else "raises") for part in parts if part["points"])
        sizes = [abs(part["points"]) for part in parts if part["points"] is not None]
        assert sizes == sorted(sizes, reverse=True)
    quiet = [row for row in range(COUNT) if row not in moves]
    assert all(abs(now[row] - then[row]) < 0.01 for row in quiet)


def test_silence_and_an_order_are_said_as_what_they_are(parameters: Parameters) -> None:
    silent = [event for event in orders() if event[0] != 0 or event[1] <= DAY - 20]
    silent += [(0, DAY - back, 900.0) for back in range(20, 300, 14)]
    before = told(card(book(orders=silent), parameters))[0]
    assert [part["label"] for part in before[1:]] == ["No order for 7 more days"]
    assert before[1]["points"] > 0
    ordered = told(card(book(orders=[*silent, (0, DAY - 2, 900.0)]), parameters))[0]
    assert [part["label"] for part in ordered[1:]] == ["Ordered on 1 day"]
    assert ordered[1]["points"] < 0
    twice = told(card(book(orders=[*silent, (0, DAY - 2, 900.0), (0, DAY - 1, 900.0)]), parameters))[0]
    assert twice[1]["label"] == "Ordered on 2 days"


def test_a_cancelled_order_is_said(parameters: Parameters) -> None:
    rows = [event for event in orders() if event[0] != 0]
    rows += [(0, DAY - back, 900.0) for back in range(10, 300, 14)]
    cancelled = {"linked_returns": [(0, DAY - 3, DAY - 10, -900.0, 1)]}
    assert told(card(book(orders=rows, **cancelled), parameters))[0][1]["label"] == "An order was cancelled"


def test_an_unhappy_ticket_of_the_week_is_told_and_an_older_one_is_not(parameters: Parameters) -> None:
    nan = float("nan")
    before = told(card(book(), parameters))
    found = told(card(book(tickets=[(3, DAY - 2, 2e6 + 9, -0.9, nan), (4, DAY - 9, 2e6 + 9, -0.9, nan)]), parameters))
    assert [part["label"] for part in found[3] if part["code"] == "tickets"] == ["1 unhappy ticket"]
    assert not [part for part in found.get(4, []) if part["code"] == "tickets"]
    assert {row for row in found if row != 3} == set(before) - {3}


def test_activity_has_words_of_its_own(parameters: Parameters) -> None:
    rows = [event for event in orders() if event[0] != 0]
    seen = [(0, DAY - back) for back in range(8, 200, 5)]
    quiet = told(card(book(orders=rows, activities=seen), parameters))
    assert quiet[0][1]["label"] == "No activity for 7 more days"
    back = told(card(book(orders=rows, activities=[*seen, (0, DAY - 1)]), parameters)).get(0)
    assert back is None or back[1]["label"] == "Active on 1 day"
    first = told(card(book(orders=[*rows, (0, DAY - 1, 500.0)], activities=seen), parameters))
    assert first[0][1]["label"] == "The first order"


def test_a_first_order_of_this_week_has_no_week_before(parameters: Parameters) -> None:
    rows = [event for event in orders() if event[0] != 0]
    assert 0 not in told(card(book(orders=[*rows, (0, DAY - 3, 500.0)]), parameters))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(1, 60)), min_size=1, max_size=30))
def test_nothing_that_comes_later_moves_it(parameters: Parameters, later: list[tuple[int, int]]) -> None:
    events = made_up_book(COUNT, DAY + 60, orders=[*orders(), *((who, DAY + after, 700.0) for who, after in later)])
    found = card(read_through(events, DAY), parameters)
    assert found.changed == card(book(), parameters).changed


def test_a_few_customers_alone_are_told_the_same(parameters: Parameters) -> None:
    whole = card(book(), parameters)
    chosen = np.zeros(COUNT, bool)
    chosen[[1, 5, 17, 60]] = True
    few = card(book().only(chosen), parameters)
    assert few.changed == [whole.changed[row] for row in np.flatnonzero(chosen)]


def test_a_book_of_nobody_and_of_one_has_an_answer(parameters: Parameters) -> None:
    assert card(made_up_book(0, DAY), parameters).changed == []
    assert card(made_up_book(1, DAY, orders=[(0, DAY - 400, 100.0)]), parameters).changed in ([None],)


@given(
    st.lists(st.lists(st.floats(-0.3, 0.3), min_size=6, max_size=6), min_size=1, max_size=12),
    st.booleans(),
)
def test_parts_beside_the_rhythm_have_shares_of_their_own(moves: list[list[float]], on_the_logit: bool) -> None:
    codes = ("gap", "orders", "tenure", "tickets", "satisfaction", "opened_mails")
    size = len(moves)
    seen = features_at(Ledger(made_up_book(size, DAY, orders=[(row, DAY - 90, 9.0) for row in range(size)]), DAY))
    base, start = np.full(size, 0.4), np.zeros((size, 6))
    end = np.array(moves)
    risks = [base + start.sum(1), base + end.sum(1)]
    if on_the_logit:
        risks = [1 / (1 + np.exp(-4 * risk)) for risk in risks]
    else:
        end *= np.clip(0.5 / np.maximum(np.abs(end.sum(1)), 0.5), 0, 1)[:, None]
        risks[1] = base + end.sum(1)
    before = Standing(seen, risks[0], Contributions(base, start), codes)
    after = Standing(seen, risks[1], Contributions(base, end), codes)
    shares = shares_of_move(before, after)
    steady = np.abs(end.sum(1)) < 1e-9
    assert shares[~steady].sum(1) == pytest.approx(100 * (risks[1] - risks[0])[~steady], abs=1e-6)
    named = json.dumps([{"code": "opened_mails", "label": "5 emails unopened"}])
    for text in _told(before, after):
        risk, *parts = week_in_words(text, named)
        assert sum(part["points"] for part in parts if part["points"]) == pytest.approx(risk["points"], abs=0.06)
        assert {part["label"] for part in parts if part["code"] == "opened_mails"} <= {"5 emails unopened"}


def test_parts_that_a_few_customers_lack_count_as_nothing(parameters: Parameters) -> None:
    seen = features_at(Ledger(book(), DAY), parameters.gaps)
    risk = churn_risk(seen, parameters, 90)
    wide = Contributions(np.full(COUNT, 0.3), np.column_stack((risk[:, None] - 0.3, np.zeros((COUNT, 4)))))
    codes = ("gap", "orders", "tenure", "tickets", "value")

    def narrow(_ledger: Ledger, then: Features) -> Contributions:
        before = churn_risk(then, parameters, 90)
        return Contributions(np.full(before.size, 0.3), (before - 0.3)[:, None])

    found = changed_json(
        Ledger(book(), DAY), parameters, Standing(seen, risk, wide, codes),
        risk_of=lambda _ledger, then: churn_risk(then, parameters, 90), parts_of=narrow,
    )  # fmt: skip
    assert sum(text is not None for text in found) > 20
    for text in found:
        if text is not None:
            risk_item, *parts = json.loads(text)
            assert [part["code"] for part in parts] in ([], ["gap"])
            assert sum(part["points"] for part in parts) == pytest.approx(risk_item["points"], abs=0.06)
