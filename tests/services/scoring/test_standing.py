"""Active, win-back, lost: one definition, and how improbable a silence is under the customer's own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.scoring import score_due, set_override
from services.scoring.features import Features, features_at
from services.scoring.ledger import Ledger
from services.scoring.parameters import fit_parameters
from services.scoring.scorecard import figures_at
from services.scoring.silence import IMPROBABLE, OWN_GAPS, silence_p
from services.scoring.standing import ACTIVE, LOST, NAMES, UNKNOWN, standing_of
from services.settings import Policy
from tests.services.scoring.books import Book, simulated_orders
from tests.services.scoring.made_up import NEVER, made_up_book

LAST = 20_000


def _bought(days: Sequence[Sequence[int]], as_of: int = LAST) -> tuple[Ledger, Features]:
    orders = [(row, day, 1000.0) for row, own in enumerate(days) for day in own]
    ledger = Ledger(made_up_book(len(days), as_of, orders=orders), as_of)
    return ledger, features_at(ledger)


def _every(gap: int, times: int, until: int) -> list[int]:
    return [until - gap * back for back in range(times)]


def test_a_silence_is_improbable_sooner_for_the_regular_than_for_the_irregular() -> None:
    regular = _every(30, 12, LAST - 60)
    uneven = [LAST - 60 - day for day in (0, 5, 80, 90, 170, 175, 230, 300, 305, 330)]
    p = silence_p(*_bought([regular, uneven]))
    assert p[0] < 0.01 < IMPROBABLE < p[1]


def test_few_gaps_make_no_silence_improbable() -> None:
    p = silence_p(*_bought([_every(30, OWN_GAPS, LAST - 200), _every(30, OWN_GAPS + 1, LAST - 200)]))
    assert np.isnan(p[0])
    assert p[1] < IMPROBABLE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=OWN_GAPS, max_size=12), st.integers(0, 900), st.integers(1, 300))
@example([1, 28, 52, 143], 0, 1)
def test_a_longer_silence_is_never_more_probable_and_the_unit_of_time_does_not_count(
    gaps: list[int], since: int, more: int
) -> None:
    days = (LAST - since - np.cumsum([0, *gaps])).tolist()
    ledger, seen = _bought([days])
    p, longer = (float(silence_p(ledger, seen, np.array([float(asked)]))[0]) for asked in (since, since + more))
    assert 0.0 <= p <= 1.0
    if since + more < 3 * max(gaps):  # before the seasons of other years come in
        assert longer <= max(p, 2 / 3) + 1e-9


def test_the_predictive_is_calibrated_on_gaps_of_another_process() -> None:
    """Log-normal gaps, which the model does not assume: a tail of 5 % is met by about 5 % of true gaps."""
    rng = np.random.default_rng(5)
    days, true = [], []
    for _ in range(3_000):
        gaps = np.exp(rng.normal(rng.normal(3.2, 0.6), rng.uniform(0.15, 0.6), size=rng.integers(5, 15)))
        whole = np.maximum(np.round(gaps), 1).astype(int)
        days.append((LAST - np.cumsum([0, *whole[1:]])).tolist())
        true.append(float(whole[0]))
    ledger, seen = _bought(days)
    improbable = silence_p(ledger, seen, np.array(true)) <= IMPROBABLE
    assert 0.03 <= improbable.mean() <= 0.07


def test_who_buys_in_the_same_weeks_each_year_is_not_late_in_july() -> None:
    """Twelve purchases each November and December; judged in July, and in February after a season without them."""
    seasons = [date(year, 11, 5).toordinal() + 4 * step for year in (2023, 2024, 2025) for step in range(12)]
    epoch = date(1970, 1, 1).toordinal()
    days = [day - epoch for day in seasons]
    july, february = (date(*day).toordinal() - epoch for day in ((2026, 7, 10), (2027, 2, 10)))
    assert silence_p(*_bought([days], july))[0] > 0.5
    assert silence_p(*_bought([days], february))[0] <= IMPROBABLE


def test_few_purchases_a_season_make_nobody_late_before_the_next_one() -> None:
    """A silence that is unusual, but not improbable, by their gaps alone."""
    seasons = [date(year, 11, 25).toordinal() + 7 * step for year in range(2021, 2026) for step in range(4)]
    epoch = date(1970, 1, 1).toordinal()
    days = [day - epoch for day in seasons]
    assert silence_p(*_bought([days], date(2026, 11, 23).toordinal() - epoch))[0] > 0.5
    assert silence_p(*_bought([days], date(2027, 3, 10).toordinal() - epoch))[0] <= 0.2


def test_a_quarterly_invoice_is_no_season() -> None:
    days = _every(91, 12, LAST - 110)
    assert silence_p(*_bought([days]))[0] <= IMPROBABLE


@pytest.mark.parametrize("gap", [7, 30, 91, 365])
def test_who_stops_is_active_until_well_after_the_silence_became_improbable(gap: int) -> None:
    as_of = LAST + 1_200
    ledger, seen = _bought([_every(gap, 8, LAST), *([_every(40, 9, as_of - 5)] * 60)], as_of)
    parameters = fit_parameters(seen, "USD")
    standings = []
    for day in range(LAST, as_of, 40):
        then = Ledger(ledger.book, day)
        figures = figures_at(then, parameters, Policy(), ranges=False)
        p = silence_p(then, figures.seen)[0]
        standings.append(int(figures.standing[0]))
        if p > IMPROBABLE:
            assert standings[-1] in (ACTIVE, LOST)
    assert standings[0] == ACTIVE
    assert standings[-1] != ACTIVE
    assert sorted(standings) == standings  # never back


@pytest.mark.parametrize("gap", [7, 14, 30, 91, 182, 365])
def test_who_stops_can_be_named_for_a_month_from_the_day_on_which_the_silence_is_improbable(gap: int) -> None:
    """No hole: an active customer with an improbable silence, before the second missed invoice, at it and after it."""
    rng = np.random.default_rng(gap)
    days = (LAST - np.cumsum([0, *np.maximum(rng.normal(gap, 0.08 * gap, 9), 1).astype(int)])).tolist()
    as_of = LAST + 3 * gap + 60
    ledger, seen = _bought([days, *([_every(40, 9, as_of - 5)] * 60)], as_of)
    parameters = fit_parameters(seen, "USD")

    def named(day: int) -> bool:
        then = Ledger(ledger.book, day)
        now = features_at(then, parameters.gaps)
        p = silence_p(then, now)[0]
        return bool(p <= IMPROBABLE and standing_of(then, now, parameters)[0] == ACTIVE)

    first = next(day for day in range(LAST, as_of) if silence_p(*_bought([days], day))[0] <= IMPROBABLE)
    assert first <= LAST + 2 * gap  # before the second miss
    assert all(named(day) for day in {first, first + 15, first + 30})
    assert all(named(LAST + 2 * gap + after) for after in (0, min(gap // 2, 30)) if LAST + 2 * gap + after >= first)


def test_only_active_customers_have_value_at_risk() -> None:
    rng = np.random.default_rng(1)
    days = [
        sorted({int(day) for day in LAST - rng.integers(0, 1500) - np.cumsum(rng.integers(5, 60, 9))})
        for _ in range(300)
    ]
    ledger, seen = _bought(days)
    figures = figures_at(ledger, fit_parameters(seen, "USD"), Policy(), ranges=False)
    assert {ACTIVE, LOST} <= set(figures.standing.tolist())
    assert (np.isfinite(figures.value_at_risk) == (figures.standing == ACTIVE)).all()


def test_a_contract_that_ended_is_lost_and_one_that_runs_is_active() -> None:
    orders = [(row, LAST - 10 - 30 * back, 1000.0) for row in range(2) for back in range(6)]
    contracts = [(0, LAST - 400, LAST - 3), (1, LAST - 400, NEVER), (2, LAST - 400, NEVER)]
    book = made_up_book(4, LAST, orders=orders, contracts=contracts, departures=[(0, LAST - 3, NEVER)])
    ledger = Ledger(replace(book, known_sources=frozenset({"orders"})), LAST)
    parameters = fit_parameters(features_at(ledger), "USD")
    standing = figures_at(ledger, parameters, Policy(), ranges=False).standing
    assert standing.tolist() == [LOST, ACTIVE, ACTIVE, UNKNOWN]


def test_the_public_table_tells_the_standing_and_a_person_cannot_put_the_lost_at_risk(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.bellwether", "2026-11-23T09:00:00+00:00")
    book.add_customers(80)
    book.add_orders(simulated_orders(80, date(2023, 1, 1), date(2026, 11, 22), seed=3))
    score_due(book.workspace)
    rows = book.scores()
    assert {row["standing"] for row in rows.values()} <= {*NAMES}
    assert all((row["value_at_risk_minor"] is not None) == (row["standing"] == "active") for row in rows.values())
    assert all(row["silence_p"] is None for row in rows.values() if row["purchase_days"] <= OWN_GAPS)
    gone = next(customer for customer, row in rows.items() if row["standing"] != "active")
    set_override(book.workspace, gone, "churn_risk", 0.5, reason="they called", until=date(2026, 12, 31))
    assert book.scores()[gone]["value_at_risk_minor"] is None
    book.workspace.close()
