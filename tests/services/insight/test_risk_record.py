"""Beside a risk stands what came where about as much was said before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.values.words import THIN
from services.insight.figures import read_figures
from services.insight.risk_record import record_words
from tests.services.insight.conftest import Fresh, SmallBook
from tests.services.insight.test_report_card import keep
from tests.views.insights import made


@pytest.mark.parametrize(
    ("risk", "said"),
    [
        (0.72, f"When about 70{THIN}% was said, 37 of 54 left."),
        (0.01, f"When about 5{THIN}% was said, 28 of 612 left."),
        (0.92, f"When about 85{THIN}% was said, 23 of 26 left."),
        (0.93, ""),
        (None, ""),
    ],
)
def test_the_group_of_the_last_check_that_is_nearest_speaks(
    book: SmallBook, reader: Fresh, risk: float | None, said: str
) -> None:
    keep(book, "backtest", made.report())
    assert reader(record_words, risk, 90) == said
    assert reader(record_words, risk, 30) == ""


@pytest.mark.parametrize("report", [None, "{", "{}", '{"calibration": 3}', '{"calibration": [{}], "horizon_days": 90}'])
def test_without_a_check_that_can_be_read_nothing_is_said(book: SmallBook, reader: Fresh, report: str | None) -> None:
    if report is not None:
        book.insert("score_reports", kind="backtest", as_of="2026-11-18", report=report, made_at="2026-11-18T09:00:00Z")
    assert reader(record_words, 0.7, 90) == ""


def test_of_a_risk_that_a_person_set_the_models_stands_in_the_record(book: SmallBook, reader: Fresh) -> None:
    keep(book, "backtest", made.report())
    number = book.customer("Linden Supply")
    mark: dict[str, Any] = {"computed": 0.51, "value": 0.1, "reason": "r", "until": "2027-01-03", "by": "Ada", "id": 1}
    book.score(number, churn_risk=0.1, overridden=json.dumps({"churn_risk": {**mark, "also": {}}}))
    figures, _ = reader(read_figures, number)
    assert figures.record == f"When about 50{THIN}% was said, 50 of 96 left."
