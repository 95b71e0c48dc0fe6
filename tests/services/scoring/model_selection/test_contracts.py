"""A contractual book in a real store: who leaves their contract is told by those who did, and by nothing later."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from models.values.backtest import RULE
from models.values.journal import Actor
from services.scoring import backtest, score_as_of, score_due
from services.scoring.phrasing import reasons_in_words
from tests.services.scoring.books import Book

TODAY = date(2026, 11, 20)
COUNT = 160
_GONE = "SELECT customer_id FROM contracts WHERE status = 'ended' AND ends_on <= ?"


def _fill(book: Book, seed: int = 3, begins: str = "contract_starts_on") -> None:
    """Contracts of up to two years; who leaves does so when a year is full, and stops logging in months before."""
    rng = np.random.default_rng(seed)
    rows, logins = [], []
    for number in range(1, COUNT + 1):
        start = TODAY - timedelta(days=int(rng.integers(60, 760)))
        leaves = start + timedelta(days=365) if rng.random() < 0.6 else None
        row = {"id": number, "name": f"Customer {number}", begins: str(start)}
        rows.append(row | {"churned_on": str(leaves) if leaves is not None else None})
        last = min(leaves - timedelta(days=100) if leaves is not None else TODAY, TODAY)
        days = range(0, max((last - start).days, 1), 9)
        logins += [
            {"customer_id": number, "kind": "login", "happened_on": str(start + timedelta(days=day))} for day in days
        ]
    book.add("customers", rows)
    book.add("activities", logins)


@pytest.fixture
def contracts(store_path: Path) -> Book:
    """A book of contracts."""
    made = Book(store_path)
    _fill(made)
    return made


def test_customers_under_contract_are_scored_by_who_left_theirs(contracts: Book) -> None:
    run, scores = score_as_of(contracts.workspace, TODAY)
    assert run.scored == COUNT
    with contracts.workspace.store.read() as connection:
        gone = connection.exec_driver_sql(_GONE, (str(TODAY),)).all()
        soon = connection.exec_driver_sql(
            f"{_GONE} AND ends_on > ?",
            (str(TODAY + timedelta(days=90)), str(TODAY)),
        ).all()
    left, leaving = {row[0] for row in gone}, {row[0] for row in soon}
    under = [one.values for one in scores if one.customer_id not in left]
    assert all(" on contracts (rung " in str(row["model"]) for row in under)
    assert all(0.0 <= row["churn_risk"] <= 1.0 for row in under)
    risk = {row["customer_id"]: row["churn_risk"] for row in under}
    assert np.mean([risk[who] for who in leaving]) > np.mean([risk[who] for who in risk if who not in leaving]) + 0.1
    told = [
        driver["evidence"]
        for row in under
        for driver in reasons_in_words(row["drivers"])
        if driver["code"] == "contract"
    ]
    assert told and all(
        re.fullmatch(r"Runs [\d.]+ (days?|months?|years?); can be ended in \d+ days?", one) for one in told
    )
    contracts.workspace.close()


def test_a_book_without_orders_that_customers_leave_is_scored_by_who_left(store_path: Path) -> None:
    book = Book(store_path)
    _fill(book, begins="signed_up_on")
    _, scores = score_as_of(book.workspace, TODAY)
    with book.workspace.store.read() as connection:
        gone = {row[0] for row in connection.exec_driver_sql(_GONE, (str(TODAY),))}
    assert gone
    by_contract = {one.customer_id for one in scores if " on contracts (rung " in str(one.values["model"])}
    assert by_contract == set(range(1, COUNT + 1)) - gone
    book.workspace.close()


def test_a_contract_left_after_the_day_changes_nothing(contracts: Book) -> None:
    day = TODAY - timedelta(days=30)
    _, before = score_as_of(contracts.workspace, day)
    with contracts.workspace.store.unit_of_work(
        Actor("user", "Ada"), "edit", "book", at=contracts.workspace.at
    ) as work:
        work.sql("UPDATE contracts SET status = NULL, ends_on = NULL WHERE ends_on > ?", (str(day),))
        work.digest("forgotten")
        work.commit()
    _, after = score_as_of(contracts.workspace, day)
    assert after == before
    contracts.workspace.close()


def test_the_simple_rule_of_contracts_is_one_that_can_tell_by_its_true_name(contracts: Book) -> None:
    score_due(contracts.workspace, force_all=True)
    report = backtest(contracts.workspace)
    rule = report.model(RULE)
    assert report.label == "contract" and rule is not None
    assert rule.label == "No activity for 14 days"
    assert rule.mean.auc is not None and rule.mean.auc > 0.6
    contracts.workspace.close()
