"""`customer override` from a script's side."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("moment")
WHY = ("--reason", "they renewed by phone", "--until", "2027-01-03")


@pytest.fixture
def shop(ask: Any, tmp_path: Path) -> None:
    """Four customers who buy every other week, scored."""
    first = date(2026, 6, 1)
    rows = [
        f"O{customer}{order},C{customer},{first + timedelta(days=14 * order)},25.50,USD"
        for customer in range(1, 5)
        for order in range(12 if customer > 1 else 6)
    ]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(["Order ID,Customer ID,Ordered at,Amount,Currency", *rows]), encoding="utf-8")
    assert ask("import", str(path))[0] == 0


def risk(ask: Any, customer: str) -> float:
    return float(ask("customer", customer)[1]["figures"]["churn_risk"])


def test_a_risk_is_set_shown_and_taken_back(ask: Any, shop: None) -> None:
    before = risk(ask, "1")
    code, said, _ = ask("customer", "override", "C1", "--churn-risk", "20%", *WHY)
    assert code == 0
    (one,) = said["overrides"]
    assert (one["figure"], one["value"], one["reason"], one["until"]) == (
        "churn_risk", 0.2, "they renewed by phone", "2027-01-03",
    )  # fmt: skip
    assert said["words"].startswith("Set the churn risk of ")
    figures = ask("customer", "1")[1]["figures"]
    assert figures["churn_risk"] == 0.2
    (mark,) = figures["overridden"]
    assert mark["line"].startswith("Churn risk is set by you until 3 Jan: they renewed by phone; the model says ")
    assert len(ask("customer", "override", "1")[1]["overrides"]) == 1
    code, said, _ = ask("customer", "override", "1", "--end", "churn-risk")
    assert (code, said["overrides"]) == (0, [])
    assert risk(ask, "1") == before


def test_several_at_once_and_undone_one_by_one(ask: Any, shop: None) -> None:
    code, said, _ = ask("customer", "override", "2", "--health", "70", "--clv", "1,250", *WHY)
    assert code == 0
    assert [(one["figure"], one["value"]) for one in said["overrides"]] == [("health", 70.0), ("clv", 125_000)]
    assert ask("undo")[0] == 0
    assert [one["figure"] for one in ask("customer", "override", "2")[1]["overrides"]] == ["health"]
    assert ask("undo")[0] == 0
    assert ask("customer", "override", "2")[1]["overrides"] == []


def standing(ask: Any) -> list[str]:
    return [one["figure"] for one in ask("customer", "override", "2")[1]["overrides"]]


def test_one_is_taken_back_by_its_score_the_others_stay_and_undo_brings_it_back(ask: Any, shop: None) -> None:
    ask("customer", "override", "2", "--health", "70", "--clv", "1,250", "--segment", "Champion", *WHY)
    code, said, _ = ask("customer", "override", "2", "--end", "health")
    assert (code, [one["figure"] for one in said["overrides"]]) == (0, ["segment", "clv"])
    assert said["words"].startswith("Removed the override of health for ")
    told = [row["words"] for row in ask("customer", "2")[1]["timeline"] if row["kind"] == "override"]
    assert "Health: back to the model’s score · 70 of 100 override removed by you" in told
    assert ask("undo")[0] == 0
    assert standing(ask) == ["health", "segment", "clv"]
    assert ask("customer", "override", "2", "--end", "health", "--end", "clv")[0] == 0
    assert standing(ask) == ["segment"]


def test_all_are_taken_back_only_if_asked_for_in_one_step(ask: Any, shop: None) -> None:
    ask("customer", "override", "2", "--health", "70", "--clv", "1,250", *WHY)
    assert ask("customer", "override", "2", "--all")[1]["overrides"] == []
    assert ask("undo")[0] == 0
    assert standing(ask) == ["health", "clv"]


def test_of_two_that_are_to_end_one_is_not_set_and_none_is_ended(ask: Any, shop: None) -> None:
    ask("customer", "override", "2", "--health", "70", *WHY)
    code, _, error = ask("customer", "override", "2", "--end", "health", "--end", "segment")
    assert code == 1 and "The segment of " in error and "has no override" in error
    assert standing(ask) == ["health"]


def test_the_next_round_keeps_it_and_a_full_scoring_too(ask: Any, shop: None) -> None:
    ask("customer", "override", "3", "--segment", "champion", *WHY)
    for command in (("run",), ("score", "--all")):
        assert ask(*command)[0] == 0
        assert ask("customer", "3")[1]["figures"]["segment"] == "Champion"


CANNOT_BE = [
    (("--churn-risk", "120%", *WHY), 1, "between 0 and 100"),
    (("--churn-risk", "1", *WHY), 1, "write 1\u202f% or 100\u202f%"),
    (("--churn-risk", "20%", "--until", "2027-01-03"), 1, "Give a short reason"),
    (("--churn-risk", "20%", "--reason", "known"), 1, "--until"),
    (("--segment", "Whale", *WHY), 1, "is not a segment"),
    (("--health", "70", "--end", "health"), 2, "or remove one override with --end"),
    (("--all", "--end", "health"), 2, "or remove one override with --end"),
    (("--end", "luck"), 2, "is not a score"),
    (("--health", "70", "--reason", "known", "--until", "soon"), 2, "is not a date"),
    (("--end", "health"), 1, "has no override"),
    (("--all",), 1, "has no override"),
    (("--health", "70", "--engagement", "much", *WHY), 1, "engagement as a number"),
]


def test_what_cannot_be_is_said_and_nothing_is_kept(ask: Any, shop: None) -> None:
    for words, code, said in CANNOT_BE:
        found, _, error = ask("customer", "override", "1", *words)
        assert found == code, words
        assert said in error
        assert ask("customer", "override", "1")[1]["overrides"] == [], words
