"""The history of scores: counted by one policy, and honest about which rows were told and which worked out later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.values.changes import Changes
from models.values.scores import scored_as_of
from services.audit import undo_last
from services.scoring import score_due
from services.settings import EngagementWeights
from services.workspace import Workspace
from tests.services.scoring.books import Book, simulated_orders

pytestmark = pytest.mark.usefixtures("few_stumps", "few_draws")

FIRST, LAST = date(2025, 1, 1), date(2026, 11, 21)
CUSTOMERS = 60


@pytest.fixture
def scored(book: Book) -> Book:
    book.add_customers(CUSTOMERS)
    book.add_orders(simulated_orders(CUSTOMERS, FIRST, LAST, seed=4))
    score_due(book.workspace)
    return book


def now(book: Book) -> Workspace:
    return book.workspace.with_policy(book.workspace.read_policy())


def rescored(book: Book, changes: Changes) -> None:
    """Score by the policy as it is after `changes`."""
    score_due(now(book), changes)


def histories(book: Book) -> dict[int, list[dict[str, Any]]]:
    return {who: book.history(who) for who in book.scores()}


def first_scored(path: Any, **policy: Any) -> dict[int, list[dict[str, Any]]]:
    """The histories of the same book, scored for the first time with this policy."""
    other = Book(path)
    other.add_customers(CUSTOMERS)
    other.add_orders(simulated_orders(CUSTOMERS, FIRST, LAST, seed=4))
    other.workspace.change_policy(**policy)
    score_due(now(other))
    found = histories(other)
    other.workspace.close()
    return found


@pytest.mark.parametrize("horizon", [30, 180])
def test_another_horizon_makes_the_history_anew_as_if_it_had_always_been_that_one(
    scored: Book, tmp_path: Any, horizon: int
) -> None:
    before = histories(scored)
    changes = scored.workspace.change_policy(churn_horizon_days=horizon)
    rescored(scored, changes)
    after = histories(scored)
    assert after == first_scored(tmp_path / "other.bellwether", churn_horizon_days=horizon)
    assert after != before
    for who, row in scored.scores().items():
        assert not after[who] or after[who][-1]["churn_risk"] == row["churn_risk"]


def test_the_past_has_the_segments_of_its_days(scored: Book) -> None:
    past = [row for rows in histories(scored).values() for row in rows if row["as_of"] < LAST.isoformat()]
    assert past and all(row["segment"] for row in past)
    orders = simulated_orders(CUSTOMERS, FIRST, LAST, seed=4)
    for row in past:
        days = {str(day) for who, day, _amount in orders if who == row["customer_id"] and str(day) <= row["as_of"]}
        assert len(days) < 3 or row["segment"] not in ("New", "One-time"), row
    assert len({row["segment"] for row in past}) > 3


def test_a_horizon_that_is_taken_back_leaves_the_history_of_before(scored: Book) -> None:
    before = histories(scored)
    rescored(scored, scored.workspace.change_policy(churn_horizon_days=30))
    rescored(scored, undo_last(scored.workspace))
    assert histories(scored) == before


def test_other_weights_of_engagement_make_no_change_of_engagement(scored: Book, tmp_path: Any) -> None:
    weights = EngagementWeights(recency=0.6, frequency=0.1, value=0.1, contact=0.2)
    rescored(scored, scored.workspace.change_policy(engagement_weights=weights))
    assert histories(scored) == first_scored(tmp_path / "other.bellwether", engagement_weights=weights)


def test_a_figure_that_no_score_is_counted_by_leaves_the_history_as_it_is(scored: Book) -> None:
    day = date.fromisoformat(scored.scores()[1]["as_of"]) + timedelta(days=7)
    scored.at(day)
    scored.add("activities", [{"customer_id": 3, "kind": "login", "happened_on": str(day)}])
    score_due(scored.workspace)
    before = histories(scored)
    rescored(scored, scored.workspace.change_policy(engagement_threshold=45.0))
    assert histories(scored) == before


def test_a_history_without_a_mark_of_its_policy_is_known_by_the_horizons_of_the_scores(scored: Book) -> None:
    before = histories(scored)
    with scored.workspace.store.unit_of_work(scored.workspace.me, "test", "mark", at=scored.workspace.at) as work:
        work.sql("UPDATE book SET value = json_remove(value, '$.counted_by') WHERE key = 'scored'")
        work.sql("DELETE FROM score_history WHERE customer_id = 1 AND as_of < ?", (before[1][-1]["as_of"],))
        work.digest("of an older program")
        work.commit()
    score_due(scored.workspace, force_all=True)
    assert len(scored.history(1)) == 1
    rescored(scored, scored.workspace.change_policy(churn_horizon_days=30))
    assert len(scored.history(1)) == len(before[1])


def test_rows_that_were_worked_out_later_say_from_which_day_they_look_back(scored: Book) -> None:
    as_of = scored.scores()[1]["as_of"]
    kept = next(rows for rows in histories(scored).values() if len(rows) == 27)
    assert {scored_as_of(row["model"]) for row in kept[:-1]} == {as_of}
    assert scored_as_of(kept[-1]["model"]) is None


def test_a_customer_whose_first_order_comes_to_light_keeps_a_row_of_the_day(scored: Book) -> None:
    as_of = scored.scores()[1]["as_of"]
    scored.add_orders([(who, FIRST - timedelta(days=30), 900) for who in (1, 2, 3)])
    score_due(scored.workspace, Changes(customers=frozenset({1, 2, 3})))
    assert {scored.history(who)[-1]["as_of"] for who in (1, 2, 3)} == {as_of}
