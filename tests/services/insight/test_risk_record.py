"""Beside a risk stands what came of past cases like it, from the same record that the confidence is told from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models import sqlite
from models.values.past_cases import cases_words
from models.values.words import THIN
from services.insight.figures import read_figures
from services.insight.reader import Reader
from services.insight.risk_record import record_words
from tests.services.insight.conftest import Fresh, SmallBook, days_ago

SIMILAR = [[0, 28, 40, 0.71, 0.5, 0.1], [2, 28, 100, 0.696, 0.594, 0.07, [0.62, 0.75]], [2, 32, 9, 0.8, 0.4, 0.05]]
SAID = (
    f"100 similar customers: predicted 70{THIN}%, actual 59{THIN}% (95{THIN}% range 50–69{THIN}%). "
    f"Similar: 4 or more purchase days, risk 62–75{THIN}%."
)


def fitted(book: SmallBook, as_of: str = days_ago(0), path: str = "orders", horizon: int = 90) -> None:
    chosen = {"horizon_days": horizon, "record": {"cases": 300, "off": 0.0, "similar": SIMILAR, "weights": {}}}
    parameters = {path: chosen if path == "contract" else {"chosen": chosen}}
    fit = book.insert(
        "model_fits", kind="scores", model="Additive", as_of=as_of, customers=400, parameters=json.dumps(parameters),
        versions="{}", why="due", fitted_at="2026-11-18T09:00:00Z",
    )  # fmt: skip
    book.run("INSERT OR REPLACE INTO book (key, value) VALUES ('scored', ?)", json.dumps({"fit": fit}))


def said(reader: Reader, number: int) -> str:
    row: sqlite.Row | None = reader.row("SELECT * FROM customer_risk_scores WHERE customer_id = ?", (number,))
    assert row is not None
    return record_words(reader, row)


def scored(book: SmallBook, risk: float | None = 0.7, **values: Any) -> int:
    number = book.customer()
    book.score(number, **{"churn_risk": risk, "purchase_days": 9, "model": "Additive v4 (rung 3)", **values})
    return number


def test_past_cases_of_the_same_kind_and_risk_speak(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    assert reader(said, scored(book)) == SAID
    once = reader(said, scored(book, purchase_days=1))
    assert once.startswith(f"40 similar customers: predicted 71{THIN}%, actual 50{THIN}% (")
    assert once.endswith("Similar: 1 purchase day.")
    for nothing in ({"risk": 0.8}, {"risk": 0.1}, {"risk": None}, {"purchase_days": 3}, {"churn_horizon_days": 30}):
        assert reader(said, scored(book, **nothing)) == ""


def test_it_is_the_sentence_of_the_confidence_and_is_not_said_twice(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    assert cases_words(100, 0.696, 0.594, "orders", 2, (0.62, 0.75)) == SAID
    assert reader(said, scored(book, confidence="medium", confidence_why=json.dumps([SAID]))) == ""


def test_a_risk_of_no_learnt_model_or_that_a_person_set_has_no_record(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    mark = {"computed": 0.7, "value": 0.6, "reason": "r", "until": "2027-01-03", "by": "Ada", "id": 1, "also": {}}
    by_hand = scored(book, 0.6, overridden=json.dumps({"churn_risk": mark}))
    assert reader(said, by_hand) == reader(said, scored(book, model="Prior v4 (rung 0)")) == ""
    figures, _ = reader(read_figures, by_hand)
    assert figures.record == ""


@pytest.mark.parametrize(("back", "told"), [(30, ""), (0, SAID)])
def test_a_fit_that_knows_later_days_than_the_score_says_nothing(
    book: SmallBook, reader: Fresh, back: int, told: str
) -> None:
    fitted(book)
    assert reader(said, scored(book, as_of=days_ago(back))) == told


def test_under_contract_time_tells_the_kind_and_on_activity_its_days(book: SmallBook, reader: Fresh) -> None:
    fitted(book, path="contract")
    number = scored(book, model="Additive v4 on contracts (rung 3)")
    assert reader(said, number) == ""
    book.event("contracts", number, starts_on=days_ago(90))
    assert reader(said, number).endswith("Similar: first year under contract.")
    fitted(book, path="activity")
    active = scored(book, model="Additive v4 on activity (rung 3)")
    for back in (3, 30, 31, 60):
        book.event("activities", active, happened_on=days_ago(back), kind="login")
    assert f"Similar: 4 or more days of activity, risk 62–75{THIN}%." in reader(said, active)


def test_without_a_fit_nothing_is_said(book: SmallBook, reader: Fresh) -> None:
    assert reader(said, scored(book)) == ""
