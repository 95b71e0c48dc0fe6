"""Reasons never speak against the side on which they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.values.words import gap_words
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.in_use import GROUPS
from services.scoring.parameters import fit_parameters
from services.scoring.phrasing import reasons_in_words
from services.scoring.reason_figures import GAP_DIGITS
from services.scoring.reasons import Contributions, drivers_json
from services.scoring.rows import decimals
from tests.services.scoring.made_up import made_up_book

YEAR = 1_000

#: The first buys every twelve days; the second for ever less; the third came twice; two are typical.
ORDERS = [
    *((0, day, 5000) for day in range(500, 996, 12)),
    *((who, day, 900 if who == 1 and day > 900 else 5000) for who in (1, 3, 4) for day in range(500, 996, 24)),
    *((2, day, 5000) for day in (700, 800)),
]


def told(points: dict[str, float]) -> list[list[dict[str, Any]]]:
    """The reasons of five customers, each with these points, in hundredths of a share."""
    book = made_up_book(
        5,
        YEAR,
        orders=ORDERS,
        reviews=[(who, 900, 1.0, -1.0) for who in range(5)],
    )
    seen = features_at(Ledger(book, book.as_of))
    parameters = fit_parameters(seen, "USD")
    every = np.array([points.get(code, 0.0) for code in GROUPS]) / 100
    parts = Contributions(np.full(5, 0.3), np.tile(every, (5, 1)), GROUPS, np.tile(every, (5, 1)))
    return [reasons_in_words(text) for text in drivers_json(seen, parts, parameters.orders, parameters.activity)]


def reason(drivers: list[dict[str, Any]], code: str) -> dict[str, Any]:
    (found,) = (one for one in drivers if one["code"] == code and one["points"] is not None)
    return found


@pytest.mark.parametrize("points", [5.0, -5.0])
def test_spending_that_falls_is_no_bare_reason_to_stay(points: float) -> None:
    evidence = reason(told({"value": points})[1], "value")["evidence"]
    if points > 0:
        assert "down" in evidence.lower()
    else:
        assert evidence.startswith("Down ") and evidence.endswith("; their orders overall count more")


def test_few_orders_that_lower_the_risk_and_many_that_raise_it_say_why() -> None:
    often, _, seldom, *_ = (reason(drivers, "orders")["evidence"] for drivers in told({"orders": -4.0}))
    assert seldom == "A long gap says little about so few orders" and often.startswith("The typical")
    often, _, seldom, *_ = (reason(drivers, "orders")["evidence"] for drivers in told({"orders": 4.0}))
    assert often == "A long gap is unusual for a frequent buyer" and seldom.startswith("The typical")


@pytest.mark.parametrize(("points", "facts"), [(-3.0, 0), (0.0, 1)])
def test_a_figure_that_the_model_counts_the_other_way_is_not_told_as_a_fact_too(points: float, facts: int) -> None:
    for drivers in told({"gap": 10.0, "reviews": points}):
        reviews = [one for one in drivers if one["code"] == "reviews"]
        assert sum(one["points"] is None for one in reviews) == facts
        assert len({one["kind"] for one in reviews}) == 1


def test_the_usual_gap_of_a_reason_is_the_figure_beside_it() -> None:
    # Gaps of 20 and 21 days in turn: 20.5 is usual, a half that two ways of rounding tell as 20 and as 21.
    days = [500]
    while days[-1] < 960:
        days.append(days[-1] + (20 if len(days) % 2 else 21))
    book = made_up_book(3, YEAR, orders=[(who, day, 5000) for who in range(3) for day in days[: len(days) - who]])
    seen = features_at(Ledger(book, book.as_of))
    parameters = fit_parameters(seen, "USD")
    points = np.tile(np.array([0.1 if code == "gap" else 0.0 for code in GROUPS]), (3, 1))
    parts = Contributions(np.full(3, 0.3), points, GROUPS, points)
    reasons = [reasons_in_words(text)[0] for text in drivers_json(seen, parts, parameters.orders, parameters.activity)]
    figures = decimals(seen.usual_gap, GAP_DIGITS)
    assert any(gap is not None and gap % 1 == 0.5 for gap in figures)
    for reason, gap in zip(reasons, figures, strict=True):
        assert gap is not None and reason["evidence"].endswith(gap_words(gap, own=True))
