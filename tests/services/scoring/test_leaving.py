"""Who has left has neither a churn risk nor a value at risk, from the day of leaving until they sign or buy again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.values.errors import UserError
from services.scoring import score_as_of, score_due, set_override
from services.scoring.overrides import out_of_date
from services.scoring.phrasing import LEFT_WORDS, confidence_in_words
from services.scoring.scorecard import NO_RISK
from tests.services.scoring.books import Book

TODAY = date(2026, 11, 20)
#: Customer 1 stays; 2 left; 3 leaves tomorrow; 4 left and signed again; 5 left and bought again, without a contract;
#: 6 left, and an order came after the contract had ended.
STAYS, LEFT, LEAVES, SIGNED, BOUGHT, BILLED = range(1, 7)
UNKNOWN = ("churn_risk", "value_at_risk_minor", "value_at_risk_low_minor", "value_at_risk_high_minor", "clv_minor",
           "clv_low_minor", "clv_high_minor", "clv_if_stays_minor", "clv_if_leaves_minor",
           "clv_median_minor")  # fmt: skip


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


@pytest.fixture
def book(store_path: Path) -> Iterator[Book]:
    made = Book(store_path)
    long = {"contract_starts_on": ago(600)}
    rows: list[dict[str, Any]] = [
        {"id": STAYS, **long},
        {"id": LEFT, **long, "churned_on": ago(50)},
        {"id": LEAVES, **long, "churned_on": ago(-1)},
        {"id": SIGNED, "contract_starts_on": ago(20), "churned_on": ago(50)},
        {"id": BOUGHT, "contract_starts_on": None, "churned_on": ago(50)},
        {"id": BILLED, **long, "churned_on": ago(50)},
    ]
    made.add("customers", ({"name": f"Customer {row['id']}", "churned_on": None, **row} for row in rows))
    every = [(row["id"], ago(day), 5_000) for row in rows for day in range(70, 500, 30)]
    made.add_orders([*every, (BOUGHT, ago(10), 5_000), (BILLED, ago(10), 5_000), (STAYS, ago(0), 5_000)])
    made.at(TODAY)
    yield made
    made.workspace.close()


def test_who_has_left_has_no_risk_and_no_value_at_risk_and_the_reason_is_said(book: Book) -> None:
    score_due(book.workspace)
    scores = book.scores()
    for who in (LEFT, BILLED):
        row = scores[who]
        assert [row[name] for name in UNKNOWN] == [None] * len(UNKNOWN)
        assert (row["segment"], row["segment_since"], row["model"]) == ("Lost", ago(50), NO_RISK)
        assert row["drivers"] == "[]" and row["changed"] is None
        assert LEFT_WORDS in confidence_in_words(row["confidence_why"]) and row["confidence"] == "high"
    for who in (STAYS, LEAVES, SIGNED, BOUGHT):
        assert None not in [scores[who][name] for name in UNKNOWN]
        assert LEFT_WORDS not in confidence_in_words(scores[who]["confidence_why"])


def test_a_day_before_they_left_nothing_of_it_is_known(book: Book) -> None:
    _, scores = score_as_of(book.workspace, TODAY - timedelta(days=51))
    assert all(one.values["churn_risk"] is not None and one.values["segment"] != "Lost" for one in scores)
    _, scores = score_as_of(book.workspace, TODAY - timedelta(days=21))
    gone = {one.customer_id for one in scores if one.values["churn_risk"] is None}
    assert gone == {LEFT, SIGNED, BOUGHT, BILLED}


def test_the_history_has_no_risk_of_the_days_after_they_left(book: Book) -> None:
    score_due(book.workspace)
    for row in book.history(LEFT):
        assert (row["churn_risk"] is None) == (row["as_of"] >= ago(50))
        assert (row["value_at_risk_minor"] is None) == (row["as_of"] >= ago(50))


def test_who_left_is_scored_again_once_they_sign(book: Book) -> None:
    score_due(book.workspace)
    with book.workspace.store.unit_of_work(book.workspace.me, "edit", "customer:2", at=book.workspace.at) as work:
        work.sql("UPDATE contracts SET starts_on = ? WHERE customer_id = ?", (ago(1), LEFT))
        work.digest("signed")
        work.touch(customers=(LEFT,), tables=("customers",))
        changes = work.commit()
    score_due(book.workspace, changes)
    assert book.scores()[LEFT]["churn_risk"] is not None


def test_what_a_person_foresaw_rests_while_they_have_left(book: Book) -> None:
    until = TODAY + timedelta(days=60)
    score_due(book.workspace)
    with pytest.raises(UserError, match=r"Customer 2 left on 1 Oct 2026: there is no churn risk to set\."):
        set_override(book.workspace, LEFT, "churn_risk", 0.2, reason="Said so", until=until)
    set_override(book.workspace, LEFT, "segment", "Hibernating", reason="Said so", until=until)
    set_override(book.workspace, LEAVES, "churn_risk", 0.2, reason="Said so", until=until)
    assert book.scores()[LEAVES]["churn_risk"] == 0.2
    book.at(TODAY + timedelta(days=1))
    book.add_orders([(STAYS, book.workspace.clock.today(), 5_000)])
    assert out_of_date(book.workspace) == {LEAVES}
    score_due(book.workspace)
    assert book.scores()[LEAVES]["churn_risk"] is None
    assert book.scores()[LEAVES]["overridden"] is None
    assert out_of_date(book.workspace) == frozenset()


def test_learning_who_stops_buying_leaves_out_who_had_left_before() -> None:
    from services.scoring.model_selection.windows import Past, leaving
    from tests.services.scoring.made_up import NEVER, made_up_book

    orders = [(who, day, 10.0) for who in range(3) for day in range(0, 200, 20)]
    past = Past(made_up_book(3, 400, orders=orders, departures=[(0, 150, NEVER), (1, 150, 190.0)]), 90)
    could, _ = leaving(past, past.ledger(200), 200)
    assert could.tolist() == [False, True, True]
    could, _ = leaving(past, past.ledger(149), 149)
    assert could.all()
