"""The judge: each model on later windows only, the choice with its reason, and an end when somebody asks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.values.backtest import ADDITIVE, CANDIDATES, DEPTH_3, LOGISTIC, MBG, PRIOR, RULE
from models.values.errors import Cancelled
from models.values.imports import Progress
from services.scoring.events import BookEvents, Series
from services.scoring.model_selection import Judged, judge
from services.scoring.model_selection.choosing import choose, levelled
from services.scoring.model_selection.judging import Judgement
from tests.services.scoring.made_up import made_up_book, read_through
from tests.services.scoring.model_selection.pasts import AS_OF, buying_book

HORIZON = 60


@pytest.fixture(scope="module")
def judged(past_book: BookEvents) -> Judged:
    return judge(past_book, AS_OF, HORIZON, tests=3, most_windows=4)


def test_every_model_and_reference_is_measured_at_each_cutoff(judged: Judged) -> None:
    assert [report.name for report in judged.reports] == [*CANDIDATES, "depth_3", RULE]
    assert all(len(report.cutoffs) == 3 for report in judged.reports)
    assert [one.cutoff for one in judged.tests] == [AS_OF - 120, AS_OF - 90, AS_OF - 60]
    rule = next(report for report in judged.reports if report.name == RULE)
    assert rule.label == "No order for 60 days"


def test_the_model_in_use_tells_better_than_the_rule_and_says_so(judged: Judged) -> None:
    assert judged.used in CANDIDATES
    assert judged.beats_rule is True
    assert judged.why.endswith(".") and "\n" not in judged.why
    assert not any(term in judged.why for term in ("rung", "window", "log loss", "MBG")), "words of the trade"
    losses = {report.name: report.mean.log_loss for report in judged.reports}
    assert losses[judged.used] <= losses[MBG]


def test_what_comes_after_a_cutoffs_window_changes_nothing_about_it(past_book: BookEvents, judged: Judged) -> None:
    first = judged.tests[0]
    day = first.cutoff + HORIZON
    earlier = judge(read_through(past_book, day), day, HORIZON, [first.cutoff], most_windows=4).tests[0]
    for name, risk in earlier.risks.items():
        np.testing.assert_array_equal(risk, first.risks[name])


def test_the_same_book_is_judged_the_same_again(past_book: BookEvents, judged: Judged) -> None:
    again = judge(past_book, AS_OF, HORIZON, tests=3, most_windows=4)
    assert again.model == judged.model
    assert again.reports == judged.reports


def test_a_book_of_fewer_than_fifty_stays_with_the_closed_form_and_says_why() -> None:
    found = judge(buying_book(40, 5), AS_OF, HORIZON)
    assert found.used == MBG
    assert "needs 50 customers" in found.why


def _told(customers: int, worse_by: float) -> Judgement:
    """A test in which the logistic model told each customer worse than the closed form by about so many nats."""
    left = np.arange(customers) % 4 == 0
    sure = np.where(left, 0.75, 0.25)
    less = np.where(left, 0.75 * np.exp(-worse_by), 1.0 - 0.75 * np.exp(-worse_by))
    return Judgement(0, np.arange(customers), left, {MBG: sure, LOGISTIC: less})


def test_few_customers_cannot_speak_against_a_model_that_usually_gains_but_many_can() -> None:
    least = {LOGISTIC: 50, ADDITIVE: 50}
    few = choose([_told(60, 0.01)], least, CANDIDATES[1:], HORIZON)
    assert few.used == LOGISTIC
    assert "chance in so small a book" in few.why
    assert choose([_told(6_000, 0.01)], least, CANDIDATES[1:], HORIZON).used == MBG
    assert choose([_told(60, 0.05)], least, CANDIDATES[1:], HORIZON).used == MBG, "a clear loss counts among few too"


def quarterly_firms(customers: int, seed: int, misses: float = 0.0) -> BookEvents:
    """Firms that are billed about every 85 days; each invoice may be the last one."""
    rng = np.random.default_rng(seed)
    orders = []
    for firm in range(customers):
        day = float(AS_OF - 900 + rng.integers(0, 90))
        while day <= AS_OF:
            orders.append((firm, int(day), 80_000.0))
            if rng.random() < misses:
                break
            day += rng.uniform(80.0, 89.0)
    return made_up_book(customers, AS_OF, orders=orders)


def test_firms_that_never_missed_an_invoice_are_not_given_the_risk_of_chance_buyers() -> None:
    judged = judge(quarterly_firms(200, 4), AS_OF, 90)
    assert not any(one.left.any() for one in judged.tests)
    for one in judged.tests[2:]:
        assert one.risks[MBG].mean() < 0.05, "windows in which nobody left lower the level"
        assert one.risks[PRIOR].mean() < 0.02
    losses = {report.name: report.mean.log_loss or 0.0 for report in judged.reports}
    assert losses[judged.used] <= losses[PRIOR] + 0.02


def test_a_model_that_the_books_own_past_refutes_is_not_used() -> None:
    left = np.arange(400) % 10 == 0
    average, spread = np.full(400, 0.1), np.where(np.arange(400) % 4 == 1, 0.6, 0.3)
    told = Judgement(0, np.arange(400), left, {PRIOR: average, MBG: spread, LOGISTIC: spread, ADDITIVE: spread})
    found = choose([told], {LOGISTIC: 50, ADDITIVE: 50}, CANDIDATES[1:], HORIZON)
    assert found.used == PRIOR


def _off_level(cutoff: int) -> Judgement:
    """A test in which 44 % leave: models rank them well, but at a level learnt in a book's first weeks."""
    rng = np.random.default_rng(3)
    odds = rng.normal(0.0, 1.5, 115)
    left = rng.random(115) < 1.0 / (1.0 + np.exp(0.3 - odds))
    low = 1.0 / (1.0 + np.exp(2.3 - odds))
    average = np.full(115, 0.28)
    return Judgement(cutoff, np.arange(115), left, {PRIOR: average, MBG: low, LOGISTIC: low, ADDITIVE: low})


def test_two_windows_of_the_same_weeks_do_not_refute_a_model_by_its_level_but_windows_of_a_year_do() -> None:
    least = {LOGISTIC: 50, ADDITIVE: 50}
    assert choose([_off_level(0), _off_level(15)], least, CANDIDATES[1:], 90).used == ADDITIVE
    assert choose([_off_level(90 * place) for place in range(4)], least, CANDIDATES[1:], 90).used == PRIOR


def test_a_short_past_stays_with_the_closed_form() -> None:
    found = judge(buying_book(400, 5, days=80), AS_OF, HORIZON)
    assert (found.used, found.beats_rule, found.tests) == (MBG, None, ())


def test_a_book_without_events_has_nothing_to_judge() -> None:
    found = judge(made_up_book(10, AS_OF), AS_OF, HORIZON)
    assert found.tests == () and found.reports == ()
    assert found.choice.used == PRIOR


def test_a_book_in_which_everybody_left_is_judged_without_a_fault() -> None:
    book = made_up_book(600, AS_OF, orders=[(customer, AS_OF - 300 + customer % 40, 100) for customer in range(600)])
    found = judge(book, AS_OF, HORIZON)
    assert found.used in CANDIDATES


def test_a_judge_stops_when_asked(past_book: BookEvents) -> None:
    told: list[Progress] = []
    with pytest.raises(Cancelled):
        judge(past_book, AS_OF, HORIZON, progress=told.append, cancelled=lambda: len(told) > 1)
    assert len(told) == 2


def test_a_large_book_is_judged_on_a_sample_that_is_always_the_same(past_book: BookEvents) -> None:
    one = judge(past_book, AS_OF, HORIZON, tests=1, most_customers=250, most_windows=4)
    other = judge(past_book, AS_OF, HORIZON, tests=1, most_customers=250, most_windows=4)
    assert 0 < one.tests[0].customers.size <= 250
    np.testing.assert_array_equal(one.tests[0].customers, other.tests[0].customers)
    assert {LOGISTIC, MBG, ADDITIVE} <= set(one.tests[0].risks)
    assert DEPTH_3 not in one.tests[0].risks


def test_customers_who_carry_other_ids_are_judged_alike(past_book: BookEvents) -> None:
    renamed = replace(past_book, customer_ids=past_book.customer_ids + 5_000)
    one, other = (judge(each, AS_OF, HORIZON, tests=1, most_windows=4) for each in (past_book, renamed))
    assert one.model == other.model


def contract_book(customers: int, seed: int) -> BookEvents:
    """Customers under contract of whom those who log in less and less leave, most of them when a year is full."""
    rng = np.random.default_rng(seed)
    start = AS_OF - rng.integers(40, 800, customers)
    leaver = rng.random(customers) < 0.6
    ends = np.where(leaver, start + 365 * rng.integers(1, 3, customers) + rng.integers(-3, 4, customers), 10**6)
    logins = []
    for customer in range(customers):
        for day in range(max(int(start[customer]), AS_OF - 400), min(int(ends[customer]), AS_OF), 4):
            if not leaver[customer] or ends[customer] - day > 120:
                logins.append((customer, day))
    contracts = Series(np.arange(customers), start, {"left": np.where(ends <= AS_OF, ends, 3e6).astype(float)})
    return replace(made_up_book(customers, AS_OF, activities=logins), contracts=contracts)


def test_a_contractual_book_is_judged_by_who_left_their_contract() -> None:
    book = contract_book(500, 4)
    found = judge(book, AS_OF, HORIZON, label="contract", tests=2, most_windows=5)
    last = found.tests[-1]
    ended = dict(zip(book.customer_ids.tolist(), book.contracts.values["left"].tolist(), strict=True))
    assert last.left.tolist() == [ended[who] <= last.cutoff + HORIZON for who in last.customers.tolist()]
    assert all(ended[who] > last.cutoff for who in last.customers.tolist())
    assert found.used in (LOGISTIC, ADDITIVE)
    losses = {report.name: report.mean.log_loss for report in found.reports}
    assert losses[found.used] < losses[PRIOR] - 0.05


def test_who_leaves_decides_and_not_how_many_did() -> None:
    risk = np.array([0.2, 0.4, 0.6, 0.8])
    left = np.array([False, False, True, True])
    shifted = 1.0 / (1.0 + np.exp(-(np.log(risk / (1 - risk)) + 3.0)))
    assert levelled(shifted, left) == pytest.approx(levelled(risk, left), abs=1e-9)


def test_where_nobody_leaves_the_rule_and_the_average_still_stand_beside_the_rhythm() -> None:
    last = AS_OF
    orders = [(who, on, 5_000.0) for who in range(30) for on in range(last - 400 + who % 7, last + 1, 7)]
    found = judge(made_up_book(30, last, orders=orders), last, 90)
    assert not any(one.left.any() for one in found.tests)
    assert [one.name for one in found.reports] == [PRIOR, MBG, RULE]
    assert all(len(one.cutoffs) == len(found.tests) for one in found.reports)
