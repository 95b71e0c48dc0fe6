"""Features, frames and scorecards of a day are those of a book that ends with it, whatever events there are."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import find, given, settings
from hypothesis import strategies as st

from services.scoring.events import BookEvents, Series
from services.scoring.features import Features, features_at
from services.scoring.habit_series import HABITS
from services.scoring.ladder import frame_at
from services.scoring.ledger import Ledger
from services.scoring.parameters import fit_parameters
from services.scoring.scorecard import scorecard
from services.settings import Policy
from services.sources import SOURCES
from tests.services.scoring.made_up import made_up_book, read_through
from tests.services.scoring.test_features import books, days, rows

EVERY_CHANNEL = frozenset(table for _, table, _ in SOURCES) | frozenset(HABITS)
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
