"""Features, frames and scorecards of a day are those of a book that ends with it, whatever events there are."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from services.book.sources import SOURCES
from services.scoring.events import BookEvents, Series
from services.scoring.features import Features, features_at
from services.scoring.habit_series import HABITS, LEAVING
from services.scoring.habits import HABIT_FIGURES
from services.scoring.ledger import Ledger
from services.scoring.model_selection import frame_at
from services.scoring.parameters import fit_parameters
from services.scoring.scorecard import scorecard
from services.settings import Policy
from tests.services.scoring.made_up import NEVER, made_up_book, read_through
from tests.services.scoring.test_features import books, days, rows

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

EVERY_CHANNEL = frozenset(table for _, table, _ in SOURCES) | frozenset({*HABITS, LEAVING})
Events = dict[str, list[tuple[float, ...]]]
_MONEY = {"orders": 2, "linked_returns": 3, "loose_returns": 2, "discounted": 2}


def _in_minor_units(events: Events) -> Events:
    """Money as a book has it: whole numbers."""
    whole = {
        name: [(*event[:place], float(round(event[place])), *event[place + 1 :]) for event in events[name]]
        for name, place in _MONEY.items()
    }
    return {**events, **whole}


told = books.map(_in_minor_units)


def test_every_series_that_is_read_is_under_the_law() -> None:
    """`told` draws events of every series; own mails are drawn beside them."""
    made = made_up_book(4, 400)
    series = {field.name for field in fields(BookEvents) if isinstance(getattr(made, field.name), Series)}
    assert set(find(told, lambda _events: True)) | {"own_mails"} == series


@given(told, st.lists(st.tuples(rows, days), max_size=4), days)
@settings(max_examples=60)
def test_no_feature_column_or_score_of_a_day_knows_what_came_after(
    events: Events, own_mails: list[tuple[float, ...]], day: int
) -> None:
    whole = made_up_book(4, 400, **events, own_mails=own_mails)
    later, alone = Ledger(whole, day), Ledger(read_through(whole, day), day)
    parameters = fit_parameters(features_at(alone), "USD")
    assert fit_parameters(features_at(later), "USD") == parameters
    one, other = features_at(later, parameters.gaps), features_at(alone, parameters.gaps)
    for field in fields(Features):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)
    frames = [frame_at(ledger, seen, parameters, 90, EVERY_CHANNEL) for ledger, seen in ((later, one), (alone, other))]
    assert frames[0].names == frames[1].names
    np.testing.assert_array_equal(frames[0].values, frames[1].values)


def _lively() -> BookEvents:
    """Something of every kind on every day or two, and other figures after any day than before it."""
    rng = np.random.default_rng(8)
    every = [(who, day) for who in range(3) for day in range(who, 400, 1 + who)]
    events = {
        "orders": [(who, day, float(rng.integers(1, 900))) for who, day in every],
        "linked_returns": [(who, min(day + 3, 400), day, -float(rng.integers(1, 90)), day % 2) for who, day in every],
        "loose_returns": [(who, day, -float(rng.integers(1, 9))) for who, day in every],
        "tickets": [(who, day, day + float(rng.integers(0, 30)), rng.uniform(-1, 1), 3.0) for who, day in every],
        "surveys": [(who, day, float(rng.integers(1, 6))) for who, day in every],
        "reviews": [(who, day, float(rng.integers(1, 6)), rng.uniform(-1, 1)) for who, day in every],
        "deals": [(who, day, day // 9, int(rng.integers(0, 4))) for who, day in every],
        "mix": [(who, day, (day * (1 + who)) // 11 % 40) for who, day in every],
        "uses": [(who, day, int(rng.integers(0, 9)) + day // 50) for who, day in every],
        "discounted": [(who, day, 50.0) for who, day in every if rng.random() < 0.3],
        "contracts": [(0, 90, NEVER), (1, 20, 251.0), (2, 203, NEVER)],
        "departures": [(1, 251, 390.0)],
    }
    days_alone = ("mails", "answers", "own_mails", "activities", "visits", "renewals", "leaving")
    return made_up_book(3, 400, **events, **{name: [one for one in every if rng.random() < 0.7] for name in days_alone})


LIVELY_DAYS = (*range(140, 399, 20), 250, 251, 399)


@pytest.mark.parametrize("day", LIVELY_DAYS)
def test_no_figure_of_a_lively_book_knows_the_next_day(day: int) -> None:
    whole = _lively()
    later, alone = Ledger(whole, day), Ledger(read_through(whole, day), day)
    one, other = features_at(later), features_at(alone)
    for field in fields(Features):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), err_msg=field.name)
    parameters = fit_parameters(other, "USD")
    frames = [frame_at(ledger, seen, parameters, 90, EVERY_CHANNEL) for ledger, seen in ((later, one), (alone, other))]
    for name in frames[1].names:
        np.testing.assert_array_equal(frames[0].column(name), frames[1].column(name), err_msg=name)


def test_every_figure_of_the_lively_book_moves_with_a_day() -> None:
    """So that one day too many would be seen."""
    whole = _lively()
    at = {day: features_at(Ledger(whole, day)) for one in LIVELY_DAYS for day in (one, one + 1) if day <= 400}
    for name in (*HABIT_FIGURES, "tickets_90d", "spend_12m", "answer_share", "satisfaction", "review_score"):
        figures = {day: getattr(seen, name) for day, seen in at.items()}
        assert any(not np.array_equal(figures[day], figures[day + 1], equal_nan=True) for day in LIVELY_DAYS), name


@given(told, days)
@settings(max_examples=25)
def test_no_reason_segment_or_word_of_a_day_knows_what_came_after(events: Events, day: int) -> None:
    whole = made_up_book(4, 400, **events)
    cards = []
    for book in (whole, read_through(whole, day)):
        ledger = Ledger(book, day)
        parameters = fit_parameters(features_at(ledger), "USD")
        card = scorecard(ledger, parameters, Policy())
        cards.append((card.drivers, card.models, card.trend.tolist(), card.sparkline.tolist(),
                      card.membership.now.tolist(), card.membership.since.tolist()))  # fmt: skip
    assert cards[0] == cards[1]
