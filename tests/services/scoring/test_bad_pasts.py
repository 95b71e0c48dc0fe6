"""Pasts from which models can learn little or nonsense: an answer all the same, and never a nan."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from services.scoring.events import BookEvents
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection import frame_at, judge
from services.scoring.parameters import fit_parameters
from tests.services.scoring.made_up import made_up_book
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book
from tests.services.scoring.test_bad_books import finite

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

#: Enough for every model to be tried.
MANY = 1_040
HORIZON = 60

Order = tuple[int, int, float]


def everybody_left() -> BookEvents:
    """Nobody bought in any window of the last half year, while others went on logging in."""
    book = buying_book(MANY, 3)
    gone = book.orders.until(AS_OF - 200)
    logins = made_up_book(MANY, AS_OF, activities=[(who, AS_OF - day) for who in range(20) for day in range(0, 200, 9)])
    return replace(book, orders=gone, activities=logins.activities, newest_order=int(gone.day.max()))


def nobody_left() -> BookEvents:
    orders = [(who, AS_OF - 7 * week - who % 7, 500.0 + who) for who in range(MANY) for week in range(60)]
    return made_up_book(MANY, AS_OF, orders=orders)


def all_alike() -> BookEvents:
    """Every column of the frame is constant, and half of the customers stop on one day."""
    days = [AS_OF - 30 * month for month in range(16)]
    orders = [(who, day, 500.0) for who in range(MANY) for day in days if who % 2 or day < AS_OF - 150]
    return made_up_book(MANY, AS_OF, orders=orders, tickets=[(who, AS_OF - 300, 3e6, 0.0, 3.0) for who in range(MANY)])


def one_order_each() -> BookEvents:
    return made_up_book(MANY, AS_OF, orders=[(who, AS_OF - who % 400, 500.0) for who in range(MANY)])


def all_on_one_day() -> BookEvents:
    return made_up_book(MANY, AS_OF, orders=[(who, AS_OF - 300, 500.0) for who in range(MANY) for _ in range(3)])


def no_value_is_known() -> BookEvents:
    book = buying_book(MANY, 4)
    return replace(book, orders=replace(book.orders, values={"value": np.full(book.orders.day.size, np.nan)}))


def values_beyond_reason() -> BookEvents:
    book = buying_book(MANY, 5)
    huge = np.where(np.arange(book.orders.day.size) % 3, 1e15, 0.0)
    return replace(book, orders=replace(book.orders, values={"value": huge}))


def one_customer_bought_every_day() -> BookEvents:
    book = buying_book(MANY, 6)
    daily = [(0, AS_OF - day, 500.0) for day in range(499)]
    rest = [
        (int(who), int(day), float(value))
        for who, day, value in zip(book.orders.row, book.orders.day, book.orders.values["value"], strict=True)
        if who
    ]
    return made_up_book(MANY, AS_OF, orders=[*daily, *rest])


PASTS: dict[str, Callable[[], BookEvents]] = {
    one.__name__.replace("_", " "): one
    for one in (
        everybody_left, nobody_left, all_alike, one_order_each, all_on_one_day, no_value_is_known,
        values_beyond_reason, one_customer_bought_every_day,
    )
}  # fmt: skip


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
def test_a_bad_past_is_judged_with_a_reason_and_scored_with_numbers(past: Callable[[], BookEvents]) -> None:
    book = past()
    judged = judge(book, AS_OF, HORIZON, tests=1)
    assert judged.why
    assert finite([report.mean for report in judged.reports])
    assert all(np.isfinite(risk).all() for one in judged.tests for risk in one.risks.values())
    ledger = Ledger(book, AS_OF)
    seen = features_at(ledger)
    parameters = fit_parameters(seen, book.currency)
    frame = frame_at(ledger, features_at(ledger, parameters.gaps, seen), parameters, HORIZON)
    risk = judged.model.risk(frame)
    assert np.all((risk >= 0) & (risk <= 1))
    base, points = judged.model.contributions(frame)
    np.testing.assert_allclose(base + points.sum(axis=1), judged.model.logit(frame), atol=1e-9)


def test_the_fits_of_bad_pasts_can_be_kept() -> None:
    def plain(value: Any) -> bool:
        return not isinstance(value, float) or math.isfinite(value)

    for past in PASTS.values():
        book = past()
        text = json.dumps(fit_parameters(features_at(Ledger(book, AS_OF)), "USD").as_json(), allow_nan=False)
        assert plain(json.loads(text)["median_value"])
