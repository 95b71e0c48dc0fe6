"""Who ends a contract is told nearly as well as records allow, on books of processes that no feature was made for."""

from __future__ import annotations

import numpy as np
import pytest

from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection import frame_at, judge
from services.scoring.model_selection.measures import auc
from services.scoring.parameters import fit_parameters
from tests.measured import Tell
from tests.services.scoring.contract_books import EVERYTHING, FIELDS, INVOICES, PROCESSES, contract_book
from tests.services.scoring.made_up import NEVER, made_up_book


def test_a_rise_is_told_for_a_quarter_and_of_nobody_without_a_contract() -> None:
    whole = made_up_book(
        5,
        1_000,
        orders=[
            *((0, day, 100.0 if day < 940 else 120.0) for day in range(500, 1_000, 30)),
            *((1, day, 100.0 if day < 860 else 120.0) for day in range(500, 1_000, 30)),
            *((2, day, 0.0 if day < 940 else 120.0) for day in range(500, 1_000, 30)),
            (3, 990, 120.0),
            *((4, day, 100.0 if day < 940 else 120.0) for day in range(500, 1_000, 30)),
        ],
        contracts=[(who, 500, NEVER) for who in range(4)],
    )
    ledger = Ledger(whole, 1_000)
    seen = features_at(ledger)
    change = frame_at(ledger, seen, fit_parameters(seen, "USD"), 90).column("charge_change")
    np.testing.assert_allclose(change, [np.log(1.2), 0.0, np.nan, np.nan, np.nan])


@pytest.mark.parametrize("process", PROCESSES)
def test_invoices_alone_tell_who_leaves_nearly_as_well_as_they_can(process: str, tell: Tell) -> None:
    made = contract_book(process, 31, known={INVOICES})
    book = made.book
    judged = judge(book, book.as_of, 90, label="contract", tests=4, most_windows=8, with_references=False)
    model = [auc(one.risks[judged.used], one.left) or 0.0 for one in judged.tests]
    oracle = [auc(made.best(one.cutoff, {INVOICES})[one.customers - 1], one.left) or 1.0 for one in judged.tests]
    share = float(np.mean(model) / np.mean(oracle))
    tell(f"{process}: AUC {np.mean(model):.3f}, the oracle's {np.mean(oracle):.3f} ({share:.1%})")
    assert len(judged.tests) == 4 and share >= 0.97


def test_the_oracle_is_calibrated_and_the_more_it_knows_the_better_it_tells() -> None:
    made = contract_book("software", 32, 4_000)
    ended = made.book.contracts.values["left"]
    areas = []
    for known in ((), {INVOICES}, {INVOICES, FIELDS}, EVERYTHING):
        found = []
        for cutoff in range(made.book.as_of - 360, made.book.as_of, 90):
            runs = (made.begun <= cutoff) & (ended > cutoff)
            chance, left = made.best(cutoff, known, draws=50)[runs], ended[runs] <= cutoff + 90
            assert abs(chance.mean() - left.mean()) <= 3.0 * np.sqrt(left.mean() / left.size)
            found.append(auc(chance, left) or 0.0)
        areas.append(float(np.mean(found)))
    assert areas == sorted(areas) and areas[-1] > areas[0] + 0.1


def test_the_same_seed_draws_the_same_lives_whatever_is_recorded_of_them() -> None:
    few, all_of_it = contract_book("software", 33, 200, known=()), contract_book("software", 33, 200)
    np.testing.assert_array_equal(few.book.contracts.values["left"], all_of_it.book.contracts.values["left"])
    assert not few.book.orders.row.size and not few.book.traits
    assert all_of_it.book.orders.row.size and all_of_it.book.tickets.row.size and all_of_it.book.traits
