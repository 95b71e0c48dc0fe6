"""A figure that a person set says so wherever it is shown, and what moved a risk in a week is one line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from services import exporting, insight
from services.insight.documents import read_alert_documents, read_alert_ids, read_customer_document
from services.insight.figures import read_figures
from services.insight.profile import read_profile
from tests.services.insight.conftest import SmallBook

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def mark(computed: Any, value: Any, until: str = "2027-01-03", by: str = "Ada") -> dict[str, Any]:
    return {
        "computed": computed, "value": value, "reason": "renewed by phone", "until": until, "by": by, "id": 1,
        "also": {},
    }  # fmt: skip


@pytest.fixture
def known(book: SmallBook) -> int:
    """A customer whose risk Ada set, and whose lifetime value somebody else did."""
    number = book.customer("Linden Supply")
    overridden = {
        "churn_risk": mark(0.62, 0.12),
        "clv": mark(None, 500_000, by="Mateo"),
        "segment": mark("Lost", "New"),
    }
    book.score(
        number, churn_risk=0.12, segment="New", clv_minor=500_000, clv_if_stays_minor=600_000,
        overridden=json.dumps(overridden),
    )  # fmt: skip
    book.insert("score_history", customer_id=number, as_of="2026-09-20", churn_risk=0.4, engagement=30, model="m")
    return number


def test_the_marks_say_who_until_when_why_and_what_the_model_says(reader: Any, known: int) -> None:
    figures, _ = reader(read_figures, known)
    risk, segment, worth = figures.overridden
    assert risk.line == f"Churn risk is set by you until 3 Jan: renewed by phone; the model says 62{THIN}%"
    assert segment.line == "Segment is set by you until 3 Jan: renewed by phone; the model says Lost"
    assert worth.line == "Lifetime value is set by Mateo until 3 Jan: renewed by phone; the model says nothing"
    assert figures.mark_of("churn_risk") == risk and figures.mark_of("health") is None


def test_what_the_model_says_is_never_certain(book: SmallBook, reader: Any) -> None:
    number = book.customer("Linden Supply")
    book.score(number, churn_risk=0.2, overridden=json.dumps({"churn_risk": mark(0.9996, 0.2)}))
    assert reader(read_figures, number)[0].overridden[0].model == f">99{THIN}%"


def test_a_figure_that_a_person_set_has_no_change_against_the_models_past(reader: Any, known: int) -> None:
    figures, _ = reader(read_figures, known)
    assert figures.churn_change_points is None
    assert figures.engagement_change == 20


def test_what_moved_the_model_is_said_to_be_the_models(book: SmallBook, reader: Any, known: int) -> None:
    book.run("UPDATE customer_risk_scores SET changed = ? WHERE customer_id = ?", json.dumps([risk(0.5, 0.6)]), known)
    figures, _ = reader(read_figures, known)
    assert figures.week_line == f"The model’s risk 50{THIN}% → 60{THIN}% since 13 Nov"


def test_lists_profile_documents_and_export_carry_the_marks(book: SmallBook, known: int, tmp_path: Path) -> None:
    alert = book.alert(known)
    plain = book.customer("Ridgeway Toys")
    book.score(plain)
    rows = {row.id: row for row in insight.customers_page(book.workspace).rows}
    assert [one.figure for one in rows[known].overridden] == ["churn_risk", "segment", "clv"]
    assert rows[plain].overridden == ()
    queued = next(row for row in insight.queue(book.workspace, beyond_budget=True).rows if row.id == alert)
    assert queued.overridden == rows[known].overridden
    profile = insight.customer_profile(book.workspace, known)
    assert profile.metadata_line.startswith("New, set by you until 3 Jan (model: Lost)")
    assert [one.origin for one in profile.identity if one.label == "Lifetime value"] == ["set by Mateo until 3 Jan"]
    with insight.reading(book.workspace) as reader:
        document = read_customer_document(reader, known)
        assert document is not None
        assert [one["figure"] for one in document["figures"]["overridden"]] == ["churn_risk", "segment", "clv"]
        open_alerts = read_alert_documents(reader, read_alert_ids(reader, everything=True))
        assert next(open_alerts)["churn_risk"] == 0.12
    exporting.write_export(book.workspace, "scores", tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as file:
        found = {row["name"]: row for row in csv.DictReader(file)}
    assert found["Linden Supply"]["model"] == "mbg_nbd/1; churn risk, segment, lifetime value overridden"
    assert found["Ridgeway Toys"]["model"] == "mbg_nbd/1"


def part(label: str, points: float | None) -> dict[str, Any]:
    return {"code": "gap", "label": label, "evidence": "", "points": points, "kind": "raises"}


def risk(before: float, now: float) -> dict[str, Any]:
    return {**part("Churn risk", 100 * (now - before)), "since": "2026-11-13", "before": before, "now": now}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (None, ""),
        ([], ""),
        (
            [risk(0.31, 0.44), part("No order for 7 more days", 9.2), part("1 unhappy ticket", 3.8)],
            f"Risk 31{THIN}% → 44{THIN}% since 13 Nov: no order for 7 more days (+9), 1 unhappy ticket (+4)",
        ),
        (
            [risk(0.5, 0.2), part("Ordered on 1 day", -30.0), part("A crumb", 0.2)],
            f"Risk 50{THIN}% → 20{THIN}% since 13 Nov: ordered on 1 day ({MINUS}30)",
        ),
        (
            [risk(0.5, 0.501), part("1 unhappy ticket", None)],
            f"Risk unchanged at 50{THIN}% since 13 Nov: 1 unhappy ticket",
        ),
        (
            [risk(0.1, 0.12), *(part(f"Part {n}", 0.6) for n in range(5))],
            f"Risk 10{THIN}% → 12{THIN}% since 13 Nov: part 0 (+1), part 1 (+1), part 2 (+1)",
        ),
    ],
)
def test_a_week_is_one_line(book: SmallBook, reader: Any, parts: Any, said: str) -> None:
    number = book.customer("Linden Supply")
    book.score(number, changed=json.dumps(parts) if parts is not None else None)
    figures, _ = reader(read_figures, number)
    assert figures.week_line == said


def test_the_points_of_the_reasons_lead_from_the_typical_risk_to_the_models(book: SmallBook, reader: Any) -> None:
    reasons = [{"code": "gap", "label": "Gap", "points": 48.0}, {"code": "tickets", "label": "Ticket", "points": None}]
    texts = {"drivers": json.dumps(reasons)}
    computed, by_hand = book.customer("Halden"), book.customer("Ridgeway")
    book.score(computed, churn_risk=0.67, **texts)
    book.score(by_hand, churn_risk=0.2, overridden=json.dumps({"churn_risk": mark(0.67, 0.2)}), **texts)
    for customer in (computed, by_hand):
        profile = reader(read_profile, customer)
        assert profile.figures.typical_risk == pytest.approx(0.19) and len(profile.drivers) == 2
    unknown = book.customer("Okafor")
    book.score(unknown, drivers="[]")
    assert reader(read_profile, unknown).figures.typical_risk is None
