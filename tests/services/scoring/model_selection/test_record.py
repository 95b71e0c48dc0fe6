"""Whether the model in use tells customers apart: by how its risks differ, and by how they ranked in the past."""

from __future__ import annotations

import numpy as np
import pytest

from services.scoring.events import BookEvents
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.in_use import with_chosen_models
from services.scoring.model_selection.record import Record, by_chance, differ
from services.scoring.parameters import fit_parameters
from tests.services.scoring.made_up import made_up_book
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book


def _of_chance() -> BookEvents:
    """Customers who all buy every 60 days on average, as chance has it, and of whom nobody leaves."""
    rng = np.random.default_rng(3)
    days = {(who, AS_OF - int(day)) for who in range(200) for day in np.cumsum(rng.exponential(60.0, 6))}
    return made_up_book(200, AS_OF, orders=[(who, day, 1_000.0) for who, day in sorted(days)])


@pytest.mark.parametrize(("book", "apart"), [(_of_chance(), False), (buying_book(300, 7), True)])
def test_a_book_of_chance_has_no_model_that_tells_customers_apart(book: BookEvents, apart: bool) -> None:
    fitted = with_chosen_models(book, fit_parameters(features_at(Ledger(book, AS_OF)), "USD"), 90)
    chosen = fitted.orders.chosen
    assert chosen is not None
    if fitted.orders.candidate:  # the book's average tells nobody apart anyway, and says so
        assert Record.from_json(chosen.record).apart == apart
    else:
        assert not apart


def test_risks_that_are_all_about_the_same_do_not_differ() -> None:
    spread = np.linspace(0.18, 0.30, 200)
    assert differ(np.append(np.full(190, 0.93), np.full(30, 0.3)))  # most leave, and a few are known to stay
    assert not differ(spread)
    assert differ(np.append(spread, np.full(20, 0.6)))
    assert differ(np.append(np.full(190, 0.02), np.full(10, 0.9)))  # fewer than a tenth, and far away
    assert differ(np.append(np.full(190, 0.9), np.full(30, 0.99)))  # a tenth as sure to stay as the others


def test_a_ranking_is_chance_only_where_it_is_hardly_better_than_a_coin() -> None:
    assert by_chance(0.53, 60, 220)
    assert not by_chance(0.57, 3_000, 9_000)
    assert not by_chance(0.8, 3, 40)  # of few customers
    assert not by_chance(None, 0, 100)
