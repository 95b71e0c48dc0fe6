"""What customers write is weighed by what the book's own past says of it.

Customers leave at any time of their lives, as in `other_process`, which no model assumes. One in four of those who
leave says so a few weeks before; some who stay say so too; most leave without a word.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.values.backtest import ADDITIVE
from services.scoring.events import BookEvents
from services.scoring.habit_series import LEAVING
from services.scoring.model_selection import FittedModel, Window, fit_model, windows
from tests.services.scoring.made_up import made_up_book
from tests.services.scoring.model_selection.test_habits import auc

AS_OF, DAYS, HORIZON = 20_000, 900, 90
WORDS = {"leaving_words", "leaving_fresh"}


def written(seed: int, *, of_leavers: float, of_stayers: float, customers: int = 1_200) -> BookEvents:
    """A book in which these shares write, of those who leave in it, and of the others."""
    rng = np.random.default_rng(seed)
    orders, words = [], []
    for who in range(customers):
        born = rng.integers(0, DAYS - 120)
        dies = born + rng.exponential(500) + 20
        day, rate = float(born), rng.gamma(3.0, 1 / 60) + 0.01
        while day < min(dies, DAYS):
            orders.append((who, AS_OF - DAYS + int(day), 5_000.0))
            day += rng.exponential(1 / rate)
        leaves = dies < DAYS
        if rng.random() < (of_leavers if leaves else of_stayers):
            on = dies - rng.uniform(0, 40) if leaves else rng.uniform(born, DAYS)
            words.append((who, AS_OF - DAYS + int(max(on, born))))
    return made_up_book(customers, AS_OF, orders=orders, leaving=words)


def fitted(book: BookEvents) -> tuple[FittedModel, Window]:
    """The additive model on the windows that had closed by the last one's cutoff, and the last one."""
    cutoffs = [AS_OF - HORIZON - 30 * back for back in range(9, -1, -1)]
    *train, last = windows(book, cutoffs, HORIZON)
    return fit_model(ADDITIVE, [one for one in train if one.closes <= last.cutoff]), last


def without_words(book: BookEvents) -> BookEvents:
    return replace(book, known_sources=book.known_sources - {LEAVING})


def of_words(model: FittedModel) -> set[str]:
    return {name for name, _ in model.terms} & WORDS


@pytest.mark.parametrize("seeds", [(31, 32), pytest.param((31, 32, 33, 34), marks=pytest.mark.soak)], ids=len)
def test_the_model_ranks_better_where_it_knows_what_customers_wrote(seeds: tuple[int, ...]) -> None:
    gained = []
    for seed in seeds:
        book = written(seed, of_leavers=0.25, of_stayers=0.08)
        figures = []
        for one in (without_words(book), book):
            model, last = fitted(one)
            risk = model.risk(last.frame)
            figures.append((auc(risk, last.left), float(np.mean((risk - last.left) ** 2))))
        assert of_words(model)
        wrote = last.frame.column("leaving_words") > 0
        print(
            f"seed {seed}: {wrote.sum()} of {wrote.size} wrote within 90 days, {last.left[wrote].mean():.0%} "
            f"of them left ({last.left.mean():.0%} of all); AUC {figures[0][0]:.3f} -> {figures[1][0]:.3f}, "
            f"Brier {figures[0][1]:.4f} -> {figures[1][1]:.4f}"
        )
        gained.append((figures[1][0] - figures[0][0], figures[0][1] - figures[1][1]))
    auc_gained, brier_gained = np.mean(gained, axis=0)
    assert auc_gained > 0.0 and brier_gained > 0.0


def test_words_are_no_feature_where_too_few_ever_wrote() -> None:
    book = written(35, of_leavers=0.02, of_stayers=0.0)
    assert 0 < book.leaving.row.size < 20
    (model, last), (other, same) = fitted(book), fitted(without_words(book))
    assert not of_words(model)
    assert np.array_equal(model.risk(last.frame), other.risk(same.frame))


@pytest.mark.parametrize("of_leavers", [0.0, 0.25])
def test_words_never_lower_a_risk(of_leavers: float) -> None:
    model, last = fitted(written(36, of_leavers=of_leavers, of_stayers=0.3))
    terms = dict(model.terms)
    for name in of_words(model):
        assert (np.diff(terms[name].points(np.unique(last.frame.column(name)))) >= 0.0).all()
