"""What a customer's own gaps say of how long today's will last, and that the risk knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from models.values.backtest import ADDITIVE
from services.alerting.rules import shipped_rules
from services.scoring.features import features_at
from services.scoring.ledger import Ledger
from services.scoring.model_selection.judging import judge
from services.scoring.model_selection.windows import frame_of
from services.scoring.silence import IMPROBABLE, LATE, OWN_GAPS, silence_p, wait_log_odds
from tests.services.scoring.made_up import made_up_book

LAST = 20_000


def wait(days: list[int], since: int, horizon: int = 90) -> float:
    """Log-odds that the gap lasts beyond the horizon, after purchases on these days and so many days without."""
    book = made_up_book(1, days[-1] + since, orders=[(0, day, 100.0) for day in days])
    ledger = Ledger(book, book.as_of)
    return float(wait_log_odds(ledger, features_at(ledger), horizon)[0])


def test_who_buys_as_by_the_clock_is_expected_within_their_gap() -> None:
    quarterly, monthly = [LAST + 91 * n for n in range(8)], [LAST + 30 * n for n in range(8)]
    assert wait(quarterly, 80) < -3.0 < wait(quarterly, 80, horizon=5)
    assert wait(monthly, 5) < -3.0
    assert wait([LAST + 365 * n for n in range(OWN_GAPS + 1)], 5) > 3.0


def test_a_horizon_that_is_longer_makes_it_less_likely_that_the_gap_lasts() -> None:
    uneven = [LAST, LAST + 20, LAST + 90, LAST + 100, LAST + 220, LAST + 230]
    odds = [wait(uneven, 60, horizon) for horizon in (10, 30, 90, 180)]
    assert odds == sorted(odds, reverse=True)


def test_who_buys_in_the_same_weeks_of_each_year_is_not_expected_before() -> None:
    summers = [LAST + 365 * year + day for year in range(4) for day in range(0, 48, 6)]
    assert wait(summers, 100) > 1.0 > wait(summers, 290)


def compared(part: Any) -> Iterator[float | str]:
    """What a rule's conditions compare the chance of a silence with."""
    if isinstance(part, dict) and part.get("measure") == "silence_chance":
        yield part["than"]
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from compared(inner)


def test_the_season_counts_for_every_silence_that_a_rule_can_be_set_to_look_at() -> None:
    most = {
        rule.parameters[than[1:]].most if isinstance(than, str) else than
        for rule in shipped_rules()
        for than in compared(rule.definition)
    }
    assert max(most) == LATE


def test_of_too_few_gaps_nothing_is_said() -> None:
    assert np.isnan(wait([LAST + 30 * n for n in range(OWN_GAPS)], 40))


def firms(seed: int, count: int) -> list[tuple[int, int, float]]:
    """Firms billed each month or quarter, some days late; one bill in forty is the last."""
    rng, bills = np.random.default_rng(seed), []
    for firm in range(count):
        period, day = float(rng.choice([30.4, 91.3])), float(rng.uniform(0, 400))
        while day < 1_500:
            bills.append((firm, LAST + int(day), 100.0))
            if rng.random() < 0.025 * period / 30.4:
                break
            day += max(period + float(rng.normal(0, period / 10)), 1.0)
    return bills


def test_regular_buyers_who_fell_silent_are_told_what_came_of_others() -> None:
    book = made_up_book(250, LAST + 1_500, orders=firms(11, 250))
    judged = judge(book, book.as_of, 90, [book.as_of - 90 - 60 * n for n in range(3)], with_references=False)
    told, left = [], []
    for one in judged.tests:
        ledger = Ledger(book, one.cutoff)
        _, parameters = frame_of(ledger, book.currency, 90)
        seen = features_at(ledger, parameters.gaps)
        silent = (silence_p(ledger, seen) <= IMPROBABLE) & (seen.days_since <= np.maximum(180, 3 * seen.usual_gap))
        among = silent[np.searchsorted(book.customer_ids, one.customers)]
        told.append(one.risks[ADDITIVE][among])
        left.append(one.left[among])
    predicted, came = np.concatenate(told), np.concatenate(left)
    assert came.size >= 20
    assert abs(predicted.mean() - came.mean()) < 0.1
