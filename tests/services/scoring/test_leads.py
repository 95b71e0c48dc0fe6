"""A reason is told by the figure that moved it, never by one that did not or that speaks for the other side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.values.words import THIN
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.frame import frame_at
from services.scoring.model_selection.groups import ASPECT_NAMES, GROUPS
from services.scoring.parameters import Parameters, fit_parameters
from services.scoring.phrasing import reasons_in_words
from services.scoring.reason_figures import Leads
from services.scoring.reasons import Contributions, drivers_json
from tests.services.scoring.made_up import NEVER, made_up_book

TODAY = 1_000
BIG, RETURNING, ONCE, FRESH, LATE, BRISK = range(6)


def book() -> tuple[Ledger, Features, Parameters]:
    """One bought large once, one gave most of it back; one came once; two buy every forty days, lately or not."""
    events = made_up_book(
        6,
        TODAY,
        orders=[
            *((BIG, day, 5_000) for day in (700, 800, 960)),
            (BIG, 990, 1_239_400),
            *((RETURNING, day, 90_000) for day in (800, 900, 950)),
            (ONCE, TODAY - 2, 5_000),
            *((FRESH, day, 5_000) for day in (*range(700, 980, 40), TODAY)),
            *((LATE, day, 5_000) for day in range(705, 950, 40)),
            *((BRISK, day, 5_000) for day in range(700, 1_000, 20)),
        ],
        loose_returns=[(RETURNING, 960, -250_000)],
        surveys=[(FRESH, 990, 1.7), (LATE, 990, 1.7)],
        contracts=[(BIG, 700, NEVER), (FRESH, 700, NEVER)],
    )
    ledger = Ledger(events, TODAY)
    seen = features_at(ledger)
    return ledger, seen, fit_parameters(seen, "GBP")


def told(code: str, points: float, aspect: str | None = None) -> list[dict[str, Any]]:
    """The reason of a code of each customer that has one, all with the same points, led by an aspect."""
    ledger, seen, parameters = book()
    size = seen.frequency.size
    every = np.tile(np.array([points if name == code else 0.0 for name in GROUPS]) / 100, (size, 1))
    names = np.full((size, len(GROUPS)), -1)
    if aspect is not None:
        names[:, GROUPS.index(code)] = ASPECT_NAMES.index(aspect)
    leads = Leads(names, frame_at(ledger, seen, parameters, 90), parameters.median_value, parameters.currency)
    parts = Contributions(np.full(size, 0.3), every, GROUPS, every, None, leads)
    lists = [reasons_in_words(text) for text in drivers_json(seen, parts, parameters.orders, parameters.activity)]
    return [next((one for one in reasons if one["code"] == code and one["points"]), {}) for reasons in lists]


@pytest.mark.parametrize(
    ("customer", "aspect", "evidence"),
    [
        (BIG, "highest_value", "Highest purchase day £12.4k; £50 is typical of your customers"),
        (BIG, "last_value", "Last purchase day £12.4k; £50 is typical of your customers"),
        (RETURNING, "given_back", "£2.5k returned in total"),
        (
            RETURNING,
            "highest_value",
            "Highest purchase day £900; £50 is typical of your customers; £2.5k returned in total",
        ),
        (BIG, "given_back", "Nothing returned"),
        (RETURNING, "spend", "£200 in total"),
        (BIG, "spent_lately", "£12.4k in 90 days"),
    ],
)
def test_spending_names_the_amount_that_moved_the_risk(customer: int, aspect: str, evidence: str) -> None:
    assert told("value", 20.0, aspect)[customer]["evidence"] == evidence


def test_a_gap_inside_the_usual_one_raises_nothing_by_its_length() -> None:
    reasons = told("gap", 9.0, "gap")
    assert (reasons[FRESH]["label"], reasons[FRESH]["evidence"]) == ("Orders lately", "2 purchase days in 90 days")
    assert (reasons[ONCE]["label"]) == "Gap since last order"
    once = told("gap", 9.0, "count")[ONCE]
    assert (once["label"], once["evidence"]) == ("One purchase day so far", "The only purchase day was 2 days ago")


def test_a_silence_beyond_the_usual_that_lowers_says_why_it_may() -> None:
    assert told("gap", -9.0, "gap")[LATE]["evidence"] == "1 purchase day in 90 days"
    assert told("gap", 9.0, "gap")[LATE]["evidence"] == "No order for 55 days; the usual gap is 40"


def test_as_many_orders_as_ever_are_no_reason_to_leave() -> None:
    assert told("gap", 0.4, "lately")[BRISK]["evidence"] == "No order for 20 of the usual 20 days"
    assert told("gap", -0.4, "lately")[BRISK]["evidence"] == "4 purchase days in 90 days"


def test_purchase_days_of_a_year_and_the_evenness_of_gaps_are_told_where_they_moved_it() -> None:
    year = told("orders", -5.0, "year")[FRESH]
    assert (year["label"], year["evidence"]) == ("8 purchase days in 12 months", "8 so far")
    assert told("orders", -5.0, "spread")[LATE]["evidence"] == "The gaps between purchase days are all alike"


def test_a_contract_names_how_much_the_orders_rose_where_that_moved_it() -> None:
    assert told("contract", 9.0, "charged")[BIG]["evidence"] == f"Last order 24,688{THIN}% higher than 3 months before"
    assert told("contract", 9.0, "charged")[FRESH]["evidence"] == "Runs 10 months; can be ended in 65 days"
    assert told("contract", 9.0, "runs")[BIG]["label"] == "Contract"


def test_a_low_rating_that_lowers_is_left_out_where_it_is_next_to_nothing_and_explained_where_it_is_not() -> None:
    assert told("satisfaction", -0.4)[LATE] == {}
    assert told("satisfaction", 0.4)[LATE]["label"] == "Low ratings"
    assert told("satisfaction", -3.0)[LATE]["evidence"] == "Answered when asked: 1.7 of 5, 1 rating in a year"
