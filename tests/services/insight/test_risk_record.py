"""Beside a risk stands what came of past cases like it, from the same record that the confidence is told from."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from models.values.words import THIN
from services.insight.figures import read_figures
from services.insight.reader import Reader
from services.insight.risk_record import record_words
from services.scoring.confidence import _band_words
from services.scoring.ladder.record import Band
from tests.services.insight.conftest import Fresh, SmallBook, days_ago

BANDS = [[0, 2, 40, 0.61, 0.5, 0.1], [2, 2, 249, 0.676, 0.594, 0.07], [2, 3, 9, 0.8, 0.4, 0.05]]
SAID = (
    f"Of 249 past cases like this one 59{THIN}% left; told were 68{THIN}% "
    f"(4 or more purchase days, a risk of 50 to 75{THIN}%)."
)


def fitted(book: SmallBook, as_of: str = days_ago(0), path: str = "orders", horizon: int = 90) -> None:
    chosen = {"horizon_days": horizon, "record": {"windows": 3, "bands": BANDS, "weights": {}}}
    parameters = {path: chosen if path == "contract" else {"chosen": chosen}}
    fit = book.insert(
        "model_fits", kind="scores", model="Additive", as_of=as_of, customers=400, parameters=json.dumps(parameters),
        versions="{}", why="due", fitted_at="2026-11-18T09:00:00Z",
    )  # fmt: skip
    book.run("INSERT OR REPLACE INTO book (key, value) VALUES ('scored', ?)", json.dumps({"fit": fit}))


def said(reader: Reader, number: int) -> str:
    row: sqlite3.Row | None = reader.row("SELECT * FROM customer_risk_scores WHERE customer_id = ?", (number,))
    assert row is not None
    return record_words(reader, row)


def scored(book: SmallBook, risk: float | None = 0.7, **values: Any) -> int:
    number = book.customer()
    book.score(number, **{"churn_risk": risk, "purchase_days": 9, "model": "Additive v3 (rung 3)", **values})
    return number


def test_past_cases_of_the_same_kind_and_risk_speak(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    assert reader(said, scored(book)) == SAID
    once = reader(said, scored(book, purchase_days=1))
    assert once.startswith("Of 40 past cases like this one ") and "(one purchase day, " in once
    for nothing in ({"risk": 0.8}, {"risk": 0.1}, {"risk": None}, {"purchase_days": 3}, {"churn_horizon_days": 30}):
        assert reader(said, scored(book, **nothing)) == ""


def test_it_is_the_sentence_of_the_confidence_and_is_not_said_twice(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    assert _band_words(Band(2, 2, 249, 0.676, 0.594, 0.07), "orders") == SAID
    assert reader(said, scored(book, confidence="medium", confidence_why=json.dumps([SAID]))) == ""


def test_a_risk_of_no_learnt_rung_or_that_a_person_set_has_no_record(book: SmallBook, reader: Fresh) -> None:
    fitted(book)
    mark = {"computed": 0.7, "value": 0.6, "reason": "r", "until": "2027-01-03", "by": "Ada", "id": 1, "also": {}}
    by_hand = scored(book, 0.6, overridden=json.dumps({"churn_risk": mark}))
    assert reader(said, by_hand) == reader(said, scored(book, model="Prior v3 (rung 0)")) == ""
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
    number = scored(book, model="Additive v3 on contracts (rung 3)")
    assert reader(said, number) == ""
    book.run("UPDATE customers SET contract_starts_on = ? WHERE id = ?", days_ago(90), number)
    assert "(in the first year of the contract, " in reader(said, number)
    fitted(book, path="activity")
    active = scored(book, model="Additive v3 on activity (rung 3)")
    for back in (3, 30, 31, 60):
        book.event("activities", active, happened_on=days_ago(back), kind="login")
    assert "(4 or more active days, " in reader(said, active)


def test_without_a_fit_nothing_is_said(book: SmallBook, reader: Fresh) -> None:
    assert reader(said, scored(book)) == ""
